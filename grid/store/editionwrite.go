package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// nextEdition is what the next edition of a county has otherwise than the one before: everything, for the first.
type nextEdition struct {
	county  string
	number  int
	at      time.Time // in force from
	proven  bool
	faults  []grid.EditionFault
	planID  int64            // of the plan that makes it, 0 for an import
	imports map[string]int64 // that make it, by layer; the edition itself is that of base_grids
	actor   string

	// Grids and void areas as they are from now on. A grid with ID 0 is new.
	grids []grid.Grid
	voids []grid.VoidArea

	endedVersions []int64 // of grids that change or end
	endedGrids    []int64
	endedVoids    []int64 // rows of void areas that change or end

	lineage  []lineageRow
	outlines []grid.Division // that change: code, outline, label point and area count
}

// lineageRow is grid.Lineage with ids.
type lineageRow struct {
	from, to int64
	grid.Lineage
}

// editionInstant returns when the next editions of the counties, which are locked, come into force: now, and after the editions
// before them even if the clock has gone back.
func editionInstant(ctx context.Context, tx DB, counties []string) (at time.Time, err error) {
	err = tx.QueryRow(ctx, `
		SELECT greatest(clock_timestamp(), (SELECT max(in_force_from) + interval '1 microsecond' FROM edition WHERE county_code = ANY ($1)))`,
		counties).Scan(&at)
	return at, err
}

// write stores the edition, whose county is locked, and tells the servers at the commit. New grids have their IDs afterwards.
func (e *nextEdition) write(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO edition (county_code, number, in_force_from, proven, import_id, plan_id, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.county, e.number, e.at, e.proven, orNull(e.imports["base_grids"]), orNull(e.planID), e.actor)
	if err != nil {
		return err
	}
	fault(tx, "edition.number")
	if err := e.copyFaults(ctx, tx); err != nil {
		return err
	}
	if err := e.end(ctx, tx); err != nil {
		return err
	}
	fault(tx, "edition.ended")
	if err := e.copyGrids(ctx, tx); err != nil {
		return err
	}
	fault(tx, "edition.grids")
	if err := e.copyVoids(ctx, tx); err != nil {
		return err
	}
	if err := e.writeOutlines(ctx, tx); err != nil {
		return err
	}
	fault(tx, "edition.outlines")
	if err := editionHappened(ctx, tx, e); err != nil {
		return err
	}
	return notify(ctx, tx, editionChannel, e.county)
}

func (e *nextEdition) copyFaults(ctx context.Context, tx pgx.Tx) error {
	columns := []string{"county_code", "number", "kind", "community_code", "grid_codes", "polygon", "spot", "area_m2", "width_m"}
	return copyRows(ctx, tx, "edition_fault", columns, e.faults, func(_ int, f *grid.EditionFault) ([]any, error) {
		polygon, err := encode(f.Polygon)
		if err != nil {
			return nil, err
		}
		spot, err := encode(f.At)
		return []any{
			e.county, e.number, f.Kind, orNull(f.CommunityCode), listOrEmpty(f.GridCodes), polygon, spot, f.AreaM2, f.WidthM,
		}, err
	})
}

// end closes the versions that do not hold in this edition any more. Each must be open, or the draft was not of the edition before.
func (e *nextEdition) end(ctx context.Context, tx pgx.Tx) error {
	for _, ended := range []struct {
		what, sql string
		ids       []int64
	}{
		{"versions of grids", `UPDATE grid_version SET to_edition = $2 WHERE id = ANY ($1) AND county_code = $3 AND to_edition IS NULL`, e.endedVersions},
		{"grids", `UPDATE grid SET retired_edition = $2 WHERE id = ANY ($1) AND county_code = $3 AND retired_edition IS NULL`, e.endedGrids},
		{"void areas", `UPDATE void_area SET to_edition = $2 WHERE id = ANY ($1) AND county_code = $3 AND to_edition IS NULL`, e.endedVoids},
	} {
		if len(ended.ids) == 0 {
			continue
		}
		tag, err := tx.Exec(ctx, ended.sql, ended.ids, e.number, e.county)
		if err != nil {
			return err
		}
		if n := tag.RowsAffected(); n != int64(len(ended.ids)) {
			return fmt.Errorf("edition %d of %s ends %d %s, but %d of them are in force", e.number, e.county, len(ended.ids), ended.what, n)
		}
	}
	return nil
}

