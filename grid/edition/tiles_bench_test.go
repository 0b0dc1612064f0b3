package edition_test

import (
	"fmt"
	"testing"

	"github.com/wangge/wangge/geo/mvt"
)

// BenchmarkGridTile makes tiles at random of a city of four counties of 2,000 grids, zoom by zoom: the first time that a tile shows a border it is simplified
// for it, afterwards its shape is held.
func BenchmarkGridTile(b *testing.B) {
	divisions, contents := nation(b, 4)
	c := cityOfRows(b, divisions, contents)
	points := pointsIn(c.Box(), 40)
	for z := uint8(10); z <= 16; z++ {
		var ids []mvt.TileID
		for _, p := range points {
			ids = append(ids, mvt.Project(p).Tile(z))
		}
		pass := func(b *testing.B) {
			b.ReportAllocs()
			bytes := 0
			for i := 0; b.Loop(); i++ {
				tile, err := c.GridTile(ids[i%len(ids)])
				if err != nil {
					b.Fatal(err)
				}
				bytes += len(tile)
			}
			b.ReportMetric(float64(bytes)/float64(b.N), "bytes/tile")
		}
		b.Run(fmt.Sprintf("z%d/first", z), func(b *testing.B) {
			for b.Loop() {
				next, err := c.Next(divisions, c.Editions(), c.Settings())
				if err != nil {
					b.Fatal(err)
				}
				c = next
				for _, id := range ids {
					if _, err := c.GridTile(id); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(ids)), "µs/tile")
		})
		b.Run(fmt.Sprintf("z%d/held", z), pass)
	}
}
