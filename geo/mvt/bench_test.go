package mvt_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

// blockCity returns n*n faces of about 400 m and 4*perSide vertices, with wiggly shared borders, around Wuxi.
func blockCity(n, perSide int) []geo.MultiPolygon {
	rng := rand.New(rand.NewPCG(7, 7))
	const pitch = 40_000
	corner := make([]geo.Point, (n+1)*(n+1))
	for i := range corner {
		x, y := int32(i%(n+1)-n/2), int32(i/(n+1)-n/2)
		corner[i] = geo.Point{
			X: 1_203_000_000 + x*pitch + rng.Int32N(pitch/3), Y: 315_700_000 + y*pitch + rng.Int32N(pitch/3),
		}
	}
	// border i leads from corner i one to the east (0) or one to the north (1), without its end.
	borders := [2][][]geo.Point{make([][]geo.Point, len(corner)), make([][]geo.Point, len(corner))}
	for i := range corner {
		for k, step := range [2]int{1, n + 1} {
			if i+step < len(corner) {
				borders[k][i] = wiggle(rng, corner[i], corner[i+step], perSide)
			}
		}
	}
	var faces []geo.MultiPolygon
	for y := range n {
		for x := range n {
			i := y*(n+1) + x
			var r geo.Ring
			r = append(r, borders[0][i]...)
			r = append(r, borders[1][i+1]...)
			r = append(r, backward(borders[0][i+n+1], corner[i+n+2])...)
			r = append(r, backward(borders[1][i], corner[i+n+1])...)
			faces = append(faces, geo.MultiPolygon{{r}})
		}
	}
	return faces
}

// wiggle returns count points from a to b, b left out, up to a tenth of the length beside the straight line.
func wiggle(rng *rand.Rand, a, b geo.Point, count int) []geo.Point {
	line := []geo.Point{a}
	dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
	for i := 1; i < count; i++ {
		t, off := float64(i)/float64(count), (rng.Float64()-0.5)/float64(count)
		line = append(line, geo.Point{X: a.X + int32(t*dx-off*dy), Y: a.Y + int32(t*dy+off*dx)})
	}
	return line
}

// backward returns the border the other way round, from end and without its first point.
func backward(border []geo.Point, end geo.Point) []geo.Point {
	out := []geo.Point{end}
	for i := len(border) - 1; i > 0; i-- {
		out = append(out, border[i])
	}
	return out
}

func BenchmarkEncode(b *testing.B) {
	faces := blockCity(64, 26)
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
			id := mvt.Project(geo.Point{X: 1_203_000_000, Y: 315_700_000}).Tile(z)
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
	face := blockCity(1, 26)[0]
	b.ReportAllocs()
	for b.Loop() {
		mvt.NewPolygons(face)
	}
}
