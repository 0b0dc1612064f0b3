package index_test

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/tidwall/rtree"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
)

func points(rng *rand.Rand, box geo.Box, n int) []geo.Point {
	pts := make([]geo.Point, n)
	for i := range pts {
		pts[i] = geo.Point{
			X: box.Min.X + rng.Int32N(box.Max.X-box.Min.X),
			Y: box.Min.Y + rng.Int32N(box.Max.Y-box.Min.Y),
		}
	}
	return pts
}

func layerBox(parts []geo.MultiPolygon) geo.Box {
	b := geo.EmptyBox()
	for _, m := range parts {
		b = b.Union(m.Box())
	}
	return b
}

func benchFind(b *testing.B, n int) {
	parts := tiling(rand.New(rand.NewPCG(1, 2)), n, 15, int32(n)*4096)
	pts := points(rand.New(rand.NewPCG(3, 4)), layerBox(parts), 1<<20)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	x := index.Build(parts)
	built := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		x.Find(pts[i&(1<<20-1)])
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mlookups/s")
	b.ReportMetric(built.Seconds(), "build-s")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
	runtime.KeepAlive(x)
}

// BenchmarkFind50k looks up random points in 50,176 faces of 60 vertices on one core.
func BenchmarkFind50k(b *testing.B) { benchFind(b, 224) }

// BenchmarkFind1M does so in 1,000,000 faces. It needs about 3 GB.
func BenchmarkFind1M(b *testing.B) {
	if testing.Short() {
		b.Skip("needs 3 GB of memory")
	}
	benchFind(b, 1000)
}

// BenchmarkNear50k asks for the borders within 15 metres, the default of BR-23.
func BenchmarkNear50k(b *testing.B) {
	parts := tiling(rand.New(rand.NewPCG(1, 2)), 224, 15, 224*4096*4)
	pts := points(rand.New(rand.NewPCG(3, 4)), layerBox(parts), 1<<20)
	x := index.Build(parts)
	var dst []index.Neighbour
	i := 0
	for b.Loop() {
		dst = x.Near(pts[i&(1<<20-1)], 15, dst[:0])
		i++
	}
}

// BenchmarkFindRTree50k is the baseline: an R-tree of boxes and a test of each candidate's rings.
func BenchmarkFindRTree50k(b *testing.B) {
	parts := tiling(rand.New(rand.NewPCG(1, 2)), 224, 15, 224*4096)
	pts := points(rand.New(rand.NewPCG(3, 4)), layerBox(parts), 1<<20)
	var tree rtree.RTreeG[int32]
	for k, m := range parts {
		box := m.Box()
		lo := [2]float64{float64(box.Min.X), float64(box.Min.Y)}
		tree.Insert(lo, [2]float64{float64(box.Max.X), float64(box.Max.Y)}, int32(k))
	}
	i := 0
	for b.Loop() {
		p := pts[i&(1<<20-1)]
		at := [2]float64{float64(p.X), float64(p.Y)}
		tree.Search(at, at, func(_, _ [2]float64, k int32) bool { return !insideRing(parts[k][0][0], p) })
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mlookups/s")
}

// insideRing is the usual ray test, half-open.
func insideRing(r geo.Ring, p geo.Point) bool {
	in := false
	u := r[len(r)-1]
	for _, v := range r {
		if (u.Y <= p.Y) != (v.Y <= p.Y) && (geo.Orient(u, v, p) > 0) == (v.Y > u.Y) {
			in = !in
		}
		u = v
	}
	return in
}
