package synth_test

import (
	"testing"

	"github.com/wangge/wangge/grid/synth"
)

// BenchmarkNew draws a city of 5,000 grids.
func BenchmarkNew(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		city(b, uint64(i), 5_000)
	}
}

// BenchmarkLayer makes rows of the layers with the most of them; ns/op is the time of one row.
func BenchmarkLayer(b *testing.B) {
	c, err := synth.New(synth.Config{Seed: 1, Grids: 500, Places: 1 << 40, Incidents: 1 << 40})
	if err != nil {
		b.Fatal(err)
	}
	for _, layer := range []string{"rental_premises", "hazards", "incidents"} {
		b.Run(layer, func(b *testing.B) {
			rows, err := c.Layer(layer)
			if err != nil {
				b.Fatal(err)
			}
			for range rows {
				if !b.Loop() {
					return
				}
			}
		})
	}
}
