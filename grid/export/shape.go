package export

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// brackets is how a text format writes lists of positions.
type brackets struct{ open, end, between byte }

var (
	jsonBrackets = brackets{'[', ']', ','}
	wktBrackets  = brackets{'(', ')', ' '} // between the two numbers of a position
)

func (k brackets) position(b []byte, p orb.Point) []byte {
	return geo.AppendDegrees(append(geo.AppendDegrees(b, p[0]), k.between), p[1])
}

func (k brackets) positions(b []byte, line []orb.Point) []byte {
	b = append(b, k.open)
	for i, p := range line {
		if i > 0 {
			b = append(b, ',')
		}
		if k.open == '[' {
			b = append(k.position(append(b, '['), p), ']')
		} else {
			b = k.position(b, p)
		}
	}
	return append(b, k.end)
}

// polygon appends rings, the outer one counter-clockwise and holes clockwise, as RFC 7946 wants them.
func (k brackets) polygon(b []byte, polygon orb.Polygon) []byte {
	b = append(b, k.open)
	for i, ring := range polygon {
		if i > 0 {
			b = append(b, ',')
		}
		if isCounterClockwise(ring) != (i == 0) {
			ring = slices.Clone(ring)
			slices.Reverse(ring)
		}
		b = k.positions(b, ring)
	}
	return append(b, k.end)
}

// isCounterClockwise looks at the corner in the west, where the ring of a valid polygon turns as it does in all. It is exact on the lattice.
func isCounterClockwise(ring orb.Ring) bool {
	n := len(ring) - 1 // the last closes it
	if n < 3 {
		return false
	}
	west := 0
	for i, p := range ring[:n] {
		if p[0] < ring[west][0] || p[0] == ring[west][0] && p[1] < ring[west][1] {
			west = i
		}
	}
	units := func(i int) (x, y int64) {
		p := ring[(i+n)%n]
		return int64(math.Round(p[0] * geo.UnitsPerDegree)), int64(math.Round(p[1] * geo.UnitsPerDegree))
	}
	x, y := units(west)
	beforeX, beforeY := units(west - 1)
	afterX, afterY := units(west + 1)
	return (x-beforeX)*(afterY-y)-(y-beforeY)*(afterX-x) > 0
}

// appendMany appends the parts of a multi-geometry.
func appendMany[T any](b []byte, k brackets, parts []T, part func([]byte, T) []byte) []byte {
	b = append(b, k.open)
	for i, p := range parts {
		if i > 0 {
			b = append(b, ',')
		}
		b = part(b, p)
	}
	return append(b, k.end)
}

// appendGeoJSON appends a GeoJSON geometry.
func appendGeoJSON(b []byte, shape orb.Geometry) ([]byte, error) {
	k := jsonBrackets
	begin := func() []byte {
		return append(append(append(b, `{"type":"`...), shape.GeoJSONType()...), `","coordinates":`...)
	}
	switch g := shape.(type) {
	case nil:
		return append(b, "null"...), nil
	case orb.Point:
		b = append(k.position(append(begin(), '['), g), ']')
	case orb.MultiPoint:
		b = k.positions(begin(), g)
	case orb.LineString:
		b = k.positions(begin(), g)
	case orb.MultiLineString:
		b = appendMany(begin(), k, g, func(b []byte, line orb.LineString) []byte { return k.positions(b, line) })
	case orb.Polygon:
		b = k.polygon(begin(), g)
	case orb.MultiPolygon:
		b = appendMany(begin(), k, g, k.polygon)
	default:
		return nil, unwritable(shape)
	}
	return append(b, '}'), nil
}

// appendWKT appends well-known text, nothing for no shape.
func appendWKT(b []byte, shape orb.Geometry) ([]byte, error) {
	k := wktBrackets
	switch g := shape.(type) {
	case nil:
	case orb.Point:
		b = append(k.position(append(b, "POINT ("...), g), ')')
	case orb.MultiPoint:
		b = k.positions(append(b, "MULTIPOINT "...), g)
	case orb.LineString:
		b = k.positions(append(b, "LINESTRING "...), g)
	case orb.MultiLineString:
		b = appendMany(append(b, "MULTILINESTRING "...), k, g, func(b []byte, line orb.LineString) []byte { return k.positions(b, line) })
	case orb.Polygon:
		b = k.polygon(append(b, "POLYGON "...), g)
	case orb.MultiPolygon:
		b = appendMany(append(b, "MULTIPOLYGON "...), k, g, k.polygon)
	default:
		return nil, unwritable(shape)
	}
	return b, nil
}

func unwritable(shape orb.Geometry) error {
	return fmt.Errorf("a %s is not written to files", shape.GeoJSONType())
}
