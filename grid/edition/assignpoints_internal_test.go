package edition

import (
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// TestL3AssignPoints looks up points together and one by one: everywhere, on vertices, outside, and where so many counties overlap that
// they are not looked into together.
func TestL3AssignPoints(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 46))
		c := scattered(t, rng, 1+rng.IntN(90))
		box := wideBox(c.Box(), 2000)
		points := make([]geo.Point, rng.IntN(2000))
		for i := range points {
			points[i] = geo.Point{X: box.Min.X + rng.Int32N(box.Max.X-box.Min.X), Y: box.Min.Y + rng.Int32N(box.Max.Y-box.Min.Y)}
			if e := c.editions[rng.IntN(len(c.editions))]; rng.IntN(4) == 0 && len(e.tiling) > 0 {
				ring := e.tiling[rng.IntN(len(e.tiling))][0][0]
				points[i] = ring[rng.IntN(len(ring))]
			}
		}
		before := grid.Assignment{BaseGridID: -1}
		got := c.AssignPoints(points, []grid.Assignment{before})
		if len(got) != 1+len(points) || got[0] != before {
			t.Fatalf("seed %d: %d points have %d assignments behind %+v", seed, len(points), len(got)-1, got[0])
		}
		for i, p := range points {
			if want := c.AssignPoint(p); got[1+i] != want {
				t.Fatalf("seed %d: at %v is %+v, alone %+v", seed, p, got[1+i], want)
			}
		}
	}
}
