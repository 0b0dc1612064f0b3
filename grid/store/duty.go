package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Duty returns the duty of that id, grid.ErrNotFound when there is none.
func (s *Store) Duty(ctx context.Context, id int64) (grid.Duty, error) {
	return readDuty(ctx, s.db, id)
}

func readDuty(ctx context.Context, db DB, id int64) (grid.Duty, error) {
	rows, err := db.Query(ctx, `
		SELECT d.id, d.post_id, coalesce(d.stand_in_post_id, 0) AS stand_in, d.on_from, d.on_to, d.absent, d.cancelled, d.version, d.updated_at,
		       d.updated_by, d.county_code, g.id AS grid_id, g.code AS grid_code, g.community_code, w.code AS worker_code, p.post_kind,
		       coalesce(sw.code, '') AS stand_in_worker
		FROM duty d
		JOIN post p ON p.id = d.post_id
		JOIN worker w ON w.id = p.worker_id
		JOIN grid g ON g.id = p.grid_id
		LEFT JOIN post sp ON sp.id = d.stand_in_post_id
		LEFT JOIN worker sw ON sw.id = sp.worker_id
		WHERE d.id = $1`, id)
	if err != nil {
		return grid.Duty{}, translate(err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[grid.Duty])
	if err != nil {
		return d, fmt.Errorf("duty %d: %w", id, translate(err))
	}
	return d, nil
}

// Duties returns the duties that the filter chooses, cancelled ones too, by id.
func (s *Store) Duties(ctx context.Context, f RosterFilter) ([]grid.Duty, error) {
	rows, err := s.db.Query(ctx, `
		SELECT d.id, d.post_id, coalesce(d.stand_in_post_id, 0) AS stand_in, d.on_from, d.on_to, d.absent, d.cancelled, d.version, d.updated_at,
		       d.updated_by, d.county_code, g.id AS grid_id, g.code AS grid_code, g.community_code, w.code AS worker_code, p.post_kind,
		       coalesce(sw.code, '') AS stand_in_worker
		FROM duty d
		JOIN post p ON p.id = d.post_id
		JOIN worker w ON w.id = p.worker_id
		JOIN grid g ON g.id = p.grid_id
		LEFT JOIN post sp ON sp.id = d.stand_in_post_id
		LEFT JOIN worker sw ON sw.id = sp.worker_id
		WHERE d.id > $1
		  AND ($2::text[] IS NULL OR g.community_code = ANY ($2))
		  AND ($3 = '' OR g.code = $3)
		  AND ($4 = '' OR w.code = $4)
		  AND ($5::timestamptz IS NULL OR d.on_to > $5)
		  AND ($6::timestamptz IS NULL OR d.on_from < $6)
		ORDER BY d.id
		LIMIT $7`, f.After, f.Communities, f.GridCode, f.WorkerCode, f.From, f.To, f.Limit)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Duty])
	return found, translate(err)
}

