package geo

import (
	"math/rand/v2"
	"slices"
)

// A sweep walks over the vertices of a multipolygon from west to east and keeps the edges that cross the sweep line,
// ordered from south to north. It stops at the first fault.
//
// Every vertex is met with all edges that end, start or pass there. Edges that become neighbours are tested for
// crossing (Shamos and Hoey, Geometric intersection problems, 1976, doi:10.1109/SFCS.1976.16); an edge that passes
// through a vertex is cut there. So all edges meet in vertices only, and everything else can be judged locally: around
// each vertex the sectors between edges must agree on which polygon they belong to (nodes.go). Only the sign of
// Orient is ever used, on lattice points, so the sweep is exact.
type sweep struct {
	rings  []sweepRing
	edges  []sweepEdge // sorted by lo
	points []Point     // all vertices, sorted
	status treap       // edges that cross the sweep line, from south to north

	touch     unionFind // rings of one polygon joined by touching in a point
	here      []int32   // the edges that end in or pass through the current vertex, south to north
	starts    []int32   // the edges that start in the current vertex, clockwise-most first
	spokes    []spoke   // all edges at the current vertex, counter-clockwise
	ringsHere []int32
}

type sweepRing struct {
	polygon int32
	hole    bool
}

// A sweepEdge runs from lo to hi, lo before hi in the order of Less.
type sweepEdge struct {
	lo, hi      Point
	ring        int32
	insideAbove bool // the interior of the polygon lies to the left of lo→hi
}

const nobody int32 = -1 // the polygon of what lies in no polygon

func newSweep(m MultiPolygon) *sweep {
	n := 0
	for _, p := range m {
		for _, r := range p {
			n += len(r)
		}
	}
	s := &sweep{edges: make([]sweepEdge, 0, n), points: make([]Point, 0, n)}
	for i, p := range m {
		for j, r := range p {
			s.addRing(r, sweepRing{polygon: int32(i), hole: j > 0})
		}
	}
	slices.SortFunc(s.edges, func(a, b sweepEdge) int { return comparePoints(a.lo, b.lo) })
	slices.SortFunc(s.points, comparePoints)
	s.points = slices.Compact(s.points)
	s.status = newTreap(s.edges)
	s.touch = newUnionFind(len(s.rings))
	return s
}

func (s *sweep) addRing(r Ring, info sweepRing) {
	id := int32(len(s.rings))
	s.rings = append(s.rings, info)
	insideLeft := (r.TwiceArea() > 0) != info.hole
	a := r[len(r)-1]
	for _, b := range r {
		if a == b {
			continue
		}
		e := sweepEdge{lo: a, hi: b, ring: id, insideAbove: insideLeft}
		if b.Less(a) {
			e.lo, e.hi, e.insideAbove = b, a, !insideLeft
		}
		s.edges = append(s.edges, e)
		s.points = append(s.points, b)
		a = b
	}
}

func comparePoints(a, b Point) int {
	switch {
	case a.Less(b):
		return -1
	case b.Less(a):
		return 1
	}
	return 0
}

func (s *sweep) run() error {
	if len(s.points) == 0 {
		return &InvalidError{Rule: RuleRingTooShort}
	}
	next := int32(0)
	for _, p := range s.points {
		from := next
		for int(next) < len(s.edges) && s.edges[next].lo == p {
			next++
		}
		if err := s.visit(p, from, next); err != nil {
			return err
		}
	}
	return nil
}

// visit handles vertex p, where the edges numbered from … to-1 start.
func (s *sweep) visit(p Point, from, to int32) error {
	below, at, above := s.status.split(p)
	s.here = s.status.appendAll(s.here[:0], at)
	s.starts = s.starts[:0]
	for e := from; e < to; e++ {
		s.starts = append(s.starts, e)
	}
	passing := nobody
	for _, e := range s.here {
		if s.edges[e].hi == p {
			continue
		}
		if passing != nobody {
			return s.crossed(passing, e, p)
		}
		passing = e
		s.starts = append(s.starts, e)
	}
	if err := s.sortStarts(p); err != nil {
		return err
	}
	south, north := s.status.last(below), s.status.first(above)
	if err := s.checkNode(p, south); err != nil {
		return err
	}
	if passing != nobody {
		s.edges[passing].lo = p // what lies to the west is done with
	}
	if err := s.checkNeighbours(south, north); err != nil {
		return err
	}
	mid := nobody
	for _, e := range s.starts {
		mid = s.status.merge(mid, s.status.single(e))
	}
	s.status.root = s.status.merge(s.status.merge(below, mid), above)
	return nil
}

