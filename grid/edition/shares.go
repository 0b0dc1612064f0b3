package edition

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// Share is the part of a line or polygon that lies in a grid.
type Share struct {
	Grid *grid.Grid
	// Fraction is the share of the whole: of a polygon's area in the lon/lat plane, of a line's length in metres. Where a
	// line runs along a border both grids have it, so that fractions may add up to more than 1; outside every grid they
	// add up to less.
	Fraction float64
	// Extent is the share in metres of length or square metres of area.
	Extent float64
}

// ShapeAnswer says which grids are responsible for a line or polygon (BR-24).
type ShapeAnswer struct {
	Answer                  // Base is the grid with the greatest share; Owners, Near and FallbackM are empty
	Shares          []Share // base grids, greatest share first, equal ones by code
	DedicatedShares []Share // dedicated grids, the same way
}

// tieSteps is the number of steps in which shares of the whole are compared: far coarser than the rounding of a sum of
// pieces, far finer than any real difference.
const tieSteps = 1e11

// maxShapeWork bounds the vertices of a shape times the grids whose boxes it meets: each pair costs some hundred nanoseconds, and
// whoever asks may be anybody.
const maxShapeWork = 50_000_000

// LocateShape says which grids are responsible for a line or polygon in degrees, lon/lat. The base grid is the one with
// the greatest share, the dedicated grid the one with the greatest share if that is at least what lies outside every
// dedicated grid; ties go to the lowest code. A shape that meets no grid is located by a point on it. The error is an
// *geo.InvalidError for an invalid shape and for one with too many vertices for the grids that it meets, or ctx's.
func (c *City) LocateShape(ctx context.Context, shape orb.Geometry) (ShapeAnswer, error) {
	m, err := measure(shape)
	if err != nil {
		return ShapeAnswer{}, err
	}
	var a ShapeAnswer
	work := m.vertices
	for _, e := range c.editions {
		if !e.box.Intersects(m.box) {
			continue
		}
		candidates := e.tilingIndex.Overlapping(m.box, nil)
		if work += len(candidates) * m.vertices; work > maxShapeWork {
			return ShapeAnswer{}, &geo.InvalidError{Rule: geo.RuleTooManyVertices, At: m.on.Orb()}
		}
		shares, err := m.shares(ctx, e.base, e.tiling, candidates)
		if err != nil {
			return ShapeAnswer{}, err
		}
		if len(shares) > 0 {
			a.Shares = append(a.Shares, shares...)
			a.Editions = append(a.Editions, e.info)
		}
	}
	sortShares(a.Shares)
	if len(a.Shares) == 0 {
		a.Answer = c.Locate(m.on, 0)
		a.Owners, a.Near, a.FallbackM = nil, nil, 0
		a.Base, a.Dedicated = nil, nil
		if a.Outcome == Served { // only by the fallback to the nearest grid, which is for points
			a.Outcome = NoGrid
		}
		return a, nil
	}
	a.Outcome, a.Base = Served, a.Shares[0].Grid
	a.Division = c.Division(a.Base.CommunityCode)
	best := c.Edition(a.Base.CountyCode)
	a.OnBoundary = len(a.Shares) > 1
	a.DedicatedShares, err = m.shares(ctx, best.dedicated, best.dedicatedParts, best.dedicatedIndex.Overlapping(m.box, nil))
	if err != nil {
		return ShapeAnswer{}, err
	}
	sortShares(a.DedicatedShares)
	rest := 1.0
	for _, s := range a.DedicatedShares {
		rest -= s.Fraction
	}
	if len(a.DedicatedShares) > 0 && steps(a.DedicatedShares[0].Fraction) >= steps(rest) {
		a.Dedicated = a.DedicatedShares[0].Grid
	}
	return a, nil
}

