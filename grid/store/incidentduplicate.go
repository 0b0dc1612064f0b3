package store

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Duplicate is an incident that may be the same as another one (BR-54). Nothing is merged but by somebody's act.
type Duplicate struct {
	Incident   grid.Incident
	DistanceM  float64
	HoursApart float64 // between the two reports
	SameCase   bool    // the same source gives it the same number
}

// mostDuplicates is how many are suggested, mostCandidates among how many they are looked for: what others may not read takes nobody's place.
const (
	mostDuplicates = 20
	mostCandidates = 200
)

// Duplicates returns the incidents that may be the same as this one, nearest first: those of its kind that were reported near it in space
// and time, by the settings, and those that have its case number from the same source. Only what the actor may read is among them,
// and nothing that was merged, rejected or cancelled.
func (s *Store) Duplicates(ctx context.Context, actor grid.Actor, city *edition.City, in grid.Incident) ([]Duplicate, error) {
	var found []Duplicate
	err := s.snapshot(ctx, func(db DB) error {
		candidates, err := duplicateCandidates(ctx, db, city.Settings(), &in)
		if err != nil {
			return err
		}
		ids := make([]int64, len(candidates))
		for i := range candidates {
			ids[i] = candidates[i].id
		}
		incidents, err := readIncidents(ctx, db, ids)
		if err != nil {
			return err
		}
		byID := make(map[int64]*grid.Incident, len(incidents))
		for i := range incidents {
			byID[incidents[i].ID] = &incidents[i]
		}
		for _, c := range candidates {
			other := byID[c.id]
			if other == nil || mayIncident(actor, grid.ReadPlaces, city, other) != nil {
				continue
			}
			if len(found) == mostDuplicates {
				break
			}
			apart := time.Duration(math.Abs(float64(other.ReportedAt.Sub(in.ReportedAt))))
			found = append(found, Duplicate{Incident: *other, DistanceM: c.distanceM, HoursApart: apart.Hours(), SameCase: c.sameCase})
		}
		return nil
	})
	return found, err
}

type duplicateCandidate struct {
	id        int64
	distanceM float64
	sameCase  bool
}

// duplicateCandidates finds duplicates by the cells of points and the index of other shapes, then by exact distance.
func duplicateCandidates(ctx context.Context, db DB, settings grid.Settings, in *grid.Incident) ([]duplicateCandidate, error) {
	shape, err := encode(in.Shape)
	if err != nil {
		return nil, err
	}
	box, err := boxOf(in.Shape)
	if err != nil {
		return nil, err
	}
	first, last, window, err := boxParameters([]geo.Box{widened(box, settings.DuplicateM)})
	if err != nil {
		return nil, err
	}
	rows, err := db.Query(ctx, `
		WITH near AS (
			SELECT q.id
			FROM unnest($3::bigint[], $4::bigint[]) AS r (first, last)
			JOIN incident q ON q.cell BETWEEN r.first AND r.last
			WHERE q.kind = $6 AND GeometryType(q.shape) = 'POINT'
			UNION
			SELECT q.id
			FROM incident q
			WHERE q.kind = $6 AND GeometryType(q.shape) <> 'POINT' AND q.shape && ST_GeomFromEWKB($5)
		), found AS (
			SELECT i.id, ST_Distance(i.shape::geography, ST_GeomFromEWKB($2)::geography) AS m, false AS same_case
			FROM near
			JOIN incident i ON i.id = near.id
			WHERE i.reported_at BETWEEN $7::timestamptz - make_interval(secs => $8) AND $7::timestamptz + make_interval(secs => $8)
			UNION ALL
			SELECT i.id, ST_Distance(i.shape::geography, ST_GeomFromEWKB($2)::geography), true
			FROM incident i
			WHERE $10 <> '' AND i.external_case_no = $10 AND i.source = $11
		)
		SELECT f.id, min(f.m), bool_or(f.same_case)
		FROM found f
		JOIN incident i ON i.id = f.id
		WHERE f.id <> $1 AND (f.m <= $9 OR f.same_case) AND i.state NOT IN ('merged', 'rejected', 'cancelled')
		GROUP BY f.id
		ORDER BY bool_or(f.same_case) DESC, min(f.m), f.id
		LIMIT $12`,
		in.ID, shape, first, last, window, in.Kind, in.ReportedAt, settings.DuplicateHours*3600, settings.DuplicateM,
		in.ExternalCaseNo, orDefault(in.Source, "import"), mostCandidates)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c duplicateCandidate, err error) {
		return c, row.Scan(&c.id, &c.distanceM, &c.sameCase)
	})
}

// widened returns the box with everything that lies within that many metres of it.
func widened(b geo.Box, m float64) geo.Box {
	top := math.Max(math.Abs(float64(b.Min.Y)), math.Abs(float64(b.Max.Y))) / geo.UnitsPerDegree
	x := m / (110_000 * math.Max(math.Cos(top*math.Pi/180), 0.01)) * geo.UnitsPerDegree
	y := m / 110_000 * geo.UnitsPerDegree
	return geo.Box{
		Min: geo.Point{X: lattice(float64(b.Min.X) - x), Y: lattice(float64(b.Min.Y) - y)},
		Max: geo.Point{X: lattice(float64(b.Max.X) + x), Y: lattice(float64(b.Max.Y) + y)},
	}
}

func lattice(v float64) int32 {
	return int32(math.Max(math.MinInt32, math.Min(math.MaxInt32, v)))
}
