package geo_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
)

func TestOverlapArea(t *testing.T) {
	t.Parallel()
	const square = "POLYGON((0 0,10 0,10 10,0 10,0 0))"
	for _, c := range []struct {
		name, a, b string
		want       float64
	}{
		{"itself", square, square, 100},
		{"apart", square, "POLYGON((20 0,30 0,30 10,20 10,20 0))", 0},
		{"apart_in_the_box", "POLYGON((0 0,10 0,10 1,1 1,1 10,0 10,0 0))", "POLYGON((5 5,9 5,9 9,5 9,5 5))", 0},
		{"touch_in_a_vertex", square, "POLYGON((10 10,20 10,20 20,10 20,10 10))", 0},
		{"touch_vertex_on_edge", square, "POLYGON((10 5,20 0,20 10,10 5))", 0},
		{"share_an_edge", square, "POLYGON((10 0,20 0,20 10,10 10,10 0))", 0},
		{"share_part_of_an_edge", square, "POLYGON((10 3,20 0,20 10,10 7,10 3))", 0},
		{"corner", square, "POLYGON((5 5,15 5,15 15,5 15,5 5))", 25},
		{"inside", square, "POLYGON((2 2,4 2,4 4,2 4,2 2))", 4},
		{"inside_touching", square, "POLYGON((0 0,4 0,4 4,0 4,0 0))", 16},
		{"inside_touching_in_a_vertex", square, "POLYGON((0 5,4 2,4 8,0 5))", 12},
		{"cross", "POLYGON((0 4,10 4,10 6,0 6,0 4))", "POLYGON((4 0,6 0,6 10,4 10,4 0))", 4},
		{"through_vertices", square, "POLYGON((0 0,10 10,-5 15,0 0))", 50},
		{"in_a_hole", "POLYGON((0 0,10 0,10 10,0 10,0 0),(2 2,8 2,8 8,2 8,2 2))", "POLYGON((3 3,7 3,7 7,3 7,3 3))", 0},
		{"fills_a_hole", "POLYGON((0 0,10 0,10 10,0 10,0 0),(2 2,8 2,8 8,2 8,2 2))", "POLYGON((2 2,8 2,8 8,2 8,2 2))", 0},
		{"over_a_hole", "POLYGON((0 0,10 0,10 10,0 10,0 0),(2 2,8 2,8 8,2 8,2 2))", "POLYGON((1 1,9 1,9 9,1 9,1 1))", 28},
		{"off_the_lattice", "POLYGON((0 0,7 0,0 3,0 0))", "POLYGON((0 0,3 7,-1 7,0 0))", 1.5 * 63 / 58},
		{"two_parts", "MULTIPOLYGON(((0 0,2 0,2 2,0 2,0 0)),((2 2,4 2,4 4,2 4,2 2)))", "POLYGON((1 1,3 1,3 3,1 3,1 1))", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, b := geotest.Units(t, c.a), geotest.Units(t, c.b)
			for _, got := range []float64{geo.OverlapArea(a, b), geo.OverlapArea(b, a)} {
				if !geotest.Near(got, c.want, 1e-14, 0) {
					t.Errorf("got %.15g, want %.15g", got, c.want)
				}
			}
		})
	}
	if got := geo.OverlapArea(nil, geotest.Units(t, square)); got != 0 {
		t.Errorf("overlap with nothing is %g", got)
	}
}

// pair returns two tilings of about the same place.
func pair(t *rapid.T) (a, b geotest.Tiling) {
	seed := rapid.Uint64().Draw(t, "seed")
	a = geotest.Partition(rand.New(rand.NewPCG(seed, 1)), rapid.IntRange(1, 25).Draw(t, "faces of a"))
	b = geotest.Partition(rand.New(rand.NewPCG(seed, 2)), rapid.IntRange(1, 25).Draw(t, "faces of b"))
	return a, b
}

