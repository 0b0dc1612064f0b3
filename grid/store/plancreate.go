package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// maxPlanCounties is how many counties a plan can be of.
const maxPlanCounties = 8

// CreatePlan makes a draft of the plan's Counties over their editions in force, with its Title, Reason, Note, Kind (an adjustment
// when "") and EffectiveAt, and returns it as stored, with a code of its own. Who decides it is what the deployment sets now
// (BR-34). A county whose edition is not proven takes plans of kind import only. The actor must be allowed to write plans
// somewhere in each county.
func (s *Store) CreatePlan(ctx context.Context, city *edition.City, actor grid.Actor, p grid.Plan) (grid.Plan, error) {
	p.Counties = slices.Clone(p.Counties)
	slices.Sort(p.Counties)
	p.Counties = slices.Compact(p.Counties)
	p.Kind = orDefault(p.Kind, grid.AdjustmentPlan)
	if err := checkNewPlan(city, actor, &p); err != nil {
		return grid.Plan{}, err
	}
	var made grid.Plan
	err := s.write(ctx, func(tx pgx.Tx) error {
		var err error
		made, err = s.createPlan(ctx, tx, actor, p)
		return err
	})
	return made, err
}

func checkNewPlan(city *edition.City, actor grid.Actor, p *grid.Plan) error {
	if len(p.Counties) == 0 || len(p.Counties) > maxPlanCounties {
		return &grid.RuleError{Rule: "range", Field: "counties", Detail: fmt.Sprintf("a plan is of 1 to %d counties", maxPlanCounties)}
	}
	if p.Kind != grid.AdjustmentPlan && p.Kind != grid.ImportPlan {
		return &grid.RuleError{Rule: "enum", Field: "kind", Detail: fmt.Sprintf("%q is not adjustment or import; a plan that undoes another is made by reverting that", p.Kind)}
	}
	for _, county := range p.Counties {
		d := city.Division(county)
		if d == nil || d.Level != grid.LevelCounty {
			return fmt.Errorf("county %s: %w", county, grid.ErrNotFound)
		}
		if !mayWithin(actor, grid.WritePlans, city, county) {
			return grid.ErrForbidden
		}
	}
	return nil
}

// mayWithin reports whether the actor may do the action in all of a division, or somewhere in it.
func mayWithin(actor grid.Actor, action grid.Action, city *edition.City, division string) bool {
	scope := city.ChainCodes(actor.Scope)
	return actor.May(action, city.ChainCodes(division)) || actor.May(action, scope) && slices.Contains(scope, division)
}

// createPlan stores a plan whose counties are in order. It is how every plan comes to be, those that undo another too.
func (s *Store) createPlan(ctx context.Context, tx pgx.Tx, actor grid.Actor, p grid.Plan) (grid.Plan, error) {
	if err := checkPlanTexts(ctx, tx, &p); err != nil {
		return p, err
	}
	if err := checkToCome(p.EffectiveAt); err != nil {
		return p, err
	}
	settings, err := New(tx).Settings(ctx)
	if err != nil {
		return p, err
	}
	if p.BaseEditions, err = planBase(ctx, tx, &p); err != nil {
		return p, err
	}
	codes, err := s.newCodeMaker(ctx, tx)
	if err != nil {
		return p, err
	}
	if err := codes.forPlan(ctx, &p); err != nil {
		return p, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO plan (code, kind, county_codes, base_editions, title, reason, note, deciding_level, effective_at, undoes_plan_id, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT id FROM plan WHERE code = $10), $11)`,
		p.Code, p.Kind, p.Counties, p.BaseEditions, p.Title, p.Reason, orNull(p.Note), settings.DecidingLevel, p.EffectiveAt, p.Undoes, actor.Name)
	if err != nil {
		return p, err
	}
	stored, err := readPlan(ctx, tx, p.Code)
	if err != nil {
		return stored, err
	}
	if err := planHappened(ctx, tx, "create", "", &stored); err != nil {
		return stored, err
	}
	return stored, audit(ctx, tx, AuditEntry{Actor: actor.Name, Action: "create", ObjectType: "plan", ObjectCode: p.Code, After: stored})
}

// clocksDiffer is how far a time may lie back and still be meant for now.
const clocksDiffer = time.Minute

// checkToCome refuses a time of effect that is over: nobody means last year, and the plan would take effect at once.
func checkToCome(at *time.Time) error {
	if at != nil && at.Before(time.Now().Add(-clocksDiffer)) {
		return &grid.RuleError{Rule: "range", Field: "effective_at", Detail: "is over: name a time to come, or none and publish the plan by hand"}
	}
	return nil
}

// planBase returns the editions in force of the plan's counties.
func planBase(ctx context.Context, tx DB, p *grid.Plan) ([]int, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT ON (county_code) county_code, number, proven
		FROM edition
		WHERE county_code = ANY ($1)
		ORDER BY county_code, number DESC`, p.Counties)
	if err != nil {
		return nil, err
	}
	var county string
	var number int
	var proven bool
	base := make([]int, len(p.Counties))
	_, err = pgx.ForEachRow(rows, []any{&county, &number, &proven}, func() error {
		if !proven && p.Kind != grid.ImportPlan {
			return fmt.Errorf("edition %d of %s is not proven: clean its layer and bring it in by a plan of kind import first: %w", number, county, grid.ErrConflict)
		}
		base[slices.Index(p.Counties, county)] = number
		return nil
	})
	if err != nil {
		return nil, err
	}
	if i := slices.Index(base, 0); i >= 0 {
		return nil, fmt.Errorf("county %s has no edition yet: import its grids first: %w", p.Counties[i], grid.ErrConflict)
	}
	return base, nil
}

