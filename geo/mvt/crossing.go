package mvt

import (
	"slices"
)

// maxCrossingTests bounds the work that a shape spends on finding its crossings. Real boundaries of 100,000 vertices
// stay under a hundredth of it.
const maxCrossingTests = 100_000_000

type worldEdge struct{ a, b World }

// covered is what an edge covers: on the axis of the sweep from lo to hi, across it from low to high.
type covered struct {
	lo, hi, low, high uint32
	edge              worldEdge
}

// findCrossings records every pair of edges of s that cross in their interiors, and sets dirty when there are any or
// edges meet where they should not. Valid lattice geometry has no crossings, but projecting can move a vertex across an
// edge that passes within a few centimetres of it.
func (s *Shape) findCrossings() {
	all := s.covered()
	order := make([]uint64, len(all)) // by where they begin
	for i := range all {
		order[i] = uint64(all[i].lo)<<32 | uint64(i)
	}
	slices.Sort(order)
	open := make([]int32, 0, 64)
	tests := 0
	for _, next := range order {
		e := &all[uint32(next)]
		for i := 0; i < len(open); {
			f := &all[open[i]]
			if f.hi < e.lo {
				last := len(open) - 1
				open[i], open = open[last], open[:last]
				continue
			}
			if f.low <= e.high && e.low <= f.high {
				s.meet(e.edge, f.edge)
			}
			i++
		}
		if tests += len(open); tests > maxCrossingTests {
			s.dirty = true
			break
		}
		open = append(open, int32(uint32(next)))
	}
	s.dirty = s.dirty || s.visitsTwice()
}

// covered returns the edges of s, each with a west of b, or north where neither is west, and what they cover. The sweep goes along the axis on
// which edges are shorter: fewer of them are open at a time.
func (s *Shape) covered() []covered {
	all := make([]covered, 0, s.verts)
	var spanX, spanY uint64
	for _, p := range s.parts {
		a := p.prev
		for _, b := range p.verts {
			e := worldEdge{a, b}
			if b.X < a.X || b.X == a.X && b.Y < a.Y {
				e = worldEdge{b, a}
			}
			low, high := min(a.Y, b.Y), max(a.Y, b.Y)
			all = append(all, covered{e.a.X, e.b.X, low, high, e})
			spanX += uint64(e.b.X - e.a.X)
			spanY += uint64(high - low)
			a = b
		}
	}
	if spanY < spanX {
		for i := range all {
			e := &all[i]
			e.lo, e.hi, e.low, e.high = e.low, e.high, e.lo, e.hi
		}
	}
	return all
}

// meet notes how two edges meet that cover something in common.
func (s *Shape) meet(e, f worldEdge) {
	switch e.meets(f) {
	case crossesInside:
		s.crossings = append(s.crossings, crossing{e.a, e.b, f.a, f.b})
		s.dirty = true
	case touches:
		s.dirty = true
	}
}

// visitsTwice reports whether two vertices of s are in one place. Rings of a valid polygon may touch like that; others
// may cross there.
func (s *Shape) visitsTwice() bool {
	all := make([]uint64, 0, s.verts)
	for _, p := range s.parts {
		for _, w := range p.verts {
			all = append(all, uint64(w.X)<<worldBits|uint64(w.Y))
		}
	}
	slices.Sort(all)
	for i := range all {
		if i > 0 && all[i] == all[i-1] {
			return true
		}
	}
	return false
}

// meeting is how two edges meet.
type meeting int

const (
	apart         meeting = iota // or in a common end
	touches                      // an end of one lies inside the other
	crossesInside                // in a point inside both
)

// meets says how e and f meet; both have a west of b, or north where neither is west.
func (e worldEdge) meets(f worldEdge) meeting {
	if e.b.X < f.a.X || f.b.X < e.a.X ||
		max(e.a.Y, e.b.Y) < min(f.a.Y, f.b.Y) || max(f.a.Y, f.b.Y) < min(e.a.Y, e.b.Y) {
		return apart
	}
	if e.a == f.a || e.a == f.b || e.b == f.a || e.b == f.b {
		return apart
	}
	across, along := side(e, f.a)*side(e, f.b), side(f, e.a)*side(f, e.b)
	switch {
	case across > 0 || along > 0:
		return apart
	case across < 0 && along < 0:
		return crossesInside
	}
	return touches
}

// side returns the sign of p against the line through e, exactly.
func side(e worldEdge, p World) int {
	d := func(a, b uint32) int64 { return int64(a) - int64(b) }
	return crossSign(d(e.b.X, e.a.X), d(e.b.Y, e.a.Y), d(p.X, e.a.X), d(p.Y, e.a.Y))
}
