package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// What is assigned in a division, by grid and kind.
const (
	countPlacesSQL = `
		WITH RECURSIVE subtree AS (
			SELECT code, level FROM division WHERE code = $1
			UNION ALL
			SELECT d.code, d.level FROM division d JOIN subtree s ON d.parent_code = s.code
		), mine AS (
			SELECT base_grid_id, dedicated_grid_id, kind
			FROM place
			WHERE community_code IN (SELECT code FROM subtree)
			   OR community_code IS NULL AND county_code IN (SELECT code FROM subtree)
			   OR county_code IS NULL AND EXISTS (SELECT FROM subtree WHERE level = 'city')
		)
		SELECT coalesce(base_grid_id, 0), kind, count(*) FROM mine GROUP BY 1, 2
		UNION ALL
		SELECT dedicated_grid_id, kind, count(*) FROM mine WHERE dedicated_grid_id IS NOT NULL GROUP BY 1, 2`
	countIncidentsSQL = `
		WITH RECURSIVE subtree AS (
			SELECT code, level FROM division WHERE code = $1
			UNION ALL
			SELECT d.code, d.level FROM division d JOIN subtree s ON d.parent_code = s.code
		), mine AS (
			SELECT base_grid_id, dedicated_grid_id, state NOT IN ('closed', 'rejected', 'merged', 'cancelled') AS open
			FROM incident
			WHERE community_code IN (SELECT code FROM subtree)
			   OR community_code IS NULL AND county_code IN (SELECT code FROM subtree)
			   OR county_code IS NULL AND EXISTS (SELECT FROM subtree WHERE level = 'city')
		)
		SELECT coalesce(base_grid_id, 0), count(*) FILTER (WHERE open), count(*) FROM mine GROUP BY 1
		UNION ALL
		SELECT dedicated_grid_id, count(*) FILTER (WHERE open), count(*) FROM mine WHERE dedicated_grid_id IS NOT NULL GROUP BY 1`
	countHouseholdsSQL = `
		WITH RECURSIVE subtree AS (
			SELECT code, level FROM division WHERE code = $1
			UNION ALL
			SELECT d.code, d.level FROM division d JOIN subtree s ON d.parent_code = s.code
		), mine AS (
			SELECT base_grid_id, dedicated_grid_id, households, coalesce(residents, 0) AS residents
			FROM household_point
			WHERE community_code IN (SELECT code FROM subtree)
			   OR community_code IS NULL AND county_code IN (SELECT code FROM subtree)
			   OR county_code IS NULL AND EXISTS (SELECT FROM subtree WHERE level = 'city')
		)
		SELECT coalesce(base_grid_id, 0), count(*), sum(households), sum(residents) FROM mine GROUP BY 1
		UNION ALL
		SELECT dedicated_grid_id, count(*), sum(households), sum(residents) FROM mine WHERE dedicated_grid_id IS NOT NULL GROUP BY 1`
)

// CoverageCounts returns what is assigned to each grid of a division, base and dedicated, by grid id; under 0 is what lies in
// the division (of the city: anywhere) and in no base grid.
func (s *Store) CoverageCounts(ctx context.Context, d *grid.Division) (map[int64]grid.GridCounts, error) {
	counts := map[int64]grid.GridCounts{}
	err := s.snapshot(ctx, func(db DB) error {
		if err := countPlaces(ctx, db, counts, countPlacesSQL, d.Code); err != nil {
			return err
		}
		if err := countIncidents(ctx, db, counts, countIncidentsSQL, d.Code); err != nil {
			return err
		}
		return countHouseholds(ctx, db, counts, countHouseholdsSQL, d.Code)
	})
	return counts, err
}

func countPlaces(ctx context.Context, db DB, counts map[int64]grid.GridCounts, query string, args ...any) error {
	rows, err := db.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	var id int64
	var kind string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &kind, &n}, func() error {
		c := counts[id]
		if c.Places == nil {
			c.Places = map[string]int{}
		}
		c.Places[kind] += n
		counts[id] = c
		return nil
	})
	return err
}

func countIncidents(ctx context.Context, db DB, counts map[int64]grid.GridCounts, query string, args ...any) error {
	rows, err := db.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	var id int64
	var open, total int
	_, err = pgx.ForEachRow(rows, []any{&id, &open, &total}, func() error {
		c := counts[id]
		c.IncidentsOpen += open
		c.IncidentsTotal += total
		counts[id] = c
		return nil
	})
	return err
}

func countHouseholds(ctx context.Context, db DB, counts map[int64]grid.GridCounts, query string, args ...any) error {
	rows, err := db.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	var id int64
	var points, households, residents int
	_, err = pgx.ForEachRow(rows, []any{&id, &points, &households, &residents}, func() error {
		c := counts[id]
		c.HouseholdPoints += points
		c.Households += households
		c.Residents += residents
		counts[id] = c
		return nil
	})
	return err
}
