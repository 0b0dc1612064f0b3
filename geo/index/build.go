package index

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/tidwall/rtree"

	"github.com/wangge/wangge/geo"
)

const (
	// maxShift bounds a cell so that a point of a cell and an edge of 90 degrees that meets it stay within the exact
	// range of walk: 2 * (9e8 + 2^26)^2 * 2 < 2^63.
	maxShift = 26
	// bandRecords is the number of edges in cells that a band is meant to hold: the working set of one builder.
	bandRecords = 1 << 16
	// fineEdges is from how many edges on a layer gets fine cells. Measured with BenchmarkFind50k and BenchmarkNation: where the
	// processor's caches hold little of the layer every look into a block is a wait for memory, and more cells mean fewer of them;
	// where there are many small layers, as a nation has, less memory is worth more.
	fineEdges = 1 << 20
	// cellsPerEdge and cellsPerEdgeFine bound the number of cells.
	cellsPerEdge, cellsPerEdgeFine = 2, 8
)

// Build makes the index of parts. Every part must be valid (geo.Check): then answers are exact, whether the parts
// tile, overlap or leave gaps. Invalid parts give wrong answers near them but never a panic. Where parts
// overlap the index keeps them, and the caller must not change them. Memory for each edge, shared ones counted once, is about 20 bytes
// in a layer of less than a million ring edges and 40 in a larger one: 60 MB for 50,000 parts of 60 vertices.
func Build(parts []geo.MultiPolygon) *Index {
	x := &Index{n: int64(len(parts)), parts: parts, boxes: make([]geo.Box, len(parts))}
	box := geo.EmptyBox()
	edges, span := int64(0), int64(0)
	for k, m := range parts {
		x.boxes[k] = m.Box()
		box = box.Union(x.boxes[k])
		for _, poly := range m {
			for _, ring := range poly {
				edges += int64(len(ring))
				span += ringSpan(ring)
			}
		}
	}
	if edges == 0 {
		return x
	}
	if len(parts) <= shortParts {
		x.packed = 1
	}
	x.layout(box, edges, span)
	x.fill(edges + span>>x.shift)
	return x
}

// ringSpan returns the sum of the widths and heights of r's edges, which says how many cells they meet.
func ringSpan(r geo.Ring) int64 {
	sum := int64(0)
	for i, b := range r {
		a := r[(i+len(r)-1)%len(r)]
		sum += abs(int64(b.X)-int64(a.X)) + abs(int64(b.Y)-int64(a.Y))
	}
	return sum
}

func abs(v int64) int64 { return max(v, -v) }

// layout chooses the cell size: the smallest for which neither the cells nor the edges that they hold are too many.
func (x *Index) layout(box geo.Box, edges, span int64) {
	x.originX, x.originY = int64(box.Min.X), int64(box.Min.Y)
	width, height := int64(box.Max.X)-x.originX+1, int64(box.Max.Y)-x.originY+1
	perEdge := int64(cellsPerEdge)
	if edges >= fineEdges {
		perEdge = cellsPerEdgeFine
	}
	for ; ; x.shift++ {
		x.cols, x.rows = (width-1)>>x.shift+1, (height-1)>>x.shift+1
		few := x.cols*x.rows <= perEdge*edges/2+64 && span>>x.shift <= 3*edges
		if few || x.shift == maxShift {
			break
		}
	}
	x.cells = make([]uint32, x.cols*x.rows)
	bands := (edges+span>>x.shift)/bandRecords + 1
	for ; x.rows>>x.bandShift >= bands; x.bandShift++ {
		continue
	}
	x.bands = make([][]uint32, (x.rows-1)>>x.bandShift+1)
}

// fill builds every band, several at a time.
func (x *Index) fill(records int64) {
	byBand := x.partsByBand()
	workers := min(runtime.GOMAXPROCS(0), len(x.bands), int(records/100_000)+1)
	var wg sync.WaitGroup
	deep := make([]bool, len(x.bands))
	for w := range workers {
		wg.Go(func() {
			b := builder{x: x, encoder: encoder{packed: x.packed == 1}}
			for band := w; band < len(x.bands); band += workers {
				deep[band] = b.build(band, byBand[band])
			}
		})
	}
	wg.Wait()
	if slices.Contains(deep, true) {
		x.deep = new(rtree.RTreeGN[float64, int32])
		for k, b := range x.boxes {
			if !b.Empty() {
				x.deep.Insert([2]float64{float64(b.Min.X), float64(b.Min.Y)},
					[2]float64{float64(b.Max.X), float64(b.Max.Y)}, int32(k))
			}
		}
		return
	}
	x.parts = nil
}