// TestOverlapAddsUp overlays two tilings: a face's overlaps with the other tiling's faces make up its overlap with
// the other's outline, whatever touches, coincides or crosses.
func TestOverlapAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := pair(t)
		all := 0.0
		for _, f := range a.Faces {
			sum := 0.0
			for _, g := range b.Faces {
				v := geo.OverlapArea(f, g)
				if w := geo.OverlapArea(g, f); !geotest.Near(v, w, 1e-11, 1e-3) {
					t.Errorf("overlap %g one way, %g the other", v, w)
				}
				sum += v
			}
			if want := geo.OverlapArea(f, b.Outline); !geotest.Near(sum, want, 1e-11, 1e-2) {
				t.Errorf("overlaps add up to %g, want %g", sum, want)
			}
			all += sum
		}
		if want := geo.OverlapArea(a.Outline, b.Outline); !geotest.Near(all, want, 1e-11, 1e-2) {
			t.Errorf("all overlaps add up to %g, want %g", all, want)
		}
		for i, f := range a.Faces {
			if got, want := geo.OverlapArea(f, a.Outline), geo.PlanarArea(f); !geotest.Near(got, want, 1e-12, 0) {
				t.Errorf("face has %g in its own outline, want %g", got, want)
			}
			if got := geo.OverlapArea(f, a.Faces[(i+1)%len(a.Faces)]); len(a.Faces) > 1 && got > 1e-3 {
				t.Errorf("neighbours overlap by %g", got)
			}
		}
	})
}

func TestLengthWithin(t *testing.T) {
	t.Parallel()
	area := geotest.Units(t, "POLYGON((0 0,1000 0,1000 1000,0 1000,0 0),(400 400,600 400,600 600,400 600,400 400))")
	unitM := geo.DistanceM(geo.Point{}, geo.Point{X: 1000}) / 1000 // along the equator
	for _, c := range []struct {
		name string
		line geo.Line
		want float64
	}{
		{"none", nil, 0},
		{"one_point", geo.Line{{5, 5}}, 0},
		{"inside", geo.Line{{100, 10}, {300, 10}}, 200},
		{"outside", geo.Line{{100, -10}, {300, -10}}, 0},
		{"across", geo.Line{{-500, 100}, {1500, 100}}, 1000},
		{"across_the_hole", geo.Line{{-500, 500}, {1500, 500}}, 800},
		{"along_the_border", geo.Line{{-500, 0}, {1500, 0}}, 1000},
		{"along_the_border_backwards", geo.Line{{1500, 0}, {-500, 0}}, 1000},
		{"along_the_hole", geo.Line{{-500, 400}, {1500, 400}}, 1000},
		{"through_corners", geo.Line{{400, 600}, {600, 600}, {700, 600}}, 300},
		{"touches", geo.Line{{-100, 100}, {0, 100}, {-100, 100}}, 0},
		{"there_and_back", geo.Line{{0, 100}, {1000, 100}, {0, 100}}, 2000},
		{"starts_in_the_hole", geo.Line{{500, 500}, {700, 500}}, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := geo.LengthWithin(c.line, area) / unitM; !geotest.Near(got, c.want, 1e-6, 1e-9) {
				t.Errorf("%g units, want %g", got, c.want)
			}
		})
	}
}

// TestLengthAddsUp walks lines over tilings: what lies in the faces makes up what lies in the outline, unless a part
// runs along a border and so counts twice.
func TestLengthAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := pair(t)
		ring := b.Outline[0][0]
		line := geo.Line(ring[:len(ring)/2+1])
		if rapid.Bool().Draw(t, "random line") {
			rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "line"), 3))
			box, line2 := a.Outline.Box(), geo.Line{}
			for range 10 {
				line2 = append(line2, geo.Point{
					X: box.Min.X - 5000 + rng.Int32N(box.Max.X-box.Min.X+10_000),
					Y: box.Min.Y - 5000 + rng.Int32N(box.Max.Y-box.Min.Y+10_000),
				})
			}
			line = line2
		}
		sum := 0.0
		for _, f := range a.Faces {
			sum += geo.LengthWithin(line, f)
		}
		if want := geo.LengthWithin(line, a.Outline); !geotest.Near(sum, want, 1e-7, 1e-6) {
			t.Errorf("lengths add up to %g m, want %g", sum, want)
		}
		if in, all := geo.LengthWithin(line, a.Outline), geo.LengthM(line); in > all*(1+1e-7) {
			t.Errorf("%g m of %g m lie within", in, all)
		}
		// A border lies on its own area.
		own := geo.Line(append(append(geo.Ring(nil), a.Outline[0][0]...), a.Outline[0][0][0]))
		if got, want := geo.LengthWithin(own, a.Outline), geo.LengthM(own); !geotest.Near(got, want, 1e-12, 0) {
			t.Errorf("%g m of the border lie on it, want %g", got, want)
		}
	})
}
