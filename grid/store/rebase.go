package store

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

//go:embed sql/moved_since.sql
var movedSinceSQL string

// RebasePlan draws a plan again over the editions in force, when its counties have moved on: its changes, but for those whose numbers
// drop names, are done again in their order, and what was undone is gone. A plan that makes the same of every part, to the bit, is
// checked again and stays what it is; any other is to be checked and heard again, which only a plan can be that may be edited.
//
// The error is a *grid.ConflictError, with the geometry, when the counties have changed parts that the plan changes too, or when a
// change cannot be done any more, and an ErrConflict when the base is in force already.
func (s *Store) RebasePlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, drop []int) (grid.Plan, error) {
	var made grid.Plan
	err := s.write(ctx, func(tx pgx.Tx) error {
		a, err := s.beginOnCounties(ctx, tx, city, actor, code)
		if err != nil {
			return err
		}
		if err := a.checkVersion(version); err != nil {
			return err
		}
		if !a.plan.State.Open() {
			return fmt.Errorf("plan %s is %s, which is its end: %w", code, a.plan.State, grid.ErrConflict)
		}
		if err := a.may(ctx, grid.WritePlans); err != nil {
			return err
		}
		if err := a.rebase(ctx, drop); err != nil {
			return err
		}
		made, err = a.finish(ctx, "rebase")
		return err
	})
	return made, err
}

// beginOnCounties locks the city and the plan's counties, shared, so that their editions stay as they are, and then the plan. The
// act's city has these editions.
func (s *Store) beginOnCounties(ctx context.Context, tx pgx.Tx, city *edition.City, actor grid.Actor, code string) (*planAct, error) {
	p, err := readPlan(ctx, tx, code)
	if err != nil {
		return nil, err
	}
	if err := lockCountiesShared(ctx, tx, append([]string{wholeCity}, p.Counties...)...); err != nil {
		return nil, err
	}
	a, err := s.beginAct(ctx, tx, city, actor, code)
	if err != nil {
		return nil, err
	}
	a.city, err = inForce(ctx, tx, city, p.Counties)
	return a, err
}

func (a *planAct) rebase(ctx context.Context, drop []int) error {
	p := &a.plan
	base := make([]int, len(p.Counties))
	for i, county := range p.Counties {
		base[i] = a.city.Edition(county).Info().Number
	}
	if slices.Equal(base, p.BaseEditions) {
		return fmt.Errorf("plan %s is over the editions in force already: %w", p.Code, grid.ErrConflict)
	}
	old, err := a.draftParts(ctx)
	if err != nil {
		return err
	}
	changes, err := readChanges(ctx, a.tx, p)
	if err != nil {
		return err
	}
	changes = slices.DeleteFunc(changes, func(c PlanChange) bool { return c.Undone || slices.Contains(drop, c.Seq) })
	if err := a.checkUnmoved(ctx, changes); err != nil {
		return err
	}
	checked := p.CheckedAt != nil && *p.CheckedAt == p.Position
	p.BaseEditions, p.CheckedAt = base, nil
	if err := a.replay(ctx, changes); err != nil {
		return err
	}
	a.extra["dropped"] = listOrEmpty(drop)
	a.read = false
	parts, err := a.draftParts(ctx)
	if err != nil {
		return err
	}
	if len(drop) > 0 || !sameParts(old, parts) {
		return a.to(grid.ActEdit)
	}
	if !checked {
		return nil
	}
	return a.checkAgain(ctx)
}

// checkAgain checks a plan that has not changed over a base that has.
func (a *planAct) checkAgain(ctx context.Context) error {
	draft, err := a.draft(ctx)
	if err != nil {
		return err
	}
	found, err := a.findings(ctx, draft)
	if err != nil {
		return err
	}
	if err := writeFindings(ctx, a.tx, a.plan.ID, found); err != nil {
		return err
	}
	if found, err = readFindings(ctx, a.tx, a.plan.ID); err != nil {
		return err
	}
	position := a.plan.Position
	a.plan.CheckedAt = &position
	if outcome(found) == grid.ActCheck {
		return nil
	}
	return a.to(grid.ActEdit)
}

