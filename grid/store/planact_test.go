package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestPlanActsByState tries every act in every state: what the plan's own table allows is done, everything else is refused and changes
// nothing.
func TestPlanActsByState(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	reach := map[grid.PlanState]func(d *desk){
		grid.Draft:   func(d *desk) {},
		grid.Checked: func(d *desk) { d.check() },
		grid.Consulting: func(d *desk) {
			d.check()
			d.consult(store.ConsultRequest{Public: true})
		},
		grid.Revised: func(d *desk) {
			d.check()
			d.consult(store.ConsultRequest{Public: true})
			d.rename(southWest+"002", "改")
		},
		grid.Submitted: func(d *desk) { d.check(); d.submit() },
		grid.Decided:   func(d *desk) { d.check(); d.submit(); d.decide(grid.ActApprove) },
		grid.Rejected:  func(d *desk) { d.check(); d.submit(); d.decide(grid.ActReject) },
		grid.Withdrawn: func(d *desk) {
			d.after(s.WithdrawPlan(d.t.Context(), city, planner, d.plan.Code, d.plan.Version, "不需要"))
		},
	}
	do := func(act grid.PlanAct, d *desk) error {
		ctx, code, version := d.t.Context(), d.plan.Code, d.plan.Version
		var err error
		switch act {
		case grid.ActEdit:
			_, err = s.EditPlan(ctx, city, planner, code, version, grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "再改"})
		case grid.ActCheck:
			_, _, err = s.CheckPlan(ctx, city, planner, code, version)
		case grid.ActConsult:
			_, err = s.Consult(ctx, city, planner, code, version, store.ConsultRequest{Public: true})
		case grid.ActSubmit:
			_, err = s.SubmitPlan(ctx, city, planner, code, version)
		case grid.ActWithdraw:
			_, err = s.WithdrawPlan(ctx, city, countyDecider, code, version, "不需要")
		default:
			_, err = s.DecidePlan(ctx, city, countyDecider, code, version, store.Decision{Act: act, Reason: "不妥"})
		}
		return err
	}
	acts := []grid.PlanAct{
		grid.ActEdit, grid.ActCheck, grid.ActConsult, grid.ActSubmit, grid.ActReturn, grid.ActApprove, grid.ActReject, grid.ActWithdraw,
	}
	for state, reachIt := range reach {
		for _, act := range acts {
			d := newDesk(t, s, city, planner)
			d.rename(southWest+"001", "改")
			reachIt(d)
			d.state(state)
			want, refused := state.After(act)
			err := do(act, d)
			stored, readErr := s.Plan(t.Context(), d.plan.Code)
			switch {
			case readErr != nil:
				t.Fatal(readErr)
			case refused != nil && !errors.Is(err, grid.ErrConflict):
				t.Errorf("%s in %s: got %v, want a conflict", act, state, err)
			case refused != nil && !cmp.Equal(stored, d.plan):
				t.Errorf("%s in %s was refused and changed the plan", act, state)
			case refused == nil && (err != nil || stored.State != want):
				t.Errorf("%s in %s: got %v, %s; want %s", act, state, err, stored.State, want)
			}
			if stored.State.Open() { // so that it does not hold its parts against the next one
				if _, err := s.WithdrawPlan(t.Context(), city, countyDecider, stored.Code, stored.Version, "完"); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestPlanStaleVersion(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	d.rename(southWest+"001", "改")
	old := d.plan.Version - 1
	ctx, code, city := t.Context(), d.plan.Code, d.city
	title := "新标题"
	acts := map[string]func() error{
		"patch": func() error {
			_, err := s.PatchPlan(ctx, city, planner, code, old, store.PlanPatch{Title: &title})
			return err
		},
		"edit": func() error {
			_, err := s.EditPlan(ctx, city, planner, code, old, grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "b"})
			return err
		},
		"undo":    func() error { _, err := s.UndoPlan(ctx, city, planner, code, old); return err },
		"redo":    func() error { _, err := s.RedoPlan(ctx, city, planner, code, old); return err },
		"check":   func() error { _, _, err := s.CheckPlan(ctx, city, planner, code, old); return err },
		"waive":   func() error { _, err := s.WaiveFinding(ctx, city, planner, code, old, 1, "x"); return err },
		"consult": func() error { _, err := s.Consult(ctx, city, planner, code, old, store.ConsultRequest{}); return err },
		"submit":  func() error { _, err := s.SubmitPlan(ctx, city, planner, code, old); return err },
		"decide": func() error {
			_, err := s.DecidePlan(ctx, city, countyDecider, code, old, store.Decision{Act: grid.ActApprove})
			return err
		},
		"withdraw": func() error { _, err := s.WithdrawPlan(ctx, city, planner, code, old, "x"); return err },
		"file":     func() error { _, err := s.FilePlan(ctx, city, planner, code, old, ""); return err },
		"announce": func() error {
			_, err := s.AnnouncePlan(ctx, city, planner, code, old, grid.Publication{Channel: "web"})
			return err
		},
	}
	for name, act := range acts {
		var stale *grid.StaleError
		if err := act(); !errors.As(err, &stale) || stale.Current != d.plan.Version {
			t.Errorf("%s at an old version: got %v, want stale at %d", name, err, d.plan.Version)
		}
	}
	d.state(grid.Draft)
	if _, err := s.EditPlan(ctx, city, planner, "320211-1999-001", 1, grid.Change{Op: grid.OpRename}); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("a plan that is not there: %v", err)
	}
}

func TestPatchPlan(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	title, reason, note, at := "新标题", "demolition", "说明", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	effective := &at
	d.after(s.PatchPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, store.PlanPatch{Title: &title, Reason: &reason, Note: &note, EffectiveAt: &effective}))
	if d.plan.Title != title || d.plan.Reason != reason || d.plan.Note != note || !d.plan.EffectiveAt.Equal(at) {
		t.Errorf("patched: %+v", d.plan)
	}
	d.rename(southWest+"001", "改")
	d.check()
	d.submit()
	if _, err := s.PatchPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, store.PlanPatch{Title: &title}); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("another title of a submitted plan: %v", err)
	}
	d.decide(grid.ActApprove)
	effective = nil
	patch := store.PlanPatch{EffectiveAt: &effective}
	if _, err := s.PatchPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, patch); !errors.Is(err, grid.ErrForbidden) {
		t.Errorf("a planner changed when a decided plan takes effect: %v", err)
	}
	d.after(s.PatchPlan(t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version, patch))
	if d.plan.EffectiveAt != nil {
		t.Errorf("it still takes effect at %v", d.plan.EffectiveAt)
	}
}
