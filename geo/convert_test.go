package geo_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
)

func TestFromOrbRefuses(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(-1)
	square := orb.Ring{{120, 31}, {121, 31}, {121, 32}, {120, 32}, {120, 31}}
	many := make(orb.Ring, geo.MaxVertices+1)
	for _, c := range []struct {
		name string
		g    orb.Geometry
		rule geo.Rule
		at   orb.Point
	}{
		{name: "nil", rule: geo.RuleEmpty},
		{name: "empty_polygon", g: orb.Polygon{}, rule: geo.RuleEmpty},
		{name: "nil_polygon", g: orb.Polygon(nil), rule: geo.RuleEmpty},
		{name: "empty_ring", g: orb.Polygon{{}}, rule: geo.RuleEmpty},
		{name: "empty_hole", g: orb.Polygon{square, nil}, rule: geo.RuleEmpty},
		{name: "empty_multipolygon", g: orb.MultiPolygon{}, rule: geo.RuleEmpty},
		{name: "empty_part", g: orb.MultiPolygon{{square}, {}}, rule: geo.RuleEmpty},
		{name: "point", g: orb.Point{120, 31}, rule: geo.RuleType, at: orb.Point{120, 31}},
		{name: "line", g: orb.LineString{{120, 31}, {121, 31}}, rule: geo.RuleType, at: orb.Point{120, 31}},
		{name: "ring", g: square, rule: geo.RuleType, at: orb.Point{120, 31}},
		{name: "bound", g: orb.Bound{}, rule: geo.RuleType},
		{name: "collection", g: orb.Collection{orb.Polygon{square}}, rule: geo.RuleType},
		{name: "nan", g: orb.Polygon{{{120, 31}, {nan, 31}, {121, 32}, {120, 31}}}, rule: geo.RulePosition},
		{name: "inf", g: orb.Polygon{{{120, 31}, {120, inf}, {121, 32}, {120, 31}}}, rule: geo.RulePosition},
		{name: "lon_beyond_180", g: orb.Polygon{{{179, 31}, {181, 31}, {181, 32}, {179, 31}}}, rule: geo.RulePosition, at: orb.Point{181, 31}},
		{name: "swapped", g: orb.Polygon{{{31, 120}, {31, 121}, {32, 121}, {31, 120}}}, rule: geo.RulePosition, at: orb.Point{31, 120}},
		{name: "metres", g: orb.Polygon{{{13392847, 3696735}, {13392848, 3696735}, {13392848, 3696736}, {13392847, 3696735}}}, rule: geo.RulePosition, at: orb.Point{13392847, 3696735}},
		{name: "across_180", g: orb.Polygon{{{179, 31}, {-179, 31}, {-179, 32}, {179, 32}, {179, 31}}}, rule: geo.RuleAntimeridian, at: orb.Point{179, 31}},
		{name: "wide", g: orb.Polygon{{{0, 31}, {91, 31}, {91, 32}, {0, 31}}}, rule: geo.RuleExtent, at: orb.Point{0, 31}},
		{name: "high", g: orb.Polygon{{{0, -50}, {1, -50}, {1, 50}, {0, -50}}}, rule: geo.RuleExtent, at: orb.Point{0, -50}},
		{name: "not_closed", g: orb.Polygon{{{120, 31}, {121, 31}, {121, 32}, {120, 32}}}, rule: geo.RuleRingNotClosed, at: orb.Point{120, 32}},
		{name: "hole_not_closed", g: orb.Polygon{square, {{120.1, 31.1}, {120.2, 31.1}, {120.2, 31.2}}}, rule: geo.RuleRingNotClosed, at: orb.Point{120.2, 31.2}},
		{name: "one_vertex", g: orb.Polygon{{{120, 31}}}, rule: geo.RuleRingTooShort, at: orb.Point{120, 31}},
		{name: "two_corners", g: orb.Polygon{{{120, 31}, {121, 31}, {120, 31}}}, rule: geo.RuleRingTooShort, at: orb.Point{120, 31}},
		{name: "shrinks_to_a_point", g: orb.Polygon{{{120, 31}, {120.00000001, 31}, {120, 31.00000001}, {120, 31}}}, rule: geo.RuleRingTooShort, at: orb.Point{120, 31}},
		{name: "shrinks_to_a_line", g: orb.Polygon{{{120, 31}, {120.1, 31.00000001}, {120.2, 31}, {120, 31}}}, rule: geo.RuleRingTouchesSelf, at: orb.Point{120, 31}},
		{name: "bow_tie", g: orb.Polygon{{{120, 31}, {121, 32}, {121, 31}, {120, 32}, {120, 31}}}, rule: geo.RuleRingCrossesSelf, at: orb.Point{120.5, 31.5}},
		{name: "too_many_vertices", g: orb.Polygon{square, many}, rule: geo.RuleTooManyVertices},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := geo.FromOrb(c.g)
			var invalid *geo.InvalidError
			if !errors.As(err, &invalid) || m != nil {
				t.Fatalf("got %v, %v, want an InvalidError", m, err)
			}
			if diff := cmp.Diff(&geo.InvalidError{Rule: c.rule, At: c.at}, invalid); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFromOrb(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		g    orb.Geometry
		want geo.MultiPolygon
	}{
		{
			"clockwise_and_repeated",
			orb.Polygon{{{0, 0}, {0, 1e-6}, {0, 1e-6}, {1e-6, 1e-6}, {1.00000001e-6, 1e-6}, {1e-6, 0}, {0, 1e-8}, {0, 0}}},
			geo.MultiPolygon{{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}}},
		},
		{
			"nearly_closed",
			orb.Polygon{{{0, 0}, {1e-6, 0}, {0, 1e-6}, {1e-9, -1e-9}}},
			geo.MultiPolygon{{{{0, 0}, {10, 0}, {0, 10}}}},
		},
		{
			"hole_wound_like_shell",
			orb.MultiPolygon{{
				{{0, 0}, {9e-6, 0}, {9e-6, 9e-6}, {0, 9e-6}, {0, 0}},
				{{3e-6, 3e-6}, {6e-6, 3e-6}, {3e-6, 6e-6}, {3e-6, 3e-6}},
			}},
			geo.MultiPolygon{{{{0, 0}, {90, 0}, {90, 90}, {0, 90}}, {{30, 30}, {30, 60}, {60, 30}}}},
		},
		{
			"corners_of_the_globe",
			orb.Polygon{{{90, 0}, {180, 0}, {180, 90}, {90, 90}, {90, 0}}},
			geo.MultiPolygon{{{{9e8, 0}, {18e8, 0}, {18e8, 9e8}, {9e8, 9e8}}}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before := orb.Clone(c.g)
			got, err := geo.FromOrb(c.g)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if !orb.Equal(before, c.g) {
				t.Error("the input was changed")
			}
			again, err := geo.FromOrb(got.Orb())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("round trip: %s", diff)
			}
		})
	}
}

