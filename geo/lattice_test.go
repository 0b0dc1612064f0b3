package geo_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/wangge/wangge/geo"
)

func TestAppendDegrees(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 8))
	units := []int32{0, 1, -1, geo.UnitsPerDegree, -geo.UnitsPerDegree, 180 * geo.UnitsPerDegree, -180 * geo.UnitsPerDegree, 10, 1_234_500}
	for range 100_000 {
		u := rng.Int32N(360*1e6) - 180*1e6
		units = append(units, u*10+rng.Int32N(10), u/1e6*1e7, u%1000, u/1000*1e4)
	}
	for _, u := range units {
		degrees := float64(u) / geo.UnitsPerDegree
		if got, want := string(geo.AppendDegrees(nil, degrees)), strconv.FormatFloat(degrees, 'f', -1, 64); got != want {
			t.Fatalf("%d units: %s, want %s", u, got, want)
		}
	}
}
