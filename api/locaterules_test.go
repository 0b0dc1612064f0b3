package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
)

// answered is what the tests of rules read of an answer.
type answered struct {
	Outcome     string
	Base        *answeredGrid
	Dedicated   *answeredGrid
	Responsible *struct{ Kind, Code string }
	Contact     *answeredContact
	Chain       []answeredContact
	Workers     []struct{ Name string }
	Divisions   []struct{ Level, Code string }

	OnBoundary   bool                    `json:"on_boundary"`
	BoundaryWith []struct{ Code string } `json:"boundary_with"`
	Near         []struct {
		Code      string
		DistanceM float64 `json:"distance_m"`
	}
	Shares []struct {
		Kind, Code string
		Share      float64
		AreaM2     float64 `json:"area_m2"`
	}
	Network   *answeredNetwork
	Networks  []answeredNetwork
	Void      *struct{ Code, Reason string }
	RadiusM   float64    `json:"radius_m"`
	PlanID    *string    `json:"plan_id"`
	UpdatedAt time.Time  `json:"updated_at"`
	ValidTo   *time.Time `json:"valid_to"`
	Warnings  []struct{ Code string }

	FutureChange bool `json:"future_change"`
	Plans        []string

	Code, Reason, Param string // of a problem
}

type answeredGrid struct {
	Code, Name         string
	HostOrgName        string `json:"host_org_name"`
	SupervisingOrgName string `json:"supervising_org_name"`
}

type answeredContact struct {
	Step, Name   string
	GridCode     string `json:"grid_code"`
	DivisionCode string `json:"division_code"`
	WorkPhone    string `json:"work_phone"`
	Used         bool
}

type answeredNetwork struct {
	Code       string
	Unit       *answeredUnit
	Others     []answeredUnit
	OnBoundary bool `json:"on_boundary"`
}

type answeredUnit struct {
	Code, Phone string
	OrgCode     string `json:"org_code"`
}

func (a *answered) warned() (codes []string) {
	for _, w := range a.Warnings {
		codes = append(codes, w.Code)
	}
	return codes
}

// ask returns the answer at a target that is to have that status.
func (s *server) ask(t *testing.T, target, as string, status int) answered {
	t.Helper()
	var a answered
	if got, _ := s.get(t, target, as, &a); got != status {
		t.Fatalf("%s as %q: %d %+v, want %d", target, as, got, a, status)
	}
	return a
}

// lines sends a batch of lines and returns those of the answer.
func (s *server) lines(t *testing.T, query, as string, questions ...string) []json.RawMessage {
	t.Helper()
	answer := s.do(t, exchange{method: http.MethodPost, target: "/v1/locate" + query, as: as, header: asLines, body: strings.Join(questions, "\n")})
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s (%v)", answer.Status, body, err)
	}
	var lines []json.RawMessage
	for line := range strings.Lines(string(body)) {
		lines = append(lines, json.RawMessage(line))
	}
	return lines
}

