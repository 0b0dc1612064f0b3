package mesh

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/wangge/wangge/geo"
)

// A link is a straight piece between two lattice points; from is the caller's number of the edge it is a piece of. A
// link whose ends are one point stands for a vertex.
type link struct {
	a, b geo.Point
	from int32
}

// snapRound cuts links where they meet, so that in the result two pieces are equal, opposite, or meet in ends only, and
// no vertex lies in the inside of a piece. Pieces come in the order of from and along each link, those of no length are
// left out.
//
// Crossings are exact, then rounded to the lattice. Every vertex and rounded crossing is a hot pixel, the unit square
// around it, and every link that meets one gets its middle as a vertex, within 0.71 units of where the link was. Since
// that bends links, it is repeated until no piece meets a pixel other than those of its ends. It reports false when
// that is too much work, or when links extend over more than geo.MaxExtentUnits.
//
// Source: J. Hobby, Practical segment intersection with finite precision output, Computational Geometry 13 (1999),
// 199-214, doi:10.1016/S0925-7721(99)00021-8; L. Guibas, D. Marimont, Rounding arrangements dynamically, International
// Journal of Computational Geometry and Applications 8 (1998), 157-178; repeated as in D. Halperin, E. Packer,
// Iterated snap rounding, Computational Geometry 23 (2002), 209-225.
func snapRound(links []link) (out []link, ok bool) {
	return snapRoundOnto(links, 0, snapLimit{maxTests, maxStrands})
}

// A snapLimit bounds how many pairs are looked at, and how many pixels and pieces there may be.
type snapLimit struct{ tests, pieces int }

// editLimit is for a single edit: a second or two, and some 100 MB.
func editLimit() snapLimit { return snapLimit{tests: 20_000_000, pieces: 500_000} }

// snapRoundOnto is snapRound for links of which the first old are known to meet in ends only. Those stay as they are,
// even within pixels of each other, unless something new bends them.
func snapRoundOnto(links []link, old int, limit snapLimit) (out []link, ok bool) {
	if !withinExtent(links) {
		return nil, false
	}
	s := &snapper{limit: limit, links: slices.Clone(links), active: make([]bool, len(links)), known: make(map[geo.Point]bool)}
	for i, l := range links {
		if i < old {
			s.known[l.a], s.known[l.b] = false, false
			continue
		}
		s.active[i] = true
		s.find(l.a)
		s.find(l.b)
	}
	for range maxRounds {
		done, ok := s.round()
		if !ok {
			return nil, false
		}
		if done {
			return s.pieces(), true
		}
	}
	return nil, false
}

func withinExtent(links []link) bool {
	if len(links) == 0 {
		return true
	}
	box := geo.EmptyBox()
	for _, l := range links {
		box = box.Extend(l.a).Extend(l.b)
	}
	return int64(box.Max.X)-int64(box.Min.X) <= geo.MaxExtentUnits && int64(box.Max.Y)-int64(box.Min.Y) <= geo.MaxExtentUnits
}

// A snapper is one run of snapRound.
type snapper struct {
	limit  snapLimit
	links  []link
	active []bool             // by link: whether it must be held against all others and all pixels, not only against new ones
	known  map[geo.Point]bool // the hot pixels, and whether they are fresh
	fresh  []geo.Point        // pixels that no link has been held against
	grid   *grid              // of links
	tests  int
}

// find makes p a hot pixel.
func (s *snapper) find(p geo.Point) {
	if _, known := s.known[p]; !known {
		s.known[p] = true
		s.fresh = append(s.fresh, p)
	}
}

// round cuts links at the pixels that they meet, and reports whether there were none. ok is false for too much work.
func (s *snapper) round() (done, ok bool) {
	s.grid = newGrid(len(s.links), func(i int) edge { return edgeOf(s.links[i]) })
	if !s.cross() {
		return false, false
	}
	var cuts []cutAt
	for {
		if cuts, ok = s.findCuts(); !ok {
			return false, false
		}
		if !s.wake(cuts) {
			break
		}
	}
	for _, p := range s.fresh {
		s.known[p] = false
	}
	s.fresh = s.fresh[:0]
	if len(cuts) == 0 {
		return true, true
	}
	s.apply(cuts)
	return false, len(s.links) <= s.limit.pieces
}

// edgeOf returns l as an edge, in lattice units.
func edgeOf(l link) edge { return edge{vecOf(l.a), vecOf(l.b)} }

func vecOf(p geo.Point) vec { return vec{int64(p.X), int64(p.Y)} }