// Assign returns what is stored with a place or incident of that shape (L3): a point by locate, a line or polygon by its
// greatest share. The errors are those of LocateShape.
func (c *City) Assign(ctx context.Context, shape orb.Geometry) (grid.Assignment, error) {
	if point, ok := shape.(orb.Point); ok {
		p, err := geo.Snap(point)
		if err != nil {
			return grid.Assignment{}, err
		}
		return c.AssignPoint(p), nil
	}
	a, err := c.LocateShape(ctx, shape)
	if err != nil {
		return grid.Assignment{}, err
	}
	s := spot{county: -1, base: a.Base, void: a.Void, dedicated: a.Dedicated, division: a.Division, onBorder: a.OnBoundary}
	switch {
	case s.base != nil:
		s.edition = c.Edition(s.base.CountyCode)
	case s.division != nil:
		s.edition = c.Edition(s.division.CountyCode)
	}
	return s.assignment(), nil
}

// AssignPoint is Assign for a point on the lattice. It does not allocate for a point off the borders.
func (c *City) AssignPoint(p geo.Point) grid.Assignment {
	d := c.decide(p)
	if d.county < 0 {
		return c.locate(p).assignment()
	}
	return c.withDedicated(c.stored[d.county].assignment(d.part), p, d)
}

// withDedicated returns what is stored of a point with what the decision leaves open: the dedicated grid, and the border.
func (c *City) withDedicated(a grid.Assignment, p geo.Point, d decision) grid.Assignment {
	a.OnBoundary = d.onBorder
	if !c.stored[d.county].dedicated {
		return a
	}
	if e := c.editions[d.county]; int(d.part) < len(e.base) {
		dedicated, border := e.findDedicated(p)
		if dedicated != nil {
			a.DedicatedID = dedicated.ID
		}
		a.OnBoundary = d.onBorder || border
	}
	return a
}

func sortShares(shares []Share) {
	slices.SortFunc(shares, func(a, b Share) int {
		return cmp.Or(cmp.Compare(steps(b.Fraction), steps(a.Fraction)), cmp.Compare(a.Grid.Code, b.Grid.Code))
	})
}

func steps(fraction float64) float64 { return math.Round(fraction * tieSteps) }

// measured is a line or polygon on the lattice with its size: an area for a polygon, a length for a line.
type measured struct {
	lines    []geo.Line
	polygons geo.MultiPolygon
	box      geo.Box
	whole    float64   // planar area in square lattice units, or metres of length
	extent   float64   // square metres or metres
	on       geo.Point // a point of the shape
	vertices int
}

func measure(shape orb.Geometry) (measured, error) {
	m := measured{box: geo.EmptyBox()}
	switch g := shape.(type) {
	case orb.LineString, orb.MultiLineString:
		lines, err := geo.LineFromOrb(g)
		if err != nil {
			return m, err
		}
		m.lines = lines
		for _, l := range lines {
			m.whole += geo.LengthM(l)
			m.vertices += len(l)
			for _, p := range l {
				m.box = m.box.Extend(p)
			}
		}
		m.extent, m.on = m.whole, lines[0][len(lines[0])/2]
		return m, nil
	case orb.Polygon, orb.MultiPolygon:
		polygons, err := geo.FromOrb(g)
		if err != nil {
			return m, err
		}
		m.polygons, m.box = polygons, polygons.Box()
		for _, p := range polygons {
			for _, r := range p {
				m.vertices += len(r)
			}
		}
		m.whole, m.extent = geo.PlanarArea(polygons), geo.AreaM2(polygons)
		m.on = geo.PointOnSurface(polygons)
		return m, nil
	}
	return m, fmt.Errorf("%w: a %T cannot be located", &geo.InvalidError{Rule: geo.RuleType}, shape)
}

// shares returns the shares of the candidate parts that are grids (the parts after them are void areas).
func (m measured) shares(ctx context.Context, grids []grid.Grid, parts []geo.MultiPolygon, candidates []int32) ([]Share, error) {
	var shares []Share
	for _, k := range candidates {
		if int(k) >= len(grids) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		within := 0.0
		if m.polygons != nil {
			within = geo.OverlapArea(m.polygons, parts[k])
		}
		for _, l := range m.lines {
			within += geo.LengthWithin(l, parts[k])
		}
		if within <= 0 {
			continue
		}
		fraction := within / m.whole
		shares = append(shares, Share{Grid: &grids[k], Fraction: fraction, Extent: fraction * m.extent})
	}
	return shares, nil
}
