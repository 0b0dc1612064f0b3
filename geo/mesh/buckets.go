package mesh

import (
	"iter"
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

// buckets are the corners of a Simplifier by square.
type buckets struct {
	box        geo.Box
	side       int64
	cols, rows int64
	starts     []int32 // of each square, row by row
	places     []int32
}

// cornersPerBucket is about how many corners a square has.
const cornersPerBucket = 4

// cornersIn yields the places of the corners in a box and some around it.
func (s *Simplifier) cornersIn(box geo.Box) iter.Seq[int32] {
	if len(s.buckets.places) == 0 {
		s.fillBuckets()
	}
	b := &s.buckets
	return func(yield func(int32) bool) {
		lowCol, lowRow := b.square(box.Min)
		highCol, highRow := b.square(box.Max)
		for row := lowRow; row <= highRow; row++ {
			for _, place := range b.places[b.starts[row*b.cols+lowCol]:b.starts[row*b.cols+highCol+1]] {
				if !yield(place) {
					return
				}
			}
		}
	}
}

// square returns the column and row of a point, those of the nearest square for one outside of all.
func (b *buckets) square(p geo.Point) (col, row int64) {
	col, row = (int64(p.X)-int64(b.box.Min.X))/b.side, (int64(p.Y)-int64(b.box.Min.Y))/b.side
	return max(0, min(b.cols-1, col)), max(0, min(b.rows-1, row))
}

func (s *Simplifier) fillBuckets() {
	b := &s.buckets
	b.box = geo.EmptyBox()
	for _, box := range s.covered {
		b.box = b.box.Union(box)
	}
	width, height := int64(b.box.Max.X)-int64(b.box.Min.X)+1, int64(b.box.Max.Y)-int64(b.box.Min.Y)+1
	squares := float64(len(s.corners))/cornersPerBucket + 1
	b.side = int64(math.Ceil(math.Sqrt(float64(width) * float64(height) / squares)))
	b.side = max(1, b.side, width/int64(squares), height/int64(squares))
	b.cols, b.rows = width/b.side+1, height/b.side+1
	b.starts = make([]int32, b.cols*b.rows+1)
	at := make([]int32, len(s.corners))
	for i := range s.corners {
		col, row := b.square(s.corners[i].at)
		at[i] = int32(row*b.cols + col)
		b.starts[at[i]+1]++
	}
	for i := range b.starts[1:] {
		b.starts[i+1] += b.starts[i]
	}
	next := slices.Clone(b.starts)
	b.places = make([]int32, len(s.corners))
	for i, square := range at {
		b.places[next[square]] = int32(i)
		next[square]++
	}
}
