package mesh_test

import (
	"fmt"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// BenchmarkSplitLocal splits a face of 60 vertices: it costs the same among 2,000 faces and among 50,000, but for a look
// at all boxes.
func BenchmarkSplitLocal(b *testing.B) {
	for _, n := range []int{2000, 50_000} {
		b.Run(fmt.Sprint(n, "_faces"), func(b *testing.B) {
			tiling := geotest.Big(n, 60)
			p := mesh.NewPlane(tiling.Faces, nil)
			face := int32(n/2 + 20)
			box := tiling.Faces[face].Box()
			line := geo.Line{{X: box.Min.X, Y: (box.Min.Y + box.Max.Y) / 2}, {X: box.Max.X, Y: (box.Min.Y + box.Max.Y) / 2}}
			for b.Loop() {
				if _, err := p.Split(face, line, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMoveLocal moves a corner of a face to its neighbour.
func BenchmarkMoveLocal(b *testing.B) {
	tiling := geotest.Big(2000, 60)
	p := mesh.NewPlane(tiling.Faces, nil)
	const face = 1020
	box := tiling.Faces[face].Box()
	region := geo.MultiPolygon{{{box.Min, {X: box.Max.X, Y: box.Min.Y}, box.Max}}}
	for b.Loop() {
		if _, err := p.Move(region, nil, face); err != nil {
			b.Fatal(err)
		}
	}
}
