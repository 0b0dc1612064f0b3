package mesh

import (
	"math/bits"
	"math/rand/v2"

	"github.com/wangge/wangge/geo"
)

// halfEdges are the directed edges of all rings of a layer. Half edge e runs from pts[e] to pts[e+1]. Every ring ends
// with a repetition of its first vertex, at which no half edge starts.
type halfEdges struct {
	pts    []geo.Point
	closes []bool  // by vertex: whether it is the repetition that ends a ring
	twin   []int32 // by half edge: the same edge in the other direction, -1 for none; at the end of a ring, its start
	starts []int32 // by ring: its first half edge; one more at the end
	faces  []int32 // by ring: its face
}

// newHalfEdges lists the half edges of layer. Its vertices must be fewer than MaxVertices.
func newHalfEdges(layer []geo.MultiPolygon) *halfEdges {
	n, rings := 0, 0
	for _, m := range layer {
		for _, poly := range m {
			rings += len(poly)
			for _, r := range poly {
				n += len(r) + 1
			}
		}
	}
	h := &halfEdges{
		pts:    make([]geo.Point, 0, n),
		closes: make([]bool, 0, n),
		twin:   make([]int32, 0, n),
		starts: make([]int32, 0, rings+1),
		faces:  make([]int32, 0, rings),
	}
	for k, m := range layer {
		h.add(m, int32(k), false)
	}
	return h
}

// add appends the rings of a face, backwards if reversed.
func (h *halfEdges) add(m geo.MultiPolygon, face int32, reversed bool) {
	for _, poly := range m {
		for _, r := range poly {
			if len(h.starts) == 0 {
				h.starts = append(h.starts, 0)
			}
			start := len(h.pts)
			for i := range r {
				if reversed {
					i = len(r) - 1 - i
				}
				h.pts = append(h.pts, r[i])
				h.closes = append(h.closes, false)
				h.twin = append(h.twin, -1)
			}
			if len(r) > 0 {
				h.pts = append(h.pts, h.pts[start])
				h.closes = append(h.closes, true)
				h.twin = append(h.twin, int32(start))
			}
			h.faces = append(h.faces, face)
			h.starts = append(h.starts, int32(len(h.pts)))
		}
	}
}

// isEdge reports whether a half edge starts at vertex e. Repeated vertices, of invalid rings, start none.
func (h *halfEdges) isEdge(e int32) bool { return !h.closes[e] && h.pts[e] != h.pts[e+1] }

// next returns the half edge after e in its ring.
func (h *halfEdges) next(e int32) int32 {
	if h.closes[e+1] {
		return h.twin[e+1]
	}
	return e + 1
}

// slot holds the half edges of one edge that have no twin yet; they all run in one direction.
type slot struct {
	any    int32 // a half edge of this edge, plus one; 0 for an empty slot
	single int32 // the latest half edge without a twin, or -1; the one before it is in its twin as -2-e
}

// pair gives every half edge a twin, as long as there are any.
func (h *halfEdges) pair() {
	size := 1 << bits.Len(uint(len(h.pts)+len(h.pts)/4))
	table := make([]slot, size)
	mask := uint64(size - 1)
	seed := rand.Uint64() // so that no input can be made to collide; results do not depend on it
	for e := range int32(len(h.pts)) {
		if !h.isEdge(e) {
			continue
		}
		u, v := h.pts[e], h.pts[e+1]
		i := edgeHash(u, v, seed) & mask
		for table[i].any != 0 && !h.sameEdge(table[i].any-1, u, v) {
			i = (i + 1) & mask
		}
		h.match(&table[i], e)
	}
	for e, t := range h.twin {
		if t < -1 {
			h.twin[e] = -1
		}
	}
}

// match takes a twin for e out of its slot, or puts e in.
func (h *halfEdges) match(s *slot, e int32) {
	if s.any == 0 {
		*s = slot{any: e + 1, single: -1}
	}
	t := s.single
	switch {
	case t < 0:
		s.single = e
	case h.pts[t] == h.pts[e]: // the same direction
		h.twin[e] = -2 - t
		s.single = e
	default:
		s.single = -1
		if h.twin[t] < -1 {
			s.single = -2 - h.twin[t]
		}
		h.twin[t], h.twin[e] = e, t
	}
}

// sameEdge reports whether half edge e has the ends u and v, in either order.
func (h *halfEdges) sameEdge(e int32, u, v geo.Point) bool {
	a, b := h.pts[e], h.pts[e+1]
	return a == u && b == v || a == v && b == u
}

// edgeHash mixes the ends of an edge, in either order.
func edgeHash(u, v geo.Point, seed uint64) uint64 {
	a := uint64(uint32(u.X))<<32 | uint64(uint32(u.Y))
	b := uint64(uint32(v.X))<<32 | uint64(uint32(v.Y))
	if a > b {
		a, b = b, a
	}
	hi, lo := bits.Mul64(a^seed, b^0x9e3779b97f4a7c15)
	hi, lo = bits.Mul64(hi^lo, 0xd1342543de82ef95)
	return hi ^ lo
}

// nodes says for every half edge whether it starts at a node: where an arc must end because the faces to its sides
// change, or because other borders touch it there.
func (h *halfEdges) nodes() []bool {
	touching := h.touchings()
	nodes := make([]bool, len(h.pts))
	for ring := range h.faces {
		start, end := h.starts[ring], h.starts[ring+1]-1
		before := end - 1
		for e := start; e < end; e++ {
			t, tBefore := h.twin[e], h.twin[before]
			if t >= 0 && tBefore >= 0 {
				nodes[e] = h.next(t) != tBefore
			} else {
				nodes[e] = t >= 0 || tBefore >= 0 || touching[h.pts[e]]
			}
			before = e
		}
	}
	return nodes
}

// touchings returns the vertices at which borders without another side start more than once.
func (h *halfEdges) touchings() map[geo.Point]bool {
	touching := make(map[geo.Point]bool)
	for e, t := range h.twin {
		if t < 0 {
			_, seen := touching[h.pts[e]]
			touching[h.pts[e]] = seen
		}
	}
	return touching
}
