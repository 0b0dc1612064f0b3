package mesh

import (
	"github.com/wangge/wangge/geo"
)

// The rules that refuse an edit, beside those of validity of package geo.
const (
	// RuleOutlineFixed: borders with no face on one side never move, and get no vertex. The spot is the nearest vertex that
	// is there already: draw to it.
	RuleOutlineFixed geo.Rule = "outline_never_moves"
	// RuleGroupFixed: the border between two groups (communities) stays, but for a vertex where a new border ends. The spot
	// is where it would have moved.
	RuleGroupFixed geo.Rule = "border_between_communities_never_moves"
	// RuleGroupsMixed: an edit takes area from one group and gives it to another. The spot lies in that area.
	RuleGroupsMixed geo.Rule = "area_would_change_community"
	// RuleNotDivided: the line does not divide the face. The spot is where the line starts.
	RuleNotDivided geo.Rule = "line_does_not_divide_the_face"
	// RuleNoContact: the line meets the border of the face less than twice, so it says not which part to replace.
	RuleNoContact geo.Rule = "line_meets_border_less_than_twice"
	// RuleNothingMoved: no part of the region lies in the faces that it may be taken from, or what does is too narrow to be
	// an area.
	RuleNothingMoved geo.Rule = "region_takes_nothing"
	// RuleNotNeighbours: the faces share no edge, so together they would be no connected face.
	RuleNotNeighbours geo.Rule = "faces_share_no_border"
	// RuleFaceGone: a face would lose its last area.
	RuleFaceGone geo.Rule = "face_would_vanish"
	// RuleNoFace: there is no face of that number, or it has no area.
	RuleNoFace geo.Rule = "no_such_face"
	// RuleNoHeir: no neighbour in the same community shares border with what the face would give up.
	RuleNoHeir geo.Rule = "nobody_can_take_what_is_given_up"
	// RuleNoVertex: no border has a vertex there, or none is near enough.
	RuleNoVertex geo.Rule = "no_border_there"
	// RuleJunction: more than two borders meet in the vertex, or one ends there.
	RuleJunction geo.Rule = "vertex_is_a_junction"
	// RuleBorderCrossed: a border would cross another, or a face turn over.
	RuleBorderCrossed geo.Rule = "border_would_cross_another"
	// RuleBentTooFar: rounding would move a border by more than a lattice unit.
	RuleBentTooFar geo.Rule = "rounding_bends_a_border_too_far"
	// RuleTooMuchWork: too many crossings in one place.
	RuleTooMuchWork geo.Rule = "too_many_crossings"
	// RuleBroken: the edit would have broken the tiling. It is a mistake in this package and not in what was asked for.
	RuleBroken geo.Rule = "edit_would_break_the_tiling"
)

// refuse returns the error for a rule that is broken at p.
func refuse(rule geo.Rule, p geo.Point) error { return &geo.InvalidError{Rule: rule, At: p.Orb()} }