func TestBR15BaseBeforeDedicated(t *testing.T) {
	t.Parallel()
	s := serve(t)
	if err := s.store.Set(t.Context(), importer, "precedence.base_kinds", []string{"gas"}); err != nil {
		t.Fatal(err)
	}
	if err := s.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	school := where(1.6, 0.3)
	for _, test := range []struct {
		kind, responsible, contact, why string
	}{
		{"", lake + "801", "网格员0004", ""},
		{"fire_risk", lake + "801", "网格员0004", ""},
		{"gas", lake + "002", "网格员0002", "base_by_kind"},
	} {
		a := s.ask(t, school+"&kind="+test.kind, "", http.StatusOK)
		if a.Responsible.Code != test.responsible || a.Contact.Name != test.contact || a.Base.Code != lake+"002" || a.Dedicated.Code != lake+"801" ||
			slices.Contains(a.warned(), "base_by_kind") != (test.why != "") {
			t.Errorf("%q: %+v", test.kind, a)
		}
		lon, lat := at(1.6, 0.3)
		csv := s.do(t, exchange{method: http.MethodPost, target: "/v1/locate?kind=" + test.kind, header: asCSV, body: fmt.Sprintf("lon,lat\n%g,%g\n", lon, lat)})
		if body, _ := io.ReadAll(csv.Body); !strings.Contains(string(body), ","+lake+"801,"+test.responsible+",") {
			t.Errorf("%q: CSV says %s", test.kind, body)
		}
	}
	a := s.ask(t, school+"&kind=gas&layer=dedicated", "", http.StatusOK)
	if a.Base != nil || a.Responsible.Kind != grid.Base {
		t.Errorf("the dedicated layer alone: %+v", a)
	}
	if p := s.ask(t, school+"&kind=weather", "", http.StatusBadRequest); p.Param != "kind" {
		t.Errorf("an unknown kind: %+v", p)
	}
}

func TestBR21OneAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for i := range 200 {
		x, y := float64(i%20)/10+0.013, float64(i/20)/10+0.017 // over the proven county
		target := where(x, y)
		if x < 1 && y >= 1 { // the lake
			s.ask(t, target, "", http.StatusNotFound)
			continue
		}
		want := lake + "001"
		if x >= 1 {
			want = lake + map[bool]string{false: "002", true: "003"}[y >= 1]
		}
		a := s.ask(t, target, "", http.StatusOK)
		if again := s.ask(t, target, "", http.StatusOK); a.Base == nil || a.Base.Code != want || !cmp.Equal(a, again) {
			t.Fatalf("%s: %+v, then %+v, want %s", target, a, again, want)
		}
	}
}

func TestBR22LowestCodeOnABorder(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, test := range []struct {
		x, y   float64
		base   string
		others []string
	}{
		{1, 0.5, lake + "001", []string{lake + "002"}},
		{1.5, 1, lake + "002", []string{lake + "003"}},
		{1, 1, lake + "001", []string{lake + "002", lake + "003"}},
		{2, 0.5, lake + "002", []string{bridge + "001"}}, // of two counties
		{0, 0.5, lake + "001", nil},                      // of the city
	} {
		a := s.ask(t, where(test.x, test.y), "", http.StatusOK)
		var others []string
		for _, o := range a.BoundaryWith {
			others = append(others, o.Code)
		}
		if !a.OnBoundary || a.Base.Code != test.base || !slices.Equal(others, test.others) || !slices.Contains(a.warned(), "on_boundary") {
			t.Errorf("%v, %v: %+v", test.x, test.y, a)
		}
	}
}

func TestBR23NearABorder(t *testing.T) {
	t.Parallel()
	s := serve(t)
	near := s.ask(t, where(0.9, 0.5), "", http.StatusOK) // 9.5 m off
	if len(near.Near) != 1 || near.Near[0].Code != lake+"002" || math.Abs(near.Near[0].DistanceM-9.5) > 0.1 || near.OnBoundary ||
		!slices.Equal(near.warned(), []string{"near_boundary"}) {
		t.Errorf("near: %+v", near)
	}
	if far := s.ask(t, where(0.8, 0.5), "", http.StatusOK); len(far.Near) != 0 || len(far.Warnings) != 0 { // 19 m
		t.Errorf("beyond the 15 m of the setting: %+v", far)
	}
	if wide := s.ask(t, where(0.8, 0.5)+"&accuracy_m=20", "", http.StatusOK); len(wide.Near) != 1 {
		t.Errorf("by stated accuracy: %+v", wide)
	}
	if narrow := s.ask(t, where(0.9, 0.5)+"&accuracy_m=1", "", http.StatusOK); len(narrow.Near) != 1 {
		t.Errorf("an accuracy below the setting: %+v", narrow)
	}
	for _, wrong := range []string{"-1", "10000.1", "NaN", "1e999", "5m"} {
		if p := s.ask(t, where(0.9, 0.5)+"&accuracy_m="+wrong, "", http.StatusBadRequest); p.Param != "accuracy_m" {
			t.Errorf("%s: %+v", wrong, p)
		}
	}
}

