package api_test

import (
	"net/http"
	"testing"

	"github.com/wangge/wangge/grid"
)

// TestEndedIncidentKeepsItsGrid closes an incident and retires its grid: the incident still names it (BR-39), and an open one beside it
// has changed hands.
func TestEndedIncidentKeepsItsGrid(t *testing.T) {
	t.Parallel()
	s, pool := serveTown(t)
	planners(t, s)
	for _, code := range []string{"closed", "open"} {
		body := `{"code":"` + code + `","kind":"gas","source":"patrol","title":"x","reported_at":"2026-11-22T09:00:00+08:00","geometry":` +
			geometry("Point", [2]float64{1.2, 0.9}) + `,"crs":"wgs84"}`
		if made := s.do(t, exchange{method: http.MethodPost, target: "/v1/incidents", header: asJSON, as: "city", body: body}); made.StatusCode != http.StatusCreated {
			t.Fatal(made.Status)
		}
	}
	if _, err := pool.Exec(t.Context(), `UPDATE incident SET state = 'closed' WHERE code = 'closed'`); err != nil {
		t.Fatal(err)
	}
	before := s.live.Now().Time()
	plan := s.splitPlan(t)
	version := decide(t, pool, plan, nil)
	if _, err := s.store.Publish(t.Context(), s.live.Now().City, grid.Actor{Name: "test", Role: grid.RoleAdministrator}, plan, version); err != nil {
		t.Fatal(err)
	}
	if err := s.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	type incident struct {
		Code       string
		Assignment struct {
			BaseGrid string `json:"base_grid"`
		}
	}
	split := lake + "002"
	for _, test := range []struct {
		code, more string
		keeps      bool
	}{{"closed", "", true}, {"open", "", false}, {"closed", "?" + asOf(before), true}, {"open", "?" + asOf(before), true}} {
		var one incident
		s.get(t, "/v1/incidents/"+test.code+test.more, "city", &one)
		if got := one.Assignment.BaseGrid; got == "" || (got == split) != test.keeps {
			t.Errorf("%s%s is assigned to %q, which was %s", test.code, test.more, got, split)
		}
	}
	var all struct{ Items []incident }
	s.get(t, "/v1/incidents", "city", &all)
	for _, one := range all.Items {
		if got := one.Assignment.BaseGrid; got == "" || (got == split) != (one.Code == "closed") {
			t.Errorf("in the list %s is assigned to %q, which was %s", one.Code, got, split)
		}
	}
}

// TestIncidentHistoryPages reads a history page by page: nothing is left out and nothing comes twice.
func TestIncidentHistoryPages(t *testing.T) {
	t.Parallel()
	s, pool := serveTown(t)
	s.secrets["city"] = token(t, s.store, "dispatcher", "")
	body := `{"code":"I","kind":"gas","source":"patrol","title":"x","geometry":` + geometry("Point", [2]float64{1.2, 0.9}) + `,"crs":"wgs84"}`
	if made := s.do(t, exchange{method: http.MethodPost, target: "/v1/incidents", header: asJSON, as: "city", body: body}); made.StatusCode != http.StatusCreated {
		t.Fatal(made.Status)
	}
	_, err := pool.Exec(t.Context(), `
		INSERT INTO incident_event (incident_id, at, actor, action, text) SELECT i.id, now(), 'x', 'note', n::text FROM incident i, generate_series(1, 6) AS n`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pool.Exec(t.Context(), `
		INSERT INTO supervision (incident_id, kind, target, reason, issued_by) SELECT i.id, 'circular', 'x', n::text, 'x' FROM incident i, generate_series(0, 6) AS n`)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"events", "supervisions"} {
		target, seen, pages := "/v1/incidents/I/"+list+"?limit=3", "", 0
		for cursor := "start"; cursor != ""; pages++ {
			var page struct {
				Items []struct{ Text, Reason *string }
				Next  string
			}
			if status, _ := s.get(t, target, "city", &page); status != http.StatusOK || len(page.Items) > 3 {
				t.Fatalf("%s: %d, %d entries", list, status, len(page.Items))
			}
			for _, item := range page.Items {
				for _, text := range []*string{item.Text, item.Reason} {
					if text != nil && *text != "0" {
						seen += *text
					}
				}
			}
			cursor = page.Next
			target = "/v1/incidents/I/" + list + "?limit=3&cursor=" + cursor
		}
		if seen != "123456" || pages != 3 {
			t.Errorf("%s: %q in %d pages", list, seen, pages)
		}
	}
	for _, target := range []string{"/v1/incidents/I/events?limit=1001", "/v1/incidents/I/supervisions?limit=0", "/v1/incidents/I/events?cursor=x"} {
		if status, _ := s.get(t, target, "city", nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", target, status)
		}
	}
}