// partsByBand lists, for every band, the parts whose boxes reach it.
func (x *Index) partsByBand() [][]int32 {
	byBand := make([][]int32, len(x.bands))
	for k, b := range x.boxes {
		if b.Empty() {
			continue
		}
		first := (int64(b.Min.Y) - x.originY) >> x.shift >> x.bandShift
		last := (int64(b.Max.Y) - x.originY) >> x.shift >> x.bandShift
		for band := first; band <= last; band++ {
			byBand[band] = append(byBand[band], int32(k))
		}
	}
	return byBand
}

// builder makes the blocks of one band after the other. It keeps its buffers between bands.
type builder struct {
	x         *Index
	row0      int64    // first row of the band
	rows      int64    // rows of the band
	starts    []uint32 // by cell: where its records begin in found; one more at the end
	found     []record // half records: one part's side of an edge, by cell; labels are part+1
	block     []record
	encoder   encoder
	out       []uint32
	severally bool
}

// build makes the blocks of a band from the parts that reach it. It reports whether several parts cover a corner.
func (b *builder) build(band int, parts []int32) (deep bool) {
	x := b.x
	b.row0 = int64(band) << x.bandShift
	b.rows = min(1<<x.bandShift, x.rows-b.row0)
	b.severally = false
	b.distribute(parts)
	b.out = b.out[:0]
	cell := 0
	for row := range b.rows {
		sum := int64(0) // at the corner of the cell
		for col := range x.cols {
			sum = b.cell(cell, col, b.row0+row, sum)
			cell++
		}
	}
	x.bands[band] = append(make([]uint32, 0, len(b.out)), b.out...)
	return b.severally
}

// distribute puts a half record into every cell of the band that an edge of parts meets.
func (b *builder) distribute(parts []int32) {
	cells := int(b.rows * b.x.cols)
	b.starts = resize(b.starts, cells+1)
	clear(b.starts)
	b.eachEdge(parts, func(cell int64, _ record) { b.starts[cell]++ })
	total := uint32(0)
	for i, n := range b.starts {
		total += n
		b.starts[i] = total
	}
	b.found = resize(b.found, int(total))
	b.eachEdge(parts, func(cell int64, r record) {
		b.starts[cell]--
		b.found[b.starts[cell]] = r
	})
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/8)
	}
	return s[:n]
}

// eachEdge calls visit for every half record and every cell of the band that it meets.
func (b *builder) eachEdge(parts []int32, visit func(cell int64, r record)) {
	for _, k := range parts {
		label := k + 1
		for _, poly := range b.x.parts[k] {
			for _, ring := range poly {
				if len(ring) == 0 {
					continue
				}
				u := ring[len(ring)-1]
				for _, v := range ring {
					b.eachCell(u, v, label, visit)
					u = v
				}
			}
		}
	}
}

// eachCell calls visit for every cell of the band that the edge u→v of a ring meets, and perhaps for cells that it
// only nearly meets, which is harmless.
func (b *builder) eachCell(u, v geo.Point, label int32, visit func(cell int64, r record)) {
	x := b.x
	r := record{a: u, b: v, left: label}
	if v.Less(u) {
		r = record{a: v, b: u, right: label}
	} else if u == v {
		return
	}
	row0, row1 := x.row(r.a.Y)-b.row0, x.row(r.b.Y)-b.row0
	if row0 > row1 {
		row0, row1 = row1, row0
	}
	if row1 < 0 || row0 >= b.rows {
		return
	}
	col0, col1 := (int64(r.a.X)-x.originX)>>x.shift, (int64(r.b.X)-x.originX)>>x.shift
	if row0 == row1 || col0 == col1 {
		for row := max(row0, 0); row <= min(row1, b.rows-1); row++ {
			for col := col0; col <= col1; col++ {
				visit(row*x.cols+col, r)
			}
		}
		return
	}
	slope := float64(int64(r.b.X)-int64(r.a.X)) / float64(int64(r.b.Y)-int64(r.a.Y))
	for row := max(row0, 0); row <= min(row1, b.rows-1); row++ {
		lo, hi := b.reach(r, slope, row)
		for col := max(lo, col0); col <= min(hi, col1); col++ {
			visit(row*x.cols+col, r)
		}
	}
}

