package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// serveTown is serve with the pool of its database.
func serveTown(t *testing.T) (*server, *pgxpool.Pool) {
	t.Helper()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	fill(t, s)
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(api.New(api.Config{Store: s, Live: l, PublicURL: "https://grid.example.cn"}).Handler())
	t.Cleanup(front.Close)
	return &server{Server: front, store: s, live: l, secrets: map[string]string{}}, pool
}

// get returns a JSON answer, which conforms to the document, with its status and the editions that it names.
func (s *server) get(t *testing.T, target, as string, into any) (status int, editions string) {
	t.Helper()
	answer := s.do(t, exchange{target: target, as: as})
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, answer, body)
	if into != nil && len(body) > 0 {
		if err := json.Unmarshal(body, into); err != nil {
			t.Fatalf("%s: %v: %s", target, err, body)
		}
	}
	return answer.StatusCode, answer.Header.Get("Wangge-Edition")
}

func asOf(at time.Time) string { return "as_of=" + url.QueryEscape(at.Format(time.RFC3339Nano)) }

// located is what the tests read of an answer.
type located struct {
	Base         *struct{ Code, Name string }
	Outcome      string
	Edition      struct{ Number int }
	AsOf         *time.Time `json:"as_of"`
	FutureChange bool       `json:"future_change"`
	Plans        []string
	Code         string // of a problem
}

// TestL4AsOf asks every path for the town as it was: in edition 2 grid 002 has another name and loses its east half to a new 004.
func TestL4AsOf(t *testing.T) {
	t.Parallel()
	s, pool := serveTown(t)
	s.secrets["reader"], s.secrets["planner"] = token(t, s.store, "reader", ""), token(t, s.store, "planner", "")
	for _, x := range []float64{1.2, 1.8} {
		if made := s.do(t, exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "planner", body: hazard(x, 0.5, "")}); made.StatusCode != 201 {
			t.Fatal(made.Status)
		}
	}
	first := s.live.Now().City.Edition(binhu).Info().InForceFrom
	_, second := gridtest.NextEdition{County: binhu, Actor: "test", Plan: "p2", Grids: []grid.Grid{
		aGrid(lake+"002", grid.Base, lake, "水秀第二新网格", 140, box(1, 0, 0.5, 1)), aGrid(lake+"004", grid.Base, lake, "水秀第四网格", 140, box(1.5, 0, 0.5, 1)),
	}}.Write(t, pool)
	if err := s.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	const tick = time.Microsecond
	lon, lat := at(1.8, 0.9)
	here := "lon=" + jsonNumber(lon) + "&lat=" + jsonNumber(lat)
	for _, test := range []struct {
		name     string
		at       time.Time
		code     string
		edition  int
		grids    int // of the county
		in002    int // hazards in grid 002
		tileHas4 bool
	}{
		{"right before the second", second.Add(-tick), lake + "002", 1, 5, 2, false},
		{"at the second", second, lake + "004", 2, 6, 1, true},
		{"a minute ago or so, but after the second", second.Add(tick), lake + "004", 2, 6, 1, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			when := asOf(test.at)
			editions := editionsText(test.edition)
			var a located
			if status, named := s.get(t, "/v1/locate?"+here+"&"+when, "", &a); status != 200 || a.Base.Code != test.code ||
				a.Edition.Number != test.edition || named != strings.Split(editions, ",")[0] || !a.AsOf.Equal(test.at) || a.FutureChange {
				t.Errorf("locate: %d %s %+v", status, named, a)
			}
			var list struct{ Items []struct{ Code string } }
			if status, named := s.get(t, "/v1/grids?division="+binhu+"&"+when, "", &list); status != 200 || named != editions || len(list.Items) != test.grids {
				t.Errorf("grids: %d %s %d", status, named, len(list.Items))
			}
			if status, _ := s.get(t, "/v1/grids/"+lake+"004?"+when, "", nil); (status == 200) != (test.edition == 2) {
				t.Errorf("the new grid: %d", status)
			}
			if status, _ := s.get(t, "/v1/places?grid="+lake+"002&"+when, "reader", &list); status != 200 || len(list.Items) != test.in002 {
				t.Errorf("places: %d, %d in grid 002", status, len(list.Items))
			}
			var place struct {
				Assignment struct {
					BaseGrid string `json:"base_grid"`
					Edition  int
				}
			}
			if status, _ := s.get(t, "/v1/places/320211-HZ-00000002?"+when, "reader", &place); status != 200 || place.Assignment.BaseGrid != test.code {
				t.Errorf("the place in the east: %d %+v", status, place)
			}
			var report struct {
				Editions []struct{ Number int }
				Grids    []struct {
					Code   string
					Places map[string]int
				}
				AsOf time.Time `json:"as_of"`
			}
			if status, _ := s.get(t, "/v1/coverage/"+binhu+"?"+when, "reader", &report); status != 200 || report.Editions[0].Number != test.edition || !report.AsOf.Equal(test.at) {
				t.Errorf("coverage: %d %+v", status, report)
			}
			for _, g := range report.Grids {
				if g.Code == lake+"002" && g.Places["hazard"] != test.in002 {
					t.Errorf("coverage counts %v in grid 002", g.Places)
				}
			}
			if got := strings.Contains(s.tileCodes(t, "grids", "?"+when, ""), lake+"004"); got != test.tileHas4 {
				t.Errorf("the tile has grid 004: %v", got)
			}
			body := `[{"lon":` + jsonNumber(lon) + `,"lat":` + jsonNumber(lat) + `}]`
			answer := s.do(t, exchange{method: http.MethodPost, target: "/v1/locate?" + when, header: asJSON, body: body})
			var batch struct{ Answers []located }
			if err := json.NewDecoder(answer.Body).Decode(&batch); err != nil || batch.Answers[0].Base.Code != test.code {
				t.Errorf("batch: %v %+v", err, batch)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		for _, test := range []struct {
			target, as string
			status     int
			code       string
		}{
			{"/v1/locate?" + here + "&" + asOf(first.AddDate(-1, 0, 0)), "", 404, "no_edition"},
			{"/v1/grids?as_of=1999-01-01", "", 404, "no_edition"},
			{"/v1/locate?" + here + "&as_of=yesterday", "", 400, "bad_request"},
			{"/v1/locate?" + here + "&as_of=2026-13-01", "", 400, "bad_request"},
			{"/v1/locate?" + here + "&as_of=2026-01-01T00:00:00+08:00", "", 400, "bad_request"}, // + is a space
			{"/v1/locate?" + here + "&as_of=2026-01-01&plan=x", "", 400, "bad_request"},
			{"/v1/divisions?as_of=2026-01-01", "", 400, "bad_request"},
			{"/v1/places?kind=shelter&" + asOf(second), "", 401, "unauthorized"},
			{"/v1/places?" + asOf(time.Now().AddDate(1, 0, 0)), "reader", 400, "bad_request"},
			{"/v1/places/320211-HZ-00000001?" + asOf(first), "reader", 404, "not_found"}, // not stored yet
			{"/v1/coverage/" + binhu + "?" + asOf(second), "", 401, "unauthorized"},
			{"/tiles/places/14/0/0.mvt?" + asOf(second), "reader", 400, "bad_request"},
			{"/v1/locate?" + here + "&plan=x", "", 401, "unauthorized"},
			{"/v1/locate?" + here + "&plan=x", "reader", 404, "not_found"},
			{"/tiles/plan-x/14/0/0.mvt", "", 401, "unauthorized"},
			{"/tiles/plan-x.json", "", 401, "unauthorized"},
		} {
			var p located
			if status, _ := s.get(t, test.target, test.as, &p); status != test.status || p.Code != test.code {
				t.Errorf("%s as %q: %d %s, want %d %s", test.target, test.as, status, p.Code, test.status, test.code)
			}
		}
	})
	t.Run("a date is its beginning in the deployment's time zone", func(t *testing.T) {
		zone, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			t.Fatal(err)
		}
		tomorrow := time.Now().In(zone).AddDate(0, 0, 1)
		var a located
		if status, _ := s.get(t, "/v1/locate?"+here+"&as_of="+tomorrow.Format(time.DateOnly), "", &a); status != 200 {
			t.Fatal(status)
		}
		y, m, d := tomorrow.Date()
		if want := time.Date(y, m, d, 0, 0, 0, 0, zone); !a.AsOf.Equal(want) {
			t.Errorf("got %v, want %v", a.AsOf, want)
		}
	})
}

