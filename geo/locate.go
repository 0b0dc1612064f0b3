package geo

// Side says where a point lies with respect to an area.
type Side int8

// The three sides. The zero Side is Outside.
const (
	Outside Side = iota
	Border
	Inside
)

// String returns "outside", "border" or "inside".
func (s Side) String() string { return [...]string{"outside", "border", "inside"}[s] }

// Locate returns whether p lies outside m, inside it, or on one of its rings. It is exact and takes time
// proportional to the vertices of m. m must be valid; its winding does not matter.
func Locate(m MultiPolygon, p Point) Side {
	for _, poly := range m {
		if side := locateInPolygon(poly, p); side != Outside {
			return side
		}
	}
	return Outside
}

func locateInPolygon(poly Polygon, p Point) Side {
	inside := false
	for i, r := range poly {
		switch locateInRing(r, p) {
		case Border:
			return Border
		case Inside:
			inside = !inside
		case Outside:
			if i == 0 {
				return Outside
			}
		}
	}
	if inside {
		return Inside
	}
	return Outside
}

// locateInRing casts a ray from p to the east. An edge counts when exactly one of its ends lies above p, so a vertex
// on the ray is counted once.
func locateInRing(r Ring, p Point) Side {
	inside := false
	if len(r) == 0 {
		return Outside
	}
	a := r[len(r)-1]
	for _, b := range r {
		switch {
		case (a.Y > p.Y) != (b.Y > p.Y):
			if a.X < p.X && b.X < p.X {
				break // the edge lies to the west
			}
			if a.X > p.X && b.X > p.X {
				inside = !inside
				break
			}
			o := Orient(a, b, p)
			if o == 0 {
				return Border
			}
			if (o > 0) == (b.Y > a.Y) {
				inside = !inside
			}
		case a.Y == p.Y || b.Y == p.Y:
			if OnSegment(p, a, b) {
				return Border
			}
		}
		a = b
	}
	if inside {
		return Inside
	}
	return Outside
}
