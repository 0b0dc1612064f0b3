package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestEffectToCome: nobody means last year, and a plan decided for then would take effect at once.
func TestEffectToCome(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	over := time.Now().AddDate(-1, 0, 0)
	at := &over
	for name, do := range map[string]func() error{
		"patch": func() error {
			_, err := s.PatchPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, store.PlanPatch{EffectiveAt: &at})
			return err
		},
		"create": func() error {
			_, err := s.CreatePlan(t.Context(), d.city, planner, grid.Plan{Counties: []string{countyCode}, Title: "x", Reason: "other", EffectiveAt: at})
			return err
		},
		"decide": func() error {
			d.edit(grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "竹园"})
			d.check()
			d.submit()
			_, err := s.DecidePlan(t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version, store.Decision{Act: grid.ActApprove, EffectiveAt: at})
			return err
		},
	} {
		if err := do(); !errors.Is(err, grid.ErrInvalid) || !strings.Contains(err.Error(), "effective_at") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOneUndoAtATime: a plan that undoes another is made once, until it has come to its end.
func TestOneUndoAtATime(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	d.edit(grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "竹园"})
	d.publish()
	first, err := s.RevertPlan(t.Context(), d.city, planner, d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.RevertPlan(t.Context(), d.city, planner, d.plan.Code); !errors.Is(err, grid.ErrConflict) || !strings.Contains(err.Error(), first.Code) {
		t.Errorf("a second undo: %v", err)
	}
	if _, err := s.WithdrawPlan(t.Context(), d.city, planner, first.Code, first.Version, "once more"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RevertPlan(t.Context(), d.city, planner, d.plan.Code); err != nil {
		t.Errorf("after the first was withdrawn: %v", err)
	}
	if _, err := s.PlanImpact(t.Context(), d.city, d.plan.Code); !errors.Is(err, grid.ErrConflict) || !strings.Contains(err.Error(), "in force since") {
		t.Errorf("the impact of a plan in force: %v", err)
	}
}

// TestConsultAgain: who asks again in another way means those that have not answered.
func TestConsultAgain(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	d.edit(grid.Change{Op: grid.OpMerge, Grids: []string{southWest + "001", southWest + "002"}})
	d.check()
	d.consult(store.ConsultRequest{})
	asked, err := s.Consultations(t.Context(), d.plan.Code)
	if err != nil || len(asked) < 2 {
		t.Fatal(asked, err)
	}
	if _, err := s.AnswerConsultation(t.Context(), d.city, planner, d.plan.Code, asked[0].ID, asked[0].Version, "agree", ""); err != nil {
		t.Fatal(err)
	}
	if d.plan, err = s.Plan(t.Context(), d.plan.Code); err != nil {
		t.Fatal(err)
	}
	d.consult(store.ConsultRequest{Method: "meeting"})
	if asked, err = s.Consultations(t.Context(), d.plan.Code); err != nil {
		t.Fatal(err)
	}
	for i, c := range asked {
		if want := map[bool]string{true: "system", false: "meeting"}[i == 0]; c.Method != want {
			t.Errorf("%s %s is asked by %s, want %s", c.BodyKind, c.BodyCode, c.Method, want)
		}
	}
}
