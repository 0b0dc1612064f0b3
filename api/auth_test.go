package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid/store"
)

func TestAccess(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for name, scope := range map[string]string{"reader": "", "dispatcher": "", "planner": "", "binhu": binhu, "street": street, "bridge": bridge} {
		role := name
		if scope != "" {
			role = "planner"
		}
		s.secrets[name] = token(t, s.store, role, scope)
	}
	past := time.Now().Add(-time.Hour)
	secret, _, err := s.store.CreateToken(t.Context(), importer, store.Token{User: "late", Role: "reader", ExpiresAt: &past})
	if err != nil {
		t.Fatal(err)
	}
	s.secrets["expired"] = secret
	secret, made, err := s.store.CreateToken(t.Context(), importer, store.Token{User: "gone", Role: "reader"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.RevokeToken(t.Context(), importer, made.ID); err != nil {
		t.Fatal(err)
	}
	s.secrets["revoked"], s.secrets["made up"] = secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

	incident := `{"kind":"gas","source":"patrol","title":"x","reported_at":"2026-11-22T09:00:00+08:00","crs":"wgs84","geometry":` + geometry("Point", [2]float64{0.5, 0.5}) + `}`
	post := func(name, as, path, body string) exchange {
		return exchange{name: name, method: http.MethodPost, target: path, header: asJSON, as: as, body: body}
	}
	patch := func(name, as, body string) exchange {
		return exchange{name: name, method: http.MethodPatch, target: "/v1/places/320211-HZ-00000001", header: asJSON + `If-Match: "1"`, as: as, body: body}
	}
	s.all(t, []exchange{
		{name: "places without a token", target: "/v1/places"},
		{name: "a token that is made up", target: "/v1/places", as: "made up"},
		{name: "a token that has expired", target: "/v1/places", as: "expired"},
		{name: "a token that is revoked", target: "/v1/places", as: "revoked"},
		{name: "no bearer token", target: "/v1/places", header: "Authorization: Basic dXNlcjpwYXNz\n"},
		{name: "a bad token where none is needed", target: "/v1/session", as: "made up"},
		{name: "session of nobody", target: "/v1/session"},
		{name: "session of a planner", target: "/v1/session", as: "binhu"},

		post("write without a token", "", "/v1/places", hazard(0.5, 0.5, "")),
		post("a reader writes a place", "reader", "/v1/places", hazard(0.5, 0.5, "")),
		post("a dispatcher writes a place", "dispatcher", "/v1/places", hazard(0.5, 0.5, "")),
		post("a reader writes an incident", "reader", "/v1/incidents", incident),
		post("a dispatcher writes an incident", "dispatcher", "/v1/incidents", incident),
		post("a planner writes an incident", "planner", "/v1/incidents", incident),
		post("a planner of the street writes a place", "street", "/v1/places", hazard(0.5, 0.5, "")),
		post("a planner writes beyond the scope", "binhu", "/v1/places", hazard(3, 0.5, "")),
		post("a planner of a county writes outside every county", "binhu", "/v1/places", hazard(-1, 0.5, "")),
		post("a planner of the city writes outside every county", "planner", "/v1/places", hazard(-1, 0.5, "")),
		post("a wrong body without the right to write", "reader", "/v1/places", "{}"),
		patch("move out of the scope", "binhu", `{"crs":"wgs84","geometry":`+geometry("Point", [2]float64{3, 0.5})+`}`),
		patch("take from outside the scope", "bridge", `{"crs":"wgs84","geometry":`+geometry("Point", [2]float64{3, 0.5})+`}`),
		patch("change outside the scope", "bridge", `{"name":"x"}`),

		{name: "read in scope", target: "/v1/places/320211-HZ-00000001", as: "street"},
		{name: "read beyond the scope", target: "/v1/places/320211-HZ-00000001", as: "bridge"},
		{name: "list cut to the scope", target: "/v1/places", as: "bridge"},
		{name: "coverage in scope", target: "/v1/coverage/" + lake, as: "street"},
		{name: "coverage above the scope", target: "/v1/coverage/" + binhu, as: "street"},
		{name: "coverage beyond the scope", target: "/v1/coverage/" + bridge, as: "binhu"},
	})
}

// TestPublicPlaces: anybody sees shelters and published danger zones that are marked so (BR-63), and nothing else.
func TestPublicPlaces(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	spot := geometry("Point", [2]float64{0.5, 0.5})
	area := geometry("Polygon", [2]float64{0.2, 0.2}, [2]float64{0.8, 0.2}, [2]float64{0.8, 0.8}, [2]float64{0.2, 0.2})
	body := func(code, kind, shape, public, detail string) string {
		return `{"code":"` + code + `","kind":"` + kind + `","name":"x","source":"普查","external_refs":{"id":"7"},"public":` + public +
			`,"geometry":` + shape + `,"crs":"wgs84","detail":{` + detail + `}}`
	}
	shelter, zone := `"shelter_level":"city","host_kind":"school"`, `"zone_kind":"flood","risk_level":"red"`
	for _, b := range []string{
		body("shelter", "shelter", spot, "true", shelter),
		body("hidden-shelter", "shelter", spot, "false", shelter),
		body("zone", "danger_zone", area, "true", zone+`,"published_at":"2026-01-01"`),
		body("hidden-zone", "danger_zone", area, "false", zone+`,"published_at":"2026-01-01"`),
		body("draft-zone", "danger_zone", area, "true", zone),
		body("next-zone", "danger_zone", area, "true", zone+`,"published_at":"2999-01-01"`),
		body("hazard", "hazard", spot, "true", `"hazard_kind":"gas","level":"major","found_at":"2026-01-01T00:00:00Z"`),
	} {
		if made := s.do(t, exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "planner", body: b}); made.StatusCode != http.StatusCreated {
			t.Fatal(made.Status)
		}
	}
	for _, code := range []string{"hidden-shelter", "hidden-zone", "draft-zone", "next-zone", "hazard", "nothing"} {
		if answer := s.do(t, exchange{target: "/v1/places/" + code}); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: got %s, want 401", code, answer.Status)
		}
	}
	s.all(t, []exchange{
		{name: "shelter", target: "/v1/places/shelter"},
		{name: "zone", target: "/v1/places/zone"},
		{name: "list of shelters", target: "/v1/places?kind=shelter"},
		{name: "list of zones", target: "/v1/places?kind=danger_zone"},
		{name: "list of hazards", target: "/v1/places?kind=hazard"},
		{name: "list of everything", target: "/v1/places"},
	})
}

