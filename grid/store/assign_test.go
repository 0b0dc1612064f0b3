package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

var admin = grid.Actor{Name: "admin", Role: grid.RoleAdministrator}

// rectangle returns one in degrees.
func rectangle(west, south, east, north float64) geo.MultiPolygon {
	x, y := func(v float64) int32 { return int32(v*geo.UnitsPerDegree + 0.5) }, func(v float64) int32 { return int32(v*geo.UnitsPerDegree + 0.5) }
	return geo.MultiPolygon{{geo.Ring{{X: x(west), Y: y(south)}, {X: x(east), Y: y(south)}, {X: x(east), Y: y(north)}, {X: x(west), Y: y(north)}}}}
}

// gapped returns a city whose grids leave its east free, and points at every distance from them.
func gapped() (divisions []grid.Division, faces []geo.MultiPolygon, points []geo.Point) {
	divisions = oneCounty(rectangle(119, 33, 119.04, 33.02))
	faces = []geo.MultiPolygon{rectangle(119, 33, 119.02, 33.01), rectangle(119, 33.01, 119.02, 33.02)}
	for i := range 40 {
		points = append(points, geo.Point{X: 1_190_190_000 + int32(i)*2_500, Y: 330_040_000 + int32(i)*2_500})
	}
	return divisions, faces, points
}

// importAll imports a hazard, an incident and a household point at each of the points.
func importAll(ctx context.Context, t *testing.T, s *store.Store, city *edition.City, points []geo.Point) error {
	imp := newImport("hazards", len(points))
	imp.City = city
	err := s.ImportPlaces(ctx, imp, layerOf(t, "hazard"), each(len(points), func(i int) grid.Place {
		return hazard(points[i].Orb(), city.AssignPoint(points[i]))
	}))
	if err != nil {
		return err
	}
	imp = newImport("incidents", len(points))
	imp.City = city
	err = s.ImportIncidents(ctx, imp, each(len(points), func(i int) grid.Incident {
		return grid.Incident{Kind: "gas", Title: "x", Shape: points[i].Orb(), InputCRS: "wgs84", Assignment: city.AssignPoint(points[i])}
	}))
	if err != nil {
		return err
	}
	imp = newImport("household_points", len(points))
	imp.City = city
	return s.ImportHouseholdPoints(ctx, imp, each(len(points), func(i int) grid.HouseholdPoint {
		return grid.HouseholdPoint{Households: 1, Location: points[i].Orb(), InputCRS: "wgs84", Assignment: city.AssignPoint(points[i])}
	}))
}