// sameParts reports whether two drafts make the same of every part. What the parts are in the base does not matter.
func sameParts(a, b []grid.PlanPart) bool {
	return slices.EqualFunc(a, b, func(p, q grid.PlanPart) bool { return reflect.DeepEqual(withoutIDs(p), withoutIDs(q)) })
}

func withoutIDs(p grid.PlanPart) grid.PlanPart {
	if p.Grid != nil {
		g := *p.Grid
		g.ID, g.VersionID, p.Grid = 0, 0, &g
	}
	if p.Void != nil {
		v := *p.Void
		v.ID, p.Void = 0, &v
	}
	return p
}

// replay does the changes again, from the bare base on, and keeps them with their new results as the only changes of the plan.
func (a *planAct) replay(ctx context.Context, changes []PlanChange) error {
	p := &a.plan
	stored := make([][]grid.PlanPart, len(changes)) // of those that replace whole parts
	for i, c := range changes {
		var err error
		if c.Change.Op == grid.OpImport || c.Change.Op == grid.OpRestore {
			if stored[i], err = a.partsAsMade(ctx, c.Seq); err != nil {
				return err
			}
		}
	}
	if _, err := a.tx.Exec(ctx, `DELETE FROM plan_change WHERE plan_id = $1`, p.ID); err != nil {
		return err
	}
	draft, err := a.city.Draft(p.Counties, nil)
	if err != nil {
		return err
	}
	a.parts, p.Position, p.LastChange = nil, 0, 0
	for i, c := range changes {
		used := a.usedCodes(ctx)
		var result grid.ChangeResult
		if stored[i] != nil {
			draft, result, err = draft.Replace(stored[i])
		} else {
			draft, result, err = draft.Apply(c.Change, used.of)
		}
		if used.failed != nil {
			return used.failed
		}
		if err != nil {
			return cannotReplay(p, c, err)
		}
		if err := a.checkNew(ctx, result.Parts); err != nil {
			return cannotReplay(p, c, err)
		}
		if err := a.checkFree(ctx, result.Parts); err != nil {
			return err
		}
		if err := a.keepReplayed(ctx, c, result); err != nil {
			return err
		}
	}
	return nil
}

func cannotReplay(p *grid.Plan, c PlanChange, err error) error {
	return &grid.ConflictError{
		Detail:    fmt.Sprintf("change %d of plan %s (%s) cannot be done over the editions in force: %v: drop it, or undo it and draw it anew", c.Seq, p.Code, c.Change.Op, err),
		Conflicts: []grid.PlanConflict{{Seq: c.Seq, Code: c.Change.Grid, Detail: err.Error()}},
	}
}

