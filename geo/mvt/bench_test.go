package mvt_test

import (
	"fmt"
	"testing"

	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mvt"
)

func BenchmarkEncode(b *testing.B) {
	faces := geotest.Big(4096, 104).Faces // about 400 m each
	shapes := make([]*mvt.Shape, len(faces))
	for i, f := range faces {
		shapes[i] = mvt.NewPolygons(f)
	}
	codes := make([]string, len(faces))
	for i := range codes {
		codes[i] = fmt.Sprintf("320211001%06d", i)
	}
	for _, z := range []uint8{12, 13, 14, 15, 16} {
		b.Run(fmt.Sprintf("z%d", z), func(b *testing.B) {
			id := mvt.Project(faces[32*64+32].Box().Min).Tile(z)
			box := id.Box(testBuffer)
			var visible []int
			vertices := 0
			for i, f := range faces {
				if f.Box().Intersects(box) {
					visible = append(visible, i)
					vertices += shapes[i].Vertices()
				}
			}
			tile, err := mvt.New(id, testBuffer)
			if err != nil {
				b.Fatal(err)
			}
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				if err := tile.Reset(id); err != nil {
					b.Fatal(err)
				}
				l := tile.Layer("base")
				for _, i := range visible {
					l.Add(uint64(i), shapes[i],
						mvt.Tag{Key: "code", Value: mvt.String(codes[i])}, mvt.Tag{Key: "households", Value: mvt.Int(int64(i % 300))})
				}
				out = tile.Encode(out[:0])
			}
			b.ReportMetric(float64(len(visible)), "features")
			b.ReportMetric(float64(vertices)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mvertices/s")
			b.ReportMetric(float64(len(out)), "bytes")
		})
	}
}

func BenchmarkNewPolygons(b *testing.B) {
	face := geotest.Big(1, 104).Faces[0]
	b.ReportAllocs()
	for b.Loop() {
		mvt.NewPolygons(face)
	}
}
