package gridtest

import (
	"context"
	"math"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"github.com/wangge/wangge/grid/edition"
)

// querier is what the oracle asks: a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// ComparePostGIS compares everything that is stored with PostGIS's own answer, in lattice units (L3): the base and dedicated grid
// of each point, borders included, and the share of each polygon in each base grid within 1e-9. It returns how many points and
// shares it has compared.
func ComparePostGIS(t testing.TB, db querier, city *edition.City) (points, shares int) {
	t.Helper()
	var wrong, beyond int
	err := db.QueryRow(t.Context(), `
		WITH grids AS MATERIALIZED (
			SELECT g.id, g.code, g.kind, g.county_code, lattice_units(v.boundary) AS area
			FROM grid g
			JOIN grid_version v ON v.grid_id = g.id AND v.to_edition IS NULL
		), points AS MATERIALIZED (
			SELECT county_code, base_grid_id, dedicated_grid_id, lattice_units(shape) AS at FROM place WHERE GeometryType(shape) = 'POINT'
			UNION ALL
			SELECT county_code, base_grid_id, dedicated_grid_id, lattice_units(shape) FROM incident WHERE GeometryType(shape) = 'POINT'
			UNION ALL
			SELECT county_code, base_grid_id, dedicated_grid_id, lattice_units(location) FROM household_point
		), answers AS (
			SELECT p.*,
			       (SELECT g.id FROM grids g WHERE g.kind = 'base' AND g.area && p.at AND ST_Covers(g.area, p.at)
			        ORDER BY g.code COLLATE "C" LIMIT 1) AS base,
			       (SELECT g.id FROM grids g WHERE g.kind = 'dedicated' AND g.county_code = p.county_code AND g.area && p.at AND ST_Covers(g.area, p.at)
			        ORDER BY g.code COLLATE "C" LIMIT 1) AS dedicated
			FROM points p
		)
		SELECT count(*),
		       count(*) FILTER (WHERE base IS NOT NULL AND (base IS DISTINCT FROM base_grid_id OR dedicated IS DISTINCT FROM dedicated_grid_id)),
		       count(*) FILTER (WHERE base IS NULL AND base_grid_id IS NOT NULL)
		FROM answers`).Scan(&points, &wrong, &beyond)
	if err != nil {
		t.Fatal(err)
	}
	if wrong > 0 {
		t.Errorf("%d of %d points have other grids than PostGIS says", wrong, points)
	}
	t.Logf("%d points compared; %d of them are covered by no grid and go to the nearest of their community (BR-25)", points, beyond)
	return points, compareShares(t, db, city)
}

func compareShares(t testing.TB, db querier, city *edition.City) int {
	t.Helper()
	rows, err := db.Query(t.Context(), `
		WITH polygons AS MATERIALIZED (
			SELECT code, ST_AsEWKB(shape) AS ewkb, shape, ST_XMin(lattice_units(shape)) AS x, ST_YMin(lattice_units(shape)) AS y
			FROM place
			WHERE GeometryType(shape) = 'MULTIPOLYGON'
		), near AS ( -- the origin beside the polygon, so that PostGIS's own crossings are fine enough
			SELECT p.code, p.ewkb, g.code AS grid, ST_Translate(lattice_units(p.shape), -x, -y) AS a, ST_Translate(lattice_units(v.boundary), -x, -y) AS b
			FROM polygons p
			JOIN grid_version v ON v.to_edition IS NULL AND v.boundary && p.shape
			JOIN grid g ON g.id = v.grid_id AND g.kind = 'base'
		)
		SELECT code, ewkb, grid, ST_Area(ST_Intersection(a, b)) / ST_Area(a) FROM near ORDER BY code`)
	if err != nil {
		t.Fatal(err)
	}
	var code, grid, last string
	var raw []byte
	var want float64
	var ours map[string]float64
	n := 0
	_, err = pgx.ForEachRow(rows, []any{&code, &raw, &grid, &want}, func() error {
		if code != last {
			last = code
			g, _, err := ewkb.Unmarshal(raw)
			if err != nil {
				return err
			}
			if ours, err = fractions(t.Context(), city, g); err != nil {
				return err
			}
		}
		n++
		if math.Abs(ours[grid]-want) > 1e-9 {
			t.Errorf("place %s: %.12f of it are in grid %s, PostGIS says %.12f", code, ours[grid], grid, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func fractions(ctx context.Context, city *edition.City, shape orb.Geometry) (map[string]float64, error) {
	a, err := city.LocateShape(ctx, shape)
	by := map[string]float64{}
	for _, s := range a.Shares {
		by[s.Grid.Code] = s.Fraction
	}
	return by, err
}
