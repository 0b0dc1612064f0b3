// Package geo is pure geometry on the lattice of 1e-7 degrees: points, rings, polygons, exact predicates,
// validity, and areas and lengths in metres.
//
// Every coordinate is longitude, latitude on WGS 84 (EPSG:4326; CGCS2000 is numerically the same here). In memory a
// vertex is two int32 counts of lattice units; outside the package the type in signatures is orb's, in degrees.
package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// UnitsPerDegree is the number of lattice units in a degree: one unit is about 1.1 cm of latitude.
const UnitsPerDegree = 1e7

// MaxExtentUnits is the largest width or height, in lattice units, of a geometry that the exact predicates take:
// 90 degrees, so that the cross product of two differences fits an int64.
const MaxExtentUnits = 90 * UnitsPerDegree

// Point is a vertex on the lattice, in units of 1e-7 degrees of longitude (X) and latitude (Y).
type Point struct{ X, Y int32 }

// Ring is a closed line of lattice points whose closing vertex is not repeated. The outer ring of a polygon runs
// counter-clockwise, holes run clockwise.
type Ring []Point

// Polygon is an outer ring followed by its holes.
type Polygon []Ring

// MultiPolygon is a list of polygons with disjoint interiors.
type MultiPolygon []Polygon

// Line is an open line of lattice points.
type Line []Point

// Snap returns the lattice point nearest to p, which is in degrees. The error is an *InvalidError when p is not a
// finite position on the globe; its spot is [0, 0] when p is not finite.
func Snap(p orb.Point) (Point, error) {
	lon, lat := p[0], p[1]
	if !(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90) { // also false for NaN
		if sum := lon + lat; sum-sum != 0 { // NaN or infinite, which JSON cannot show
			p = orb.Point{}
		}
		return Point{}, &InvalidError{Rule: RulePosition, At: p}
	}
	return Point{X: int32(math.Round(lon * UnitsPerDegree)), Y: int32(math.Round(lat * UnitsPerDegree))}, nil
}

// Orb returns p in degrees, lon/lat: exactly float64(k)/1e7 for each lattice coordinate k.
func (p Point) Orb() orb.Point {
	return orb.Point{float64(p.X) / UnitsPerDegree, float64(p.Y) / UnitsPerDegree}
}

// Less orders points by X, then by Y.
func (p Point) Less(q Point) bool { return p.X < q.X || p.X == q.X && p.Y < q.Y }

// Orient returns a positive number when a, b, c turn left, a negative one when they turn right and 0 when they lie
// on one line: twice the signed area of the triangle in square lattice units. It is exact for points whose extent
// is at most MaxExtentUnits.
func Orient(a, b, c Point) int64 {
	return (int64(b.X)-int64(a.X))*(int64(c.Y)-int64(a.Y)) - (int64(b.Y)-int64(a.Y))*(int64(c.X)-int64(a.X))
}

// OnSegment reports whether p lies on the closed segment from a to b.
func OnSegment(p, a, b Point) bool {
	return min(a.X, b.X) <= p.X && p.X <= max(a.X, b.X) &&
		min(a.Y, b.Y) <= p.Y && p.Y <= max(a.Y, b.Y) &&
		Orient(a, b, p) == 0
}

// Box is a closed rectangle on the lattice. The zero Box is the single point (0, 0); start from EmptyBox to collect.
type Box struct{ Min, Max Point }

// EmptyBox returns a box that contains nothing and grows by Extend.
func EmptyBox() Box {
	return Box{Min: Point{math.MaxInt32, math.MaxInt32}, Max: Point{math.MinInt32, math.MinInt32}}
}

// Extend returns the smallest box that contains b and p.
func (b Box) Extend(p Point) Box {
	return Box{
		Min: Point{min(b.Min.X, p.X), min(b.Min.Y, p.Y)},
		Max: Point{max(b.Max.X, p.X), max(b.Max.Y, p.Y)},
	}
}

// Union returns the smallest box that contains both.
func (b Box) Union(c Box) Box {
	return Box{
		Min: Point{min(b.Min.X, c.Min.X), min(b.Min.Y, c.Min.Y)},
		Max: Point{max(b.Max.X, c.Max.X), max(b.Max.Y, c.Max.Y)},
	}
}

// Contains reports whether p lies in b or on its border.
func (b Box) Contains(p Point) bool {
	return b.Min.X <= p.X && p.X <= b.Max.X && b.Min.Y <= p.Y && p.Y <= b.Max.Y
}

// Intersects reports whether b and c share a point.
func (b Box) Intersects(c Box) bool {
	return b.Min.X <= c.Max.X && c.Min.X <= b.Max.X && b.Min.Y <= c.Max.Y && c.Min.Y <= b.Max.Y
}

// Empty reports whether b contains nothing.
func (b Box) Empty() bool { return b.Min.X > b.Max.X || b.Min.Y > b.Max.Y }

// Box returns the bounding box of m, empty when m is.
func (m MultiPolygon) Box() Box {
	b := EmptyBox()
	for _, p := range m {
		for _, r := range p {
			for _, v := range r {
				b = b.Extend(v)
			}
		}
	}
	return b
}

// AppendDegrees appends a coordinate as the decimal that it is on the lattice, without zeros behind: reading it gives the same bits.
func AppendDegrees(b []byte, degrees float64) []byte {
	const decimals = 7 // of UnitsPerDegree
	units := int32(math.RoundToEven(degrees * UnitsPerDegree))
	if units < 0 {
		b, units = append(b, '-'), -units
	}
	var text [len("180.") + decimals]byte // filled from behind
	end, rest := len(text), uint32(units)
	begin := end - decimals
	for i := end - 1; i >= begin; i-- {
		text[i] = '0' + byte(rest%10)
		rest /= 10
	}
	for end > begin && text[end-1] == '0' {
		end--
	}
	if begin--; end == begin+1 {
		end--
	}
	text[begin] = '.'
	for {
		begin--
		text[begin] = '0' + byte(rest%10)
		if rest /= 10; rest == 0 {
			return append(b, text[begin:end]...)
		}
	}
}
