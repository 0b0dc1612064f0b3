package index

import (
	"cmp"
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

// Neighbour is a part whose border passes near a point, and how near.
type Neighbour struct {
	Part      int32
	DistanceM float64 // metres from the point to the nearest point of the part's border
}

// MaxNearM is the largest radius that Near takes, in metres.
const MaxNearM = 10_000

// metresPerUnit is the length of a lattice unit of latitude on a sphere of mean radius, less 1 %, so that a box made
// with it is never too small on the ellipsoid.
const metresPerUnit = 0.99 * 6371008.8 * math.Pi / 180 / geo.UnitsPerDegree

// Near appends to dst every part whose border lies within radiusM metres of p, each once, with its distance, ordered
// by part. A radius above MaxNearM counts as MaxNearM, one that is not positive finds nothing. Time grows with the
// number of edges within the radius.
func (x *Index) Near(p geo.Point, radiusM float64, dst []Neighbour) []Neighbour {
	if !(radiusM > 0) {
		return dst
	}
	radiusM = min(radiusM, MaxNearM)
	from := len(dst)
	box := around(p, radiusM)
	var buf [32]record
	edges := buf[:0]
	for w := x.cellsMeeting(box); w.next(); {
		if block := w.block(); block != nil {
			edges = w.edges(block, edges[:0])
			dst = nearOf(edges, p, radiusM, box, dst)
		}
	}
	found := dst[from:]
	slices.SortFunc(found, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.DistanceM, b.DistanceM))
	})
	found = slices.CompactFunc(found, func(a, b Neighbour) bool { return a.Part == b.Part })
	return dst[:from+len(found)]
}

// nearOf appends the parts on both sides of those edges that meet box and lie within radiusM metres of p.
func nearOf(edges []record, p geo.Point, radiusM float64, box geo.Box, dst []Neighbour) []Neighbour {
	for i := range edges {
		r := &edges[i]
		if !r.meets(box) {
			continue
		}
		d := geo.DistanceToSegmentM(p, r.a, r.b)
		if d > radiusM {
			continue
		}
		for _, label := range [2]int32{r.left, r.right} {
			if label != 0 {
				dst = append(dst, Neighbour{label - 1, d})
			}
		}
	}
	return dst
}

// meets reports whether the bounding box of r's edge meets box.
func (r *record) meets(box geo.Box) bool {
	return r.a.X <= box.Max.X && box.Min.X <= r.b.X &&
		min(r.a.Y, r.b.Y) <= box.Max.Y && box.Min.Y <= max(r.a.Y, r.b.Y)
}

// around returns a box that contains every lattice point within radiusM metres of p.
func around(p geo.Point, radiusM float64) geo.Box {
	dy := radiusM/metresPerUnit + 1
	lat := min(math.Abs(float64(p.Y))+dy, 89.9*geo.UnitsPerDegree) / geo.UnitsPerDegree
	dx := dy/math.Cos(lat*math.Pi/180) + 1
	return geo.Box{
		Min: geo.Point{X: clamp(float64(p.X) - dx), Y: clamp(float64(p.Y) - dy)},
		Max: geo.Point{X: clamp(float64(p.X) + dx), Y: clamp(float64(p.Y) + dy)},
	}
}

func clamp(v float64) int32 { return int32(min(max(v, math.MinInt32), math.MaxInt32)) }

// maxCells is the number of cells up to which Overlapping looks at cells; above, and where there are more cells than parts, it looks at the
// boxes of all parts.
const maxCells = 4096

// Overlapping appends to dst, ascending and each once, the parts that may meet box: every part that shares a point
// with box is among them, and every one of them has a bounding box that meets box.
func (x *Index) Overlapping(box geo.Box, dst []int32) []int32 {
	if box.Empty() || len(x.cells) == 0 {
		return dst
	}
	from := len(dst)
	col0, row0, col1, row1 := x.window(box)
	if cells := (col1 - col0 + 1) * (row1 - row0 + 1); x.deep != nil || cells > maxCells || cells > int64(len(x.boxes)) {
		for k, b := range x.boxes {
			if b.Intersects(box) {
				dst = append(dst, int32(k))
			}
		}
		return dst
	}
	add := func(k int32) {
		if x.boxes[k].Intersects(box) && (len(dst) == from || dst[len(dst)-1] != k) {
			dst = append(dst, k)
		}
	}
	for w := x.cellsMeeting(box); w.next(); {
		block := w.block()
		if block == nil { // a cell that lies in one part
			add(int32(w.cell) - 1)
			continue
		}
		x.eachPart(block, add)
	}
	slices.Sort(dst[from:])
	return dst[:from+len(slices.Compact(dst[from:]))]
}

// window returns the first and last columns and rows of the cells that meet box; last < first if there are none.
func (x *Index) window(box geo.Box) (col0, row0, col1, row1 int64) {
	col0 = max((int64(box.Min.X)-x.originX)>>x.shift, 0)
	row0 = max((int64(box.Min.Y)-x.originY)>>x.shift, 0)
	col1 = min((int64(box.Max.X)-x.originX)>>x.shift, x.cols-1)
	row1 = min((int64(box.Max.Y)-x.originY)>>x.shift, x.rows-1)
	return col0, row0, max(col1, col0-1), max(row1, row0-1)
}

// cursor goes through the cells that meet a box and in which there is something, row by row.
type cursor struct {
	x                 *Index
	firstCol, lastCol int64
	lastRow           int64
	col, row          int64 // of the cell
	cell              uint32
}

// cellsMeeting returns a cursor before the first of those cells.
func (x *Index) cellsMeeting(box geo.Box) cursor {
	col0, row0, col1, row1 := x.window(box)
	return cursor{x: x, firstCol: col0, lastCol: col1, lastRow: row1, col: col0 - 1, row: row0}
}

// next goes to the next cell, and reports whether there is one.
func (w *cursor) next() bool {
	for ; w.row <= w.lastRow; w.row++ {
		for w.col < w.lastCol {
			w.col++
			if w.cell = w.x.cells[w.row*w.x.cols+w.col]; w.cell != 0 {
				return true
			}
		}
		w.col = w.firstCol - 1
	}
	return false
}

// block returns the block of the cell, nil for a cell that lies in one part and meets no edge.
func (w *cursor) block() []uint32 {
	if w.cell&blockBit == 0 {
		return nil
	}
	return w.x.block(w.cell, w.row)
}

// edges appends the edges of the cell's block to dst.
func (w *cursor) edges(block []uint32, dst []record) []record {
	return w.x.records(block, w.x.originX+w.col<<w.x.shift, w.x.originY+w.row<<w.x.shift, dst)
}
