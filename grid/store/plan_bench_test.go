package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// wideCounty fills s with one county of n grids of about 60 vertices, 25 or so to a community.
func wideCounty(b *testing.B, s *store.Store, n int) *edition.City {
	b.Helper()
	tiling := geotest.Big(n, 60)
	box := tiling.Outline.Box()
	across := 1
	for across*across*25 < n {
		across++
	}
	column := func(at, from, to int32) int { return int(int64(at-from) * int64(across) / (int64(to-from) + 1)) }
	streets, communities := map[string][]geo.MultiPolygon{}, map[string][]geo.MultiPolygon{}
	e := store.NewEdition{CountyCode: countyCode, Proven: true}
	for _, face := range tiling.Faces {
		at := geo.PointOnSurface(face)
		street := fmt.Sprintf("320211%03d", 1+column(at.X, box.Min.X, box.Max.X))
		community := fmt.Sprintf("%s%03d", street, 1+column(at.Y, box.Min.Y, box.Max.Y))
		streets[street+"000"], communities[community] = append(streets[street+"000"], face), append(communities[community], face)
		e.Base = append(e.Base, baseGrid(fmt.Sprintf("%s%03d", community, len(communities[community])), community, face))
	}
	divisions := []grid.Division{
		division(cityCode, grid.LevelCity, "", "", tiling.Outline),
		division(countyCode, grid.LevelCounty, cityCode, countyCode, tiling.Outline),
	}
	for code, faces := range streets {
		divisions = append(divisions, division(code, grid.LevelStreet, countyCode, countyCode, mesh.Dissolve(faces)))
	}
	for code, faces := range communities {
		divisions = append(divisions, division(code, grid.LevelCommunity, code[:9]+"000", countyCode, mesh.Dissolve(faces)))
	}
	importDivisions(b, s, divisions)
	if err := importEdition(b.Context(), s, e); err != nil {
		b.Fatal(err)
	}
	return cityOf(b, s)
}

// BenchmarkEditPlan draws splits in a county of WANGGE_BENCH_GRIDS grids (2000) with WANGGE_BENCH_PLACES places (50000), each answered
// with findings and impact, and takes each back; fresh is a plan with no other change, long one with thirty. The goal is p95-ms
// under 50.
func BenchmarkEditPlan(b *testing.B) {
	n, places := benchSize(b, "WANGGE_BENCH_GRIDS", 2000), benchSize(b, "WANGGE_BENCH_PLACES", 50_000)
	s := store.New(gridtest.Pool(b))
	city := wideCounty(b, s, n)
	rng := rand.New(rand.NewPCG(1, 2))
	points := clustered(rng, places, city.Box())
	imp := newImport("hazards", places)
	imp.City = city
	err := s.ImportPlaces(b.Context(), imp, layerOf(b, "hazard"), each(places, func(i int) grid.Place {
		return hazard(points[i].Orb(), city.AssignPoint(points[i]))
	}))
	if err != nil {
		b.Fatal(err)
	}
	for name, changes := range map[string]int{"fresh": 0, "long": 30} {
		b.Run(name, func(b *testing.B) {
			d := newDesk(b, s, city, planner)
			for range 10 * changes {
				if d.plan.Position < changes {
					d.trySplit(rng)
				}
			}
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				if d.trySplit(rng) {
					took = append(took, time.Since(start))
					made, err := s.UndoPlan(b.Context(), city, planner, d.plan.Code, d.plan.Version)
					d.after(made.Plan, err)
				}
			}
			if slices.Sort(took); len(took) > 0 {
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			}
		})
	}
}

// trySplit splits a grid by chance between two of its vertices, if the line takes it.
func (d *desk) trySplit(rng *rand.Rand) bool {
	d.t.Helper()
	grids := d.city.Edition(countyCode).Base()
	g := grids[rng.IntN(len(grids))]
	ring := g.Boundary[0][0]
	i := rng.IntN(len(ring) - 1)
	ch := lineChange(grid.OpSplit, g.Code, orb.Point(ring[i]), orb.Point(ring[(i+len(ring)/2)%(len(ring)-1)]))
	made, err := d.s.EditPlan(d.t.Context(), d.city, d.actor, d.plan.Code, d.plan.Version, ch)
	if errors.Is(err, grid.ErrInvalid) || errors.Is(err, grid.ErrNotFound) || errors.As(err, new(*geo.InvalidError)) {
		return false
	}
	d.after(made.Plan, err)
	return true
}
