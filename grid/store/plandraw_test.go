package store_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// spot returns the lattice point so many hundredths of a cell from the town's origin.
func spot(x, y int32) orb.Point {
	return geo.Point{X: townOrigin.X + x*side/100, Y: townOrigin.Y + y*side/100}.Orb()
}

func lineChange(op, code string, points ...orb.Point) grid.Change {
	return grid.Change{Op: op, Grid: code, Line: geojson.NewGeometry(orb.LineString(points))}
}

func areaOf(points ...orb.Point) *geojson.Geometry {
	return geojson.NewGeometry(orb.Polygon{append(orb.Ring(points), points[0])})
}

// drawing is a plan's work in the south-west and the community north of it: every change touches grids, and none the town's outline
// but the first, which takes a vertex that is there.
func drawing() []grid.Change {
	return []grid.Change{
		lineChange(grid.OpSplit, southWest+"001", spot(0, 50), spot(40, 53), spot(100, 51)),
		{Op: grid.OpMerge, Grids: []string{southWest + "002", southWest + "004"}},
		{Op: grid.OpShift, Into: southWest + "003", Area: areaOf(spot(100, 120), spot(130, 130), spot(130, 160), spot(100, 170))},
		{Op: grid.OpCarveVoid, Area: areaOf(spot(30, 130), spot(61, 131), spot(57, 164), spot(33, 158)), Reason: "water", Name: "池塘"},
		{Op: grid.OpCreate, Kind: grid.Base, Area: areaOf(spot(20, 210), spot(71, 221), spot(67, 264), spot(23, 258)), Name: "新格"},
		{Op: grid.OpRename, Grid: southWest + "003", Name: "河西"},
		lineChange(grid.OpSplit, northWest+"002", spot(100, 233), spot(150, 261), spot(200, 247)),
	}
}

// TestL2UndoRedoDrawn is TestUndoRedoExact for what is drawn: the bytes of every boundary come back.
func TestL2UndoRedoDrawn(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	d := newDesk(t, s, town(t, s), planner)
	was, drawn := [][]string{planEWKB(t, tx, d.plan.Code)}, [][]grid.PlanPart{{}}
	for _, ch := range drawing() {
		made := d.edit(ch)
		if len(made.Parts) == 0 {
			t.Errorf("%s changed nothing", ch.Op)
		}
		for _, f := range made.Findings {
			if f.Unwaivable() && f.Class == grid.ErrorClass {
				t.Errorf("after %s: %s: %s", ch.Op, f.Rule, f.Detail)
			}
		}
		parts, err := s.PlanParts(t.Context(), d.plan.Code)
		if err != nil {
			t.Fatal(err)
		}
		was, drawn = append(was, planEWKB(t, tx, d.plan.Code)), append(drawn, parts)
	}
	last := len(was) - 1
	for _, to := range []int{0, last, 3, 5, 1, last} { // back and forth
		for d.plan.Position != to {
			move := s.UndoPlan
			if d.plan.Position < to {
				move = s.RedoPlan
			}
			made, err := move(t.Context(), d.city, planner, d.plan.Code, d.plan.Version)
			d.after(made.Plan, err)
			if diff := cmp.Diff(planEWKB(t, tx, d.plan.Code), was[d.plan.Position]); diff != "" {
				t.Fatalf("at %d (-got +was):\n%s", d.plan.Position, diff)
			}
			parts, err := s.PlanParts(t.Context(), d.plan.Code)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(parts, drawn[d.plan.Position]); diff != "" {
				t.Fatalf("at %d, as it is read (-got +was):\n%s", d.plan.Position, diff)
			}
		}
	}
}

// codesOf returns the codes of the new parts of an edit.
func codesOf(made store.PlanEdit) []string {
	var codes []string
	for _, p := range made.Parts {
		if !p.Removed && p.Grid != nil && p.Grid.ID == 0 {
			codes = append(codes, p.Code[12:])
		}
	}
	return codes
}

