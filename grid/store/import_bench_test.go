package store_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// benchSize reads a size from the environment, so that the full measurement is asked for and not met by accident.
func benchSize(b *testing.B, name string, otherwise int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatalf("%s: %v", name, err)
	}
	return n
}

// clustered returns n points, most of them around a few centres, as places are.
func clustered(rng *rand.Rand, n int, box geo.Box) []geo.Point {
	width, height := float64(box.Max.X-box.Min.X), float64(box.Max.Y-box.Min.Y)
	centres := make([][2]float64, 200)
	for i := range centres {
		centres[i] = [2]float64{rng.Float64(), rng.Float64()}
	}
	points := make([]geo.Point, n)
	for i := range points {
		c := centres[rng.IntN(len(centres))]
		x, y := c[0]+rng.NormFloat64()*0.03, c[1]+rng.NormFloat64()*0.03
		if i%4 == 0 || x < 0 || x > 1 || y < 0 || y > 1 {
			x, y = rng.Float64(), rng.Float64()
		}
		points[i] = geo.Point{X: box.Min.X + int32(x*width), Y: box.Min.Y + int32(y*height)}
	}
	return points
}

// BenchmarkImport1M compares the import of located places with COPY and UPDATE … ST_Covers on the same tables, indexes
// included. WANGGE_BENCH_PLACES and WANGGE_BENCH_GRIDS set the size; the name is that of the goal: 1000000 places on 50000
// grids.
func BenchmarkImport1M(b *testing.B) {
	places := benchSize(b, "WANGGE_BENCH_PLACES", 50_000)
	grids := benchSize(b, "WANGGE_BENCH_GRIDS", 5_000)
	tiling := geotest.Big(grids, 60)
	points := clustered(rand.New(rand.NewPCG(1, 2)), places, tiling.Outline.Box())

	b.Run("import", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			pool := gridtest.Pool(b)
			s := store.New(pool)
			city := tiled(b, s, tiling)
			b.StartTimer()
			imp := newImport("hazards", places)
			imp.City = city
			err := s.ImportPlaces(b.Context(), imp, layerOf(b, "hazard"), each(places, func(i int) grid.Place {
				return hazard(points[i].Orb(), city.AssignPoint(points[i]))
			}))
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(places)*float64(b.N)/b.Elapsed().Seconds(), "places/s")
	})
	b.Run("copy_and_update", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			pool := gridtest.Pool(b)
			s := store.New(pool)
			city := tiled(b, s, tiling)
			b.StartTimer()
			start := time.Now()
			imp := newImport("hazards", places)
			imp.City = city // as if located: the update below is what assigns
			err := s.ImportPlaces(b.Context(), imp, layerOf(b, "hazard"), each(places, func(i int) grid.Place {
				return hazard(points[i].Orb(), grid.Assignment{})
			}))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(start).Seconds(), "s-copy")
			_, err = pool.Exec(b.Context(), `
				UPDATE place p
				SET base_grid_id = g.id, community_code = g.community_code, county_code = g.county_code, located_edition = v.from_edition
				FROM grid_version v
				JOIN grid g ON g.id = v.grid_id
				WHERE v.to_edition IS NULL AND ST_Covers(v.boundary, p.shape)`)
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(places)*float64(b.N)/b.Elapsed().Seconds(), "places/s")
	})
}
