package store

import (
	"context"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"
)

// Marks say how far the database is in all that a server keeps in memory: when they are equal, nothing there has changed.
type Marks struct {
	Editions map[string]int // of counties that have grids

	// Imports is the number of imports of layers that are kept in memory, Divisions of those among them that make tiles: divisions,
	// grids and void areas. Imports are never deleted, so their number says it.
	Imports   int64
	Divisions int64

	settings string // hashes: a change that commits late has an early time, and a renamed code changes no number
	codes    string
}

// Equal reports whether nothing has changed between m and n.
func (m Marks) Equal(n Marks) bool {
	return maps.Equal(m.Editions, n.Editions) && m.Imports == n.Imports && m.Divisions == n.Divisions &&
		m.settings == n.settings && m.codes == n.codes
}

// Frame is the same while divisions and settings are, but for outlines that a plan has redrawn: those go with editions.
func (m Marks) Frame() string { return fmt.Sprint(m.Divisions, m.settings) }

// Marks returns how far the database is now.
func (s *Store) Marks(ctx context.Context) (Marks, error) {
	m := Marks{Editions: map[string]int{}}
	rows, err := s.db.Query(ctx, `SELECT county_code, max(number) FROM edition GROUP BY county_code`)
	if err != nil {
		return m, translate(err)
	}
	var county string
	var number int
	_, err = pgx.ForEachRow(rows, []any{&county, &number}, func() error {
		m.Editions[county] = number
		return nil
	})
	if err != nil {
		return m, translate(err)
	}
	err = s.db.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE layer IN ('divisions', 'base_grids', 'dedicated_grids', 'void_areas')),
		       (SELECT coalesce(md5(string_agg(jsonb_build_array(key, value)::text, ',' ORDER BY key COLLATE "C")), '') FROM setting),
		       (SELECT coalesce(md5(string_agg(jsonb_build_array(enumeration, code, ordinal, zh, en)::text, ','
		                                       ORDER BY enumeration COLLATE "C", code COLLATE "C")), '')
		        FROM reference_code)
		FROM import
		WHERE layer IN ('divisions', 'organizations', 'base_grids', 'dedicated_grids', 'void_areas', 'workers', 'posts')`).
		Scan(&m.Imports, &m.Divisions, &m.settings, &m.codes)
	return m, translate(err)
}
