package geo_test

import (
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
)

// The benchmarks take faces of about 60 vertices, one a loop.

func faces() []geo.MultiPolygon { return geotest.Big(100, 60).Faces }

func BenchmarkCheck(b *testing.B) {
	all := faces()
	for i := 0; b.Loop(); i++ {
		if err := geo.Check(all[i%len(all)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAreaM2(b *testing.B) {
	all := faces()
	for i := 0; b.Loop(); i++ {
		geo.AreaM2(all[i%len(all)])
	}
}

func BenchmarkPointOnSurface(b *testing.B) {
	all := faces()
	for i := 0; b.Loop(); i++ {
		geo.PointOnSurface(all[i%len(all)])
	}
}

func BenchmarkOverlapArea(b *testing.B) {
	all := faces()
	moved := make([]geo.MultiPolygon, len(all))
	for i, m := range all {
		var r geo.Ring
		for _, v := range m[0][0] {
			r = append(r, geo.Point{X: v.X + 3333, Y: v.Y + 4444})
		}
		moved[i] = geo.MultiPolygon{{r}}
	}
	for i := 0; b.Loop(); i++ {
		geo.OverlapArea(all[i%len(all)], moved[i%len(all)])
	}
}
