package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

func TestEditPlan(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	made := d.rename(southWest+"001", "梅园")
	if made.Seq != 1 || made.Plan.Position != 1 || made.Plan.LastChange != 1 {
		t.Errorf("first change: seq %d, plan %+v", made.Seq, made.Plan)
	}
	if len(made.Parts) != 1 || made.Parts[0].Grid.Name != "梅园" {
		t.Fatalf("parts %+v", made.Parts)
	}
	base, _ := d.city.Grid(southWest + "001")
	parts, err := s.PlanParts(t.Context(), d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	want := *base
	want.Name = "梅园"
	if len(parts) != 1 || parts[0].Grid.ID != want.ID || parts[0].Grid.VersionID != want.VersionID || !orb.Equal(parts[0].Grid.Boundary, want.Boundary) ||
		parts[0].Grid.Name != want.Name || parts[0].Grid.CommunityCode != southWest {
		t.Errorf("stored %+v, want %+v", parts[0].Grid, want)
	}
	changes, err := s.PlanChanges(t.Context(), d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) != 1 || changes[0].Seq != 1 || changes[0].Actor != "planner" || changes[0].Undone ||
		!cmp.Equal(changes[0].Change, grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "梅园"}) {
		t.Errorf("changes %+v", changes)
	}
}

