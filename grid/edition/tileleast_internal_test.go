package edition

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

// drawBoxes draws boxes as grids have them: towns of many small ones, and a few, the last, that are wide.
func drawBoxes(t *rapid.T) (boxes []geo.Box, wide int) {
	number := func(name string, lo, hi int32) int32 { return rapid.Int32Range(lo, hi).Draw(t, name) }
	for range rapid.IntRange(1, 4).Draw(t, "towns") {
		x, y := number("west", 1_200_000_000, 1_210_000_000), number("south", 310_000_000, 320_000_000)
		side, across := number("side", 2_000, 60_000), number("across", 1, 40)
		for i := range number("grids", 1, 900) {
			corner := geo.Point{X: x + i%across*side, Y: y + i/across*side}
			boxes = append(boxes, geo.Box{Min: corner, Max: geo.Point{X: corner.X + side, Y: corner.Y + side}})
		}
	}
	wide = rapid.IntRange(0, 3).Draw(t, "wide")
	for range wide {
		x, y := number("west", 1_200_000_000, 1_210_000_000), number("south", 310_000_000, 320_000_000)
		boxes = append(boxes, geo.Box{Min: geo.Point{X: x, Y: y}, Max: geo.Point{X: x + 3_000_000, Y: y + 3_000_000}})
	}
	return boxes, wide
}

// TestLeastZoom counts tile by tile: from the least zoom on at most one tile of a hundred shows more than 500, and at the zoom above more
// do.
func TestLeastZoom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		boxes, wide := drawBoxes(t)
		least := leastZoom(boxes)
		for z := max(least, 1) - 1; z < min(MaxTileZoom, least+3); z++ {
			crowded, all := crowdedByTile(boxes, z, maxTileFeatures+wide)
			if z >= least && crowded*100 > all {
				t.Fatalf("zoom %d, the least is %d: %d of %d tiles are crowded", z, least, crowded, all)
			}
			if z < least && wide == 0 && crowded*100 <= all {
				t.Fatalf("the least is %d, but at zoom %d only %d of %d tiles are crowded", least, z, crowded, all)
			}
		}
		for i, j := range rapid.Permutation(boxes).Draw(t, "order") {
			boxes[i] = j
		}
		if got := leastZoom(boxes); got != least {
			t.Fatalf("in another order the least zoom is %d, not %d", got, least)
		}
	})
}

// crowdedByTile asks every tile which boxes it shows.
func crowdedByTile(boxes []geo.Box, z uint8, most int) (crowded, all int) {
	counts := map[mvt.TileID]int{}
	for _, b := range boxes {
		for id := range mvt.Cover(b, z, mvt.Extent).All() {
			if id.Box(tileReach).Intersects(b) {
				counts[id]++
			}
		}
	}
	for _, n := range counts {
		if n > most {
			crowded++
		}
	}
	return crowded, len(counts)
}

func TestLeastZoomOfFew(t *testing.T) {
	t.Parallel()
	point := geo.Point{X: 1_203_000_000, Y: 315_000_000}
	spot := geo.Box{Min: point, Max: point}
	many := make([]geo.Box, maxTileFeatures+1)
	for i := range many {
		many[i] = spot
	}
	for _, tt := range []struct {
		name  string
		boxes []geo.Box
		want  uint8
	}{
		{"none", nil, 0},
		{"one", []geo.Box{spot}, 0},
		{"as many as a tile shows", many[1:], 0},
		{"more, at one spot", many, MaxTileZoom},
		{"empty ones", []geo.Box{geo.EmptyBox(), geo.EmptyBox()}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := leastZoom(tt.boxes); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
