package mvt

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestWideArithmetic(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 8))
	number := func() int64 { return (rng.Int64N(1<<40) - 1<<39) >> uint(rng.IntN(40)) }
	for range 100_000 {
		a, b, c, d := number(), number(), number(), number()
		product := func(a, b int64) *big.Int { return new(big.Int).Mul(big.NewInt(a), big.NewInt(b)) }
		cross := new(big.Int).Sub(product(a, b), product(c, d))
		if got, want := crossSign(a, c, d, b), cross.Sign(); got != want {
			t.Fatalf("crossSign(%d, %d, %d, %d) = %d, want %d", a, c, d, b, got, want)
		}
		if got, want := mul128(a, b).cmp(mul128(c, d)), cross.Sign(); got != want {
			t.Fatalf("%d*%d against %d*%d: %d, want %d", a, b, c, d, got, want)
		}
		if c == 0 || absolute(a) > absolute(c) {
			continue
		}
		want := new(big.Int).Div(product(a, b), big.NewInt(c)) // Euclidean: floor for c > 0
		if c < 0 {
			want.Div(product(-a, b), big.NewInt(-c))
		}
		if got := mulDivFloor(a, b, c); got != want.Int64() {
			t.Fatalf("floor(%d*%d/%d) = %d, want %d", a, b, c, got, want)
		}
	}
}

// The exact test must agree with rounding in rational numbers, at the corners of pixels above all.
func TestPasses(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 9))
	corners := 0
	for range 200_000 {
		z := uint8(17 + rng.IntN(8))
		r := &router{grid: newTileGrid(TileID{Z: z}, 64)}
		unit := int64(1) << r.grid.frac
		half := unit / 2
		spot := func() vec {
			v := vec{rng.Int64N(6*unit) - 3*unit, rng.Int64N(6*unit) - 3*unit}
			if rng.IntN(2) == 0 { // on the corners
				v = vec{v.x/unit*unit + half, v.y/unit*unit + half}
			}
			return v
		}
		a, b := spot(), spot()
		pa, pb := r.grid.node(a), r.grid.node(b)
		if a.x == b.x || a.y == b.y {
			continue
		}
		p := px{min(pa.x, pb.x) + rng.Int32N(max(pa.x, pb.x)-min(pa.x, pb.x)+1), min(pa.y, pb.y) + rng.Int32N(max(pa.y, pb.y)-min(pa.y, pb.y)+1)}
		want := meetsPixel(a, b, int64(p.x)*unit-half, int64(p.y)*unit-half, unit)
		if got := r.passes(a, b, p); got != want {
			t.Fatalf("z%d: %v-%v through %v: %v, want %v", z, a, b, p, got, want)
		}
		if back := r.passes(b, a, p); back != want {
			t.Fatalf("z%d: %v-%v through %v depends on the direction", z, a, b, p)
		}
		if want {
			corners++
		}
	}
	if corners < 1000 {
		t.Errorf("only %d segments pass", corners)
	}
}

// meetsPixel clips the segment to the half-open square [x, x+size) × [y, y+size) in rational numbers: the open and
// closed limits of the parameter are kept apart.
func meetsPixel(a, b vec, x, y, size int64) bool {
	lo, hi := big.NewRat(0, 1), big.NewRat(1, 1)
	loOpen, hiOpen := false, false
	axis := func(a, b, from int64) {
		d := b - a
		enter, leave := big.NewRat(from-a, d), big.NewRat(from+size-a, d)
		enterOpen, leaveOpen := false, true
		if d < 0 {
			enter, leave, enterOpen, leaveOpen = leave, enter, true, false
		}
		if c := enter.Cmp(lo); c > 0 || c == 0 && enterOpen {
			lo, loOpen = enter, enterOpen
		}
		if c := leave.Cmp(hi); c < 0 || c == 0 && leaveOpen {
			hi, hiOpen = leave, leaveOpen
		}
	}
	axis(a.x, b.x, x)
	axis(a.y, b.y, y)
	c := lo.Cmp(hi)
	return c < 0 || c == 0 && !loOpen && !hiOpen
}
