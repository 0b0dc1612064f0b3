package edition_test

import (
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid/edition"
)

// TestL3SpotIsLocate: what a batch asks for is what a single locate answers, on borders and outside too.
func TestL3SpotIsLocate(t *testing.T) {
	t.Parallel()
	c := town(t)
	rng := rand.New(rand.NewPCG(1, 2))
	outcomes, onBoundary := map[edition.Outcome]int{}, 0
	for range 20_000 {
		p := geo.Point{X: rng.Int32N(6*unit) - unit, Y: rng.Int32N(6*unit) - unit}
		if rng.IntN(2) == 0 {
			p.X = p.X / (unit / 4) * (unit / 4)
		}
		if rng.IntN(2) == 0 {
			p.Y = p.Y / (unit / 4) * (unit / 4)
		}
		got, want := c.Spot(p), c.Locate(p, 0)
		if (got != edition.Spot{want.Outcome, want.Base, want.Dedicated, want.Void, want.Division, want.OnBoundary}) {
			t.Fatalf("%v: got %+v, want %+v", p, got, want)
		}
		outcomes[got.Outcome]++
		if got.OnBoundary {
			onBoundary++
		}
	}
	if len(outcomes) != 4 || onBoundary == 0 {
		t.Errorf("the points met %v, %d of them on a boundary", outcomes, onBoundary)
	}
}
