package geotest

import (
	"math/rand/v2"
	"slices"

	"github.com/wangge/wangge/geo"
)

// Thin returns a random tiling of n long thin faces on top of each other, near 120° E 31° N: each 2 km long and from a
// few units to some metres high, with borders that run nearly parallel and have vertices of their own.
func Thin(rng *rand.Rand, n int) Tiling {
	const length, left, bottom = 200_000, 1_200_000_000, 310_000_000
	height := int32(6) << rng.IntN(8)
	borders := make([]geo.Line, n+1) // from left to right
	for i := range borders {
		y := bottom + int32(i)*height
		xs := []int32{left, left + length}
		for range rng.IntN(8) {
			xs = append(xs, left+1+rng.Int32N(length-1))
		}
		slices.Sort(xs)
		for _, x := range slices.Compact(xs) {
			borders[i] = append(borders[i], geo.Point{X: x, Y: y + rng.Int32N(height/2)})
		}
	}
	faces := make([]geo.MultiPolygon, n)
	for i := range faces {
		upper := slices.Clone(borders[i+1])
		slices.Reverse(upper)
		faces[i] = geo.MultiPolygon{{geo.Ring(slices.Concat(borders[i], upper))}}
	}
	outline := geo.Ring(slices.Clone(borders[0]))
	for i := 1; i < n; i++ {
		outline = append(outline, borders[i][len(borders[i])-1])
	}
	last := slices.Clone(borders[n])
	slices.Reverse(last)
	outline = append(outline, last...)
	for i := n - 1; i > 0; i-- {
		outline = append(outline, borders[i][0])
	}
	return Tiling{Faces: faces, Outline: geo.MultiPolygon{{outline}}}
}
