package store

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// newestEdition stands for the number of the edition in force: no version has been ended by it.
const newestEdition = math.MaxInt32

// LoadEditionAt returns the edition of that number of a county, grid.ErrNotFound when there is none.
func (s *Store) LoadEditionAt(ctx context.Context, county string, number int) (edition.Contents, error) {
	if number < 1 || number >= newestEdition {
		return edition.Contents{}, fmt.Errorf("edition %d of %s: %w", number, county, grid.ErrNotFound)
	}
	var contents edition.Contents
	err := s.snapshot(ctx, func(db DB) error {
		var err error
		contents, err = loadEditionAt(ctx, db, county, number)
		return err
	})
	return contents, err
}

// loadEditionAt returns the edition of that number, or for newestEdition the one in force.
func loadEditionAt(ctx context.Context, db DB, county string, number int) (edition.Contents, error) {
	c := edition.Contents{Info: grid.EditionInfo{CountyCode: county}}
	err := db.QueryRow(ctx, `
		SELECT number, in_force_from, proven
		FROM edition
		WHERE county_code = $1 AND number <= $2
		ORDER BY number DESC
		LIMIT 1`, county, number).Scan(&c.Info.Number, &c.Info.InForceFrom, &c.Info.Proven)
	if err != nil {
		return c, fmt.Errorf("edition of %s: %w", county, translate(err))
	}
	if number != newestEdition && number != c.Info.Number {
		return c, fmt.Errorf("edition %d of %s: %w", number, county, grid.ErrNotFound)
	}
	grids, err := gridsAt(ctx, db, county, number)
	if err != nil {
		return c, err
	}
	for _, g := range grids {
		if g.Kind == grid.Dedicated {
			c.Dedicated = append(c.Dedicated, g)
		} else {
			c.Base = append(c.Base, g)
		}
	}
	c.Voids, err = voidsAt(ctx, db, county, number)
	return c, err
}

func gridsAt(ctx context.Context, db DB, county string, number int) ([]grid.Grid, error) {
	rows, err := db.Query(ctx, `
		SELECT g.id, v.id AS version_id, g.code, g.kind, v.name, g.community_code, g.county_code,
		       ST_AsEWKB(v.boundary) AS boundary, ST_AsEWKB(v.label_point) AS label_point, v.area_m2, v.perimeter_m, v.compactness,
		       v.households, v.residents, v.buildings, coalesce(v.bounds_text, '') AS bounds_text,
		       coalesce(v.dedicated_kind, '') AS dedicated_kind, coalesce(v.host_org_code, '') AS host_org,
		       coalesce(v.supervising_org_code, '') AS supervising_org, v.source_crs, coalesce(v.note, '') AS note,
		       e.in_force_from AS valid_from, coalesce(p.code, '') AS plan
		FROM grid_version v
		JOIN grid g ON g.id = v.grid_id
		JOIN edition e ON e.county_code = v.county_code AND e.number = v.from_edition
		LEFT JOIN plan p ON p.id = e.plan_id
		WHERE v.county_code = $1 AND v.from_edition <= $2 AND (v.to_edition IS NULL OR v.to_edition > $2)
		ORDER BY g.code COLLATE "C"`, county, number)
	if err != nil {
		return nil, translate(err)
	}
	grids, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.Grid, error) {
		r, err := pgx.RowToStructByName[gridRow](row)
		if err != nil {
			return grid.Grid{}, err
		}
		return r.grid()
	})
	return grids, translate(err)
}

func voidsAt(ctx context.Context, db DB, county string, number int) ([]grid.VoidArea, error) {
	rows, err := db.Query(ctx, `
		SELECT id, code, community_code, county_code, reason, name, ST_AsEWKB(boundary) AS boundary, area_m2
		FROM void_area
		WHERE county_code = $1 AND from_edition <= $2 AND (to_edition IS NULL OR to_edition > $2)
		ORDER BY code COLLATE "C"`, county, number)
	if err != nil {
		return nil, translate(err)
	}
	voids, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.VoidArea, error) {
		r, err := pgx.RowToStructByName[voidRow](row)
		if err != nil {
			return grid.VoidArea{}, err
		}
		return r.void()
	})
	return voids, translate(err)
}

// EditionsAt returns the numbers of the editions that were in force at an instant, of the counties that had one. An edition
// is in force from its very instant on. The instant has microseconds; what it has below is cut off.
func (s *Store) EditionsAt(ctx context.Context, at time.Time) (map[string]int, error) {
	return editionsAt(ctx, s.db, at)
}

func editionsAt(ctx context.Context, db DB, at time.Time) (map[string]int, error) {
	rows, err := db.Query(ctx, `SELECT county_code, max(number) FROM edition WHERE in_force_from <= $1 GROUP BY county_code`, at)
	if err != nil {
		return nil, translate(err)
	}
	numbers := map[string]int{}
	var county string
	var number int
	_, err = pgx.ForEachRow(rows, []any{&county, &number}, func() error {
		numbers[county] = number
		return nil
	})
	return numbers, translate(err)
}

