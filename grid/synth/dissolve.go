package synth

import (
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

// outline returns the union of faces, all those for which in holds: rings follow shared borders vertex for vertex, and a
// ring that would touch itself is split there.
func (c *City) outline(faces []int32, in func(f int32) bool) geo.MultiPolygon {
	var outers, holes [][]int32
	seen := map[int32]bool{}
	for _, f := range faces {
		h := c.first[f]
		for {
			if c.onBorder(h, in) && !seen[h] {
				for _, ring := range c.simpleRings(c.walk(h, in, seen)) {
					if c.ringArea(ring) > 0 {
						outers = append(outers, ring)
					} else {
						holes = append(holes, ring)
					}
				}
			}
			if h = c.next[h]; h == c.first[f] {
				break
			}
		}
	}
	return c.assemble(outers, holes)
}

// onBorder reports whether the face on the right of h is not one of those wanted; the one on its left is.
func (c *City) onBorder(h int32, in func(f int32) bool) bool {
	g := c.face[h^1]
	return g < 0 || !in(g)
}

// walk follows the border from h with the wanted faces on its left.
func (c *City) walk(h int32, in func(f int32) bool, seen map[int32]bool) []int32 {
	var ring []int32
	for at := h; !seen[at]; {
		seen[at] = true
		ring = append(ring, at)
		at = c.next[at]
		for !c.onBorder(at, in) {
			at = c.next[at^1]
		}
	}
	return ring
}

// simpleRings splits a closed walk at the nodes through which it passes more than once.
func (c *City) simpleRings(walk []int32) [][]int32 {
	var rings [][]int32
	var open []int32
	at := map[int32]int{} // position in open by origin
	for _, h := range walk {
		if from, again := at[c.org[h]]; again {
			ring := slices.Clone(open[from:])
			for _, o := range ring {
				delete(at, c.org[o])
			}
			rings = append(rings, ring)
			open = open[:from]
		}
		at[c.org[h]] = len(open)
		open = append(open, h)
	}
	return append(rings, open)
}

// ringArea is the signed area of the ring's straight form on the board.
func (c *City) ringArea(ring []int32) float64 {
	o := c.at(ring[0])
	twice := 0.0
	for _, h := range ring {
		twice += c.at(h).sub(o).cross(c.at(h ^ 1).sub(o))
	}
	return twice / 2
}

// assemble gives each hole to the smallest outer ring around it.
func (c *City) assemble(outers, holes [][]int32) geo.MultiPolygon {
	m := make(geo.MultiPolygon, len(outers))
	for i, ring := range outers {
		m[i] = geo.Polygon{c.ring(ring)}
	}
	for _, hole := range holes {
		best, least := 0, math.Inf(1)
		for i, outer := range outers {
			if a := c.ringArea(outer); a < least && (len(outers) == 1 || c.around(outer, hole)) {
				best, least = i, a
			}
		}
		m[best] = append(m[best], c.ring(hole))
	}
	slices.SortStableFunc(m, func(a, b geo.Polygon) int { return len(b[0]) - len(a[0]) })
	return m
}

// around reports whether a hole lies within an outer ring: judged at a corner of the hole that the ring does not have.
func (c *City) around(outer, hole []int32) bool {
	shared := map[int32]bool{}
	for _, h := range outer {
		shared[c.org[h]] = true
	}
	p := c.at(hole[0]).to(c.at(hole[0]^1), 0.5)
	for _, h := range hole {
		if !shared[c.org[h]] {
			p = c.at(h)
			break
		}
	}
	inside := false
	for _, h := range outer {
		a, b := c.at(h), c.at(h^1)
		if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(b.x-a.x)*(p.y-a.y)/(b.y-a.y) {
			inside = !inside
		}
	}
	return inside
}

// ring returns the vertices of a ring of half-edges.
func (c *City) ring(hs []int32) geo.Ring {
	var r geo.Ring
	for _, h := range hs {
		r = c.arc(h, append(r, c.points[c.org[h]]))
	}
	return r
}

// How far borders stray from the straight line between their ends: so little that neighbours never meet.
const (
	wiggleOfLength  = 0.015
	wiggleOfWidth   = 0.07
	outlineOfLength = 0.05
	outlineOfWidth  = 0.2
)

// arc appends the vertices of h between its ends to dst, the same ones in the opposite order for its twin.
func (c *City) arc(h int32, dst []geo.Point) []geo.Point {
	from := len(dst)
	e := h &^ 1
	a, b := c.at(e), c.at(e^1)
	length := a.dist(b)
	steps := int(length / arcStepM)
	if steps == 0 {
		return dst
	}
	side := b.sub(a).unit().left()
	k := mix(c.seed ^ mix(uint64(streamArc)+uint64(e)))
	sway := c.sway(e, length)
	for i := 1; i <= steps; i++ {
		t := float64(i) / float64(steps+1)
		off := 0.0
		for octave, w := 1.0, k; octave < 8; octave, w = octave+1, mix(w) {
			off += chance(w) / (octave * octave) * math.Sin(octave*math.Pi*t)
		}
		dst = append(dst, c.locate(a.to(b, t).add(side.times(off*sway))))
	}
	if h != e {
		slices.Reverse(dst[from:])
	}
	return dst
}

// chance returns a number in [-1, 1).
func chance(k uint64) float64 { return float64(k>>11)/(1<<52) - 1 }

func (c *City) sway(e int32, length float64) float64 {
	f, g := c.face[e], c.face[e^1]
	if c.class[e>>1] == outlineEdge {
		return min(outlineOfLength*length, outlineOfWidth*float64(c.width[max(f, g)]))
	}
	return min(wiggleOfLength*length, wiggleOfWidth*float64(min(c.width[f], c.width[g])))
}
