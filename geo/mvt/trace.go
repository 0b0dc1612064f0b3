package mvt

import "slices"

// trace walks the chains into loops, with the interior on the left (y down counted as up). At a node with several ways
// on it takes the one next to the interior, so that parts that only touch stay apart; a walk that comes back to a node
// of its own gives that loop away.
func (s *assembler) trace() {
	if len(s.chains) == 0 {
		return
	}
	for i := range s.chains {
		if c := &s.chains[i]; c.net < 0 {
			c.a, c.b, c.net = c.b, c.a, -c.net
		}
	}
	slices.SortFunc(s.chains, func(e, f chain) int { return comparePx(e.a, f.a) })
	n := len(s.chains)
	s.used, s.at = resize(s.used, n), resize(s.at, n)
	for i := range n {
		s.used[i], s.at[i] = false, -1
	}
	for i := range n {
		if !s.used[i] {
			s.walk(int32(i))
		}
	}
}

// walk follows chains from chain i until there is no way on. s.path holds the open walk and s.at, by the first chain
// out of a node, where on the path the walk left that node.
func (s *assembler) walk(i int32) {
	first := len(s.loops)
	s.path = s.path[:0]
	for i >= 0 {
		home := s.firstFrom(s.chains[i].a)
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

// giveAway turns the path from its k-th chain on into a loop.
func (s *assembler) giveAway(k int32) {
	start := int32(len(s.points))
	for _, i := range s.path[k:] {
		c := s.chains[i]
		s.points = append(append(s.points, c.a), s.nodes[c.first:c.last]...)
		s.at[s.firstFrom(c.a)] = -1
	}
	s.path = s.path[:k]
	s.points = s.dropStraight(start)
	s.addLoop(start)
}

// addLoop makes a loop of points[start:] unless they have no area.
func (s *assembler) addLoop(start int32) {
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

// next returns the chain on which the walk goes on from the end of chain i: the first one clockwise (y up) from the
// way back; -1 when that one has been walked, which is where the walk began.
func (s *assembler) next(i int32) int32 {
	end := s.chains[i].b
	best := int32(-1)
	for k := s.firstFrom(end); int(k) < len(s.chains) && s.chains[k].a == end; k++ {
		if best < 0 || clockwiseBefore(s.back(i), s.ahead(k), s.ahead(best)) {
			best = k
		}
	}
	if best >= 0 && s.used[best] {
		return -1
	}
	return best
}

// ahead returns the direction in which chain i sets out.
func (s *assembler) ahead(i int32) px {
	c := &s.chains[i]
	to := c.b
	if c.first < c.last {
		to = s.nodes[c.first]
	}
	return px{to.x - c.a.x, to.y - c.a.y}
}

// back returns the direction from the end of chain i back along it.
func (s *assembler) back(i int32) px {
	c := &s.chains[i]
	to := c.a
	if c.first < c.last {
		to = s.nodes[c.last-1]
	}
	return px{to.x - c.b.x, to.y - c.b.y}
}

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

// firstFrom returns the first chain out of p, or the place where it would stand.
func (s *assembler) firstFrom(p px) int32 {
	lo, hi := 0, len(s.chains)
	for lo < hi {
		mid := (lo + hi) / 2
		if s.chains[mid].a.less(p) {
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
