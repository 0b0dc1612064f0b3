package store_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// importDesk is a desk with a plan of kind import.
func importDesk(t testing.TB, s *store.Store, actor grid.Actor) *desk {
	t.Helper()
	city := cityOf(t, s)
	p, err := s.CreatePlan(t.Context(), city, actor, grid.Plan{Kind: grid.ImportPlan, Counties: []string{countyCode}, Title: "导入", Reason: "boundary_error"})
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t, s, city, actor, p}
}

// shifted returns the town's grids with the corner in the middle of the south-west moved so many units to the east.
func shifted(d *desk, units int32) store.NewEdition {
	e := store.NewEdition{CountyCode: countyCode, Proven: true}
	for _, g := range d.city.Edition(countyCode).Base() {
		area, err := geo.FromOrb(g.Boundary)
		if err != nil {
			d.t.Fatal(err)
		}
		for i, p := range area[0][0] {
			if p.X == townOrigin.X+side && p.Y == townOrigin.Y+side {
				area[0][0][i].X += units
			}
		}
		e.Base = append(e.Base, baseGrid(g.Code, g.CommunityCode, area))
	}
	return e
}

func (d *desk) replaceBy(e store.NewEdition) (store.PlanEdit, error) {
	d.t.Helper()
	imports := []*store.Import{newImport("base_grids", len(e.Base))}
	if len(e.Dedicated) > 0 {
		imports = append(imports, newImport("dedicated_grids", len(e.Dedicated)))
	}
	return d.s.ReplacePlan(d.t.Context(), d.city, d.actor, d.plan.Code, d.plan.Version, imports, []store.NewEdition{e})
}

func (d *desk) replace(units int32) store.PlanEdit {
	d.t.Helper()
	made, err := d.replaceBy(shifted(d, units))
	d.after(made.Plan, err)
	return made
}

func TestReplacePlan(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	town(t, s)
	d := importDesk(t, s, planner)
	made := d.replace(5)
	if len(made.Parts) != 4 || made.Seq != 1 {
		t.Fatalf("change %d made %d parts, want the four around the corner that moved", made.Seq, len(made.Parts))
	}
	// Another file: a grid in the corner is two now, with codes of their own.
	e := shifted(d, 5)
	e.Base = e.Base[1:]
	for i := range int32(2) {
		half := geo.MultiPolygon{{{
			{X: townOrigin.X, Y: townOrigin.Y + i*side/2},
			{X: townOrigin.X + side, Y: townOrigin.Y + i*side/2},
			{X: townOrigin.X + side, Y: townOrigin.Y + (i+1)*side/2},
			{X: townOrigin.X, Y: townOrigin.Y + (i+1)*side/2},
			{X: townOrigin.X, Y: townOrigin.Y + i*side/2},
		}}}
		e.Base = append(e.Base, baseGrid(fmt.Sprintf("%s%03d", southWest, 11+i), southWest, half))
	}
	made, err := d.replaceBy(e)
	d.after(made.Plan, err)
	var got []string
	for _, p := range made.Parts {
		got = append(got, fmt.Sprint(p.Code[12:], p.Removed))
	}
	if diff := cmp.Diff(got, []string{"001true", "011false", "012false"}); diff != "" {
		t.Errorf("parts (-got +want):\n%s", diff)
	}
	draft, err := s.PlanDraft(t.Context(), d.city, d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	if parts := draft.Parts(); len(parts) != 6 { // 001 to 004, 011, 012
		t.Errorf("the draft differs in %d parts", len(parts))
	}
	beyond := e
	beyond.CountyCode = "320212000000"
	if _, err := d.replaceBy(beyond); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("grids of another county: %v", err)
	}
	double := e
	double.Base = append(double.Base[:len(double.Base):len(double.Base)], double.Base[0])
	if _, err := d.replaceBy(double); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("one code twice: %v", err)
	}
	if _, err := s.ReplacePlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, []*store.Import{newImport("base_grids", 3)}, []store.NewEdition{e}); err == nil {
		t.Error("counts that do not add up were taken")
	}
	other := newDesk(t, s, d.city, planner)
	if _, err := other.replaceBy(e); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("a file in an adjustment: %v", err)
	}
	street := importDesk(t, s, westPlanner)
	over := shifted(street, 1)
	over.Base = over.Base[:len(over.Base)-1] // which was in the east
	if _, err := street.replaceBy(over); !errors.Is(err, grid.ErrForbidden) {
		t.Errorf("a street's planner took away a grid of another street: %v", err)
	}
}

// TestUnprovenCounty: a county whose edition does not tile takes plans of kind import alone, and in them nothing but files.
func TestUnprovenCounty(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	all := cells(0, 0, 2, 1)
	importDivisions(t, s, oneCounty(all))
	e := newEdition(countyCode, communityCode, []geo.MultiPolygon{cells(0, 0, 1, 1)}) // half of it is a gap
	e.Proven = false
	if err := importEdition(t.Context(), s, e); err != nil {
		t.Fatal(err)
	}
	city := cityOf(t, s)
	_, err := s.CreatePlan(t.Context(), city, planner, grid.Plan{Counties: []string{countyCode}, Title: "调整", Reason: "workload"})
	if !errors.Is(err, grid.ErrConflict) {
		t.Errorf("an adjustment of an unproven county: %v", err)
	}
	d := importDesk(t, s, planner)
	if _, err := s.EditPlan(t.Context(), city, planner, d.plan.Code, d.plan.Version, grid.Change{Op: grid.OpRename, Grid: e.Base[0].Code, Name: "x"}); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("an edit of an unproven county: %v", err)
	}
	e.Base[0] = baseGrid(e.Base[0].Code, communityCode, all)
	made, err := d.replaceBy(e)
	d.after(made.Plan, err)
	d.check()
	d.consult(store.ConsultRequest{})
	d.submit()
}
