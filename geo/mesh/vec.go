package mesh

import "math/bits"

// fine is the number of steps of the fine lattice in a lattice unit. Crossings are rounded to the fine lattice: a step
// is about 1e-5 m.
const fine = 1 << 10

// A vec is a point of the fine lattice, relative to some origin. Coordinates are below 2^42, those of points 180
// degrees apart.
type vec struct{ x, y int64 }

func (a vec) less(b vec) bool { return a.x < b.x || a.x == b.x && a.y < b.y }

func (a vec) compare(b vec) int {
	switch {
	case a == b:
		return 0
	case a.less(b):
		return -1
	}
	return 1
}

// orient returns the sign of the turn a, b, c, positive to the left, exactly.
func orient(a, b, c vec) int { return crossSign(b.x-a.x, b.y-a.y, c.x-a.x, c.y-a.y) }

// crossSign returns the sign of ux*vy - uy*vx.
func crossSign(ux, uy, vx, vy int64) int {
	const small = 1 << 31
	if ux < small && ux > -small && uy < small && uy > -small && vx < small && vx > -small && vy < small && vy > -small {
		return sign(ux*vy - uy*vx)
	}
	hi, lo := cross(ux, uy, vx, vy)
	if hi != 0 {
		return sign(hi)
	}
	return sign(int64(min(lo, 1)))
}

// cross returns ux*vy - uy*vx in two's complement of 128 bits.
func cross(ux, uy, vx, vy int64) (hi int64, lo uint64) {
	h1, l1 := mul(ux, vy)
	h2, l2 := mul(uy, vx)
	lo, borrow := bits.Sub64(l1, l2, 0)
	return h1 - h2 - int64(borrow), lo
}

// crossFloat returns |ux*vy - uy*vx|, rounded once.
func crossFloat(ux, uy, vx, vy int64) float64 {
	hi, lo := cross(ux, uy, vx, vy)
	if hi < 0 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi = -hi - int64(borrow)
	}
	return float64(hi)*(1<<64) + float64(lo)
}

// mul returns a*b in two's complement of 128 bits.
func mul(a, b int64) (hi int64, lo uint64) {
	h, l := bits.Mul64(uint64(a), uint64(b))
	hi = int64(h)
	if a < 0 {
		hi -= b
	}
	if b < 0 {
		hi -= a
	}
	return hi, l
}

func sign(v int64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// compareAngle orders directions by their angle from the positive x axis, counter-clockwise.
func compareAngle(u, v vec) int {
	if a, b := lower(u), lower(v); a != b {
		return a - b
	}
	return -crossSign(u.x, u.y, v.x, v.y)
}

// lower returns 0 for directions in [0, 180) degrees and 1 for the others.
func lower(u vec) int {
	if u.y > 0 || u.y == 0 && u.x > 0 {
		return 0
	}
	return 1
}
