package mesh

import (
	"slices"

	"github.com/wangge/wangge/geo"
)

// A delta says that a part covers one side of a piece and not the other.
type delta struct {
	part int32 // ^k for outline k
	left bool  // it covers the left side
}

// cells are the connected places into which the borders of all parts and outlines cut the plane, each with what
// covers it. Borders are snap-rounded: they meet in lattice points only.
type cells struct {
	*arrangement
	chains []int32 // by half edge of the layer: where its strands begin; one more at the end
	half   *halfEdges
	first  int32 // the first half edge of an outline

	pieceOf []int32   // by strand
	bounds  []int32   // the pieces that bound cells
	deltas  [][]delta // by bound
	sides   []edge    // of bound i: 2i along it, 2i+1 back
	cellOf  []int32   // by side: the cell to its left
	areas   []area    // by cell; none for cell 0, which is what lies around everything
	around  [][]int32 // by cell: its sides
	covers  [][]int32 // by cell: the outlines and then the parts that cover it, ascending
}

// maxCover bounds the sum of all cells' covers, so that a heap of parts upon each other ends in an error.
const maxCover = 1 << 26

// newCells returns the cells of a valid layer. It reports false when there is too much of a tangle.
func newCells(l Layer) (*cells, bool) {
	c := &cells{half: newHalfEdges(l.Parts)}
	c.first = int32(len(c.half.pts))
	for k, outline := range l.Outlines {
		c.half.add(outline, int32(^k), true)
	}
	c.half.pair()
	if !c.cut() {
		return nil, false
	}
	c.mergePieces()
	c.pieceOf = make([]int32, len(c.strands))
	for i, p := range c.pieces {
		for _, s := range p.strands {
			c.pieceOf[s] = int32(i)
		}
		if d := c.deltasOf(p); len(d) > 0 {
			c.bounds, c.deltas = append(c.bounds, int32(i)), append(c.deltas, d)
			c.sides = append(c.sides, p.edge, edge{p.b, p.a})
		}
	}
	c.walk()
	return c, c.cover()
}

// representative returns the half edge that stands for e and its twin.
func (c *cells) representative(e int32) int32 {
	if t := c.half.twin[e]; t >= 0 && t < e {
		return t
	}
	return e
}

// cut makes the strands of all half edges: each edge once is snap-rounded, and its pieces are used for both sides.
func (c *cells) cut() bool {
	h := c.half
	var links []link
	number := make([]int32, len(h.pts)) // by representative
	box := geo.EmptyBox()
	for e := range int32(len(h.pts)) {
		box = box.Extend(h.pts[e])
		if h.isEdge(e) && c.representative(e) == e {
			number[e] = int32(len(links))
			links = append(links, link{a: h.pts[e], b: h.pts[e+1], from: int32(len(links))})
		}
	}
	pieces, ok := snapRound(links)
	if !ok {
		return false
	}
	starts := make([]int32, len(links)+1)
	for _, p := range pieces {
		starts[p.from+1]++
	}
	for i := range links {
		starts[i+1] += starts[i]
	}
	c.arrangement = &arrangement{origin: box.Min}
	c.chains = make([]int32, 0, len(h.pts)+1)
	c.strands = make([]strand, 0, 2*len(pieces))
	for e := range int32(len(h.pts)) {
		c.chains = append(c.chains, int32(len(c.strands)))
		if !h.isEdge(e) {
			continue
		}
		k := number[c.representative(e)]
		c.source(e, pieces[starts[k]:starts[k+1]])
	}
	c.chains = append(c.chains, int32(len(c.strands)))
	return true
}

// source adds half edge e as the pieces of its edge.
func (c *cells) source(e int32, chain []link) {
	s := source{a: c.half.pts[e], b: c.half.pts[e+1], part: c.half.faceOf(e)}
	if e >= c.first { // outlines stand backwards in half
		s.a, s.b = s.b, s.a
	}
	from := int32(len(c.sources))
	c.sources = append(c.sources, s)
	back := len(chain) > 0 && chain[0].a != s.a
	for i := range chain {
		l := chain[i]
		if back {
			l = chain[len(chain)-1-i]
			l.a, l.b = l.b, l.a
		}
		c.strands = append(c.strands, strand{edge{c.vec(l.a), c.vec(l.b)}, from})
	}
}

// deltasOf returns which parts cover one side of a piece only.
func (c *cells) deltasOf(p piece) []delta {
	var out []delta
	for _, i := range p.strands {
		s := c.strands[i]
		d := delta{c.sources[s.from].part, s.a == p.a}
		if k := slices.Index(out, delta{d.part, !d.left}); k >= 0 {
			out = slices.Delete(out, k, k+1)
		} else {
			out = append(out, d)
		}
	}
	return out
}

// walk finds the cells and their sides.
func (c *cells) walk() {
	c.areas = append([]area{nil}, assemble(c.sides)...)
	c.cellOf = make([]int32, len(c.sides))
	for k, a := range c.areas {
		for _, l := range a {
			for _, s := range l.edges {
				c.cellOf[s] = int32(k)
			}
		}
	}
	c.around = make([][]int32, len(c.areas))
	for s, k := range c.cellOf {
		c.around[k] = append(c.around[k], int32(s))
	}
}

// cover finds what covers every cell, beginning with the one around everything. It reports false when that is too much, or
// contradicts itself, as of parts that are not valid.
func (c *cells) cover() bool {
	c.covers = make([][]int32, len(c.areas))
	known := make([]bool, len(c.areas))
	known[0] = true
	total := 0
	for queue := []int32{0}; len(queue) > 0; {
		k := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, s := range c.around[k] {
			other := c.cellOf[s^1]
			if known[other] {
				continue
			}
			cover, ok := across(c.covers[k], c.deltas[s/2], s&1 == 0)
			if total += len(cover); !ok || total > maxCover {
				return false
			}
			known[other], c.covers[other] = true, cover
			queue = append(queue, other)
		}
	}
	return true
}

// across returns the cover of the cell beyond a piece, on its right side if from the left.
func across(cover []int32, deltas []delta, fromLeft bool) ([]int32, bool) {
	out := slices.Clone(cover)
	for _, d := range deltas {
		i, in := slices.BinarySearch(out, d.part)
		switch {
		case in != (d.left == fromLeft):
			return nil, false
		case in:
			out = slices.Delete(out, i, i+1)
		default:
			out = slices.Insert(out, i, d.part)
		}
	}
	return out, true
}

// outlinesOf returns the complements of the outlines that a cell lies in.
func (c *cells) outlinesOf(cell int32) []int32 {
	n, _ := slices.BinarySearch(c.covers[cell], 0)
	return c.covers[cell][:n]
}

// partsOf returns the parts that cover a cell, ascending.
func (c *cells) partsOf(cell int32) []int32 {
	n, _ := slices.BinarySearch(c.covers[cell], 0)
	return c.covers[cell][n:]
}

// has reports whether a part, or an outline, covers a cell.
func (c *cells) has(cell, part int32) bool {
	_, in := slices.BinarySearch(c.covers[cell], part)
	return in
}

// shape returns the outline of a cell.
func (c *cells) shape(cell int32) shape { return newShape(c.origin, c.sides, c.areas[cell]) }
