package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

type divisionRow struct {
	ID              int64
	Code            string
	Level           string
	Name            string
	ParentCode      string
	CountyCode      string
	Kind            string
	UrbanRuralClass string
	CodeSystem      string
	Outline         []byte
	LabelPoint      []byte
	AreaM2          float64 `db:"area_m2"`
	Derived         bool
	ParentInferred  bool
	Households      *int
	Residents       *int
	CountedOn       *time.Time
	SourceCRS       string `db:"source_crs"`
}

// Divisions returns all divisions in the order of their codes.
func (s *Store) Divisions(ctx context.Context) ([]grid.Division, error) {
	return s.DivisionsOf(ctx, nil)
}

// DivisionsOf returns the divisions of some counties, themselves included, in the order of their codes; all, with the city, for nil.
func (s *Store) DivisionsOf(ctx context.Context, counties []string) ([]grid.Division, error) {
	rows, err := s.db.Query(ctx, `
		SELECT id, code, level, name, coalesce(parent_code, '') AS parent_code, coalesce(county_code, '') AS county_code,
		       coalesce(kind, '') AS kind, coalesce(urban_rural_class, '') AS urban_rural_class, code_system,
		       ST_AsEWKB(outline) AS outline, ST_AsEWKB(label_point) AS label_point, area_m2, derived, parent_inferred,
		       households, residents, counted_on, source_crs
		FROM division
		WHERE $1::text[] IS NULL OR county_code = ANY ($1)
		ORDER BY code COLLATE "C"`, counties)
	if err != nil {
		return nil, translate(err)
	}
	divisions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.Division, error) {
		r, err := pgx.RowToStructByName[divisionRow](row)
		if err != nil {
			return grid.Division{}, err
		}
		return r.division()
	})
	return divisions, translate(err)
}

func (r divisionRow) division() (grid.Division, error) {
	outline, err := decode[orb.MultiPolygon](r.Outline)
	if err != nil {
		return grid.Division{}, err
	}
	label, err := decode[orb.Point](r.LabelPoint)
	return grid.Division{
		ID: r.ID, Code: r.Code, Level: r.Level, Name: r.Name, ParentCode: r.ParentCode, CountyCode: r.CountyCode, Kind: r.Kind,
		CodeSystem: r.CodeSystem, Outline: outline, LabelPoint: label, AreaM2: r.AreaM2, Derived: r.Derived, Inferred: r.ParentInferred,
		Households: r.Households, Residents: r.Residents, CountedOn: r.CountedOn, SourceCRS: r.SourceCRS, UrbanRuralClass: r.UrbanRuralClass,
	}, err
}

// ImportDivisions stores divisions and what is wrong with them (BR-06) in one transaction. Parents may come after their
// children. What is stored already is assigned by the new divisions before the commit.
func (s *Store) ImportDivisions(ctx context.Context, imp *Import, divisions []grid.Division, faults []grid.DivisionFault) error {
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
		if err := lockCity(ctx, tx); err != nil {
			return 0, err
		}
		if err := copyDivisions(ctx, tx, imp, divisions); err != nil {
			return 0, err
		}
		if err := copyDivisionFaults(ctx, tx, faults); err != nil {
			return 0, err
		}
		for _, d := range divisions {
			if d.Level == grid.LevelCounty {
				if err := notify(ctx, tx, editionChannel, d.Code); err != nil {
					return 0, err
				}
			}
		}
		if err := assignCounties(ctx, tx, nil, ending{actor: imp.Actor}); err != nil {
			return 0, err
		}
		// Made for a missing level, a division is stored without having been a row of the file.
		derived := int64(0)
		for _, d := range divisions {
			if d.Derived {
				derived++
			}
		}
		return int64(len(divisions)) - derived, nil
	})
}

// copyDivisions writes divisions, those above first.
func copyDivisions(ctx context.Context, tx DB, imp *Import, divisions []grid.Division) error {
	columns := []string{
		"code", "level", "name", "parent_code", "county_code", "kind", "urban_rural_class", "code_system", "outline", "label_point",
		"area_m2", "derived", "parent_inferred", "households", "residents", "counted_on", "source_crs", "import_id",
	}
	divisions = slices.Clone(divisions)
	slices.SortStableFunc(divisions, func(a, b grid.Division) int {
		return cmp.Compare(grid.LevelRank(a.Level), grid.LevelRank(b.Level))
	})
	return copyRows(ctx, tx, "division", columns, divisions, func(_ int, d *grid.Division) ([]any, error) {
		outline, err := encode(d.Outline)
		if err != nil {
			return nil, err
		}
		label, err := encode(d.LabelPoint)
		return []any{
			d.Code, d.Level, d.Name, orNull(d.ParentCode), orNull(d.CountyCode), orNull(d.Kind), orNull(d.UrbanRuralClass),
			orDefault(d.CodeSystem, "statistical"), outline, label, d.AreaM2, d.Derived, d.Inferred, d.Households, d.Residents, d.CountedOn,
			d.SourceCRS, imp.ID,
		}, err
	})
}

func copyDivisionFaults(ctx context.Context, tx DB, faults []grid.DivisionFault) error {
	columns := []string{"division_code", "kind", "other_codes", "polygon", "area_m2", "width_m"}
	return copyRows(ctx, tx, "division_fault", columns, faults, func(_ int, f *grid.DivisionFault) ([]any, error) {
		polygon, err := encode(f.Polygon)
		return []any{f.DivisionCode, f.Kind, listOrEmpty(f.OtherCodes), polygon, f.AreaM2, f.WidthM}, err
	})
}

type faultRow struct {
	DivisionCode string
	Kind         string
	OtherCodes   []string
	Polygon      []byte
	AreaM2       float64 `db:"area_m2"`
	WidthM       float64 `db:"width_m"`
}

// DivisionFaults returns what was found wrong with divisions when they were imported, in the order of their codes.
func (s *Store) DivisionFaults(ctx context.Context) ([]grid.DivisionFault, error) {
	rows, err := s.db.Query(ctx, `
		SELECT division_code, kind, other_codes, ST_AsEWKB(polygon) AS polygon, area_m2, width_m
		FROM division_fault
		ORDER BY division_code COLLATE "C", id`)
	if err != nil {
		return nil, translate(err)
	}
	faults, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.DivisionFault, error) {
		r, err := pgx.RowToStructByName[faultRow](row)
		if err != nil {
			return grid.DivisionFault{}, err
		}
		polygon, err := decode[orb.MultiPolygon](r.Polygon)
		return grid.DivisionFault{
			DivisionCode: r.DivisionCode, Kind: r.Kind, OtherCodes: r.OtherCodes, Polygon: polygon, AreaM2: r.AreaM2, WidthM: r.WidthM,
		}, err
	})
	return faults, translate(err)
}
