package mesh

import (
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

// buckets are some corners of a Simplifier by square.
type buckets struct {
	box        geo.Box
	side       int64
	cols, rows int64
	starts     []int32 // of each square, row by row
	places     []int32
	at         []geo.Point // of places
}

const (
	// cornersPerBucket is about how many corners a square has.
	cornersPerBucket = 4
	// mostBuckets is how many buckets a Simplifier has side by side, each with the corners that were new when it was asked, before all
	// become one.
	mostBuckets = 16
)

// allBuckets returns buckets of all corners.
func (s *Simplifier) allBuckets() []buckets {
	if s.inBuckets < len(s.corners) {
		if len(s.buckets) == mostBuckets {
			s.buckets, s.inBuckets = s.buckets[:0], 0
		}
		s.buckets = append(s.buckets, s.bucketsFrom(s.inBuckets))
		s.inBuckets = len(s.corners)
	}
	return s.buckets
}

// holds reports whether one of the corners in a box is such a one.
func (b *buckets) holds(box geo.Box, is func(at geo.Point, place int32) bool) bool {
	if !b.box.Intersects(box) {
		return false
	}
	lowCol, lowRow := b.square(box.Min)
	highCol, highRow := b.square(box.Max)
	for row := lowRow; row <= highRow; row++ {
		from, to := b.starts[row*b.cols+lowCol], b.starts[row*b.cols+highCol+1]
		for i, at := range b.at[from:to] {
			if box.Contains(at) && is(at, b.places[int(from)+i]) {
				return true
			}
		}
	}
	return false
}

// square returns the column and row of a point, those of the nearest square for one outside of all.
func (b *buckets) square(p geo.Point) (col, row int64) {
	col, row = (int64(p.X)-int64(b.box.Min.X))/b.side, (int64(p.Y)-int64(b.box.Min.Y))/b.side
	return max(0, min(b.cols-1, col)), max(0, min(b.rows-1, row))
}

// bucketsFrom puts the corners from a place on into buckets.
func (s *Simplifier) bucketsFrom(from int) buckets {
	corners := s.corners[from:]
	b := buckets{box: geo.EmptyBox()}
	for i := range corners {
		b.box = b.box.Extend(corners[i].at)
	}
	width, height := int64(b.box.Max.X)-int64(b.box.Min.X)+1, int64(b.box.Max.Y)-int64(b.box.Min.Y)+1
	squares := float64(len(corners))/cornersPerBucket + 1
	b.side = int64(math.Ceil(math.Sqrt(float64(width) * float64(height) / squares)))
	b.side = max(1, b.side, width/int64(squares), height/int64(squares))
	b.cols, b.rows = width/b.side+1, height/b.side+1
	b.starts = make([]int32, b.cols*b.rows+1)
	at := make([]int32, len(corners))
	for i := range corners {
		col, row := b.square(corners[i].at)
		at[i] = int32(row*b.cols + col)
		b.starts[at[i]+1]++
	}
	for i := range b.starts[1:] {
		b.starts[i+1] += b.starts[i]
	}
	next := slices.Clone(b.starts)
	b.places, b.at = make([]int32, len(corners)), make([]geo.Point, len(corners))
	for i, square := range at {
		b.places[next[square]], b.at[next[square]] = int32(from+i), corners[i].at
		next[square]++
	}
	return b
}
