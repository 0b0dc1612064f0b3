package edition

import (
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

const (
	// footprintSide is the most cells on a side of a footprint.
	footprintSide = 64
	// cellsPerCounty and mostCountyCells bound the cells of counties.
	cellsPerCounty  = 2048
	mostCountyCells = 1 << 20
)

// footprint is where an edition may have grids or void areas, in square cells of 1<<shift lattice units that count from the origin of
// coordinates: every point of them lies in a cell that is set.
type footprint struct {
	shift      uint
	col, row   int64 // of the lower left cell
	cols, rows int64
	set        []bool
}

// newFootprint sets the cells that the bounding boxes of parts, which all lie in box, meet.
func newFootprint(box geo.Box, parts []geo.MultiPolygon) footprint {
	var f footprint
	if box.Empty() {
		return f
	}
	for ; ; f.shift++ {
		f.col, f.row, f.cols, f.rows = window(box, f.shift)
		if f.cols <= footprintSide && f.rows <= footprintSide {
			break
		}
	}
	f.set = make([]bool, f.cols*f.rows)
	for _, part := range parts {
		b := part.Box()
		if b.Empty() {
			continue
		}
		col, row, cols, rows := window(b, f.shift)
		for r := row - f.row; r < row-f.row+rows; r++ {
			for c := col - f.col; c < col-f.col+cols; c++ {
				f.set[r*f.cols+c] = true
			}
		}
	}
	return f
}

// window returns the lower left one of the cells of 1<<shift units that meet a box, and how many they are.
func window(b geo.Box, shift uint) (col, row, cols, rows int64) {
	col, row = int64(b.Min.X)>>shift, int64(b.Min.Y)>>shift
	return col, row, int64(b.Max.X)>>shift - col + 1, int64(b.Max.Y)>>shift - row + 1
}

// equal reports whether f and g have the same cells.
func (f *footprint) equal(g *footprint) bool {
	return f.shift == g.shift && f.col == g.col && f.row == g.row && f.cols == g.cols && f.rows == g.rows && slices.Equal(f.set, g.set)
}

// counties says which editions may have grids or void areas at a point, so that a city of many counties need not ask all of them.
// It never leaves one out that does, wherever counties overlap.
type counties struct {
	shift      uint
	col, row   int64
	cols, rows int64
	cells      []uint32 // where in lists the cell's editions stand; 0 for none
	lists      []int32  // how many, then their numbers, ascending
}

// nextCounties is newCounties for a city after old, which may be nil: where the footprints are the same they lie as they do there.
func nextCounties(old *City, editions []*Edition) *counties {
	same := func(a, b *Edition) bool { return a == b || a.box == b.box && a.footprint.equal(&b.footprint) }
	if old != nil && slices.EqualFunc(old.editions, editions, same) {
		return old.counties
	}
	return newCounties(editions)
}

// newCounties lays the footprints of editions over each other.
func newCounties(editions []*Edition) *counties {
	k := &counties{lists: []int32{0}}
	box := geo.EmptyBox()
	shift := uint(31)
	for _, e := range editions {
		if !e.box.Empty() {
			box = box.Union(e.box)
			shift = min(shift, e.footprint.shift)
		}
	}
	if box.Empty() {
		return k
	}
	most := int64(min(cellsPerCounty*(1+len(editions)), mostCountyCells))
	for k.shift = shift; ; k.shift++ {
		k.col, k.row, k.cols, k.rows = window(box, k.shift)
		if k.cols*k.rows <= most {
			break
		}
	}
	k.cells = make([]uint32, k.cols*k.rows)
	longer := map[uint32]uint32{} // by list: that with the edition at its end
	for i, e := range editions {
		clear(longer)
		k.add(int32(i), &e.footprint, longer)
	}
	return k
}

// add adds an edition, whose number is greater than those before, to the cells of its footprint.
func (k *counties) add(edition int32, f *footprint, longer map[uint32]uint32) {
	// One cell of the footprint is 1<<down cells on a side, or 1<<up cells on a side of it are one cell.
	up, down := max(k.shift, f.shift)-f.shift, max(k.shift, f.shift)-k.shift
	from, to := uint32(math.MaxUint32), uint32(0) // what became of the cell before: most are alike
	for row := range f.rows {
		bottom := (f.row+row)<<down>>up - k.row
		for col := range f.cols {
			if !f.set[row*f.cols+col] {
				continue
			}
			left := (f.col+col)<<down>>up - k.col
			for r := max(bottom, 0); r < min(bottom+1<<down, k.rows); r++ {
				cells := k.cells[r*k.cols:][:k.cols]
				for c := max(left, 0); c < min(left+1<<down, k.cols); c++ {
					if cells[c] != from {
						from, to = cells[c], k.with(cells[c], edition, longer)
					}
					cells[c] = to
				}
			}
		}
	}
}

// with returns the list that has an edition at its end.
func (k *counties) with(list uint32, edition int32, longer map[uint32]uint32) uint32 {
	numbers := k.list(list)
	if n := len(numbers); n > 0 && numbers[n-1] == edition {
		return list
	}
	next, ok := longer[list]
	if !ok {
		next = uint32(len(k.lists))
		k.lists = append(append(append(k.lists, int32(len(numbers)+1)), numbers...), edition)
		longer[list] = next
	}
	return next
}

func (k *counties) list(at uint32) []int32 { return k.lists[at+1:][:k.lists[at]] }

// at returns the numbers of the editions that may have something at p, ascending. The slice must not be changed.
func (k *counties) at(p geo.Point) []int32 { return k.list(k.listAt(p)) }

// listAt returns where their list stands.
func (k *counties) listAt(p geo.Point) uint32 {
	col, row := int64(p.X)>>k.shift-k.col, int64(p.Y)>>k.shift-k.row
	if uint64(col) >= uint64(k.cols) || uint64(row) >= uint64(k.rows) {
		return 0
	}
	return k.cells[row*k.cols+col]
}

// meeting appends the numbers of the editions that may have something in a box to dst, ascending.
func (k *counties) meeting(box geo.Box, dst []int32) []int32 {
	if box.Empty() {
		return dst
	}
	col, row, cols, rows := window(box, k.shift)
	last := uint32(0)
	for r := max(row-k.row, 0); r < min(row-k.row+rows, k.rows); r++ {
		for c := max(col-k.col, 0); c < min(col-k.col+cols, k.cols); c++ {
			if list := k.cells[r*k.cols+c]; list != last {
				dst = append(dst, k.list(list)...)
				last = list
			}
		}
	}
	slices.Sort(dst)
	return slices.Compact(dst)
}