// keepReplayed keeps a change as the plan's next, as whoever made it made it, when it was made.
func (a *planAct) keepReplayed(ctx context.Context, c PlanChange, result grid.ChangeResult) error {
	a.plan.Position++
	a.plan.LastChange = a.plan.Position
	request, err := json.Marshal(c.Change)
	if err != nil {
		return err
	}
	outcome, err := json.Marshal(changeOutcome{&result.Ends, &result.Bent})
	if err != nil {
		return err
	}
	_, err = a.tx.Exec(ctx, `
		INSERT INTO plan_change (plan_id, seq, op, request, result, actor, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, a.plan.ID, a.plan.Position, c.Change.Op, request, outcome, c.Actor, c.At)
	if err != nil {
		return err
	}
	if err := copyParts(ctx, a.tx, a.plan.ID, a.plan.Position, result.Parts, a.home); err != nil {
		return err
	}
	for _, part := range result.Parts {
		if part.Removed { // a later change that removes a part that was made here finds where it was
			continue
		}
		if i, there := findPart(a.parts, part.Kind, part.Code); there {
			a.parts[i] = part
		} else {
			a.parts = slices.Insert(a.parts, i, part)
		}
	}
	return nil
}

// partsAsMade returns what the change of that number has made of the parts.
func (a *planAct) partsAsMade(ctx context.Context, seq int) ([]grid.PlanPart, error) {
	touched, err := a.touchedBy(ctx, []int{seq})
	if err != nil {
		return nil, err
	}
	parts, err := readParts(ctx, a.tx, &a.plan, seq)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(parts, func(p grid.PlanPart) bool {
		_, ok := touched[partName{p.Kind, p.Code}]
		return !ok
	}), nil
}

// partName says which part is meant.
type partName struct{ kind, code string }

func (n partName) String() string { return n.kind + " " + n.code }

// touchedBy returns the parts that the changes of these numbers touch, each with the first of them.
func (a *planAct) touchedBy(ctx context.Context, seqs []int) (map[partName]int, error) {
	rows, err := a.tx.Query(ctx, `
		SELECT kind, code, min(seq) FROM plan_part WHERE plan_id = $1 AND seq = ANY ($2) GROUP BY kind, code`, a.plan.ID, seqs)
	if err != nil {
		return nil, err
	}
	touched := map[partName]int{}
	var n partName
	var seq int
	_, err = pgx.ForEachRow(rows, []any{&n.kind, &n.code, &seq}, func() error {
		touched[n] = seq
		return nil
	})
	return touched, err
}

// checkUnmoved returns a *grid.ConflictError when the counties have changed parts, since the plan's base, that these changes touch.
func (a *planAct) checkUnmoved(ctx context.Context, changes []PlanChange) error {
	seqs := make([]int, len(changes))
	for i, c := range changes {
		seqs[i] = c.Seq
	}
	touched, err := a.touchedBy(ctx, seqs)
	if err != nil {
		return err
	}
	conflicts, err := a.movedSince(ctx)
	if err != nil {
		return err
	}
	conflicts = slices.DeleteFunc(conflicts, func(c grid.PlanConflict) bool { return touched[partName{c.Kind, c.Code}] == 0 })
	if len(conflicts) == 0 {
		return nil
	}
	var names []string
	drop := map[int]bool{}
	for i := range conflicts {
		c := &conflicts[i]
		c.Seq = touched[partName{c.Kind, c.Code}]
		c.Detail = fmt.Sprintf("changed by change %d of the plan, and in the county since", c.Seq)
		if k := slices.IndexFunc(a.parts, func(p grid.PlanPart) bool { return p.Kind == c.Kind && p.Code == c.Code }); k >= 0 {
			c.Draft = boundaryOf(&a.parts[k])
		}
		names = append(names, partName{c.Kind, c.Code}.String())
		drop[c.Seq] = true
	}
	return &grid.ConflictError{
		Detail: fmt.Sprintf("since plan %s was drawn, the counties have changed what it changes too: %s: rebase it without change %s (drop), and draw that anew",
			a.plan.Code, strings.Join(names[:min(len(names), 10)], ", "), strings.Trim(fmt.Sprint(slices.Sorted(maps.Keys(drop))), "[]")),
		Conflicts: conflicts,
	}
}

// movedSince returns what the counties have changed since the plan's base, with the last plan that did and their names, by kind and code.
func (a *planAct) movedSince(ctx context.Context) ([]grid.PlanConflict, error) {
	rows, err := a.tx.Query(ctx, movedSinceSQL, a.plan.Counties, a.plan.BaseEditions)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.PlanConflict, error) {
		var c grid.PlanConflict
		var base, current []byte
		if err := row.Scan(&c.Kind, &c.Code, &c.Name, &c.Plan, &base, &current); err != nil {
			return c, err
		}
		var err, also error
		c.Base, err = decode[orb.MultiPolygon](base)
		c.Current, also = decode[orb.MultiPolygon](current)
		return c, errors.Join(err, also)
	})
}
