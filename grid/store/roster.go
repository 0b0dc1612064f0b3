package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// Roster returns the posts of active workers on a county's grids, past ones left out, by grid code and then as they stand
// in the posting: leaders first is the reader's business.
func (s *Store) Roster(ctx context.Context, county string) ([]grid.Posting, error) {
	rows, err := s.db.Query(ctx, `
		SELECT w.code AS worker_code, w.name, coalesce(w.work_phone, '') AS work_phone, w.role_type, p.post_kind, p.id AS post_id, g.id AS grid_id,
		       g.code AS grid_code, p.valid_from, p.valid_to, p.is_public AS public
		FROM post p
		JOIN worker w ON w.id = p.worker_id
		JOIN grid g ON g.id = p.grid_id
		WHERE p.county_code = $1 AND w.active AND (p.valid_to IS NULL OR p.valid_to > now())
		ORDER BY g.code COLLATE "C", p.id`, county)
	if err != nil {
		return nil, translate(err)
	}
	postings, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Posting])
	return postings, translate(err)
}

// AllPosts is Roster with the posts that have ended. Those of workers who are not active any more are not public.
func (s *Store) AllPosts(ctx context.Context, county string) ([]grid.Posting, error) {
	rows, err := s.db.Query(ctx, `
		SELECT w.code AS worker_code, w.name, coalesce(w.work_phone, '') AS work_phone, w.role_type, p.post_kind, p.id AS post_id, g.id AS grid_id,
		       g.code AS grid_code, p.valid_from, p.valid_to, p.is_public AND w.active AS public
		FROM post p
		JOIN worker w ON w.id = p.worker_id
		JOIN grid g ON g.id = p.grid_id
		WHERE p.county_code = $1
		ORDER BY g.code COLLATE "C", p.id`, county)
	if err != nil {
		return nil, translate(err)
	}
	postings, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Posting])
	return postings, translate(err)
}

// WorkersToPost returns the workers of these codes as the posts that they would have, without grid, kind and time.
func (s *Store) WorkersToPost(ctx context.Context, codes []string) ([]grid.Posting, error) {
	rows, err := s.db.Query(ctx, `
		SELECT code, name, coalesce(work_phone, ''), role_type FROM worker WHERE code = ANY ($1) ORDER BY code COLLATE "C"`, codes)
	if err != nil {
		return nil, translate(err)
	}
	posts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.Posting, error) {
		p := grid.Posting{Public: true}
		return p, row.Scan(&p.WorkerCode, &p.Name, &p.WorkPhone, &p.RoleType)
	})
	return posts, translate(err)
}
