package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// SubmitPlan hands a plan to the deciding body. From here on it holds its parts: no other plan may change them (BR-37). The draft must be
// checked as it is, over the editions in force, and every body concerned must have been asked; otherwise grid.ErrConflict, a
// *grid.ConflictError when another plan holds a part.
func (s *Store) SubmitPlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int) (grid.Plan, error) {
	return s.actOnPlan(ctx, city, actor, code, version, "submit", func(a *planAct) error {
		if err := a.to(grid.ActSubmit); err != nil {
			return err
		}
		if err := a.may(ctx, grid.WritePlans); err != nil {
			return err
		}
		if err := a.atBase(ctx); err != nil {
			return err
		}
		if err := a.checkSound(ctx); err != nil {
			return err
		}
		if err := a.checkAsked(ctx); err != nil {
			return err
		}
		a.plan.EndedReason = ""
		return a.hold(ctx)
	})
}

// Decision is the deciding body's word on a plan.
type Decision struct {
	Act         grid.PlanAct // grid.ActApprove, grid.ActReturn or grid.ActReject
	DocNo       string       // of the decision
	EffectiveAt *time.Time   // when it takes effect; nil leaves what the plan says
	Reason      string       // of a return or rejection
}

// DecidePlan approves a submitted plan, returns it to be revised, or rejects it. To approve it, no error of its last check may be open,
// its base must be in force, and all concerned must have been heard (BR-32, QC-24); its filing is due from then on (BR-35). The actor
// must be of the deciding body for all that the plan touches (BR-34).
func (s *Store) DecidePlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, d Decision) (grid.Plan, error) {
	if d.Act != grid.ActApprove && d.Act != grid.ActReturn && d.Act != grid.ActReject {
		return grid.Plan{}, &grid.RuleError{Rule: "enum", Field: "decision", Detail: fmt.Sprintf("%q is not approve, return or reject", d.Act)}
	}
	return s.actOnPlan(ctx, city, actor, code, version, string(d.Act), func(a *planAct) error {
		if err := a.to(d.Act); err != nil {
			return err
		}
		if err := a.mayDecide(ctx); err != nil {
			return err
		}
		if d.Act == grid.ActApprove {
			return a.approve(ctx, d)
		}
		a.plan.DecisionDocNo = d.DocNo
		return a.end(ctx, d.Reason)
	})
}

func (a *planAct) approve(ctx context.Context, d Decision) error {
	if err := checkText("decision_doc_no", d.DocNo); err != nil {
		return err
	}
	if err := a.atBase(ctx); err != nil {
		return err
	}
	if err := a.checkSound(ctx); err != nil {
		return err
	}
	if err := a.checkHeard(ctx); err != nil {
		return err
	}
	settings, err := New(a.tx).Settings(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	a.plan.DecidedAt, a.plan.DecidedBy, a.plan.DecisionDocNo = &now, a.actor.Name, d.DocNo
	if err := checkToCome(d.EffectiveAt); err != nil {
		return err
	}
	if d.EffectiveAt != nil {
		a.plan.EffectiveAt = d.EffectiveAt
	}
	_, err = a.tx.Exec(ctx, `
		INSERT INTO filing (plan_id, receiver_org, due_at)
		VALUES ($1, coalesce((SELECT code
		                      FROM organization
		                      WHERE kind = 'grid_agency'
		                      ORDER BY array_position(ARRAY['city', 'county', 'street', 'community'], level), code
		                      LIMIT 1), ''), $2)`, a.plan.ID, now.AddDate(0, 0, settings.FilingDays))
	return err
}

// end lets go of the parts that the plan holds, for a reason that must be given.
func (a *planAct) end(ctx context.Context, reason string) error {
	if reason == "" {
		return &grid.RuleError{Rule: "required", Field: "reason", Detail: "say why"}
	}
	if err := checkText("reason", reason); err != nil {
		return err
	}
	a.plan.EndedReason = reason
	return a.release(ctx)
}

// WithdrawPlan ends a plan that has not taken effect, for a reason. One that is decided is the deciding body's to withdraw.
func (s *Store) WithdrawPlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, reason string) (grid.Plan, error) {
	return s.actOnPlan(ctx, city, actor, code, version, "withdraw", func(a *planAct) error {
		if err := a.to(grid.ActWithdraw); err != nil {
			return err
		}
		may := func() error { return a.may(ctx, grid.WritePlans) }
		if a.before.State == grid.Decided {
			may = func() error { return a.mayDecide(ctx) }
		}
		if err := may(); err != nil {
			return err
		}
		return a.end(ctx, reason)
	})
}

