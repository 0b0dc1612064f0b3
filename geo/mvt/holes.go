package mvt

import (
	"cmp"
	"slices"
)

// assignHoles gives every hole that has no owner yet to the smallest outer ring around it, and drops holes without one. Outer rings own
// themselves.
func (s *assembler) assignHoles() {
	for i := range s.loops {
		if s.loops[i].area2 > 0 {
			s.loops[i].owner = int32(i)
		} else if s.loops[i].owner < 0 {
			s.loops[i].owner = s.container(i)
		}
	}
}

// settle leaves the loops in the order of a tile, an outer ring, then its holes; and such that they depend on nothing but where they
// run, so that what a ring does beside the tile does not turn it: each starts at its first node from north to south and from west to
// east, and so do the outer rings and the holes of each follow each other.
func (s *assembler) settle() {
	for _, l := range s.loops {
		ring := s.points[l.start:l.end]
		first := 0
		for i := range ring {
			if ring[i].less(ring[first]) {
				first = i
			}
		}
		slices.Reverse(ring[:first])
		slices.Reverse(ring[first:])
		slices.Reverse(ring)
	}
	for i := range s.loops {
		if l := &s.loops[i]; l.owner >= 0 {
			l.of = s.loops[l.owner].start
		}
	}
	s.loops = slices.DeleteFunc(s.loops, func(l loop) bool { return l.owner < 0 })
	if len(s.loops) < 2 {
		return
	}
	ring := func(l loop) []px { return s.points[l.start:l.end] }
	outer := map[int32][]px{}
	for _, l := range s.loops {
		if l.area2 > 0 {
			outer[l.start] = ring(l)
		}
	}
	slices.SortFunc(s.loops, func(l, k loop) int {
		if l.of != k.of {
			return slices.CompareFunc(outer[l.of], outer[k.of], comparePx)
		}
		return cmp.Or(-cmp.Compare(sign(l.area2), sign(k.area2)), slices.CompareFunc(ring(l), ring(k), comparePx))
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