// CreateDuty puts a post on the calendar and returns the duty as stored. The actor must be allowed to write duty in the community of the
// post's grid. Another duty of the post at the same time is grid.ErrConflict; a stand-in has to be a post of another worker in the same
// county that is valid in all of that time and, since naming it shows it to whoever reads the duty, public or one that the actor may read.
func (s *Store) CreateDuty(ctx context.Context, actor grid.Actor, city *edition.City, d grid.Duty) (grid.Duty, error) {
	var made grid.Duty
	err := s.write(ctx, func(tx pgx.Tx) error {
		post, err := lockDutyPost(ctx, tx, d.PostID)
		if err != nil {
			return err
		}
		if !actor.May(grid.WriteDuty, city.ChainCodes(post.CommunityCode)) {
			return grid.ErrForbidden
		}
		if err := mayStandIn(ctx, tx, actor, city, d.StandIn); err != nil {
			return err
		}
		if err := checkDuty(ctx, tx, &d, &post); err != nil {
			return err
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO duty (post_id, county_code, on_from, on_to, stand_in_post_id, absent, created_by, updated_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
			RETURNING id`, d.PostID, post.CountyCode, d.OnFrom, d.OnTo, orNull(d.StandIn), d.Absent, actor.Name).Scan(&id)
		if err != nil {
			return err
		}
		if made, err = readDuty(ctx, tx, id); err != nil {
			return err
		}
		return dutyChanged(ctx, tx, actor, "create", nil, &made)
	})
	return made, err
}

// UpdateDuty changes the times of a duty, who stands in, whether the worker is absent, or cancels it, if it still is at that version
// (otherwise grid.ErrStale), and returns it as stored. change gets the duty and changes these; its error ends the update. Who may do so, and
// what is refused, is as by CreateDuty.
func (s *Store) UpdateDuty(ctx context.Context, actor grid.Actor, city *edition.City, id int64, version int, change func(*grid.Duty) error) (grid.Duty, error) {
	var made grid.Duty
	err := s.write(ctx, func(tx pgx.Tx) error {
		var postID int64
		if err := tx.QueryRow(ctx, `SELECT post_id FROM duty WHERE id = $1`, id).Scan(&postID); err != nil {
			return fmt.Errorf("duty %d: %w", id, translate(err))
		}
		post, err := lockDutyPost(ctx, tx, postID) // before the duty, as for a new one
		if err != nil {
			return err
		}
		before, err := readDuty(ctx, tx, id)
		if err != nil {
			return err
		}
		if !actor.May(grid.WriteDuty, city.ChainCodes(post.CommunityCode)) {
			return grid.ErrForbidden
		}
		if before.Version != version {
			return fmt.Errorf("duty %d: %w", id, &grid.StaleError{Current: before.Version})
		}
		after := before
		if err := change(&after); err != nil {
			return &rowsError{err}
		}
		if after.StandIn != before.StandIn {
			if err := mayStandIn(ctx, tx, actor, city, after.StandIn); err != nil {
				return err
			}
		}
		if !after.Cancelled {
			if err := checkDuty(ctx, tx, &after, &post); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `
			UPDATE duty
			SET on_from = $2, on_to = $3, stand_in_post_id = $4, absent = $5, cancelled = $6, version = version + 1, updated_by = $7
			WHERE id = $1`, id, after.OnFrom, after.OnTo, orNull(after.StandIn), after.Absent, after.Cancelled, actor.Name)
		if err != nil {
			return err
		}
		if made, err = readDuty(ctx, tx, id); err != nil {
			return err
		}
		return dutyChanged(ctx, tx, actor, "update", &before, &made)
	})
	return made, err
}

// lockDutyPost returns a post whose duties nobody else changes until the transaction ends.
func lockDutyPost(ctx context.Context, tx DB, id int64) (grid.Post, error) {
	tag, err := tx.Exec(ctx, `SELECT FROM post WHERE id = $1 FOR NO KEY UPDATE`, id)
	if err != nil {
		return grid.Post{}, err
	}
	if tag.RowsAffected() == 0 {
		return grid.Post{}, &grid.RuleError{Rule: "unknown_code", Field: "post_id", Detail: fmt.Sprintf("there is no post %d", id)}
	}
	return readPost(ctx, tx, id)
}

// checkDuty holds a duty of a post to all rules.
func checkDuty(ctx context.Context, tx DB, d *grid.Duty, post *grid.Post) error {
	if err := d.Check(); err != nil {
		return err
	}
	if err := d.Within(post, "post_id"); err != nil {
		return err
	}
	var other int64
	err := tx.QueryRow(ctx, `
		SELECT coalesce(min(id), 0)
		FROM duty
		WHERE post_id = $1 AND id <> $2 AND NOT cancelled AND on_from < $4 AND on_to > $3`, d.PostID, d.ID, d.OnFrom, d.OnTo).Scan(&other)
	if err != nil {
		return err
	}
	if other != 0 {
		return fmt.Errorf("the post has duty %d at that time: %w", other, grid.ErrConflict)
	}
	if d.StandIn == 0 {
		return nil
	}
	return checkStandIn(ctx, tx, d, post)
}

// mayStandIn returns the *grid.RuleError of a post that is not there for one that the actor may not know of; 0 is none.
func mayStandIn(ctx context.Context, tx DB, actor grid.Actor, city *edition.City, id int64) error {
	if id == 0 {
		return nil
	}
	p, err := readPost(ctx, tx, id)
	if errors.Is(err, grid.ErrNotFound) || err == nil && !p.Public && !actor.May(grid.ReadPlaces, city.ChainCodes(p.CommunityCode)) {
		return &grid.RuleError{Rule: "unknown_code", Field: "stand_in_post_id", Detail: fmt.Sprintf("there is no post %d", id)}
	}
	return err
}

func checkStandIn(ctx context.Context, tx DB, d *grid.Duty, post *grid.Post) error {
	const field = "stand_in_post_id"
	var active bool
	err := tx.QueryRow(ctx, `SELECT w.active FROM post p JOIN worker w ON w.id = p.worker_id WHERE p.id = $1`, d.StandIn).Scan(&active)
	if err != nil {
		return err
	}
	standIn, err := readPost(ctx, tx, d.StandIn)
	if err != nil {
		return err
	}
	switch {
	case standIn.WorkerCode == post.WorkerCode:
		return &grid.RuleError{Rule: "stand_in", Field: field, Detail: "a worker cannot stand in for himself"}
	case standIn.CountyCode != post.CountyCode:
		return &grid.RuleError{Rule: "stand_in", Field: field, Detail: "who stands in has to have a post in the same county"}
	case !active:
		return &grid.RuleError{Rule: "inactive", Field: field, Detail: fmt.Sprintf("the worker %q is not active", standIn.WorkerCode)}
	}
	return d.Within(&standIn, field)
}

func dutyChanged(ctx context.Context, tx DB, actor grid.Actor, action string, before, after *grid.Duty) error {
	e := AuditEntry{Actor: actor.Name, Action: action, ObjectType: "duty", ObjectCode: fmt.Sprint(after.ID), After: after}
	if before != nil {
		e.Before = before
	}
	if err := audit(ctx, tx, e); err != nil {
		return err
	}
	return rosterChanged(ctx, tx, after.CountyCode)
}
