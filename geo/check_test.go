package geo_test

import (
	"errors"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
)

// TestCheck judges rings in lattice units. A case without a rule is valid.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, wkt string
		rule      geo.Rule
	}{
		{name: "triangle", wkt: "POLYGON((0 0,10 0,0 10,0 0))"},
		{name: "clockwise", wkt: "POLYGON((0 0,0 10,10 0,0 0))"},
		{name: "collinear_vertex", wkt: "POLYGON((0 0,5 0,10 0,10 10,0 10,0 0))"},
		{name: "hole", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(2 2,4 2,4 4,2 4,2 2))"},
		{name: "hole_touches_shell_vertex_on_edge", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(0 5,4 2,4 8,0 5))"},
		{name: "hole_touches_shell_vertex_on_vertex", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(0 0,4 2,2 4,0 0))"},
		{name: "holes_touch_in_a_point", wkt: "POLYGON((0 0,20 0,20 20,0 20,0 0),(2 2,8 2,8 8,2 8,2 2),(8 8,12 8,12 12,8 12,8 8))"},
		{name: "four_holes_at_one_vertex", wkt: "POLYGON((-9 -9,9 -9,9 9,-9 9,-9 -9),(0 0,3 -1,3 1,0 0),(0 0,1 3,-1 3,0 0),(0 0,-3 1,-3 -1,0 0),(0 0,-1 -3,1 -3,0 0))"},
		{name: "part_in_hole_of_other", wkt: "MULTIPOLYGON(((0 0,20 0,20 20,0 20,0 0),(5 5,15 5,15 15,5 15,5 5)),((8 8,12 8,12 12,8 12,8 8)))"},
		{name: "part_touches_hole_of_other", wkt: "MULTIPOLYGON(((0 0,20 0,20 20,0 20,0 0),(5 5,15 5,15 15,5 15,5 5)),((5 5,12 8,12 12,5 5)))"},
		{name: "parts_touch_in_a_vertex", wkt: "MULTIPOLYGON(((0 0,5 0,5 5,0 5,0 0)),((5 5,10 5,10 10,5 10,5 5)))"},
		{name: "parts_touch_in_two_vertices", wkt: "MULTIPOLYGON(((0 0,10 0,5 5,10 10,0 10,0 0)),((10 0,20 0,20 10,10 10,15 5,10 0)))"},

		{name: "bow_tie", wkt: "POLYGON((0 0,10 10,10 0,0 10,0 0))", rule: geo.RuleRingCrossesSelf},
		{name: "bow_tie_off_lattice", wkt: "POLYGON((0 0,10 7,10 0,0 9,0 0))", rule: geo.RuleRingCrossesSelf},
		{name: "crosses_in_a_vertex", wkt: "POLYGON((-5 -5,0 0,5 5,5 -5,0 0,-5 5,-5 -5))", rule: geo.RuleRingCrossesSelf},
		{name: "spike", wkt: "POLYGON((0 0,10 0,10 10,5 10,5 15,5 10,0 10,0 0))", rule: geo.RuleRingTouchesSelf},
		{name: "inward_spike", wkt: "POLYGON((0 0,10 0,10 10,5 10,5 5,5 10,0 10,0 0))", rule: geo.RuleRingTouchesSelf},
		{name: "vertex_on_own_edge", wkt: "POLYGON((0 0,10 0,10 10,5 0,0 10,0 0))", rule: geo.RuleRingTouchesSelf},
		{name: "inverted_hole", wkt: "POLYGON((0 0,5 0,3 4,7 4,5 0,10 0,10 10,0 10,0 0))", rule: geo.RuleRingTouchesSelf},
		{name: "twice_around", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0,10 0,10 10,0 10,0 0))", rule: geo.RuleRingTouchesSelf},
		{name: "hole_crosses_shell", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(5 5,15 4,15 8,5 5))", rule: geo.RuleRingsCross},
		{name: "hole_crosses_shell_in_vertices", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(5 2,10 0,15 5,10 10,5 2))", rule: geo.RuleRingsCross},
		{name: "hole_is_shell", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(0 0,10 0,10 10,0 10,0 0))", rule: geo.RuleRingsShareEdge},
		{name: "hole_shares_part_of_edge", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(0 3,5 3,5 7,0 7,0 3))", rule: geo.RuleRingsShareEdge},
		{name: "holes_share_edge", wkt: "POLYGON((0 0,20 0,20 20,0 20,0 0),(2 2,8 2,8 8,2 8,2 2),(8 2,12 2,12 8,8 8,8 2))", rule: geo.RuleRingsShareEdge},
		{name: "hole_outside", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(12 2,14 2,14 4,12 4,12 2))", rule: geo.RuleHoleOutside},
		{name: "hole_outside_to_the_west", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(-4 2,-2 2,-2 4,-4 4,-4 2))", rule: geo.RuleHoleOutside},
		{name: "hole_outside_touches", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(10 5,14 2,14 8,10 5))", rule: geo.RuleHoleOutside},
		{name: "hole_around_shell", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(-5 -5,15 -5,15 15,-5 15,-5 -5))", rule: geo.RuleHoleOutside},
		{name: "hole_in_hole", wkt: "POLYGON((0 0,20 0,20 20,0 20,0 0),(2 2,12 2,12 12,2 12,2 2),(4 4,8 4,8 8,4 8,4 4))", rule: geo.RuleHolesNested},
		{name: "hole_in_hole_listed_first", wkt: "POLYGON((0 0,20 0,20 20,0 20,0 0),(4 4,8 4,8 8,4 8,4 4),(2 2,12 2,12 12,2 12,2 2))", rule: geo.RuleHolesNested},
		{name: "hole_touches_in_hole", wkt: "POLYGON((0 0,20 0,20 20,0 20,0 0),(2 2,12 2,12 12,2 12,2 2),(2 2,8 4,4 8,2 2))", rule: geo.RuleHolesNested},
		{name: "hole_of_other_part", wkt: "MULTIPOLYGON(((0 0,9 0,9 9,0 9,0 0),(22 2,24 2,24 4,22 4,22 2)),((20 0,29 0,29 9,20 9,20 0)))", rule: geo.RuleHoleOutside},
		{name: "hole_touches_shell_twice", wkt: "POLYGON((0 0,10 0,10 10,0 10,0 0),(5 0,8 5,5 10,3 5,5 0))", rule: geo.RuleInteriorNotWhole},
		{name: "holes_in_a_closed_chain", wkt: "POLYGON((0 0,30 0,30 30,0 30,0 0),(10 5,5 10,6 6,10 5),(5 10,15 10,10 12,5 10),(15 10,10 5,14 6,15 10))", rule: geo.RuleInteriorNotWhole},
		{name: "two_holes_touch_each_other_twice", wkt: "POLYGON((0 0,30 0,30 30,0 30,0 0),(5 5,15 5,8 10,15 15,5 15,5 5),(15 5,25 5,25 15,15 15,20 10,15 5))", rule: geo.RuleInteriorNotWhole},
		{name: "parts_overlap", wkt: "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((5 5,15 4,15 15,5 15,5 5)))", rule: geo.RulePartsOverlap},
		{name: "part_in_part", wkt: "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((5 5,8 4,8 8,5 8,5 5)))", rule: geo.RulePartsOverlap},
		{name: "part_in_part_touching", wkt: "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((0 5,8 4,8 8,0 5)))", rule: geo.RulePartsOverlap},
		{name: "parts_cross_in_vertices", wkt: "MULTIPOLYGON(((0 0,10 5,0 10,0 0)),((10 0,10 5,10 10,5 5,10 0)))", rule: geo.RulePartsOverlap},
		{name: "parts_share_edge", wkt: "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((10 0,20 0,20 10,10 10,10 0)))", rule: geo.RuleRingsShareEdge},
		{name: "same_part_twice", wkt: "MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0)),((0 0,10 0,10 10,0 10,0 0)))", rule: geo.RuleRingsShareEdge},
		{name: "two_corners", wkt: "POLYGON((0 0,10 0,0 0))", rule: geo.RuleRingTooShort},
		{name: "flat", wkt: "POLYGON((0 0,10 0,5 0,0 0))", rule: geo.RuleRingTouchesSelf},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := geotest.Scale(geotest.Orb(t, c.wkt), 1/geo.UnitsPerDegree)
			_, err := geo.FromOrb(g)
			var invalid *geo.InvalidError
			if errors.As(err, &invalid); err != nil && invalid.Rule != c.rule {
				t.Errorf("got %v, want rule %q", err, c.rule)
			}
			if err == nil && c.rule != "" {
				t.Errorf("got valid, want rule %q", c.rule)
			}
		})
	}
}
