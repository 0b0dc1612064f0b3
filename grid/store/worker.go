package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Worker returns the worker of that code, grid.ErrNotFound when there is none.
func (s *Store) Worker(ctx context.Context, code string) (grid.Worker, error) {
	return readWorker(ctx, s.db, code)
}

func readWorker(ctx context.Context, db DB, code string) (grid.Worker, error) {
	rows, err := db.Query(ctx, `
		SELECT code, name, role_type, coalesce(origin, '') AS origin, coalesce(grade, '') AS grade, managing_org_code AS managing_org,
		       coalesce(work_phone, '') AS work_phone, active, version, created_at, updated_at
		FROM worker
		WHERE code = $1`, code)
	if err != nil {
		return grid.Worker{}, translate(err)
	}
	w, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[grid.Worker])
	if err != nil {
		return w, fmt.Errorf("worker %s: %w", code, translate(err))
	}
	return w, nil
}

// WorkerFilter chooses workers; a zero field does not restrict.
type WorkerFilter struct {
	Divisions    []string // of organisations that manage them; nil for any
	Organization string   // that manages them
	ActiveOnly   bool
	After        string // code after which to begin
	Limit        int
}

// Workers returns the workers that the filter chooses, by code.
func (s *Store) Workers(ctx context.Context, f WorkerFilter) ([]grid.Worker, error) {
	rows, err := s.db.Query(ctx, `
		SELECT w.code, w.name, w.role_type, coalesce(w.origin, '') AS origin, coalesce(w.grade, '') AS grade, w.managing_org_code AS managing_org,
		       coalesce(w.work_phone, '') AS work_phone, w.active, w.version, w.created_at, w.updated_at
		FROM worker w
		JOIN organization o ON o.code = w.managing_org_code
		WHERE w.code COLLATE "C" > $1
		  AND ($2::text[] IS NULL OR o.division_code = ANY ($2))
		  AND ($3 = '' OR w.managing_org_code = $3)
		  AND (NOT $4 OR w.active)
		ORDER BY w.code COLLATE "C"
		LIMIT $5`, f.After, f.Divisions, f.Organization, f.ActiveOnly, f.Limit)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Worker])
	return found, translate(err)
}

// CreateWorker stores a new worker and returns him as stored. The actor must be allowed to write the roster in the division of the
// organisation that manages him (grid.ErrForbidden). A code that is there already is grid.ErrConflict.
func (s *Store) CreateWorker(ctx context.Context, actor grid.Actor, city *edition.City, w grid.Worker) (grid.Worker, error) {
	var made grid.Worker
	err := s.write(ctx, func(tx pgx.Tx) error {
		if err := w.Check(); err != nil {
			return err
		}
		if err := mayManage(ctx, tx, actor, city, w.ManagingOrg); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO worker (code, name, role_type, origin, grade, managing_org_code, work_phone, active)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (code) DO NOTHING`,
			w.Code, w.Name, w.RoleType, orNull(w.Origin), orNull(w.Grade), w.ManagingOrg, orNull(w.WorkPhone), w.Active)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fmt.Errorf("there is a worker %q already: %w", w.Code, grid.ErrConflict)
		}
		if made, err = readWorker(ctx, tx, w.Code); err != nil {
			return err
		}
		return workerChanged(ctx, tx, actor, "create", nil, &made)
	})
	return made, err
}

// UpdateWorker changes the worker of that code, if he still is at that version (otherwise grid.ErrStale), and returns him as stored.
// change gets the worker and changes him; its error ends the update; code, version and times are not its to set. Whoever is not
// active any more keeps his posts, but is not shown. The actor must be allowed to write the roster where he was managed and where he
// will be.
func (s *Store) UpdateWorker(ctx context.Context, actor grid.Actor, city *edition.City, code string, version int, change func(*grid.Worker) error) (grid.Worker, error) {
	var made grid.Worker
	err := s.write(ctx, func(tx pgx.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, `SELECT id FROM worker WHERE code = $1 FOR NO KEY UPDATE`, code).Scan(&id); err != nil {
			return fmt.Errorf("worker %s: %w", code, translate(err))
		}
		before, err := readWorker(ctx, tx, code)
		if err != nil {
			return err
		}
		after := before
		if err := change(&after); err != nil {
			return &rowsError{err}
		}
		after.Code = before.Code
		if err := mayManage(ctx, tx, actor, city, before.ManagingOrg, after.ManagingOrg); err != nil {
			return err
		}
		if before.Version != version {
			return fmt.Errorf("worker %s: %w", code, &grid.StaleError{Current: before.Version})
		}
		if err := after.Check(); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE worker
			SET name = $2, role_type = $3, origin = $4, grade = $5, managing_org_code = $6, work_phone = $7, active = $8, version = version + 1
			WHERE id = $1`,
			id, after.Name, after.RoleType, orNull(after.Origin), orNull(after.Grade), after.ManagingOrg, orNull(after.WorkPhone), after.Active)
		if err != nil {
			return err
		}
		if made, err = readWorker(ctx, tx, code); err != nil {
			return err
		}
		return workerChanged(ctx, tx, actor, "update", &before, &made)
	})
	return made, err
}

// mayManage returns grid.ErrForbidden unless the actor may write the roster in the divisions of the organisations; the error of one that
// is not there is a *grid.RuleError.
func mayManage(ctx context.Context, tx DB, actor grid.Actor, city *edition.City, organizations ...string) error {
	for _, code := range organizations {
		var division string
		err := tx.QueryRow(ctx, `SELECT division_code FROM organization WHERE code = $1`, code).Scan(&division)
		if errors.Is(translate(err), grid.ErrNotFound) {
			return &grid.RuleError{Rule: "unknown_code", Field: "managing_org_code", Detail: fmt.Sprintf("there is no organisation %q", code)}
		}
		if err != nil {
			return err
		}
		if !actor.May(grid.WriteRoster, city.ChainCodes(division)) {
			return grid.ErrForbidden
		}
	}
	return nil
}

// workerChanged writes the audit entry and tells the counties of the worker's organisation and posts.
func workerChanged(ctx context.Context, tx DB, actor grid.Actor, action string, before, after *grid.Worker) error {
	e := AuditEntry{Actor: actor.Name, Action: action, ObjectType: "worker", ObjectCode: after.Code, After: after}
	organizations := []string{after.ManagingOrg}
	if before != nil {
		e.Before = before
		organizations = append(organizations, before.ManagingOrg)
	}
	if err := audit(ctx, tx, e); err != nil {
		return err
	}
	counties, err := countiesOfOrganizations(ctx, tx, organizations)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT p.county_code
		FROM post p
		JOIN worker w ON w.id = p.worker_id
		WHERE w.code = $1`, after.Code)
	if err != nil {
		return err
	}
	posted, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	return rosterChanged(ctx, tx, append(counties, posted...)...)
}
