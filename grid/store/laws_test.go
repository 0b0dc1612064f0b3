package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestL5PublishWaits: publishing waits for whoever is assigning something in its county, so that what it assigns again is all that is
// there.
func TestL5PublishWaits(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	d := newDesk(t, s, town(t, s), planner)
	d.edit(grid.Change{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)})
	d.toDecision()

	writing, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = writing.Rollback(t.Context()) }()
	if _, err := store.New(writing).CreatePlace(t.Context(), planner, d.city, hazard(spot(125, 50), grid.Assignment{})); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.Publish(t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version)
		done <- err
	}()
	for waits, end := 0, time.Now().Add(20*time.Second); waits == 0; time.Sleep(2 * time.Millisecond) {
		select {
		case err := <-done:
			t.Fatalf("published beside a place that is being written: %v", err)
		default:
		}
		if time.Now().After(end) {
			t.Fatal("publishing neither ends nor waits for a county")
		}
		waits = count(t, pool, `
			SELECT count(*)
			FROM pg_locks
			WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	}
	if err := writing.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := checkAnswers(t, s); n != 1 {
		t.Errorf("%d things are stored", n)
	}
}

// TestL4RetiredCodesStay: the code of a grid that has ended is given to no other, neither by the coding rules nor by a planner.
func TestL4RetiredCodesStay(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	d.edit(grid.Change{Op: grid.OpRetire, Grid: southWest + "004", Into: southWest + "003"})
	d.publish()

	d = newDesk(t, s, d.city, planner)
	halves := lineChange(grid.OpSplit, southWest+"003", spot(100, 100), spot(100, 200))
	if got := codesOf(d.edit(halves)); !slices.Equal(got, []string{"005", "006"}) {
		t.Errorf("the halves of 003 are %v", got)
	}
	undone, err := s.UndoPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version)
	d.after(undone.Plan, err)
	halves.Codes = []string{southWest + "004", southWest + "007"}
	if _, err := s.EditPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, halves); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("a planner gave the code of an ended grid: %v", err)
	}
}

// TestBR39Incidents: when a border moves over incidents, the open ones keep their unit and are marked to be handed over, and those
// that have ended keep everything.
func TestBR39Incidents(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	before := map[string]grid.Incident{}
	for _, state := range []string{"reported", "closed"} {
		in, _, err := s.CreateIncident(t.Context(), dispatcher, d.city, grid.Incident{
			Kind: "gas", Title: state, Shape: spot(125, 50), InputCRS: "wgs84", LeadUnit: "燃气公司",
		}, store.IdempotencyKey{})
		if err != nil {
			t.Fatal(err)
		}
		if state == "closed" {
			in = acting{s, d.city}.toClosed(t, in)
		}
		before[state] = in
	}
	d.edit(grid.Change{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)})
	d.publish()
	for state, was := range before {
		is, err := s.Incident(t.Context(), was.Code)
		if err != nil {
			t.Fatal(err)
		}
		open := state == "reported"
		if is.LeadUnit != was.LeadUnit || is.State != state || is.Handover != open || (is.Assignment != was.Assignment) != open {
			t.Errorf("%s: unit %q, state %s, to be handed over %t, assigned %+v after %+v", state, is.LeadUnit, is.State, is.Handover, is.Assignment, was.Assignment)
		}
	}
}

// TestL9PublishingIsAudited: who has put a plan into force stands in the audit log, with the plan before and after.
func TestL9PublishingIsAudited(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	d.rename(southWest+"001", "梅园")
	d.publish()
	entries, err := s.Audit(t.Context(), "plan", d.plan.Code, 1)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	stateOf := func(plan any) grid.PlanState {
		var p grid.Plan
		raw, ok := plan.(json.RawMessage)
		if !ok || json.Unmarshal(raw, &p) != nil {
			t.Errorf("%v is no plan", plan)
		}
		return p.State
	}
	e := entries[0]
	if e.Action != "publish" || e.Actor != countyDecider.Name || stateOf(e.Before) != grid.Decided || stateOf(e.After) != grid.Effective {
		t.Errorf("the last entry is %s by %s, from %s to %s", e.Action, e.Actor, stateOf(e.Before), stateOf(e.After))
	}
}
