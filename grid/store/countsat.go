package store

import (
	"context"
	_ "embed"
	"time"

	"github.com/wangge/wangge/grid"
)

var (
	//go:embed sql/count_places_at.sql
	countPlacesAtSQL string
	//go:embed sql/count_incidents_at.sql
	countIncidentsAtSQL string
	//go:embed sql/count_households_at.sql
	countHouseholdsAtSQL string
)

// CoverageCountsAt is CoverageCounts as it was at an instant: of what was stored by then, by the assignments of then. An incident
// was open then if it has not ended yet, or ended later.
func (s *Store) CoverageCountsAt(ctx context.Context, d *grid.Division, at time.Time) (map[int64]grid.GridCounts, error) {
	counts := map[int64]grid.GridCounts{}
	err := s.snapshot(ctx, func(db DB) error {
		if err := countPlaces(ctx, db, counts, countPlacesAtSQL, d.Code, at); err != nil {
			return err
		}
		if err := countIncidents(ctx, db, counts, countIncidentsAtSQL, d.Code, at); err != nil {
			return err
		}
		return countHouseholds(ctx, db, counts, countHouseholdsAtSQL, d.Code, at)
	})
	return counts, err
}