func (e *nextEdition) copyGrids(ctx context.Context, tx pgx.Tx) error {
	if err := e.copyNewGrids(ctx, tx); err != nil {
		return err
	}
	columns := []string{
		"grid_id", "county_code", "from_edition", "name", "boundary", "label_point", "area_m2", "perimeter_m", "compactness", "households",
		"residents", "buildings", "bounds_text", "dedicated_kind", "host_org_code", "supervising_org_code", "source_crs", "note",
	}
	return copyRows(ctx, tx, "grid_version", columns, e.grids, func(_ int, g *grid.Grid) ([]any, error) {
		boundary, err := encode(g.Boundary)
		if err != nil {
			return nil, err
		}
		label, err := encode(g.LabelPoint)
		return []any{
			g.ID, e.county, e.number, g.Name, boundary, label, g.AreaM2, g.PerimeterM, g.Compactness, g.Households,
			g.Residents, g.Buildings, orNull(g.BoundsText), orNull(g.DedicatedKind), orNull(g.HostOrg), orNull(g.SupervisingOrg), g.SourceCRS, orNull(g.Note),
		}, err
	})
}

// copyNewGrids writes the grids that were not there and gives them ids.
func (e *nextEdition) copyNewGrids(ctx context.Context, tx pgx.Tx) error {
	var made []*grid.Grid
	for i := range e.grids {
		if e.grids[i].ID == 0 {
			made = append(made, &e.grids[i])
		}
	}
	if len(made) == 0 {
		return nil
	}
	ids, err := reserveIDs(ctx, tx, "grid", len(made))
	if err != nil {
		return err
	}
	columns := []string{"id", "code", "county_code", "kind", "community_code", "created_edition", "import_id"}
	return copyRows(ctx, tx, "grid", columns, made, func(i int, g **grid.Grid) ([]any, error) {
		(*g).ID = ids[i]
		return []any{ids[i], (*g).Code, e.county, (*g).Kind, (*g).CommunityCode, e.number, orNull(e.imports[(*g).Kind+"_grids"])}, nil
	})
}

func (e *nextEdition) copyVoids(ctx context.Context, tx pgx.Tx) error {
	columns := []string{"code", "county_code", "community_code", "reason", "name", "boundary", "area_m2", "from_edition", "import_id"}
	return copyRows(ctx, tx, "void_area", columns, e.voids, func(_ int, v *grid.VoidArea) ([]any, error) {
		boundary, err := encode(v.Boundary)
		return []any{v.Code, e.county, v.CommunityCode, v.Reason, v.Name, boundary, v.AreaM2, e.number, orNull(e.imports["void_areas"])}, err
	})
}

// writeOutlines gives divisions their new outlines and keeps the old ones for the editions before.
func (e *nextEdition) writeOutlines(ctx context.Context, tx pgx.Tx) error {
	if len(e.outlines) == 0 {
		return nil
	}
	n := len(e.outlines)
	codes, outlines, labels, areas := make([]string, n), make([][]byte, n), make([][]byte, n), make([]float64, n)
	for i := range e.outlines {
		d := &e.outlines[i]
		codes[i], areas[i] = d.Code, d.AreaM2
		var err error
		if outlines[i], err = encode(d.Outline); err != nil {
			return err
		}
		if labels[i], err = encode(d.LabelPoint); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO division_past (division_code, county_code, until_edition, outline, label_point, area_m2)
		SELECT code, county_code, $2, outline, label_point, area_m2
		FROM division
		WHERE code = ANY ($1)`, codes, e.number)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE division
		SET outline = ST_GeomFromEWKB(u.outline), label_point = ST_GeomFromEWKB(u.label), area_m2 = u.area
		FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::double precision[]) AS u (code, outline, label, area)
		WHERE division.code = u.code`, codes, outlines, labels, areas)
	return err
}

// writeLineage writes from which grids those of the edition come. It is apart from write, since a grid may come from another county's,
// whose edition must be there first.
func (e *nextEdition) writeLineage(ctx context.Context, tx pgx.Tx) error {
	columns := []string{"county_code", "edition", "from_grid_id", "to_grid_id", "relation", "share_of_area"}
	return copyRows(ctx, tx, "grid_lineage", columns, e.lineage, func(_ int, l *lineageRow) ([]any, error) {
		return []any{e.county, e.number, l.from, l.to, l.Relation, l.ShareOfArea}, nil
	})
}
