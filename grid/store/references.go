package store

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// ImportReferences stores reference lines and polygons (roads, railways, rivers, footprints …) in one transaction.
func (s *Store) ImportReferences(ctx context.Context, imp *Import, rows iter.Seq2[grid.Reference, error]) error {
	columns := []string{"kind", "name", "class", "shape", "import_id"}
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
		return inBatches(ctx, rows, func(batch []grid.Reference) error {
			lines, polygons := splitReferences(batch)
			values := func(rows []grid.Reference) func(int, *grid.Reference) ([]any, error) {
				return func(_ int, r *grid.Reference) ([]any, error) {
					shape, err := encode(r.Shape)
					return []any{r.Kind, r.Name, r.Class, shape, imp.ID}, err
				}
			}
			if err := copyRows(ctx, tx, "reference_line", columns, lines, values(lines)); err != nil {
				return err
			}
			return copyRows(ctx, tx, "reference_polygon", columns, polygons, values(polygons))
		})
	})
}

func splitReferences(batch []grid.Reference) (lines, polygons []grid.Reference) {
	for _, r := range batch {
		if _, ok := r.Shape.(orb.MultiPolygon); ok {
			polygons = append(polygons, r)
		} else {
			lines = append(lines, r)
		}
	}
	return lines, polygons
}
