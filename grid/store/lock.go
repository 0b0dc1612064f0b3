package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// How L3 holds under concurrency (DESIGN, “Data at rest”): a write that assigns takes a shared lock on the city and on each county
// that could have a say, in code order, and reads their editions in the next statement, which sees everything that was committed
// before the lock was granted. If they are those by which the assignment was computed it stands until the lock goes with the
// transaction; otherwise the city is loaded again and the assignment made anew. A new edition is written under the exclusive
// lock and assigns again what lies in the county. So either the one or the other sees what came first.
//
// A county has a say on what lies in the boxes of its divisions and of its grids in force, widened by reachDeg. Grids of a legacy
// layer that lie beyond their county's box are in nobody's reach before they are there: their edition takes the city's lock
// exclusively. So does what moves every county, divisions and the fallback distance.

// lockClass is the first key of all advisory locks on counties; the second is the hash of the code.
const lockClass = 0x67726964 // "grid"

// wholeCity stands for the city among the codes of counties. It comes before them all.
const wholeCity = ""

// reachDeg is how far, in degrees, beyond the boxes of its divisions and grids a county is locked for a write.
const reachDeg = 0.01

// lockCountiesShared locks counties, which are in code order; wholeCity comes first.
func lockCountiesShared(ctx context.Context, tx pgx.Tx, counties ...string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1, hashtext(code)) FROM unnest($2::text[]) AS code`, lockClass, counties)
	return err
}

// lockCity keeps everyone from assigning anything until the transaction ends.
func lockCity(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, hashtext($2))`, lockClass, wholeCity)
	return err
}

// lockForEditions locks the counties that get a new edition, and shared those around them: what lies between two counties is
// assigned by the editions of both, so that the neighbours' must not change meanwhile either. An edition that lies beyond its
// county's box locks the city. It returns all counties whose editions stay as they are now but for the caller, in code order.
func lockForEditions(ctx context.Context, tx pgx.Tx, editions []NewEdition) ([]string, error) {
	counties := make([]string, len(editions))
	beyond := false
	for i := range editions {
		counties[i] = editions[i].CountyCode
		out, err := liesBeyond(ctx, tx, &editions[i])
		if err != nil {
			return nil, err
		}
		beyond = beyond || out
	}
	lock := lockCity
	if !beyond {
		lock = func(ctx context.Context, tx pgx.Tx) error { return lockCountiesShared(ctx, tx, wholeCity) }
	}
	if err := lock(ctx, tx); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT d.code
		FROM division d
		WHERE d.level = 'county'
		  AND ($3 OR EXISTS (SELECT FROM division e WHERE e.code = ANY ($1) AND d.outline && ST_Expand(e.outline, $2)))
		ORDER BY d.code COLLATE "C"`, counties, 2*reachDeg, beyond)
	if err != nil {
		return nil, err
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || beyond {
		return codes, err
	}
	for _, code := range codes {
		if slices.Contains(counties, code) {
			_, err = tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, hashtext($2))`, lockClass, code)
		} else {
			_, err = tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1, hashtext($2))`, lockClass, code)
		}
		if err != nil {
			return nil, err
		}
	}
	return codes, nil
}

// liesBeyond reports whether anything of the edition lies outside the box of its county's outline.
func liesBeyond(ctx context.Context, tx DB, e *NewEdition) (bool, error) {
	var corners orb.MultiPoint
	add := func(b orb.Bound) { corners = append(corners, b.Min, b.Max) }
	for i := range e.Divisions {
		add(e.Divisions[i].Outline.Bound())
	}
	for _, grids := range [][]grid.Grid{e.Base, e.Dedicated} {
		for i := range grids {
			add(grids[i].Boundary.Bound())
		}
	}
	for i := range e.Voids {
		add(e.Voids[i].Boundary.Bound())
	}
	if len(corners) == 0 {
		return false, nil
	}
	bound := corners.Bound()
	var beyond bool
	err := tx.QueryRow(ctx, `
		SELECT NOT EXISTS (SELECT
		                   FROM division
		                   WHERE code = $1 AND ST_Expand(outline, $6) ~ ST_MakeEnvelope($2, $3, $4, $5, 4326))`,
		e.CountyCode, bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1], reachDeg/2).Scan(&beyond)
	return beyond, err
}