func TestBR24DiscsHaveShares(t *testing.T) {
	t.Parallel()
	s := serve(t)
	a := s.ask(t, where(1.1, 0.5)+"&radius_m=35", "", http.StatusOK)
	total, area := 0.0, 0.0
	for _, share := range a.Shares {
		if share.Kind == grid.Base {
			total, area = total+share.Share, area+share.AreaM2
		}
	}
	if a.Base.Code != lake+"002" || a.RadiusM != 35 || len(a.Shares) != 3 || a.Shares[0].Code != lake+"002" || a.Shares[0].Share < 0.6 || a.Shares[2].Code != lake+"802" ||
		math.Abs(total-1) > 1e-9 || math.Abs(area/(math.Pi*35*35)-1) > 1e-4 || !slices.Contains(a.warned(), "several_grids") {
		t.Errorf("a disc over two grids: %+v", a)
	}
	if half := s.ask(t, where(1, 0.5)+"&radius_m=40", "", http.StatusOK); half.Base.Code != lake+"001" || math.Abs(half.Shares[0].Share-0.5) > 1e-9 {
		t.Errorf("a disc with its middle on the border: %+v", half)
	}
	if whole := s.ask(t, where(0.5, 0.5)+"&radius_m=30", "", http.StatusOK); len(whole.Shares) != 1 || len(whole.Warnings) != 0 || whole.Shares[0].Share != 1 {
		t.Errorf("a disc within a grid: %+v", whole)
	}
	if wide := s.ask(t, where(1, 1)+"&radius_m=5000", "", http.StatusOK); len(wide.Shares) != 4 {
		t.Errorf("a disc around the city: %+v", wide)
	}
	s.ask(t, where(0.5, 1.5)+"&radius_m=10", "", http.StatusNotFound) // in the void area
	for _, wrong := range []string{"&radius_m=0", "&radius_m=5000.1", "&radius_m=-5", "&radius_m=x"} {
		if p := s.ask(t, where(0.5, 0.5)+wrong, "", http.StatusBadRequest); p.Param != "radius_m" {
			t.Errorf("%s: %+v", wrong, p)
		}
	}
	lines := s.lines(t, "?radius_m=40", "", geometry("LineString", [2]float64{0.25, 0.5}, [2]float64{1.25, 0.5}), strings.TrimSuffix(point(0.5, 0.5), "}")+`,"radius_m":0.5}`)
	for i, line := range lines {
		if !strings.Contains(string(line), `"param":"radius_m"`) {
			t.Errorf("line %d: %s", i, line)
		}
	}
}

