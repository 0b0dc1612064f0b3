package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// RevertPlan makes a new plan, a draft of kind undo, that restores the geometry and the attributes of everything that a plan in force
// has changed (BR-40). What the plan ended comes back under a new code, with lineage and with whoever was posted there last; what
// it made ends. When the counties have changed any of it since, the error is a *grid.ConflictError with the geometry.
func (s *Store) RevertPlan(ctx context.Context, city *edition.City, actor grid.Actor, code string) (grid.Plan, error) {
	var made grid.Plan
	err := s.write(ctx, func(tx pgx.Tx) error {
		undone, err := readPlan(ctx, tx, code)
		if err != nil {
			return err
		}
		if undone.State != grid.Effective {
			return fmt.Errorf("plan %s is %s, there is nothing in force to undo: %w", code, undone.State, grid.ErrConflict)
		}
		// As RebasePlan does, so that what the counties have now is what the draft is drawn over.
		if err := lockCountiesShared(ctx, tx, append([]string{wholeCity}, undone.Counties...)...); err != nil {
			return err
		}
		if city, err = inForce(ctx, tx, city, undone.Counties); err != nil {
			return err
		}
		for _, county := range undone.Counties {
			if !mayWithin(actor, grid.WritePlans, city, county) {
				return fmt.Errorf("plan %s is of %s: %w", code, county, grid.ErrForbidden)
			}
		}
		if err := refuseSecondUndo(ctx, tx, &undone); err != nil {
			return err
		}
		parts, err := partsBefore(ctx, tx, city, &undone)
		if err != nil {
			return err
		}
		p, err := s.createPlan(ctx, tx, actor, grid.Plan{
			Kind: grid.UndoPlan, Counties: undone.Counties, Title: undoTitle(&undone), Reason: "undo", Undoes: code,
		})
		if err != nil {
			return err
		}
		within := &Store{db: tx, numbers: s.numbers}
		edit, err := within.restore(ctx, city, actor, &p, parts)
		made = edit.Plan
		return err
	})
	return made, err
}

// refuseSecondUndo returns grid.ErrConflict when a plan that undoes this one is open already.
func refuseSecondUndo(ctx context.Context, tx DB, undone *grid.Plan) error {
	var other *string
	err := tx.QueryRow(ctx, `
		SELECT min(code) FROM plan WHERE undoes_plan_id = $1 AND state NOT IN ('effective', 'withdrawn', 'rejected')`, undone.ID).Scan(&other)
	if err == nil && other != nil {
		err = fmt.Errorf("plan %s undoes %s already: go on with it, or withdraw it first: %w", *other, undone.Code, grid.ErrConflict)
	}
	return err
}

// undoTitle is no longer than a title may be.
func undoTitle(undone *grid.Plan) string {
	title := "撤销 " + undone.Code + " " + undone.Title
	for len(title) > maxTitle {
		_, size := utf8.DecodeLastRuneInString(title)
		title = title[:len(title)-size]
	}
	return strings.TrimSpace(title)
}

// restore makes the parts the only change of a plan.
func (s *Store) restore(ctx context.Context, city *edition.City, actor grid.Actor, p *grid.Plan, parts []grid.PlanPart) (PlanEdit, error) {
	ch := grid.Change{Op: grid.OpRestore, Note: p.Undoes}
	return s.changeDraft(ctx, city, actor, p.Code, p.Version, ch, func(a *planAct, draft *edition.Draft) (*edition.Draft, grid.ChangeResult, error) {
		used := a.usedCodes(ctx)
		next, result, err := draft.Restore(parts, used.of)
		if used.failed != nil {
			err = used.failed
		}
		if err == nil {
			err = a.checkNew(ctx, result.Parts)
		}
		return next, result, err
	})
}

