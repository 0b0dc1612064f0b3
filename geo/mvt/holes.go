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
