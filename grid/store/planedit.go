package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

const (
	// maxChanges is how many changes a plan can have.
	maxChanges = 10_000
	// maxChangesSize is how many bytes the changes of a plan take as they are stored, beyond which it takes no more.
	maxChangesSize = 32 << 20
	// maxChangeVertices is how many vertices the geometry of one change can have.
	maxChangeVertices = 100_000
	// maxChangeCodes is how many grids one change can name.
	maxChangeCodes = 1_000
)

// PlanEdit is what a change of the draft, or undoing or doing again one, has led to.
type PlanEdit struct {
	Plan grid.Plan
	Seq  int // number of the change
	grid.ChangeResult
	Findings []grid.Finding // of the draft as it is now; they are stored by CheckPlan only
	Impact   grid.Impact    // of the draft as it is now
}

// EditPlan makes a change to the draft. The plan must be over the editions in force, which must be proven, and no other plan may hold
// what the change touches (a *grid.ConflictError). What was undone before is gone. The actor must be allowed to write plans in every
// community that the change touches. The errors of edition.Draft.Apply say what cannot be drawn.
func (s *Store) EditPlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, ch grid.Change) (PlanEdit, error) {
	if err := checkChange(&ch); err != nil {
		return PlanEdit{}, err
	}
	return s.changeDraft(ctx, city, actor, code, version, ch, func(a *planAct, draft *edition.Draft) (*edition.Draft, grid.ChangeResult, error) {
		if err := checkKinds(ctx, a.tx, &ch); err != nil {
			return nil, grid.ChangeResult{}, err
		}
		used := a.usedCodes(ctx)
		next, result, err := draft.Apply(ch, used.of)
		if used.failed != nil {
			err = used.failed
		}
		if err == nil {
			err = a.checkNew(ctx, result.Parts)
		}
		return next, result, err
	})
}

// checkKinds holds what a change says of a dedicated grid or void area to the enumerations, as an import does.
func checkKinds(ctx context.Context, tx DB, ch *grid.Change) error {
	if err := checkCoded(ctx, tx, "dedicated_kind", "dedicated_kind", ch.DedicatedKind); err != nil {
		return err
	}
	return checkCoded(ctx, tx, "reason", "void_reason", ch.Reason)
}

// checkChange bounds a change, and keeps personal data out of its texts.
func checkChange(ch *grid.Change) error {
	vertices := 0
	for _, g := range []*geojson.Geometry{ch.Line, ch.Area} {
		if g != nil {
			vertices += countVertices(g.Geometry())
		}
	}
	if vertices > maxChangeVertices {
		return &grid.RuleError{Rule: "range", Detail: fmt.Sprintf("the geometry has %d vertices, a change takes %d: simplify it or draw it in parts", vertices, maxChangeVertices)}
	}
	for field, codes := range map[string][]string{"grids": ch.Grids, "from": ch.From, "codes": ch.Codes, "names": ch.Names} {
		if len(codes) > maxChangeCodes {
			return &grid.RuleError{Rule: "range", Field: field, Detail: fmt.Sprintf("names more than %d", maxChangeCodes)}
		}
	}
	for _, name := range append([]string{ch.Name}, ch.Names...) {
		if err := checkText("name", name); err != nil {
			return err
		}
	}
	return checkText("note", ch.Note)
}

func countVertices(g orb.Geometry) int {
	switch g := g.(type) {
	case orb.LineString:
		return len(g)
	case orb.MultiLineString:
		n := 0
		for _, line := range g {
			n += len(line)
		}
		return n
	case orb.Polygon:
		n := 0
		for _, ring := range g {
			n += len(ring)
		}
		return n
	case orb.MultiPolygon:
		n := 0
		for _, polygon := range g {
			n += countVertices(polygon)
		}
		return n
	}
	return 1
}

// changeDraft does an act that makes the draft another one by apply, and keeps it as the plan's next change.
func (s *Store) changeDraft(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, ch grid.Change,
	apply func(a *planAct, draft *edition.Draft) (*edition.Draft, grid.ChangeResult, error),
) (PlanEdit, error) {
	var made PlanEdit
	var err error
	made.Plan, err = s.actOnPlan(ctx, city, actor, code, version, "edit", func(a *planAct) error {
		draft, err := a.beginEdit(ctx)
		if err != nil {
			return err
		}
		next, result, err := apply(a, draft)
		if err != nil {
			return err
		}
		if err := a.mayIn(grid.WritePlans, a.communitiesOf(result.Parts)); err != nil {
			return err
		}
		if err := a.checkFree(ctx, result.Parts); err != nil {
			return err
		}
		if err := a.writeChange(ctx, ch, result); err != nil {
			return err
		}
		made.Seq, made.ChangeResult = a.plan.Position, result
		return a.figures(ctx, next, &made)
	})
	return made, err
}

