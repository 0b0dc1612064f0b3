package geo

import (
	"cmp"
	"math/bits"
)

// An int128 is a signed number of 128 bits, for comparing fractions of int64 exactly.
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

// wide returns n with 128 bits.
func wide(n int64) int128 { return int128{n >> 63, uint64(n)} }

func (a int128) add(b int128) int128 {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	return int128{a.hi + b.hi + int64(carry), lo}
}

func (a int128) neg() int128 {
	lo, borrow := bits.Sub64(0, a.lo, 0)
	return int128{-a.hi - int64(borrow), lo}
}

// float returns a rounded. The halves of a small negative number cancel, so it is done on the magnitude.
func (a int128) float() float64 {
	if a.hi < 0 {
		return -a.neg().float()
	}
	return float64(uint64(a.hi))*(1<<64) + float64(a.lo)
}

func (a int128) cmp(b int128) int {
	if c := cmp.Compare(a.hi, b.hi); c != 0 {
		return c
	}
	return cmp.Compare(a.lo, b.lo)
}

// A fraction is num/den with 0 <= num <= den and den > 0.
type fraction struct{ num, den int64 }

func (f fraction) float() float64 { return float64(f.num) / float64(f.den) }

func (f fraction) cmp(g fraction) int {
	return mul128(f.num, g.den).cmp(mul128(g.num, f.den))
}
