// Package index answers "which part is here?" for lattice points: point → part of a layer of polygons, exactly.
//
// The layer is cut into square cells whose side is a power of two of lattice units. A cell that no edge crosses knows
// its answer. Every other cell keeps the edges that meet it and a reference sum for its lower left corner. A look-up
// walks from that corner up the cell's left border and then across to the point, and adds what each crossed edge
// changes; all arithmetic is in integers, so that the answer is exact on the lattice.
//
// Part k has the label n+1+k, where n is the number of parts (of the layer, or of those that a cell's edges bound), and the sum at
// a point is the sum of the labels of the parts around it. No sum of two or more labels is itself a label, so that a sum says by itself whether no part, one part or
// several parts cover the point: tilings are answered by the walk alone, and layers with gaps and overlaps stay exact.
package index

import (
	"slices"

	"github.com/tidwall/rtree"

	"github.com/wangge/wangge/geo"
)

// Index finds the parts of a layer at a point. It is immutable and safe for concurrent use. Make it with Build.
type Index struct {
	n         int64 // number of parts
	originX   int64 // left border of column 0
	originY   int64 // lower border of row 0
	shift     uint  // a cell is 1<<shift lattice units wide and high
	cols      int64
	rows      int64
	bandShift uint // a band is 1<<bandShift rows
	packed    uint // 1 where blocks hold two parts in a word

	// cells holds, row by row, 0 for an empty cell outside every part, part+1 for an empty cell inside one part, or
	// blockBit and the place of the cell's block in its band.
	cells []uint32
	bands [][]uint32 // blocks, see block.go

	parts []geo.MultiPolygon // nil unless deep is there
	boxes []geo.Box
	deep  *rtree.RTreeGN[float64, int32] // boxes of the parts; nil unless several parts cover a cell's corner
}

// blockBit marks a cell whose answer needs its block.
const blockBit = 1 << 31

// Find returns the part that covers p, or -1 outside every part. When several parts cover p, because it lies on a
// border or because parts overlap, it returns the lowest number. onBorder reports whether p lies on the border of a
// part. Find does not allocate unless more than about 30 edges of overlapping parts meet at p.
func (x *Index) Find(p geo.Point) (part int32, onBorder bool) {
	cell, col, row, ok := x.cell(p)
	if !ok {
		return noPart, false
	}
	w := x.cells[cell]
	if w&blockBit == 0 {
		return int32(w) - 1, false
	}
	block := x.block(w, row)
	if part = x.walk(block, int64(p.X)-x.originX-col<<x.shift, int64(p.Y)-x.originY-row<<x.shift); part >= noPart {
		return part, false
	}
	return x.findSlow(block, p, col, row)
}

// findInBlock is Find where the block of p's cell is known.
func (x *Index) findInBlock(block []uint32, p geo.Point) (part int32, onBorder bool) {
	dx, dy := int64(p.X)-x.originX, int64(p.Y)-x.originY
	col, row := dx>>x.shift, dy>>x.shift
	if part = x.walk(block, dx-col<<x.shift, dy-row<<x.shift); part >= noPart {
		return part, false
	}
	return x.findSlow(block, p, col, row)
}

// findSlow is Find for a point on a border or in several parts.
func (x *Index) findSlow(block []uint32, p geo.Point, col, row int64) (part int32, onBorder bool) {
	var buf [32]int32
	all, onBorder := x.collect(block, p, col, row, buf[:0])
	if len(all) == 0 {
		return noPart, onBorder
	}
	return all[0], onBorder
}

// All appends to dst every part that covers p, inside or on its border, in ascending order.
func (x *Index) All(p geo.Point, dst []int32) []int32 {
	cell, col, row, ok := x.cell(p)
	if !ok {
		return dst
	}
	w := x.cells[cell]
	if w&blockBit == 0 {
		if w != 0 {
			dst = append(dst, int32(w)-1)
		}
		return dst
	}
	block := x.block(w, row)
	switch part := x.walk(block, int64(p.X)-x.originX-col<<x.shift, int64(p.Y)-x.originY-row<<x.shift); part {
	case noPart:
		return dst
	case severalParts, undecided:
		dst, _ = x.collect(block, p, col, row, dst)
		return dst
	default:
		return append(dst, part)
	}
}

