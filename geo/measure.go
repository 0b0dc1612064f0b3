package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// The WGS 84 ellipsoid (EPSG:7030). CGCS2000 differs by 0.1 mm in the polar radius.
const (
	semiMajorM  = 6378137.0
	flattening  = 1 / 298.257223563
	semiMinorM  = semiMajorM * (1 - flattening)
	eccSquared  = flattening * (2 - flattening)
	radPerUnit  = math.Pi / (180 * UnitsPerDegree)
	radPerPiece = math.Pi / 180 // an edge is integrated in pieces of at most this much latitude
)

// AreaM2 returns the area of m in square metres on the WGS 84 ellipsoid, with edges straight in lon/lat.
// m must be wound as MultiPolygon says; an empty m has area 0.
//
// Source: Green's theorem with the area from a parallel to the equator, J. P. Snyder, Map Projections: A Working
// Manual, USGS Professional Paper 1395 (1987), equation 3-12, integrated along each edge by Gauss-Legendre
// quadrature. It agrees within 2e-8 of itself with PostGIS's ST_Area of the geography whose edges are cut into short
// pieces (ST_Segmentize); without that PostGIS takes edges for geodesics.
func AreaM2(m MultiPolygon) float64 {
	sum := 0.0
	for _, p := range m {
		for _, r := range p {
			sum += RingAreaM2(r)
		}
	}
	return sum
}

// RingAreaM2 returns the area within r in square metres like AreaM2, positive when r runs counter-clockwise and
// negative when it runs clockwise.
func RingAreaM2(r Ring) float64 {
	if len(r) < 3 {
		return 0
	}
	// Measuring from a parallel nearby keeps the terms, and so their rounding, small.
	ref := zoneArea(float64(r[0].Y) * radPerUnit)
	sum := 0.0
	a := r[len(r)-1]
	for _, b := range r {
		if a.X != b.X {
			dLon := float64(int64(b.X)-int64(a.X)) * radPerUnit
			sum -= dLon * (meanZoneArea(float64(a.Y)*radPerUnit, float64(b.Y)*radPerUnit) - ref)
		}
		a = b
	}
	return sum
}

// OrbRingAreaM2 is RingAreaM2 of a closed ring in degrees lon/lat whose vertices need not be on the lattice.
func OrbRingAreaM2(r orb.Ring) float64 {
	if len(r) < 4 {
		return 0
	}
	const rad = math.Pi / 180
	ref := zoneArea(r[0][1] * rad)
	sum := 0.0
	for i, b := range r[1:] {
		if a := r[i]; a[0] != b[0] {
			sum -= (b[0] - a[0]) * rad * (meanZoneArea(a[1]*rad, b[1]*rad) - ref)
		}
	}
	return sum
}

// zoneArea returns the area, in square metres per radian of longitude, between the equator and the parallel lat
// (radians): b²/2 · (sin φ/(1−e²sin²φ) + atanh(e sin φ)/e).
func zoneArea(lat float64) float64 {
	ecc := math.Sqrt(eccSquared)
	s := math.Sin(lat)
	return semiMinorM * semiMinorM / 2 * (s/(1-eccSquared*s*s) + math.Atanh(ecc*s)/ecc)
}

// meanZoneArea returns the mean of zoneArea for latitudes from lat1 to lat2, by three-point Gauss-Legendre
// quadrature: exact to rounding for pieces of up to a degree.
func meanZoneArea(lat1, lat2 float64) float64 {
	if lat1 == lat2 {
		return zoneArea(lat1)
	}
	pieces := math.Ceil(math.Abs(lat2-lat1) / radPerPiece)
	half := (lat2 - lat1) / pieces / 2
	off := half * math.Sqrt(0.6)
	sum := 0.0
	for i := 0.0; i < pieces; i++ {
		mid := lat1 + (2*i+1)*half
		sum += (5*zoneArea(mid-off) + 8*zoneArea(mid) + 5*zoneArea(mid+off)) / 18
	}
	return sum / pieces
}

// LengthM returns the length of l in metres: the sum of the geodesics between its vertices, as DistanceM has them.
func LengthM(l Line) float64 {
	sum := 0.0
	for i := 1; i < len(l); i++ {
		sum += DistanceM(l[i-1], l[i])
	}
	return sum
}

// PerimeterM returns the length of all rings of m in metres, holes included.
func PerimeterM(m MultiPolygon) float64 {
	sum := 0.0
	for _, p := range m {
		for _, r := range p {
			sum += LengthM(Line(r))
			if len(r) > 1 {
				sum += DistanceM(r[len(r)-1], r[0])
			}
		}
	}
	return sum
}
