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
