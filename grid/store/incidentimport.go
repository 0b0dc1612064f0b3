package store

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// ImportIncidents stores incidents, which the caller has located, in one transaction. Rows without a code get one. An error
// that rows yields undoes everything, and so does a code that is there already (grid.ErrConflict): ask ExistingCodes before
// yielding a row.
func (s *Store) ImportIncidents(ctx context.Context, imp *Import, rows iter.Seq2[grid.Incident, error]) error {
	return s.importLocated(ctx, imp, &incidentTable, func(tx pgx.Tx) (int64, error) {
		codes, err := s.newCodeMaker(ctx, tx)
		if err != nil {
			return 0, err
		}
		return inBatches(ctx, rows, func(batch []grid.Incident) error {
			for i := range batch {
				imp.bring(batch[i].Assignment)
			}
			return copyIncidents(ctx, tx, imp, codes, batch)
		})
	})
}

func copyIncidents(ctx context.Context, tx pgx.Tx, imp *Import, codes *codeMaker, batch []grid.Incident) error {
	rows, err := byCell(batch, func(in *grid.Incident) orb.Geometry { return in.Shape })
	if err != nil {
		return err
	}
	if err := giveIDs(ctx, tx, "incident", rows); err != nil {
		return err
	}
	if err := touchCelled(tx, &incidentTable, rows); err != nil {
		return err
	}
	if err := codes.forIncidents(ctx, rows); err != nil {
		return err
	}
	if err := completeIncidents(ctx, tx, rows); err != nil {
		return err
	}
	return copyRows(ctx, tx, "incident", incidentColumns, rows, func(_ int, r *celled[grid.Incident]) ([]any, error) {
		return incidentValues(r, imp)
	})
}

// completeIncidents derives what rows do not say: the phase from the state, and where their units are.
func completeIncidents(ctx context.Context, tx DB, rows []celled[grid.Incident]) error {
	seen := map[grid.Unit]bool{}
	for i := range rows {
		for _, u := range rows[i].row.Units() {
			seen[u] = true
		}
	}
	at, err := divisionsOf(ctx, tx, slices.Collect(maps.Keys(seen)))
	if err != nil {
		return err
	}
	for i := range rows {
		in := rows[i].row
		in.UnitDivisions = at.of(in.Units())
		if in.Phase == "" {
			in.Phase = grid.IncidentPhase(orDefault(in.State, "reported"), in.Supervised)
		}
	}
	return nil
}

var incidentColumns = []string{
	"id", "code", "kind", "severity", "source", "external_case_no", "title", "description", "shape", "cell", "address", "input_crs",
	"original_lon", "original_lat", "position_accuracy_m", "occurred_at", "reported_at", "place_code", "first_receiver", "lead_unit",
	"handling_units", "item_code", "state", "phase", "due_at", "response_due_at", "supervised", "closed_at", "outcome", "satisfaction",
	"parent_id", "external_refs", "county_code", "community_code", "base_grid_id", "dedicated_grid_id", "located_edition", "on_boundary",
	"unit_divisions", "responded_at", "item_list_version", "import_id", "created_by", "updated_by",
}

func incidentValues(r *celled[grid.Incident], imp *Import) ([]any, error) {
	in := r.row
	shape, err := encode(in.Shape)
	if err != nil {
		return nil, err
	}
	externalRefs, err := object(in.ExternalRefs)
	if err != nil {
		return nil, err
	}
	lon, lat := original(in.Original)
	a := in.Assignment
	return []any{
		r.id, in.Code, in.Kind, orDefault(in.Severity, "normal"), orDefault(in.Source, "import"), orNull(in.ExternalCaseNo), in.Title,
		orNull(in.Description), shape, r.cell, orNull(in.Address), in.InputCRS,
		lon, lat, in.PositionAccuracyM, in.OccurredAt, in.ReportedAt, orNull(in.PlaceCode), orNull(in.FirstReceiver), orNull(in.LeadUnit),
		listOrEmpty(in.HandlingUnits), orNull(in.ItemCode), orDefault(in.State, "reported"), orDefault(in.Phase, "intake"), in.DueAt, in.ResponseDueAt,
		in.Supervised, in.ClosedAt, orNull(in.Outcome), in.Satisfaction,
		orNull(in.ParentID), externalRefs, orNull(a.CountyCode), orNull(a.CommunityCode), orNull(a.BaseGridID), orNull(a.DedicatedID), orNull(a.Edition), a.OnBoundary,
		listOrEmpty(in.UnitDivisions), in.RespondedAt, orNull(in.ItemListVersion), orNull(imp.ID), imp.Actor, imp.Actor,
	}, nil
}
