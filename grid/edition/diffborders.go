package edition

import (
	"cmp"
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// edge is a directed edge of a part, which lies to its left.
type edge struct{ a, b geo.Point }

// rising returns e or its reverse: the same for both sides of a border.
func (e edge) rising() edge {
	if e.b.Less(e.a) {
		return edge{e.b, e.a}
	}
	return e
}

func boxOf(edges []edge) geo.Box {
	box := geo.EmptyBox()
	for _, e := range edges {
		box = box.Extend(e.a).Extend(e.b)
	}
	return box
}

func inRange(v float64) int32 { return int32(min(max(v, math.MinInt32), math.MaxInt32)) }

func (e edge) box() geo.Box { return geo.EmptyBox().Extend(e.a).Extend(e.b) }

func eachEdge(m geo.MultiPolygon, visit func(e edge)) {
	for _, poly := range m {
		for _, r := range poly {
			a := r[len(r)-1]
			for _, b := range r {
				visit(edge{a, b})
				a = b
			}
		}
	}
}

// edgesThatDiffer returns the directed edges of before that after does not have, and the other way round. Without any, both are the
// same area with the same vertices.
func edgesThatDiffer(before, after geo.MultiPolygon) (gone, made []edge) {
	if slices.EqualFunc(before, after, func(p, q geo.Polygon) bool { return slices.EqualFunc(p, q, slices.Equal[geo.Ring]) }) {
		return nil, nil
	}
	old := map[edge]bool{}
	eachEdge(before, func(e edge) { old[e] = true })
	eachEdge(after, func(e edge) {
		if old[e] {
			old[e] = false
			return
		}
		made = append(made, e)
	})
	eachEdge(before, func(e edge) {
		if old[e] {
			gone = append(gone, e)
		}
	})
	return gone, made
}

// bordersOf returns the borders of the parts, each once, by end points; both sides of a shared one are the same.
func bordersOf(parts []*Part) []edge {
	known := map[edge]bool{}
	var all []edge
	for _, p := range parts {
		eachEdge(p.Area, func(e edge) {
			if e = e.rising(); !known[e] {
				known[e] = true
				all = append(all, e)
			}
		})
	}
	slices.SortFunc(all, func(e, f edge) int {
		return cmp.Or(cmp.Compare(e.a.X, f.a.X), cmp.Compare(e.a.Y, f.a.Y), cmp.Compare(e.b.X, f.b.X), cmp.Compare(e.b.Y, f.b.Y))
	})
	return all
}

// redrawnM returns the length of the borders of the parts before that are not there afterwards. Borders of dedicated grids are
// compared with borders of dedicated grids; where one and a border of the tiling were the same, it counts once.
func redrawnM(parts []PartDiff) float64 {
	lengths := map[edge]float64{}
	for _, tiling := range []bool{true, false} {
		for _, p := range bordersGone(parts, tiling) {
			lengths[p.edge] = max(lengths[p.edge], p.lengthM())
		}
	}
	sum := 0.0
	for _, e := range sortedEdges(lengths) {
		sum += lengths[e]
	}
	return sum
}

// sortedEdges makes the sum of lengths the same every time.
func sortedEdges(lengths map[edge]float64) []edge {
	all := make([]edge, 0, len(lengths))
	for e := range lengths {
		all = append(all, e)
	}
	slices.SortFunc(all, func(e, f edge) int {
		return cmp.Or(cmp.Compare(e.a.X, f.a.X), cmp.Compare(e.a.Y, f.a.Y), cmp.Compare(e.b.X, f.b.X), cmp.Compare(e.b.Y, f.b.Y))
	})
	return all
}

// bordersGone returns the pieces of old borders of the tiling, or of dedicated grids, that are not there afterwards.
func bordersGone(parts []PartDiff, tiling bool) []stretch {
	old, now := bordersBothWays(parts, tiling)
	return uncovered(old, now)
}

// bordersMade returns the pieces of borders that were not there before.
func bordersMade(parts []PartDiff, tiling bool) []stretch {
	old, now := bordersBothWays(parts, tiling)
	return uncovered(now, old)
}

// bordersBothWays returns the borders of the changed parts of a layer before and after, without those that are the same.
func bordersBothWays(parts []PartDiff, tiling bool) (old, now []edge) {
	var before, after []*Part
	for i := range parts {
		if p := &parts[i]; (p.Kind != grid.Dedicated) == tiling && p.Change != Attributes {
			if p.Before != nil {
				before = append(before, p.Before)
			}
			if p.After != nil {
				after = append(after, p.After)
			}
		}
	}
	known := map[edge]bool{}
	all := bordersOf(after)
	for _, e := range all {
		known[e] = true
	}
	for _, e := range bordersOf(before) {
		if known[e] {
			delete(known, e)
			continue
		}
		old = append(old, e)
	}
	for _, e := range all {
		if known[e] {
			now = append(now, e)
		}
	}
	return old, now
}

// stretch is the part of an edge from the fraction from to the fraction to.
type stretch struct {
	edge
	from, to float64
}

func (p stretch) lengthM() float64 { return (p.to - p.from) * geo.DistanceM(p.a, p.b) }

// at returns the lattice point nearest to the fraction t of the edge.
func (e edge) at(t float64) geo.Point {
	switch t {
	case 0:
		return e.a
	case 1:
		return e.b
	}
	return geo.Point{
		X: int32(math.Round(float64(e.a.X) + t*float64(int64(e.b.X)-int64(e.a.X)))),
		Y: int32(math.Round(float64(e.a.Y) + t*float64(int64(e.b.Y)-int64(e.a.Y)))),
	}
}

const (
	// bendUnits is how far a border may be bent and still be the same: a unit either way.
	bendUnits = 1.5
	// lostUnits is the length, in units, below which a piece of border is none: what rounding leaves where borders meet.
	lostUnits = 3.0
)

// SameCourse reports whether the borders of two areas run alike: along each other within a unit, whatever their vertices (Bent).
func SameCourse(a, b geo.MultiPolygon) bool { return sameCourse(edgesThatDiffer(a, b)) }

func sameCourse(gone, made []edge) bool {
	return len(uncovered(gone, made)) == 0 && len(uncovered(made, gone)) == 0
}

// uncovered returns the pieces of edges along which none of the others runs within bendUnits.
func uncovered(edges, others []edge) []stretch { return uncoveredWithin(edges, others, bendUnits) }

// uncoveredWithin is uncovered for another distance, of at most 4 units.
func uncoveredWithin(edges, others []edge, units float64) []stretch {
	if len(edges) == 0 {
		return nil
	}
	near := newEdgeCells(others)
	var out []stretch
	var spans [][2]float64
	var candidates []int32
	for _, e := range edges {
		spans = spans[:0]
		candidates = near.around(e.box(), candidates[:0])
		for _, k := range candidates {
			if span, ok := e.covered(others[k], units); ok {
				spans = append(spans, span)
			}
		}
		out = e.appendGaps(out, spans)
	}
	return out
}

// covered returns the stretch of e, in units from its start, along which f runs within the distance.
func (e edge) covered(f edge, units float64) (span [2]float64, ok bool) {
	ex, ey := float64(int64(e.b.X)-int64(e.a.X)), float64(int64(e.b.Y)-int64(e.a.Y))
	length := math.Hypot(ex, ey)
	if length == 0 {
		return span, false
	}
	ex, ey = ex/length, ey/length
	px, py := float64(int64(f.a.X)-int64(e.a.X)), float64(int64(f.a.Y)-int64(e.a.Y))
	qx, qy := float64(int64(f.b.X)-int64(e.a.X)), float64(int64(f.b.Y)-int64(e.a.Y))
	s0, d0 := px*ex+py*ey, ex*py-ey*px
	s1, d1 := qx*ex+qy*ey, ex*qy-ey*qx
	// The part of f within the band to both sides of e.
	t0, t1 := 0.0, 1.0
	if d0 == d1 {
		if math.Abs(d0) > units {
			return span, false
		}
	} else {
		u, v := (-units-d0)/(d1-d0), (units-d0)/(d1-d0)
		t0, t1 = max(0, min(u, v)), min(1, max(u, v))
		if t0 >= t1 {
			return span, false
		}
	}
	from, to := s0+t0*(s1-s0), s0+t1*(s1-s0)
	if from > to {
		from, to = to, from
	}
	if to-from < 2*lostUnits && (t0 > 0 || t1 < 1) {
		return span, false // crosses e
	}
	from, to = max(0, from), min(length, to)
	return [2]float64{from, to}, from < to
}

// appendGaps appends the stretches of e that no span covers.
func (e edge) appendGaps(out []stretch, spans [][2]float64) []stretch {
	length := math.Hypot(float64(int64(e.b.X)-int64(e.a.X)), float64(int64(e.b.Y)-int64(e.a.Y)))
	slices.SortFunc(spans, func(s, t [2]float64) int { return cmp.Compare(s[0], t[0]) })
	at := 0.0
	for _, s := range append(spans, [2]float64{length, length}) {
		if s[0]-at > lostUnits {
			out = append(out, stretch{e, at / length, min(1, s[0]/length)})
		}
		at = max(at, s[1])
	}
	return out
}

// edgeCells finds edges near a place: lists of them by square cells.
type edgeCells struct {
	size  int64
	cells map[[2]int32][]int32
	long  []int32 // those that meet too many cells
	edges []edge
}

// mostCells is how many cells an edge may meet to be listed in each.
const mostCells = 64

func newEdgeCells(edges []edge) *edgeCells {
	c := &edgeCells{size: 1, cells: map[[2]int32][]int32{}, edges: edges}
	for _, e := range edges {
		b := e.box()
		c.size += int64(b.Max.X) - int64(b.Min.X) + int64(b.Max.Y) - int64(b.Min.Y)
	}
	c.size = c.size/int64(max(1, len(edges))) + 16
	for k, e := range edges {
		if !c.each(e.box(), func(cell [2]int32) { c.cells[cell] = append(c.cells[cell], int32(k)) }) {
			c.long = append(c.long, int32(k))
		}
	}
	return c
}

// each visits the cells that box meets, none and false when there are more than mostCells.
func (c *edgeCells) each(box geo.Box, visit func(cell [2]int32)) bool {
	x0, y0 := floorDiv(int64(box.Min.X), c.size), floorDiv(int64(box.Min.Y), c.size)
	x1, y1 := floorDiv(int64(box.Max.X), c.size), floorDiv(int64(box.Max.Y), c.size)
	if (x1-x0+1)*(y1-y0+1) > mostCells {
		return false
	}
	for x := x0; x <= x1; x++ {
		for y := y0; y <= y1; y++ {
			visit([2]int32{int32(x), int32(y)})
		}
	}
	return true
}

// around appends the edges that may come within 4 units of box, each once.
func (c *edgeCells) around(box geo.Box, dst []int32) []int32 {
	from := len(dst)
	box = geo.Box{
		Min: geo.Point{X: inRange(float64(box.Min.X) - 4), Y: inRange(float64(box.Min.Y) - 4)},
		Max: geo.Point{X: inRange(float64(box.Max.X) + 4), Y: inRange(float64(box.Max.Y) + 4)},
	}
	ok := c.each(box, func(cell [2]int32) { dst = append(dst, c.cells[cell]...) })
	if !ok {
		dst = dst[:from]
		for k, e := range c.edges {
			if e.box().Intersects(box) {
				dst = append(dst, int32(k))
			}
		}
		return dst
	}
	dst = append(dst, c.long...)
	slices.Sort(dst[from:])
	return dst[:from+len(slices.Compact(dst[from:]))]
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
