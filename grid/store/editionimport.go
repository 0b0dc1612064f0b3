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
		if _, err := lockForEditions(ctx, tx, editions); err != nil {
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
		at, err := editionInstant(ctx, tx, counties)
		if err != nil {
			return err
		}
		for i := range editions {
			next, err := nextOf(&editions[i], files)
			if err != nil {
				return err
			}
			next.at = at
			if err := next.write(ctx, tx); err != nil {
				return fmt.Errorf("edition of %s: %w", next.county, err)
			}
		}
		if err := assignCounties(ctx, tx, counties, ending{at: at, actor: imports[0].Actor}); err != nil {
			return err
		}
		return imports[0].stillMay(ctx, tx)
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

// nextOf returns the first edition of a county.
func nextOf(e *NewEdition, files map[string]*Import) (*nextEdition, error) {
	base := files["base_grids"]
	if base == nil {
		return nil, &grid.RuleError{Rule: "edition", Detail: "an edition needs base grids"}
	}
	next := &nextEdition{
		county: e.CountyCode, number: 1, proven: e.Proven, faults: e.Faults, imports: map[string]int64{}, actor: base.Actor,
		voids: e.Voids, outlines: e.Outlines,
	}
	for layer, imp := range files {
		next.imports[layer] = imp.ID
	}
	for _, g := range e.Base {
		g.ID, g.Kind = 0, grid.Base
		next.grids = append(next.grids, g)
	}
	for _, g := range e.Dedicated {
		g.ID, g.Kind = 0, grid.Dedicated
		next.grids = append(next.grids, g)
	}
	return next, nil
}
