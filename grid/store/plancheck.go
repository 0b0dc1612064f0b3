package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// CheckPlan checks the draft and stores what it finds in place of what an earlier check found; waivers hold on for the same findings.
// Without an open error the plan is checked; with one it is to be changed, or the finding to be waived, and checked again.
func (s *Store) CheckPlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int) (grid.Plan, []grid.Finding, error) {
	var findings []grid.Finding
	made, err := s.actOnPlan(ctx, city, actor, code, version, "check", func(a *planAct) error {
		if _, err := a.plan.State.After(grid.ActCheck); err != nil {
			return err
		}
		if err := a.may(ctx, grid.WritePlans); err != nil {
			return err
		}
		draft, err := a.draft(ctx)
		if err != nil {
			return err
		}
		found, err := a.findings(ctx, draft)
		if err != nil {
			return err
		}
		hearing, err := a.hearing(ctx)
		if err != nil {
			return err
		}
		if err := writeFindings(ctx, a.tx, a.plan.ID, append(found, hearing...)); err != nil {
			return err
		}
		if findings, err = readFindings(ctx, a.tx, a.plan.ID); err != nil {
			return err
		}
		position := a.plan.Position
		a.plan.CheckedAt = &position
		a.extra["findings"] = len(findings)
		return a.to(outcome(findings))
	})
	return made, findings, err
}

// outcome is what a check with these findings means for the plan.
func outcome(findings []grid.Finding) grid.PlanAct {
	if slices.ContainsFunc(findings, grid.Finding.OpenError) {
		return grid.ActEdit
	}
	return grid.ActCheck
}

// findings returns what is wrong or notable about the draft, its tiling proven for whole counties.
func (a *planAct) findings(ctx context.Context, draft *edition.Draft) ([]grid.Finding, error) {
	impact, err := planImpact(ctx, a.tx, a.city, &a.plan, draft)
	if err != nil {
		return nil, err
	}
	return a.findingsOf(ctx, draft, &impact, true)
}

// findingsOf is findings for a draft whose impact is known. Without whole, the tiling is proven where the draft changes it.
func (a *planAct) findingsOf(ctx context.Context, draft *edition.Draft, impact *grid.Impact, whole bool) ([]grid.Finding, error) {
	ref, err := planReference(ctx, a.tx, &a.plan, draft, impact)
	if err != nil {
		return nil, err
	}
	ref.Whole = whole
	return draft.Findings(ref), nil
}

// writeFindings replaces the findings of a plan; of several with one fingerprint the first counts.
func writeFindings(ctx context.Context, tx DB, planID int64, findings []grid.Finding) error {
	if _, err := tx.Exec(ctx, `DELETE FROM plan_check WHERE plan_id = $1`, planID); err != nil {
		return err
	}
	seen := map[string]bool{}
	var distinct []grid.Finding
	for _, f := range findings {
		if !seen[f.Fingerprint] {
			seen[f.Fingerprint] = true
			distinct = append(distinct, f)
		}
	}
	columns := []string{"plan_id", "rule", "class", "fingerprint", "grid_codes", "detail", "polygon", "spot", "area_m2", "width_m", "measured", "threshold"}
	return copyRows(ctx, tx, "plan_check", columns, distinct, func(_ int, f *grid.Finding) ([]any, error) {
		polygon, err := encode(f.Polygon)
		if err != nil {
			return nil, err
		}
		var spot []byte
		if f.At != nil {
			spot, err = encode(*f.At)
		}
		return []any{
			planID, f.Rule, f.Class, f.Fingerprint, listOrEmpty(f.GridCodes), f.Detail, polygon, spot, f.AreaM2, f.WidthM, f.Measured, f.Threshold,
		}, err
	})
}

// PlanFindings returns what the last check of the plan found, errors first, with the waivers that hold.
func (s *Store) PlanFindings(ctx context.Context, code string) ([]grid.Finding, error) {
	var findings []grid.Finding
	err := s.snapshot(ctx, func(db DB) error {
		p, err := readPlan(ctx, db, code)
		if err != nil {
			return err
		}
		findings, err = readFindings(ctx, db, p.ID)
		return err
	})
	return findings, err
}

type findingRow struct {
	ID           int64
	Rule         string
	Class        string
	GridCodes    []string
	Detail       string
	Polygon      []byte
	Spot         []byte
	AreaM2       *float64 `db:"area_m2"`
	WidthM       *float64
	Measured     *float64
	Threshold    *float64
	Fingerprint  string
	WaivedBy     string
	WaiverReason string
}

