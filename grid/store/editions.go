package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Counties returns the number of the edition in force of each county, 0 for one without grids.
func (s *Store) Counties(ctx context.Context) (map[string]int, error) {
	return currentEditions(ctx, s.db, nil)
}

// currentEditions returns the editions in force of the given counties, of all for nil.
func currentEditions(ctx context.Context, db DB, counties []string) (map[string]int, error) {
	rows, err := db.Query(ctx, `
		SELECT d.code, coalesce((SELECT max(e.number) FROM edition e WHERE e.county_code = d.code), 0)
		FROM division d
		WHERE d.level = 'county' AND ($1::text[] IS NULL OR d.code = ANY ($1))`, counties)
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

// LoadEdition returns the edition in force of a county, grid.ErrNotFound when it has none.
func (s *Store) LoadEdition(ctx context.Context, county string) (edition.Contents, error) {
	var contents edition.Contents
	err := s.snapshot(ctx, func(db DB) error {
		var err error
		contents, err = loadEdition(ctx, db, county)
		return err
	})
	return contents, err
}

func loadEdition(ctx context.Context, db DB, county string) (edition.Contents, error) {
	return loadEditionAt(ctx, db, county, newestEdition)
}

type gridRow struct {
	ID             int64
	VersionID      int64
	Code           string
	Kind           string
	Name           string
	CommunityCode  string
	CountyCode     string
	Boundary       []byte
	LabelPoint     []byte
	AreaM2         float64 `db:"area_m2"`
	PerimeterM     float64
	Compactness    float64
	Households     *int
	Residents      *int
	Buildings      *int
	BoundsText     string
	DedicatedKind  string
	HostOrg        string
	SupervisingOrg string
	SourceCRS      string `db:"source_crs"`
	Note           string
	ValidFrom      time.Time
	Plan           string
}

func (r gridRow) grid() (grid.Grid, error) {
	boundary, err := decode[orb.MultiPolygon](r.Boundary)
	if err != nil {
		return grid.Grid{}, err
	}
	label, err := decode[orb.Point](r.LabelPoint)
	return grid.Grid{
		ID: r.ID, VersionID: r.VersionID, Code: r.Code, Kind: r.Kind, Name: r.Name, CommunityCode: r.CommunityCode, CountyCode: r.CountyCode,
		Boundary: boundary, LabelPoint: label, AreaM2: r.AreaM2, PerimeterM: r.PerimeterM, Compactness: r.Compactness,
		Households: r.Households, Residents: r.Residents, Buildings: r.Buildings, BoundsText: r.BoundsText, DedicatedKind: r.DedicatedKind,
		HostOrg: r.HostOrg, SupervisingOrg: r.SupervisingOrg, SourceCRS: r.SourceCRS, Note: r.Note, ValidFrom: r.ValidFrom, Plan: r.Plan,
	}, err
}

type voidRow struct {
	ID            int64
	Code          string
	CommunityCode string
	CountyCode    string
	Reason        string
	Name          string
	Boundary      []byte
	AreaM2        float64 `db:"area_m2"`
}

func (r voidRow) void() (grid.VoidArea, error) {
	boundary, err := decode[orb.MultiPolygon](r.Boundary)
	return grid.VoidArea{
		ID: r.ID, Code: r.Code, CommunityCode: r.CommunityCode, CountyCode: r.CountyCode, Reason: r.Reason, Name: r.Name,
		Boundary: boundary, AreaM2: r.AreaM2,
	}, err
}