func TestOpenReads(t *testing.T) {
	t.Parallel()
	s := serve(t, func(c *api.Config) { c.OpenReads = true })
	for target, want := range map[string]int{
		"/v1/places": 200, "/v1/incidents": 200, "/v1/coverage/" + binhu: 200, "/tiles/places/0/0/0.mvt": 204,
	} {
		if answer := s.do(t, exchange{target: target}); answer.StatusCode != want {
			t.Errorf("GET %s: got %s, want %d", target, answer.Status, want)
		}
	}
	h := api.New(api.Config{Store: s.store, Live: s.live, OpenReads: true}).Handler()
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8080": 200, "127.0.0.1": 200, "127.1.2.3:80": 200, "[::1]:8080": 200, "[::1]": 200,
		"": 401, "evil.example": 401, "evil.example:8080": 401, "localhost.evil.example": 401, "192.168.1.5:8080": 401, "0.0.0.0": 401, "[fe80::1]:80": 401,
	} {
		for _, target := range []string{"/v1/incidents", "/v1/places", "/v1/coverage/" + binhu, "/tiles/places/0/0/0.mvt"} {
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
			request.Host = host
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, request)
			if got := answer.Code; got != want && (got != 204 || want != 200) {
				t.Errorf("GET %s of %q: got %d, want %d", target, host, got, want)
			}
		}
	}
	write := exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, body: hazard(0.5, 0.5, "")}
	if answer := s.do(t, write); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("POST /v1/places: got %s, want 401", answer.Status)
	}
}

// TestOrigins: pages of other sites read what is public; what is not only with a token, even where reads are open.
func TestOrigins(t *testing.T) {
	t.Parallel()
	s := serve(t, func(c *api.Config) { c.OpenReads = true })
	s.secrets["reader"] = token(t, s.store, "reader", "")
	for _, test := range []struct {
		target, as string
		want       string
	}{
		{"/tiles/grids/0/0/0.mvt", "", "*"},
		{"/tiles/grids.json", "", "*"},
		{"/tiles/places.json", "", "*"},
		{"/v1/grids", "", "*"},
		{"/tiles/places/0/0/0.mvt", "", ""},
		{"/tiles/incidents/0/0/0.mvt", "", ""},
		{"/tiles/places/0/0/0.mvt", "reader", "*"},
		{"/tiles/incidents/0/0/0.mvt", "reader", "*"},
		{"/v1/places", "", ""},
		{"/v1/incidents", "", ""},
		{"/v1/coverage/" + binhu, "", ""},
		{"/v1/session", "", ""},
	} {
		answer := s.do(t, exchange{target: test.target, as: test.as, header: "Origin: https://map.example\n"})
		if got := answer.Header.Get("Access-Control-Allow-Origin"); got != test.want || answer.StatusCode > 204 {
			t.Errorf("%s as %q: got %s with origin %q, want %q", test.target, test.as, answer.Status, got, test.want)
		}
	}
}

// TestWritesAreAudited looks for who did what (L9).
func TestWritesAreAudited(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	steps := []exchange{
		{method: http.MethodPost, target: "/v1/places", header: asJSON, body: hazard(0.5, 0.5, `,"code":"h-1"`)},
		{method: http.MethodPatch, target: "/v1/places/h-1", header: asJSON + `If-Match: "1"`, body: `{"name":"new"}`},
		{method: http.MethodPatch, target: "/v1/places/h-1", header: asJSON + `If-Match: "1"`, body: `{"name":"stale"}`},
	}
	for _, e := range steps {
		e.as = "planner"
		s.do(t, e)
	}
	entries, err := s.store.Audit(t.Context(), "hazard", "h-1", 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Actor+" "+e.Action)
	}
	if want := "planner update, planner create"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