func pointOf(v vec) geo.Point { return geo.Point{X: int32(v.x), Y: int32(v.y)} }

// cross makes the rounded crossings of active links hot pixels.
func (s *snapper) cross() bool {
	for c := range s.grid.cells() {
		in := s.grid.cell(c)
		for k, i := range in {
			if s.tests += k; s.tests > s.limit.tests || len(s.fresh) > s.limit.pieces {
				return false
			}
			for _, j := range in[:k] {
				if !s.active[i] && !s.active[j] {
					continue
				}
				if at, ok := crossingOf(s.links[i], s.links[j]); ok && !s.willJoin(i, j) && !s.willJoin(j, i) {
					s.find(at)
				}
			}
		}
	}
	return len(s.fresh) <= s.limit.pieces
}

// willJoin reports whether link i gets an end of link j as a vertex. Nearly parallel links that also cross then meet
// there instead: their crossing would be one vertex more, and a sliver between the two.
func (s *snapper) willJoin(i, j int32) bool {
	for _, p := range [2]geo.Point{s.links[j].a, s.links[j].b} {
		if (s.active[i] || s.known[p]) && meetsPixel(s.links[i], p) {
			return true
		}
	}
	return false
}

// findCuts returns the pixels that links meet. Links that are not active are held against fresh pixels only.
func (s *snapper) findCuts() ([]cutAt, bool) {
	var cuts []cutAt
	at := func(p geo.Point, isFresh bool) bool {
		return len(cuts) <= s.limit.pieces && s.near(p, func(i int32) {
			if l := s.links[i]; (isFresh || s.active[i]) && p != l.a && p != l.b && meetsPixel(l, p) {
				cuts = append(cuts, cutAt{i, vecOf(p)})
			}
		})
	}
	for _, p := range s.fresh {
		if !at(p, true) {
			return nil, false
		}
	}
	for _, p := range s.settled() {
		if !at(p, false) {
			return nil, false
		}
	}
	sortCuts(cuts, func(i int32) edge { return edgeOf(s.links[i]) })
	return slices.Compact(cuts), len(cuts) <= s.limit.pieces
}

// settled returns the pixels that are not fresh and may lie near active links.
func (s *snapper) settled() []geo.Point {
	box := geo.EmptyBox()
	for i, l := range s.links {
		if s.active[i] {
			box = box.Extend(l.a).Extend(l.b)
		}
	}
	box = widen(box, 1)
	var out []geo.Point
	for p, isFresh := range s.known { // the order does not matter: cuts are sorted
		if !isFresh && box.Contains(p) {
			out = append(out, p)
		}
	}
	return out
}

// near calls visit for the links near p, at least once for each that meets its pixel. It reports false when that has
// become too much work.
func (s *snapper) near(p geo.Point, visit func(i int32)) bool {
	g := s.grid
	if g.cells() == 0 {
		return true
	}
	col := min(max((int64(p.X)-g.origin.x)>>g.shift, 0), g.cols-1)
	last := int64(-1)
	for y := int64(p.Y) - 1; y <= int64(p.Y)+1; y++ {
		row := min(max((y-g.origin.y)>>g.shift, 0), g.rows-1)
		if row == last {
			continue
		}
		last = row
		in := g.cell(row*g.cols + col)
		if s.tests += len(in); s.tests > s.limit.tests {
			return false
		}
		for _, i := range in {
			visit(i)
		}
	}
	return true
}

// wake makes links that are to be bent active: what was left alone in their pixels so far no longer is. It reports
// whether there were any.
func (s *snapper) wake(cuts []cutAt) bool {
	woken := false
	for _, c := range cuts {
		if !s.active[c.strand] {
			s.active[c.strand] = true
			woken = true
		}
	}
	return woken
}

// sortCuts orders cuts by their edge and along it.
func sortCuts(cuts []cutAt, at func(i int32) edge) {
	slices.SortFunc(cuts, func(c, d cutAt) int {
		if c.strand != d.strand {
			return cmp.Compare(c.strand, d.strand)
		}
		return compareAlong(at(c.strand), c.at, d.at)
	})
}

// apply makes cuts. Only what was cut is active afterwards.
func (s *snapper) apply(cuts []cutAt) {
	links := make([]link, 0, len(s.links)+len(cuts))
	active := make([]bool, 0, len(s.links)+len(cuts))
	for i, l := range s.links {
		cut := len(cuts) > 0 && cuts[0].strand == int32(i)
		for len(cuts) > 0 && cuts[0].strand == int32(i) {
			at := pointOf(cuts[0].at)
			links, active = append(links, link{l.a, at, l.from}), append(active, true)
			l.a, cuts = at, cuts[1:]
		}
		links, active = append(links, l), append(active, cut)
	}
	s.links, s.active = links, active
}

