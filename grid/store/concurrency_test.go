package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// twoCounties returns a city of two counties, west and east, whose common border is a straight line, and a tiling of each.
func twoCounties() (divisions []grid.Division, west, east []geo.MultiPolygon) {
	const size = 100_000 // lattice units
	square := func(i, j, w, h int) geo.MultiPolygon {
		x, y := int32(1_200_000_000+i*size), int32(310_000_000+j*size)
		return geo.MultiPolygon{{geo.Ring{
			{X: x, Y: y}, {X: x + int32(w*size), Y: y}, {X: x + int32(w*size), Y: y + int32(h*size)}, {X: x, Y: y + int32(h*size)},
		}}}
	}
	for i := range 4 {
		for j := range 4 {
			if i < 2 {
				west = append(west, square(i, j, 1, 1))
			} else {
				east = append(east, square(i, j, 1, 1))
			}
		}
	}
	divisions = []grid.Division{division(cityCode, grid.LevelCity, "", "", square(0, 0, 4, 4))}
	for k, code := range []string{"320211", "320212"} {
		outline := square(2*k, 0, 2, 4)
		divisions = append(divisions,
			division(code+"000000", grid.LevelCounty, cityCode, code+"000000", outline),
			division(code+"001000", grid.LevelStreet, code+"000000", code+"000000", outline),
			division(code+"001001", grid.LevelCommunity, code+"001000", code+"000000", outline))
	}
	return divisions, west, east
}

// border returns points on the borders of the faces, on their vertices among them, and inside.
func border(faces []geo.MultiPolygon) []geo.Point {
	var points []geo.Point
	for _, f := range faces {
		ring := f[0][0]
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			points = append(points, p, geo.Point{X: p.X + (q.X-p.X)/2, Y: p.Y + (q.Y-p.Y)/2})
		}
		points = append(points, geo.PointOnSurface(f))
	}
	return points
}

