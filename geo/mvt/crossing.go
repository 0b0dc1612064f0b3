package mvt

import (
	"cmp"
	"slices"
)

// maxCrossingTests bounds the work that a shape spends on finding its crossings. Real boundaries of 100,000 vertices
// stay under a hundredth of it.
const maxCrossingTests = 100_000_000

type worldEdge struct{ a, b World }

// findCrossings records every pair of edges of s that cross in their interiors. Valid lattice geometry has none, but
// projecting can move a vertex across an edge that passes within a few centimetres of it.
func (s *Shape) findCrossings() {
	edges := make([]worldEdge, 0, s.verts)
	var spanX, spanY uint64
	for _, p := range s.parts {
		a := p.prev
		for _, b := range p.verts {
			e := worldEdge{a, b}
			if b.X < a.X || b.X == a.X && b.Y < a.Y {
				e = worldEdge{b, a}
			}
			edges = append(edges, e)
			spanX += uint64(e.b.X - e.a.X)
			spanY += uint64(max(a.Y, b.Y) - min(a.Y, b.Y))
			a = b
		}
	}
	// Sweep along the axis on which edges are shorter: fewer of them are open at a time.
	lo := func(e worldEdge) uint32 { return e.a.X }
	hi := func(e worldEdge) uint32 { return e.b.X }
	if spanY < spanX {
		lo = func(e worldEdge) uint32 { return min(e.a.Y, e.b.Y) }
		hi = func(e worldEdge) uint32 { return max(e.a.Y, e.b.Y) }
	}
	slices.SortFunc(edges, func(e, f worldEdge) int { return cmp.Compare(lo(e), lo(f)) })
	var open []worldEdge
	tests := 0
	for _, e := range edges {
		kept := open[:0]
		for _, f := range open {
			if hi(f) < lo(e) {
				continue
			}
			kept = append(kept, f)
			if e.crosses(f) {
				s.crossings = append(s.crossings, crossing{e.a, e.b, f.a, f.b})
			}
		}
		open = append(kept, e)
		if tests += len(kept); tests > maxCrossingTests {
			s.dirty = true
			break
		}
	}
	s.dirty = s.dirty || len(s.crossings) > 0
}

// crosses reports whether the interiors of e and f cross in a point; both have a west of b.
func (e worldEdge) crosses(f worldEdge) bool {
	if e.b.X <= f.a.X || f.b.X <= e.a.X ||
		max(e.a.Y, e.b.Y) <= min(f.a.Y, f.b.Y) || max(f.a.Y, f.b.Y) <= min(e.a.Y, e.b.Y) {
		return false
	}
	return side(e, f.a)*side(e, f.b) < 0 && side(f, e.a)*side(f, e.b) < 0
}

// side returns the sign of p against the line through e, exactly.
func side(e worldEdge, p World) int {
	d := func(a, b uint32) int64 { return int64(a) - int64(b) }
	return crossSign(d(e.b.X, e.a.X), d(e.b.Y, e.a.Y), d(p.X, e.a.X), d(p.Y, e.a.Y))
}
