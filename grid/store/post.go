package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Post returns the post of that id, grid.ErrNotFound when there is none.
func (s *Store) Post(ctx context.Context, id int64) (grid.Post, error) {
	p, err := readPost(ctx, s.db, id)
	return p, translate(err)
}

func readPost(ctx context.Context, db DB, id int64) (grid.Post, error) {
	rows, err := db.Query(ctx, `
		SELECT p.id, w.code AS worker_code, w.name AS worker_name, g.code AS grid_code, p.post_kind, p.valid_from, p.valid_to, p.is_public AS public,
		       p.version, p.county_code, g.community_code
		FROM post p
		JOIN worker w ON w.id = p.worker_id
		JOIN grid g ON g.id = p.grid_id
		WHERE p.id = $1`, id)
	if err != nil {
		return grid.Post{}, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[grid.Post])
	if err != nil {
		return p, fmt.Errorf("post %d: %w", id, translate(err))
	}
	return p, nil
}

// RosterFilter chooses posts or duties; a zero field does not restrict.
type RosterFilter struct {
	Communities []string // of the grids, nil for any
	GridCode    string
	WorkerCode  string
	From, To    *time.Time // at any time from one until before the other
	After       int64      // id of the last one seen
	Limit       int
}

// Posts returns the posts that the filter chooses, by id.
func (s *Store) Posts(ctx context.Context, f RosterFilter) ([]grid.Post, error) {
	rows, err := s.db.Query(ctx, `
		SELECT p.id, w.code AS worker_code, w.name AS worker_name, g.code AS grid_code, p.post_kind, p.valid_from, p.valid_to, p.is_public AS public,
		       p.version, p.county_code, g.community_code
		FROM post p
		JOIN worker w ON w.id = p.worker_id
		JOIN grid g ON g.id = p.grid_id
		WHERE p.id > $1
		  AND ($2::text[] IS NULL OR g.community_code = ANY ($2))
		  AND ($3 = '' OR g.code = $3)
		  AND ($4 = '' OR w.code = $4)
		  AND ($5::timestamptz IS NULL OR p.valid_to IS NULL OR p.valid_to > $5)
		  AND ($6::timestamptz IS NULL OR p.valid_from < $6)
		ORDER BY p.id
		LIMIT $7`, f.After, f.Communities, f.GridCode, f.WorkerCode, f.From, f.To, f.Limit)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Post])
	return found, translate(err)
}

// CreatePost posts a worker to a grid that is in force and returns the post as stored. The actor must be allowed to write the roster in the
// grid's community, and the worker be one of an organisation for which it may do so too, or which is above the grid: a post shows him where
// he was not shown before. A post of the same worker, grid and kind at the same time is grid.ErrConflict.
func (s *Store) CreatePost(ctx context.Context, actor grid.Actor, city *edition.City, p grid.Post) (grid.Post, error) {
	var made grid.Post
	err := s.write(ctx, func(tx pgx.Tx) error {
		if err := p.Check(); err != nil {
			return err
		}
		g, err := gridInForce(ctx, tx, city, p.GridCode)
		if err != nil {
			return err
		}
		if !actor.May(grid.WriteRoster, city.ChainCodes(g.CommunityCode)) {
			return grid.ErrForbidden
		}
		worker, managed, err := lockWorker(ctx, tx, p.WorkerCode)
		if err != nil {
			return err
		}
		if !slices.Contains(city.ChainCodes(g.CommunityCode), managed) && !actor.May(grid.WriteRoster, city.ChainCodes(managed)) {
			return fmt.Errorf("worker %s is managed elsewhere: %w", p.WorkerCode, grid.ErrForbidden)
		}
		if err := onePost(ctx, tx, worker, g.ID, &p); err != nil {
			return err
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO post (worker_id, grid_id, county_code, post_kind, valid_from, valid_to, is_public)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			RETURNING id`, worker, g.ID, g.CountyCode, p.PostKind, p.ValidFrom, p.ValidTo, p.Public).Scan(&id)
		if err != nil {
			return err
		}
		if made, err = readPost(ctx, tx, id); err != nil {
			return err
		}
		return postChanged(ctx, tx, actor, "create", nil, &made)
	})
	return made, err
}

// UpdatePost changes the end of a post, and whether it is public, if it still is at that version (otherwise grid.ErrStale), and returns it
// as stored. change gets the post and changes these two; its error ends the update. The actor must be allowed to write the roster in the
// grid's community.
func (s *Store) UpdatePost(ctx context.Context, actor grid.Actor, city *edition.City, id int64, version int, change func(*grid.Post) error) (grid.Post, error) {
	var made grid.Post
	err := s.write(ctx, func(tx pgx.Tx) error {
		var worker, gridID int64
		// The worker before the post, as for a new one.
		err := tx.QueryRow(ctx, `
			SELECT w.id, p.grid_id FROM post p JOIN worker w ON w.id = p.worker_id WHERE p.id = $1 FOR NO KEY UPDATE OF w`, id).Scan(&worker, &gridID)
		if err != nil {
			return fmt.Errorf("post %d: %w", id, translate(err))
		}
		if _, err := tx.Exec(ctx, `SELECT FROM post WHERE id = $1 FOR NO KEY UPDATE`, id); err != nil {
			return err
		}
		before, err := readPost(ctx, tx, id)
		if err != nil {
			return err
		}
		if !actor.May(grid.WriteRoster, city.ChainCodes(before.CommunityCode)) {
			return grid.ErrForbidden
		}
		if before.Version != version {
			return fmt.Errorf("post %d: %w", id, &grid.StaleError{Current: before.Version})
		}
		after := before
		if err := change(&after); err != nil {
			return &rowsError{err}
		}
		if err := after.Check(); err != nil {
			return err
		}
		if endsLater(&before, &after) {
			if err := onePost(ctx, tx, worker, gridID, &after); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE post SET valid_to = $2, is_public = $3, version = version + 1 WHERE id = $1`, id, after.ValidTo, after.Public)
		if err != nil {
			return err
		}
		if made, err = readPost(ctx, tx, id); err != nil {
			return err
		}
		return postChanged(ctx, tx, actor, "update", &before, &made)
	})
	return made, err
}

