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

	edges  []edge
	sides  []sideEvent
	froms  []edge
	used   []bool
	at     []int32
	path   []int32
	loops  []loop
	points []px
}

// edge runs between two nodes, net times from a to b; a is before b in the order of less once edges are gathered.
type edge struct {
	a, b px
	net  int32
}

// loop is a simple ring, points[start:end] of the assembler.
type loop struct {
	start, end int32
	area2      int64 // twice the area, positive for an outer ring
	owner      int32 // for a hole: the loop around it, or -1
}

func (p px) less(q px) bool { return p.y < q.y || p.y == q.y && p.x < q.x }

func comparePx(p, q px) int { return cmp.Or(cmp.Compare(p.y, q.y), cmp.Compare(p.x, q.x)) }

// assemble returns the loops of the polygons whose rings visit nodes, each ring up to one of ends. winding says that
// edges may wind around a spot more than once or backwards, as those of a shape with crossings do.
func (s *assembler) assemble(nodes []px, ends []int32, winding bool) []loop {
	s.edges, s.sides, s.loops, s.points = s.edges[:0], s.sides[:0], s.loops[:0], s.points[:0]
	start := int32(0)
	for _, end := range ends {
		for i := start; i < end; i++ {
			next := i + 1
			if next == end {
				next = start
			}
			s.addEdge(nodes[i], nodes[next])
		}
		start = end
	}
	s.flushSides()
	winding = s.cancel() || winding
	if winding {
		s.edges = keepOutline(s.edges)
	}
	s.trace()
	s.assignHoles()
	return s.loops
}

func (s *assembler) addEdge(a, b px) {
	if a == b {
		return
	}
	if s.onSides(a, b) {
		return
	}
	if b.less(a) {
		s.edges = append(s.edges, edge{b, a, -1})
		return
	}
	s.edges = append(s.edges, edge{a, b, 1})
}

// cancel sums the edges that run between the same two nodes and reports whether one is left more than once.
func (s *assembler) cancel() bool {
	slices.SortFunc(s.edges, func(e, f edge) int { return cmp.Or(comparePx(e.a, f.a), comparePx(e.b, f.b)) })
	kept := s.edges[:0]
	several := false
	for i := 0; i < len(s.edges); {
		e := s.edges[i]
		for i++; i < len(s.edges) && s.edges[i].a == e.a && s.edges[i].b == e.b; i++ {
			e.net += s.edges[i].net
		}
		if e.net != 0 {
			kept = append(kept, e)
		}
		several = several || e.net > 1 || e.net < -1
	}
	s.edges = kept
	return several
}

// trace walks the directed edges into loops, with the interior on the left (y down counted as up). At a node with
// several ways on it takes the one next to the interior, so that parts that only touch stay apart; a walk that comes
// back to a node of its own gives that loop away.
func (s *assembler) trace() {
	s.froms = s.froms[:0]
	for _, e := range s.edges {
		if e.net < 0 {
			e.a, e.b = e.b, e.a
		}
		s.froms = append(s.froms, e)
	}
	slices.SortFunc(s.froms, func(e, f edge) int { return cmp.Or(comparePx(e.a, f.a), comparePx(e.b, f.b)) })
	n := len(s.froms)
	s.used = resize(s.used, n)
	clear(s.used)
	s.at = resize(s.at, n)
	for i := range s.at {
		s.at[i] = -1
	}
	for i := range n {
		if !s.used[i] {
			s.walk(int32(i))
		}
	}
}

// walk follows edges from edge i until there is no way on. s.path holds the edges of the open walk and s.at, by the
// first edge out of a node, where on the path the walk left that node.
func (s *assembler) walk(i int32) {
	first := len(s.loops)
	s.path = s.path[:0]
	for i >= 0 {
		home := s.firstFrom(s.froms[i].a)
		if k := s.at[home]; k >= 0 {
			s.giveAway(k)
		}
		s.at[home] = int32(len(s.path))
		s.path = append(s.path, i)
		s.used[i] = true
		i = s.next(i)
	}
	s.giveAway(0) // the walk ends where it began: what is left is its last loop
	s.ownHoles(first)
}

// giveAway turns the path from its k-th edge on into a loop.
func (s *assembler) giveAway(k int32) {
	start := int32(len(s.points))
	for _, i := range s.path[k:] {
		s.points = append(s.points, s.froms[i].a)
		s.at[s.firstFrom(s.froms[i].a)] = -1
	}
	s.path = s.path[:k]
	s.points = s.dropStraight(start)
	l := loop{start: start, end: int32(len(s.points)), owner: -1, area2: area2(s.points[start:])}
	if l.area2 == 0 {
		s.points = s.points[:start]
		return
	}
	s.loops = append(s.loops, l)
}

// ownHoles gives the holes of one walk to its outer ring, when it has just one: they touch it or each other.
func (s *assembler) ownHoles(first int) {
	outer := int32(-1)
	for i := first; i < len(s.loops); i++ {
		if s.loops[i].area2 > 0 {
			if outer >= 0 {
				return
			}
			outer = int32(i)
		}
	}
	for i := first; i < len(s.loops); i++ {
		if s.loops[i].area2 < 0 {
			s.loops[i].owner = outer
		}
	}
}

// next returns the edge on which the walk goes on from the end of edge i: the first one clockwise (y up) from the way
// back; -1 when that one has been walked, which is where the walk began.
func (s *assembler) next(i int32) int32 {
	e := s.froms[i]
	k := s.firstFrom(e.b)
	best := int32(-1)
	back := px{e.a.x - e.b.x, e.a.y - e.b.y}
	for ; int(k) < len(s.froms) && s.froms[k].a == e.b; k++ {
		if best < 0 || clockwiseBefore(back, toward(s.froms[k]), toward(s.froms[best])) {
			best = k
		}
	}
	if best >= 0 && s.used[best] {
		return -1
	}
	return best
}

func toward(e edge) px { return px{e.b.x - e.a.x, e.b.y - e.a.y} }

// clockwiseBefore reports whether d comes before e when turning clockwise (y up) from the direction from.
func clockwiseBefore(from, d, e px) bool {
	dHalf, eHalf := clockwiseHalf(from, d), clockwiseHalf(from, e)
	if dHalf != eHalf {
		return dHalf < eHalf
	}
	return cross(d, e) < 0
}

// clockwiseHalf returns 0 for directions less than half a turn clockwise from from, 1 for the rest, and 2 for from
// itself, which is last.
func clockwiseHalf(from, d px) int {
	c := cross(from, d)
	switch {
	case c < 0:
		return 0
	case c > 0:
		return 1
	case int64(from.x)*int64(d.x)+int64(from.y)*int64(d.y) < 0:
		return 1
	}
	return 2
}

func cross(d, e px) int64 { return int64(d.x)*int64(e.y) - int64(d.y)*int64(e.x) }

// firstFrom returns the first edge out of p, or the place where it would stand.
func (s *assembler) firstFrom(p px) int32 {
	lo, hi := 0, len(s.froms)
	for lo < hi {
		mid := (lo + hi) / 2
		if s.froms[mid].a.less(p) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return int32(lo)
}

// area2 returns twice the area of a ring, positive when it is an outer one.
func area2(ring []px) int64 {
	if len(ring) < 3 {
		return 0
	}
	sum := int64(0)
	last := ring[len(ring)-1]
	for _, p := range ring {
		sum += int64(last.x)*int64(p.y) - int64(last.y)*int64(p.x)
		last = p
	}
	return sum
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}
