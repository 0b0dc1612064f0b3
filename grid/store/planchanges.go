package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// PlanChange is a change of a draft as it was asked for, with what became of the line that was drawn.
type PlanChange struct {
	Seq    int
	Change grid.Change
	Ends   []grid.PlanEnd
	Bent   []grid.PlanBend
	Actor  string
	At     time.Time
	Undone bool // it can be done again
}

// PlanChanges returns the changes of a plan in their order, those that are undone at the end.
func (s *Store) PlanChanges(ctx context.Context, code string) ([]PlanChange, error) {
	var changes []PlanChange
	err := s.snapshot(ctx, func(db DB) error {
		p, err := readPlan(ctx, db, code)
		if err != nil {
			return err
		}
		changes, err = readChanges(ctx, db, &p)
		return err
	})
	return changes, err
}

func readChanges(ctx context.Context, db DB, p *grid.Plan) ([]PlanChange, error) {
	rows, err := db.Query(ctx, `
		SELECT seq, request, result, actor, at
		FROM plan_change
		WHERE plan_id = $1
		ORDER BY seq`, p.ID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (PlanChange, error) {
		var c PlanChange
		var request, result []byte
		if err := row.Scan(&c.Seq, &request, &result, &c.Actor, &c.At); err != nil {
			return c, err
		}
		c.Undone = c.Seq > p.Position
		if err := json.Unmarshal(request, &c.Change); err != nil {
			return c, fmt.Errorf("plan %s, change %d: %w", p.Code, c.Seq, err)
		}
		return c, json.Unmarshal(result, &changeOutcome{&c.Ends, &c.Bent})
	})
}

// changeOutcome is the result of a change as it is kept; its parts have rows of their own.
type changeOutcome struct {
	Ends *[]grid.PlanEnd  `json:"ends,omitempty"`
	Bent *[]grid.PlanBend `json:"bent,omitempty"`
}