func readFindings(ctx context.Context, db DB, planID int64) ([]grid.Finding, error) {
	rows, err := db.Query(ctx, `
		SELECT c.id, c.rule, c.class, c.grid_codes, c.detail, ST_AsEWKB(c.polygon) AS polygon, ST_AsEWKB(c.spot) AS spot, c.area_m2, c.width_m,
		       c.measured, c.threshold, c.fingerprint, coalesce(w.actor, '') AS waived_by, coalesce(w.reason, '') AS waiver_reason
		FROM plan_check c
		LEFT JOIN plan_waiver w ON w.plan_id = c.plan_id AND w.fingerprint = c.fingerprint
		WHERE c.plan_id = $1
		ORDER BY c.class, c.rule, c.id`, planID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.Finding, error) {
		r, err := pgx.RowToStructByName[findingRow](row)
		if err != nil {
			return grid.Finding{}, err
		}
		return r.finding()
	})
}

func (r findingRow) finding() (grid.Finding, error) {
	f := grid.Finding{
		ID: r.ID, Rule: r.Rule, Class: r.Class, GridCodes: r.GridCodes, Detail: r.Detail, AreaM2: r.AreaM2, WidthM: r.WidthM, Measured: r.Measured,
		Threshold: r.Threshold, Fingerprint: r.Fingerprint, WaivedBy: r.WaivedBy, WaiverReason: r.WaiverReason,
	}
	var err error
	if f.Polygon, err = decode[orb.MultiPolygon](r.Polygon); err != nil || r.Spot == nil {
		return f, err
	}
	at, err := decode[orb.Point](r.Spot)
	f.At = &at
	return f, err
}

// WaiveFinding lets a finding of the last check stand, for a reason; another reason replaces the one before. Gaps, overlaps, lost places
// and what the next edition could not be stored with cannot be waived (BR-32). The last open error of a draft that is checked as it is
// makes the plan checked.
func (s *Store) WaiveFinding(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, findingID int64, reason string) (grid.Plan, error) {
	return s.actOnPlan(ctx, city, actor, code, version, "waive", func(a *planAct) error {
		if _, err := a.plan.State.After(grid.ActCheck); err != nil {
			return err
		}
		if err := a.may(ctx, grid.WritePlans); err != nil {
			return err
		}
		if reason == "" {
			return &grid.RuleError{Rule: "required", Field: "reason", Detail: "say why it may stand"}
		}
		if err := checkText("reason", reason); err != nil {
			return err
		}
		f, err := a.waive(ctx, findingID, reason)
		if err != nil {
			return err
		}
		a.extra["finding"], a.extra["reason"] = f.Rule+": "+f.Detail, reason
		return a.settleState(ctx)
	})
}

func (a *planAct) waive(ctx context.Context, findingID int64, reason string) (grid.Finding, error) {
	findings, err := readFindings(ctx, a.tx, a.plan.ID)
	if err != nil {
		return grid.Finding{}, err
	}
	i := slices.IndexFunc(findings, func(f grid.Finding) bool { return f.ID == findingID })
	if i < 0 {
		return grid.Finding{}, fmt.Errorf("plan %s: finding %d of its last check: %w", a.plan.Code, findingID, grid.ErrNotFound)
	}
	f := findings[i]
	if f.Unwaivable() {
		return f, &grid.RuleError{Rule: "BR-32", Field: "finding", Detail: f.Rule + " can never be waived: change the draft"}
	}
	_, err = a.tx.Exec(ctx, `
		INSERT INTO plan_waiver (plan_id, fingerprint, rule, reason, actor)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT ON CONSTRAINT plan_waiver_pkey DO UPDATE SET reason = excluded.reason, actor = excluded.actor, at = now()`,
		a.plan.ID, f.Fingerprint, f.Rule, reason, a.actor.Name)
	return f, err
}

// settleState makes a plan checked whose draft was checked as it is and has no open error any more.
func (a *planAct) settleState(ctx context.Context) error {
	if a.plan.CheckedAt == nil || *a.plan.CheckedAt != a.plan.Position {
		return nil
	}
	findings, err := readFindings(ctx, a.tx, a.plan.ID)
	if err != nil || outcome(findings) != grid.ActCheck {
		return err
	}
	return a.to(grid.ActCheck)
}
