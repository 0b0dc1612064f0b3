package geo_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wangge/wangge/geo"
)

// comb returns a valid ring of n teeth, height units high and 4 units apart.
func comb(n int, height int32) geo.Ring {
	var r geo.Ring
	for i := range int32(n) {
		r = append(r, geo.Point{X: 4 * i, Y: 1}, geo.Point{X: 4*i + 2, Y: height})
	}
	return append(r, geo.Point{X: int32(4 * n), Y: 0}, geo.Point{X: 0, Y: 0})
}

// transposed returns r with X and Y exchanged and turned round, so that it stays counter-clockwise.
func transposed(r geo.Ring) geo.Ring {
	out := make(geo.Ring, len(r))
	for i, v := range r {
		out[len(r)-1-i] = geo.Point{X: v.Y, Y: v.X}
	}
	return out
}

// ccw returns the polygons with outer rings counter-clockwise and holes clockwise.
func ccw(m geo.MultiPolygon) geo.MultiPolygon {
	for _, p := range m {
		for i, r := range p {
			if (r.TwiceArea() > 0) != (i == 0) {
				p[i] = reversed(r)
			}
		}
	}
	return m
}

func reversed(r geo.Ring) geo.Ring {
	out := make(geo.Ring, len(r))
	for i, v := range r {
		out[len(r)-1-i] = v
	}
	return out
}

// star returns a square with n thin holes that all touch in its middle.
func star(n int) geo.Polygon {
	const side = 400_000_000
	p := geo.Polygon{{{-side, -side}, {side, -side}, {side, side}, {-side, side}}}
	for i := range int32(n) {
		// Slopes grow, so holes do not overlap.
		y := -side/2 + i*(side/int32(n))
		p = append(p, geo.Ring{{0, 0}, {side / 2, y}, {side / 2, y + side/int32(n)/2}})
	}
	return p
}

func spiral(turns int) geo.Ring {
	var out, back geo.Ring
	step := int32(10)
	for i := range int32(turns) {
		r := step * (i + 1)
		out = append(out, geo.Point{-r, -r}, geo.Point{r, -r}, geo.Point{r, r}, geo.Point{-r - step, r})
		back = append(back, geo.Point{-r - 3, -r - 3}, geo.Point{r + 3, -r - 3}, geo.Point{r + 3, r + 3}, geo.Point{-r - step - 3, r + 3})
	}
	return append(out, reversed(back)...)
}

// flat returns a triangle whose base has n collinear vertices.
func flat(n int) geo.Ring {
	var r geo.Ring
	for i := range int32(n) {
		r = append(r, geo.Point{X: i, Y: 0})
	}
	return append(r, geo.Point{X: int32(n / 2), Y: 1000})
}

// hostile has areas of about 60,000 vertices that are hard on naive code. Some are not valid.
func hostile() map[string]geo.MultiPolygon {
	const n = 30_000
	rng := rand.New(rand.NewPCG(1, 2))
	chaos := make(geo.Ring, 2*n)
	for i := range chaos {
		chaos[i] = geo.Point{X: rng.Int32N(8e8), Y: rng.Int32N(8e8)}
	}
	crowd := geo.MultiPolygon{}
	for i := range int32(n / 2) {
		x, y := i%300*10, i/300*10
		crowd = append(crowd, geo.Polygon{{{x, y}, {x + 10, y + 5}, {x, y + 10}}}) // each touches the next
	}
	rings := geo.MultiPolygon{}
	for i := range int32(n / 4) {
		r := 20 * (i + 1)
		p := geo.Polygon{
			{{-r, -r}, {r, -r}, {r, r}, {-r, r}},
			{{10 - r, 10 - r}, {10 - r, r - 10}, {r - 10, r - 10}, {r - 10, 10 - r}},
		}
		if i == 0 {
			p = p[:1]
		}
		rings = append(rings, p)
	}
	return map[string]geo.MultiPolygon{
		"comb":       ccw(geo.MultiPolygon{{comb(n, 8e8)}}),
		"lying_comb": ccw(geo.MultiPolygon{{transposed(comb(n, 8e8))}}),
		"star":       ccw(geo.MultiPolygon{star(n / 2)}), // all meet in one place: overlap is quadratic there
		"spiral":     ccw(geo.MultiPolygon{{spiral(n / 4)}}),
		"flat":       ccw(geo.MultiPolygon{{flat(n)}}),
		"chaos":      {{chaos}},
		"crowd":      ccw(crowd),
		"concentric": ccw(rings),
	}
}

// TestHostileSizes demands that no shape of 60,000 vertices takes more than some seconds, where quadratic code takes
// minutes.
func TestHostileSizes(t *testing.T) {
	t.Parallel()
	const limit = 10 * time.Second // at least ten times what it takes
	all := hostile()
	probe := ccw(geo.MultiPolygon{{{{-1000, 50}, {3e8, 70}, {3e8, 1e8}, {-900, 9e7}}}})
	for name, m := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			lap := func(what string) {
				d := time.Since(start)
				t.Logf("%s: %v", what, d.Round(time.Millisecond))
				if d > limit {
					t.Errorf("%s takes %v", what, d)
				}
				start = time.Now()
			}
			err := geo.Check(m)
			lap("check")
			if (err == nil) == (name == "chaos") {
				t.Fatalf("check says %v", err)
			}
			if err != nil {
				return
			}
			if s := geo.Locate(m, geo.PointOnSurface(m)); s == geo.Outside {
				t.Errorf("point on surface is outside")
			}
			lap("point on surface")
			if got, most := geo.OverlapArea(m, probe), min(geo.PlanarArea(m), geo.PlanarArea(probe)); !(got > 0 && got <= most) {
				t.Errorf("overlap %g of at most %g", got, most)
			}
			lap("overlap with a small one")
			if name == "star" {
				return
			}
			if got, want := geo.OverlapArea(m, m), geo.PlanarArea(m); got < want*(1-1e-9) || got > want*(1+1e-9) {
				t.Errorf("overlap with itself %g, want %g", got, want)
			}
			lap("overlap with itself")
		})
	}
}