func assigned(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	err := s.EachLocated(t.Context(), func(l store.Located) error {
		if l.Assignment.BaseGridID != 0 {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestL3FallbackChanges widens and narrows the fallback distance under what is stored, with a city that knows nothing of it.
func TestL3FallbackChanges(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	divisions, faces, points := gapped()
	importDivisions(t, s, divisions)
	if err := importEdition(t.Context(), s, newEdition(countyCode, communityCode, faces)); err != nil {
		t.Fatal(err)
	}
	city := cityOf(t, s)
	if err := importAll(t.Context(), t, s, city, points); err != nil {
		t.Fatal(err)
	}
	before := assigned(t, s)
	if err := s.Set(t.Context(), admin, "fallback_m", 500); err != nil {
		t.Fatal(err)
	}
	if n := assigned(t, s); n <= before {
		t.Errorf("%d rows have a grid, %d before the fallback was widened", n, before)
	}
	checkAnswers(t, s)
	stale := city // as a server has it until its next poll
	for _, p := range points {
		if _, err := s.CreatePlace(t.Context(), planner, stale, hazard(p.Orb(), grid.Assignment{})); err != nil {
			t.Fatal(err)
		}
	}
	if err := importAll(t.Context(), t, s, stale, points); err != nil {
		t.Fatal(err)
	}
	checkAnswers(t, s)
	if err := s.Set(t.Context(), admin, "fallback_m", 0); err != nil {
		t.Fatal(err)
	}
	checkAnswers(t, s)
}

// TestL3WhileFallbackChanges is the same under concurrency.
func TestL3WhileFallbackChanges(t *testing.T) {
	t.Parallel()
	s := opened(t)
	divisions, faces, points := gapped()
	importDivisions(t, s, divisions)
	empty := cityOf(t, s)
	var wg sync.WaitGroup
	run := func(f func(ctx context.Context) error) {
		wg.Go(func() {
			if err := f(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	run(func(ctx context.Context) error {
		return importEdition(ctx, s, newEdition(countyCode, communityCode, faces))
	})
	run(func(ctx context.Context) error { return importAll(ctx, t, s, empty, points) })
	for _, m := range []int{500, 200, 0} {
		run(func(ctx context.Context) error { return s.Set(ctx, admin, "fallback_m", m) })
	}
	run(func(ctx context.Context) error {
		for _, p := range points {
			if _, err := s.CreatePlace(ctx, planner, empty, hazard(p.Orb(), grid.Assignment{})); err != nil {
				return err
			}
		}
		return nil
	})
	wg.Wait()
	checkAnswers(t, s)
}

// TestL3GridsBeyondTheCounty stores what lies far outside the county, where a legacy layer then has grids.
func TestL3GridsBeyondTheCounty(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	importDivisions(t, s, oneCounty(rectangle(119, 33, 119.04, 33.1)))
	empty := cityOf(t, s)
	points := []geo.Point{{X: 1_190_200_000, Y: 331_300_000}, {X: 1_190_200_000, Y: 330_500_000}}
	if err := importAll(t.Context(), t, s, empty, points); err != nil {
		t.Fatal(err)
	}
	e := newEdition(countyCode, communityCode, []geo.MultiPolygon{rectangle(119, 33, 119.04, 33.06), rectangle(119, 33.06, 119.04, 33.14)})
	e.Proven = false
	if err := importEdition(t.Context(), s, e); err != nil {
		t.Fatal(err)
	}
	if n, total := assigned(t, s), checkAnswers(t, s); n != total || total != 6 {
		t.Errorf("%d of %d have a grid", n, total)
	}
	for _, p := range points { // with a city that knows no grids
		if _, err := s.CreatePlace(t.Context(), planner, empty, hazard(p.Orb(), grid.Assignment{})); err != nil {
			t.Fatal(err)
		}
	}
	if err := importAll(t.Context(), t, s, empty, points); err != nil {
		t.Fatal(err)
	}
	checkAnswers(t, s)
}

// TestL3WhileGridsBeyondTheCountyAppear is the same under concurrency.
func TestL3WhileGridsBeyondTheCountyAppear(t *testing.T) {
	t.Parallel()
	s := opened(t)
	importDivisions(t, s, oneCounty(rectangle(119, 33, 119.04, 33.1)))
	empty := cityOf(t, s)
	var wg sync.WaitGroup
	wg.Go(func() {
		e := newEdition(countyCode, communityCode, []geo.MultiPolygon{rectangle(119, 33, 119.04, 33.14)})
		if err := importEdition(t.Context(), s, e); err != nil {
			t.Error(err)
		}
	})
	for k := range 4 {
		wg.Go(func() {
			for i := range 10 {
				p := geo.Point{X: 1_190_100_000 + int32(k*1000), Y: 331_300_000 + int32(i*1000)}
				if _, err := s.CreatePlace(t.Context(), planner, empty, hazard(p.Orb(), grid.Assignment{})); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := checkAnswers(t, s); n != 40 || assigned(t, s) != n {
		t.Errorf("%d rows, %d with a grid", n, assigned(t, s))
	}
}

// TestL3LateDivisions brings communities after what lies in them.
func TestL3LateDivisions(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	divisions, _, points := gapped()
	importDivisions(t, s, divisions[:2])
	early := cityOf(t, s)
	if err := importAll(t.Context(), t, s, early, points); err != nil {
		t.Fatal(err)
	}
	importDivisions(t, s, divisions[2:])
	checkAnswers(t, s)
	p, err := s.CreatePlace(t.Context(), planner, early, hazard(points[0].Orb(), grid.Assignment{}))
	if err != nil || p.Assignment.CommunityCode != communityCode {
		t.Errorf("created %+v, %v", p.Assignment, err)
	}
	checkAnswers(t, s)
}

// TestMarksSeeEveryChange changes what has neither a new time nor another number.
func TestMarksSeeEveryChange(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	importDivisions(t, s, oneCounty(rectangle(119, 33, 119.04, 33.1)))
	if err := s.Set(t.Context(), admin, "near_m", 20); err != nil {
		t.Fatal(err)
	}
	marks := func() store.Marks {
		m, err := s.Marks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	before := marks()
	if before.Divisions != 1 || !before.Equal(marks()) {
		t.Errorf("marks %+v", before)
	}
	for _, change := range []string{
		`UPDATE reference_code SET zh = '改名' WHERE enumeration = 'hazard_kind' AND code = 'gas'`,
		`ALTER TABLE setting DISABLE TRIGGER setting_updated; UPDATE setting SET value = '21' WHERE key = 'near_m'`,
	} {
		if _, err := tx.Exec(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		after := marks()
		if after.Equal(before) || after.Divisions != before.Divisions {
			t.Errorf("%s: marks %+v", change, after)
		}
		before = after
	}
}

// TestErrorsDoNotQuoteTheDatabase stores what a column does not take.
func TestErrorsDoNotQuoteTheDatabase(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	p := hazard(inside(tiling, 0), grid.Assignment{})
	p.Name = "a\x00b"
	_, err := s.CreatePlace(t.Context(), planner, city, p)
	if !errors.Is(err, grid.ErrInvalid) || strings.Contains(err.Error(), "SQLSTATE") || strings.Contains(err.Error(), "UTF8") {
		t.Errorf("got %v", err)
	}
}

func TestSettingsRefuseWhatIsStoredWrong(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	for _, value := range []any{-1, 1e9, nil} {
		var rule *grid.RuleError
		if err := s.Set(t.Context(), admin, "fallback_m", value); !errors.As(err, &rule) || rule.Field != "fallback_m" {
			t.Errorf("fallback_m of %v: got %v", value, err)
		}
	}
	if _, err := tx.Exec(t.Context(), `INSERT INTO setting (key, value) VALUES ('near_m', '-5')`); err != nil {
		t.Fatal(err)
	}
	var rule *grid.RuleError
	if _, err := s.Settings(t.Context()); !errors.As(err, &rule) || rule.Field != "near_m" {
		t.Errorf("got %v", err)
	}
	if err := s.Set(t.Context(), admin, "near_m", 20); err != nil {
		t.Errorf("a wrong setting cannot be put right: %v", err)
	}
}
