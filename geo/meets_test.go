package geo_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

func shapeOf(t testing.TB, g orb.Geometry) *geo.Shape {
	t.Helper()
	s, err := geo.ShapeFromOrb(g)
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

func TestMeets(t *testing.T) {
	t.Parallel()
	square := orb.Polygon{{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}, {{1, 1}, {1, 3}, {3, 3}, {3, 1}, {1, 1}}}
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	for _, test := range []struct {
		name string
		a, b orb.Geometry
		want bool
	}{
		{"the same point", orb.Point{1, 2}, orb.Point{1, 2}, true},
		{"points beside each other", orb.Point{1, 2}, orb.Point{1, 2.0000001}, false},
		{"a point of several", orb.MultiPoint{{9, 9}, {1, 2}}, orb.Point{1, 2}, true},
		{"a point on a line", orb.LineString{{0, 0}, {3, 1}}, orb.Point{1.5, 0.5}, true},
		{"a point one unit beside a line", orb.LineString{{0, 0}, {3, 1}}, orb.Point{1.5, 0.5000001}, false},
		{"a point on the line's line", orb.LineString{{0, 0}, {3, 1}}, orb.Point{6, 2}, false},
		{"lines that cross", orb.LineString{{0, 0}, {2, 2}}, orb.LineString{{0, 2}, {2, 0}}, true},
		{"lines that end in each other", orb.LineString{{0, 0}, {1, 1}}, orb.LineString{{0, 2}, {2, 0}}, true},
		{"lines that run along each other", orb.LineString{{0, 0}, {2, 2}}, orb.LineString{{1, 1}, {5, 5}}, true},
		{"lines one behind the other", orb.LineString{{0, 0}, {1, 1}}, orb.LineString{{2, 2}, {5, 5}}, false},
		{"lines that stop short", orb.LineString{{0, 0}, {0.9999999, 0.9999999}}, orb.LineString{{0, 2}, {2, 0}}, false},
		{"a point in an area", square, orb.Point{0.5, 2}, true},
		{"a point on its hole", square, orb.Point{1, 2}, true},
		{"a point in its hole", square, orb.Point{2, 2}, false},
		{"a line in its hole", square, orb.LineString{{1.5, 1.5}, {2.5, 2.5}}, false},
		{"an area in its hole", square, orb.Bound{Min: orb.Point{1.5, 1.5}, Max: orb.Point{2.5, 2.5}}, false},
		{"an area that touches in a corner", square, orb.Bound{Min: orb.Point{4, 4}, Max: orb.Point{5, 5}}, true},
		{"an area around", square, world, true},
		{"an area within", square, orb.Bound{Min: orb.Point{0.2, 0.2}, Max: orb.Point{0.3, 0.3}}, true},
		{"a box over the end of the world", orb.Bound{Min: orb.Point{170, -10}, Max: orb.Point{-170, 10}}, orb.Point{-175, 5}, true},
		{"beside a box over the end of the world", orb.Bound{Min: orb.Point{170, -10}, Max: orb.Point{-170, 10}}, orb.Point{0, 0}, false},
		{"a box that is a point", orb.Bound{Min: orb.Point{0.5, 2}, Max: orb.Point{0.5, 2}}, square, true},
		{"a box that is a line", orb.Bound{Min: orb.Point{1.5, 2}, Max: orb.Point{2.5, 2}}, square, false},
		{"a collection", orb.Collection{orb.Point{9, 9}, orb.LineString{{2, 2}, {9, 2}}}, square, true},
	} {
		a, b := shapeOf(t, test.a), shapeOf(t, test.b)
		if got := geo.Meets(a, b); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if got := geo.Meets(b, a); got != test.want {
			t.Errorf("%s, turned round: %v, want %v", test.name, got, test.want)
		}
	}
	if geo.Meets(&geo.Shape{}, shapeOf(t, world)) {
		t.Error("nothing meets the world")
	}
}

// TestMeetsIsLocate: a point meets an area when Locate says that it is not outside.
func TestMeetsIsLocate(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(6, 6))
	for range 2000 {
		at := func() orb.Point { return orb.Point{float64(rng.IntN(8)) / 1e7, float64(rng.IntN(8)) / 1e7} }
		triangle := orb.Polygon{{at(), at(), at()}}
		triangle[0] = append(triangle[0], triangle[0][0])
		area, err := geo.FromOrb(triangle)
		if err != nil {
			continue
		}
		p := at()
		v, _ := geo.Snap(p)
		if got, want := geo.Meets(shapeOf(t, triangle), shapeOf(t, p)), geo.Locate(area, v) != geo.Outside; got != want {
			t.Fatalf("%v, %v: %v, want %v", triangle, p, got, want)
		}
	}
}

func TestShapeFromOrbRefuses(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]orb.Geometry{
		"nil": nil, "an empty collection": orb.Collection{}, "no points": orb.MultiPoint{}, "off the globe": orb.Point{181, 0},
		"a bow tie": orb.Polygon{{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}}, "a box upside down": orb.Bound{Min: orb.Point{0, 1}, Max: orb.Point{1, 0}},
		"a ring": orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}, "a part that is nothing": orb.Collection{orb.Point{1, 1}, nil},
	} {
		var invalid *geo.InvalidError
		if _, err := geo.ShapeFromOrb(g); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