// checkSound returns grid.ErrConflict unless the draft changes something and was checked as it is, with no error left open (BR-32).
func (a *planAct) checkSound(ctx context.Context) error {
	p := &a.plan
	if p.Position == 0 {
		return fmt.Errorf("plan %s changes nothing: draw something first: %w", p.Code, grid.ErrConflict)
	}
	if p.CheckedAt == nil || *p.CheckedAt != p.Position {
		return fmt.Errorf("plan %s was not checked after its last change: check it first: %w", p.Code, grid.ErrConflict)
	}
	findings, err := readFindings(ctx, a.tx, p.ID)
	if err != nil {
		return err
	}
	for i := range findings {
		if findings[i].OpenError() {
			return fmt.Errorf("plan %s: %s is open: %s: %w", p.Code, findings[i].Rule, findings[i].Detail, grid.ErrConflict)
		}
	}
	return nil
}

// hold takes the locks of all parts that the plan's counted changes touch.
func (a *planAct) hold(ctx context.Context) error {
	_, err := a.tx.Exec(ctx, `
		INSERT INTO plan_lock (county_code, kind, code, plan_id)
		SELECT min(county_code), kind, code, $1
		FROM plan_part
		WHERE plan_id = $1 AND seq <= $2
		GROUP BY kind, code
		ORDER BY kind, code -- in one order, so that two plans cannot wait for each other
		ON CONFLICT ON CONSTRAINT plan_lock_pkey DO NOTHING`, a.plan.ID, a.plan.Position)
	if err != nil {
		return err
	}
	parts, err := a.draftParts(ctx)
	if err != nil {
		return err
	}
	return a.checkFree(ctx, parts)
}

// release lets go of all parts.
func (a *planAct) release(ctx context.Context) error {
	_, err := a.tx.Exec(ctx, `DELETE FROM plan_lock WHERE plan_id = $1`, a.plan.ID)
	return err
}

// checkFree returns a *grid.ConflictError when another plan holds any of the parts.
func (a *planAct) checkFree(ctx context.Context, parts []grid.PlanPart) error {
	kinds, codes := make([]string, len(parts)), make([]string, len(parts))
	for i := range parts {
		kinds[i], codes[i] = parts[i].Kind, parts[i].Code
	}
	rows, err := a.tx.Query(ctx, `
		SELECT t.ordinality - 1, p.code
		FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS t (kind, code)
		JOIN plan_lock l ON l.kind = t.kind AND l.code = t.code AND l.plan_id <> $1
		JOIN plan p ON p.id = l.plan_id
		ORDER BY 1`, a.plan.ID, kinds, codes)
	if err != nil {
		return err
	}
	conflict := &grid.ConflictError{}
	var i int
	var other string
	_, err = pgx.ForEachRow(rows, []any{&i, &other}, func() error {
		was := a.basePart(parts[i].Kind, parts[i].Code)
		base := boundaryOf(was)
		conflict.Conflicts = append(conflict.Conflicts, grid.PlanConflict{
			Kind: parts[i].Kind, Code: parts[i].Code, Name: cmp.Or(nameOf(was), nameOf(&parts[i])), Plan: other, Base: base, Current: base, Draft: boundaryOf(&parts[i]),
			Detail: "plan " + other + " has been submitted with it",
		})
		return nil
	})
	if err != nil || len(conflict.Conflicts) == 0 {
		return err
	}
	first := conflict.Conflicts[0]
	conflict.Detail = fmt.Sprintf("plan %s holds %s %s: wait until it is published or ends (BR-37)", first.Plan, first.Kind, first.Code)
	return conflict
}