func TestEditPlanRefused(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	line := make(orb.LineString, 100_001)
	for name, c := range map[string]struct {
		change grid.Change
		want   error
	}{
		"no such operation":   {grid.Change{Op: "explode"}, grid.ErrInvalid},
		"an import":           {grid.Change{Op: grid.OpImport}, grid.ErrInvalid},
		"no such grid":        {grid.Change{Op: grid.OpRename, Grid: southWest + "099", Name: "x"}, grid.ErrInvalid},
		"too many vertices":   {grid.Change{Op: grid.OpSplit, Grid: southWest + "001", Line: geojson.NewGeometry(line)}, grid.ErrInvalid},
		"too many grids":      {grid.Change{Op: grid.OpMerge, Grids: make([]string, 1001)}, grid.ErrInvalid},
		"a phone number":      {grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "王 13800138000"}, grid.ErrInvalid},
		"nothing is changed":  {grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "grid " + southWest + "001"}, grid.ErrInvalid},
		"a dispatcher's work": {grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "x"}, grid.ErrForbidden},
	} {
		actor := planner
		if errors.Is(c.want, grid.ErrForbidden) {
			actor.Role = grid.RoleDispatcher
		}
		if _, err := s.EditPlan(t.Context(), d.city, actor, d.plan.Code, d.plan.Version, c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	d.state(grid.Draft)
}

// TestPlanScope: a street's planner draws in its own street only, and acts on no plan that reaches beyond it.
func TestPlanScope(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	west, both := newDesk(t, s, city, westPlanner), newDesk(t, s, city, planner)
	ctx := t.Context()
	rename := grid.Change{Op: grid.OpRename, Grid: southEast + "001", Name: "梅园"}
	if _, err := s.EditPlan(ctx, city, westPlanner, west.plan.Code, west.plan.Version, rename); !errors.Is(err, grid.ErrForbidden) {
		t.Errorf("the west's planner drew in the east: %v", err)
	}
	west.rename(southWest+"001", "梅园")
	both.rename(northWest+"001", "兰园")
	both.rename(northEast+"001", "竹园")
	if _, err := s.UndoPlan(ctx, city, westPlanner, both.plan.Code, both.plan.Version); !errors.Is(err, grid.ErrForbidden) {
		t.Errorf("the west's planner took back what was drawn in the east: %v", err)
	}
	both.check()
	code, version := both.plan.Code, both.plan.Version
	for name, act := range map[string]func() error{
		"check": func() error { _, _, err := s.CheckPlan(ctx, city, westPlanner, code, version); return err },
		"consult": func() error {
			_, err := s.Consult(ctx, city, westPlanner, code, version, store.ConsultRequest{Public: true})
			return err
		},
		"submit":   func() error { _, err := s.SubmitPlan(ctx, city, westPlanner, code, version); return err },
		"withdraw": func() error { _, err := s.WithdrawPlan(ctx, city, westPlanner, code, version, "x"); return err },
		"patch": func() error {
			_, err := s.PatchPlan(ctx, city, westPlanner, code, version, store.PlanPatch{})
			return err
		},
	} {
		if err := act(); !errors.Is(err, grid.ErrForbidden) {
			t.Errorf("the west's planner did %s to a plan of both streets: %v", name, err)
		}
	}
	west.check()
	west.submit()
	for name, c := range map[string]struct {
		actor grid.Actor
		want  error
	}{
		"its own planner":        {westPlanner, grid.ErrForbidden},
		"the street":             {grid.Actor{Name: "a", Role: grid.RoleAdministrator, Scope: westStreet}, grid.ErrForbidden},
		"another city's":         {grid.Actor{Name: "a", Role: grid.RoleAdministrator, Scope: "330000000000"}, grid.ErrForbidden},
		"a planner of the whole": {planner, grid.ErrForbidden},
		"the county":             {countyDecider, nil},
	} {
		if c.want == nil {
			continue // last
		}
		decision := store.Decision{Act: grid.ActApprove}
		if _, err := s.DecidePlan(ctx, city, c.actor, west.plan.Code, west.plan.Version, decision); !errors.Is(err, c.want) {
			t.Errorf("decided by %s: %v", name, err)
		}
	}
	west.decide(grid.ActApprove)
	if _, err := s.WithdrawPlan(ctx, city, westPlanner, west.plan.Code, west.plan.Version, "不要了"); !errors.Is(err, grid.ErrForbidden) {
		t.Errorf("its own planner withdrew what the county has decided: %v", err)
	}
	west.after(s.WithdrawPlan(ctx, city, countyDecider, west.plan.Code, west.plan.Version, "不要了"))
	west.state(grid.Withdrawn)
}

// TestStreetDecides: where streets decide, a plan of one street is that street's to decide, one of two the county's.
func TestStreetDecides(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	if err := s.Set(t.Context(), grid.Actor{Name: "root", Role: grid.RoleAdministrator}, "plan.deciding_level", "street"); err != nil {
		t.Fatal(err)
	}
	street := grid.Actor{Name: "street", Role: grid.RoleAdministrator, Scope: westStreet}
	decide := func(actor grid.Actor, grids ...string) error {
		d := newDesk(t, s, city, planner)
		for _, code := range grids {
			d.rename(code, "改 "+d.plan.Code)
		}
		d.check()
		d.submit()
		p, err := s.DecidePlan(t.Context(), city, actor, d.plan.Code, d.plan.Version, store.Decision{Act: grid.ActReject, Reason: "不妥"})
		if err != nil {
			p, _ = s.WithdrawPlan(t.Context(), city, planner, d.plan.Code, d.plan.Version, "完")
		}
		if p.State.Open() {
			t.Fatalf("plan %s is %s", p.Code, p.State)
		}
		return err
	}
	if err := decide(street, southWest+"001", northWest+"001"); err != nil {
		t.Errorf("the street on its own plan: %v", err)
	}
	if err := decide(street, southWest+"001", southEast+"001"); !errors.Is(err, grid.ErrForbidden) {
		t.Errorf("the street on a plan of two: %v", err)
	}
	if err := decide(countyDecider, southWest+"001", southEast+"001"); err != nil {
		t.Errorf("the county on a plan of two streets: %v", err)
	}
}

// TestUndoRedoExact goes back and forth through a draft: every position is, bit by bit, what it was when it was drawn.
func TestUndoRedoExact(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	city := town(t, s)
	d := importDesk(t, s, planner)
	var was [][]string
	remember := func() { was = append(was, planEWKB(t, tx, d.plan.Code)) }
	remember()
	d.replace(1)
	remember()
	d.rename(southWest+"001", "梅园")
	remember()
	d.replace(2)
	remember()
	d.rename(southEast+"003", "竹园")
	remember()
	undo := func() store.PlanEdit {
		made, err := s.UndoPlan(t.Context(), city, planner, d.plan.Code, d.plan.Version)
		d.after(made.Plan, err)
		return made
	}
	for position := 3; position >= 0; position-- {
		made := undo()
		if made.Seq != position+1 || made.Plan.Position != position || made.Plan.LastChange != 4 {
			t.Errorf("undone %d: position %d of %d", made.Seq, made.Plan.Position, made.Plan.LastChange)
		}
		if diff := cmp.Diff(planEWKB(t, tx, d.plan.Code), was[position]); diff != "" {
			t.Errorf("undone to %d (-got +was):\n%s", position, diff)
		}
		if position == 0 {
			for _, part := range made.Parts { // all back in the base
				g, _ := city.Grid(part.Code)
				if part.Removed || !orb.Equal(part.Grid.Boundary, g.Boundary) {
					t.Errorf("%s is not what the base has", part.Code)
				}
			}
		}
	}
	if _, err := s.UndoPlan(t.Context(), city, planner, d.plan.Code, d.plan.Version); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("undone with nothing to undo: %v", err)
	}
	for position := 1; position <= 4; position++ {
		made, err := s.RedoPlan(t.Context(), city, planner, d.plan.Code, d.plan.Version)
		d.after(made.Plan, err)
		if diff := cmp.Diff(planEWKB(t, tx, d.plan.Code), was[position]); diff != "" {
			t.Errorf("redone to %d (-got +was):\n%s", position, diff)
		}
	}
	if _, err := s.RedoPlan(t.Context(), city, planner, d.plan.Code, d.plan.Version); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("redone with nothing to redo: %v", err)
	}
	undo()
	undo()
	d.rename(northEast+"001", "菊园")
	if d.plan.Position != 3 || d.plan.LastChange != 3 {
		t.Errorf("a new change after two undone: position %d of %d", d.plan.Position, d.plan.LastChange)
	}
	changes, err := s.PlanChanges(t.Context(), d.plan.Code)
	if err != nil || len(changes) != 3 || changes[2].Change.Name != "菊园" {
		t.Errorf("changes %+v (%v)", changes, err)
	}
}