// Parts returns the number of parts.
func (x *Index) Parts() int { return int(x.n) }

// cell returns the number, column and row of the cell of p, and false if p lies outside all cells.
func (x *Index) cell(p geo.Point) (cell, col, row int64, ok bool) {
	dx, dy := int64(p.X)-x.originX, int64(p.Y)-x.originY
	col, row = dx>>x.shift, dy>>x.shift
	if uint64(col) >= uint64(x.cols) || uint64(row) >= uint64(x.rows) {
		return 0, 0, 0, false
	}
	return row*x.cols + col, col, row, true
}

// block returns the words from the block on that the cell word w of a row names.
func (x *Index) block(w uint32, row int64) []uint32 {
	return x.bands[row>>x.bandShift][w&^blockBit:]
}

// event is a change of the coverage of the part with a label, which is part+1, or a touch.
type event struct {
	label int32
	count int32
}

// touch is a count that no sum of crossings reaches or undoes: a block has fewer than 2^28 edges.
const touch = 1 << 29

// collect appends the parts that cover p to dst, ascending, and reports whether p lies on a border. It follows the
// same walk as walk, but counts for every part on its own and decides every tie: half-open rules at the ends of edges, and
// "the elbow is above an edge through it".
func (x *Index) collect(block []uint32, p geo.Point, col, row int64, dst []int32) (_ []int32, onBorder bool) {
	c := x.corner(block)
	if c == severalParts {
		return x.collectDeep(p, dst)
	}
	var buf [64]event
	events := buf[:0]
	if c != noPart {
		events = append(events, event{c + 1, 1})
	}
	x0, y0 := x.originX+col<<x.shift, x.originY+row<<x.shift
	var edges [32]record
	for _, r := range x.records(block, x0, y0, edges[:0]) {
		if geo.OnSegment(p, r.a, r.b) {
			onBorder = true
			events = append(events, event{r.left, touch}, event{r.right, touch})
			continue
		}
		up := cornerLeft(&r, x0, int64(p.Y), 0)
		change := int32(0)
		if int64(r.a.X) < x0 && x0 <= int64(r.b.X) && up && !cornerLeft(&r, x0, y0, 1) {
			change++
		}
		if left := geo.Orient(r.a, r.b, p) > 0; (r.a.Y <= p.Y) != (r.b.Y <= p.Y) && up != left {
			if up {
				change--
			} else {
				change++
			}
		}
		if change != 0 {
			events = append(events, event{r.left, change}, event{r.right, -change})
		}
	}
	return covering(events, dst), onBorder
}

// covering appends the parts whose events do not cancel to dst, ascending.
func covering(events []event, dst []int32) []int32 {
	slices.SortFunc(events, func(e, f event) int { return int(e.label) - int(f.label) })
	for i := 0; i < len(events); {
		label, sum := events[i].label, int64(0)
		for ; i < len(events) && events[i].label == label; i++ {
			sum += int64(events[i].count)
		}
		if label != 0 && sum != 0 {
			dst = append(dst, label-1)
		}
	}
	return dst
}

// collectDeep is collect for a cell whose corner several parts cover: the parts are found by their boxes.
func (x *Index) collectDeep(p geo.Point, dst []int32) (_ []int32, onBorder bool) {
	from := len(dst)
	at := [2]float64{float64(p.X), float64(p.Y)}
	x.deep.Search(at, at, func(_, _ [2]float64, part int32) bool {
		switch geo.Locate(x.parts[part], p) {
		case geo.Border:
			onBorder = true
			dst = append(dst, part)
		case geo.Inside:
			dst = append(dst, part)
		}
		return true
	})
	slices.Sort(dst[from:])
	return dst, onBorder
}

// cornerLeft reports whether the point (x0 - 1/2, y - half/2) lies to the left of r's edge or on its line. It is for
// edges that reach both sides of the column x0 or of the row y.
func cornerLeft(r *record, x0, y int64, half int64) bool {
	ax, ay, bx, by := int64(r.a.X), int64(r.a.Y), int64(r.b.X), int64(r.b.Y)
	return (bx-ax)*(2*y-half-2*ay)-(by-ay)*(2*x0-1-2*ax) >= 0
}
