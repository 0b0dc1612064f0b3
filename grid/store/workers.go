package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// ImportWorkers stores grid workers in one transaction.
func (s *Store) ImportWorkers(ctx context.Context, imp *Import, rows []grid.Worker) error {
	columns := []string{"code", "name", "role_type", "origin", "grade", "managing_org_code", "work_phone", "active", "import_id"}
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
		err := copyRows(ctx, tx, "worker", columns, rows, func(_ int, w *grid.Worker) ([]any, error) {
			return []any{
				w.Code, w.Name, w.RoleType, orNull(w.Origin), orNull(w.Grade), w.ManagingOrg, orNull(w.WorkPhone), w.Active, imp.ID,
			}, nil
		})
		if err != nil {
			return 0, err
		}
		var organizations []string
		for i := range rows {
			organizations = append(organizations, rows[i].ManagingOrg)
		}
		counties, err := countiesOfOrganizations(ctx, tx, organizations)
		if err != nil {
			return 0, err
		}
		return int64(len(rows)), rosterChanged(ctx, tx, counties...)
	})
}

// ImportPosts stores workers' posts in one transaction. A post whose worker or grid is not there is a *grid.RuleError.
func (s *Store) ImportPosts(ctx context.Context, imp *Import, rows []grid.Post) error {
	columns := []string{"worker_id", "grid_id", "county_code", "post_kind", "valid_from", "valid_to", "is_public", "import_id"}
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
		workers, err := idsOfWorkers(ctx, tx, rows)
		if err != nil {
			return 0, err
		}
		grids, err := gridsOfPosts(ctx, tx, rows)
		if err != nil {
			return 0, err
		}
		counties := map[string]bool{}
		err = copyRows(ctx, tx, "post", columns, rows, func(_ int, p *grid.Post) ([]any, error) {
			worker, ok := workers[p.WorkerCode]
			if !ok {
				return nil, &grid.RuleError{Rule: "unknown_code", Field: "worker_code", Detail: fmt.Sprintf("there is no worker %s", p.WorkerCode)}
			}
			g, ok := grids[p.GridCode]
			if !ok {
				return nil, &grid.RuleError{Rule: "unknown_code", Field: "grid_code", Detail: fmt.Sprintf("there is no grid %s", p.GridCode)}
			}
			counties[g.CountyCode] = true
			return []any{worker, g.ID, g.CountyCode, p.PostKind, p.ValidFrom, p.ValidTo, p.Public, imp.ID}, nil
		})
		if err != nil {
			return 0, err
		}
		return int64(len(rows)), rosterChanged(ctx, tx, slices.Sorted(maps.Keys(counties))...)
	})
}

func idsOfWorkers(ctx context.Context, tx DB, posts []grid.Post) (map[string]int64, error) {
	codes := make([]string, len(posts))
	for i, p := range posts {
		codes[i] = p.WorkerCode
	}
	rows, err := tx.Query(ctx, `SELECT code, id FROM worker WHERE code = ANY ($1)`, codes)
	if err != nil {
		return nil, err
	}
	ids := map[string]int64{}
	var code string
	var id int64
	_, err = pgx.ForEachRow(rows, []any{&code, &id}, func() error {
		ids[code] = id
		return nil
	})
	return ids, err
}

type gridKey struct {
	Code       string
	ID         int64
	CountyCode string
}

func gridsOfPosts(ctx context.Context, tx DB, posts []grid.Post) (map[string]gridKey, error) {
	codes := make([]string, len(posts))
	for i, p := range posts {
		codes[i] = p.GridCode
	}
	rows, err := tx.Query(ctx, `SELECT code, id, county_code FROM grid WHERE code = ANY ($1)`, codes)
	if err != nil {
		return nil, err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByName[gridKey])
	if err != nil {
		return nil, err
	}
	byCode := make(map[string]gridKey, len(keys))
	for _, k := range keys {
		byCode[k.Code] = k
	}
	return byCode, nil
}
