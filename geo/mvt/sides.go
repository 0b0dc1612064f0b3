package mvt

import "slices"

// sideEvent says that net winding along a side of the clip square changes by step at pos.
type sideEvent struct {
	side int32 // 0 west, 1 east, 2 north, 3 south
	pos  int32
	step int32
}

// onSides takes the edge from a to b when it runs along a side of the clip square. Clipping lays whatever is outside
// onto the sides, there and back and several times over: what counts is the sum.
func (s *assembler) onSides(a, b px) bool {
	if !s.alongSide(a, b) {
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

// markSides puts a node into the side on which p lies, so that no side passes a chain that ends there.
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
		s.chains = append(s.chains, chain{a: s.sidePoint(e.side, e.pos), b: s.sidePoint(e.side, s.sides[i+1].pos), net: net})
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
