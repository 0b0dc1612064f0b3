package geo

import "github.com/paulmach/orb"

// Check returns nil when m is valid and an *InvalidError that names one broken rule and its spot otherwise.
//
// Valid is what OGC 06-103r4 (Simple Feature Access, part 1, 6.1.11 and 6.1.14) says and PostGIS's ST_IsValid
// judges: every ring is simple and has at least three corners; rings of a polygon meet at most in single points,
// holes lie in the outer ring and not in each other, the interior is connected; polygons do not overlap and meet at
// most in single points. Beyond that, m extends over at most 90 degrees. The winding of rings is not judged, and a
// vertex that is repeated at once counts once.
//
// It is exact. It takes n log n time for n vertices, whatever they are.
func Check(m MultiPolygon) error {
	if len(m) == 0 {
		return &InvalidError{Rule: RuleEmpty}
	}
	for _, p := range m {
		if len(p) == 0 {
			return &InvalidError{Rule: RuleEmpty}
		}
		for _, r := range p {
			if len(r) == 0 {
				return &InvalidError{Rule: RuleEmpty}
			}
			if len(r) < 3 {
				return &InvalidError{Rule: RuleRingTooShort, At: r[0].Orb()}
			}
		}
	}
	if b := m.Box(); b.tooLarge() {
		return &InvalidError{Rule: RuleExtent, At: b.Min.Orb()}
	}
	s := newSweep(m)
	return s.run()
}

// crossing returns where the lines through a and b cross, in degrees.
func crossing(a, b sweepEdge) orb.Point {
	o1, o2 := float64(Orient(b.lo, b.hi, a.lo)), float64(Orient(b.lo, b.hi, a.hi))
	t := o1 / (o1 - o2)
	p, q := a.lo.Orb(), a.hi.Orb()
	return orb.Point{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])}
}
