package geo

import (
	"fmt"

	"github.com/paulmach/orb"
)

// Rule names the rule of validity that a geometry breaks. Rules are stable: they stand in rejects files and problem
// documents.
type Rule string

// The rules of validity (QC-01, L2). Each says what is wrong in its own name.
const (
	RulePosition         Rule = "position_not_finite_or_off_globe"
	RuleEmpty            Rule = "geometry_empty"
	RuleType             Rule = "geometry_type_not_allowed"
	RuleRingTooShort     Rule = "ring_has_fewer_than_three_corners"
	RuleLineTooShort     Rule = "line_has_fewer_than_two_points"
	RuleRingNotClosed    Rule = "ring_not_closed"
	RuleRingCrossesSelf  Rule = "ring_crosses_itself"
	RuleRingTouchesSelf  Rule = "ring_touches_itself"
	RuleRingsCross       Rule = "rings_cross"
	RuleRingsShareEdge   Rule = "rings_share_an_edge"
	RuleHoleOutside      Rule = "hole_outside_its_ring"
	RuleHolesNested      Rule = "holes_nested"
	RuleInteriorNotWhole Rule = "interior_not_connected"
	RulePartsOverlap     Rule = "parts_overlap"
	RuleExtent           Rule = "extent_over_90_degrees"
	RuleAntimeridian     Rule = "crosses_180_degrees"
	RuleTooManyVertices  Rule = "too_many_vertices"
	RuleOutsideCity      Rule = "outside_the_city_box"
)

// InvalidError says which rule a geometry breaks and where, in degrees lon/lat.
type InvalidError struct {
	Rule Rule
	At   orb.Point
}

// Error implements error.
func (e *InvalidError) Error() string {
	return fmt.Sprintf("geometry breaks rule %s at [%.7f, %.7f]", e.Rule, e.At[0], e.At[1])
}
