package mesh

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
)

// drawLinks draws links in a square of the given side, crowded when it is small, far apart when it is large.
func drawLinks(t *rapid.T, side int32) []link {
	n := rapid.IntRange(1, 40).Draw(t, "n")
	c := rapid.Int32Range(0, side)
	links := make([]link, n)
	for i := range links {
		links[i] = link{geo.Point{X: c.Draw(t, "ax"), Y: c.Draw(t, "ay")}, geo.Point{X: c.Draw(t, "bx"), Y: c.Draw(t, "by")}, int32(i)}
	}
	return links
}

// holdNoded fails unless pieces meet in ends only, by looking at all pairs, and no vertex lies within half a unit of
// the inside of a piece.
func holdNoded(t *rapid.T, pieces []link) {
	for i, l := range pieces {
		for _, m := range pieces[:i] {
			if at, ok := crossingOf(l, m); ok {
				t.Fatalf("%v and %v cross at %v", l, m, at)
			}
			for _, p := range []geo.Point{m.a, m.b} {
				if p != l.a && p != l.b && meetsPixel(l, p) {
					t.Fatalf("%v meets the pixel of %v", l, p)
				}
			}
			for _, p := range []geo.Point{l.a, l.b} {
				if p != m.a && p != m.b && meetsPixel(m, p) {
					t.Fatalf("%v meets the pixel of %v", m, p)
				}
			}
		}
	}
}

func TestSnapRound(t *testing.T) {
	t.Parallel()
	for _, side := range []int32{6, 30, 1000, 900_000_000} {
		rapid.Check(t, func(t *rapid.T) {
			links := drawLinks(t, side)
			got, ok := snapRound(links)
			if !ok {
				t.Fatalf("too much work for %d links", len(links))
			}
			holdNoded(t, got)
			holdChains(t, links, got)
			if again, ok := snapRound(got); !ok || !slices.Equal(again, got) {
				t.Fatalf("rounded again: %v, first %v", again, got)
			}
		})
	}
}

// holdChains fails unless the pieces of every link lead from its start to its end.
func holdChains(t *rapid.T, links, pieces []link) {
	for _, l := range links {
		at := l.a
		for len(pieces) > 0 && pieces[0].from == l.from {
			if pieces[0].a != at {
				t.Fatalf("link %v goes on at %v after %v", l, pieces[0], at)
			}
			at, pieces = pieces[0].b, pieces[1:]
		}
		if at != l.b {
			t.Fatalf("link %v ends at %v", l, at)
		}
	}
	if len(pieces) > 0 {
		t.Fatalf("pieces of no link: %v", pieces)
	}
}

// TestSnapRoundDirection: what a link becomes does not depend on its direction or on the order of links.
func TestSnapRoundDirection(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		links := drawLinks(t, 30)
		turned := slices.Clone(links)
		for i, l := range links {
			turned[i] = link{l.b, l.a, int32(len(links)-1) - l.from}
		}
		slices.Reverse(turned)
		a, okA := snapRound(links)
		b, okB := snapRound(turned)
		slices.Reverse(b)
		for i, l := range b {
			b[i] = link{l.b, l.a, int32(len(links)-1) - l.from}
		}
		if okA != okB || !slices.Equal(a, b) {
			t.Fatalf("%v, turned %v", a, b)
		}
	})
}

func TestCrossingOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		links := drawLinks(t, rapid.SampledFrom([]int32{8, 900_000_000}).Draw(t, "side"))
		for i, l := range links {
			for _, m := range links[:i] {
				at, ok := crossingOf(l, m)
				if !ok {
					continue
				}
				if again, _ := crossingOf(m, link{l.b, l.a, 0}); again != at {
					t.Fatalf("%v and %v cross at %v and %v", l, m, at, again)
				}
				holdNearest(t, l, m, at)
			}
		}
	})
}

// holdNearest computes the crossing with rationals of any size.
func holdNearest(t *rapid.T, l, m link, at geo.Point) {
	n := func(v int32) *big.Rat { return new(big.Rat).SetInt64(int64(v)) }
	sub := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
	mul := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
	dx, dy := sub(n(l.b.X), n(l.a.X)), sub(n(l.b.Y), n(l.a.Y))
	ex, ey := sub(n(m.b.X), n(m.a.X)), sub(n(m.b.Y), n(m.a.Y))
	fx, fy := sub(n(m.a.X), n(l.a.X)), sub(n(m.a.Y), n(l.a.Y))
	f := new(big.Rat).Quo(sub(mul(fx, ey), mul(fy, ex)), sub(mul(dx, ey), mul(dy, ex)))
	half := big.NewRat(1, 2)
	for _, c := range [][2]*big.Rat{{n(at.X), new(big.Rat).Add(n(l.a.X), mul(f, dx))}, {n(at.Y), new(big.Rat).Add(n(l.a.Y), mul(f, dy))}} {
		if off := sub(c[1], c[0]); off.Cmp(half) >= 0 || off.Cmp(new(big.Rat).Neg(half)) < 0 {
			t.Fatalf("%v and %v cross at %v, %v off", l, m, at, off)
		}
	}
}

// TestMeetsPixel compares with the square clipped by Liang and Barsky's method in rationals, closed and half open.
func TestMeetsPixel(t *testing.T) {
	t.Parallel()
	p := geo.Point{X: 3, Y: 3}
	for x0 := int32(0); x0 <= 6; x0++ {
		for y0 := int32(0); y0 <= 6; y0++ {
			for x1 := int32(0); x1 <= 6; x1++ {
				for y1 := int32(0); y1 <= 6; y1++ {
					l := link{geo.Point{X: x0, Y: y0}, geo.Point{X: x1, Y: y1}, 0}
					if got, want := meetsPixel(l, p), meetsPixelSlowly(l, p); got != want {
						t.Fatalf("%v: %v, want %v", l, got, want)
					}
				}
			}
		}
	}
}

// meetsPixelSlowly looks at all places of l at which something could change: 2520 is a multiple of all denominators
// that occur.
func meetsPixelSlowly(l link, p geo.Point) bool {
	const n = 2520 * 2
	for k := int64(0); k <= n; k++ {
		x := int64(l.a.X)*n + k*int64(l.b.X-l.a.X) - int64(p.X)*n
		y := int64(l.a.Y)*n + k*int64(l.b.Y-l.a.Y) - int64(p.Y)*n
		if -n/2 <= x && x < n/2 && -n/2 <= y && y < n/2 {
			return true
		}
	}
	return false
}
