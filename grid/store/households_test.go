package store_test

import (
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestHouseholdsOfCountedGrids splits a grid whose only building lies in one half: that half has all its households, in the impact and
// once it is published, and the other none; not their shares of the area besides.
func TestHouseholdsOfCountedGrids(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	town(t, s)
	if _, err := tx.Exec(t.Context(), `UPDATE grid_version SET households = 400`); err != nil { // as of an old census
		t.Fatal(err)
	}
	city := cityOf(t, s)
	building := geo.Point{X: townOrigin.X + side/4, Y: townOrigin.Y + 10*side/4}
	imp := newImport("household_points", 1)
	imp.City = city
	err := s.ImportHouseholdPoints(t.Context(), imp, each(1, func(int) grid.HouseholdPoint {
		return grid.HouseholdPoint{Households: 420, Location: building.Orb(), InputCRS: "wgs84", Assignment: city.AssignPoint(building)}
	}))
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, s, city, planner)
	d.edit(grid.Change{Op: grid.OpSplit, Grid: northWest + "001", Line: line([2]int32{2, 8}, [2]int32{2, 12})})
	impact, err := s.PlanImpact(t.Context(), city, d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]float64{}
	for _, p := range impact.Parts {
		if p.Change == "created" {
			shown[p.Code] = p.HouseholdsAfter
		}
	}
	sum := func(l grid.LoadSpread) float64 { return l.Mean * float64(l.Grids) }
	if before, after := sum(impact.LoadBefore), sum(impact.LoadAfter); before != after {
		t.Errorf("the load was %v and would be %v", before, after)
	}
	d.publish()
	if len(shown) != 2 {
		t.Fatalf("%d new grids", len(shown))
	}
	all := 0
	for code, households := range shown {
		g, _ := d.city.Grid(code)
		if g == nil || g.Households == nil || float64(*g.Households) != households || households != 0 && households != 420 {
			t.Errorf("%s: %+v, the impact showed %v", code, g, households)
			continue
		}
		all += *g.Households
	}
	if all != 420 {
		t.Errorf("%d households afterwards, want 420", all)
	}
}