// partsBefore returns what a published plan has changed as it was before, what it made as removed; a *grid.ConflictError when any of
// it is not as the plan left it any more.
func partsBefore(ctx context.Context, db DB, city *edition.City, p *grid.Plan) ([]grid.PlanPart, error) {
	posted, err := lastPosted(ctx, db, p)
	if err != nil {
		return nil, err
	}
	var parts []grid.PlanPart
	var conflicts []grid.PlanConflict
	for i, county := range p.Counties {
		before, err := editionNumbered(ctx, db, county, p.PublishedAs[i]-1)
		if err != nil {
			return nil, err
		}
		after, err := editionNumbered(ctx, db, county, p.PublishedAs[i])
		if err != nil {
			return nil, err
		}
		for _, d := range edition.Compare(before, after, 0).Parts {
			now := current(city.Edition(county), d.Kind, d.Code)
			if !isAsLeft(now, d.After) {
				conflicts = append(conflicts, conflictOf(&d, now, p.Code))
				continue
			}
			part := grid.PlanPart{Kind: d.Kind, Code: d.Code, Removed: d.Before == nil}
			if d.Before != nil {
				part.Grid, part.Void = d.Before.Grid, d.Before.Void
				if d.After == nil && d.Before.Grid != nil {
					part.PostWorker = posted[d.Before.Grid.ID]
				}
			}
			parts = append(parts, part)
		}
	}
	if len(conflicts) > 0 {
		return nil, &grid.ConflictError{
			Detail:    fmt.Sprintf("%s %s and others have changed since plan %s: draw by hand what is to be as before", conflicts[0].Kind, conflicts[0].Code, p.Code),
			Conflicts: conflicts,
		}
	}
	return parts, nil
}

func editionNumbered(ctx context.Context, db DB, county string, number int) (*edition.Edition, error) {
	contents, err := loadEditionAt(ctx, db, county, number)
	if err != nil {
		return nil, err
	}
	return edition.New(contents)
}

// current returns a part of an edition, nil when it does not have it.
func current(e *edition.Edition, kind, code string) *grid.PlanPart {
	if kind == grid.Void {
		i := slices.IndexFunc(e.Voids(), func(v grid.VoidArea) bool { return v.Code == code })
		if i < 0 {
			return nil
		}
		return &grid.PlanPart{Kind: kind, Code: code, Void: &e.Voids()[i]}
	}
	grids := e.Base()
	if kind == grid.Dedicated {
		grids = e.Dedicated()
	}
	i := slices.IndexFunc(grids, func(g grid.Grid) bool { return g.Code == code })
	if i < 0 {
		return nil
	}
	return &grid.PlanPart{Kind: kind, Code: code, Grid: &grids[i]}
}

// isAsLeft reports whether a part is the version of itself that a plan left; nil stands for none.
func isAsLeft(now *grid.PlanPart, left *edition.Part) bool {
	switch {
	case now == nil || left == nil:
		return now == nil && left == nil
	case left.Void != nil:
		return now.Void.ID == left.Void.ID
	}
	return now.Grid.VersionID == left.Grid.VersionID
}

// conflictOf says where a part is not any more what a plan left.
func conflictOf(d *edition.PartDiff, now *grid.PlanPart, plan string) grid.PlanConflict {
	c := grid.PlanConflict{Kind: d.Kind, Code: d.Code, Detail: "has changed since plan " + plan}
	if d.After != nil {
		c.Base, c.Name = boundaryOf(&d.After.PlanPart), nameOf(&d.After.PlanPart)
	}
	if now != nil {
		c.Current, c.Name = boundaryOf(now), cmp.Or(nameOf(now), c.Name)
	}
	if d.Before != nil {
		c.Draft, c.Name = boundaryOf(&d.Before.PlanPart), cmp.Or(c.Name, nameOf(&d.Before.PlanPart))
	}
	return c
}

// lastPosted returns, by grid, a worker whose post there a plan has ended.
func lastPosted(ctx context.Context, db DB, p *grid.Plan) (map[int64]string, error) {
	rows, err := db.Query(ctx, `
		SELECT DISTINCT ON (g.id) g.id, w.code
		FROM grid g
		JOIN post p ON p.grid_id = g.id AND p.valid_to = $3
		     AND p.post_kind = CASE g.kind WHEN 'dedicated' THEN 'dedicated_contact' ELSE 'worker' END
		JOIN worker w ON w.id = p.worker_id AND w.active
		JOIN unnest($1::text[], $2::integer[]) AS e (county, number) ON e.county = g.county_code AND e.number = g.retired_edition
		ORDER BY g.id, w.role_type, p.valid_from, p.id`, p.Counties, p.PublishedAs, p.PublishedAt)
	if err != nil {
		return nil, err
	}
	posted := map[int64]string{}
	var id int64
	var worker string
	_, err = pgx.ForEachRow(rows, []any{&id, &worker}, func() error {
		posted[id] = worker
		return nil
	})
	return posted, err
}
