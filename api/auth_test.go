package api_test

import (
	"net/http"
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
	write := exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, body: hazard(0.5, 0.5, "")}
	if answer := s.do(t, write); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("POST /v1/places: got %s, want 401", answer.Status)
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
