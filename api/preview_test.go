package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/grid"
)

// counted is what the tests read of a coverage report.
type counted struct {
	Proven     bool
	Households int
	AreaM2     float64 `json:"area_m2"`
	VoidM2     float64 `json:"void_m2"`
	CoveredM2  float64 `json:"covered_m2"`
	Load       struct{ Min, Mean, Max, CV float64 }
	Unassigned struct {
		Places    map[string]int
		Incidents int
	}
	Grids []struct {
		Code       string
		Name       string
		Households int
		Load       float64
		Places     map[string]int
		Incidents  struct{ Open, Total int }
	}
}

// splitPlan draws a plan that cuts the north-west off grid 002, and returns its code.
func (s *server) splitPlan(t *testing.T) string {
	t.Helper()
	planners(t, s)
	p := &onPlan{planCode(t, 1), 1}
	for _, e := range []exchange{
		{method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan},
		p.act("", "planner", "/changes", change("split", `"grid":"`+lake+`002",`+line([2]float64{0.99, 0.5}, [2]float64{1.5, 0.5}, [2]float64{1.5, 1.02})+`,"snap_m":5`)),
	} {
		if made := s.do(t, e); made.StatusCode != http.StatusCreated && made.StatusCode != http.StatusOK {
			t.Fatal(e.target, made.Status)
		}
	}
	return p.code
}

// decide makes a plan a decided one that takes effect at that time, nil for whenever it is published.
func decide(t *testing.T, pool *pgxpool.Pool, code string, effective *time.Time) (version int) {
	t.Helper()
	err := pool.QueryRow(t.Context(), `
		UPDATE plan
		SET state = 'decided', decided_at = now(), decided_by = 'test', effective_at = $2, checked_position = position, version = version + 1
		WHERE code = $1
		RETURNING version`, code, effective).Scan(&version)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

// TestL3Preview asks for a draft by every path, publishes it, and finds what was previewed.
func TestL3Preview(t *testing.T) {
	t.Parallel()
	s, pool := serveTown(t)
	code := s.splitPlan(t)
	for _, x := range []float64{1.2, 1.3, 1.8} {
		for _, path := range []string{"/v1/places", "/v1/incidents"} {
			body := hazard(x, 0.9, "")
			if path == "/v1/incidents" {
				body = `{"kind":"gas","source":"patrol","title":"x","reported_at":"2026-11-22T09:00:00+08:00","geometry":` + geometry("Point", [2]float64{x, 0.9}) + `,"crs":"wgs84"}`
			}
			if made := s.do(t, exchange{method: http.MethodPost, target: path, header: asJSON, as: "city", body: body}); made.StatusCode != http.StatusCreated {
				t.Fatal(path, made.Status)
			}
		}
	}
	lon, lat := at(1.2, 0.9)
	here := "/v1/locate?lon=" + jsonNumber(lon) + "&lat=" + jsonNumber(lat)
	var now, drawn located
	s.get(t, here, "", &now)
	status, editions := s.get(t, here+"&plan="+code, "reader", &drawn)
	if status != 200 || now.Base.Code == drawn.Base.Code || drawn.Edition.Number != 1 || editions != binhu+"=1" || drawn.FutureChange || !cmp.Equal(drawn.Plans, []string{code}) {
		t.Fatalf("draft: %d %s %+v; now %+v", status, editions, drawn, now)
	}
	created := drawn.Base.Code
	if named := s.do(t, exchange{target: here + "&plan=" + code, as: "reader"}).Header; named.Get("Wangge-Plan") != code || named.Get("Cache-Control") != "private, no-store" {
		t.Errorf("headers %v", named)
	}
	for as, want := range map[string]int{"": 401, "elsewhere": 403} {
		for _, target := range []string{here + "&plan=" + code, "/v1/grids?plan=" + code, "/tiles/plan-" + code + ".json", "/tiles/plan-" + code + "/14/0/0.mvt"} {
			if status, _ := s.get(t, target, as, nil); status != want {
				t.Errorf("%s as %q: %d, want %d", target, as, status, want)
			}
		}
	}
	if got := s.tileCodes(t, "plan-"+code, "", "reader"); !strings.Contains(got, created+":created") || !strings.Contains(got, lake+"001") || strings.Contains(got, bridge) {
		t.Errorf("the draft's tile has %s", got)
	}
	if status, _ := s.get(t, "/tiles/plan-"+code+".json", "reader", nil); status != 200 {
		t.Errorf("TileJSON: %d", status)
	}
	if status, _ := s.get(t, "/v1/grids/"+created+"?plan="+code+"&geometry=true", "reader", nil); status != 200 {
		t.Errorf("the new grid of the draft: %d", status)
	}

	for _, division := range []string{binhu, lake, city} {
		var preview struct{ Before, After counted }
		var before, after counted
		if status, _ := s.get(t, "/v1/coverage/"+division+"?plan="+code, "city", &preview); status != 200 {
			t.Fatal(status)
		}
		s.get(t, "/v1/coverage/"+division, "city", &before)
		if diff := cmp.Diff(before, preview.Before); diff != "" {
			t.Errorf("%s as it is (-asked for +previewed):\n%s", division, diff)
		}
		if division != city {
			continue // the last one
		}
		version := decide(t, pool, code, nil)
		actor := grid.Actor{Name: "test", Role: grid.RoleAdministrator}
		if _, err := s.store.Publish(t.Context(), s.live.Now().City, actor, code, version); err != nil {
			t.Fatal(err)
		}
		if err := s.live.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.get(t, "/v1/coverage/"+division, "city", &after)
		if diff := cmp.Diff(after, preview.After); diff != "" {
			t.Errorf("%s as published (-published +previewed):\n%s", division, diff)
		}
	}
	// A published plan still shows what it was drawn as, over the edition of then; what it would do cannot be counted any more.
	s.get(t, here, "", &now)
	if status, editions := s.get(t, here+"&plan="+code, "reader", &drawn); status != 200 || drawn.Base.Code != now.Base.Code || editions != binhu+"=1" {
		t.Errorf("after publishing: %d %s %+v", status, editions, drawn)
	}
	if status, _ := s.get(t, "/v1/coverage/"+binhu+"?plan="+code, "city", nil); status != 409 {
		t.Errorf("coverage of a published plan: %d", status)
	}
}

// TestFutureChange applies a decided plan from its time on, for whoever may read plans (BR-27).
func TestFutureChange(t *testing.T) {
	t.Parallel()
	s, pool := serveTown(t)
	code := s.splitPlan(t)
	effective := time.Now().AddDate(0, 1, 0).Truncate(time.Second)
	decide(t, pool, code, &effective)
	lon, lat := at(1.2, 0.9)
	here := "/v1/locate?lon=" + jsonNumber(lon) + "&lat=" + jsonNumber(lat) + "&"
	for _, test := range []struct {
		name    string
		at      time.Time
		as      string
		status  int
		changed bool
	}{
		{"right before", effective.Add(-time.Microsecond), "", 200, false},
		{"at its time", effective, "reader", 200, true},
		{"after", effective.AddDate(1, 0, 0), "reader", 200, true},
		{"for anybody", effective, "", 401, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var a located
			status, editions := s.get(t, here+asOf(test.at), test.as, &a)
			if status != test.status || a.FutureChange != test.changed {
				t.Fatalf("%d %+v", status, a)
			}
			if status == 200 && ((a.Base.Code != lake+"002") != test.changed || editions != binhu+"=1" || (len(a.Plans) == 1) != test.changed) {
				t.Errorf("%s %+v", editions, a)
			}
		})
	}
	if got := s.tileCodes(t, "grids", "?"+asOf(effective), "reader"); !strings.Contains(got, lake+"004") {
		t.Errorf("the tile of then has %s", got)
	}
}