// sortStarts orders the edges that start at p counter-clockwise and refuses two in the same direction.
func (s *sweep) sortStarts(p Point) error {
	slices.SortFunc(s.starts, func(a, b int32) int {
		o := Orient(p, s.edges[a].hi, s.edges[b].hi)
		switch {
		case o > 0:
			return -1
		case o < 0:
			return 1
		}
		return 0
	})
	for i := 1; i < len(s.starts); i++ {
		a, b := s.edges[s.starts[i-1]], s.edges[s.starts[i]]
		if Orient(p, a.hi, b.hi) != 0 {
			continue
		}
		rule := RuleRingsShareEdge
		if a.ring == b.ring {
			rule = RuleRingTouchesSelf
		}
		return &InvalidError{Rule: rule, At: p.Orb()}
	}
	return nil
}

// checkNeighbours tests the edges that have become neighbours on the sweep line for crossing.
func (s *sweep) checkNeighbours(south, north int32) error {
	if len(s.starts) == 0 {
		return s.checkCrossing(south, north)
	}
	if err := s.checkCrossing(south, s.starts[0]); err != nil {
		return err
	}
	return s.checkCrossing(s.starts[len(s.starts)-1], north)
}

func (s *sweep) checkCrossing(i, j int32) error {
	if i == nobody || j == nobody {
		return nil
	}
	a, b := s.edges[i], s.edges[j]
	if !opposite(Orient(a.lo, a.hi, b.lo), Orient(a.lo, a.hi, b.hi)) ||
		!opposite(Orient(b.lo, b.hi, a.lo), Orient(b.lo, b.hi, a.hi)) {
		return nil
	}
	return &InvalidError{Rule: s.crossingRule(a.ring, b.ring), At: crossing(a, b)}
}

func opposite(a, b int64) bool { return a < 0 && b > 0 || a > 0 && b < 0 }

func (s *sweep) crossed(i, j int32, p Point) error {
	return &InvalidError{Rule: s.crossingRule(s.edges[i].ring, s.edges[j].ring), At: p.Orb()}
}

func (s *sweep) crossingRule(i, j int32) Rule {
	switch {
	case i == j:
		return RuleRingCrossesSelf
	case s.rings[i].polygon == s.rings[j].polygon:
		return RuleRingsCross
	}
	return RulePartsOverlap
}

// A treap is a balanced search tree of edges, in the order given by their place and not by a key. Priorities are
// random, so that no input can make it deep.
type treap struct {
	edges       []sweepEdge
	left, right []int32
	priority    []uint32
	root        int32
}

func newTreap(edges []sweepEdge) treap {
	n := len(edges)
	links := make([]int32, 2*n)
	t := treap{edges: edges, left: links[:n], right: links[n:], priority: make([]uint32, n), root: nobody}
	for i := range t.priority {
		t.priority[i] = rand.Uint32()
	}
	return t
}

// split takes the tree apart into the edges south of p, those that contain it and those north of it.
func (t *treap) split(p Point) (below, at, above int32) {
	below, rest := t.cut(t.root, p, 0)
	at, above = t.cut(rest, p, -1)
	return below, at, above
}

// cut splits the tree n in two: edges for which Orient(lo, hi, p) is greater than bound's sign go south.
func (t *treap) cut(n int32, p Point, bound int64) (south, north int32) {
	if n == nobody {
		return nobody, nobody
	}
	e := &t.edges[n]
	if Orient(e.lo, e.hi, p) > bound {
		a, b := t.cut(t.right[n], p, bound)
		t.right[n] = a
		return n, b
	}
	a, b := t.cut(t.left[n], p, bound)
	t.left[n] = b
	return a, n
}

func (t *treap) merge(a, b int32) int32 {
	switch {
	case a == nobody:
		return b
	case b == nobody:
		return a
	case t.priority[a] > t.priority[b]:
		t.right[a] = t.merge(t.right[a], b)
		return a
	}
	t.left[b] = t.merge(a, t.left[b])
	return b
}

func (t *treap) single(n int32) int32 {
	t.left[n], t.right[n] = nobody, nobody
	return n
}

func (t *treap) appendAll(dst []int32, n int32) []int32 {
	if n == nobody {
		return dst
	}
	dst = t.appendAll(dst, t.left[n])
	return t.appendAll(append(dst, n), t.right[n])
}

func (t *treap) first(n int32) int32 {
	for n != nobody && t.left[n] != nobody {
		n = t.left[n]
	}
	return n
}

func (t *treap) last(n int32) int32 {
	for n != nobody && t.right[n] != nobody {
		n = t.right[n]
	}
	return n
}
