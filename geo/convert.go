package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// MaxVertices is the largest number of vertices that FromOrb and LineFromOrb take in one geometry, closing vertices
// included.
const MaxVertices = 2_000_000

// FromOrb returns the Polygon or MultiPolygon g on the lattice, as a valid MultiPolygon.
//
// g is in degrees lon/lat (EPSG:4326) with closed rings, in either winding. The result has outer rings
// counter-clockwise and holes clockwise, the closing vertex not repeated and vertices that fall on the same lattice
// point one after the other merged. Validity is judged on the snapped vertices, as Check does.
//
// Every error is an *InvalidError: g is nil or empty, of another type, not finite, off the globe, wider or higher
// than 90 degrees, across the 180th meridian (an edge spans more than 180 degrees), with an unclosed ring, with more
// than MaxVertices vertices or not valid. The spot is [0, 0] when there is none.
func FromOrb(g orb.Geometry) (MultiPolygon, error) {
	var in orb.MultiPolygon
	switch g := g.(type) {
	case nil:
		return nil, &InvalidError{Rule: RuleEmpty}
	case orb.Polygon:
		in = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		in = g
	default:
		return nil, &InvalidError{Rule: RuleType, At: firstPosition(g)}
	}
	if err := countVertices(in); err != nil {
		return nil, err
	}
	m := make(MultiPolygon, len(in))
	for i, p := range in {
		m[i] = make(Polygon, len(p))
		for j, r := range p {
			ring, err := ringFromOrb(r)
			if err != nil {
				return nil, err
			}
			if (ring.TwiceArea() > 0) != (j == 0) {
				slices.Reverse(ring[1:]) // keeps the first vertex first
			}
			m[i][j] = ring
		}
	}
	if err := Check(m); err != nil {
		return nil, err
	}
	return m, nil
}

// LineFromOrb returns the LineString or MultiLineString g on the lattice, in degrees lon/lat.
//
// Vertices that fall on the same lattice point one after the other are merged; a line may cross itself. Every error
// is an *InvalidError: g is nil or empty, of another type, not finite, off the globe, wider or higher than 90
// degrees, across the 180th meridian, with more than MaxVertices vertices, or has a line of fewer than two distinct
// points.
func LineFromOrb(g orb.Geometry) ([]Line, error) {
	var in orb.MultiLineString
	switch g := g.(type) {
	case nil:
		return nil, &InvalidError{Rule: RuleEmpty}
	case orb.LineString:
		in = orb.MultiLineString{g}
	case orb.MultiLineString:
		in = g
	default:
		return nil, &InvalidError{Rule: RuleType, At: firstPosition(g)}
	}
	if len(in) == 0 {
		return nil, &InvalidError{Rule: RuleEmpty}
	}
	n, box, lines := 0, EmptyBox(), make([]Line, len(in))
	for i, l := range in {
		if n += len(l); n > MaxVertices {
			return nil, &InvalidError{Rule: RuleTooManyVertices, At: l[0]}
		}
		line, err := snapAll(l)
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			return nil, &InvalidError{Rule: RuleEmpty}
		}
		if len(line) < 2 {
			return nil, &InvalidError{Rule: RuleLineTooShort, At: line[0].Orb()}
		}
		for _, v := range line {
			box = box.Extend(v)
		}
		lines[i] = line
	}
	if box.tooLarge() {
		return nil, &InvalidError{Rule: RuleExtent, At: box.Min.Orb()}
	}
	return lines, nil
}

// Orb returns m in degrees lon/lat: rings closed, outer rings counter-clockwise, holes clockwise.
func (m MultiPolygon) Orb() orb.MultiPolygon {
	out := make(orb.MultiPolygon, len(m))
	for i, p := range m {
		out[i] = p.Orb()
	}
	return out
}

// Orb returns p in degrees lon/lat, rings closed.
func (p Polygon) Orb() orb.Polygon {
	out := make(orb.Polygon, len(p))
	for i, r := range p {
		out[i] = r.Orb()
	}
	return out
}

// Orb returns r in degrees lon/lat, with the first vertex repeated at the end.
func (r Ring) Orb() orb.Ring {
	if len(r) == 0 {
		return nil
	}
	out := make(orb.Ring, 0, len(r)+1)
	for _, v := range r {
		out = append(out, v.Orb())
	}
	return append(out, out[0])
}

// Orb returns l in degrees lon/lat.
func (l Line) Orb() orb.LineString {
	out := make(orb.LineString, len(l))
	for i, v := range l {
		out[i] = v.Orb()
	}
	return out
}

// countVertices refuses what is empty or too large before any memory is taken for it.
func countVertices(m orb.MultiPolygon) error {
	if len(m) == 0 {
		return &InvalidError{Rule: RuleEmpty}
	}
	n := 0
	for _, p := range m {
		if len(p) == 0 {
			return &InvalidError{Rule: RuleEmpty}
		}
		for _, r := range p {
			if len(r) == 0 {
				return &InvalidError{Rule: RuleEmpty}
			}
			if n += len(r); n > MaxVertices {
				return &InvalidError{Rule: RuleTooManyVertices, At: r[0]}
			}
		}
	}
	return nil
}

func ringFromOrb(r orb.Ring) (Ring, error) {
	pts, err := snapAll(r)
	if err != nil {
		return nil, err
	}
	first, err := Snap(r[0])
	if err != nil {
		return nil, err
	}
	last := pts[len(pts)-1]
	if len(r) > 1 && first != last {
		return nil, &InvalidError{Rule: RuleRingNotClosed, At: last.Orb()}
	}
	ring := Ring(pts)
	if len(ring) > 1 {
		ring = ring[:len(ring)-1]
	}
	if len(ring) < 3 {
		return nil, &InvalidError{Rule: RuleRingTooShort, At: first.Orb()}
	}
	return ring, nil
}

// snapAll snaps the vertices of a ring or line and merges repeated ones.
func snapAll[S ~[]orb.Point](in S) ([]Point, error) {
	out := make([]Point, 0, len(in))
	for i, v := range in {
		p, err := Snap(v)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			last := out[len(out)-1]
			if d := int64(p.X) - int64(last.X); d > 180*UnitsPerDegree || d < -180*UnitsPerDegree {
				return nil, &InvalidError{Rule: RuleAntimeridian, At: last.Orb()}
			}
			if p == last {
				continue
			}
		}
		out = append(out, p)
	}
	return out, nil
}

func (b Box) tooLarge() bool {
	return int64(b.Max.X)-int64(b.Min.X) > MaxExtentUnits || int64(b.Max.Y)-int64(b.Min.Y) > MaxExtentUnits
}

// firstPosition returns a position of g to show where it is, [0, 0] when it has none.
func firstPosition(g orb.Geometry) orb.Point {
	switch g := g.(type) {
	case orb.Point:
		return g
	case orb.MultiPoint:
		if len(g) > 0 {
			return g[0]
		}
	case orb.LineString:
		return firstPosition(orb.MultiPoint(g))
	case orb.Ring:
		return firstPosition(orb.MultiPoint(g))
	case orb.MultiLineString:
		if len(g) > 0 {
			return firstPosition(g[0])
		}
	case orb.Polygon:
		if len(g) > 0 {
			return firstPosition(g[0])
		}
	case orb.MultiPolygon:
		if len(g) > 0 {
			return firstPosition(g[0])
		}
	case orb.Bound:
		return g.Min
	}
	return orb.Point{}
}
