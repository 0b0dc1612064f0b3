package grid

import "github.com/paulmach/orb"

// DivisionFault says where divisions do not nest or do not tile; it is stored and reported, not refused (BR-06).
type DivisionFault struct {
	DivisionCode string
	Kind         string // leaves_parent, overlap, gap, unmatched_border
	OtherCodes   []string
	Polygon      orb.MultiPolygon // nil where the fault has no area
	AreaM2       float64
	WidthM       float64
}

// EditionFault says where the grids of an edition do not tile (L1): why it is unproven, or what is too small to matter.
type EditionFault struct {
	Kind          string // gap, overlap, outside, unmatched_border, dedicated_overlap
	CommunityCode string
	GridCodes     []string
	Polygon       orb.MultiPolygon // nil where the fault has no area
	At            orb.Point
	AreaM2        float64
	WidthM        float64
}
