package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// usedCodes tells a draft which codes were ever used, reading them when it asks.
type usedCodes struct {
	ctx    context.Context
	act    *planAct
	failed error
}

func (a *planAct) usedCodes(ctx context.Context) *usedCodes { return &usedCodes{ctx: ctx, act: a} }

// of returns the codes of a kind ever used in a community, and those that other plans hold there. An error is kept in failed.
func (u *usedCodes) of(community, kind string) []string {
	if u.failed != nil {
		return nil
	}
	rows, err := u.act.tx.Query(u.ctx, `
		SELECT g.code FROM grid g WHERE g.community_code = $1 AND g.kind = $2
		UNION
		SELECT v.code FROM void_area v WHERE v.community_code = $1 AND $2 = 'void'
		UNION
		SELECT t.code
		FROM plan_lock l
		JOIN plan_part t ON t.plan_id = l.plan_id AND t.kind = l.kind AND t.code = l.code
		WHERE l.kind = $2 AND l.plan_id <> $3 AND t.community_code = $1`, community, kind, u.act.plan.ID)
	if err != nil {
		u.failed = err
		return nil
	}
	var codes []string
	codes, u.failed = pgx.CollectRows(rows, pgx.RowTo[string])
	return codes
}

// checkNew returns a *grid.RuleError when a part that is not in the base has a code that a grid or void area once had (QC-12).
func (a *planAct) checkNew(ctx context.Context, parts []grid.PlanPart) error {
	var grids, voids []string
	for i := range parts {
		switch p := &parts[i]; {
		case p.Removed || !a.basePart(p.Kind, p.Code).Removed:
		case p.Kind == grid.Void:
			voids = append(voids, p.Code)
		default:
			grids = append(grids, p.Code)
		}
	}
	if len(grids)+len(voids) == 0 {
		return nil
	}
	var reused *string
	err := a.tx.QueryRow(ctx, `
		SELECT min(code)
		FROM (SELECT code FROM grid WHERE code = ANY ($1)
		      UNION ALL
		      SELECT code FROM void_area WHERE code = ANY ($2)) c`, listOrEmpty(grids), listOrEmpty(voids)).Scan(&reused)
	if err == nil && reused != nil {
		err = &grid.RuleError{Rule: "QC-12", Field: "codes", Detail: fmt.Sprintf("%s was the code of another one before, and codes are never reused: choose a new one", *reused)}
	}
	return err
}
