package geo

import (
	"cmp"
	"iter"
	"math"
	"slices"
)

// A borderEdge is an edge of an area in its ring's direction: the interior lies to its left.
type borderEdge struct{ u, v Point }

func (e borderEdge) box() Box {
	return Box{
		Min: Point{min(e.u.X, e.v.X), min(e.u.Y, e.v.Y)},
		Max: Point{max(e.u.X, e.v.X), max(e.u.Y, e.v.Y)},
	}
}

// An edgeTree finds the edges of an area near a place: a packed tree of boxes over the edges, which are ordered along
// a curve that fills the plane.
type edgeTree struct {
	edges  []borderEdge
	levels [][]Box // levels[0] has a box for every fanout edges, each further level one for fanout boxes
}

const fanout = 8

// newEdgeTree returns the edges of m that touch the rows of box; others cannot matter to what happens in the box.
func newEdgeTree(m MultiPolygon, box Box) *edgeTree {
	t := &edgeTree{}
	for _, poly := range m {
		for _, r := range poly {
			u := r[len(r)-1]
			for _, v := range r {
				if max(u.Y, v.Y) >= box.Min.Y && min(u.Y, v.Y) <= box.Max.Y {
					t.edges = append(t.edges, borderEdge{u, v})
				}
				u = v
			}
		}
	}
	if len(t.edges) > 8*fanout {
		t.sort()
	}
	boxes := make([]Box, 0, len(t.edges)/fanout+1)
	for i := range t.edges {
		if i%fanout == 0 {
			boxes = append(boxes, EmptyBox())
		}
		boxes[i/fanout] = boxes[i/fanout].Union(t.edges[i].box())
	}
	for t.levels = append(t.levels, boxes); len(boxes) > fanout; t.levels = append(t.levels, boxes) {
		var up []Box
		for i, b := range boxes {
			if i%fanout == 0 {
				up = append(up, EmptyBox())
			}
			up[i/fanout] = up[i/fanout].Union(b)
		}
		boxes = up
	}
	return t
}

// sort orders the edges by the Morton code of their middles.
func (t *edgeTree) sort() {
	type coded struct {
		code uint64
		edge borderEdge
	}
	all := make([]coded, len(t.edges))
	for i, e := range t.edges {
		x := uint32((int64(e.u.X)+int64(e.v.X))/2 - math.MinInt32)
		y := uint32((int64(e.u.Y)+int64(e.v.Y))/2 - math.MinInt32)
		all[i] = coded{spread(x) | spread(y)<<1, e}
	}
	slices.SortFunc(all, func(a, b coded) int { return cmp.Compare(a.code, b.code) })
	for i := range all {
		t.edges[i] = all[i].edge
	}
}

// spread puts the bits of v on the even places.
func spread(v uint32) uint64 {
	n := uint64(v)
	n = (n | n<<16) & 0x0000ffff0000ffff
	n = (n | n<<8) & 0x00ff00ff00ff00ff
	n = (n | n<<4) & 0x0f0f0f0f0f0f0f0f
	n = (n | n<<2) & 0x3333333333333333
	return (n | n<<1) & 0x5555555555555555
}

// near yields the edges whose boxes meet b.
func (t *edgeTree) near(b Box) iter.Seq[borderEdge] {
	return func(yield func(borderEdge) bool) {
		top := len(t.levels) - 1
		for i := range t.levels[top] {
			if !t.visit(top, i, b, yield) {
				return
			}
		}
	}
}

func (t *edgeTree) visit(level, i int, b Box, yield func(borderEdge) bool) bool {
	if !t.levels[level][i].Intersects(b) {
		return true
	}
	if level > 0 {
		for j := i * fanout; j < min((i+1)*fanout, len(t.levels[level-1])); j++ {
			if !t.visit(level-1, j, b, yield) {
				return false
			}
		}
		return true
	}
	for _, e := range t.edges[i*fanout : min((i+1)*fanout, len(t.edges))] {
		if e.box().Intersects(b) && !yield(e) {
			return false
		}
	}
	return true
}

// locate returns whether p, which must not lie on the border, is inside the area. Like locateInRing it casts a ray to
// the east.
func (t *edgeTree) locate(p Point) passage {
	inside := false
	for e := range t.near(Box{Min: p, Max: Point{math.MaxInt32, p.Y}}) {
		up := e.v.Y > p.Y
		if (e.u.Y > p.Y) != up && (Orient(e.u, e.v, p) > 0) == up {
			inside = !inside
		}
	}
	if inside {
		return passIn
	}
	return passOut
}
