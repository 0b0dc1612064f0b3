package crs

import (
	"math"

	"github.com/paulmach/orb"
)

// mercatorRadiusM is the sphere of web mercator (EPSG:3857).
const mercatorRadiusM = 6378137

// MaxMercatorLat is the latitude in degrees where web mercator's square world ends.
const MaxMercatorLat = 85.05112877980659

// Mercator returns p (WGS 84, degrees lon/lat) in web mercator (EPSG:3857), in metres east and north of 0° E 0° N.
// Latitudes beyond MaxMercatorLat are taken for it.
func Mercator(p orb.Point) (x, y float64) {
	lat := max(-MaxMercatorLat, min(MaxMercatorLat, p[1])) * math.Pi / 180
	return mercatorRadiusM * p[0] * math.Pi / 180, mercatorRadiusM * math.Asinh(math.Tan(lat))
}

// FromMercator returns the position (WGS 84, degrees lon/lat) at x, y metres of web mercator (EPSG:3857).
func FromMercator(x, y float64) orb.Point {
	return orb.Point{
		x / mercatorRadiusM * 180 / math.Pi,
		math.Atan(math.Sinh(y/mercatorRadiusM)) * 180 / math.Pi,
	}
}
