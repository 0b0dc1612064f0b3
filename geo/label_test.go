package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
)

func TestPointOnSurface(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, wkt string
		side      geo.Side
	}{
		{"square", "POLYGON((0 0,1000 0,1000 1000,0 1000,0 0))", geo.Inside},
		{"horseshoe", "POLYGON((0 0,1000 0,1000 1000,900 1000,900 100,100 100,100 1000,0 1000,0 0))", geo.Inside},
		{"ring", "POLYGON((0 0,1000 0,1000 1000,0 1000,0 0),(10 10,990 10,990 990,10 990,10 10))", geo.Inside},
		{"larger_part", "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((5000 0,9000 0,9000 4000,5000 4000,5000 0)))", geo.Inside},
		{"one_inner_point", "POLYGON((0 0,2 0,2 2,0 2,0 0))", geo.Inside},
		{"one_inner_point_in_a_triangle", "POLYGON((0 0,3 0,0 3,0 0))", geo.Inside},
		{"thin_and_slanting", "POLYGON((0 0,1000000 777777,1000000 777787,0 10,0 0))", geo.Inside},
		{"no_inner_point", "POLYGON((0 0,1 0,0 1,0 0))", geo.Border},
		{"no_inner_point_and_long", "POLYGON((0 0,1 0,1001 1000,1000 1000,0 0))", geo.Border},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := geotest.Units(t, c.wkt)
			p := geo.PointOnSurface(m)
			if got := geo.Locate(m, p); got != c.side {
				t.Errorf("%v is %v, want %v", p, got, c.side)
			}
			if c.name == "larger_part" && p.X < 5000 {
				t.Errorf("%v is in the smaller part", p)
			}
		})
	}
	if p := geo.PointOnSurface(nil); p != (geo.Point{}) {
		t.Errorf("nothing has %v", p)
	}
}

// TestPointOnSurfaceIsCentral compares with a fine grid of points: the label is nearly as far from the border as any.
func TestPointOnSurfaceIsCentral(t *testing.T) {
	t.Parallel()
	toBorder := func(m geo.MultiPolygon, p geo.Point) float64 {
		nearest := math.Inf(1)
		for _, poly := range m {
			for _, r := range poly {
				a := r[len(r)-1]
				for _, b := range r {
					nearest = min(nearest, geo.DistanceToSegmentM(p, a, b))
					a = b
				}
			}
		}
		return nearest
	}
	for seed := range uint64(5) {
		tiling := geotest.Partition(rand.New(rand.NewPCG(seed, 5)), 20)
		for i, f := range tiling.Faces {
			if len(f) > 1 {
				continue // the label is in the largest part, not in the roundest
			}
			p := geo.PointOnSurface(f)
			if s := geo.Locate(f, p); s != geo.Inside {
				t.Fatalf("seed %d face %d: %v is %v", seed, i, p, s)
			}
			best, box := 0.0, f.Box()
			const n = 40
			for k := range n * n {
				q := geo.Point{
					X: box.Min.X + (box.Max.X-box.Min.X)/n*int32(k%n),
					Y: box.Min.Y + (box.Max.Y-box.Min.Y)/n*int32(k/n),
				}
				if geo.Locate(f, q) == geo.Inside {
					best = max(best, toBorder(f, q))
				}
			}
			if got := toBorder(f, p); got < 0.7*best {
				t.Errorf("seed %d face %d: label is %.0f m from the border, %.0f m is possible", seed, i, got, best)
			}
		}
	}
}