// pieces returns the links that have a length.
func (s *snapper) pieces() []link {
	out := slices.DeleteFunc(s.links, func(l link) bool { return l.a == l.b })
	slices.SortStableFunc(out, func(l, m link) int { return cmp.Compare(l.from, m.from) })
	return out
}

// crossingOf returns the point in which the insides of l and m cross, rounded to the lattice: the nearest point, the
// larger coordinate for a tie.
func crossingOf(l, m link) (geo.Point, bool) {
	if max(l.a.X, l.b.X) < min(m.a.X, m.b.X) || max(m.a.X, m.b.X) < min(l.a.X, l.b.X) ||
		max(l.a.Y, l.b.Y) < min(m.a.Y, m.b.Y) || max(m.a.Y, m.b.Y) < min(l.a.Y, l.b.Y) {
		return geo.Point{}, false
	}
	la, lb := geo.Orient(m.a, m.b, l.a), geo.Orient(m.a, m.b, l.b)
	if la == 0 || lb == 0 || (la > 0) == (lb > 0) {
		return geo.Point{}, false
	}
	ma, mb := geo.Orient(l.a, l.b, m.a), geo.Orient(l.a, l.b, m.b)
	if ma == 0 || mb == 0 || (ma > 0) == (mb > 0) {
		return geo.Point{}, false
	}
	// The crossing divides l in the ratio of the areas that its ends span with m.
	num := uint64(max(la, -la))
	den := num + uint64(max(lb, -lb))
	return geo.Point{X: along(l.a.X, l.b.X, num, den), Y: along(l.a.Y, l.b.Y, num, den)}, true
}

// along returns a + (b-a)·num/den, rounded to the nearest whole number, up for a tie; 0 < num < den < 2^62.
func along(a, b int32, num, den uint64) int32 {
	d := int64(b) - int64(a)
	hi, lo := bits.Mul64(uint64(max(d, -d)), num)
	q, r := bits.Div64(hi, lo, den) // hi < den, since the quotient is less than |d| < 2^32
	if d < 0 {
		if 2*r > den {
			q++
		}
		return int32(int64(a) - int64(q))
	}
	if 2*r >= den {
		q++
	}
	return int32(int64(a) + int64(q))
}

// meetsPixel reports whether l meets the pixel of p: the unit square around it with its left and lower sides, without
// the upper and the right one. Each place is so in one pixel.
func meetsPixel(l link, p geo.Point) bool {
	// Twice the coordinates relative to p, so that the corners are whole; from left to right.
	a := vec{2 * (int64(l.a.X) - int64(p.X)), 2 * (int64(l.a.Y) - int64(p.Y))}
	b := vec{2 * (int64(l.b.X) - int64(p.X)), 2 * (int64(l.b.Y) - int64(p.Y))}
	if b.x < a.x {
		a, b = b, a
	}
	if a.x >= 1 || b.x < -1 || min(a.y, b.y) >= 1 || max(a.y, b.y) < -1 {
		return false
	}
	if a.x == b.x || a.y == b.y {
		return true
	}
	up := a.y < b.y
	upperLeft, upperRight := orient(a, b, vec{-1, 1}), orient(a, b, vec{1, 1})
	lowerLeft, lowerRight := orient(a, b, vec{-1, -1}), orient(a, b, vec{1, -1})
	// A line that meets a corner which is not part of the pixel meets the pixel if it goes on, or comes, through it.
	switch {
	case upperLeft == 0:
		return !up
	case upperRight == 0:
		return up
	case lowerLeft == 0:
		return true
	case lowerRight == 0:
		return !up
	}
	return upperLeft != upperRight || upperRight != lowerLeft || lowerLeft != lowerRight
}

// widen returns b with units more on every side, within the lattice.
func widen(b geo.Box, units int32) geo.Box {
	if b.Empty() {
		return b
	}
	const limit = 1_900_000_000 // beyond any position, and far from overflow
	return geo.Box{
		Min: geo.Point{X: max(b.Min.X, -limit) - units, Y: max(b.Min.Y, -limit) - units},
		Max: geo.Point{X: min(b.Max.X, limit) + units, Y: min(b.Max.Y, limit) + units},
	}
}
