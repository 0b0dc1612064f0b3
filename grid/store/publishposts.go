package store

import (
	"context"
	_ "embed"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

//go:embed sql/publish_duty.sql
var publishDutyQuery string

// writePosts makes the posts that the plan names and moves those on grids that end to the grid that has got the largest share of
// each (BR-39), unless the plan itself posts the worker to a grid that has come out of it. Servers hear of it at the commit.
func (p *publication) writePosts(ctx context.Context) error {
	if err := p.writeOwnPosts(ctx); err != nil {
		return err
	}
	var from, to []int64
	for i := range p.diff.Parts {
		if part := &p.diff.Parts[i]; part.Kind != grid.Void && part.Change == edition.Retired {
			from = append(from, part.Before.Grid.ID)
			to = append(to, p.ids[edition.Successor(p.diff.Lineage, part.Code)])
		}
	}
	if err := p.followPosts(ctx, from, to); err != nil {
		return err
	}
	for _, e := range p.editions {
		if err := rosterChanged(ctx, p.tx, e.county); err != nil {
			return err
		}
	}
	fault(p.tx, "publish.posts")
	return nil
}

// writeOwnPosts posts workers to the new grids for which the plan names them.
func (p *publication) writeOwnPosts(ctx context.Context) error {
	var grids []int64
	var workers []string
	for i := range p.parts {
		if part := &p.parts[i]; !part.Removed && part.PostWorker != "" && p.ids[part.Code] != 0 {
			grids, workers = append(grids, p.ids[part.Code]), append(workers, part.PostWorker)
		}
	}
	_, err := p.tx.Exec(ctx, `
		INSERT INTO post (worker_id, grid_id, county_code, post_kind, valid_from, plan_id)
		SELECT w.id, g.id, g.county_code, CASE g.kind WHEN 'dedicated' THEN 'dedicated_contact' ELSE 'worker' END, $3, $4
		FROM unnest($1::bigint[], $2::text[]) AS o (grid_id, worker_code)
		JOIN grid g ON g.id = o.grid_id
		JOIN worker w ON w.code = o.worker_code`, grids, workers, p.at, p.plan.ID)
	return err
}

// followPosts moves the posts on the grids from to the grids to, one for one; 0 for none, where they only end. One that is to begin
// later begins there; on a grid without a successor it stays as it is and never comes into effect.
func (p *publication) followPosts(ctx context.Context, from, to []int64) error {
	if len(from) == 0 {
		return nil
	}
	_, err := p.tx.Exec(ctx, `
		UPDATE post
		SET grid_id = g.id, county_code = g.county_code, plan_id = $4
		FROM unnest($1::bigint[], $2::bigint[]) AS f (from_id, to_id)
		JOIN grid g ON g.id = f.to_id
		WHERE post.grid_id = f.from_id AND post.valid_from >= $3`, from, to, p.at, p.plan.ID)
	if err != nil {
		return err
	}
	// Of several posts of one kind that a worker had on grids that are one now, one goes on; none where there is one already.
	_, err = p.tx.Exec(ctx, `
		INSERT INTO post (worker_id, grid_id, county_code, post_kind, valid_from, valid_to, is_public, plan_id)
		SELECT DISTINCT ON (p.worker_id, g.id, p.post_kind)
		       p.worker_id, g.id, g.county_code, p.post_kind, $3, p.valid_to, p.is_public, $4
		FROM unnest($1::bigint[], $2::bigint[]) AS f (from_id, to_id)
		JOIN grid g ON g.id = f.to_id
		JOIN post p ON p.grid_id = f.from_id AND p.valid_from < $3 AND (p.valid_to IS NULL OR p.valid_to > $3)
		WHERE NOT EXISTS (SELECT
		                  FROM post o
		                  WHERE o.worker_id = p.worker_id AND o.grid_id = g.id AND o.post_kind = p.post_kind
		                    AND o.valid_from <= $3 AND (o.valid_to IS NULL OR o.valid_to > $3))
		  AND NOT EXISTS (SELECT
		                  FROM post o
		                  JOIN grid_lineage l ON l.from_grid_id = f.from_id AND l.to_grid_id = o.grid_id
		                  WHERE o.worker_id = p.worker_id AND o.plan_id = $4 AND o.valid_from = $3)
		ORDER BY p.worker_id, g.id, p.post_kind, p.valid_to DESC NULLS FIRST`, from, to, p.at, p.plan.ID)
	if err != nil {
		return err
	}
	_, err = p.tx.Exec(ctx, `
		UPDATE post
		SET valid_to = $2
		WHERE grid_id = ANY ($1) AND valid_from < $2 AND (valid_to IS NULL OR valid_to > $2)`, from, p.at)
	if err != nil {
		return err
	}
	return p.followDuty(ctx, from, to)
}

// followDuty moves the calendar from posts that have ended to those that go on for them: what is to come as it is, and the rest of
// what is on now.
func (p *publication) followDuty(ctx context.Context, from, to []int64) error {
	_, err := p.tx.Exec(ctx, publishDutyQuery, from, to, p.at, p.actor.Name)
	return err
}
