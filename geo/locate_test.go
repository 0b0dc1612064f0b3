package geo_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
)

func TestLocate(t *testing.T) {
	t.Parallel()
	m := geotest.Units(t, "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0),(2 2,8 2,8 8,2 8,2 2)),((3 3,7 5,3 7,3 3)),((20 0,23 7,20 14,17 7,20 0)))")
	for _, c := range []struct {
		name string
		p    geo.Point
		want geo.Side
	}{
		{"inside", geo.Point{X: 1, Y: 1}, geo.Inside},
		{"vertex", geo.Point{X: 10, Y: 10}, geo.Border},
		{"first_vertex", geo.Point{}, geo.Border},
		{"edge", geo.Point{X: 5, Y: 0}, geo.Border},
		{"right_edge", geo.Point{X: 10, Y: 5}, geo.Border},
		{"hole", geo.Point{X: 7, Y: 7}, geo.Outside},
		{"hole_edge", geo.Point{X: 2, Y: 5}, geo.Border},
		{"island", geo.Point{X: 4, Y: 5}, geo.Inside},
		{"island_tip", geo.Point{X: 7, Y: 5}, geo.Border},
		{"level_with_vertices", geo.Point{X: 15, Y: 7}, geo.Outside},
		{"level_with_a_bottom_vertex", geo.Point{X: 15, Y: 0}, geo.Outside},
		{"level_with_a_top_vertex", geo.Point{X: 15, Y: 14}, geo.Outside},
		{"level_with_the_middle", geo.Point{X: 20, Y: 7}, geo.Inside},
		{"beside_a_slanting_edge", geo.Point{X: 22, Y: 5}, geo.Inside},
		{"beyond_a_slanting_edge", geo.Point{X: 22, Y: 4}, geo.Outside},
		{"in_line_with_an_edge", geo.Point{X: 12, Y: 0}, geo.Outside},
		{"far_away", geo.Point{X: -18e8, Y: 9e8}, geo.Outside},
	} {
		if got := geo.Locate(m, c.p); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got := geo.Locate(nil, geo.Point{}); got != geo.Outside {
		t.Errorf("in nothing: %v", got)
	}
	for _, s := range []geo.Side{geo.Outside, geo.Border, geo.Inside} {
		if s.String() == "" {
			t.Errorf("side %d has no name", s)
		}
	}
}

// TestLocateInTiling holds that a point lies inside one face or on the border of some, and off the outline in none.
// Points are vertices, points close by, and random ones.
func TestLocateInTiling(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tiling := geotest.Partition(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), rapid.IntRange(1, 30).Draw(t, "faces"))
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "points"), 0))
		box := tiling.Outline.Box()
		for range 100 {
			f := tiling.Faces[rng.IntN(len(tiling.Faces))]
			r := f[0][0]
			p := r[rng.IntN(len(r))]
			switch rng.IntN(3) {
			case 0:
				p.X, p.Y = p.X+rng.Int32N(5)-2, p.Y+rng.Int32N(5)-2
			case 1:
				p = geo.Point{X: box.Min.X + rng.Int32N(box.Max.X-box.Min.X), Y: box.Min.Y + rng.Int32N(box.Max.Y-box.Min.Y)}
			}
			inside, border := 0, 0
			for _, f := range tiling.Faces {
				switch geo.Locate(f, p) {
				case geo.Inside:
					inside++
				case geo.Border:
					border++
				}
			}
			out := geo.Locate(tiling.Outline, p)
			ok := inside == 1 && border == 0 && out == geo.Inside || inside == 0 && border == 0 && out == geo.Outside ||
				inside == 0 && border > 0 && out != geo.Outside
			if !ok {
				t.Errorf("%v: inside %d, on the border of %d, of the outline: %v", p, inside, border, out)
			}
		}
	})
}

// TestOrient compares with arithmetic of any size, for points whose extent is at most 90 degrees.
func TestOrient(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		corner := rapid.Int32Range(-9e8, 0)
		ox, oy := corner.Draw(t, "west"), corner.Draw(t, "south")
		draw := func(name string) geo.Point {
			side := rapid.OneOf(rapid.Int32Range(0, 9e8), rapid.Just(int32(0)), rapid.Just(int32(9e8)))
			return geo.Point{X: ox + side.Draw(t, name+" x"), Y: oy + side.Draw(t, name+" y")}
		}
		a, b, c := draw("a"), draw("b"), draw("c")
		diff := func(a, b int32) *big.Int { return big.NewInt(int64(a) - int64(b)) }
		want := new(big.Int).Mul(diff(b.X, a.X), diff(c.Y, a.Y))
		want.Sub(want, new(big.Int).Mul(diff(b.Y, a.Y), diff(c.X, a.X)))
		if got := geo.Orient(a, b, c); big.NewInt(got).Cmp(want) != 0 {
			t.Errorf("got %d, want %d", got, want)
		}
		tri := geo.Ring{a, b, c}
		if got := tri.TwiceArea(); big.NewInt(got).Cmp(want) != 0 {
			t.Errorf("twice the area: got %d, want %d", got, want)
		}
	})
}
