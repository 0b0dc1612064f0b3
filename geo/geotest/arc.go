package geotest

import (
	"math"

	"github.com/wangge/wangge/geo"
)

// cellSize is the distance in lattice units between the nodes of a generated mesh: about 200 m.
const cellSize = 20_000

// vertexSpacing is the least distance between vertices of an arc along its chord, so that rounding to the lattice
// cannot make an arc cross itself or its neighbours.
const vertexSpacing = 100

// A bay is the triangle between an arc's chord and the centre of the cell beside it, in which the arc may bend: foot
// is where the centre's perpendicular meets the chord, as a fraction, and height its length.
type bay struct{ foot, height float64 }

// newBay returns the bay of the chord p q towards centre; it has no height when the centre is not beside the chord.
func newBay(p, q geo.Point, centre [2]float64) bay {
	dx, dy := float64(q.X)-float64(p.X), float64(q.Y)-float64(p.Y)
	cx, cy := centre[0]-float64(p.X), centre[1]-float64(p.Y)
	length2 := dx*dx + dy*dy
	b := bay{foot: (cx*dx + cy*dy) / length2, height: math.Abs(dx*cy-dy*cx) / math.Sqrt(length2)}
	if b.foot < 0.05 || b.foot > 0.95 {
		b.height = 0
	}
	return b
}

// width returns how far the triangle reaches at fraction t of the chord.
func (b bay) width(t float64) float64 {
	return b.height * min(t/b.foot, (1-t)/(1-b.foot))
}

// appendArc appends n vertices of a wiggly line between p and q, without p and q. It moves along the chord by equal
// steps and to the side by a random walk that uses at most 4/5 of the bays; random returns numbers in [-1, 1).
// Triangles of different chords do not overlap, so arcs meet in nodes only.
func appendArc(dst []geo.Point, p, q geo.Point, left, right bay, n int, random func() float64) []geo.Point {
	dx, dy := float64(q.X)-float64(p.X), float64(q.Y)-float64(p.Y)
	length := math.Hypot(dx, dy)
	n = min(n, int(length/vertexSpacing)-1)
	walk := random() / 2
	for i := 1; i <= n; i++ {
		t := float64(i) / float64(n+1)
		walk = max(-0.8, min(0.8, walk+0.4*random()))
		off := walk * left.width(t)
		if walk < 0 {
			off = walk * right.width(t)
		}
		dst = append(dst, geo.Point{
			X: int32(math.Round(float64(p.X) + t*dx - off*dy/length)),
			Y: int32(math.Round(float64(p.Y) + t*dy + off*dx/length)),
		})
	}
	return dst
}
