package mesh_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
)

// checkered draws faces that are as awkward as a layer can be: squares of a board, coloured at random, so that faces have exclaves, holes,
// holes in which others lie and single vertices at which they touch themselves and each other; with corners moved, so that nothing is
// straight, or left, so that vertices are collinear; with rows or columns thin, so that they are slivers. A colour stands for gaps.
type checkered struct {
	cols, rows int
	colour     []int           // of the squares
	corners    []geo.Point     // (cols+1) by (rows+1)
	seen       map[[2]int]bool // edges, from corner to corner, that are in a ring
}

func drawCheckered(rng *rand.Rand) *checkered {
	b := &checkered{cols: 1 + rng.IntN(24), rows: 1 + rng.IntN(24), seen: map[[2]int]bool{}}
	colours := 2 + rng.IntN(6)
	b.colour = make([]int, b.cols*b.rows)
	alike := rng.Float64() // how often a square is coloured like its neighbour
	for i := range b.colour {
		switch {
		case i%b.cols > 0 && rng.Float64() < alike:
			b.colour[i] = b.colour[i-1]
		case i >= b.cols && rng.Float64() < alike:
			b.colour[i] = b.colour[i-b.cols]
		default:
			b.colour[i] = rng.IntN(colours)
		}
	}
	wide, high := int32(2)<<rng.IntN(14), int32(2)<<rng.IntN(14)
	lat := []int32{-330_000_000, 0, 310_000_000, 600_000_000, 800_000_000}[rng.IntN(5)]
	moved := rng.Float64()
	move := func(by int32) int32 { // less than half of a square, so that no edges cross
		if by = (by - 1) / 2; by == 0 || rng.Float64() > moved {
			return 0
		}
		return rng.Int32N(2*by+1) - by
	}
	for row := range b.rows + 1 {
		for col := range b.cols + 1 {
			b.corners = append(b.corners, geo.Point{X: 1_200_000_000 + int32(col)*wide + move(wide), Y: lat + int32(row)*high + move(high)})
		}
	}
	return b
}

// is reports whether a square, which may lie outside of the board, has a colour.
func (b *checkered) is(col, row, colour int) bool {
	return col >= 0 && col < b.cols && row >= 0 && row < b.rows && b.colour[row*b.cols+col] == colour
}

// The ways from a corner, counter-clockwise, with the squares to their left and right.
var ways = [4]struct{ dx, dy, leftX, leftY, rightX, rightY int }{
	{1, 0, 0, 0, 0, -1}, {0, 1, -1, 0, 0, 0}, {-1, 0, -1, -1, -1, 0}, {0, -1, 0, -1, -1, -1},
}

// ring follows the border of a colour, which lies to the left, from a corner.
func (b *checkered) ring(col, row, way, colour int) geo.Ring {
	var r geo.Ring
	for {
		at := row*(b.cols+1) + col
		if b.seen[[2]int{at, way}] {
			return r
		}
		b.seen[[2]int{at, way}] = true
		r = append(r, b.corners[at])
		col, row = col+ways[way].dx, row+ways[way].dy
		for _, turn := range []int{3, 0, 1} { // right first: squares that touch hang together
			next := ways[(way+turn)%4]
			if b.is(col+next.leftX, row+next.leftY, colour) && !b.is(col+next.rightX, row+next.rightY, colour) {
				way = (way + turn) % 4
				break
			}
		}
	}
}

// faces returns the areas of all colours but 0, those that are valid.
func (b *checkered) faces() []geo.MultiPolygon {
	var all []geo.MultiPolygon
	done := make([]bool, len(b.colour))
	for i, colour := range b.colour {
		if done[i] || colour == 0 {
			continue
		}
		clear(b.seen)
		var face geo.Polygon
		var holes []geo.Ring
		for _, k := range b.component(i, done) {
			col, row := k%b.cols, k/b.cols
			for way, from := range [4][2]int{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
				next := ways[way]
				if b.is(col+from[0]+next.rightX, row+from[1]+next.rightY, colour) || b.seen[[2]int{(row+from[1])*(b.cols+1) + col + from[0], way}] {
					continue
				}
				if r := b.ring(col+from[0], row+from[1], way, colour); r.TwiceArea() > 0 {
					face = append(face, r)
				} else {
					holes = append(holes, r)
				}
			}
		}
		if m := (geo.MultiPolygon{append(face, holes...)}); len(face) == 1 && geo.Check(m) == nil {
			all = append(all, m)
		}
	}
	return all
}

// component returns the squares that hang together with one by their sides.
func (b *checkered) component(first int, done []bool) []int {
	found := []int{first}
	done[first] = true
	for n := 0; n < len(found); n++ {
		col, row := found[n]%b.cols, found[n]/b.cols
		for _, way := range ways {
			c, r := col+way.dx, row+way.dy
			if b.is(c, r, b.colour[first]) && !done[r*b.cols+c] {
				done[r*b.cols+c] = true
				found = append(found, r*b.cols+c)
			}
		}
	}
	return found
}

// TestL7SimplifyAwkwardFaces is TestL7SimplifyKeepsBordersShared for faces with exclaves, holes, pinches, collinear vertices and slivers.
func TestL7SimplifyAwkwardFaces(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 26))
		holdSimplified(t, seed, drawCheckered(rng).faces(), math.Ldexp(1, rng.IntN(20)))
	}
}

// TestSimplifyUnmatched: where two layers do not share the borders that they should, and cross each other, each face stays valid and keeps its
// rings, and comes out the same in whichever order it is asked for.
func TestSimplifyUnmatched(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 27))
		faces := append(drawCheckered(rng).faces(), drawCheckered(rng).faces()...)
		tolerance := math.Ldexp(1, rng.IntN(20))
		simple := simplified(faces, tolerance)
		for k, face := range simple {
			if err := geo.Check(face); err != nil {
				t.Fatalf("seed %d: face %d: %v: %v, was %v", seed, k, err, face, faces[k])
			}
		}
		together := mesh.NewSimplifier(tolerance, around(faces).find)
		for _, k := range rng.Perm(len(faces)) {
			if got := kept(together, faces[k]); !same(got, simple[k]) {
				t.Fatalf("seed %d: face %d is %v, alone %v", seed, k, got, simple[k])
			}
		}
	}
}
