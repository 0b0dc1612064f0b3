package store_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestPagesOfLargeBoxes pages through a box that holds more rows than are sorted, and through one that does not.
func TestPagesOfLargeBoxes(t *testing.T) {
	t.Parallel()
	const n = 9000
	s := store.New(gridtest.Tx(t))
	tiling := geotest.Big(20, 10)
	outline := tiling.Outline.Box()
	points := clustered(rand.New(rand.NewPCG(1, 2)), n, outline)
	imp := newImport("hazards", n)
	imp.City = tiled(t, s, tiling)
	err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(n, func(i int) grid.Place { return hazard(points[i].Orb(), grid.Assignment{}) }))
	if err != nil {
		t.Fatal(err)
	}
	hazards, _ := grid.CollectionByID("hazards")
	pages := func(boxes []geo.Box, limit int) (ids []int64, all []grid.Feature) {
		q := store.FeatureQuery{Collection: hazards, Boxes: boxes, Limit: limit}
		for {
			found, err := s.Features(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				ids, q.After = append(ids, f.ID), f.ID
			}
			if all = append(all, found...); len(found) < limit {
				return ids, all
			}
		}
	}
	_, all := pages(nil, n+1)
	small := geo.Box{Min: outline.Min, Max: geo.Point{X: outline.Min.X/2 + outline.Max.X/2, Y: outline.Min.Y/2 + outline.Max.Y/2}}
	for _, box := range []geo.Box{outline, small} {
		var want []int64
		for _, f := range all {
			shape, err := geo.ShapeFromOrb(f.Geometry)
			if err != nil {
				t.Fatal(err)
			}
			if box.Contains(shape.Points[0]) {
				want = append(want, f.ID)
			}
		}
		if got, _ := pages([]geo.Box{box}, 700); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%v: %d features on pages, %d in the box", box, len(got), len(want))
		}
	}
}