func editionsText(ofBinhu int) string {
	return binhu + "=" + string(rune('0'+ofBinhu)) + "," + liangxi + "=1"
}

func jsonNumber(x float64) string {
	b, _ := json.Marshal(x) // a finite number always marshals
	return string(b)
}

// tileCodes returns the codes of the base grids of the tile of zoom 14 where the town is, with what they say has changed.
func (s *server) tileCodes(t *testing.T, tileset, query, as string) string {
	t.Helper()
	lon, lat := at(1.5, 0.5)
	tile := maptile.At(orb.Point{lon, lat}, 14)
	target := "/tiles/" + tileset + "/14/" + jsonNumber(float64(tile.X)) + "/" + jsonNumber(float64(tile.Y)) + ".mvt" + query
	answer := s.do(t, exchange{target: target, as: as})
	raw, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 200 {
		t.Fatalf("%s: %d %v %s", target, answer.StatusCode, err, raw)
	}
	conforms(t, answer, raw)
	layers, err := mvt.Unmarshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, l := range layers {
		if l.Name != "base" {
			continue
		}
		for _, f := range l.Features {
			code, _ := f.Properties["code"].(string)
			if changed, ok := f.Properties["changed"].(string); ok {
				code += ":" + changed
			}
			codes = append(codes, code)
		}
	}
	return strings.Join(codes, " ")
}
