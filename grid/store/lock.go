package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

// How L3 holds under concurrency (DESIGN, “Data at rest”): a write that assigns takes a shared lock on each county that could
// have a say, in code order, and reads their editions in the next statement, which sees everything that was committed before
// the lock was granted. If they are those by which the assignment was computed it stands until the lock goes with the
// transaction; otherwise the city is loaded again and the assignment made anew. A new edition is written under the exclusive
// lock and assigns again what lies in the county. So either the one or the other sees what came first.
//
// A county has a say on what lies in the box of its outline widened by reachDeg: its own grids, and those that stick out of a
// legacy layer, may be nearest or cover a shared border there.

// lockClass is the first key of all advisory locks on counties; the second is the hash of the code.
const lockClass = 0x67726964 // "grid"

// reachDeg is how far, in degrees, beyond the box of its outline a county is locked for a write.
const reachDeg = 0.01

func lockCountiesShared(ctx context.Context, tx pgx.Tx, counties []string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1, hashtext(code)) FROM unnest($2::text[]) AS code`, lockClass, counties)
	return err
}

// lockForEditions locks the counties that get a new edition, and shared those around them: what lies between two counties is
// assigned by the editions of both, so that the neighbours' must not change meanwhile either.
func lockForEditions(ctx context.Context, tx pgx.Tx, counties []string) error {
	rows, err := tx.Query(ctx, `
		SELECT d.code
		FROM division d
		WHERE d.level = 'county'
		  AND EXISTS (SELECT FROM division e WHERE e.code = ANY ($1) AND d.outline && ST_Expand(e.outline, $2))
		ORDER BY d.code COLLATE "C"`, counties, 2*reachDeg)
	if err != nil {
		return err
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, code := range codes {
		if slices.Contains(counties, code) {
			_, err = tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, hashtext($2))`, lockClass, code)
		} else {
			_, err = tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1, hashtext($2))`, lockClass, code)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
