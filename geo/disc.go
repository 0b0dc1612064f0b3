package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// The radii in metres that Disc takes: below, the lattice is too coarse for its corners; above, the Earth is too round for its formula.
const (
	MinDiscM = 1
	MaxDiscM = 5000
)

// discCorners is the number of corners of a disc.
const discCorners = 128

// Disc returns the places within radiusM metres of centre as a polygon of 128 corners that has the area of the disc on the ellipsoid:
// below 80 degrees of latitude within 0.01 % and what two lattice units make of the radius, since the lattice rounds its corners: 0.02 %
// at 200 m, 2 % at 1 m. No place of its border is farther from the circle than 0.05 % of the radius and a lattice unit. The error is an
// *InvalidError for a disc that does not lie within 90 degrees of latitude and 180 of longitude. A radius below MinDiscM or above
// MaxDiscM counts as that.
func Disc(centre Point, radiusM float64) (MultiPolygon, error) {
	const step = 2 * math.Pi / discCorners
	radiusM = min(max(radiusM, MinDiscM), MaxDiscM)
	out := radiusM * math.Sqrt(step/math.Sin(step)) // to the corners, so that what the edges cut off is made up for
	lat := float64(centre.Y) * radPerUnit
	meridian, _, _ := radiiM(lat)
	ring := make(Ring, discCorners)
	for i := range ring {
		sin, cos := math.Sincos(float64(i) * step)
		dLat := out * sin / meridian
		_, parallel, _ := radiiM(lat + dLat/2)
		x, y := float64(centre.X)+out*cos/(parallel*radPerUnit), float64(centre.Y)+dLat/radPerUnit
		if !(math.Abs(x) <= 180*UnitsPerDegree) {
			return nil, &InvalidError{Rule: RuleAntimeridian, At: centre.Orb()}
		}
		if math.Abs(y) > 89*UnitsPerDegree { // nearer to a pole a degree of longitude is no length to speak of
			return nil, &InvalidError{Rule: RulePosition, At: orb.Point{centre.Orb()[0], y / UnitsPerDegree}}
		}
		ring[i] = Point{X: int32(math.Round(x)), Y: int32(math.Round(y))}
	}
	return MultiPolygon{{ring}}, nil
}
