package grid_test

import (
	"slices"
	"testing"

	"github.com/wangge/wangge/grid"
)

// An act is offered where there is something for it, and only there; what is done without being offered TestIncidentLife would find.
func TestActsOf(t *testing.T) {
	t.Parallel()
	me := grid.Actor{Name: "me"}
	settings := grid.DefaultSettings()
	for _, c := range []struct {
		act      grid.IncidentAct
		with, of grid.Incident
	}{
		{"take", grid.Incident{TransferTo: "org:1"}, grid.Incident{State: "transferred"}},
		{"lead", grid.Incident{HandlingUnits: []string{"org:1"}}, grid.Incident{State: "accepted"}},
		{"keep", grid.Incident{ProposedUnit: "grid:1"}, grid.Incident{State: "accepted"}},
		{"keep", grid.Incident{Handover: true}, grid.Incident{State: "accepted"}},
		{"rectify", grid.Incident{Supervised: true}, grid.Incident{State: "closed"}},
		{"close", grid.Incident{FinishedBy: "another"}, grid.Incident{State: "waiting_check", FinishedBy: me.Name}},
	} {
		c.with.State = c.of.State
		if got := c.with.ActsOf(me, &settings); !slices.Contains(got, c.act) {
			t.Errorf("%s is not offered with %+v: %v", c.act, c.with, got)
		}
		if got := c.of.ActsOf(me, &settings); slices.Contains(got, c.act) {
			t.Errorf("%s is offered with %+v: %v", c.act, c.of, got)
		}
	}
	unchecked := grid.Incident{State: "waiting_check", Kind: settings.UncheckedKinds[0], FinishedBy: me.Name}
	if got := unchecked.ActsOf(me, &settings); !slices.Contains(got, "close") {
		t.Errorf("close is not offered where nobody else has to check: %v", got)
	}
}
