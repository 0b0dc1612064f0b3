package store_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

var dispatcher = grid.Actor{Name: "dispatcher", Role: grid.RoleDispatcher}

func inside(tiling geotest.Tiling, face int) orb.Point {
	return geo.PointOnSurface(tiling.Faces[face]).Orb()
}

func TestCreatePlace(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	made, err := s.CreatePlace(t.Context(), planner, city, hazard(inside(tiling, 3), grid.Assignment{}))
	if err != nil {
		t.Fatal(err)
	}
	want, err := city.Assign(t.Context(), inside(tiling, 3))
	if err != nil || want.BaseGridID == 0 {
		t.Fatal(want, err)
	}
	if made.Code != "320211-HZ-00000001" || made.Assignment != want || made.Version != 1 || made.CreatedBy != "planner" || made.State != "active" {
		t.Errorf("made %+v", made)
	}
	if made.Detail["hazard_state"] != "found" {
		t.Errorf("detail %v lacks the default state", made.Detail)
	}
	entries, err := s.Audit(t.Context(), "hazard", made.Code, 10)
	if err != nil || len(entries) != 1 || entries[0].Actor != "planner" || entries[0].Before != nil {
		t.Fatalf("audit %v, %v", entries, err)
	}
	var after struct {
		Name  string
		Shape struct{ Type string }
	}
	if err := json.Unmarshal(entries[0].After.(json.RawMessage), &after); err != nil || after.Name != "隐患" || after.Shape.Type != "Point" {
		t.Errorf("audit after: %s, %v", entries[0].After, err)
	}
}

func TestCreatePlaceRefuses(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	at := inside(tiling, 3)
	taken := hazard(at, grid.Assignment{})
	taken.Code = "TAKEN"
	if _, err := s.CreatePlace(t.Context(), planner, city, taken); err != nil {
		t.Fatal(err)
	}
	change := func(f func(p *grid.Place)) grid.Place {
		p := hazard(at, grid.Assignment{})
		f(&p)
		return p
	}
	var rule *grid.RuleError
	var invalid *geo.InvalidError
	for _, c := range []struct {
		name  string
		actor grid.Actor
		place grid.Place
		want  func(error) bool
	}{
		{"role", dispatcher, change(func(*grid.Place) {}), func(err error) bool { return errors.Is(err, grid.ErrForbidden) }},
		{
			"scope",
			grid.Actor{Name: "p", Role: grid.RolePlanner, Scope: "320212000000"},
			change(func(*grid.Place) {}),
			func(err error) bool { return errors.Is(err, grid.ErrForbidden) },
		},
		{"code taken", planner, taken, func(err error) bool { return errors.Is(err, grid.ErrConflict) }},
		{"kind", planner, change(func(p *grid.Place) { p.Kind = "villain" }), func(err error) bool { return errors.As(err, &rule) && rule.Field == "kind" }},
		{
			"organisation", planner, change(func(p *grid.Place) { p.SupervisingOrg = "NOBODY" }),
			func(err error) bool { return errors.As(err, &rule) && rule.Field == "supervising_org_code" },
		},
		{"state", planner, change(func(p *grid.Place) { p.State = "gone" }), func(err error) bool { return errors.As(err, &rule) && rule.Field == "state" }},
		{"crs", planner, change(func(p *grid.Place) { p.InputCRS = "mars" }), func(err error) bool { return errors.As(err, &rule) && rule.Field == "crs" }},
		{
			"required field", planner, change(func(p *grid.Place) { delete(p.Detail, "level") }),
			func(err error) bool { return errors.As(err, &rule) && rule.Rule == "required" && rule.Field == "level" },
		},
		{"type of a field", planner, change(func(p *grid.Place) { p.Detail["found_at"] = "soon" }), func(err error) bool { return errors.Is(err, grid.ErrInvalid) }},
		{
			"off the lattice", planner, change(func(p *grid.Place) { p.Shape = orb.Point{at[0] + 3e-9, at[1]} }),
			func(err error) bool { return errors.As(err, &invalid) },
		},
		{"shape", planner, change(func(p *grid.Place) { p.Shape = orb.Collection{} }), func(err error) bool { return errors.As(err, &invalid) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if made, err := s.CreatePlace(t.Context(), c.actor, city, c.place); !c.want(err) {
				t.Errorf("got %v, %v", made.Code, err)
			}
		})
	}
	if places, err := s.Places(t.Context(), store.Filter{Limit: 10}); err != nil || len(places) != 1 {
		t.Errorf("%d places are stored, %v", len(places), err)
	}
}

