package store

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

var (
	//go:embed sql/editions.sql
	editionsSQL string
	//go:embed sql/grid_versions.sql
	gridVersionsSQL string
	//go:embed sql/grid_lineage.sql
	gridLineageSQL string
	//go:embed sql/assignments.sql
	assignmentsSQL string
	//go:embed sql/division_versions.sql
	divisionVersionsSQL string
)

// Editions returns the editions of a county, oldest first, with what each made different; none for a county without grids.
func (s *Store) Editions(ctx context.Context, county string) ([]grid.EditionRecord, error) {
	rows, err := s.db.Query(ctx, editionsSQL, county)
	if err != nil {
		return nil, translate(err)
	}
	records, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.EditionRecord, error) {
		r := grid.EditionRecord{EditionInfo: grid.EditionInfo{CountyCode: county}}
		return r, row.Scan(&r.Number, &r.InForceFrom, &r.Proven, &r.Plan, &r.Actor, &r.Created, &r.Changed, &r.Retired)
	})
	return records, translate(err)
}

// GridHistory returns what became of the grid of that code, current or retired; grid.ErrNotFound when there never was one.
// Boundaries are left out (nil) unless they are asked for.
func (s *Store) GridHistory(ctx context.Context, code string, boundaries bool) (grid.GridHistory, error) {
	h := grid.GridHistory{Code: code}
	err := s.snapshot(ctx, func(db DB) error {
		var id int64
		err := db.QueryRow(ctx, `SELECT id, kind, county_code FROM grid WHERE code = $1`, code).Scan(&id, &h.Kind, &h.County)
		if err != nil {
			return fmt.Errorf("grid %s: %w", code, translate(err))
		}
		if h.Versions, err = gridVersions(ctx, db, id, boundaries); err != nil {
			return err
		}
		return gridLineage(ctx, db, &h)
	})
	return h, err
}

// periodRow is a grid.Period, with the editions that begin and end it.
type periodRow struct {
	FromEdition int
	ToEdition   *int
	FromAt      time.Time
	UntilAt     *time.Time
	Plan        string
	Actor       string
}

func (r periodRow) period() grid.Period {
	return grid.Period{From: r.FromAt, Until: r.UntilAt, Plan: r.Plan, Actor: r.Actor}
}

func gridVersions(ctx context.Context, db DB, id int64, boundaries bool) ([]grid.GridVersion, error) {
	rows, err := db.Query(ctx, gridVersionsSQL, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.GridVersion, error) {
		r, err := pgx.RowToStructByName[struct {
			gridRow
			periodRow
		}](row)
		if err != nil {
			return grid.GridVersion{}, err
		}
		g, err := r.gridRow.grid()
		if !boundaries {
			g.Boundary = nil
		}
		return grid.GridVersion{Grid: g, Period: r.period(), FromEdition: r.FromEdition, ToEdition: r.ToEdition}, err
	})
}

func gridLineage(ctx context.Context, db DB, h *grid.GridHistory) error {
	rows, err := db.Query(ctx, gridLineageSQL, h.Code)
	if err != nil {
		return err
	}
	var step grid.GridLineage
	columns := []any{&step.FromCode, &step.ToCode, &step.Relation, &step.ShareOfArea, &step.Edition, &step.At, &step.Plan, &step.Actor}
	_, err = pgx.ForEachRow(rows, columns, func() error {
		// A grid that keeps its code comes from itself as well: that is no step to another.
		if step.ToCode == h.Code && step.FromCode != h.Code {
			h.Before = append(h.Before, step)
		}
		if step.FromCode == h.Code && step.ToCode != h.Code {
			h.After = append(h.After, step)
		}
		return nil
	})
	return err
}

// PlaceHistory returns the assignments of the place of that code, oldest first, the last one still holding; grid.ErrNotFound
// when there is none.
func (s *Store) PlaceHistory(ctx context.Context, code string) ([]grid.AssignmentPeriod, error) {
	return s.assignmentHistory(ctx, "place", code)
}

// IncidentHistory is PlaceHistory for an incident.
func (s *Store) IncidentHistory(ctx context.Context, code string) ([]grid.AssignmentPeriod, error) {
	return s.assignmentHistory(ctx, "incident", code)
}

