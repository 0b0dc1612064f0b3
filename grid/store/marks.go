package store

import (
	"context"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
)

// Marks say how far the database is in all that a server keeps in memory: when they are equal, nothing there has changed.
type Marks struct {
	Editions map[string]int // of counties that have grids

	Imports  int64 // of layers that are kept in memory; imports are never deleted, so their number says it
	settings time.Time
	codes    int64
}

// Equal reports whether nothing has changed between m and n.
func (m Marks) Equal(n Marks) bool {
	return maps.Equal(m.Editions, n.Editions) && m.Imports == n.Imports && m.settings.Equal(n.settings) && m.codes == n.codes
}

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
		SELECT (SELECT count(*)
		        FROM import
		        WHERE layer IN ('divisions', 'organizations', 'base_grids', 'dedicated_grids', 'void_areas', 'workers', 'posts')),
		       (SELECT coalesce(max(updated_at), 'epoch') FROM setting),
		       (SELECT count(*) FROM reference_code)`).Scan(&m.Imports, &m.settings, &m.codes)
	return m, translate(err)
}
