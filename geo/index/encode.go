package index

import (
	"slices"

	"github.com/wangge/wangge/geo"
)

// encoder turns the edges of a cell into a block. It keeps its buffers.
type encoder struct {
	packed bool // parts go two to a word
	parts  []uint32
	chains []chain
	points []geo.Point
	used   []bool
}

// chain is edges one after the other with the same parts to their left and right: len(points) - 1 of them.
type chain struct {
	left, right int32 // part+1, 0 for none
	from, to    int   // in encoder.points
}

// maxSearch is up to how many edges of a cell the encoder looks for what continues a chain; among more, only at the next few.
const maxSearch = 64

// mostEdges is how many edges a chain may have, so that its number fits in both kinds of blocks.
const mostEdges = 1<<16 - 1

// block appends the block of the cell with that corner. The labels of the edges are part+1, 0 for none. ref is the part that
// covers the corner, noPart or severalParts.
func (e *encoder) block(out []uint32, edges []record, covering int32, x0, y0 int64) []uint32 {
	e.chain(edges)
	e.list(covering)
	code := uint32(0)
	if covering >= 0 {
		code = uint32(e.place(covering)) + 1
	}
	ref := e.reference(edges, covering, x0, y0)
	words, fits := e.size(x0, y0)
	if fits && words <= mostWords && len(e.parts) <= mostParts && int64(int16(ref)) == ref && len(e.parts) > 0 {
		if covering == severalParts {
			code = several
		}
		out = append(out, uint32(len(e.parts))|code<<4|uint32(words)<<8|uint32(uint16(ref))<<16)
		out = e.appendParts(out)
		for _, c := range e.chains {
			out = append(out, e.label(c.left)|e.label(c.right)<<8|uint32(c.to-c.from-1)<<16)
			for _, p := range e.points[c.from:c.to] {
				out = append(out, uint32(uint16(int64(p.X)-x0))|uint32(uint16(int64(p.Y)-y0))<<16)
			}
		}
		return out
	}
	if covering == severalParts {
		code = wideSeveral
	}
	words = 3*len(e.chains) + 2*len(e.points)
	out = append(out, wide, uint32(len(e.parts)), code, uint32(words), uint32(uint64(ref)>>32), uint32(uint64(ref)))
	out = append(out, e.parts...)
	for _, c := range e.chains {
		out = append(out, e.label(c.left), e.label(c.right), uint32(c.to-c.from-1))
		for _, p := range e.points[c.from:c.to] {
			out = append(out, uint32(int32(int64(p.X)-x0)), uint32(int32(int64(p.Y)-y0)))
		}
	}
	return out
}

// appendParts appends the parts, two to a word if they are packed.
func (e *encoder) appendParts(out []uint32) []uint32 {
	if !e.packed {
		return append(out, e.parts...)
	}
	for k, part := range e.parts {
		if k&1 == 0 {
			out = append(out, part)
		} else {
			out[len(out)-1] |= part << 16
		}
	}
	return out
}

// size returns the words of the chains in a block that is not wide, and whether the vertices fit there.
func (e *encoder) size(x0, y0 int64) (words int, fits bool) {
	for _, p := range e.points {
		x, y := int64(p.X)-x0, int64(p.Y)-y0
		if x != int64(int16(x)) || y != int64(int16(y)) {
			return 0, false
		}
	}
	return len(e.chains) + len(e.points), true
}

// list sets the parts of the block, ascending.
func (e *encoder) list(covering int32) {
	e.parts = e.parts[:0]
	add := func(label int32) {
		if label != 0 {
			e.parts = append(e.parts, uint32(label-1))
		}
	}
	add(max(covering, noPart) + 1)
	for _, c := range e.chains {
		add(c.left)
		add(c.right)
	}
	slices.Sort(e.parts)
	e.parts = slices.Compact(e.parts)
}

func (e *encoder) place(part int32) int {
	i, _ := slices.BinarySearch(e.parts, uint32(part))
	return i
}

// label returns the label in the block of part+1.
func (e *encoder) label(part int32) uint32 {
	if part == 0 {
		return 0
	}
	return uint32(len(e.parts) + 1 + e.place(part-1))
}

// reference returns the sum below all edges on the line x0 - 1/2, given what covers the corner, so that a walk up that line
// needs no lower end; for edges that run to the left over that line it holds what cross leaves to it.
func (e *encoder) reference(edges []record, covering int32, x0, y0 int64) int64 {
	if covering == severalParts {
		return 0
	}
	sum := int64(e.label(covering + 1))
	for i := range edges {
		if r := &edges[i]; int64(r.a.X) < x0 && x0 <= int64(r.b.X) && cornerLeft(r, x0, y0, 1) {
			sum -= int64(e.label(r.left)) - int64(e.label(r.right))
		}
	}
	for _, c := range e.chains {
		change := int64(e.label(c.left)) - int64(e.label(c.right))
		for i := c.from + 1; i < c.to; i++ {
			if int64(e.points[i].X) < x0 && x0 <= int64(e.points[i-1].X) {
				sum -= change
			}
		}
	}
	return sum
}

// chain puts the edges together to chains.
func (e *encoder) chain(edges []record) {
	e.chains, e.points = e.chains[:0], e.points[:0]
	e.used = resize(e.used, len(edges))
	clear(e.used)
	for i, r := range edges {
		if e.used[i] {
			continue
		}
		c := chain{left: r.left, right: r.right, from: len(e.points)}
		e.points = append(e.points, r.a, r.b)
		e.extend(edges, i+1, &c)
		// The other way from where it began.
		slices.Reverse(e.points[c.from:])
		c.left, c.right = c.right, c.left
		e.extend(edges, i+1, &c)
		c.to = len(e.points)
		e.chains = append(e.chains, c)
	}
}

// extend makes a chain longer at its end, by edges from number first on.
func (e *encoder) extend(edges []record, first int, c *chain) {
	last := len(edges)
	if len(edges) > maxSearch {
		last = min(last, first+4)
	}
	for i := first; i < last && len(e.points)-c.from <= mostEdges; i++ {
		r, end := &edges[i], e.points[len(e.points)-1]
		switch {
		case e.used[i]:
			continue
		case r.a == end && r.left == c.left && r.right == c.right:
			e.points = append(e.points, r.b)
		case r.b == end && r.left == c.right && r.right == c.left:
			e.points = append(e.points, r.a)
		default:
			continue
		}
		e.used[i] = true
		if len(edges) > maxSearch {
			last = min(len(edges), i+4)
			continue
		}
		i = first - 1 // what continues here may stand before
	}
}
