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