// beginEdit returns the draft, which may be changed now.
func (a *planAct) beginEdit(ctx context.Context) (*edition.Draft, error) {
	if err := a.to(grid.ActEdit); err != nil {
		return nil, err
	}
	if err := a.mayIn(grid.WritePlans, nil); err != nil {
		return nil, err
	}
	return a.draft(ctx)
}

// draft returns the draft at the plan's position, over the editions in force.
func (a *planAct) draft(ctx context.Context) (*edition.Draft, error) {
	if err := a.atBase(ctx); err != nil {
		return nil, err
	}
	parts, err := a.draftParts(ctx)
	if err != nil {
		return nil, err
	}
	return a.city.Draft(a.plan.Counties, parts)
}

// writeChange keeps a change as the one after the plan's position, in place of those that were undone.
func (a *planAct) writeChange(ctx context.Context, ch grid.Change, result grid.ChangeResult) error {
	p := &a.plan
	if err := a.checkRoom(ctx); err != nil {
		return err
	}
	if p.LastChange > p.Position {
		if _, err := a.tx.Exec(ctx, `DELETE FROM plan_change WHERE plan_id = $1 AND seq > $2`, p.ID, p.Position); err != nil {
			return err
		}
	}
	if p.CheckedAt != nil && *p.CheckedAt > p.Position { // what was checked is gone
		p.CheckedAt = nil
	}
	p.Position++
	request, err := json.Marshal(ch)
	if err != nil {
		return err
	}
	outcome, err := json.Marshal(changeOutcome{&result.Ends, &result.Bent})
	if err != nil {
		return err
	}
	_, err = a.tx.Exec(ctx, `
		INSERT INTO plan_change (plan_id, seq, op, request, result, actor)
		VALUES ($1, $2, $3, $4, $5, $6)`, p.ID, p.Position, ch.Op, request, outcome, a.actor.Name)
	if err != nil {
		return err
	}
	a.extra["seq"], a.extra["change"] = p.Position, json.RawMessage(request)
	return copyParts(ctx, a.tx, p.ID, p.Position, result.Parts, a.home)
}

// checkRoom returns grid.ErrConflict when the plan has so many changes, or such large ones, that it takes no more.
func (a *planAct) checkRoom(ctx context.Context) error {
	p := &a.plan
	var size int64
	err := a.tx.QueryRow(ctx, `
		SELECT coalesce(sum(pg_column_size(request)), 0) FROM plan_change WHERE plan_id = $1 AND seq <= $2`, p.ID, p.Position).Scan(&size)
	if err != nil {
		return err
	}
	if p.Position >= maxChanges || size >= maxChangesSize {
		return fmt.Errorf("plan %s has %d changes of %d MB, the most that one can have: finish it and make another: %w", p.Code, p.Position, size>>20, grid.ErrConflict)
	}
	return nil
}

// home returns where a part is or, when the change removes it, was.
func (a *planAct) home(part *grid.PlanPart) (county, community string) {
	if county, community = newPlace(part); community != "" {
		return county, community
	}
	if county, community = a.basePlace(part); community != "" {
		return county, community
	}
	if made := partIn(a.parts, part.Kind, part.Code); made != nil { // by an earlier change
		return newPlace(made)
	}
	return "", ""
}

// partIn returns the part of that kind and code among parts in the order of readParts, nil for none.
func partIn(parts []grid.PlanPart, kind, code string) *grid.PlanPart {
	i, ok := findPart(parts, kind, code)
	if !ok {
		return nil
	}
	return &parts[i]
}

// findPart returns where the part of that kind and code stands among parts in the order of readParts, or belongs.
func findPart(parts []grid.PlanPart, kind, code string) (i int, there bool) {
	return slices.BinarySearchFunc(parts, code, func(p grid.PlanPart, code string) int {
		return cmp.Or(cmp.Compare(p.Kind, kind), cmp.Compare(p.Code, code))
	})
}

