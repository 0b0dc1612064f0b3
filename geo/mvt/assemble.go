package mvt

import (
	"cmp"
	"slices"
)

// assembler turns the rings that a polygon's edges visit on the integer grid into rings that a tile may hold: simple,
// with area, outer rings positive (y down) and each followed by its holes. Rounding folds thin parts onto themselves:
// edges that run both ways cancel, and a ring that touches itself in a node is cut there.
type assembler struct {
	lo, hi int32

	// pixels holds every node that is not on the border; its marks are off between polygons.
	pixels *pixelSet

	nodes  []px
	chains []chain
	sides  []sideEvent
	used   []bool
	at     []int32
	path   []int32
	loops  []loop
	points []px
}

// chain runs from node to node where rings meet or touch the border, over nodes[first:last] of the assembler, which
// no other chain visits. It counts net times; negative means backwards.
type chain struct {
	a, b        px
	first, last int32
	net         int32
}

// loop is a simple ring, points[start:end] of the assembler.
type loop struct {
	start, end int32
	area2      int64 // twice the area, positive for an outer ring
	owner      int32 // for a hole: the loop around it, or -1
	of         int32 // where the points of the outer ring begin
}

func (p px) less(q px) bool { return p.y < q.y || p.y == q.y && p.x < q.x }

func (s *assembler) onBorder(p px) bool {
	return p.x == s.lo || p.x == s.hi || p.y == s.lo || p.y == s.hi
}

// simple reports whether the rings over nodes can be drawn as they are: each has at least three nodes, none is visited
// twice and none lies on the border. When it reports false, the
// marks are left for assemble.
func (s *assembler) simple(nodes []px, ends []int32) bool {
	ok, start := true, int32(0)
	for _, end := range ends {
		ok = ok && end-start >= 3
		start = end
	}
	for _, p := range nodes {
		if s.onBorder(p) || s.pixels.mark(p) {
			ok = false
		}
	}
	if ok {
		s.unmark(nodes)
	}
	return ok
}

func (s *assembler) unmark(nodes []px) {
	for _, p := range nodes {
		if !s.onBorder(p) {
			s.pixels.unmark(p)
		}
	}
}

// assemble returns the loops of the polygons whose rings visit nodes, each ring up to one of ends, after simple has
// reported false for them. winding says that the rings may wind around a spot more than once or backwards, as those of
// a shape with crossings do.
func (s *assembler) assemble(nodes []px, ends []int32, winding bool) []loop {
	s.nodes = nodes
	s.chains, s.sides, s.loops, s.points = s.chains[:0], s.sides[:0], s.loops[:0], s.points[:0]
	start := int32(0)
	for _, end := range ends {
		s.split(start, end, winding)
		start = end
	}
	s.unmark(nodes)
	s.flushSides()
	if s.cancel() || winding {
		s.unroll()
		s.chains = keepOutline(s.chains)
	}
	s.trace()
	s.assignHoles()
	s.settle()
	return s.loops
}

// split cuts the ring over nodes[start:end] into chains at the nodes where it may meet something; at every node if
// fine. A ring without such nodes is a loop.
func (s *assembler) split(start, end int32, fine bool) {
	joint := func(i int32) bool { return fine || s.onBorder(s.nodes[i]) || s.pixels.markedTwice(s.nodes[i]) }
	from := start
	for from < end && !joint(from) {
		from++
	}
	if from == end {
		if end-start >= 3 {
			s.points = append(s.points, s.nodes[start:end]...)
			s.addLoop(int32(len(s.points)) - (end - start))
		}
		return
	}
	// The nodes before the first joint belong to the last chain: go round from there.
	for a := from; a < end; {
		b := a + 1
		for b < end && !joint(b) {
			b++
		}
		if b < end {
			s.addChain(chain{a: s.nodes[a], b: s.nodes[b], first: a + 1, last: b, net: 1})
		} else {
			s.closeChain(a, start, from, end)
		}
		a = b
	}
}

// closeChain adds the chain from node a over the end of the ring to node from.
func (s *assembler) closeChain(a, start, from, end int32) {
	if from == start {
		s.addChain(chain{a: s.nodes[a], b: s.nodes[from], first: a + 1, last: end, net: 1})
		return
	}
	// Its nodes lie apart: put them together behind all others.
	first := int32(len(s.nodes))
	s.nodes = append(append(s.nodes, s.nodes[a+1:end]...), s.nodes[start:from]...)
	s.addChain(chain{a: s.nodes[a], b: s.nodes[from], first: first, last: int32(len(s.nodes)), net: 1})
}

// addChain adds c, or notes it for the sides when it is an edge that runs along one. An edge without nodes of its own
// is turned so that a is before b: others may run along it.
func (s *assembler) addChain(c chain) {
	if c.first == c.last {
		if c.a == c.b || s.onSides(c.a, c.b) {
			return
		}
		if c.b.less(c.a) {
			c.a, c.b, c.net = c.b, c.a, -c.net
		}
	}
	s.markSides(c.a)
	s.markSides(c.b)
	s.chains = append(s.chains, c)
}

// cancel sums the edges that run between the same two nodes and reports whether one is left more than once.
func (s *assembler) cancel() bool {
	slices.SortFunc(s.chains, func(e, f chain) int {
		return cmp.Or(comparePx(e.a, f.a), comparePx(e.b, f.b), cmp.Compare(e.first-e.last, f.first-f.last))
	})
	kept := s.chains[:0]
	several := false
	for i := 0; i < len(s.chains); {
		e := s.chains[i]
		for i++; i < len(s.chains) && sameEdge(s.chains[i], e); i++ {
			e.net += s.chains[i].net
		}
		if e.net != 0 {
			kept = append(kept, e)
		}
		several = several || e.net > 1 || e.net < -1
	}
	s.chains = kept
	return several
}

func sameEdge(e, f chain) bool {
	return e.a == f.a && e.b == f.b && e.first == e.last && f.first == f.last
}

func comparePx(p, q px) int { return cmp.Or(cmp.Compare(p.y, q.y), cmp.Compare(p.x, q.x)) }

// unroll breaks chains into single edges and brings all into the order of cancel.
func (s *assembler) unroll() {
	chains := slices.Clone(s.chains)
	s.chains = s.chains[:0]
	for _, c := range chains {
		a := c.a
		for _, p := range s.nodes[c.first:c.last] {
			s.chains = append(s.chains, turned(a, p))
			a = p
		}
		if c.first == c.last {
			s.chains = append(s.chains, chain{a: c.a, b: c.b, net: c.net})
			continue
		}
		s.chains = append(s.chains, turned(a, c.b))
	}
	s.cancel()
}

// turned returns the edge from a to b as a chain whose a is before its b.
func turned(a, b px) chain {
	if b.less(a) {
		return chain{a: b, b: a, net: -1}
	}
	return chain{a: a, b: b, net: 1}
}
