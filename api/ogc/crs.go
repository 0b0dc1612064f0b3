package ogc

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
)

// system is a coordinate reference system of Part 2.
type system struct {
	uri      string
	latLon   bool // latitude stands first
	mercator bool // metres, easting first
}

const (
	crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	epsg  = "http://www.opengis.net/def/crs/EPSG/0/"
)

// systems are those that every collection has; the first is what is meant without a parameter, and what is stored. CGCS2000 (EPSG:4490) is
// numerically the same as WGS 84 here, see geo/crs.
var systems = [...]system{
	{uri: crs84},
	{uri: epsg + "4326", latLon: true},
	{uri: epsg + "4490", latLon: true},
	{uri: epsg + "3857", mercator: true},
}

// systemURIs returns the URIs of all systems.
func systemURIs() []string {
	uris := make([]string, len(systems))
	for i, s := range systems {
		uris[i] = s.uri
	}
	return uris
}

// system returns the system that a parameter names, CRS84 without it.
func (q query) system(param string) (system, error) {
	uri, given := q[param]
	if !given {
		return systems[0], nil
	}
	for _, s := range systems {
		if s.uri == uri {
			return s, nil
		}
	}
	hint := ""
	if code, short := strings.CutPrefix(strings.ToUpper(uri), "EPSG:"); short && slices.Contains(systemURIs(), epsg+code) {
		hint = " " + uri + " is written " + epsg + code + "."
	}
	return system{}, badParam(param, "%s is to be one of %s.%s In 4326 and 4490 latitude stands first.", param, strings.Join(systemURIs(), ", "), hint)
}

// header is the value of Content-Crs.
func (s system) header() string { return "<" + s.uri + ">" }

// toWGS84 returns a position of the system in longitude and latitude.
func (s system) toWGS84(p orb.Point) orb.Point {
	switch {
	case s.mercator:
		return crs.FromMercator(p[0], p[1])
	case s.latLon:
		return orb.Point{p[1], p[0]}
	}
	return p
}

// mercatorDecimals are those of metres: a millimetre is a tenth of a lattice unit or less, so that a position comes back to its unit.
const mercatorDecimals = 3

// appendPosition appends a position on the lattice, given in longitude and latitude, as JSON in the system. In degrees nothing is lost: its
// seven decimals are the shortest digits of a position on the lattice.
func (s system) appendPosition(b []byte, p orb.Point) []byte {
	if s.mercator {
		x, y := crs.Mercator(p)
		b = strconv.AppendFloat(append(b, '['), x, 'f', mercatorDecimals, 64)
		b = strconv.AppendFloat(append(b, ','), y, 'f', mercatorDecimals, 64)
		return append(b, ']')
	}
	first, second := p[0], p[1]
	if s.latLon {
		first, second = second, first
	}
	b = geo.AppendDegrees(append(b, '['), first)
	return append(geo.AppendDegrees(append(b, ','), second), ']')
}

// boxes returns the box of bbox in bbox-crs, nil when it is not given. One whose west is above its east crosses the 180th meridian and is two
// (L2). Heights may stand in it; nothing here has any.
func (q query) boxes() ([]geo.Box, error) {
	s, err := q.system(bboxCRSParam)
	if err != nil {
		return nil, err
	}
	text, given := q[bboxParam]
	if !given {
		if _, alone := q[bboxCRSParam]; alone {
			return nil, badParam(bboxCRSParam, "bbox-crs goes with bbox only.")
		}
		return nil, nil
	}
	low, high, err := corners(text)
	if err != nil {
		return nil, err
	}
	if low, err = s.corner(low); err != nil {
		return nil, err
	}
	if high, err = s.corner(high); err != nil {
		return nil, err
	}
	if low[1] > high[1] {
		return nil, badParam(bboxParam, "bbox has its south above its north: send the lower corner first, each in the order of the axes of bbox-crs.")
	}
	spans := [][2]float64{{low[0], high[0]}}
	if low[0] > high[0] {
		spans = [][2]float64{{low[0], 180}, {-180, high[0]}}
	}
	var boxes []geo.Box
	for _, span := range spans {
		southWest, errLow := geo.Snap(orb.Point{span[0], low[1]})
		northEast, errHigh := geo.Snap(orb.Point{span[1], high[1]})
		if errLow != nil || errHigh != nil {
			return nil, notOnGlobe()
		}
		boxes = append(boxes, geo.Box{Min: southWest, Max: northEast})
	}
	return boxes, nil
}

// corners reads the numbers of a bbox: 4, or 6 with heights.
func corners(text string) (low, high orb.Point, err error) {
	parts := strings.Split(text, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return low, high, badParam(bboxParam, "bbox is to be 4 numbers, or 6 with heights, separated by commas: the lower corner, then the upper one.")
	}
	numbers := make([]float64, len(parts))
	for i, part := range parts {
		if numbers[i], err = parseNumber(strings.TrimSpace(part)); err != nil {
			return low, high, badParam(bboxParam, "bbox holds something that is no number.")
		}
	}
	half := len(parts) / 2
	return orb.Point{numbers[0], numbers[1]}, orb.Point{numbers[half], numbers[half+1]}, nil
}

// parseNumber reads a decimal number: none of the other forms that Go takes, such as NaN, Inf or 0x1p2.
func parseNumber(s string) (float64, error) {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64)
}

// degreesOver is by how much a corner may be off the globe because of how a client has computed it.
const degreesOver = 1e-6

// corner returns a corner of a box in longitude and latitude. A map's view in metres may be wider than the world, which does no harm.
func (s system) corner(p orb.Point) (orb.Point, error) {
	at := s.toWGS84(p)
	over := degreesOver
	if s.mercator {
		over = 360
	}
	if !(math.Abs(at[0]) <= 180+over && math.Abs(at[1]) <= 90+degreesOver) {
		return at, notOnGlobe()
	}
	return orb.Point{max(-180, min(180, at[0])), max(-90, min(90, at[1]))}, nil
}

func notOnGlobe() error {
	return badParam(bboxParam, "bbox is not on the globe: its numbers are in the order of the axes of bbox-crs, longitude first without one.")
}
