package mesh_test

import (
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// BenchmarkBuildAndCheck50k builds and checks 50,000 faces of 60 vertices, validity of every face included.
func BenchmarkBuildAndCheck50k(b *testing.B) {
	tiling := geotest.Big(50_000, 60)
	for b.Loop() {
		for _, m := range tiling.Faces {
			if err := geo.Check(m); err != nil {
				b.Fatal(err)
			}
		}
		if faults := mesh.Check(tiling.Faces, tiling.Outline); len(faults) > 0 {
			b.Fatal(faults[0])
		}
		if _, err := mesh.Build(tiling.Faces); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck50k is the proof of the tiling alone.
func BenchmarkCheck50k(b *testing.B) {
	tiling := geotest.Big(50_000, 60)
	for b.Loop() {
		if faults := mesh.Check(tiling.Faces, tiling.Outline); len(faults) > 0 {
			b.Fatal(faults[0])
		}
	}
}

// BenchmarkSimplifyTile simplifies 400 of 50,000 faces of 60 vertices to about 2 m, those that a tile may show.
func BenchmarkSimplifyTile(b *testing.B) {
	faces := geotest.Big(50_000, 60).Faces
	layer := around(faces)
	area := faces[25_000].Box().Union(faces[25_000+20*224+20].Box())
	shown := layer.in(area, 500)
	for _, k := range shown {
		area = area.Union(faces[k].Box())
	}
	b.ReportAllocs()
	for b.Loop() {
		s := mesh.NewSimplifier(200, layer.find)
		s.Surround(area)
		for _, k := range shown {
			s.Keep(faces[k], func(int) {})
		}
	}
}

// BenchmarkCheckApart checks 5,000 faces none of which matches its neighbours: every edge is left over.
func BenchmarkCheckApart(b *testing.B) {
	tiling := geotest.Big(5000, 60)
	for k, m := range tiling.Faces {
		for i := range m[0][0] {
			m[0][0][i].X += int32(k%7) * 3
			m[0][0][i].Y += int32(k % 5)
		}
	}
	for b.Loop() {
		mesh.Check(tiling.Faces, tiling.Outline)
	}
}

// BenchmarkCleanLondon cleans the output areas of London: 15 gaps and no more in 25,000 areas.
func BenchmarkCleanLondon(b *testing.B) {
	parts, _ := layer(b, "london-output-areas", "oa.geojson.gz")
	for b.Loop() {
		if _, err := mesh.Clean(mesh.Layer{Parts: parts}, mesh.CleanOptions{AreaM2: 1, WidthM: 0.5}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCleanApart cleans 2,000 faces none of which matches its neighbours.
func BenchmarkCleanApart(b *testing.B) {
	tiling := geotest.Big(2000, 60)
	for k, m := range tiling.Faces {
		for i := range m[0][0] {
			m[0][0][i].X += int32(k%7) * 3
			m[0][0][i].Y += int32(k % 5)
		}
	}
	for b.Loop() {
		if _, err := mesh.Clean(into(tiling.Faces, tiling.Outline), mesh.CleanOptions{AreaM2: 1, WidthM: 0.5}); err != nil {
			b.Fatal(err)
		}
	}
}
