package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestCheckOfAnotherDraft waives a finding of a check after another change has taken the place of the one that was checked: the plan
// is not checked by that, although it has as many changes as it had then.
func TestCheckOfAnotherDraft(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	d.rename(southWest+"001", "梅园")
	d.check()
	findings, err := s.PlanFindings(t.Context(), d.plan.Code)
	if err != nil || len(findings) == 0 {
		t.Fatalf("findings %v, %v", findings, err)
	}
	undone, err := s.UndoPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version)
	d.after(undone.Plan, err)
	d.edit(grid.Change{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)})
	d.after(s.WaiveFinding(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, findings[0].ID, "无妨"))
	d.state(grid.Draft)
	if _, err := s.SubmitPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("submitted without a check: %v", err)
	}
}

// TestRebaseMadeAndGone rebases a plan with grids that one change makes and a later one takes away again.
func TestRebaseMadeAndGone(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	d := newDesk(t, s, city, planner)
	split := func(community string) grid.Change {
		x, y := int32(0), int32(0)
		if community == northEast {
			x, y = 8, 8
		}
		return grid.Change{Op: grid.OpSplit, Grid: community + "001", Line: line([2]int32{x + 2, y}, [2]int32{x + 2, y + 4})}
	}
	for _, ch := range []grid.Change{
		split(northEast), split(southWest), // not in the order of their codes
		{Op: grid.OpMerge, Grids: []string{southWest + "005", southWest + "006"}},
		{Op: grid.OpMerge, Grids: []string{northEast + "005", northEast + "006"}},
	} {
		d.edit(ch)
	}
	before, err := s.PlanParts(t.Context(), d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	o := newDesk(t, s, city, planner)
	o.rename(northWest+"001", "竹园")
	o.publish()
	d.city = o.city
	d.rebase()
	after, err := s.PlanParts(t.Context(), d.plan.Code)
	if err != nil || len(after) != len(before) {
		t.Errorf("parts %d, %v; before the rebase %d", len(after), err, len(before))
	}
}

// interrupted is a transaction in which something else happens between two looks at the editions in force, as other transactions do.
type interrupted struct {
	pgx.Tx
	looks *int
	then  func()
}

func (i interrupted) Begin(ctx context.Context) (pgx.Tx, error) {
	tx, err := i.Tx.Begin(ctx)
	return interrupted{tx, i.looks, i.then}, err
}

func (i interrupted) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if strings.Contains(sql, "max(e.number)") {
		if *i.looks++; *i.looks == 2 {
			i.then()
		}
	}
	return i.Tx.Query(ctx, sql, args...)
}

// TestEditMeetsPublishing publishes another plan between the moment when an edit sees that its base is in force and the one when it
// reads what it draws over: nothing may be drawn over a later edition than the plan is of.
func TestEditMeetsPublishing(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	old := town(t, s)
	first := newDesk(t, s, old, planner)
	first.rename(northEast+"001", "竹园")
	first.publish()
	other := newDesk(t, s, first.city, planner)
	other.edit(grid.Change{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)})
	other.toDecision()
	d := newDesk(t, s, first.city, planner)
	d.city = old // so that it is read anew
	looks := 0
	meeting := store.New(interrupted{tx, &looks, func() {
		other.after(s.Publish(t.Context(), other.city, countyDecider, other.plan.Code, other.plan.Version))
	}})
	split := grid.Change{Op: grid.OpSplit, Grid: southWest + "001", Line: line([2]int32{3, 0}, [2]int32{3, 4})}
	made, err := meeting.EditPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, split)
	var conflict *grid.ConflictError
	if !errors.As(err, &conflict) {
		t.Errorf("drawn: %v, with %d parts", err, len(made.Parts))
	}
	if looks < 2 {
		t.Errorf("looked at the editions %d times, want 2", looks)
	}
}

// TestPlanHasRoom: the changes of a plan are read as a whole, so that they take only so much.
func TestPlanHasRoom(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	d := newDesk(t, s, town(t, s), planner)
	d.rename(southWest+"001", "梅园")
	_, err := tx.Exec(t.Context(), `
		UPDATE plan_change
		SET request = request || jsonb_build_object('note', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1100000) AS i))`)
	if err != nil {
		t.Fatal(err)
	}
	rename := grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "兰园"}
	if _, err := s.EditPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, rename); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("33 MB of changes and another: %v", err)
	}
	undone, err := s.UndoPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version)
	d.after(undone.Plan, err)
	d.edit(rename)
}

// TestStaleBase: when the county has another edition the plan goes nowhere but to its end.
func TestStaleBase(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	d := newDesk(t, s, town(t, s), planner)
	d.rename(southWest+"001", "梅园")
	d.check()
	_, err := tx.Exec(t.Context(), `
		INSERT INTO edition (county_code, number, proven, import_id, created_by, in_force_from)
		SELECT county_code, 2, proven, import_id, created_by, in_force_from + interval '1 hour' FROM edition`)
	if err != nil {
		t.Fatal(err)
	}
	ctx, code, version := t.Context(), d.plan.Code, d.plan.Version
	for name, act := range map[string]func() error{
		"edit": func() error {
			_, err := s.EditPlan(ctx, d.city, planner, code, version, grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "x"})
			return err
		},
		"undo":  func() error { _, err := s.UndoPlan(ctx, d.city, planner, code, version); return err },
		"check": func() error { _, _, err := s.CheckPlan(ctx, d.city, planner, code, version); return err },
		"consult": func() error {
			_, err := s.Consult(ctx, d.city, planner, code, version, store.ConsultRequest{})
			return err
		},
		"submit": func() error { _, err := s.SubmitPlan(ctx, d.city, planner, code, version); return err },
		"draft":  func() error { _, err := s.PlanDraft(ctx, d.city, code); return err },
	} {
		if err := act(); !errors.Is(err, grid.ErrConflict) {
			t.Errorf("%s over an old edition: %v", name, err)
		}
	}
	d.after(s.WithdrawPlan(ctx, d.city, planner, code, version, "完"))
}

// TestOldCityIsReloaded: a server that is behind the database draws over what is in force all the same.
func TestOldCityIsReloaded(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	importDivisions(t, s, oneCounty(cells(0, 0, 1, 1)))
	old := cityOf(t, s)
	if err := importEdition(t.Context(), s, newEdition(countyCode, communityCode, []geo.MultiPolygon{cells(0, 0, 1, 1)})); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, s, old, planner)
	g := cityOf(t, s).Edition(countyCode).Base()[0]
	d.rename(g.Code, "梅园")
}
