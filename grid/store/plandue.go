package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// DecidedPlans returns the decided plans that are to take effect by an instant, in the order in which they are to.
func (s *Store) DecidedPlans(ctx context.Context, by time.Time) ([]grid.Plan, error) {
	rows, err := s.db.Query(ctx, planQuery+`
		WHERE p.state = 'decided' AND p.effective_at <= $1
		ORDER BY p.effective_at, p.id`, by)
	if err != nil {
		return nil, translate(err)
	}
	plans, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Plan])
	return plans, translate(err)
}