// endsLater reports whether a change makes a post last longer. Where it does not, the post overlaps no other that it did not before: then it
// can be ended whatever else there is.
func endsLater(before, after *grid.Post) bool {
	return before.ValidTo != nil && (after.ValidTo == nil || after.ValidTo.After(*before.ValidTo))
}

// gridInForce returns a grid that is in force and stays so until the transaction ends.
func gridInForce(ctx context.Context, tx pgx.Tx, city *edition.City, code string) (*grid.Grid, error) {
	unknown := &grid.RuleError{Rule: "unknown_code", Field: "grid_code", Detail: fmt.Sprintf("there is no grid %q in force", code)}
	var county string
	err := tx.QueryRow(ctx, `SELECT county_code FROM grid WHERE code = $1`, code).Scan(&county)
	if errors.Is(translate(err), grid.ErrNotFound) {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	if err := lockCountiesShared(ctx, tx, wholeCity, county); err != nil {
		return nil, err
	}
	now, err := inForce(ctx, tx, city, []string{county})
	if err != nil {
		return nil, err
	}
	if g, _ := now.Grid(code); g != nil {
		return g, nil
	}
	return nil, unknown
}

// lockWorker returns the id of an active worker, of whom nobody else changes posts until the transaction ends, and the division of the
// organisation that manages him.
func lockWorker(ctx context.Context, tx DB, code string) (id int64, managed string, err error) {
	var active bool
	err = tx.QueryRow(ctx, `
		SELECT w.id, w.active, o.division_code
		FROM worker w
		JOIN organization o ON o.code = w.managing_org_code
		WHERE w.code = $1
		FOR NO KEY UPDATE OF w`, code).Scan(&id, &active, &managed)
	if errors.Is(translate(err), grid.ErrNotFound) {
		return 0, "", &grid.RuleError{Rule: "unknown_code", Field: "worker_code", Detail: fmt.Sprintf("there is no worker %q", code)}
	}
	if err == nil && !active {
		return 0, "", &grid.RuleError{Rule: "inactive", Field: "worker_code", Detail: fmt.Sprintf("the worker %q is not active", code)}
	}
	return id, managed, err
}

// onePost returns grid.ErrConflict when the worker has another post of the kind on the grid at the same time.
func onePost(ctx context.Context, tx DB, worker, gridID int64, p *grid.Post) error {
	var other int64
	err := tx.QueryRow(ctx, `
		SELECT coalesce(min(id), 0)
		FROM post
		WHERE worker_id = $1 AND grid_id = $2 AND post_kind = $3 AND id <> $4
		  AND ($6::timestamptz IS NULL OR valid_from < $6) AND (valid_to IS NULL OR valid_to > $5)`,
		worker, gridID, p.PostKind, p.ID, p.ValidFrom, p.ValidTo).Scan(&other)
	if err == nil && other != 0 {
		return fmt.Errorf("the worker has post %d of that kind on that grid at that time: %w", other, grid.ErrConflict)
	}
	return err
}

func postChanged(ctx context.Context, tx DB, actor grid.Actor, action string, before, after *grid.Post) error {
	e := AuditEntry{Actor: actor.Name, Action: action, ObjectType: "post", ObjectCode: fmt.Sprint(after.ID), After: after}
	if before != nil {
		e.Before = before
	}
	if err := audit(ctx, tx, e); err != nil {
		return err
	}
	return rosterChanged(ctx, tx, after.CountyCode)
}
