package store_test

import (
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestReferences returns lines before areas and buildings last, whichever came first, and nothing of other kinds or elsewhere.
func TestReferences(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	square := func(west float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{west, 31}, {west + 0.01, 31}, {west + 0.01, 31.01}, {west, 31.01}, {west, 31}}}}
	}
	all := []grid.Reference{
		{Kind: "building", Name: "b", Shape: square(120)},
		{Kind: "green", Name: "g", Shape: square(120)},
		{Kind: "water", Name: "w", Shape: square(120)},
		{Kind: "water", Name: "far", Shape: square(121)},
		{Kind: "road", Name: "r", Class: "primary", Shape: orb.MultiLineString{{{120, 31}, {120.01, 31}}}},
	}
	if err := s.ImportReferences(t.Context(), newImport("references", len(all)), rowsOf(all)); err != nil {
		t.Fatal(err)
	}
	low, _ := geo.Snap(orb.Point{119.99, 30.99})
	high, _ := geo.Snap(orb.Point{120.02, 31.02})
	got, complete, err := s.References(t.Context(), geo.Box{Min: low, Max: high})
	names := ""
	for _, r := range got {
		names += r.Name
	}
	if err != nil || !complete || names != "rwb" || got[0].Class != "primary" || !orb.Equal(got[1].Shape, square(120)) {
		t.Errorf("%v, %v, %v", got, complete, err)
	}
}