func TestBR25NearestGridOfTheCommunity(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["reader"] = token(t, s.store, "reader", "")
	a := s.ask(t, where(3, 1.2), "", http.StatusOK)
	if a.Outcome != "served" || a.Base.Code != bridge+"001" || !slices.Contains(a.warned(), "fallback_nearest") || !slices.Contains(a.warned(), "unproven_edition") {
		t.Errorf("within 50 m: %+v", a)
	}
	none := s.ask(t, where(3, 1.9), "", http.StatusOK)
	if none.Outcome != "no_grid" || none.Base != nil || none.Responsible != nil || none.Divisions[0].Code != bridge || none.Contact == nil || none.Contact.DivisionCode != bridge ||
		!slices.Contains(none.warned(), "no_grid") {
		t.Errorf("beyond: %+v", none)
	}
	s.ask(t, where(0.5, 0.5), "", http.StatusOK)
	metrics, err := io.ReadAll(s.do(t, exchange{target: "/metrics"}).Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, answer := range []string{"fallback_nearest", "no_grid"} {
		if line := fmt.Sprintf("wangge_locate_gaps_total{answer=%q,county=%q} 1\n", answer, liangxi); !strings.Contains(string(metrics), line) {
			t.Errorf("the metrics have no line %s", line)
		}
	}
	var report struct {
		Gaps []struct {
			CommunityCode string  `json:"community_code"`
			AreaM2        float64 `json:"area_m2"`
		}
	}
	if status, _ := s.get(t, "/v1/coverage/"+bridge, "reader", &report); status != http.StatusOK || len(report.Gaps) != 1 || report.Gaps[0].CommunityCode != bridge || report.Gaps[0].AreaM2 < 20_000 {
		t.Errorf("coverage lists the gap: %d %+v", status, report)
	}
}

func TestBR26NobodyServes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	void := s.ask(t, where(0.5, 1.5), "", http.StatusNotFound)
	if void.Code != "no_service" || void.Reason != "water" || len(void.Divisions) != 4 {
		t.Errorf("a void area: %+v", void)
	}
	for _, path := range []string{"/v1/locate", "/v1/locate/all"} {
		if outside := s.ask(t, strings.Replace(where(-1, 0.5), "/v1/locate", path, 1), "", http.StatusNotFound); outside.Code != "outside_area" {
			t.Errorf("outside, %s: %+v", path, outside)
		}
	}
	all := s.ask(t, strings.Replace(where(0.5, 1.5), "/v1/locate", "/v1/locate/all", 1), "", http.StatusOK)
	if all.Outcome != "no_service" || all.Void == nil || all.Void.Reason != "water" || all.Base != nil || all.Responsible != nil || all.Contact == nil {
		t.Errorf("all of a void area: %+v", all)
	}
}

func TestBR27OtherTimes(t *testing.T) {
	t.Parallel()
	s, pool := serveTown(t)
	code := s.splitPlan(t)
	effective := time.Now().Add(time.Hour)
	decide(t, pool, code, &effective)
	here := where(1.2, 0.9)
	now := s.ask(t, here, "", http.StatusOK)
	next := s.ask(t, here+"&"+asOf(effective), "reader", http.StatusOK)
	if next.Base.Code == now.Base.Code || !next.FutureChange || !slices.Contains(next.warned(), "future_change") || !slices.Equal(next.Plans, []string{code}) || next.ValidTo != nil {
		t.Errorf("when the plan has taken effect: %+v", next)
	}
	if drawn := s.ask(t, here+"&plan="+code, "reader", http.StatusOK); drawn.Base.Code != next.Base.Code || drawn.FutureChange {
		t.Errorf("its draft: %+v", drawn)
	}
	s.ask(t, here+"&"+asOf(effective), "", http.StatusUnauthorized)
	before := s.ask(t, here+"&"+asOf(effective.Add(-time.Second)), "", http.StatusOK)
	if before.Base.Code != now.Base.Code || before.FutureChange {
		t.Errorf("before it takes effect: %+v", before)
	}

	_, second := gridtest.NextEdition{County: binhu, Actor: "test", Plan: "p2", Grids: []grid.Grid{aGrid(lake+"001", grid.Base, lake, "新名", 300, box(0, 0, 1, 1))}}.Write(t, pool)
	if err := s.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	here = where(0.5, 0.5)
	now = s.ask(t, here, "", http.StatusOK)
	if now.Base.Name != "新名" || now.ValidTo != nil || !now.UpdatedAt.Equal(second) || now.PlanID == nil || *now.PlanID == "" {
		t.Errorf("now: %+v", now)
	}
	past := s.ask(t, here+"&"+asOf(second.Add(-time.Microsecond)), "", http.StatusOK)
	if past.Base.Name == "新名" || past.ValidTo == nil || !past.ValidTo.Equal(second) || !past.UpdatedAt.Before(second) || past.PlanID != nil {
		t.Errorf("before: %+v", past)
	}
}
