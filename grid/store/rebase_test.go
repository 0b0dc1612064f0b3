package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// movedOn is a town with a plan that shifts a border in the south-west, after another plan has been published.
func movedOn(t *testing.T, s *store.Store, other grid.Change) *desk {
	t.Helper()
	city := town(t, s)
	d := newDesk(t, s, city, planner)
	d.edit(grid.Change{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)})
	d.edit(grid.Change{Op: grid.OpRename, Grid: southWest + "003", Name: "梅园"})
	d.toDecision()
	o := newDesk(t, s, city, planner)
	o.edit(other)
	o.publish()
	d.city = o.city
	return d
}

func (d *desk) rebase(drop ...int) {
	d.t.Helper()
	d.after(d.s.RebasePlan(d.t.Context(), d.city, planner, d.plan.Code, d.plan.Version, drop))
}

// TestRebaseClean moves a decided plan onto an edition that has changed elsewhere: it stays decided, to the bit, and can be published.
func TestRebaseClean(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	d := movedOn(t, s, grid.Change{Op: grid.OpSplit, Grid: northEast + "004", Line: line([2]int32{14, 12}, [2]int32{14, 16})})
	before := planEWKB(t, tx, d.plan.Code)
	changes, err := s.PlanChanges(t.Context(), d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	d.rebase()
	d.state(grid.Decided)
	if diff := cmp.Diff(planEWKB(t, tx, d.plan.Code), before); diff != "" {
		t.Errorf("parts after the rebase (-got +want):\n%s", diff)
	}
	again, err := s.PlanChanges(t.Context(), d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(again, changes, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("changes after the rebase (-got +want):\n%s", diff)
	}
	if !cmp.Equal(d.plan.BaseEditions, []int{2}) || d.plan.CheckedAt == nil {
		t.Errorf("rebased %+v", d.plan)
	}
	d.after(s.Publish(t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version))
	if !cmp.Equal(d.plan.PublishedAs, []int{3}) {
		t.Errorf("published as %v", d.plan.PublishedAs)
	}
	if _, err := s.RebasePlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, nil); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("a plan in force was rebased: %v", err)
	}
}

// TestRebaseConflict meets a change of the same grid, shows it with its geometry, and goes on without the own change where the plan may
// still be changed.
func TestRebaseConflict(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	city := town(t, s)
	d := newDesk(t, s, city, planner)
	d.edit(grid.Change{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)})
	d.edit(grid.Change{Op: grid.OpRename, Grid: northEast + "003", Name: "梅园"})
	o := newDesk(t, s, city, planner)
	o.edit(grid.Change{Op: grid.OpShift, Into: southWest + "002", Area: area(3, 0, 6, 4)})
	o.publish()
	d.city = o.city

	_, err := s.RebasePlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, nil)
	var conflict *grid.ConflictError
	if !errors.As(err, &conflict) || len(conflict.Conflicts) != 2 {
		t.Fatalf("got %v with %+v", err, conflict)
	}
	for i, c := range conflict.Conflicts {
		if c.Kind != grid.Base || c.Code != southWest+[]string{"001", "002"}[i] || c.Seq != 1 || c.Plan != o.plan.Code ||
			c.Base == nil || c.Current == nil || c.Draft == nil {
			t.Errorf("conflict %+v", c)
		}
	}
	if stored, err := s.Plan(t.Context(), d.plan.Code); err != nil || !cmp.Equal(stored, d.plan) {
		t.Errorf("a refused rebase has changed the plan: %v\n%s", err, cmp.Diff(stored, d.plan))
	}
	d.rebase(1)
	d.state(grid.Draft)
	changes, err := s.PlanChanges(t.Context(), d.plan.Code)
	if err != nil || len(changes) != 1 || changes[0].Seq != 1 || changes[0].Change.Op != grid.OpRename {
		t.Errorf("changes %+v (%v)", changes, err)
	}
	d.publish()
	if g, _ := d.city.Grid(northEast + "003"); g.Name != "梅园" {
		t.Errorf("published %q", g.Name)
	}
}

// TestRebaseDependent drops a change that another needs.
func TestRebaseDependent(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	city := town(t, s)
	d := newDesk(t, s, city, planner)
	d.edit(grid.Change{Op: grid.OpSplit, Grid: southWest + "001", Line: line([2]int32{2, 0}, [2]int32{2, 4})})
	split := d.edit(grid.Change{Op: grid.OpRename, Grid: southWest + "005", Name: "梅园"})
	if len(split.Parts) != 1 {
		t.Fatalf("parts %+v", split.Parts)
	}
	o := newDesk(t, s, city, planner)
	o.rename(northEast+"001", "竹园")
	o.publish()
	_, err := s.RebasePlan(t.Context(), o.city, planner, d.plan.Code, d.plan.Version, []int{1})
	var conflict *grid.ConflictError
	if !errors.As(err, &conflict) || len(conflict.Conflicts) != 1 || conflict.Conflicts[0].Seq != 2 {
		t.Fatalf("got %v with %+v", err, conflict)
	}
	d.city = o.city
	d.rebase()
	d.state(grid.Draft)
}

