package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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
		pressed, err := s.Supervisions(t.Context(), is.ID, 0, 1000)
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
		if n := count(t, tx, `SELECT count(*) FROM incident_event WHERE incident_id = $1 AND actor = 'scheduler' AND data ? 'step'`, is.ID); n != test.steps {
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

// TestBR55Response: who leaves an incident lying is reminded of it once, and it is listed among the overdue ones.
func TestBR55Response(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	a := acting{s, town(t, s)}
	report := func(ago time.Duration, then ...grid.IncidentOrder) grid.Incident {
		in := a.report(t, dispatcher, spot(10, 10), func(in *grid.Incident) {
			in.ReportedAt, in.Severity = time.Now().Add(-ago), "normal" // 24 hours to respond, 120 to be done
		})
		return a.do(t, dispatcher, in, then...)
	}
	accept, start := grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "start"}
	fresh, left, accepted, started := report(time.Hour), report(48*time.Hour), report(48*time.Hour, accept), report(48*time.Hour, accept, start)
	late := report(121 * time.Hour) // to be done as well
	imported := report(48 * time.Hour)
	if _, err := tx.Exec(t.Context(), `UPDATE incident SET state = 'handling', phase = 'handling' WHERE id = $1`, imported.ID); err != nil {
		t.Fatal(err)
	}
	scheduler := grid.Actor{Name: "scheduler", Role: grid.RoleAdministrator}
	codes, err := s.RemindDue(t.Context(), scheduler)
	if want := []string{left.Code, accepted.Code, late.Code}; err != nil || !sameCodes(codes, want) {
		t.Errorf("reminded of %v, want %v: %v", codes, want, err)
	}
	if codes, err = s.RemindDue(t.Context(), scheduler); err != nil || len(codes) != 0 {
		t.Errorf("reminded again of %v: %v", codes, err)
	}
	a.do(t, dispatcher, a.do(t, dispatcher, current(t, s, left), accept), grid.IncidentOrder{Act: "note", Reason: "x"})
	if codes, err = s.RemindDue(t.Context(), scheduler); err != nil || len(codes) != 0 {
		t.Errorf("reminded again after an act of %v: %v", codes, err)
	}
	for _, test := range []struct {
		in                grid.Incident
		response, overdue bool
		reminders         int
	}{
		{fresh, false, false, 0}, {left, true, false, 1}, {accepted, true, false, 1}, {started, false, false, 0}, {late, true, true, 2}, {imported, false, false, 0},
	} {
		is := current(t, s, test.in)
		if now := time.Now(); is.ResponseOverdue(now) != test.response || is.Overdue(now) != test.overdue || is.Supervised {
			t.Errorf("%s: nobody responded %t, overdue %t, supervised %t", is.State, is.ResponseOverdue(now), is.Overdue(now), is.Supervised)
		}
		if n := count(t, tx, `SELECT count(*) FROM incident_event WHERE incident_id = $1 AND action = 'remind'`, is.ID); n != test.reminders {
			t.Errorf("%s: %d reminders, want %d", is.State, n, test.reminders)
		}
	}
	if n := count(t, tx, `SELECT count(*) FROM incident_event WHERE action = 'remind' AND data->>'about' = 'response'`); n != 3 {
		t.Errorf("%d reminders about the response", n)
	}
	found, err := s.Incidents(t.Context(), store.Filter{Overdue: true, Limit: 10})
	if err != nil || len(found) != 3 {
		t.Errorf("%d are overdue, %v", len(found), err)
	}
}

// TestBR55ResponseIndex: looking each minute for what nobody has taken up reads an index of those alone.
func TestBR55ResponseIndex(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	if _, err := tx.Exec(t.Context(), `SET LOCAL enable_seqscan = off`); err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(t.Context(), `EXPLAIN `+store.ResponseDueSQL, time.Now(), []int64{}, 200)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || !strings.Contains(strings.Join(plan, "\n"), "incident_response") {
		t.Errorf("%s, %v", strings.Join(plan, "\n"), err)
	}
}

func current(t *testing.T, s *store.Store, in grid.Incident) grid.Incident {
	t.Helper()
	is, err := s.Incident(t.Context(), in.Code)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func sameCodes(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
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
	events, err := s.IncidentEvents(t.Context(), in.ID, 0, 1000)
	if err != nil || !events[2].At.Equal(ahead) {
		t.Errorf("%+v, %v", events, err)
	}
}
