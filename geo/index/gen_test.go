package index_test

import (
	"math/rand/v2"

	"github.com/wangge/wangge/geo"
)

// tiling returns n×n faces of about 4*k vertices that tile a square at (lon, lat) 120.3, 31.5 of side size units; every
// border is bent at random and shared vertex for vertex.
func tiling(rng *rand.Rand, n, k int, size int32) []geo.MultiPolygon {
	origin := geo.Point{X: 1_203_000_000, Y: 315_000_000}
	step := size / int32(n)
	nodes := make([][]geo.Point, n+1)
	for j := range nodes {
		nodes[j] = make([]geo.Point, n+1)
		for i := range nodes[j] {
			nodes[j][i] = geo.Point{
				X: origin.X + int32(i)*step + rng.Int32N(step/4+1),
				Y: origin.Y + int32(j)*step + rng.Int32N(step/4+1),
			}
		}
	}
	bend := func(a, b geo.Point) []geo.Point { // a and k-1 points on the way to b
		pts := []geo.Point{a}
		for t := 1; t < k; t++ {
			jitter := func() int32 { return rng.Int32N(step/16+1) - step/32 }
			dx, dy := int64(b.X-a.X)*int64(t)/int64(k), int64(b.Y-a.Y)*int64(t)/int64(k)
			q := geo.Point{X: a.X + int32(dx), Y: a.Y + int32(dy)}
			if b.X-a.X > b.Y-a.Y {
				q.Y += jitter()
			} else {
				q.X += jitter()
			}
			pts = append(pts, q)
		}
		return pts
	}
	across, up := make([][][]geo.Point, n+1), make([][][]geo.Point, n+1)
	for j := range nodes {
		across[j], up[j] = make([][]geo.Point, n+1), make([][]geo.Point, n+1)
		for i := range nodes[j] {
			if i < n {
				across[j][i] = bend(nodes[j][i], nodes[j][i+1])
			}
			if j < n {
				up[j][i] = bend(nodes[j][i], nodes[j+1][i])
			}
		}
	}
	var faces []geo.MultiPolygon
	for j := range n {
		for i := range n {
			r := append(geo.Ring{}, across[j][i]...)
			r = append(r, up[j][i+1]...)
			r = appendReversed(r, across[j+1][i], nodes[j+1][i+1])
			r = appendReversed(r, up[j][i], nodes[j+1][i])
			faces = append(faces, geo.MultiPolygon{{dedupe(r)}})
		}
	}
	return faces
}

// appendReversed appends end and then path backwards without its first point.
func appendReversed(r geo.Ring, path []geo.Point, end geo.Point) geo.Ring {
	r = append(r, end)
	for i := len(path) - 1; i > 0; i-- {
		r = append(r, path[i])
	}
	return r
}

func dedupe(r geo.Ring) geo.Ring {
	out := r[:0]
	for i, v := range r {
		if v != r[(i+1)%len(r)] {
			out = append(out, v)
		}
	}
	return out
}
