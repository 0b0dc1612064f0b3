package geo

// TwiceArea returns twice the signed planar area of r in square lattice units, exactly: positive when r runs
// counter-clockwise. r must not wind twice around a point and extend over at most MaxExtentUnits.
func (r Ring) TwiceArea() int64 {
	if len(r) < 3 {
		return 0
	}
	// The sum may overflow on the way, but int64 arithmetic wraps around and the result fits: at most 2·(9e8)².
	var sum int64
	o := r[0]
	for i := 2; i < len(r); i++ {
		sum += Orient(o, r[i-1], r[i])
	}
	return sum
}

// TwiceArea returns twice the planar area of m in square lattice units, exactly. m must be valid and wound as
// MultiPolygon says; then the result is positive and adds up exactly over a tiling.
func (m MultiPolygon) TwiceArea() int64 {
	var sum int64
	for _, p := range m {
		for _, r := range p {
			sum += r.TwiceArea()
		}
	}
	return sum
}

// PlanarArea returns the planar area of m in square lattice units, correctly rounded. For square metres see AreaM2.
func PlanarArea(m MultiPolygon) float64 { return float64(m.TwiceArea()) / 2 }