// forPlan gives the plan a code such as 320211-2026-007, of its first county and the year.
func (m *codeMaker) forPlan(ctx context.Context, p *grid.Plan) error {
	p.Code = ""
	series := m.prefix(p.Counties[0]) + "-" + time.Now().In(m.zone).Format("2006")
	return m.fill(ctx, "plans", 1, func(int) numbered { return numbered{code: &p.Code, series: series, format: "%s-%03d"} })
}

// PlanPatch is what can be changed of a plan beside its draft; nil leaves a thing as it is.
type PlanPatch struct {
	Title  *string
	Reason *string
	Note   *string
	// EffectiveAt points to the instant, to nil for “published by hand”. Once the plan is decided it is the deciding body's.
	EffectiveAt **time.Time
}

// PatchPlan changes title and reason, as long as the draft can be changed, and note and the time of effect, as long as the plan is open.
func (s *Store) PatchPlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, patch PlanPatch) (grid.Plan, error) {
	return s.actOnPlan(ctx, city, actor, code, version, "update", func(a *planAct) error {
		p := &a.plan
		if !p.State.Open() {
			return fmt.Errorf("plan %s is %s, which is its end: %w", code, p.State, grid.ErrConflict)
		}
		if patch.Title != nil || patch.Reason != nil {
			if _, err := p.State.After(grid.ActEdit); err != nil {
				return err
			}
		}
		if err := a.may(ctx, grid.WritePlans); err != nil {
			return err
		}
		if patch.EffectiveAt != nil {
			if p.DecidedAt != nil {
				if err := a.mayDecide(ctx); err != nil {
					return err
				}
			}
			if err := checkToCome(*patch.EffectiveAt); err != nil {
				return err
			}
			p.EffectiveAt = *patch.EffectiveAt
		}
		for field, value := range map[*string]*string{&p.Title: patch.Title, &p.Reason: patch.Reason, &p.Note: patch.Note} {
			if value != nil {
				*field = *value
			}
		}
		return checkPlanTexts(ctx, a.tx, p)
	})
}

// The longest a title and any other text about a plan may be, in bytes.
const (
	maxTitle = 200
	maxText  = 20_000
)

// checkPlanTexts checks what people write about a plan, and that there is such a reason.
func checkPlanTexts(ctx context.Context, tx DB, p *grid.Plan) error {
	if p.Title == "" || len(p.Title) > maxTitle {
		return &grid.RuleError{Rule: "required", Field: "title", Detail: fmt.Sprintf("must be given, with at most %d bytes", maxTitle)}
	}
	if err := checkText("title", p.Title); err != nil {
		return err
	}
	if err := checkText("note", p.Note); err != nil {
		return err
	}
	if p.Reason == "" {
		return &grid.RuleError{Rule: "enum", Field: "reason", Detail: "must be given: it is a plan_reason"}
	}
	return checkCoded(ctx, tx, "reason", "plan_reason", p.Reason)
}

// checkCoded returns a *grid.RuleError when the field has a value that the enumeration does not have; "" is none.
func checkCoded(ctx context.Context, tx DB, field, enumeration, value string) error {
	if value == "" {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT code FROM reference_code WHERE enumeration = $1 ORDER BY ordinal, code`, enumeration)
	if err != nil {
		return err
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || slices.Contains(known, value) {
		return err
	}
	return &grid.RuleError{Rule: "enum", Field: field, Detail: fmt.Sprintf("%q is not a %s: it is to be %s", value, enumeration, oneOf(known))}
}

// maxListed is how many values of an enumeration, to which a city may add, a message lists.
const maxListed = 40

// oneOf lists values for a message.
func oneOf(values []string) string {
	if len(values) > maxListed {
		return "one of " + strings.Join(values[:maxListed], ", ") + " and others, which GET /v1/codes lists"
	}
	return "one of " + strings.Join(values, ", ")
}
