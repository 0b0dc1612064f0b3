package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// What has happened is told in two steps. A change writes its row in its own transaction, so that nothing is told of what does not
// commit. Rows get their numbers when they can be seen, by transactions of which there is one at a time: they read in the statement after
// the lock, which sees what the one before has numbered, and PostgreSQL lets a lock go only when its transaction can be seen. So
// whoever has seen a number has seen all lower ones, however long a transaction with an early row took; whoever reads on from there
// misses nothing. Rows of one thing have the order of its changes, since each was written while the thing's row was locked.

// numberingLock is the second key of the advisory lock of numbering, trimmingLock that of trimming; feedLockClass is the first of both.
const (
	feedLockClass = 0x66656564 // "feed"
	numberingLock = 1
	trimmingLock  = 2
)

// mostNumbered is how many rows one transaction numbers, mostTrimmed how many one deletes.
const (
	mostNumbered = 5_000
	mostTrimmed  = 10_000
)

// happened tells whoever listens of a change, in its transaction: nothing is told of what does not commit.
func happened(ctx context.Context, tx DB, h grid.Happening) error {
	data := h.Data
	if data == nil {
		data = []byte("{}")
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO outbox (topic, action, code, areas, data)
		VALUES ($1, $2, $3, $4, $5)`, h.Topic, h.Action, h.Code, listOrEmpty(h.Areas), data)
	if err != nil {
		return err
	}
	return notify(ctx, tx, FeedChannel, "")
}

// NumberHappenings gives numbers to what has happened and has none yet, and returns to how many: in the order in which they were written,
// all that have been committed, up to a limit. Several may do so at once.
func (s *Store) NumberHappenings(ctx context.Context) (int, error) {
	var waiting bool
	err := s.db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM outbox WHERE number IS NULL)`).Scan(&waiting)
	if err != nil || !waiting {
		return 0, translate(err)
	}
	var numbered int
	err = s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, $2)`, feedLockClass, numberingLock); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			WITH next AS (
				SELECT id, nextval('outbox_number') AS number
				FROM (SELECT id FROM outbox WHERE number IS NULL ORDER BY id LIMIT $1) waiting
			)
			UPDATE outbox o
			SET number = next.number
			FROM next
			WHERE o.id = next.id`, mostNumbered)
		numbered = int(tag.RowsAffected())
		return err
	})
	return numbered, err
}

// Happenings returns what has happened after a number, in the order of the numbers and at most limit of it. What has been trimmed is
// not among it: see HappeningRange.
func (s *Store) Happenings(ctx context.Context, after int64, limit int) ([]grid.Happening, error) {
	rows, err := s.db.Query(ctx, `
		SELECT number, at, topic, action, code, areas, data
		FROM outbox
		WHERE number > $1
		ORDER BY number
		LIMIT $2`, after, limit)
	if err != nil {
		return nil, translate(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Happening])
	return list, translate(err)
}

// HappeningRange returns the first and the last number that is kept, (1, 0) while nothing has happened. Whoever has read up to a
// number of at least first-1 before asking has missed nothing: only what comes before first is ever trimmed.
func (s *Store) HappeningRange(ctx context.Context) (first, last int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT coalesce(min(number), 1), coalesce(max(number), 0) FROM outbox`).Scan(&first, &last)
	return first, last, translate(err)
}

// TrimHappenings deletes what happened longer ago than keep, by the database's clock, and everything that is numbered before something
// deleted, so that what stays has no holes. The last happening always stays. It returns how many it deleted; while another trims, none.
func (s *Store) TrimHappenings(ctx context.Context, keep time.Duration) (int, error) {
	var all int
	for {
		trimmed, err := s.trimSome(ctx, keep)
		all += trimmed
		if err != nil || trimmed < mostTrimmed {
			return all, err
		}
	}
}

func (s *Store) trimSome(ctx context.Context, keep time.Duration) (trimmed int, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		var mine bool
		err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1, $2)`, feedLockClass, trimmingLock).Scan(&mine)
		if err != nil || !mine {
			return err
		}
		tag, err := tx.Exec(ctx, `
			DELETE FROM outbox
			WHERE number IN (
				SELECT number
				FROM outbox
				WHERE number < coalesce((SELECT min(number) FROM outbox WHERE at >= now() - $1::interval), (SELECT max(number) FROM outbox))
				ORDER BY number
				LIMIT $2)`, keep, mostTrimmed)
		trimmed = int(tag.RowsAffected())
		return err
	})
	return trimmed, err
}
