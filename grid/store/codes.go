package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// existing holds, by layer, the query for those of the codes $1 that are stored. A service unit's code is its network's
// code, a slash and its own. Place layers, of which there is one table, are asked by "places".
var existing = map[string]string{
	"divisions":       `SELECT code FROM division WHERE code = ANY ($1)`,
	"organizations":   `SELECT code FROM organization WHERE code = ANY ($1)`,
	"base_grids":      `SELECT code FROM grid WHERE code = ANY ($1)`,
	"dedicated_grids": `SELECT code FROM grid WHERE code = ANY ($1)`,
	"void_areas":      `SELECT code FROM void_area WHERE code = ANY ($1)`,
	"networks":        `SELECT code FROM network WHERE code = ANY ($1)`,
	"service_units":   `SELECT network_code || '/' || external_code FROM service_unit WHERE network_code || '/' || external_code = ANY ($1)`,
	"workers":         `SELECT code FROM worker WHERE code = ANY ($1)`,
	"places":          `SELECT code FROM place WHERE code = ANY ($1)`,
	"incidents":       `SELECT code FROM incident WHERE code = ANY ($1)`,
	"plans":           `SELECT code FROM plan WHERE code = ANY ($1)`,
}

// ExistingCodes returns those of the codes that a thing of this layer (grid.Layer.Name) has already, in no order. For places
// a code of any kind counts, for grids a base or dedicated one.
func (s *Store) ExistingCodes(ctx context.Context, layer string, codes []string) ([]string, error) {
	if l, ok := grid.LayerByName(layer); ok && l.Kind != "" {
		layer = "places"
	}
	query, ok := existing[layer]
	if !ok {
		return nil, fmt.Errorf("%w: layer %s has no codes", grid.ErrInvalid, layer)
	}
	rows, err := s.db.Query(ctx, query, codes)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return found, translate(err)
}

// codeMaker makes codes for places and incidents that come without one (DOMAIN 14).
type codeMaker struct {
	store    *Store // takes the numbers
	tx       DB     // sees what this transaction has stored
	scheme   grid.CodeScheme
	cityCode string
	zone     *time.Location
}

func (s *Store) newCodeMaker(ctx context.Context, tx DB) (*codeMaker, error) {
	settings, err := New(tx).Settings(ctx)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(settings.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("%w: setting time_zone: %w", grid.ErrInvalid, err)
	}
	m := &codeMaker{store: s, tx: tx, scheme: settings.CodeScheme, zone: zone}
	err = tx.QueryRow(ctx, `SELECT coalesce(max(code), 'X') FROM division WHERE level = 'city'`).Scan(&m.cityCode)
	return m, err
}

// prefix is what the codes of a county begin with; things outside every county go under the city.
func (m *codeMaker) prefix(county string) string {
	if county == "" {
		county = m.cityCode
	}
	if m.scheme.Name == grid.StatisticalScheme.Name && len(county) > 6 {
		return county[:6]
	}
	return county
}

// forPlaces gives a code such as 320211-HZ-00001234 to each place that has none.
func (m *codeMaker) forPlaces(ctx context.Context, layer *grid.Layer, rows []celled[grid.Place]) error {
	return m.fill(ctx, "places", len(rows), func(i int) numbered {
		p := rows[i].row
		return numbered{code: &p.Code, series: m.prefix(p.Assignment.CountyCode) + "-" + layer.Prefix, format: "%s-%08d"}
	})
}

// forIncidents gives a code such as 320211-20261122-000123, of the day it was reported, to each incident that has none.
func (m *codeMaker) forIncidents(ctx context.Context, rows []celled[grid.Incident]) error {
	return m.fill(ctx, "incidents", len(rows), func(i int) numbered {
		in := rows[i].row
		day := in.ReportedAt.In(m.zone).Format("20060102")
		return numbered{code: &in.Code, series: m.prefix(in.Assignment.CountyCode) + "-" + day, format: "%s-%06d"}
	})
}

// numbered is where a row keeps its code, and how one is made.
type numbered struct {
	code   *string
	series string
	format string // of series and number
}

// fill makes the missing ones of n codes. A number that a given code has taken already is passed over.
func (m *codeMaker) fill(ctx context.Context, layer string, n int, row func(i int) numbered) error {
	var pending []int
	taken := map[string]bool{}
	for i := range n {
		if code := *row(i).code; code != "" {
			taken[code] = true
		} else {
			pending = append(pending, i)
		}
	}
	for len(pending) > 0 {
		made, err := m.number(ctx, pending, row)
		if err != nil {
			return err
		}
		there, err := New(m.tx).ExistingCodes(ctx, layer, made)
		if err != nil {
			return err
		}
		for _, code := range there {
			taken[code] = true
		}
		pending = slices.DeleteFunc(pending, func(i int) bool { return !taken[*row(i).code] })
	}
	return nil
}

// number gives the next number of its series to each of the rows, and returns the codes.
func (m *codeMaker) number(ctx context.Context, indices []int, row func(i int) numbered) ([]string, error) {
	wanted := map[string]int64{}
	for _, i := range indices {
		wanted[row(i).series]++
	}
	next, err := m.store.reserveNumbers(ctx, wanted)
	if err != nil {
		return nil, err
	}
	codes := make([]string, 0, len(indices))
	for _, i := range indices {
		r := row(i)
		*r.code = fmt.Sprintf(r.format, r.series, next[r.series])
		next[r.series]++
		codes = append(codes, *r.code)
	}
	return codes, nil
}

// reserveNumbers takes so many numbers of each series and returns the first of each. It commits at once where it can, so
// that a long import does not keep others waiting; numbers that are not used after all are lost.
func (s *Store) reserveNumbers(ctx context.Context, wanted map[string]int64) (map[string]int64, error) {
	series := slices.Sorted(maps.Keys(wanted)) // in one order, so that two callers cannot wait for each other
	counts := make([]int64, len(series))
	for i, name := range series {
		counts[i] = wanted[name]
	}
	rows, err := s.numbers.Query(ctx, `
		INSERT INTO code_sequence (series, last)
		SELECT w.series, w.n
		FROM unnest($1::text[], $2::bigint[]) AS w (series, n)
		ON CONFLICT (series) DO UPDATE SET last = code_sequence.last + excluded.last
		RETURNING series, last`, series, counts)
	if err != nil {
		return nil, translate(err)
	}
	first := make(map[string]int64, len(series))
	var name string
	var last int64
	_, err = pgx.ForEachRow(rows, []any{&name, &last}, func() error {
		first[name] = last - wanted[name] + 1
		return nil
	})
	return first, translate(err)
}