// TestPlanCodes: new grids get the next numbers of their community; an undone change gives its numbers back, a submitted plan keeps
// them, and a number that a grid once had is never given again.
func TestPlanCodes(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	first, second := newDesk(t, s, city, planner), newDesk(t, s, city, planner)
	// From corner to corner, so that the neighbours stay as they are.
	west := lineChange(grid.OpSplit, southWest+"001", spot(0, 0), spot(100, 100))
	east := lineChange(grid.OpSplit, southWest+"004", spot(100, 100), spot(200, 200))
	want := []string{"005", "006"}
	for range 2 {
		if got := codesOf(first.edit(west)); !slices.Equal(got, want) {
			t.Errorf("the halves of 001 are %v, want %v", got, want)
		}
		made, err := s.UndoPlan(t.Context(), city, planner, first.plan.Code, first.plan.Version)
		first.after(made.Plan, err)
	}
	if got := codesOf(second.edit(east)); !slices.Equal(got, want) { // nobody holds them yet
		t.Errorf("the halves of 004 are %v, want %v", got, want)
	}
	first.edit(west)
	first.check()
	first.consult(store.ConsultRequest{})
	first.submit()
	made, err := s.UndoPlan(t.Context(), city, planner, second.plan.Code, second.plan.Version)
	second.after(made.Plan, err)
	if got := codesOf(second.edit(east)); !slices.Equal(got, []string{"007", "008"}) {
		t.Errorf("while another plan holds 005 and 006 the halves of 004 are %v", got)
	}
	named := lineChange(grid.OpSplit, southEast+"001", spot(200, 0), spot(300, 100))
	for name, codes := range map[string][]string{
		"a code in force":             {southEast + "002", southEast + "009"},
		"a code held by another plan": {southWest + "005", southEast + "009"},
		"one code twice":              {southEast + "009", southEast + "009"},
	} {
		named.Codes = codes
		_, err := s.EditPlan(t.Context(), city, planner, second.plan.Code, second.plan.Version, named)
		if !errors.Is(err, grid.ErrInvalid) && !errors.Is(err, grid.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPlanWaivers: an open error keeps a plan from being checked; waived, for a reason, it does not, and the waiver holds in the next
// check of the same thing. What can never stand cannot be waived.
func TestPlanWaivers(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	town(t, s)
	d := importDesk(t, s, planner)
	e := shifted(d, 5)
	e.Base[0].Name = "" // QC-23
	made, err := d.replaceBy(e)
	d.after(made.Plan, err)
	check := func() []grid.Finding {
		p, findings, err := s.CheckPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version)
		d.after(p, err)
		return slices.DeleteFunc(findings, func(f grid.Finding) bool { return f.Class != grid.ErrorClass })
	}
	open := check()
	if len(open) != 1 || open[0].Rule != "QC-23" || open[0].WaivedBy != "" {
		t.Fatalf("found %+v, want a grid without a name", open)
	}
	d.state(grid.Draft)
	waive := func(id int64, reason string) (grid.Plan, error) {
		return s.WaiveFinding(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, id, reason)
	}
	if _, err := waive(open[0].ID, ""); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("waived without a reason: %v", err)
	}
	if _, err := waive(open[0].ID+1000, "x"); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("waived what was not found: %v", err)
	}
	d.after(waive(open[0].ID, "暂无名称"))
	d.state(grid.Checked)
	d.rename(southWest+"002", "兰园")
	open = check()
	if len(open) != 1 || open[0].WaivedBy != "planner" || open[0].WaiverReason != "暂无名称" {
		t.Errorf("checked again: %+v", open)
	}
	d.state(grid.Checked)

	overlap := shifted(d, 5)
	overlap.Base[0].Boundary = cells(0, 0, 2, 1).Orb()
	made, err = d.replaceBy(overlap)
	d.after(made.Plan, err)
	open = check()
	i := slices.IndexFunc(open, func(f grid.Finding) bool { return f.Rule == "QC-03" })
	if i < 0 {
		t.Fatalf("an overlap was not found: %+v", open)
	}
	if _, err := waive(open[i].ID, "没关系"); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("an overlap was waived: %v", err)
	}
	d.state(grid.Draft)
}

// TestDrawnAt takes an operation back and draws another: it has the same number, and another instant.
func TestDrawnAt(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	d := newDesk(t, s, town(t, s), planner)
	if d.plan.DrawnAt != nil {
		t.Errorf("nothing was drawn at %v", d.plan.DrawnAt)
	}
	d.rename(southWest+"001", "河东")
	first := d.plan
	d.check()
	if d.plan.Version == first.Version || d.plan.DrawnAt == nil || !d.plan.DrawnAt.Equal(*first.DrawnAt) {
		t.Errorf("checked: version %d, drawn at %v; before %d, %v", d.plan.Version, d.plan.DrawnAt, first.Version, first.DrawnAt)
	}
	made, err := s.UndoPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version)
	d.after(made.Plan, err)
	if d.plan.DrawnAt != nil {
		t.Errorf("all is taken back, drawn at %v", d.plan.DrawnAt)
	}
	d.rename(southWest+"001", "河西")
	if d.plan.Position != first.Position || d.plan.LastChange != first.LastChange || d.plan.DrawnAt.Equal(*first.DrawnAt) {
		t.Errorf("drawn anew: %d of %d at %v; before %d of %d at %v", d.plan.Position, d.plan.LastChange, d.plan.DrawnAt, first.Position, first.LastChange, first.DrawnAt)
	}
}