func TestUpdatePlaceMovesIt(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	made, err := s.CreatePlace(t.Context(), planner, city, hazard(inside(tiling, 0), grid.Assignment{}))
	if err != nil {
		t.Fatal(err)
	}
	moved, err := s.UpdatePlace(t.Context(), planner, city, made.Code, 1, func(p *grid.Place) error {
		p.Shape, p.Name, p.Detail["level"] = inside(tiling, 8), "新名", "major"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := made
	want.Shape, want.Name, want.Version, want.UpdatedAt = orb.Geometry(inside(tiling, 8)), "新名", 2, moved.UpdatedAt
	want.Detail["level"] = "major"
	if want.Assignment, err = city.Assign(t.Context(), want.Shape); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(moved, want); diff != "" {
		t.Errorf("moved (-got +want):\n%s", diff)
	}
	if want.Assignment == made.Assignment {
		t.Error("the move did not change the grid: the test is worth nothing")
	}
	_, err = s.UpdatePlace(t.Context(), planner, city, made.Code, 1, func(*grid.Place) error { return nil })
	if !errors.Is(err, grid.ErrStale) {
		t.Errorf("update of an old version: got %v, want grid.ErrStale", err)
	}
	refused := errors.New("the patch is not readable")
	_, err = s.UpdatePlace(t.Context(), planner, city, made.Code, 2, func(*grid.Place) error { return refused })
	if !errors.Is(err, refused) {
		t.Errorf("error of change: got %v", err)
	}
	_, err = s.UpdatePlace(t.Context(), planner, city, "NOWHERE", 1, func(*grid.Place) error { return nil })
	if !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("unknown code: got %v", err)
	}
	entries, err := s.Audit(t.Context(), "hazard", made.Code, 10)
	if err != nil || len(entries) != 2 || entries[0].Action != "update" || entries[0].Before == nil {
		t.Errorf("audit %v, %v", entries, err)
	}
}

func TestIncidentLife(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	score := 4
	occurred := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	in := grid.Incident{
		Kind: "gas", Severity: "serious", Source: "patrol", ExternalCaseNo: "X1", Title: "燃气味", Description: "楼道里", Shape: inside(tiling, 1),
		InputCRS: "wgs84", Original: &orb.Point{120, 31}, Address: "某路", OccurredAt: &occurred,
		ReportedAt: time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC), // the 22nd in Shanghai
		PlaceCode:  "P", FirstReceiver: "F", LeadUnit: "L", HandlingUnits: []string{"H1", "H2"}, ItemCode: "I", DueAt: &occurred, Supervised: true,
		Satisfaction: &score, ExternalRefs: map[string]any{"a": "b"},
	}
	made, _, err := s.CreateIncident(t.Context(), dispatcher, city, in, store.IdempotencyKey{})
	if err != nil {
		t.Fatal(err)
	}
	want := in
	want.ID, want.Code, want.State, want.Phase, want.Version = made.ID, "320211-20261122-000001", "reported", "intake", 1
	want.CreatedAt, want.UpdatedAt, want.CreatedBy, want.UpdatedBy = made.CreatedAt, made.UpdatedAt, "dispatcher", "dispatcher"
	response := in.ReportedAt.Add(time.Hour)
	want.ResponseDueAt, want.UnitDivisions = &response, []string{}
	want.Assignment, _ = city.Assign(t.Context(), in.Shape)
	want.BaseGrid = city.GridByID(want.Assignment.BaseGridID).Code
	if diff := cmp.Diff(made, want, cmp.Comparer(time.Time.Equal)); diff != "" {
		t.Errorf("incident (-got +want):\n%s", diff)
	}

	moved, err := s.UpdateIncident(t.Context(), dispatcher, city, made.Code, 1, func(in *grid.Incident) error {
		in.Shape = inside(tiling, 7)
		return nil
	})
	if err != nil || !moved.Handover || moved.Assignment == made.Assignment {
		t.Fatalf("moved: %+v, %v", moved, err)
	}
	closed := acting{s, city}.toClosed(t, moved)
	if closed.Open() || closed.Version != 6 || closed.Phase != "feedback" || closed.Outcome != "resolved" {
		t.Fatalf("closed: %+v", closed)
	}
	events, err := s.IncidentEvents(t.Context(), made.ID, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range events {
		events[i].ID, events[i].At, events[i].Data = 0, time.Time{}, nil
	}
	was, is := "grid:"+made.BaseGrid, "grid:"+moved.BaseGrid
	wantEvents := []grid.IncidentEvent{
		{Actor: "dispatcher", Action: "create", ToState: "reported", Unit: "L"},
		{
			Actor: "dispatcher", Action: "propose_transfer", FromState: "reported", ToState: "reported", Unit: is,
			Text: "moved from where " + was + " is responsible to where " + is + " is",
		},
		{Actor: "planner", Action: "accept", FromState: "reported", ToState: "accepted", Unit: "L"},
		{Actor: "planner", Action: "start", FromState: "accepted", ToState: "handling", Unit: "L"},
		{Actor: "planner", Action: "finish", FromState: "handling", ToState: "waiting_check", Unit: "L"},
		{Actor: "dispatcher", Action: "close", FromState: "waiting_check", ToState: "closed", Unit: "L"},
	}
	if diff := cmp.Diff(events, wantEvents); diff != "" {
		t.Errorf("events (-got +want):\n%s", diff)
	}
	for state, n := range map[string]int{"": 1, "ended": 1, "open": 0, "closed": 1, "reported": 0} {
		found, err := s.Incidents(t.Context(), store.Filter{State: state, Limit: 10})
		if err != nil || len(found) != n {
			t.Errorf("state %q: %d incidents, want %d, %v", state, len(found), n, err)
		}
	}
}

func TestPlacesFilter(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	points := spots(300, tiling)
	imp := newImport("hazards", len(points))
	imp.City = city
	err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(len(points), func(i int) grid.Place {
		return hazard(points[i].Orb(), city.AssignPoint(points[i]))
	}))
	if err != nil {
		t.Fatal(err)
	}
	zone := grid.Place{
		Kind: "danger_zone", Name: "危险区", Shape: tiling.Faces[4].Orb(), InputCRS: "wgs84",
		Detail: map[string]any{"zone_kind": "flood", "risk_level": "red"},
	}
	made, err := s.CreatePlace(t.Context(), planner, city, zone)
	if err != nil {
		t.Fatal(err)
	}
	box := tiling.Faces[4].Box()
	inBox, inGrid, inCity := 1, 1, 1
	for _, p := range points {
		if box.Contains(p) {
			inBox++
		}
		if city.AssignPoint(p).CountyCode != "" {
			inCity++
		}
		if city.AssignPoint(p).BaseGridID == made.Assignment.BaseGridID {
			inGrid++
		}
	}
	for _, c := range []struct {
		name   string
		filter store.Filter
		want   int
	}{
		{"all", store.Filter{}, 301},
		{"kind", store.Filter{Kind: "danger_zone"}, 1},
		{"state", store.Filter{State: "closed"}, 0},
		{"box", store.Filter{Boxes: []geo.Box{box}}, inBox},
		{"two boxes", store.Filter{Boxes: []geo.Box{box, {Min: geo.Point{X: -1_800_000_000}, Max: geo.Point{X: -1_790_000_000, Y: 1}}}}, inBox},
		{"grid", store.Filter{GridID: made.Assignment.BaseGridID}, inGrid},
		{"city", store.Filter{Division: cityCode}, 301},
		{"community", store.Filter{Division: communityCode}, inCity},
		{"scope of the city", store.Filter{Scope: cityCode}, inCity},
		{"unknown division", store.Filter{Division: "999"}, 0},
		{"scope", store.Filter{Scope: streetCode}, inCity},
		{"division in the scope", store.Filter{Division: communityCode, Scope: countyCode}, inCity},
		{"division above the scope", store.Filter{Division: cityCode, Scope: streetCode}, inCity},
		{"division beside the scope", store.Filter{Division: communityCode, Scope: "999"}, 0},
		{"after", store.Filter{After: made.ID}, 0},
		{"limit", store.Filter{Limit: 7}, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.filter.Limit == 0 {
				c.filter.Limit = 1000
			}
			got, err := s.Places(t.Context(), c.filter)
			if err != nil || len(got) != c.want {
				t.Errorf("%d places, want %d, %v", len(got), c.want, err)
			}
			for i := 1; i < len(got); i++ {
				if got[i].ID <= got[i-1].ID {
					t.Fatal("the places do not come by id")
				}
			}
		})
	}
}
