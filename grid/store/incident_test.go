package store_test

import (
	"slices"
	"testing"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// acting does acts with incidents.
type acting struct {
	s    *store.Store
	city *edition.City
}

// do does orders one after the other and returns the incident after them.
func (a acting) do(t *testing.T, actor grid.Actor, in grid.Incident, orders ...grid.IncidentOrder) grid.Incident {
	t.Helper()
	for _, order := range orders {
		made, err := a.s.ActOnIncident(t.Context(), actor, a.city, in.Code, in.Version, order)
		if err != nil {
			t.Fatalf("%s by %s: %v", order.Act, actor.Name, err)
		}
		in = made
	}
	return in
}

// toClosed brings a reported incident to its end.
func (a acting) toClosed(t *testing.T, in grid.Incident) grid.Incident {
	t.Helper()
	in = a.do(t, planner, in, grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "start"}, grid.IncidentOrder{Act: "finish", Outcome: "resolved"})
	return a.do(t, dispatcher, in, grid.IncidentOrder{Act: "close"})
}

// TestImportIncidentUnits: imported states, phases and words for units stay as they are; a phase that is missing is that of the state, and
// where units are is known of those that there are.
func TestImportIncidentUnits(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	a, err := city.Assign(t.Context(), spot(50, 50))
	if err != nil {
		t.Fatal(err)
	}
	rows := []grid.Incident{
		{Code: "a", State: "handling", LeadUnit: "grid:" + southEast + "001", HandlingUnits: []string{"派出所", "division:" + northEast}},
		{Code: "b", State: "closed", LeadUnit: "派出所"},
		{Code: "c", State: "handling", Phase: "follow_up", LeadUnit: "grid:nowhere"},
		{Code: "d", State: "handling", Supervised: true},
	}
	imp := newImport("incidents", len(rows))
	imp.City = city
	err = s.ImportIncidents(t.Context(), imp, each(len(rows), func(i int) grid.Incident {
		in := rows[i]
		in.Kind, in.Title, in.Shape, in.InputCRS, in.Assignment = "gas", "x", spot(50, 50), "wgs84", a
		return in
	}))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		phase string
		at    []string
	}{{"handling", []string{southEast, northEast}}, {"feedback", []string{}}, {"follow_up", []string{}}, {"follow_up", []string{}}} {
		in, err := s.Incident(t.Context(), rows[i].Code)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(want.at)
		if in.State != rows[i].State || in.LeadUnit != rows[i].LeadUnit || in.Phase != want.phase || !slices.Equal(in.UnitDivisions, want.at) {
			t.Errorf("%s: %s in %s, led by %s at %v, want %+v", in.Code, in.State, in.Phase, in.LeadUnit, in.UnitDivisions, want)
		}
	}
	if found, err := s.Incidents(t.Context(), store.Filter{Scope: eastStreet, Limit: 10}); err != nil || len(found) != 1 || found[0].Code != "a" {
		t.Errorf("%d in the scope of a unit, %v", len(found), err)
	}
}