// TestPreviewPosts shows one worker on each of the grids that a plan posts the worker to.
func TestPreviewPosts(t *testing.T) {
	t.Parallel()
	s, _ := serveTown(t)
	planners(t, s)
	p := &onPlan{planCode(t, 1), 1}
	dedicated := func(x float64, name string) exchange {
		return p.act("", "planner", "/changes", change("create", `"kind":"dedicated","name":"`+name+
			`","dedicated_kind":"hospital","host_org_code":"org-school","post_worker_code":"0004",`+area(x, 0.7, 0.2, 0.2)))
	}
	for _, e := range []exchange{
		{method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan}, dedicated(0.3, "水秀医院"), dedicated(1.7, "桥北医院"),
	} {
		if made := s.do(t, e); made.StatusCode != http.StatusCreated && made.StatusCode != http.StatusOK {
			t.Fatal(e.target, made.Status)
		}
	}
	for _, x := range []float64{0.4, 1.8} {
		lon, lat := at(x, 0.8)
		var a struct {
			Workers []struct{ Name string }
		}
		status, _ := s.get(t, "/v1/locate?lon="+jsonNumber(lon)+"&lat="+jsonNumber(lat)+"&plan="+p.code, "reader", &a)
		if status != 200 || len(a.Workers) == 0 || a.Workers[0].Name != "网格员0004" {
			t.Errorf("at %v: %d %+v", x, status, a)
		}
	}
}
