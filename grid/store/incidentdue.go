package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// remindLockClass is the key of the lock under which overdue incidents are looked for: one server at a time does.
const remindLockClass = 0x72656d64 // "remd"

// mostReminded is how many incidents one transaction of RemindDue takes, mostRemindings how many such transactions one call runs.
const (
	mostReminded   = 200
	mostRemindings = 50
)

// responseDueSQL locks what nobody has taken up in time at the instant $1: the conditions of incident_response, word for word.
const responseDueSQL = `
	SELECT id
	FROM incident
	WHERE responded_at IS NULL AND NOT response_reminded AND state IN ('reported', 'accepted', 'assigned', 'transferred', 'escalated')
	  AND response_due_at < $1 AND id <> ALL ($2)
	ORDER BY response_due_at
	LIMIT $3
	FOR UPDATE SKIP LOCKED`

// RemindDue takes the steps whose time has come against overdue incidents, reminder, circular, interview and listed supervision, and
// reminds of those that nobody has taken up in time, each once however many servers call it. It returns the codes of the incidents
// (BR-55). The time is the database's.
func (s *Store) RemindDue(ctx context.Context, actor grid.Actor) ([]string, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	var all []string
	for range mostRemindings {
		var codes []string
		err := s.write(ctx, func(tx pgx.Tx) (err error) {
			codes, err = remindSome(ctx, tx, actor, &settings)
			return err
		})
		if err != nil {
			return all, err
		}
		all = append(all, codes...)
		if len(codes) < mostReminded {
			break
		}
	}
	return all, translate(forgetKeys(ctx, s.db))
}

// remindSome takes the steps against some incidents. Rows that somebody else has locked wait for the next time.
func remindSome(ctx context.Context, tx pgx.Tx, actor grid.Actor, settings *grid.Settings) ([]string, error) {
	var mine bool
	var now time.Time
	if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1), now()`, remindLockClass).Scan(&mine, &now); err != nil || !mine {
		return nil, err
	}
	ids, err := lockDue(ctx, tx, settings, now)
	if err != nil {
		return nil, err
	}
	incidents, err := readIncidents(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(incidents))
	for i := range incidents {
		codes[i] = incidents[i].Code
		if err := remind(ctx, tx, actor, settings, &incidents[i], now); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

// lockDue locks and returns what is to be reminded of: two queries, so that each reads its own index only as far as it goes.
func lockDue(ctx context.Context, tx pgx.Tx, settings *grid.Settings, now time.Time) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		SELECT id
		FROM incident
		WHERE state NOT IN ('waiting_check', 'closed', 'rejected', 'merged', 'cancelled') AND due_at < $1 AND overdue_step < 4
		  AND due_at + make_interval(secs => 3600 * ($2::double precision[])[overdue_step + 1]) <= $1
		ORDER BY due_at
		LIMIT $3
		FOR UPDATE SKIP LOCKED`, now, settings.OverdueHours[:], mostReminded)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	rows, err = tx.Query(ctx, responseDueSQL, now, ids, mostReminded-len(ids))
	if err != nil {
		return nil, err
	}
	waiting, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return append(ids, waiting...), err
}

// remind takes every step against one incident whose time has come, each with its event; it is one change of the incident.
func remind(ctx context.Context, tx pgx.Tx, actor grid.Actor, settings *grid.Settings, in *grid.Incident, now time.Time) error {
	before, last := *in, ""
	if event, due := in.RemindResponse(actor.Name, now); due {
		if err := writeEvent(ctx, tx, in.ID, event); err != nil {
			return err
		}
		last = event.Action
	}
	for {
		event, supervision, due := in.Remind(settings, actor.Name, now)
		if !due {
			break
		}
		if supervision != nil {
			if err := writeSupervision(ctx, tx, in.ID, *supervision); err != nil {
				return err
			}
		}
		if err := writeEvent(ctx, tx, in.ID, event); err != nil {
			return err
		}
		last = event.Action
	}
	if last == "" { // somebody has taken it up meanwhile
		return nil
	}
	in.Version++
	if err := touchShapes(tx, &incidentTable, in.Shape); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE incident
		SET overdue_step = $2, supervised = $3, phase = $4, response_reminded = $5, version = version + 1, updated_at = now(), updated_by = $6
		WHERE id = $1`, in.ID, in.OverdueStep, in.Supervised, in.Phase, in.ResponseReminded, actor.Name)
	if err != nil {
		return err
	}
	return auditAndTell(ctx, tx, actor, &before, in, last)
}
