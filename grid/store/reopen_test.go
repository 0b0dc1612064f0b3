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
	in, _, err := s.CreateIncident(t.Context(), planner, city, grid.Incident{Kind: "gas", Title: "x", Shape: at, InputCRS: "wgs84"}, store.IdempotencyKey{})
	if err != nil {
		t.Fatal(err)
	}
	in = acting{s, city}.toClosed(t, in)
	ended := in.Assignment
	d := newDesk(t, s, city, planner)
	d.edit(grid.Change{Op: grid.OpMerge, Grids: []string{southWest + "001", southWest + "002"}})
	d.publish()
	if in, err = s.Incident(t.Context(), in.Code); err != nil || in.Assignment != ended || in.Handover {
		t.Errorf("one that has ended was changed: %+v, %v", in.Assignment, err)
	}
	in = acting{s, d.city}.do(t, planner, in, grid.IncidentOrder{Act: "reopen", Reason: "又漏了"})
	if in.Assignment.Edition != 2 || in.Assignment.BaseGridID == ended.BaseGridID || !in.Handover {
		t.Errorf("opened again with %+v, to be handed over %t", in.Assignment, in.Handover)
	}
	checkAnswers(t, s)
}
