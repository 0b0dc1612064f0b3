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
	"github.com/wangge/wangge/grid/store"
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

func TestBR29WhomToContact(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["reader"], s.secrets["elsewhere"] = token(t, s.store, "reader", binhu), token(t, s.store, "reader", liangxi)
	steps := func(a answered) (steps []string) {
		for _, c := range a.Chain {
			steps = append(steps, c.Step)
			if c.Used != (a.Contact != nil && cmp.Equal(c, *a.Contact)) {
				t.Errorf("used is not the contact: %+v", a)
			}
		}
		return steps
	}
	for _, test := range []struct {
		x, y  float64
		as    string
		steps string
		name  string
	}{
		{0.5, 0.5, "", "posted community street", "网格员0001"},
		{1.6, 0.3, "", "posted base_worker community street", "网格员0004"},
		{1.6, 0.3, "reader", "posted grid_leader base_worker community street", "网格员0004"},
		{1.6, 0.3, "elsewhere", "posted base_worker community street", "网格员0004"},
		{1.5, 1.5, "", "community street", "水秀社区"}, // nobody is posted
	} {
		a := s.ask(t, where(test.x, test.y), test.as, http.StatusOK)
		if got := strings.Join(steps(a), " "); got != test.steps || a.Contact == nil || a.Contact.Name != test.name {
			t.Errorf("%v, %v as %q: %s, %+v", test.x, test.y, test.as, got, a.Contact)
		}
		names := fmt.Sprint(a.Workers)
		if strings.Contains(names, "网格员0003") != (test.as == "reader") {
			t.Errorf("%v, %v as %q: the workers %s", test.x, test.y, test.as, names)
		}
	}
	if kept := s.do(t, exchange{target: where(1.6, 0.3), as: "reader"}).Header.Get("Cache-Control"); kept != "private, no-store" {
		t.Errorf("what a token opens is kept: %q", kept)
	}
	s.secrets["none"] = "unknown"
	s.ask(t, where(0.5, 0.5), "none", http.StatusUnauthorized)
}

// TestLocateNetworks asks for the units of other services.
func TestLocateNetworks(t *testing.T) {
	t.Parallel()
	s := serve(t)
	addNetworks(t, s.store)
	if err := s.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.secrets["reader"] = token(t, s.store, "reader", "")
	all := func(x, y float64) string { return strings.Replace(where(x, y), "/v1/locate", "/v1/locate/all", 1) }
	s.all(t, []exchange{
		{name: "all", target: all(1.6, 0.3)},
		{name: "all in a void area", target: all(0.5, 1.5)},
		{name: "all outside", target: all(-1, 0.5)},
		{name: "all on the border of units", target: all(2, 0.5)},
		{name: "all as of a day to come", target: all(0.5, 0.5) + "&as_of=2099-01-01"},
		{name: "all of a layer", target: all(0.5, 0.5) + "&layer=base"},
		{name: "layer of a network", target: where(0.5, 0.5) + "&layer=JW"},
		{name: "layer of a network in a void area", target: where(0.5, 1.5) + "&layer=JW"},
		{name: "layer of a network without a unit there", target: where(2.5, 0.5) + "&layer=XF"},
		{name: "layer of a network of a disc", target: where(0.5, 0.5) + "&layer=JW&radius_m=10"},
		{name: "layer unknown", target: where(0.5, 0.5) + "&layer=CG"},
	})
	open := s.ask(t, all(0.5, 0.5), "", http.StatusOK)
	if jw, xf := open.Networks[0].Unit, open.Networks[1].Unit; jw.Phone != "" || jw.OrgCode != "" || xf.Phone != "119" || xf.OrgCode != "org-fire" {
		t.Errorf("what anybody sees: %+v", open.Networks)
	}
	closed := s.ask(t, all(0.5, 0.5), "reader", http.StatusOK)
	if jw := closed.Networks[0].Unit; jw.Phone != "110" || jw.OrgCode != "org-police" {
		t.Errorf("what a reader sees: %+v", closed.Networks)
	}
}

// addNetworks adds to the town a police network that covers both counties and overlaps between them, and a fire station in the west.
func addNetworks(t *testing.T, s *store.Store) {
	t.Helper()
	organizations := []grid.Organization{
		{Code: "org-police", Name: "公安分局", Kind: "department", Level: grid.LevelCounty, DivisionCode: binhu, PublicPhone: "12345"},
		{Code: "org-fire", Name: "消防救援站", Kind: "department", Level: grid.LevelCounty, DivisionCode: binhu, PublicPhone: "119", Public: true},
	}
	networks := []grid.Network{{Code: "JW", Name: "警务网", Kind: "police", HasFullCover: true}, {Code: "XF", Name: "消防网", Kind: "fire"}}
	units := []grid.ServiceUnit{
		{NetworkCode: "JW", ExternalCode: "JW2", Name: "西所", Org: "org-police", Phone: "110", Boundary: box(0, 0, 2, 2).Orb()},
		{NetworkCode: "JW", ExternalCode: "JW1", Name: "东所", Org: "org-police", Phone: "110", Boundary: box(1.9, 0, 1, 2).Orb()},
		{NetworkCode: "XF", ExternalCode: "XF1", Name: "消防站", Org: "org-fire", Boundary: box(0, 0, 2, 1).Orb()},
	}
	for _, err := range []error{
		s.ImportOrganizations(t.Context(), imported("organizations", len(organizations)), organizations),
		s.ImportNetworks(t.Context(), imported("networks", len(networks)), networks),
		s.ImportServiceUnits(t.Context(), imported("service_units", len(units)), units),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
