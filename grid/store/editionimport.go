package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// ImportEditions makes edition 1 of each county, in one transaction with the imports that gave the grids (one for each file:
// of layer base_grids, dedicated_grids or void_areas). Places, incidents and household points that are stored already and lie
// there are assigned by the new editions before the commit. A county that has an edition is grid.ErrConflict.
func (s *Store) ImportEditions(ctx context.Context, imports []*Import, editions []NewEdition) error {
	editions = slices.Clone(editions)
	slices.SortFunc(editions, func(a, b NewEdition) int { return cmp.Compare(a.CountyCode, b.CountyCode) })
	counties := make([]string, len(editions))
	for i, e := range editions {
		counties[i] = e.CountyCode
	}
	if err := checkCounts(imports, editions); err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if err := lockForEditions(ctx, tx, editions); err != nil {
			return err
		}
		files := byLayer(imports)
		for _, imp := range imports {
			if err := imp.begin(ctx, tx); err != nil {
				return err
			}
			if err := imp.finish(ctx, tx, imp.Stored); err != nil {
				return err
			}
		}
		for _, e := range editions {
			if len(e.Divisions) == 0 {
				continue
			}
			if err := copyDivisions(ctx, tx, imports[0], e.Divisions); err != nil {
				return err
			}
		}
		if err := refuseSecondEdition(ctx, tx, counties); err != nil {
			return err
		}
		for i := range editions {
			if err := writeEdition(ctx, tx, &editions[i], files); err != nil {
				return fmt.Errorf("edition of %s: %w", editions[i].CountyCode, err)
			}
			if err := notify(ctx, tx, editionChannel, editions[i].CountyCode); err != nil {
				return err
			}
		}
		return assignCounties(ctx, tx, counties)
	})
}

func refuseSecondEdition(ctx context.Context, tx pgx.Tx, counties []string) error {
	numbers, err := currentEditions(ctx, tx, counties)
	if err != nil {
		return err
	}
	for _, county := range counties {
		number, ok := numbers[county]
		if !ok {
			return fmt.Errorf("county %s: %w", county, grid.ErrNotFound)
		}
		if number > 0 {
			return fmt.Errorf("county %s has edition %d already: its grids change by plan only: %w", county, number, grid.ErrConflict)
		}
	}
	return nil
}

// byLayer returns the import of each layer; several files of one layer count as the first.
func byLayer(imports []*Import) map[string]*Import {
	files := map[string]*Import{}
	for _, imp := range imports {
		if files[imp.Layer] == nil {
			files[imp.Layer] = imp
		}
	}
	return files
}

// checkCounts makes sure that what the files are said to have stored is what is written (L6).
func checkCounts(imports []*Import, editions []NewEdition) error {
	said, written := map[string]int64{}, map[string]int64{}
	for _, imp := range imports {
		said[imp.Layer] += imp.Stored
	}
	for _, e := range editions {
		written["base_grids"] += int64(len(e.Base))
		written["dedicated_grids"] += int64(len(e.Dedicated))
		written["void_areas"] += int64(len(e.Voids))
	}
	for layer, n := range written {
		if said[layer] != n {
			return fmt.Errorf("%s: the files gave %d rows to store, the editions hold %d: the counts do not add up", layer, said[layer], n)
		}
	}
	return nil
}

func writeEdition(ctx context.Context, tx pgx.Tx, e *NewEdition, files map[string]*Import) error {
	base := files["base_grids"]
	if base == nil {
		return &grid.RuleError{Rule: "edition", Detail: "an edition needs base grids"}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO edition (county_code, number, proven, import_id, created_by)
		VALUES ($1, 1, $2, $3, $4)`, e.CountyCode, e.Proven, base.ID, base.Actor)
	if err != nil {
		return err
	}
	if err := copyEditionFaults(ctx, tx, e); err != nil {
		return err
	}
	if err := copyGrids(ctx, tx, e, e.Base, grid.Base, base); err != nil {
		return err
	}
	if err := copyGrids(ctx, tx, e, e.Dedicated, grid.Dedicated, files["dedicated_grids"]); err != nil {
		return err
	}
	return copyVoids(ctx, tx, e, files["void_areas"])
}

func copyEditionFaults(ctx context.Context, tx pgx.Tx, e *NewEdition) error {
	columns := []string{"county_code", "number", "kind", "community_code", "grid_codes", "polygon", "spot", "area_m2", "width_m"}
	return copyRows(ctx, tx, "edition_fault", columns, e.Faults, func(_ int, f *grid.EditionFault) ([]any, error) {
		polygon, err := encode(f.Polygon)
		if err != nil {
			return nil, err
		}
		spot, err := encode(f.At)
		return []any{
			e.CountyCode, 1, f.Kind, orNull(f.CommunityCode), listOrEmpty(f.GridCodes), polygon, spot, f.AreaM2, f.WidthM,
		}, err
	})
}

func copyGrids(ctx context.Context, tx pgx.Tx, e *NewEdition, grids []grid.Grid, kind string, imp *Import) error {
	if len(grids) == 0 {
		return nil
	}
	ids, err := reserveIDs(ctx, tx, "grid", len(grids))
	if err != nil {
		return err
	}
	columns := []string{"id", "code", "county_code", "kind", "community_code", "created_edition", "import_id"}
	err = copyRows(ctx, tx, "grid", columns, grids, func(i int, g *grid.Grid) ([]any, error) {
		return []any{ids[i], g.Code, e.CountyCode, kind, g.CommunityCode, 1, imp.ID}, nil
	})
	if err != nil {
		return err
	}
	columns = []string{
		"grid_id", "county_code", "from_edition", "name", "boundary", "label_point", "area_m2", "perimeter_m", "compactness", "households",
		"residents", "buildings", "bounds_text", "dedicated_kind", "host_org_code", "supervising_org_code", "source_crs", "note",
	}
	return copyRows(ctx, tx, "grid_version", columns, grids, func(i int, g *grid.Grid) ([]any, error) {
		boundary, err := encode(g.Boundary)
		if err != nil {
			return nil, err
		}
		label, err := encode(g.LabelPoint)
		return []any{
			ids[i], e.CountyCode, 1, g.Name, boundary, label, g.AreaM2, g.PerimeterM, g.Compactness, g.Households,
			g.Residents, g.Buildings, orNull(g.BoundsText), orNull(g.DedicatedKind), orNull(g.HostOrg), orNull(g.SupervisingOrg), g.SourceCRS, orNull(g.Note),
		}, err
	})
}

func copyVoids(ctx context.Context, tx pgx.Tx, e *NewEdition, imp *Import) error {
	columns := []string{"code", "county_code", "community_code", "reason", "name", "boundary", "area_m2", "from_edition", "import_id"}
	return copyRows(ctx, tx, "void_area", columns, e.Voids, func(_ int, v *grid.VoidArea) ([]any, error) {
		boundary, err := encode(v.Boundary)
		return []any{v.Code, e.CountyCode, v.CommunityCode, v.Reason, v.Name, boundary, v.AreaM2, 1, imp.ID}, err
	})
}
