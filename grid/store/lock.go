package store

import (
	"context"

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

func lockCounties(ctx context.Context, tx pgx.Tx, counties []string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, hashtext(code)) FROM unnest($2::text[]) AS code`, lockClass, counties)
	return err
}
