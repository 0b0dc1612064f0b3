package index_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
)

// near measures every edge of every part.
func near(parts []geo.MultiPolygon, p geo.Point, radiusM float64) []index.Neighbour {
	var found []index.Neighbour
	for k, m := range parts {
		best := radiusM + 1
		for _, poly := range m {
			for _, r := range poly {
				for i, v := range r {
					u := r[(i+len(r)-1)%len(r)]
					if v.Less(u) {
						best = min(best, geo.DistanceToSegmentM(p, v, u))
					} else {
						best = min(best, geo.DistanceToSegmentM(p, u, v))
					}
				}
			}
		}
		if best <= radiusM {
			found = append(found, index.Neighbour{Part: int32(k), DistanceM: best})
		}
	}
	return found
}

func TestNear(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 3))
		n := 2 + rng.IntN(6)
		parts := tiling(rng, n, 5, int32(n)*20_000) // faces of about 200 m
		x := index.Build(parts)
		for _, p := range probes(rng, parts, 60) {
			radiusM := rng.Float64() * 150
			if got, want := x.Near(p, radiusM, nil), near(parts, p, radiusM); !slices.Equal(got, want) {
				t.Fatalf("Near(%v, %v) = %v, want %v", p, radiusM, got, want)
			}
		}
	}
}

func TestNearAppends(t *testing.T) {
	t.Parallel()
	x := index.Build([]geo.MultiPolygon{{{square(0, 0, 1000)}}})
	dst := []index.Neighbour{{Part: 7, DistanceM: 1}}
	got := x.Near(geo.Point{X: 0, Y: 500}, 5, dst)
	if want := append(slices.Clone(dst), index.Neighbour{Part: 0, DistanceM: 0}); !slices.Equal(got, want) {
		t.Errorf("Near appended to %v: %v, want %v", dst, got, want)
	}
}

func TestOverlapping(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 4))
		n := 2 + rng.IntN(8)
		parts := tiling(rng, n, 6, int32(n)*1000)
		if seed%3 == 0 {
			parts = append(parts, tiling(rng, n, 3, int32(n)*900)...)
		}
		x := index.Build(parts)
		for _, p := range probes(rng, parts, 20) {
			box := geo.EmptyBox().Extend(p).Extend(geo.Point{X: p.X + rng.Int32N(1500), Y: p.Y + rng.Int32N(1500)})
			got := x.Overlapping(box, nil)
			if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
				t.Fatalf("Overlapping(%v) = %v: not ascending", box, got)
			}
			for k, m := range parts {
				found := slices.Contains(got, int32(k))
				if found && !m.Box().Intersects(box) {
					t.Fatalf("Overlapping(%v) holds part %d, which is far away", box, k)
				}
				if !found && meets(m, box) {
					t.Fatalf("Overlapping(%v) = %v lacks part %d", box, got, k)
				}
			}
		}
	}
}

// meets tries the vertices of each in the other; enough to catch a missing part.
func meets(m geo.MultiPolygon, box geo.Box) bool {
	for _, c := range []geo.Point{box.Min, box.Max, {X: box.Min.X, Y: box.Max.Y}, {X: box.Max.X, Y: box.Min.Y}} {
		if side(m, c) >= 0 {
			return true
		}
	}
	return slices.ContainsFunc(m[0][0], box.Contains)
}
