package mesh

import (
	"cmp"
	"math"
	"slices"
)

// A strand is a piece of a residual edge, in the edge's direction.
type strand struct {
	edge
	from int32 // the number of the edge
}

const (
	// maxRounds bounds the rounds of noding. Random layers need 2 to 4.
	maxRounds = 24
	// maxTests and maxStrands bound its time and memory for layers that are a tangle: some seconds, some 100 MB.
	maxTests   = 200_000_000
	maxStrands = 8_000_000
)

// node cuts strands where they cross or touch, so that in the result two strands are equal, opposite, or meet in ends
// only. Crossings are rounded to the fine lattice, which bends strands by at most a step; since that can make new
// crossings, cutting is repeated until an exact test finds none. It reports false when that is too much work.
func node(strands []strand) ([]strand, bool) {
	tests := 0
	for range maxRounds {
		cuts, ok := findCuts(strands, &tests)
		if !ok {
			return nil, false
		}
		if len(cuts) == 0 {
			return strands, true
		}
		if strands = applyCuts(strands, cuts); len(strands) > maxStrands {
			return nil, false
		}
	}
	return nil, false
}

// A cutAt says that a strand must get a vertex.
type cutAt struct {
	strand int32
	at     vec
}

// findCuts tests all pairs of strands that come near each other.
func findCuts(strands []strand, tests *int) ([]cutAt, bool) {
	g := newGrid(len(strands), func(i int) edge { return strands[i].edge })
	var cuts []cutAt
	for c := range g.cells() {
		in := g.cell(c)
		for k, i := range in {
			if *tests += k; *tests > maxTests || len(cuts) > maxStrands {
				return nil, false
			}
			for _, j := range in[:k] {
				cuts = crossing(strands, i, j, cuts)
			}
		}
	}
	return cuts, true
}

// crossing appends the cuts that strands i and j need because of each other.
func crossing(strands []strand, i, j int32, cuts []cutAt) []cutAt {
	s, t := strands[i].edge, strands[j].edge
	if max(s.a.x, s.b.x) < min(t.a.x, t.b.x) || max(t.a.x, t.b.x) < min(s.a.x, s.b.x) ||
		max(s.a.y, s.b.y) < min(t.a.y, t.b.y) || max(t.a.y, t.b.y) < min(s.a.y, s.b.y) {
		return cuts
	}
	ta, tb := orient(s.a, s.b, t.a), orient(s.a, s.b, t.b)
	sa, sb := orient(t.a, t.b, s.a), orient(t.a, t.b, s.b)
	if ta*tb < 0 && sa*sb < 0 {
		at := meeting(s, t)
		if at != s.a && at != s.b {
			cuts = append(cuts, cutAt{i, at})
		}
		if at != t.a && at != t.b {
			cuts = append(cuts, cutAt{j, at})
		}
		return cuts
	}
	if ta == 0 && s.holds(t.a) {
		cuts = append(cuts, cutAt{i, t.a})
	}
	if tb == 0 && s.holds(t.b) {
		cuts = append(cuts, cutAt{i, t.b})
	}
	if sa == 0 && t.holds(s.a) {
		cuts = append(cuts, cutAt{j, s.a})
	}
	if sb == 0 && t.holds(s.b) {
		cuts = append(cuts, cutAt{j, s.b})
	}
	return cuts
}

// holds reports whether p, a point on the line of e, lies between the ends of e.
func (e edge) holds(p vec) bool {
	return p != e.a && p != e.b &&
		min(e.a.x, e.b.x) <= p.x && p.x <= max(e.a.x, e.b.x) &&
		min(e.a.y, e.b.y) <= p.y && p.y <= max(e.a.y, e.b.y)
}

// meeting returns the crossing of s and t, rounded: the ratio of two exact areas along t.
func meeting(s, t edge) vec {
	dx, dy := s.b.x-s.a.x, s.b.y-s.a.y
	toA := crossFloat(dx, dy, t.a.x-s.a.x, t.a.y-s.a.y)
	toB := crossFloat(dx, dy, t.b.x-s.a.x, t.b.y-s.a.y)
	f := toA / (toA + toB)
	return vec{
		t.a.x + int64(math.Round(f*float64(t.b.x-t.a.x))),
		t.a.y + int64(math.Round(f*float64(t.b.y-t.a.y))),
	}
}

// applyCuts returns the strands with the cuts made, in the order of the strands and along each.
func applyCuts(strands []strand, cuts []cutAt) []strand {
	slices.SortFunc(cuts, func(c, d cutAt) int {
		if c.strand != d.strand {
			return cmp.Compare(c.strand, d.strand)
		}
		return compareAlong(strands[c.strand].edge, c.at, d.at)
	})
	cuts = slices.Compact(cuts)
	out := make([]strand, 0, len(strands)+len(cuts))
	for i, s := range strands {
		at := s.a
		for len(cuts) > 0 && cuts[0].strand == int32(i) {
			out = append(out, strand{edge{at, cuts[0].at}, s.from})
			at, cuts = cuts[0].at, cuts[1:]
		}
		out = append(out, strand{edge{at, s.b}, s.from})
	}
	return out
}

// compareAlong orders points on e, or within a step of it, along e.
func compareAlong(e edge, p, q vec) int {
	x := cmp.Compare(p.x, q.x)
	if e.b.x < e.a.x {
		x = -x
	}
	y := cmp.Compare(p.y, q.y)
	if e.b.y < e.a.y {
		y = -y
	}
	if dx, dy := e.b.x-e.a.x, e.b.y-e.a.y; max(dx, -dx) >= max(dy, -dy) {
		return cmp.Or(x, y)
	}
	return cmp.Or(y, x)
}
