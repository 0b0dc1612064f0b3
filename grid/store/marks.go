package store

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
)

// Marks say how far the database is in all that a server keeps in memory: when they are equal, nothing there has changed.
type Marks struct {
	Editions map[string]int   // of counties that have grids
	Rosters  map[string]int64 // of counties whose workers, posts or duty have ever changed

	// Imports is the number of imports of other layers that are kept in memory, Divisions of those among them that make tiles: divisions,
	// grids and void areas. Organizations and Networks are likewise for organisations, and for networks and their units, which only
	// imports bring. Imports are never deleted, so their number says it.
	Imports       int64
	Divisions     int64
	Organizations int64
	Networks      int64

	inForce  map[string]time.Time // from when the editions are in force
	settings string               // hashes: a change that commits late has an early time, and a renamed code changes no number
	codes    string
}

// Equal reports whether nothing has changed between m and n.
func (m Marks) Equal(n Marks) bool {
	return maps.Equal(m.Editions, n.Editions) && maps.EqualFunc(m.inForce, n.inForce, time.Time.Equal) && maps.Equal(m.Rosters, n.Rosters) && m.Imports == n.Imports && m.Divisions == n.Divisions &&
		m.Organizations == n.Organizations && m.Networks == n.Networks && m.settings == n.settings && m.codes == n.codes
}

// InForceFrom returns from when the edition of a county is in force.
func (m Marks) InForceFrom(county string) time.Time { return m.inForce[county] }

// Frame is the same while divisions and settings are, but for outlines that a plan has redrawn: those go with editions.
func (m Marks) Frame() string { return fmt.Sprint(m.Divisions, m.settings) }

// Marks returns how far the database is now.
func (s *Store) Marks(ctx context.Context) (Marks, error) {
	m := Marks{}
	var err error
	if m.Editions, err = byCounty[int](ctx, s.db, `SELECT county_code, max(number) FROM edition GROUP BY county_code`); err != nil {
		return m, translate(err)
	}
	if m.inForce, err = byCounty[time.Time](ctx, s.db, `SELECT county_code, max(in_force_from) FROM edition GROUP BY county_code`); err != nil {
		return m, translate(err)
	}
	if m.Rosters, err = byCounty[int64](ctx, s.db, `SELECT county_code, version FROM roster_version`); err != nil {
		return m, translate(err)
	}
	err = s.db.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE layer NOT IN ('networks', 'service_units')),
		       count(*) FILTER (WHERE layer IN ('divisions', 'base_grids', 'dedicated_grids', 'void_areas')),
		       count(*) FILTER (WHERE layer = 'organizations'), count(*) FILTER (WHERE layer IN ('networks', 'service_units')),
		       (SELECT coalesce(md5(string_agg(jsonb_build_array(key, value)::text, ',' ORDER BY key COLLATE "C")), '') FROM setting),
		       (SELECT coalesce(md5(string_agg(jsonb_build_array(enumeration, code, ordinal, zh, en)::text, ','
		                                       ORDER BY enumeration COLLATE "C", code COLLATE "C")), '')
		        FROM reference_code)
		FROM import
		WHERE layer IN ('divisions', 'organizations', 'base_grids', 'dedicated_grids', 'void_areas', 'workers', 'posts', 'networks', 'service_units')`).
		Scan(&m.Imports, &m.Divisions, &m.Organizations, &m.Networks, &m.settings, &m.codes)
	return m, translate(err)
}

// byCounty returns what a query says of each county.
func byCounty[N int | int64 | time.Time](ctx context.Context, db DB, query string) (map[string]N, error) {
	rows, err := db.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	numbers := map[string]N{}
	var county string
	var number N
	_, err = pgx.ForEachRow(rows, []any{&county, &number}, func() error {
		numbers[county] = number
		return nil
	})
	return numbers, err
}
