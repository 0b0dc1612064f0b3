package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// rosterChanged tells every server, and whoever listens, that workers, posts or duty of the counties are others, in the transaction
// of the change. It comes last there: it holds the counties' rows, which it locks in code order, until the end.
func rosterChanged(ctx context.Context, tx DB, counties ...string) error {
	slices.Sort(counties)
	for _, county := range slices.Compact(counties) {
		_, err := tx.Exec(ctx, `
			INSERT INTO roster_version (county_code, version)
			VALUES ($1, 1)
			ON CONFLICT (county_code) DO UPDATE SET version = roster_version.version + 1`, county)
		if err != nil {
			return err
		}
		if err := notify(ctx, tx, rosterChannel, county); err != nil {
			return err
		}
		err = happened(ctx, tx, grid.Happening{Topic: grid.TopicRoster, Action: "update", Code: county, Areas: []string{county}})
		if err != nil {
			return err
		}
	}
	return nil
}

// countiesOfOrganizations returns the counties in whose divisions organisations are; those of the city itself are in none.
func countiesOfOrganizations(ctx context.Context, tx DB, codes []string) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT d.county_code
		FROM organization o
		JOIN division d ON d.code = o.division_code
		WHERE o.code = ANY ($1) AND d.county_code IS NOT NULL`, codes)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Roster returns the posts of active workers on a county's grids, past ones left out, by grid code and then as they stand
// in the posting: leaders first is the reader's business.
func (s *Store) Roster(ctx context.Context, county string) ([]grid.Posting, error) {
	return s.postings(ctx, `
		SELECT w.code AS worker_code, w.name, coalesce(w.work_phone, '') AS work_phone, w.role_type, p.post_kind, p.id AS post_id, g.id AS grid_id,
		       g.code AS grid_code, p.valid_from, p.valid_to, p.is_public AS public, coalesce(w.grade, '') AS grade,
		       coalesce(w.origin, '') AS origin, w.managing_org_code AS managing_org
		FROM post p
		CROSS JOIN LATERAL (SELECT * FROM worker WHERE id = p.worker_id OFFSET 0) w -- one by one: the planner would rather read the workers of all counties
		JOIN grid g ON g.id = p.grid_id
		WHERE p.county_code = $1 AND w.active AND (p.valid_to IS NULL OR p.valid_to > now())
		ORDER BY g.code COLLATE "C", p.id`, county)
}

// AllPosts is Roster with the posts that have ended. Those of workers who are not active any more are not public.
func (s *Store) AllPosts(ctx context.Context, county string) ([]grid.Posting, error) {
	return s.postings(ctx, `
		SELECT w.code AS worker_code, w.name, coalesce(w.work_phone, '') AS work_phone, w.role_type, p.post_kind, p.id AS post_id, g.id AS grid_id,
		       g.code AS grid_code, p.valid_from, p.valid_to, p.is_public AND w.active AS public, coalesce(w.grade, '') AS grade,
		       coalesce(w.origin, '') AS origin, w.managing_org_code AS managing_org
		FROM post p
		JOIN worker w ON w.id = p.worker_id
		JOIN grid g ON g.id = p.grid_id
		WHERE p.county_code = $1
		ORDER BY g.code COLLATE "C", p.id`, county)
}

func (s *Store) postings(ctx context.Context, query string, args ...any) ([]grid.Posting, error) {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Posting])
	return found, translate(err)
}

// DutyBetween returns the duties of the counties' posts that are on at any time from one instant until before the other, cancelled
// ones left out, by their beginning: the posts, the grid, the times and whether absent.
func (s *Store) DutyBetween(ctx context.Context, counties []string, from, to time.Time) ([]grid.Duty, error) {
	rows, err := s.db.Query(ctx, `
		SELECT d.id, d.post_id, coalesce(d.stand_in_post_id, 0) AS stand_in, d.on_from, d.on_to, d.absent, d.county_code, p.grid_id
		FROM duty d
		JOIN post p ON p.id = d.post_id
		WHERE d.county_code = ANY ($1) AND NOT d.cancelled AND d.on_to > $2 AND d.on_from < $3
		ORDER BY d.on_from, d.id`, counties, from, to)
	if err != nil {
		return nil, translate(err)
	}
	duties, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[grid.Duty])
	return duties, translate(err)
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