// TestRevert publishes a plan that does everything, undoes it by one command, and finds all as it was but for codes.
func TestRevert(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	city := town(t, s)
	scatter(t, s, city)
	staff(t, s, southWest+"001", southWest+"003", southWest+"004", northEast+"001")
	d := newDesk(t, s, city, planner)
	for _, ch := range []grid.Change{
		{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)},
		{Op: grid.OpMerge, Grids: []string{southWest + "003", southWest + "004"}},
		{Op: grid.OpCreate, Kind: grid.Dedicated, Area: area(1, 9, 6, 14), Community: northWest, Name: "园区", DedicatedKind: "school", HostOrg: "ORG", PostWorker: "w" + northEast + "001"},
		{Op: grid.OpCarveVoid, Area: area(9.2, 1.2, 9.8, 1.8), Reason: "water"},
		{Op: grid.OpRename, Grid: northEast + "002", Name: "竹园"},
	} {
		d.edit(ch)
	}
	d.publish()

	undo, err := s.RevertPlan(t.Context(), d.city, planner, d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	if undo.Kind != grid.UndoPlan || undo.Undoes != d.plan.Code || undo.State != grid.Draft {
		t.Errorf("made %+v", undo)
	}
	u := &desk{t, s, d.city, planner, undo}
	u.publish()
	checkAnswers(t, s)
	// The same areas, two of them under new codes.
	was, is := city.Edition(countyCode), u.city.Edition(countyCode)
	if len(was.Base()) != len(is.Base()) || len(is.Voids()) != 0 || len(is.Dedicated()) != 0 {
		t.Fatalf("%d base grids, %d void areas, %d dedicated grids", len(is.Base()), len(is.Voids()), len(is.Dedicated()))
	}
	ignored := cmpopts.IgnoreFields(grid.Grid{}, "ID", "VersionID", "ValidFrom", "Plan", "PerimeterM", "Compactness") // the town's are made up
	sameArea := cmp.Comparer(func(a, b orb.MultiPolygon) bool {
		p, err := geo.FromOrb(a)
		q, also := geo.FromOrb(b)
		return err == nil && also == nil && cmp.Equal(p, q)
	})
	renamed := 0
	for _, g := range was.Base() {
		same := false
		for _, h := range is.Base() {
			if h.Code != g.Code && h.Name == g.Name {
				renamed++
				g.Code = h.Code
			}
			if h.Code == g.Code {
				same = cmp.Equal(g, h, ignored, sameArea)
			}
		}
		if !same {
			h, _ := u.city.Grid(g.Code)
			t.Errorf("%s %s is not as it was (-was +is):\n%s", g.Code, g.Name, cmp.Diff(&g, h, ignored, sameArea))
		}
	}
	if renamed != 2 {
		t.Errorf("%d grids came back under another code, want the two that were merged", renamed)
	}
	if n := count(t, tx, `
		SELECT count(*) FROM grid g JOIN post p ON p.grid_id = g.id AND p.valid_to IS NULL JOIN worker w ON w.id = p.worker_id
		JOIN grid_version v ON v.grid_id = g.id AND v.to_edition IS NULL
		WHERE 'grid ' || right(w.code, -1) = v.name`); n != 4 {
		t.Errorf("%d workers are on their grids, want all 4", n)
	}
	if _, err := s.RevertPlan(t.Context(), u.city, planner, d.plan.Code); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("undone twice: %v", err)
	}
}

// TestRevertConflict meets a part that has changed since.
func TestRevertConflict(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	d := newDesk(t, s, town(t, s), planner)
	d.edit(grid.Change{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)})
	d.publish()
	o := newDesk(t, s, d.city, planner)
	o.rename(southWest+"002", "竹园")
	o.publish()
	plans := count(t, tx, `SELECT count(*) FROM plan`)
	_, err := s.RevertPlan(t.Context(), o.city, planner, d.plan.Code)
	var conflict *grid.ConflictError
	if !errors.As(err, &conflict) || len(conflict.Conflicts) != 1 || conflict.Conflicts[0].Code != southWest+"002" ||
		conflict.Conflicts[0].Base == nil || conflict.Conflicts[0].Current == nil || conflict.Conflicts[0].Draft == nil {
		t.Errorf("got %v with %+v", err, conflict)
	}
	if n := count(t, tx, `SELECT count(*) FROM plan`); n != plans {
		t.Error("a plan was left behind")
	}
}
