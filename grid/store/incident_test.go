package store_test

import (
	"testing"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
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
