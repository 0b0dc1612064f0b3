package mvt

import (
	"cmp"
	"slices"
)

// assignHoles gives every hole that has no owner yet to the smallest outer ring around it, drops holes without one,
// and leaves the loops in the order of a tile: an outer ring, then its holes.
func (s *assembler) assignHoles() {
	if !slices.ContainsFunc(s.loops, func(l loop) bool { return l.area2 < 0 }) {
		return
	}
	for i := range s.loops {
		if s.loops[i].area2 < 0 && s.loops[i].owner < 0 {
			s.loops[i].owner = s.container(i)
		}
	}
	for i := range s.loops {
		if s.loops[i].area2 > 0 {
			s.loops[i].owner = int32(i)
		}
	}
	s.loops = slices.DeleteFunc(s.loops, func(l loop) bool { return l.owner < 0 })
	slices.SortStableFunc(s.loops, func(l, k loop) int {
		return cmp.Or(cmp.Compare(l.owner, k.owner), -cmp.Compare(sign(l.area2), sign(k.area2)))
	})
}

// container returns the smallest outer loop that has the hole i inside, -1 when none has.
func (s *assembler) container(i int) int32 {
	best := int32(-1)
	h := s.loops[i]
	for k, o := range s.loops {
		if o.area2 <= -h.area2 || best >= 0 && s.loops[best].area2 <= o.area2 {
			continue
		}
		if inside(s.points[h.start:h.end], s.points[o.start:o.end]) {
			best = int32(k)
		}
	}
	return best
}

// inside reports whether the hole lies inside the ring; the two do not cross. Nodes of the hole on the ring say
// nothing; the first other one decides.
func inside(hole, ring []px) bool {
	for _, p := range hole {
		if side := locate(p, ring); side != 0 {
			return side > 0
		}
	}
	return false
}

// locate returns 1 for a node inside the ring, 0 on it and -1 outside.
func locate(p px, ring []px) int {
	side := -1
	a := ring[len(ring)-1]
	for _, b := range ring {
		c := cross(px{b.x - a.x, b.y - a.y}, px{p.x - a.x, p.y - a.y})
		if c == 0 && min(a.x, b.x) <= p.x && p.x <= max(a.x, b.x) && min(a.y, b.y) <= p.y && p.y <= max(a.y, b.y) {
			return 0
		}
		if (a.y <= p.y) != (b.y <= p.y) && (c > 0) == (b.y > a.y) {
			side = -side
		}
		a = b
	}
	return side
}

// sideEvent says that net winding along a side of the clip square changes by step at pos.
type sideEvent struct {
	side int32 // 0 west, 1 east, 2 north, 3 south
	pos  int32
	step int32
}

// onSides takes the edge from a to b when it runs along a side of the clip square. Clipping lays whatever is outside
// onto the sides, there and back and several times over: what counts is the sum. Other edges that end on a side leave
// a mark, so that the side has a node there too.
func (s *assembler) onSides(a, b px) bool {
	if !s.alongSide(a, b) {
		s.markSides(a)
		s.markSides(b)
		return false
	}
	side, from, to := int32(0), a.y, b.y
	switch {
	case a.x == b.x && a.x == s.hi:
		side = 1
	case a.y == b.y && a.y == s.lo:
		side, from, to = 2, a.x, b.x
	case a.y == b.y && a.y == s.hi:
		side, from, to = 3, a.x, b.x
	}
	s.sides = append(s.sides, sideEvent{side, from, 1}, sideEvent{side, to, -1})
	return true
}

// alongSide reports whether the edge from a to b runs along a side of the clip square.
func (s *assembler) alongSide(a, b px) bool {
	return a.x == b.x && (a.x == s.lo || a.x == s.hi) || a.y == b.y && (a.y == s.lo || a.y == s.hi)
}

func (s *assembler) markSides(p px) {
	if p.x == s.lo || p.x == s.hi {
		s.sides = append(s.sides, sideEvent{btoi(p.x == s.hi), p.y, 0})
	}
	if p.y == s.lo || p.y == s.hi {
		s.sides = append(s.sides, sideEvent{2 + btoi(p.y == s.hi), p.x, 0})
	}
}

func btoi(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// flushSides adds the edges along the sides, from node to node.
func (s *assembler) flushSides() {
	slices.SortFunc(s.sides, func(e, f sideEvent) int {
		if e.side != f.side {
			return int(e.side - f.side)
		}
		return int(e.pos - f.pos)
	})
	net := int32(0)
	for i, e := range s.sides {
		net += e.step
		if net == 0 || i+1 == len(s.sides) || s.sides[i+1].side != e.side || s.sides[i+1].pos == e.pos {
			continue
		}
		s.edges = append(s.edges, edge{s.sidePoint(e.side, e.pos), s.sidePoint(e.side, s.sides[i+1].pos), net})
	}
}

func (s *assembler) sidePoint(side, pos int32) px {
	switch side {
	case 0:
		return px{s.lo, pos}
	case 1:
		return px{s.hi, pos}
	case 2:
		return px{pos, s.lo}
	}
	return px{pos, s.hi}
}

// dropStraight removes from points[start:] the nodes in the middle of a stretch along a side of the clip square and
// returns the points.
func (s *assembler) dropStraight(start int32) []px {
	ring := s.points[start:]
	n := len(ring)
	if n < 3 {
		return s.points
	}
	first, prev := ring[0], ring[n-1]
	kept := ring[:0]
	for i, p := range ring {
		next := first
		if i+1 < n {
			next = ring[i+1]
		}
		if !s.straight(prev, p, next) {
			kept = append(kept, p)
		}
		prev = p
	}
	return s.points[:int(start)+len(kept)]
}

func (s *assembler) straight(a, b, c px) bool {
	return a.x == b.x && b.x == c.x && (b.x == s.lo || b.x == s.hi) ||
		a.y == b.y && b.y == c.y && (b.y == s.lo || b.y == s.hi)
}
