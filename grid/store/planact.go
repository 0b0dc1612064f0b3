package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// may returns grid.ErrForbidden unless the actor may do the action in every community that the plan has touched so far; of a plan that
// has touched none, in each of its counties or somewhere in it.
func (a *planAct) may(ctx context.Context, action grid.Action) error {
	communities, err := a.touched(ctx)
	if err != nil {
		return err
	}
	return a.mayIn(action, communities)
}

func (a *planAct) mayIn(action grid.Action, communities []string) error {
	for _, community := range communities {
		if !a.actor.May(action, a.city.ChainCodes(community)) {
			return fmt.Errorf("plan %s changes %s: %w", a.plan.Code, community, grid.ErrForbidden)
		}
	}
	for _, county := range a.plan.Counties {
		if !mayWithin(a.actor, action, a.city, county) {
			return fmt.Errorf("plan %s is of %s: %w", a.plan.Code, county, grid.ErrForbidden)
		}
	}
	return nil
}

// mayDecide returns grid.ErrForbidden unless the actor decides plans for the deciding body (BR-34): that of the lowest division, of the
// plan's deciding level or above, that covers everything the plan touches.
func (a *planAct) mayDecide(ctx context.Context) error {
	communities, err := a.touched(ctx)
	if err != nil {
		return err
	}
	if len(communities) == 0 {
		communities = a.plan.Counties
	}
	var above []string // what covers all, from the deciding level up
	for i, community := range communities {
		var chain []string
		for _, d := range a.city.Chain(community) {
			if grid.LevelRank(d.Level) <= grid.LevelRank(a.plan.DecidingLevel) {
				chain = append(chain, d.Code)
			}
		}
		if i == 0 {
			above = chain
		}
		above = slices.DeleteFunc(above, func(code string) bool { return !slices.Contains(chain, code) })
	}
	if !a.actor.May(grid.DecidePlans, above) {
		return fmt.Errorf("plan %s is decided at the level of %s: %w", a.plan.Code, a.plan.DecidingLevel, grid.ErrForbidden)
	}
	return nil
}

// touched returns the communities of all parts that the plan's counted changes have touched, before and after, in code order.
func (a *planAct) touched(ctx context.Context) ([]string, error) {
	rows, err := a.tx.Query(ctx, `
		WITH part AS (SELECT DISTINCT kind, code, community_code FROM plan_part WHERE plan_id = $1 AND seq <= $2)
		SELECT community_code FROM part
		UNION
		SELECT g.community_code FROM part JOIN grid g ON g.code = part.code WHERE part.kind <> 'void'
		UNION
		SELECT w.community_code FROM part JOIN void_area w ON w.code = part.code WHERE part.kind = 'void'
		ORDER BY community_code`, a.plan.ID, a.plan.Position)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// communitiesOf returns the communities that the parts are in and those that they are in in the edition in force, in code order.
func (a *planAct) communitiesOf(parts []grid.PlanPart) []string {
	var communities []string
	for i := range parts {
		if _, community := a.basePlace(&parts[i]); community != "" {
			communities = append(communities, community)
		}
		if _, community := newPlace(&parts[i]); community != "" {
			communities = append(communities, community)
		}
	}
	slices.Sort(communities)
	return slices.Compact(communities)
}

// newPlace returns where a part is in the draft, nowhere when it is removed.
func newPlace(part *grid.PlanPart) (county, community string) {
	switch {
	case part.Removed:
		return "", ""
	case part.Void != nil:
		return part.Void.CountyCode, part.Void.CommunityCode
	case part.Grid != nil:
		return part.Grid.CountyCode, part.Grid.CommunityCode
	}
	return "", ""
}

// basePlace returns where the grid or void area of a part's kind and code is in the edition in force, nowhere when it is new.
func (a *planAct) basePlace(part *grid.PlanPart) (county, community string) {
	county, community = newPlace(a.basePart(part.Kind, part.Code))
	return county, community
}

// basePart returns a grid or void area as the edition in force has it, as a removed part when it does not.
func (a *planAct) basePart(kind, code string) *grid.PlanPart {
	if kind == grid.Void {
		for _, county := range a.plan.Counties {
			e := a.city.Edition(county)
			if e == nil {
				continue
			}
			i, ok := slices.BinarySearchFunc(e.Voids(), code, func(v grid.VoidArea, code string) int { return cmp.Compare(v.Code, code) })
			if ok {
				return &grid.PlanPart{Kind: kind, Code: code, Void: &e.Voids()[i]}
			}
		}
		return &grid.PlanPart{Kind: kind, Code: code, Removed: true}
	}
	g, _ := a.city.Grid(code)
	if g == nil || g.Kind != kind {
		return &grid.PlanPart{Kind: kind, Code: code, Removed: true}
	}
	return &grid.PlanPart{Kind: kind, Code: code, Grid: g}
}

// checkText bounds a text that people write, and keeps ID and phone numbers out of it (BR-60).
func checkText(field, text string) error {
	if len(text) > maxText {
		return &grid.RuleError{Rule: "range", Field: field, Detail: fmt.Sprintf("is longer than %d bytes", maxText)}
	}
	if what, personal := grid.PersonalText(text); personal {
		return &grid.RuleError{Rule: "BR-60", Field: field, Detail: "holds what looks like a " + what + ": leave it out"}
	}
	return nil
}