// opened returns a store as a server opens it, on a database of its own.
func opened(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.OpenConfig(t.Context(), gridtest.Pool(t).Config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// checkAnswers asks locate about everything that is stored (L3).
func checkAnswers(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	city := cityOf(t, s)
	err := s.EachLocated(t.Context(), func(l store.Located) error {
		n++
		want, err := city.Assign(t.Context(), l.Shape)
		if err != nil {
			return err
		}
		if l.Closed && l.Assignment.Edition < want.Edition {
			return nil
		}
		if !l.Assignment.Same(want) || l.Assignment.Edition > want.Edition {
			t.Errorf("%s %s is assigned %+v, locate says %+v", l.Table, l.Code, l.Assignment, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestL3WhileEditionsAppear writes places, incidents and imports with a city that has no grids yet, while both counties get their
// first edition, in every interleaving that the scheduler finds: what is stored in the end is what locate says then.
func TestL3WhileEditionsAppear(t *testing.T) {
	t.Parallel()
	s := opened(t)
	divisions, west, east := twoCounties()
	importDivisions(t, s, divisions)
	empty := cityOf(t, s)
	points := border(slices.Concat(west, east))

	var wg sync.WaitGroup
	run := func(name string, f func(ctx context.Context) error) {
		wg.Go(func() {
			if err := f(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	run("edition of the west", func(ctx context.Context) error {
		return importEdition(ctx, s, newEdition("320211000000", "320211001001", west))
	})
	run("edition of the east", func(ctx context.Context) error {
		return importEdition(ctx, s, newEdition("320212000000", "320212001001", east))
	})
	run("import of places", func(ctx context.Context) error {
		imp := newImport("hazards", len(points))
		imp.City = empty
		return s.ImportPlaces(ctx, imp, layerOf(t, "hazard"), each(len(points), func(i int) grid.Place {
			return hazard(points[i].Orb(), empty.AssignPoint(points[i]))
		}))
	})
	run("import of incidents", func(ctx context.Context) error {
		imp := newImport("incidents", len(points))
		imp.City = empty
		return s.ImportIncidents(ctx, imp, each(len(points), func(i int) grid.Incident {
			return grid.Incident{Kind: "gas", Title: "x", Shape: points[i].Orb(), InputCRS: "wgs84", Assignment: empty.AssignPoint(points[i])}
		}))
	})
	run("import of household points", func(ctx context.Context) error {
		imp := newImport("household_points", len(points))
		imp.City = empty
		return s.ImportHouseholdPoints(ctx, imp, each(len(points), func(i int) grid.HouseholdPoint {
			return grid.HouseholdPoint{Households: 1, Location: points[i].Orb(), InputCRS: "wgs84", Assignment: empty.AssignPoint(points[i])}
		}))
	})
	for k := range 3 {
		run("create and move", func(ctx context.Context) error {
			for i := k; i < len(points); i += 7 {
				p, err := s.CreatePlace(ctx, planner, empty, hazard(points[i].Orb(), grid.Assignment{}))
				if err != nil {
					return err
				}
				_, err = s.UpdatePlace(ctx, planner, empty, p.Code, p.Version, func(p *grid.Place) error {
					p.Shape = points[(i+5)%len(points)].Orb()
					return nil
				})
				if err != nil && !errors.Is(err, grid.ErrStale) { // an edition has assigned it in between
					return err
				}
			}
			return nil
		})
	}
	wg.Wait()
	if n := checkAnswers(t, s); n < 3*len(points) {
		t.Errorf("%d rows are stored, fewer than were imported", n)
	}
	if city := cityOf(t, s); len(city.Editions()) != 2 {
		t.Errorf("%d editions", len(city.Editions()))
	}
}

// TestL3LateImport commits an edition after the rows of an import were located, before the import ends. Rows that come to lie where the actor
// may not import are refused with all others.
func TestL3LateImport(t *testing.T) {
	t.Parallel()
	for _, community := range []string{"320211001001", ""} {
		s := store.New(gridtest.Pool(t))
		divisions, west, _ := twoCounties()
		importDivisions(t, s, divisions)
		empty := cityOf(t, s)
		points := border(west)
		imp := newImport("hazards", len(points))
		imp.City, imp.Unassigned = empty, int64(len(points))
		refused := errors.New("refused")
		imp.Covers = func(city *edition.City, division string) error {
			if city == empty || division != community {
				return refused
			}
			return nil
		}
		err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), func(yield func(grid.Place, error) bool) {
			for i := range points {
				if !yield(hazard(points[i].Orb(), empty.AssignPoint(points[i])), nil) {
					return
				}
			}
			if err := importEdition(t.Context(), s, newEdition("320211000000", "320211001001", west)); err != nil {
				yield(grid.Place{}, err)
			}
		})
		if community == "" {
			if n := checkAnswers(t, s); !errors.Is(err, refused) || n != 0 {
				t.Errorf("what may not lie there: %v, %d stored", err, n)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := checkAnswers(t, s); n != len(points) || imp.Unassigned != 0 {
			t.Errorf("%d stored of %d, %d unassigned", n, len(points), imp.Unassigned)
		}
	}
}

// TestCodesAreNeverGivenTwice creates places of one series from several sides.
func TestCodesAreNeverGivenTwice(t *testing.T) {
	t.Parallel()
	s := opened(t)
	city := tiled(t, s, geotest.Big(4, 8))
	point := city.Editions()[0].Base()[0].LabelPoint
	var mu sync.Mutex
	codes := map[string]bool{}
	var wg sync.WaitGroup
	for range 8 { // more than a small pool has connections
		wg.Go(func() {
			for range 5 {
				p, err := s.CreatePlace(t.Context(), planner, city, hazard(point, grid.Assignment{}))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				codes[p.Code] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for i := range 40 {
		if code := fmt.Sprintf("320211-HZ-%08d", i+1); !codes[code] {
			t.Errorf("%s was not given", code)
		}
	}
}
