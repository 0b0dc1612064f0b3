package geotest

import (
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

// A Tiling is a partition of an area: the faces tile the outline exactly and their borders match vertex for vertex.
// All are valid and wound as geo.MultiPolygon says.
type Tiling struct {
	Faces   []geo.MultiPolygon
	Outline geo.MultiPolygon
}

// Big returns a tiling of nFaces faces with about verticesPerFace vertices each, for benchmarks. It is deterministic
// and quick: 50,000 faces of 60 vertices take a quarter of a second, 1,000,000 some seconds and 500 MB. The faces
// are four-sided with wiggly borders, numbered by rows from the south-west near 120° E 31° N; four meet in each node.
func Big(nFaces, verticesPerFace int) Tiling {
	cols := max(1, int(math.Ceil(math.Sqrt(float64(nFaces)))))
	b := bigGrid{size: cellSize, perArc: max(0, verticesPerFace/4-1)}
	b.size = max(b.size, 2*vertexSpacing*(b.perArc+1))
	faces := make([]geo.MultiPolygon, nFaces)
	vertices := make([]geo.Point, 0, nFaces*4*(b.perArc+1))
	for k := range faces {
		i, j := k%cols, k/cols
		from := len(vertices)
		vertices = b.appendSides(vertices, [][2]int{{i, j}, {i + 1, j}, {i + 1, j + 1}, {i, j + 1}, {i, j}})
		faces[k] = geo.MultiPolygon{{vertices[from:len(vertices):len(vertices)]}}
	}
	if nFaces == 0 {
		return Tiling{}
	}
	full, rest := nFaces/cols, nFaces%cols
	corners := [][2]int{{0, 0}, {cols, 0}, {cols, full}}
	if rest > 0 {
		corners = append(corners, [2]int{rest, full}, [2]int{rest, full + 1}, [2]int{0, full + 1})
	} else {
		corners = append(corners, [2]int{0, full})
	}
	outline := geo.Ring(b.appendSides(nil, append(corners, [2]int{0, 0})))
	return Tiling{Faces: faces, Outline: geo.MultiPolygon{{outline}}}
}

// bigGrid computes nodes and arcs of an endless grid from their numbers.
type bigGrid struct {
	size, perArc int
}

// hash mixes the bits of n (splitmix64, doi:10.1145/2714064.2660195).
func hash(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// hashed returns a number in [-1, 1) made from seed.
func hashed(seed uint64) float64 { return float64(int64(hash(seed))) / (1 << 63) }

func (b bigGrid) node(i, j int) geo.Point {
	seed := uint64(i+10)<<32 | uint64(j+10)<<2
	jitter := 0.2 * float64(b.size)
	return geo.Point{
		X: int32(1_200_000_000 + i*b.size + int(jitter*hashed(seed))),
		Y: int32(310_000_000 + j*b.size + int(jitter*hashed(seed|1))),
	}
}

func (b bigGrid) centre(i, j int) [2]float64 {
	var c [2]float64
	for _, n := range [...]geo.Point{b.node(i, j), b.node(i+1, j), b.node(i+1, j+1), b.node(i, j+1)} {
		c[0] += float64(n.X) / 4
		c[1] += float64(n.Y) / 4
	}
	return c
}

// appendSides appends the borders along the straight rows of nodes between the corners, without the last corner.
func (b bigGrid) appendSides(dst []geo.Point, corners [][2]int) []geo.Point {
	sign := func(n int) int { return max(-1, min(1, n)) }
	for c := 1; c < len(corners); c++ {
		at, to := corners[c-1], corners[c]
		for at != to {
			next := [2]int{at[0] + sign(to[0]-at[0]), at[1] + sign(to[1]-at[1])}
			dst = b.appendBorder(append(dst, b.node(at[0], at[1])), at, next)
			at = next
		}
	}
	return dst
}

// appendBorder appends the vertices between the neighbouring nodes at and next, the same ones in both directions.
func (b bigGrid) appendBorder(dst []geo.Point, at, next [2]int) []geo.Point {
	if next[0] < at[0] || next[1] < at[1] {
		from := len(dst)
		dst = b.appendBorder(dst, next, at)
		slices.Reverse(dst[from:])
		return dst
	}
	i, j := at[0], at[1]
	left, right := b.centre(i, j), b.centre(i, j-1)
	if next[0] == i {
		left, right = b.centre(i-1, j), b.centre(i, j)
	}
	seed := uint64(i+10)<<40 | uint64(j+10)<<16 | uint64(next[0]-i)<<15
	p, q := b.node(i, j), b.node(next[0], next[1])
	return appendArc(dst, p, q, newBay(p, q, left), newBay(p, q, right), b.perArc, func() float64 {
		seed++
		return hashed(seed)
	})
}