// reach returns the first and last column that r's edge may meet in a row of the band. Rounding errors are under 1e-5
// units; the margin widens by more.
func (b *builder) reach(r record, slope float64, row int64) (first, last int64) {
	const margin = 0.01
	x := b.x
	bottom := float64(x.originY+(b.row0+row)<<x.shift) - 0.5
	top := bottom + float64(int64(1)<<x.shift)
	bottom = max(bottom, float64(min(r.a.Y, r.b.Y)))
	top = min(top, float64(max(r.a.Y, r.b.Y)))
	x0 := float64(r.a.X) + (bottom-float64(r.a.Y))*slope
	x1 := float64(r.a.X) + (top-float64(r.a.Y))*slope
	lo := int64(math.Floor(min(x0, x1) - margin + 0.5))
	hi := int64(math.Floor(max(x0, x1) + margin + 0.5))
	return (lo - x.originX) >> x.shift, (hi - x.originX) >> x.shift
}

func (x *Index) row(y int32) int64 { return (int64(y) - x.originY) >> x.shift }

// cell writes the word and the block of a cell, given the sum at its corner, and returns the sum at the next cell's.
func (b *builder) cell(cell int, col, row, sum int64) int64 {
	x := b.x
	covering := x.covering(sum)
	word := &x.cells[row*x.cols+col]
	b.block = pair(b.found[b.starts[cell]:b.starts[cell+1]], b.block[:0])
	if len(b.block) == 0 && covering != severalParts {
		*word = uint32(covering + 1)
		return sum
	}
	b.severally = b.severally || covering == severalParts
	*word = blockBit | uint32(len(b.out))
	x0, y0 := x.originX+col<<x.shift, x.originY+row<<x.shift
	b.out = b.encoder.block(b.out, b.block, covering, x0, y0)
	return b.next(sum, x0, y0)
}

// covering returns the part that the sum at a corner stands for, noPart, or severalParts.
func (x *Index) covering(sum int64) int32 {
	switch {
	case sum == 0:
		return noPart
	case sum > x.n && sum <= 2*x.n:
		return int32(sum - x.n - 1)
	}
	return severalParts
}

// change returns by how much the sum of labels is greater to the left of r than to its right.
func (x *Index) change(r *record) int64 {
	label := func(part int32) int64 {
		if part == 0 {
			return 0
		}
		return x.n + int64(part)
	}
	return label(r.left) - label(r.right)
}

// next returns the sum at the corner of the next cell, given the sum at this one's: it walks along the line
// y0 - 1/2, just above it where an edge passes through a corner.
func (b *builder) next(sum, x0, y0 int64) int64 {
	x1 := x0 + 1<<b.x.shift
	for i := range b.block {
		r := &b.block[i]
		if (int64(r.a.Y) < y0) == (int64(r.b.Y) < y0) {
			continue
		}
		before, after := cornerLeft(r, x0, y0, 1), cornerLeft(r, x1, y0, 1)
		if before && !after {
			sum -= b.x.change(r)
		}
		if !before && after {
			sum += b.x.change(r)
		}
	}
	return sum
}

// pair appends the half records of a cell to dst, joining the two sides of a shared edge into one record.
func pair(half, dst []record) []record {
	if len(half) > 64 {
		slices.SortStableFunc(half, compare) // equal edges side by side
	}
next:
	for _, h := range half {
		// A side that finds no partner in reach stays alone, which costs memory only.
		for i := len(dst) - 1; i >= max(0, len(dst)-64); i-- {
			d := &dst[i]
			if d.a == h.a && d.b == h.b && (d.left == 0 || h.left == 0) && (d.right == 0 || h.right == 0) {
				d.left += h.left
				d.right += h.right
				continue next
			}
		}
		dst = append(dst, h)
	}
	return dst
}

// compare orders records by their edges.
func compare(r, s record) int {
	switch {
	case r.a != s.a && r.a.Less(s.a), r.a == s.a && r.b.Less(s.b):
		return -1
	case r.a != s.a || r.b != s.b:
		return 1
	}
	return 0
}
