package store_test

import (
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestL3Reopened opens an incident again that had ended before its grid did: it belongs where it lies now, and is to be handed over.
func TestL3Reopened(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	at := geo.Point{X: townOrigin.X + side/2, Y: townOrigin.Y + side/2}.Orb()
	in, err := s.CreateIncident(t.Context(), planner, city, grid.Incident{Kind: "gas", Title: "x", Shape: at, InputCRS: "wgs84"})
	if err != nil {
		t.Fatal(err)
	}
	to := func(state string) {
		t.Helper()
		in, err = s.UpdateIncident(t.Context(), planner, city, in.Code, in.Version, func(in *grid.Incident) error {
			in.State = state
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	to("closed")
	ended := in.Assignment
	d := newDesk(t, s, city, planner)
	d.edit(grid.Change{Op: grid.OpMerge, Grids: []string{southWest + "001", southWest + "002"}})
	d.publish()
	if in, err = s.Incident(t.Context(), in.Code); err != nil || in.Assignment != ended || in.Handover {
		t.Errorf("one that has ended was changed: %+v, %v", in.Assignment, err)
	}
	to("rework")
	if in.Assignment.Edition != 2 || in.Assignment.BaseGridID == ended.BaseGridID || !in.Handover {
		t.Errorf("opened again with %+v, to be handed over %t", in.Assignment, in.Handover)
	}
	checkAnswers(t, s)
}