func TestLineFromOrb(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		g    orb.Geometry
		rule geo.Rule
		want []geo.Line
	}{
		{name: "line", g: orb.LineString{{0, 0}, {0, 1e-9}, {1e-7, 0}}, want: []geo.Line{{{0, 0}, {1, 0}}}},
		{name: "closed", g: orb.LineString{{0, 0}, {1e-7, 0}, {0, 0}}, want: []geo.Line{{{0, 0}, {1, 0}, {0, 0}}}},
		{
			name: "multi", g: orb.MultiLineString{{{0, 0}, {1e-7, 0}}, {{0, 0}, {0, -1e-7}}},
			want: []geo.Line{{{0, 0}, {1, 0}}, {{0, 0}, {0, -1}}},
		},
		{name: "nil", rule: geo.RuleEmpty},
		{name: "empty", g: orb.LineString{}, rule: geo.RuleEmpty},
		{name: "empty_multi", g: orb.MultiLineString{}, rule: geo.RuleEmpty},
		{name: "empty_part", g: orb.MultiLineString{{{0, 0}, {1, 0}}, {}}, rule: geo.RuleEmpty},
		{name: "point", g: orb.LineString{{0, 0}, {1e-9, 0}}, rule: geo.RuleLineTooShort},
		{name: "polygon", g: orb.Polygon{{{0, 0}, {1, 0}, {0, 1}, {0, 0}}}, rule: geo.RuleType},
		{name: "nan", g: orb.LineString{{0, 0}, {math.NaN(), 0}}, rule: geo.RulePosition},
		{name: "across_180", g: orb.LineString{{179, 0}, {-179, 0}}, rule: geo.RuleAntimeridian},
		{name: "wide", g: orb.LineString{{-50, 0}, {50, 0}}, rule: geo.RuleExtent},
		{name: "too_many_vertices", g: make(orb.LineString, geo.MaxVertices+1), rule: geo.RuleTooManyVertices},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := geo.LineFromOrb(c.g)
			var invalid *geo.InvalidError
			if errors.As(err, &invalid); err != nil && invalid.Rule != c.rule || err == nil && c.rule != "" {
				t.Fatalf("got %v, want rule %q", err, c.rule)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLattice holds L2: a coordinate that goes out is float64(k)/1e7 and comes back as k.
func TestLattice(t *testing.T) {
	t.Parallel()
	for _, k := range []int32{0, 1, -1, 3, 1203126543, -1799999999, 1800000000, 899999999} {
		p := geo.Point{X: k, Y: k % 900000001}
		q, err := geo.Snap(p.Orb())
		if err != nil || q != p || p.Orb()[0] != float64(k)/1e7 {
			t.Errorf("%v became %v, %v", p, q, err)
		}
	}
}

func FuzzFromOrb(f *testing.F) {
	for _, text := range []string{
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}`,
		`{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`,
		`{"type":"Polygon","coordinates":[[[0,0],[1e-7,1e-7],[1,0],[0,0]],[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.1]]]}`,
		`{"type":"MultiPolygon","coordinates":[[[[179,0],[180,0],[180,1],[179,0]]],[[[-180,0],[-179,0],[-180,1],[-180,0]]]]}`,
		`{"type":"LineString","coordinates":[[1,2],[3,4]]}`,
		`{"type":"Polygon","coordinates":[[]]}`,
		`{"type":"Polygon","coordinates":null}`,
		"\x01\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if g := geotest.Decode(data); g != nil {
			take(t, "fuzz", g)
		}
	})
}
