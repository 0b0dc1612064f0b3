package store

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

func randomPoint(rng *rand.Rand) geo.Point {
	return geo.Point{X: int32(rng.IntN(3.6e9) - 1.8e9), Y: int32(rng.IntN(1.8e9) - 0.9e9)}
}

func TestCellLiesInTheRangeOfItsTileAlone(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		w := mvt.Project(randomPoint(rng))
		cell := cellAt(w)
		for _, z := range []uint8{0, 1, 9, 18, mvt.MaxZoom} {
			id := w.Tile(z)
			if first, end := tileCells(id); cell < first || cell >= end {
				t.Fatalf("cell %d of %v is not in the range of tile %v", cell, w, id)
			}
			other := id
			other.X ^= 1
			if first, end := tileCells(other); z > 0 && cell >= first && cell < end {
				t.Fatalf("cell %d of %v is in the range of tile %v", cell, w, other)
			}
		}
		if at := cellCentre(cell, 0); math.Abs(float64(at.X)-float64(w.X)) > 1 || math.Abs(float64(at.Y)-float64(w.Y)) > 1 {
			t.Fatalf("the centre of the cell of %v is %v", w, at)
		}
	}
	if first, end := tileCells(mvt.TileID{}); first != 0 || end != math.MaxInt64/2+1 {
		t.Errorf("the world is from %d to %d", first, end)
	}
}

func TestBoxCellsHoldEveryPointOfTheBox(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(2, 2))
	for range 500 {
		p, q := randomPoint(rng), randomPoint(rng)
		if rng.IntN(2) == 0 { // a small one
			q = geo.Point{X: p.X/2 + int32(rng.IntN(2000)), Y: p.Y/2 + int32(rng.IntN(2000))}
			p = geo.Point{X: p.X / 2, Y: p.Y / 2}
		}
		box := geo.EmptyBox().Extend(p).Extend(q)
		closeness, most := coarseCells, 25
		if rng.IntN(2) == 0 {
			closeness, most = fineCells, 100
		}
		ranges := boxCells(box, closeness)
		if len(ranges) == 0 || len(ranges) > most {
			t.Fatalf("box %v has %d ranges", box, len(ranges))
		}
		for i := 1; i < len(ranges); i++ {
			if ranges[i].first <= ranges[i-1].last {
				t.Fatalf("box %v: ranges %v do not ascend", box, ranges)
			}
		}
		for range 50 {
			in := geo.Point{
				X: box.Min.X + int32(rng.Int64N(int64(box.Max.X)-int64(box.Min.X)+1)),
				Y: box.Min.Y + int32(rng.Int64N(int64(box.Max.Y)-int64(box.Min.Y)+1)),
			}
			cell, held := cellAt(mvt.Project(in)), false
			for _, r := range ranges {
				held = held || r.first <= cell && cell <= r.last
			}
			if !held {
				t.Fatalf("box %v: %v is in none of its ranges", box, in)
			}
		}
	}
}

func TestMergeRanges(t *testing.T) {
	t.Parallel()
	got := mergeRanges([]cellRange{{7, 9}, {1, 3}, {3, 5}, {8, 8}, {6, 6}})
	if want := []cellRange{{1, 5}, {6, 6}, {7, 9}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
