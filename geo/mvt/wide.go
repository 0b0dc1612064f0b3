package mvt

import "math/bits"

// Products of coordinate differences of one city fit an int64. Those of geometry that spans continents do not, nor do
// those at zooms past 20: they take the 128-bit way.

// narrow bounds the differences whose cross product, and a sum of a few of them, fits an int64.
const narrow = 1 << 30

// isNarrow reports whether |v| < narrow.
func isNarrow(v int64) bool { return uint64(v+narrow-1) < 2*narrow-1 }

// int128 is a two's complement number hi*2^64 + lo.
type int128 struct {
	hi int64
	lo uint64
}

func mul128(a, b int64) int128 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	h := int64(hi)
	if a < 0 {
		h -= b
	}
	if b < 0 {
		h -= a
	}
	return int128{h, lo}
}

func (a int128) sub(b int128) int128 {
	lo, borrow := bits.Sub64(a.lo, b.lo, 0)
	hi, _ := bits.Sub64(uint64(a.hi), uint64(b.hi), borrow)
	return int128{int64(hi), lo}
}

func (a int128) sign() int {
	if a.hi < 0 {
		return -1
	}
	if a.hi == 0 && a.lo == 0 {
		return 0
	}
	return 1
}

// cmp compares a with b; both must be far from the ends of the range, as all of ours are.
func (a int128) cmp(b int128) int { return a.sub(b).sign() }

// crossSign returns the sign of ax*by - ay*bx.
func crossSign(ax, ay, bx, by int64) int {
	if isNarrow(ax) && isNarrow(ay) && isNarrow(bx) && isNarrow(by) {
		switch c := ax*by - ay*bx; {
		case c > 0:
			return 1
		case c < 0:
			return -1
		}
		return 0
	}
	return mul128(ax, by).sub(mul128(ay, bx)).sign()
}

// mulDivFloor returns floor(a*b/c) exactly, for c != 0 and a quotient that fits an int64 (|a| <= |c| here).
func mulDivFloor(a, b, c int64) int64 {
	if c < 0 {
		a, c = -a, -c
	}
	if isNarrow(a) && isNarrow(b) {
		p := a * b
		q := p / c
		if p%c != 0 && p < 0 {
			q--
		}
		return q
	}
	negative := (a < 0) != (b < 0)
	hi, lo := bits.Mul64(absolute(a), absolute(b))
	q, rem := bits.Div64(hi, lo, uint64(c))
	if !negative {
		return int64(q)
	}
	if rem != 0 {
		q++
	}
	return -int64(q)
}

func absolute(v int64) uint64 {
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}
