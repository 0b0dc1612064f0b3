package store

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// ImportPlaces stores the places of one layer, which the caller has located, in one transaction. Rows without a code get
// one. An error that rows yields undoes everything, and so does a code that is there already (grid.ErrConflict): ask
// ExistingCodes before yielding a row.
func (s *Store) ImportPlaces(ctx context.Context, imp *Import, layer *grid.Layer, rows iter.Seq2[grid.Place, error]) error {
	if layer.Kind == "" {
		return fmt.Errorf("%w: %s is no layer of places", grid.ErrInvalid, layer.Name)
	}
	return s.importLocated(ctx, imp, &placeTable, func(tx pgx.Tx) (int64, error) {
		codes, err := s.newCodeMaker(ctx, tx)
		if err != nil {
			return 0, err
		}
		return inBatches(ctx, rows, func(batch []grid.Place) error {
			for i := range batch {
				imp.bring(batch[i].Assignment)
			}
			return copyPlaces(ctx, tx, imp, layer, codes, batch)
		})
	})
}

func copyPlaces(ctx context.Context, tx pgx.Tx, imp *Import, layer *grid.Layer, codes *codeMaker, batch []grid.Place) error {
	if err := checkOrganizations(ctx, tx, batch); err != nil {
		return err
	}
	rows, err := byCell(batch, func(p *grid.Place) orb.Geometry { return p.Shape })
	if err != nil {
		return err
	}
	if err := giveIDs(ctx, tx, "place", rows); err != nil {
		return err
	}
	if err := touchCelled(tx, &placeTable, rows); err != nil {
		return err
	}
	if err := codes.forPlaces(ctx, layer, rows); err != nil {
		return err
	}
	err = copyRows(ctx, tx, "place", placeColumns, rows, func(_ int, r *celled[grid.Place]) ([]any, error) {
		return placeValues(r, imp, layer.Kind)
	})
	if err != nil {
		return err
	}
	return copyDetails(ctx, tx, layer, rows)
}

// copyDetails writes the rows of the table of a kind.
func copyDetails(ctx context.Context, tx pgx.Tx, layer *grid.Layer, rows []celled[grid.Place]) error {
	detail := layer.Detail()
	columns := []string{"place_id"}
	for _, f := range detail {
		columns = append(columns, f.Name)
	}
	values := make([]any, len(columns)) // COPY encodes a row before it asks for the next
	return copyRows(ctx, tx, layer.Kind, columns, rows, func(_ int, r *celled[grid.Place]) ([]any, error) {
		values[0] = r.id
		for k, f := range detail {
			values[k+1] = valueOrDefault(f, r.row.Detail[f.Name])
		}
		return values, nil
	})
}

// celled is a row with its cell and the id that it gets.
type celled[R any] struct {
	id, cell int64
	row      *R
}

// byCell returns the rows of a batch in the order of their cells. Ids and codes are given in that order: what is near on the map
// is near in the table and in its indexes, which makes both writing and reading it cheaper.
func byCell[R any](batch []R, shape func(*R) orb.Geometry) ([]celled[R], error) {
	rows := make([]celled[R], len(batch))
	for i := range batch {
		rows[i].row = &batch[i]
		var err error
		if rows[i].cell, err = cellOf(shape(&batch[i])); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(rows, func(a, b celled[R]) int { return cmp.Compare(a.cell, b.cell) })
	return rows, nil
}

// giveIDs reserves an id for each row.
func giveIDs[R any](ctx context.Context, tx DB, table string, rows []celled[R]) error {
	ids, err := reserveIDs(ctx, tx, table, len(rows))
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].id = ids[i]
	}
	return nil
}

// checkOrganizations returns a *grid.RuleError when a place names a supervising organisation that is not there.
func checkOrganizations(ctx context.Context, tx DB, places []grid.Place) error {
	var codes []string
	for i := range places {
		if code := places[i].SupervisingOrg; code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	there, err := New(tx).ExistingCodes(ctx, "organizations", codes)
	if err != nil {
		return err
	}
	for _, code := range codes {
		if !slices.Contains(there, code) {
			return &grid.RuleError{Rule: "unknown_code", Field: "supervising_org_code", Detail: fmt.Sprintf("there is no organisation %s", code)}
		}
	}
	return nil
}

var placeColumns = []string{
	"id", "code", "kind", "name", "shape", "cell", "address", "address_parts", "plate_code", "input_crs", "original_lon", "original_lat",
	"position_accuracy_m", "operator_org", "supervising_org_code", "source", "state", "public", "external_refs",
	"county_code", "community_code", "base_grid_id", "dedicated_grid_id", "located_edition", "on_boundary",
	"import_id", "created_by", "updated_by",
}

func placeValues(r *celled[grid.Place], imp *Import, kind string) ([]any, error) {
	p := r.row
	shape, err := encode(p.Shape)
	if err != nil {
		return nil, err
	}
	addressParts, err := object(p.AddressParts)
	if err != nil {
		return nil, err
	}
	externalRefs, err := object(p.ExternalRefs)
	if err != nil {
		return nil, err
	}
	lon, lat := original(p.Original)
	a := p.Assignment
	return []any{
		r.id, p.Code, kind, p.Name, shape, r.cell, orNull(p.Address), addressParts, orNull(p.PlateCode), p.InputCRS, lon, lat,
		p.PositionAccuracyM, orNull(p.OperatorOrg), orNull(p.SupervisingOrg), orNull(p.Source), orDefault(p.State, "active"), p.Public, externalRefs,
		orNull(a.CountyCode), orNull(a.CommunityCode), orNull(a.BaseGridID), orNull(a.DedicatedID), orNull(a.Edition), a.OnBoundary,
		orNull(imp.ID), imp.Actor, imp.Actor,
	}, nil
}

func original(p *orb.Point) (lon, lat *float64) {
	if p == nil {
		return nil, nil
	}
	return &p[0], &p[1]
}

// ImportHouseholdPoints stores household points, which the caller has located, in one transaction.
func (s *Store) ImportHouseholdPoints(ctx context.Context, imp *Import, rows iter.Seq2[grid.HouseholdPoint, error]) error {
	columns := []string{
		"name", "address", "households", "residents", "location", "input_crs", "county_code", "community_code", "base_grid_id",
		"dedicated_grid_id", "located_edition", "on_boundary", "import_id",
	}
	return s.importLocated(ctx, imp, &householdTable, func(tx pgx.Tx) (int64, error) {
		return inBatches(ctx, rows, func(batch []grid.HouseholdPoint) error {
			return copyRows(ctx, tx, "household_point", columns, batch, func(_ int, p *grid.HouseholdPoint) ([]any, error) {
				location, err := encode(p.Location)
				a := p.Assignment
				return []any{
					p.Name, orNull(p.Address), p.Households, p.Residents, location, p.InputCRS, orNull(a.CountyCode), orNull(a.CommunityCode),
					orNull(a.BaseGridID), orNull(a.DedicatedID), orNull(a.Edition), a.OnBoundary, imp.ID,
				}, err
			})
		})
	})
}