// EditionsEnd returns, by county, when the edition that was in force at an instant was followed by the next one; nothing for a county
// where it still is, or that had none and got none since.
func (s *Store) EditionsEnd(ctx context.Context, at time.Time) (map[string]time.Time, error) {
	rows, err := s.db.Query(ctx, `SELECT county_code, min(in_force_from) FROM edition WHERE in_force_from > $1 GROUP BY county_code`, at)
	if err != nil {
		return nil, translate(err)
	}
	ends := map[string]time.Time{}
	var county string
	var end time.Time
	_, err = pgx.ForEachRow(rows, []any{&county, &end}, func() error {
		ends[county] = end
		return nil
	})
	return ends, translate(err)
}

// CityAt returns the city as it was at an instant: the editions then in force with the outlines of their divisions, under
// the settings of today. A city without any edition is not an error.
func (s *Store) CityAt(ctx context.Context, at time.Time) (*edition.City, error) {
	var city *edition.City
	err := s.snapshot(ctx, func(db DB) error {
		numbers, err := editionsAt(ctx, db, at)
		if err != nil {
			return err
		}
		city, err = cityOf(ctx, db, numbers, nil)
		return err
	})
	return city, err
}

// CityOf returns the city with those editions of its counties, and none of the others; grid.ErrNotFound when there is no
// such edition. Divisions are those of today, with the outlines of those editions.
func (s *Store) CityOf(ctx context.Context, numbers map[string]int) (*edition.City, error) {
	return s.CityWith(ctx, numbers, nil)
}

// CityWith is CityOf that takes an edition from have where that has it (nil for never), so that cities share what they have in
// common.
func (s *Store) CityWith(ctx context.Context, numbers map[string]int, have func(county string, number int) *edition.Edition) (*edition.City, error) {
	var city *edition.City
	err := s.snapshot(ctx, func(db DB) error {
		var err error
		city, err = cityOf(ctx, db, numbers, have)
		return err
	})
	return city, err
}

func cityOf(ctx context.Context, db DB, numbers map[string]int, have func(string, int) *edition.Edition) (*edition.City, error) {
	settings, err := New(db).Settings(ctx)
	if err != nil {
		return nil, err
	}
	divisions, err := divisionsAt(ctx, db, numbers)
	if err != nil {
		return nil, err
	}
	var editions []*edition.Edition
	for _, county := range slices.Sorted(maps.Keys(numbers)) {
		if have != nil {
			if e := have(county, numbers[county]); e != nil {
				editions = append(editions, e)
				continue
			}
		}
		contents, err := loadEditionAt(ctx, db, county, numbers[county])
		if err != nil {
			return nil, err
		}
		e, err := edition.New(contents)
		if err != nil {
			return nil, err
		}
		editions = append(editions, e)
	}
	return edition.NewCity(divisions, editions, settings)
}

// divisionsAt returns the divisions by code with the outlines that they had in those editions of their counties.
func divisionsAt(ctx context.Context, db DB, numbers map[string]int) ([]grid.Division, error) {
	divisions, err := New(db).Divisions(ctx)
	if err != nil {
		return nil, err
	}
	past, err := pastOutlines(ctx, db, numbers)
	if err != nil {
		return nil, err
	}
	for i := range divisions {
		if was, ok := past[divisions[i].Code]; ok {
			divisions[i].Outline, divisions[i].LabelPoint, divisions[i].AreaM2 = was.Outline, was.LabelPoint, was.AreaM2
		}
	}
	return divisions, nil
}

type outlineRow struct {
	DivisionCode string
	Outline      []byte
	LabelPoint   []byte
	AreaM2       float64 `db:"area_m2"`
}

func (r outlineRow) outline() (grid.Outline, error) {
	outline, err := decode[orb.MultiPolygon](r.Outline)
	if err != nil {
		return grid.Outline{}, err
	}
	label, err := decode[orb.Point](r.LabelPoint)
	return grid.Outline{Outline: outline, LabelPoint: label, AreaM2: r.AreaM2}, err
}

// pastOutlines returns, by division, the outlines that have changed since those editions of their counties. A county without a
// number has the outlines of before its first edition.
func pastOutlines(ctx context.Context, db DB, numbers map[string]int) (map[string]grid.Outline, error) {
	counties, editions := make([]string, 0, len(numbers)), make([]int, 0, len(numbers))
	for county, number := range numbers {
		counties, editions = append(counties, county), append(editions, number)
	}
	rows, err := db.Query(ctx, `
		SELECT DISTINCT ON (p.division_code) p.division_code, ST_AsEWKB(p.outline) AS outline, ST_AsEWKB(p.label_point) AS label_point, p.area_m2
		FROM division_past p
		LEFT JOIN unnest($1::text[], $2::integer[]) AS n (county_code, number) ON n.county_code = p.county_code
		WHERE p.until_edition > coalesce(n.number, 0)
		ORDER BY p.division_code, p.until_edition`, counties, editions)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[outlineRow])
	if err != nil {
		return nil, translate(err)
	}
	past := map[string]grid.Outline{}
	for _, r := range found {
		if past[r.DivisionCode], err = r.outline(); err != nil {
			return nil, err
		}
	}
	return past, nil
}
