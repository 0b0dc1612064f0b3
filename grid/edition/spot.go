package edition

import (
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// Spot is what Locate says first of a point: who covers it, without the grids near by and the other owners, which take longer to
// find than all the rest. A batch answers with this.
type Spot struct {
	Outcome    Outcome
	Base       *grid.Grid     // nil unless Served
	Dedicated  *grid.Grid     // nil for none
	Void       *grid.VoidArea // nil unless NoService
	Division   *grid.Division // the lowest division that the point belongs to; nil outside
	OnBoundary bool           // exactly on a border line of the tiling or of a dedicated grid
}

// Spot returns what Locate says of p as well: the same point gets the same grids (L3). It does not allocate for a point off the
// borders.
func (c *City) Spot(p geo.Point) Spot {
	s := c.locate(p)
	return Spot{
		Outcome: outcomeOf(s.base, s.void, c.divisionAt(s)), Base: s.base, Dedicated: s.dedicated, Void: s.void,
		Division: c.divisionAt(s), OnBoundary: s.onBorder,
	}
}

func outcomeOf(base *grid.Grid, void *grid.VoidArea, division *grid.Division) Outcome {
	switch {
	case base != nil:
		return Served
	case void != nil:
		return NoService
	case division != nil:
		return NoGrid
	}
	return OutsideArea
}
