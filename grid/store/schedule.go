package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// lockPublishing is the first key of the advisory locks on plans that are being published at their time; the second is of the plan's
// id. They come before all other locks, and nobody waits for one.
const lockPublishing = 0x706c616e // "plan"

// PublishDue publishes the decided plans whose time has come, by the database's clock, and returns their codes. It may run on any
// number of servers at once: each plan is published by one of them. Where the counties have moved on the plan is rebased first, if
// it comes out the same to the bit. What keeps a plan from taking effect stands in its Trouble, and it is tried again once the plan,
// an edition of its counties or a setting has changed; a database that fails is no trouble of the plan. The error is of the first
// plan for which not even that could be written; the others have been tried.
func (s *Store) PublishDue(ctx context.Context, city *edition.City, actor grid.Actor) (published []string, err error) {
	codes, err := s.due(ctx)
	if err != nil {
		return nil, err
	}
	var failed error
	for _, code := range codes {
		done, err := s.publishInTime(ctx, city, actor, code)
		if done {
			published = append(published, code)
		}
		if err != nil && failed == nil {
			failed = fmt.Errorf("plan %s: %w", code, err)
		}
	}
	return published, failed
}

// standSQL is what a plan p can take effect by, as a text: while it is the same, another attempt is of no use.
const standSQL = `
	md5(jsonb_build_array(
		p.version,
		(SELECT jsonb_agg(m.number ORDER BY m.county_code)
		 FROM (SELECT e.county_code, max(e.number) AS number FROM edition e WHERE e.county_code = ANY (p.county_codes) GROUP BY e.county_code) m),
		(SELECT jsonb_object_agg(t.key, t.value) FROM setting t))::text)`

// due returns the plans whose time has come and that have not failed as things stand, in the order in which they are to take effect.
func (s *Store) due(ctx context.Context) ([]string, error) {
	rows, err := s.db.Query(ctx, `
		SELECT p.code
		FROM plan p
		WHERE p.state = 'decided' AND p.effective_at <= clock_timestamp() AND p.tried IS DISTINCT FROM `+standSQL+`
		ORDER BY p.effective_at, p.id`)
	if err != nil {
		return nil, translate(err)
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return codes, translate(err)
}

// publishInTime publishes one plan, in a transaction that also keeps what goes wrong; false when another server does it, or has
// done, or when it failed.
func (s *Store) publishInTime(ctx context.Context, city *edition.City, actor grid.Actor, code string) (done bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		var mine bool
		err := tx.QueryRow(ctx, `
			SELECT pg_try_advisory_xact_lock($1, hashtext($2))`, lockPublishing, code).Scan(&mine)
		if err != nil || !mine {
			return err
		}
		p, err := readPlan(ctx, tx, code)
		if err != nil || p.State != grid.Decided {
			return err
		}
		within := &Store{db: tx, numbers: s.numbers}
		p, failed := within.publishOrRebase(ctx, city, actor, p)
		if done = failed == nil; done || passes(failed) {
			return failed
		}
		return within.keepTrouble(ctx, actor, p, failed)
	})
	if err != nil {
		return false, passing(err)
	}
	return done, nil
}

// rebases is how often in one attempt a plan is rebased, when its counties move on meanwhile too.
const rebases = 3

// publishOrRebase publishes a plan, which it rebases first where its counties have moved on, and returns it as it is then.
func (s *Store) publishOrRebase(ctx context.Context, city *edition.City, actor grid.Actor, p grid.Plan) (grid.Plan, error) {
	for try := 0; ; try++ {
		made, err := s.Publish(ctx, city, actor, p.Code, p.Version)
		if err == nil {
			return made, nil
		}
		if try == rebases || !errors.Is(err, grid.ErrConflict) {
			return p, err
		}
		behind, failed := movedOn(ctx, s.db, &p)
		if failed != nil {
			return p, failed
		}
		if !behind {
			return p, err
		}
		if err := s.lockToPublish(ctx, &p); err != nil {
			return p, err
		}
		if made, err = s.RebasePlan(ctx, city, actor, p.Code, p.Version, nil); err != nil {
			return p, err
		}
		p = made
	}
}

// lockToPublish takes the locks of publishing, which last to the end of the transaction. The rebase would keep its own, shared ones:
// of two servers that each have those of a county and then want to publish there, neither could.
func (s *Store) lockToPublish(ctx context.Context, p *grid.Plan) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		parts, err := readParts(ctx, tx, p, p.Position)
		if err != nil {
			return err
		}
		_, err = lockForEditions(ctx, tx, extentOf(p, parts))
		return err
	})
}

// movedOn reports whether other editions are in force than those that the plan was drawn over.
func movedOn(ctx context.Context, db DB, p *grid.Plan) (bool, error) {
	numbers, err := currentEditions(ctx, db, p.Counties)
	for i, county := range p.Counties {
		if err == nil && numbers[county] != p.BaseEditions[i] {
			return true, nil
		}
	}
	return false, err
}

// passes reports whether an error is not the plan's: the database or the request has ended, or others came in between.
func passes(err error) bool {
	var between *plainError
	return errors.Is(err, grid.ErrUnavailable) || errors.Is(err, grid.ErrStale) || errors.Is(err, context.Canceled) ||
		errors.Is(err, context.DeadlineExceeded) || errors.As(err, &between) && between.domain == grid.ErrConflict
}

// passing returns nil for an error that others have caused: the next round sees to it.
func passing(err error) error {
	if passes(err) && !errors.Is(err, grid.ErrUnavailable) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// keepTrouble writes down why a plan could not take effect, and what stood then. An attempt that changes nothing is no act.
func (s *Store) keepTrouble(ctx context.Context, actor grid.Actor, p grid.Plan, why error) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		a, err := s.beginAct(ctx, tx, nil, actor, p.Code)
		if err != nil || a.before.Version != p.Version {
			return err // somebody has changed it since: it is tried again
		}
		if a.plan.Trouble != why.Error() {
			a.plan.Trouble = why.Error()
			if _, err := a.finish(ctx, "publish_failed"); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE plan p SET tried = `+standSQL+` WHERE p.id = $1`, p.ID)
		return err
	})
}