func (s *Store) assignmentHistory(ctx context.Context, thing, code string) ([]grid.AssignmentPeriod, error) {
	rows, err := s.db.Query(ctx, assignmentsSQL, thing, code)
	if err != nil {
		return nil, translate(err)
	}
	periods, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p grid.AssignmentPeriod, err error) {
		err = row.Scan(&p.From, &p.Until, &p.Plan, &p.Actor, &p.CountyCode, &p.CommunityCode, &p.BaseGridID, &p.DedicatedID,
			&p.Edition, &p.OnBoundary, &p.BaseGrid, &p.DedicatedGrid)
		return p, err
	})
	if err != nil {
		return nil, translate(err)
	}
	if len(periods) == 0 {
		return nil, fmt.Errorf("%s %s: %w", thing, code, grid.ErrNotFound)
	}
	return periods, nil
}

// DivisionHistory returns how the division of that code was divided, oldest first, the last version still holding:
// one version for each edition of its county that made its grids, void areas or outline different. grid.ErrNotFound when there is
// no such division. One of a county without an edition has one version, and so has the city, which is of no county.
func (s *Store) DivisionHistory(ctx context.Context, code string) ([]grid.DivisionVersion, error) {
	var versions []grid.DivisionVersion
	err := s.snapshot(ctx, func(db DB) error {
		outlines, err := divisionOutlines(ctx, db, code)
		if err != nil {
			return err
		}
		if versions, err = divisionVersions(ctx, db, code); err != nil {
			return err
		}
		if len(versions) == 0 {
			versions = []grid.DivisionVersion{{Period: grid.Period{From: outlines[0].createdAt, Actor: outlines[0].actor}}}
		}
		giveOutlines(versions, outlines)
		return nil
	})
	return versions, err
}

// heldOutline is an outline with the edition that ended it, nil for none.
type heldOutline struct {
	grid.Outline
	until     *int
	createdAt time.Time // of the division
	actor     string
}

func divisionOutlines(ctx context.Context, db DB, code string) ([]heldOutline, error) {
	rows, err := db.Query(ctx, `
		SELECT held.outline, held.label_point, held.area_m2, held.until_edition, d.created_at, coalesce(i.actor, '')
		FROM (SELECT division_code AS code, ST_AsEWKB(outline) AS outline, ST_AsEWKB(label_point) AS label_point, area_m2, until_edition
		      FROM division_past
		      UNION ALL
		      SELECT code, ST_AsEWKB(outline), ST_AsEWKB(label_point), area_m2, NULL FROM division) held
		JOIN division d ON d.code = held.code
		LEFT JOIN import i ON i.id = d.import_id
		WHERE held.code = $1
		ORDER BY held.until_edition NULLS LAST`, code)
	if err != nil {
		return nil, translate(err)
	}
	outlines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h heldOutline, err error) {
		var r outlineRow
		if err = row.Scan(&r.Outline, &r.LabelPoint, &r.AreaM2, &h.until, &h.createdAt, &h.actor); err != nil {
			return h, err
		}
		h.Outline, err = r.outline()
		return h, err
	})
	if err != nil {
		return nil, translate(err)
	}
	if len(outlines) == 0 {
		return nil, fmt.Errorf("division %s: %w", code, grid.ErrNotFound)
	}
	return outlines, nil
}

// divisionVersions returns the versions without their outlines.
func divisionVersions(ctx context.Context, db DB, code string) ([]grid.DivisionVersion, error) {
	rows, err := db.Query(ctx, divisionVersionsSQL, code)
	if err != nil {
		return nil, translate(err)
	}
	versions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v grid.DivisionVersion, err error) {
		err = row.Scan(&v.FromEdition, &v.ToEdition, &v.From, &v.Until, &v.Plan, &v.Actor, &v.Redrawn, &v.Created, &v.Changed, &v.Retired)
		return v, err
	})
	return versions, translate(err)
}

// giveOutlines gives each version the outline of its edition: the first one that an edition after it ended.
func giveOutlines(versions []grid.DivisionVersion, outlines []heldOutline) {
	for i := range versions {
		for _, o := range outlines {
			if o.until == nil || *o.until > versions[i].FromEdition {
				versions[i].Outline = o.Outline
				break
			}
		}
	}
}
