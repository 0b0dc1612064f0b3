package synth

import "math"

// mesh is a planar subdivision as half-edges: h runs from node org[h] along the left side of face[h], its twin is h^1,
// and the edge of both is h>>1. face is -1 outside the city. Everything that the city has a border for is a union of
// faces, so borders are shared by construction.
type mesh struct {
	nodes []vec
	org   []int32
	next  []int32
	prev  []int32
	face  []int32
	class []roadClass // by edge
	first []int32     // by face: one of its half-edges
}

// roadClass says what an edge is to a driver; smaller is more important.
type roadClass uint8

const (
	outlineEdge roadClass = iota // the city's border
	arterial                     // between superblocks
	collector                    // first cuts through a superblock
	local                        // further cuts
	shore                        // between land and water
	waterEdge                    // between two pieces of water
	bridge                       // a piece of road over the river
)

// edges returns the number of edges.
func (m *mesh) edges() int { return len(m.org) / 2 }

func (m *mesh) end(h int32) int32 { return m.org[h^1] }

func (m *mesh) at(h int32) vec { return m.nodes[m.org[h]] }

// length returns the straight length of a half-edge.
func (m *mesh) length(h int32) float64 { return m.at(h).dist(m.at(h ^ 1)) }

// loop appends the half-edges of a face to dst, counter-clockwise.
func (m *mesh) loop(f int32, dst []int32) []int32 {
	h := m.first[f]
	for {
		dst = append(dst, h)
		if h = m.next[h]; h == m.first[f] {
			return dst
		}
	}
}

// corners returns the corner positions of a face.
func (m *mesh) corners(f int32) []vec {
	var ps []vec
	h := m.first[f]
	for {
		ps = append(ps, m.at(h))
		if h = m.next[h]; h == m.first[f] {
			return ps
		}
	}
}

func (m *mesh) newEdge(a, b int32, class roadClass) int32 {
	h := int32(len(m.org))
	m.org = append(m.org, a, b)
	m.next = append(m.next, -1, -1)
	m.prev = append(m.prev, -1, -1)
	m.face = append(m.face, -1, -1)
	m.class = append(m.class, class)
	return h
}

func (m *mesh) link(a, b int32) { m.next[a], m.prev[b] = b, a }

// splitEdge puts a node at p on the edge of h, which then ends there, and returns the half-edge that starts there and
// continues in the direction of h.
func (m *mesh) splitEdge(h int32, p vec) int32 {
	n := int32(len(m.nodes))
	m.nodes = append(m.nodes, p)
	t := h ^ 1
	k := m.newEdge(n, m.org[t], m.class[h>>1])
	m.org[t] = n
	m.face[k], m.face[k^1] = m.face[h], m.face[t]
	m.link(k, m.next[h])
	m.link(h, k)
	m.link(m.prev[t], k^1)
	m.link(k^1, t)
	return k
}

// splitFace joins the origins of h1 and h2, two half-edges of one face, by a new edge. The loop from h1 to h2 keeps the
// face; the other becomes the new face that is returned.
func (m *mesh) splitFace(h1, h2 int32, class roadClass) int32 {
	f, g := m.face[h1], int32(len(m.first))
	e := m.newEdge(m.org[h1], m.org[h2], class)
	p1, p2 := m.prev[h1], m.prev[h2]
	m.link(p1, e)
	m.link(e, h2)
	m.link(p2, e^1)
	m.link(e^1, h1)
	m.face[e^1] = f
	m.first[f] = h1
	m.first = append(m.first, h2)
	for h := h2; ; {
		m.face[h] = g
		if h = m.next[h]; h == h2 {
			return g
		}
	}
}

// areaAndCentroid of a ring of points, counter-clockwise positive.
func areaAndCentroid(ps []vec) (float64, vec) {
	var twice float64
	var c vec
	o := ps[0]
	for i, p := range ps {
		q := ps[(i+1)%len(ps)].sub(o)
		p = p.sub(o)
		k := p.cross(q)
		twice += k
		c = c.add(p.add(q).times(k))
	}
	if twice == 0 {
		return 0, o
	}
	return twice / 2, o.add(c.times(1 / (3 * twice)))
}

func perimeter(ps []vec) float64 {
	l := 0.0
	for i, p := range ps {
		l += p.dist(ps[(i+1)%len(ps)])
	}
	return l
}

// narrowness returns roughly half the width of a face: twice its area by its perimeter.
func narrowness(ps []vec) float64 {
	a, _ := areaAndCentroid(ps)
	return 2 * a / math.Max(perimeter(ps), 1)
}
