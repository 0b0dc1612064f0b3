package store

import (
	"context"
	_ "embed"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// OffLattice counts, by table and column, the geometries that have a vertex off the lattice or another SRID than 4326 (L2).
// Empty when all is well.
func (s *Store) OffLattice(ctx context.Context) (map[string]int64, error) {
	rows, err := s.db.Query(ctx, `
		SELECT what, count(*)
		FROM (SELECT 'division.outline' AS what, outline AS g FROM division
		      UNION ALL SELECT 'division.label_point', label_point FROM division
		      UNION ALL SELECT 'grid_version.boundary', boundary FROM grid_version
		      UNION ALL SELECT 'grid_version.label_point', label_point FROM grid_version
		      UNION ALL SELECT 'void_area.boundary', boundary FROM void_area
		      UNION ALL SELECT 'service_unit.boundary', boundary FROM service_unit
		      UNION ALL SELECT 'reference_line.shape', shape FROM reference_line
		      UNION ALL SELECT 'reference_polygon.shape', shape FROM reference_polygon
		      UNION ALL SELECT 'place.shape', shape FROM place
		      UNION ALL SELECT 'incident.shape', shape FROM incident
		      UNION ALL SELECT 'household_point.location', location FROM household_point) all_geometries
		WHERE NOT on_lattice(g) OR ST_SRID(g) <> 4326
		GROUP BY what`)
	if err != nil {
		return nil, translate(err)
	}
	off := map[string]int64{}
	var what string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&what, &n}, func() error {
		off[what] = n
		return nil
	})
	return off, translate(err)
}

//go:embed sql/dangling.sql
var danglingSQL string

// Dangling counts, by table and column, what refers to nothing or lacks its other half: a place without the row of its kind, an
// import that is not there. Grids and divisions are not asked for, since EachLocated compares those. Empty when all is well.
func (s *Store) Dangling(ctx context.Context) (map[string]int64, error) {
	rows, err := s.db.Query(ctx, danglingSQL)
	if err != nil {
		return nil, translate(err)
	}
	dangling := map[string]int64{}
	var what string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&what, &n}, func() error {
		dangling[what] = n
		return nil
	})
	return dangling, translate(err)
}

//go:embed sql/broken_lives.sql
var brokenLivesSQL string

// BrokenLives returns the incidents whose history and whose row do not tell the same, by what is wrong: at most a hundred codes each.
// Imported ones have no history before their first act. Empty when all is well.
func (s *Store) BrokenLives(ctx context.Context) (map[string][]string, error) {
	rows, err := s.db.Query(ctx, brokenLivesSQL)
	if err != nil {
		return nil, translate(err)
	}
	broken := map[string][]string{}
	var what string
	var codes []string
	_, err = pgx.ForEachRow(rows, []any{&what, &codes}, func() error {
		broken[what] = codes
		return nil
	})
	return broken, translate(err)
}

// Located is a stored thing with its assignment, as the proof of L3 compares it.
type Located struct {
	Table      string // place, incident or household_point
	Code       string // the id of a household point
	Shape      orb.Geometry
	Closed     bool // an incident that has ended: it keeps the grids of its time
	Assignment grid.Assignment
}

// EachLocated calls f with every place, incident and household point. An error of f ends it.
func (s *Store) EachLocated(ctx context.Context, f func(Located) error) error {
	rows, err := s.db.Query(ctx, `
		SELECT 'place', code, ST_AsEWKB(shape), coalesce(county_code, ''), coalesce(community_code, ''), coalesce(base_grid_id, 0),
		       coalesce(dedicated_grid_id, 0), coalesce(located_edition, 0), on_boundary, false
		FROM place
		UNION ALL
		SELECT 'incident', code, ST_AsEWKB(shape), coalesce(county_code, ''), coalesce(community_code, ''), coalesce(base_grid_id, 0),
		       coalesce(dedicated_grid_id, 0), coalesce(located_edition, 0), on_boundary,
		       state IN ('closed', 'rejected', 'merged', 'cancelled')
		FROM incident
		UNION ALL
		SELECT 'household_point', id::text, ST_AsEWKB(location), coalesce(county_code, ''), coalesce(community_code, ''), coalesce(base_grid_id, 0),
		       coalesce(dedicated_grid_id, 0), coalesce(located_edition, 0), on_boundary, false
		FROM household_point`)
	if err != nil {
		return translate(err)
	}
	var l Located
	var shape []byte
	a := &l.Assignment
	columns := []any{&l.Table, &l.Code, &shape, &a.CountyCode, &a.CommunityCode, &a.BaseGridID, &a.DedicatedID, &a.Edition, &a.OnBoundary, &l.Closed}
	_, err = pgx.ForEachRow(rows, columns, func() error {
		var err error
		if l.Shape, err = decode[orb.Geometry](shape); err != nil {
			return err
		}
		return f(l)
	})
	return translate(err)
}
