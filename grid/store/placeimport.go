package store

import (
	"context"
	"fmt"
	"iter"

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
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
		makeCodes, err := s.newCodeMaker(ctx, tx)
		if err != nil {
			return 0, err
		}
		return inBatches(ctx, rows, func(batch []grid.Place) error {
			if err := makeCodes.forPlaces(ctx, layer, batch); err != nil {
				return err
			}
			return copyPlaces(ctx, tx, imp, layer, batch)
		})
	})
}

func copyPlaces(ctx context.Context, tx pgx.Tx, imp *Import, layer *grid.Layer, batch []grid.Place) error {
	ids, err := reserveIDs(ctx, tx, "place", len(batch))
	if err != nil {
		return err
	}
	err = copyRows(ctx, tx, "place", placeColumns, batch, func(i int, p *grid.Place) ([]any, error) {
		return placeValues(ids[i], imp, layer.Kind, p)
	})
	if err != nil {
		return err
	}
	detail := layer.Detail()
	columns := []string{"place_id"}
	for _, f := range detail {
		columns = append(columns, f.Name)
	}
	values := make([]any, len(columns)) // COPY encodes a row before it asks for the next
	return copyRows(ctx, tx, layer.Kind, columns, batch, func(i int, p *grid.Place) ([]any, error) {
		values[0] = ids[i]
		for k, f := range detail {
			values[k+1] = valueOrDefault(f, p.Detail[f.Name])
		}
		return values, nil
	})
}

var placeColumns = []string{
	"id", "code", "kind", "name", "shape", "address", "address_parts", "plate_code", "input_crs", "original_lon", "original_lat",
	"position_accuracy_m", "operator_org", "supervising_org_code", "source", "state", "public", "external_refs",
	"county_code", "community_code", "base_grid_id", "dedicated_grid_id", "located_edition", "on_boundary",
	"import_id", "created_by", "updated_by",
}

func placeValues(id int64, imp *Import, kind string, p *grid.Place) ([]any, error) {
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
		id, p.Code, kind, p.Name, shape, orNull(p.Address), addressParts, orNull(p.PlateCode), p.InputCRS, lon, lat,
		p.PositionAccuracyM, orNull(p.OperatorOrg), orNull(p.SupervisingOrg), orNull(p.Source), orDefault(p.State, "active"), p.Public, externalRefs,
		orNull(a.CountyCode), orNull(a.CommunityCode), orNull(a.BaseGridID), orNull(a.DedicatedID), orNull(a.Edition), a.OnBoundary,
		imp.ID, imp.Actor, imp.Actor,
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
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
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
