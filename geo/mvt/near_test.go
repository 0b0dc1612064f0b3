package mvt_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mvt"
)

// Whatever is drawn inside the tile lies within half a unit of what was to be drawn, judged by a projection in float64.
func TestDrawnNearby(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 6))
			p, z := scaledPartition(rng)
			box := p.Outline.Box()
			id := mvt.Project(geo.Point{X: box.Min.X/2 + box.Max.X/2, Y: box.Min.Y/2 + box.Max.Y/2}).Tile(z)
			faces, _ := drawPartition(t, p, id)
			for _, f := range faces.Features {
				checkNear(t, f, p.Faces[f.ID], id)
			}
		})
	}
}

type spot struct{ x, y float64 }

// spotOf returns the place of p in tile units of id, without rounding.
func spotOf(p geo.Point, id mvt.TileID) spot {
	lat := float64(p.Y) / 1e7 * math.Pi / 180
	scale := mvt.Extent * math.Exp2(float64(id.Z))
	return spot{
		(float64(p.X)/1e7+180)/360*scale - float64(id.X)*mvt.Extent,
		(1-math.Log(math.Tan(lat)+1/math.Cos(lat))/math.Pi)/2*scale - float64(id.Y)*mvt.Extent,
	}
}

func checkNear(t *testing.T, f geotest.TileFeature, m geo.MultiPolygon, id mvt.TileID) {
	t.Helper()
	// A World is known to half a unit of 2^-32, which is up to 8 tile units at zoom 24.
	limit := 0.5 + 0.51*math.Exp2(float64(id.Z)-20) + 1e-3
	var border [][2]spot
	for _, r := range m[0] {
		for i, p := range r {
			border = append(border, [2]spot{spotOf(p, id), spotOf(r[(i+1)%len(r)], id)})
		}
	}
	for _, r := range f.Parts {
		for i, p := range r {
			q := r[(i+1)%len(r)]
			if onBorder(p) || onBorder(q) {
				continue
			}
			for _, s := range []spot{{float64(p.X), float64(p.Y)}, {float64(p.X+q.X) / 2, float64(p.Y+q.Y) / 2}} {
				best := math.Inf(1)
				for _, e := range border {
					best = min(best, squareDistance(s, e[0], e[1]))
				}
				if best > limit {
					t.Fatalf("feature %d: %v on edge %v-%v is %.3f units off, want at most %.3f", f.ID, s, p, q, best, limit)
				}
			}
		}
	}
}

// squareDistance returns the half width of the smallest square around p that meets the segment from a to b, to 1e-4.
func squareDistance(p, a, b spot) float64 {
	at := func(k float64) float64 {
		return max(math.Abs(a.x+k*(b.x-a.x)-p.x), math.Abs(a.y+k*(b.y-a.y)-p.y))
	}
	lo, hi := 0.0, 1.0
	for range 80 { // the distance is convex along the segment
		third := (hi - lo) / 3
		if at(lo+third) < at(hi-third) {
			hi -= third
		} else {
			lo += third
		}
	}
	return at((lo + hi) / 2)
}