// figures fills in what the draft leads to.
func (a *planAct) figures(ctx context.Context, draft *edition.Draft, made *PlanEdit) error {
	var err error
	if made.Impact, err = planImpact(ctx, a.tx, a.city, &a.plan, draft); err != nil {
		return err
	}
	made.Findings, err = a.findingsOf(ctx, draft, &made.Impact, false)
	return err
}

// UndoPlan takes back the last change that counts: the draft is what it was before, to the bit.
func (s *Store) UndoPlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int) (PlanEdit, error) {
	return s.moveDraft(ctx, city, actor, code, version, "undo", func(p *grid.Plan) (int, error) {
		if p.Position == 0 {
			return 0, fmt.Errorf("plan %s: there is nothing to undo: %w", code, grid.ErrConflict)
		}
		p.Position--
		return p.Position + 1, nil
	})
}

// RedoPlan does the change again that was undone last.
func (s *Store) RedoPlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int) (PlanEdit, error) {
	return s.moveDraft(ctx, city, actor, code, version, "redo", func(p *grid.Plan) (int, error) {
		if p.Position == p.LastChange {
			return 0, fmt.Errorf("plan %s: there is nothing to redo: %w", code, grid.ErrConflict)
		}
		p.Position++
		return p.Position, nil
	})
}

// moveDraft moves the plan's position over the change whose number move returns.
func (s *Store) moveDraft(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, name string, move func(p *grid.Plan) (int, error)) (PlanEdit, error) {
	var made PlanEdit
	var err error
	made.Plan, err = s.actOnPlan(ctx, city, actor, code, version, name, func(a *planAct) error {
		if err := a.to(grid.ActEdit); err != nil {
			return err
		}
		if err := a.atBase(ctx); err != nil {
			return err
		}
		var err error
		if made.Seq, err = move(&a.plan); err != nil {
			return err
		}
		a.extra["seq"] = made.Seq
		if made.Parts, err = a.partsOf(ctx, made.Seq); err != nil {
			return err
		}
		if err := a.mayMove(ctx, made.Seq); err != nil {
			return err
		}
		if name == "redo" { // undoing is a way out of a conflict, never into one
			if err := a.checkFree(ctx, made.Parts); err != nil {
				return err
			}
		}
		draft, err := a.city.Draft(a.plan.Counties, a.parts)
		if err != nil {
			return err
		}
		return a.figures(ctx, draft, &made)
	})
	return made, err
}

// partsOf returns the parts that the change of that number touches, as they are at the plan's position.
func (a *planAct) partsOf(ctx context.Context, seq int) ([]grid.PlanPart, error) {
	all, err := a.draftParts(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := a.tx.Query(ctx, `
		SELECT kind, code FROM plan_part WHERE plan_id = $1 AND seq = $2 ORDER BY kind, code COLLATE "C"`, a.plan.ID, seq)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.PlanPart, error) {
		var kind, code string
		if err := row.Scan(&kind, &code); err != nil {
			return grid.PlanPart{}, err
		}
		if p := partIn(all, kind, code); p != nil {
			return *p, nil
		}
		return *a.basePart(kind, code), nil
	})
}

// mayMove returns grid.ErrForbidden unless the actor may write plans in all that the change of that number touches.
func (a *planAct) mayMove(ctx context.Context, seq int) error {
	rows, err := a.tx.Query(ctx, `
		SELECT t.community_code FROM plan_part t WHERE t.plan_id = $1 AND t.seq = $2
		UNION
		SELECT g.community_code FROM plan_part t JOIN grid g ON g.code = t.code WHERE t.plan_id = $1 AND t.seq = $2`, a.plan.ID, seq)
	if err != nil {
		return err
	}
	communities, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	return a.mayIn(grid.WritePlans, communities)
}

// PlanDraft returns what the plan makes of the editions in force, for a preview; grid.ErrConflict when its base is not in force.
func (s *Store) PlanDraft(ctx context.Context, city *edition.City, code string) (*edition.Draft, error) {
	var draft *edition.Draft
	err := s.snapshot(ctx, func(db DB) error {
		p, err := readPlan(ctx, db, code)
		if err != nil {
			return err
		}
		if city, err = cityAtBase(ctx, db, city, &p); err != nil {
			return err
		}
		parts, err := readParts(ctx, db, &p, p.Position)
		if err != nil {
			return err
		}
		draft, err = city.Draft(p.Counties, parts)
		return err
	})
	return draft, err
}
