package store

import (
	"context"
	"time"
)

// ending says of assignments that end now when and why: rows of past_assignment.
type ending struct {
	at       time.Time // of the edition that ends them; zero: the database's clock
	planID   int64     // of the plan that was published, 0 for none
	actor    string
	moved    bool                        // from where they are
	importID int64                       // of the import whose rows, which nobody has read yet, are meant: they have no past. 0 for all rows.
	covers   func(division string) error // returns an error unless rows may come to lie there; nil: anywhere
}

// The statements that keep the assignments of rows, by id in $1, before they are changed. They are read where they stand, so that
// nothing is said to have held that did not.
const (
	pastPlaceSQL = `
		INSERT INTO past_assignment (thing, thing_id, until_at, county_code, community_code, base_grid_id, dedicated_grid_id,
		                             located_edition, on_boundary, plan_id, actor, shape)
		SELECT 'place', id, coalesce($2, clock_timestamp()), county_code, community_code, base_grid_id, dedicated_grid_id,
		       located_edition, on_boundary, $3, $4, CASE WHEN $5 THEN shape END
		FROM place
		WHERE id = ANY ($1)`
	pastIncidentSQL = `
		INSERT INTO past_assignment (thing, thing_id, until_at, county_code, community_code, base_grid_id, dedicated_grid_id,
		                             located_edition, on_boundary, plan_id, actor, shape)
		SELECT 'incident', id, coalesce($2, clock_timestamp()), county_code, community_code, base_grid_id, dedicated_grid_id,
		       located_edition, on_boundary, $3, $4, CASE WHEN $5 THEN shape END
		FROM incident
		WHERE id = ANY ($1)`
	pastHouseholdSQL = `
		INSERT INTO past_assignment (thing, thing_id, until_at, county_code, community_code, base_grid_id, dedicated_grid_id,
		                             located_edition, on_boundary, plan_id, actor, shape)
		SELECT 'household_point', id, coalesce($2, clock_timestamp()), county_code, community_code, base_grid_id, dedicated_grid_id,
		       located_edition, on_boundary, $3, $4, CASE WHEN $5 THEN location END
		FROM household_point
		WHERE id = ANY ($1)`
)

// keepPast writes the assignments that the rows have now to past_assignment. The caller changes them next.
func keepPast(ctx context.Context, tx DB, table *locatedTable, ids []int64, end ending) error {
	_, err := tx.Exec(ctx, table.past, ids, orNull(end.at), orNull(end.planID), end.actor, end.moved)
	return err
}