// TestPlanPlannersAtOnce: of several planners who change one plan at the same version one does, and the others are told.
func TestPlanPlannersAtOnce(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	d := newDesk(t, s, town(t, s), planner)
	const planners, rounds = 4, 6
	var done sync.WaitGroup
	var mu sync.Mutex
	kept := map[string]bool{}
	for n := range planners {
		done.Go(func() {
			actor := grid.Actor{Name: fmt.Sprint("planner ", n), Role: grid.RolePlanner}
			for round := range rounds {
				name := fmt.Sprintf("%d-%d", n, round)
				for {
					p, err := s.Plan(t.Context(), d.plan.Code)
					if err != nil {
						t.Error(err)
						return
					}
					_, err = s.EditPlan(t.Context(), d.city, actor, p.Code, p.Version, grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: name})
					var stale *grid.StaleError
					if errors.As(err, &stale) {
						if stale.Current <= p.Version {
							t.Errorf("stale at %d, which is not after %d", stale.Current, p.Version)
						}
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					kept[name] = true
					mu.Unlock()
					break
				}
			}
		})
	}
	done.Wait()
	changes, err := s.PlanChanges(t.Context(), d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		delete(kept, c.Change.Name)
	}
	p, err := s.Plan(t.Context(), d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) != planners*rounds || len(kept) > 0 || p.Version != 1+planners*rounds || p.Position != planners*rounds {
		t.Errorf("%d changes of %d are kept, %v are lost; version %d, position %d", len(changes), planners*rounds, kept, p.Version, p.Position)
	}
	entries, err := s.Audit(t.Context(), "plan", p.Code, 100)
	if err != nil || len(entries) != 1+planners*rounds {
		t.Errorf("%d entries in the audit (%v)", len(entries), err)
	}
}
