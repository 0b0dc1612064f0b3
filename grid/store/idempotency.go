package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// IdempotencyKey is a client's name for one request, with the hash of what it asks: sent again under the same name, it makes nothing
// new. The zero value is no key. Keys are kept for seven days, and are each actor's own.
type IdempotencyKey struct {
	Key    string // 1 to 200 bytes
	SHA256 [32]byte
}

// claim makes the key the transaction's, and waits for another that has it. It returns the code of what was made under it before, ""
// for nothing; a *grid.RuleError when that was another request.
func (k *IdempotencyKey) claim(ctx context.Context, tx pgx.Tx, actor grid.Actor) (string, error) {
	if k.Key == "" {
		return "", nil
	}
	if len(k.Key) > 200 {
		return "", &grid.RuleError{Rule: "idempotency_key", Detail: "an Idempotency-Key has at most 200 characters"}
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO idempotency AS i (actor, key, request_sha256, object_code)
		VALUES ($1, $2, $3, '')
		ON CONFLICT ON CONSTRAINT idempotency_pkey
		DO UPDATE SET request_sha256 = excluded.request_sha256, object_code = '', created_at = now()
		WHERE i.created_at < now() - interval '7 days'`, actor.Name, k.Key, k.SHA256[:])
	if err != nil || tag.RowsAffected() > 0 {
		return "", err
	}
	var code string
	var same bool
	err = tx.QueryRow(ctx, `
		SELECT object_code, request_sha256 = $3
		FROM idempotency
		WHERE actor = $1 AND key = $2`, actor.Name, k.Key, k.SHA256[:]).Scan(&code, &same)
	if err == nil && !same {
		return "", &grid.RuleError{Rule: "idempotency_key", Detail: "this Idempotency-Key was used for another request: take a new one"}
	}
	return code, err
}

// keep notes what was made under the key.
func (k *IdempotencyKey) keep(ctx context.Context, tx pgx.Tx, actor grid.Actor, code string) error {
	if k.Key == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE idempotency SET object_code = $3 WHERE actor = $1 AND key = $2`, actor.Name, k.Key, code)
	return err
}

// forgetKeys deletes keys that are not kept any more.
func forgetKeys(ctx context.Context, db DB) error {
	_, err := db.Exec(ctx, `DELETE FROM idempotency WHERE created_at < now() - interval '7 days'`)
	return err
}

// caseLockClass is the first key of the locks on case numbers; the second is the hash of source and number.
const caseLockClass = 0x63617365 // "case"

// newCaseNumber returns a *grid.ConflictError that names the incident which has the case number of the same source, and keeps others from
// taking it until the transaction ends.
func newCaseNumber(ctx context.Context, tx pgx.Tx, in *grid.Incident) error {
	if in.ExternalCaseNo == "" {
		return nil
	}
	source := orDefault(in.Source, "import")
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, hashtext($2 || ':' || $3))`, caseLockClass, source, in.ExternalCaseNo); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		SELECT code FROM incident WHERE external_case_no = $1 AND source = $2 AND id <> $3 ORDER BY id LIMIT 1`, in.ExternalCaseNo, source, in.ID)
	if err != nil {
		return err
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(codes) == 0 {
		return err
	}
	return &grid.ConflictError{Detail: "BR-54: case " + in.ExternalCaseNo + " of " + source + " is incident " + codes[0] + " already"}
}
