package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// Findable is a place, household point or feature of a reference layer with what it can be found by.
type Findable struct {
	Layer   string // place, household_point or reference
	Kind    string // of the place or reference, "" for a household point
	Code    string // of the place
	Name    string
	Address string
	County  string // "" for outside every county, and for a reference, which is not assigned
	// Community is the one that it is assigned to, "" for none.
	Community string
	At        geo.Point // the point itself, or one on the line or in the area
	Box       geo.Box
}

// The layers of findables.
const (
	FindablePlace          = "place"
	FindableHouseholdPoint = "household_point"
	FindableReference      = "reference"
)

// FindableMarks say how far the database is in what can be found besides divisions and grids.
type FindableMarks struct {
	Imports  int64 // of layers that can be found; imports are never deleted
	Kept     int64 // the number of the first happening that is kept, 1 before any
	Happened int64 // the number of the last; places that have changed are told of by those
}

// FindableMarks returns how far the database is now.
func (s *Store) FindableMarks(ctx context.Context) (FindableMarks, error) {
	layers := []string{"household_points"}
	for i := range grid.Layers {
		if l := &grid.Layers[i]; l.Kind != "" || isReferenceLayer(l) {
			layers = append(layers, l.Name)
		}
	}
	var m FindableMarks
	err := s.db.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM import WHERE layer = ANY ($1)),
		       (SELECT coalesce(min(number), 1) FROM outbox), (SELECT coalesce(max(number), 0) FROM outbox)`, layers).
		Scan(&m.Imports, &m.Kept, &m.Happened)
	return m, translate(err)
}

func isReferenceLayer(l *grid.Layer) bool {
	kind, ok := l.Field("kind")
	return ok && (kind.Enumeration == "reference_line_kind" || kind.Enumeration == "reference_polygon_kind")
}

// Findables calls f with every place and household point of some counties ("" is outside every one), in no order.
func (s *Store) Findables(ctx context.Context, counties []string, f func(Findable) error) error {
	rows, err := s.db.Query(ctx, `
		SELECT 'place', kind, code, name, coalesce(address, ''), coalesce(county_code, ''), coalesce(community_code, ''),
		       CASE GeometryType(shape) WHEN 'POINT' THEN ST_X(shape) END, CASE GeometryType(shape) WHEN 'POINT' THEN ST_Y(shape) END,
		       CASE GeometryType(shape) WHEN 'POINT' THEN NULL ELSE ST_AsEWKB(ST_PointOnSurface(shape)) END,
		       CASE GeometryType(shape) WHEN 'POINT' THEN NULL ELSE ARRAY[ST_XMin(shape), ST_YMin(shape), ST_XMax(shape), ST_YMax(shape)] END
		FROM place
		WHERE coalesce(county_code, '') = ANY ($1)
		UNION ALL
		SELECT 'household_point', '', '', name, coalesce(address, ''), coalesce(county_code, ''), coalesce(community_code, ''),
		       ST_X(location), ST_Y(location), NULL, NULL
		FROM household_point
		WHERE coalesce(county_code, '') = ANY ($1) AND (name <> '' OR address <> '')`, counties)
	if err != nil {
		return translate(err)
	}
	return eachFindable(rows, f)
}

// FindablePlaces returns the places of those codes, in no order.
func (s *Store) FindablePlaces(ctx context.Context, codes []string) ([]Findable, error) {
	rows, err := s.db.Query(ctx, `
		SELECT 'place', kind, code, name, coalesce(address, ''), coalesce(county_code, ''), coalesce(community_code, ''), NULL::float8, NULL::float8,
		       ST_AsEWKB(CASE GeometryType(shape) WHEN 'POINT' THEN shape ELSE ST_PointOnSurface(shape) END),
		       CASE GeometryType(shape) WHEN 'POINT' THEN NULL ELSE ARRAY[ST_XMin(shape), ST_YMin(shape), ST_XMax(shape), ST_YMax(shape)] END
		FROM place
		WHERE code = ANY ($1)`, codes)
	if err != nil {
		return nil, translate(err)
	}
	var found []Findable
	err = eachFindable(rows, func(one Findable) error {
		found = append(found, one)
		return nil
	})
	return found, err
}

// FindableReferences calls f with every feature of the reference layers that has a name, in no order.
func (s *Store) FindableReferences(ctx context.Context, f func(Findable) error) error {
	rows, err := s.db.Query(ctx, `
		SELECT 'reference', kind, '', name, '', '', '', NULL::float8, NULL::float8, ST_AsEWKB(ST_PointOnSurface(shape)),
		       ARRAY[ST_XMin(shape), ST_YMin(shape), ST_XMax(shape), ST_YMax(shape)]
		FROM reference_line
		WHERE name <> ''
		UNION ALL
		SELECT 'reference', kind, '', name, '', '', '', NULL, NULL, ST_AsEWKB(ST_PointOnSurface(shape)),
		       ARRAY[ST_XMin(shape), ST_YMin(shape), ST_XMax(shape), ST_YMax(shape)]
		FROM reference_polygon
		WHERE name <> ''`)
	if err != nil {
		return translate(err)
	}
	return eachFindable(rows, f)
}

func eachFindable(rows pgx.Rows, f func(Findable) error) error {
	var one Findable
	var lon, lat *float64
	var point []byte
	var box []float64
	into := []any{&one.Layer, &one.Kind, &one.Code, &one.Name, &one.Address, &one.County, &one.Community, &lon, &lat, &point, &box}
	_, err := pgx.ForEachRow(rows, into, func() error {
		at, err := findableAt(lon, lat, point)
		if err != nil {
			return err
		}
		one.At, one.Box = at, geo.Box{Min: at, Max: at}
		if len(box) == 4 {
			if one.Box, err = snapBox(box); err != nil {
				return err
			}
		}
		return f(one)
	})
	return translate(err)
}

func findableAt(lon, lat *float64, point []byte) (geo.Point, error) {
	if lon != nil && lat != nil {
		return geo.Snap(orb.Point{*lon, *lat})
	}
	p, err := decode[orb.Point](point)
	if err != nil {
		return geo.Point{}, err
	}
	return geo.Snap(p)
}

func snapBox(v []float64) (geo.Box, error) {
	low, err := geo.Snap(orb.Point{v[0], v[1]})
	if err != nil {
		return geo.Box{}, err
	}
	high, err := geo.Snap(orb.Point{v[2], v[3]})
	return geo.Box{Min: low, Max: high}, err
}
