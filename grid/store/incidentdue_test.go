package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestBR55Steps: an overdue incident is pressed for step by step, each once, and what waits for its check is left alone.
func TestBR55Steps(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	a := acting{s, town(t, s)}
	reported := func(ago time.Duration) func(*grid.Incident) {
		return func(in *grid.Incident) { in.ReportedAt, in.Severity = time.Now().Add(-ago), "grave" } // 24 hours to be done
	}
	fresh, late, hopeless := a.report(t, dispatcher, spot(10, 10), reported(time.Hour)), a.report(t, dispatcher, spot(20, 20), reported(49*time.Hour)), a.report(t, dispatcher, spot(30, 30), reported(900*time.Hour))
	done := a.do(t, dispatcher, a.report(t, dispatcher, spot(40, 40), reported(900*time.Hour)), grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "start"}, grid.IncidentOrder{Act: "finish", Outcome: "resolved"})
	scheduler := grid.Actor{Name: "scheduler", Role: grid.RoleAdministrator}
	for range 2 {
		if _, err := s.RemindDue(t.Context(), scheduler); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		in    grid.Incident
		steps int
		kinds []string
	}{
		{fresh, 0, nil},
		{late, 2, []string{"circular"}},
		{hopeless, 4, []string{"circular", "interview", "listed"}},
		{done, 0, nil},
	} {
		is, err := s.Incident(t.Context(), test.in.Code)
		if err != nil {
			t.Fatal(err)
		}
		pressed, err := s.Supervisions(t.Context(), is.ID)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, v := range pressed {
			kinds = append(kinds, v.Kind)
		}
		if is.OverdueStep != test.steps || !slices.Equal(kinds, test.kinds) || is.Supervised != (len(kinds) > 0) || is.Phase != grid.IncidentPhase(is.State, is.Supervised) {
			t.Errorf("%d steps, %v, supervised %t in %s: want %d, %v", is.OverdueStep, kinds, is.Supervised, is.Phase, test.steps, test.kinds)
		}
		if n := count(t, tx, `SELECT count(*) FROM incident_event WHERE incident_id = $1 AND actor = 'scheduler'`, is.ID); n != test.steps {
			t.Errorf("%d events of %d steps", n, test.steps)
		}
	}
	found, err := s.Incidents(t.Context(), store.Filter{Overdue: true, Supervised: true, Limit: 10})
	if err != nil || len(found) != 2 {
		t.Errorf("%d are overdue and supervised, %v", len(found), err)
	}
	is := a.do(t, dispatcher, found[1], grid.IncidentOrder{Act: "rectify", Supervision: "listed", Reason: "已整改"})
	if pending := count(t, tx, `SELECT count(*) FROM supervision WHERE incident_id = $1 AND rectified_at IS NULL`, is.ID); pending != 2 || !is.Supervised {
		t.Errorf("%d pending, supervised %t", pending, is.Supervised)
	}
	is = a.do(t, dispatcher, is, grid.IncidentOrder{Act: "rectify", Reason: "已整改"}, grid.IncidentOrder{Act: "supervise", Supervision: "interview", Reason: "约谈"})
	if pending := count(t, tx, `SELECT count(*) FROM supervision WHERE incident_id = $1 AND rectified_at IS NULL`, is.ID); pending != 1 || !is.Supervised {
		t.Errorf("%d pending, supervised %t", pending, is.Supervised)
	}
}

// TestBR55EventTimes: the history's times never fall, although the clock that wrote the last one was ahead.
func TestBR55EventTimes(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	a := acting{s, town(t, s)}
	in := a.report(t, dispatcher, spot(50, 50))
	ahead := time.Now().Add(48 * time.Hour).Truncate(time.Microsecond)
	_, err := tx.Exec(t.Context(), `
		INSERT INTO incident_event (incident_id, at, actor, action, from_state, to_state, text) VALUES ($1, $2, 'x', 'note', 'reported', 'reported', 'x')`, in.ID, ahead)
	if err != nil {
		t.Fatal(err)
	}
	a.do(t, dispatcher, in, grid.IncidentOrder{Act: "accept"})
	events, err := s.IncidentEvents(t.Context(), in.ID)
	if err != nil || !events[2].At.Equal(ahead) {
		t.Errorf("%+v, %v", events, err)
	}
}
