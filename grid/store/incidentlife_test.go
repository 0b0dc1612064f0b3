package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestBR56Life goes all the way and back again, between two streets, and tells of every step to those whom it concerns.
func TestBR56Life(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	a := acting{s, town(t, s)}
	west, east, check := deskOf(westStreet), deskOf(eastStreet), grid.Actor{Name: "check", Role: grid.RoleDispatcher, Scope: eastStreet}
	in := a.report(t, west, spot(50, 50))
	in = a.do(t, west, in, grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "transfer", Unit: "division:" + eastStreet, Reason: "属地"})
	in = a.do(t, east, in, grid.IncidentOrder{Act: "take"}, grid.IncidentOrder{Act: "start"}, grid.IncidentOrder{Act: "finish", Outcome: "resolved"})
	if _, err := s.ActOnIncident(t.Context(), east, a.city, in.Code, in.Version, grid.IncidentOrder{Act: "close"}); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("closed by who finished it: %v", err)
	}
	in = a.do(t, check, in, grid.IncidentOrder{Act: "rework", Reason: "没修好"}, grid.IncidentOrder{Act: "start"}, grid.IncidentOrder{Act: "finish", Outcome: "resolved"})
	in = a.do(t, east, in, grid.IncidentOrder{Act: "close"})
	closed := in
	in = a.do(t, west, in, grid.IncidentOrder{Act: "feedback", Satisfaction: 2}, grid.IncidentOrder{Act: "reopen", Reason: "又漏"})
	if in.Code != closed.Code || in.State != "rework" || in.ClosedAt != nil || in.Satisfaction != nil {
		t.Errorf("reopened: %+v", in)
	}
	unbroken(t, tx)
	rows, err := s.Happenings(t.Context(), 0, 100)
	if err != nil || len(rows) != 0 {
		t.Fatalf("%d numbered before anybody numbers, %v", len(rows), err)
	}
	if _, err := s.NumberHappenings(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := s.Happenings(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var acts []string
	for _, h := range all {
		if h.Topic != grid.TopicIncident {
			continue
		}
		var data struct {
			Code, Act, State string
			Lon, Lat         float64
		}
		if err := json.Unmarshal(h.Data, &data); err != nil || data.Code != in.Code || data.Act != h.Action || data.Lon == 0 || strings.Contains(string(h.Data), "没修好") {
			t.Errorf("told %s, %v", h.Data, err)
		}
		acts = append(acts, h.Action)
		if east := slices.Contains(h.Areas, eastStreet); east != (len(acts) > 2) || !slices.Contains(h.Areas, southWest) {
			t.Errorf("%s concerns %v", h.Action, h.Areas)
		}
	}
	want := "[create accept transfer take start finish rework start finish close feedback reopen]"
	if got := fmt.Sprint(acts); got != want {
		t.Errorf("told of %s, want %s", got, want)
	}
}

// unbroken checks that in every history each event begins where the one before it ended, at no earlier time, and that it ends where the
// incident is.
func unbroken(t testing.TB, db store.DB) {
	t.Helper()
	broken := texts(t, db, `
		SELECT i.code || ': ' || e.action
		FROM (SELECT *, lag(to_state) OVER w AS was, lag(at) OVER w AS before_at, lead(id) OVER w IS NULL AS last
		      FROM incident_event
		      WINDOW w AS (PARTITION BY incident_id ORDER BY id)) e
		JOIN incident i ON i.id = e.incident_id
		WHERE e.from_state IS DISTINCT FROM e.was OR e.at < e.before_at OR e.last AND e.to_state IS DISTINCT FROM i.state`)
	if len(broken) > 0 {
		t.Errorf("broken histories: %v", broken)
	}
}

// TestBR56KindWhileChecked: whoever finished it does not make it a kind that needs no check, to close it himself.
func TestBR56KindWhileChecked(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	a := acting{s, town(t, s)}
	in := a.do(t, dispatcher, a.report(t, dispatcher, spot(50, 50)), grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "start"}, grid.IncidentOrder{Act: "finish", Outcome: "resolved"})
	change := func(in grid.Incident, change func(*grid.Incident)) (grid.Incident, error) {
		return s.UpdateIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, func(in *grid.Incident) error {
			change(in)
			return nil
		})
	}
	other := func(in *grid.Incident) { in.Kind = "fire_risk" }
	if _, err := change(in, other); !errors.Is(err, grid.ErrConflict) || !strings.Contains(err.Error(), "rework") {
		t.Errorf("another kind while it waits for its check: %v", err)
	}
	in, err := change(in, func(in *grid.Incident) { in.Title = "another title" })
	if err != nil {
		t.Fatalf("another title while it waits for its check: %v", err)
	}
	if _, err = change(a.do(t, dispatcher, in, grid.IncidentOrder{Act: "rework", Reason: "x"}), other); err != nil {
		t.Errorf("another kind after it was sent back: %v", err)
	}
}
