package intake

import (
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/wkt"

	"github.com/wangge/wangge/geo"
)

// parseWKT reads a geometry in well-known text, with or without "SRID=4326;" in front. Z and M are dropped: grids
// lie on the ground.
func parseWKT(s string) (orb.Geometry, error) {
	s = strings.TrimSpace(s)
	if srid, rest, ok := strings.Cut(s, ";"); ok && strings.HasPrefix(strings.ToUpper(srid), "SRID=") {
		n, err := strconv.Atoi(srid[len("SRID="):])
		if err != nil {
			n = -1
		}
		if err := checkSRID(n); err != nil {
			return nil, err
		}
		s = rest
	}
	g, err := wkt.Unmarshal(s)
	if err != nil {
		return nil, faultf("wkt", "geometry", "this is no well-known text of a geometry")
	}
	return flat(g)
}

// checkSRID refuses projected coordinates; 0 is no SRID.
func checkSRID(srid int) error {
	if srid != 0 && srid != 4326 && srid != 4490 {
		return faultf("wkt", "geometry", "its SRID is not 4326 or 4490: coordinates have to be longitude and latitude in degrees")
	}
	return nil
}

// flat returns g without Z and M.
func flat(g geom.T) (orb.Geometry, error) {
	if g.Empty() {
		return nil, &geo.InvalidError{Rule: geo.RuleEmpty}
	}
	switch g := g.(type) {
	case *geom.Point:
		return orb.Point{g.X(), g.Y()}, nil
	case *geom.MultiPoint:
		return orb.MultiPoint(flatPositions(g.Coords())), nil
	case *geom.LineString:
		return orb.LineString(flatPositions(g.Coords())), nil
	case *geom.MultiLineString:
		var m orb.MultiLineString
		for _, line := range g.Coords() {
			m = append(m, flatPositions(line))
		}
		return m, nil
	case *geom.Polygon:
		return flatRings(g.Coords()), nil
	case *geom.MultiPolygon:
		var m orb.MultiPolygon
		for _, polygon := range g.Coords() {
			m = append(m, flatRings(polygon))
		}
		return m, nil
	}
	return nil, &geo.InvalidError{Rule: geo.RuleType}
}

func flatRings(coords [][]geom.Coord) orb.Polygon {
	var p orb.Polygon
	for _, ring := range coords {
		p = append(p, flatPositions(ring))
	}
	return p
}

func flatPositions(coords []geom.Coord) []orb.Point {
	out := make([]orb.Point, len(coords))
	for i, c := range coords {
		if len(c) < 2 { // an empty point among others
			out[i] = orb.Point{math.NaN(), math.NaN()}
			continue
		}
		out[i] = orb.Point{c[0], c[1]}
	}
	return out
}
