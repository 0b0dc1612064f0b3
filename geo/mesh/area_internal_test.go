package mesh

import (
	"math/rand/v2"
	"testing"
)

// TestEastOf compares edges at the middle of the heights that they share.
func TestEastOf(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 31))
	tried := 0
	for range 20_000 {
		e, f := randomUp(rng), randomUp(rng)
		low, high := max(e.a.y, f.a.y), min(e.b.y, f.b.y)
		if low >= high || len(crossing([]strand{{edge: e}, {edge: f}}, 0, 1, nil)) > 0 {
			continue
		}
		y := float64(low+high) / 2
		ex, fx := xAt(e, y), xAt(f, y)
		if diff := ex - fx; diff < 1e-9 && diff > -1e-9 {
			continue
		}
		tried++
		if got := eastOf(e, f); got != (ex > fx) {
			t.Fatalf("eastOf(%v, %v) = %v, at %v they are at %v and %v", e, f, got, y, ex, fx)
		}
	}
	if tried < 1000 {
		t.Errorf("only %d pairs tried", tried)
	}
}

func randomUp(rng *rand.Rand) edge {
	for {
		a, b := vec{rng.Int64N(20), rng.Int64N(20)}, vec{rng.Int64N(20), rng.Int64N(20)}
		if a.y < b.y {
			return edge{a, b}
		}
	}
}

func xAt(e edge, y float64) float64 {
	return float64(e.a.x) + (y-float64(e.a.y))/float64(e.b.y-e.a.y)*float64(e.b.x-e.a.x)
}
