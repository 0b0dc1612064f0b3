package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// BenchmarkPublish publishes plans that split 10 grids, in counties of different sizes with 500 places and 50 household points to a
// grid: the time is that of the changed area, not of the county. The goal is p50-ms under 500 with 1,000,000 places.
func BenchmarkPublish(b *testing.B) {
	for _, grids := range []int{200, benchSize(b, "WANGGE_BENCH_GRIDS", 2000)} {
		b.Run(fmt.Sprintf("grids=%d", grids), func(b *testing.B) {
			pool := gridtest.Pool(b)
			s := store.New(pool)
			city := wideCounty(b, s, grids)
			rng := rand.New(rand.NewPCG(1, 2))
			crowd(b, s, city, rng, grids*500, grids*50)
			if _, err := pool.Exec(b.Context(), `ANALYZE`); err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			for b.Loop() {
				b.StopTimer()
				d := newDesk(b, s, city, planner)
				for d.plan.Position < 10 {
					d.trySplit(rng)
				}
				_, err := pool.Exec(b.Context(), `UPDATE plan SET state = 'decided', decided_at = now() WHERE id = $1`, d.plan.ID)
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				start := time.Now()
				d.after(s.Publish(b.Context(), city, countyDecider, d.plan.Code, d.plan.Version))
				took = append(took, time.Since(start))
				b.StopTimer()
				city = cityOf(b, s)
				b.StartTimer()
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		})
	}
}

// crowd scatters places and household points over the city.
func crowd(b *testing.B, s *store.Store, city *edition.City, rng *rand.Rand, places, households int) {
	b.Helper()
	box := city.Box()
	point := func(int) geo.Point {
		return geo.Point{X: box.Min.X + rng.Int32N(box.Max.X-box.Min.X), Y: box.Min.Y + rng.Int32N(box.Max.Y-box.Min.Y)}
	}
	imp := newImport("hazards", places)
	imp.City = city
	err := s.ImportPlaces(b.Context(), imp, layerOf(b, "hazard"), each(places, func(i int) grid.Place {
		p := point(i)
		return hazard(p.Orb(), city.AssignPoint(p))
	}))
	if err != nil {
		b.Fatal(err)
	}
	imp = newImport("household_points", households)
	imp.City = city
	err = s.ImportHouseholdPoints(b.Context(), imp, each(households, func(i int) grid.HouseholdPoint {
		p := point(i)
		return grid.HouseholdPoint{Households: 20, Location: p.Orb(), InputCRS: "wgs84", Assignment: city.AssignPoint(p)}
	}))
	if err != nil {
		b.Fatal(err)
	}
}
