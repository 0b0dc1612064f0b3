package store

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

var (
	//go:embed sql/places_at.sql
	placesAtSQL string
	//go:embed sql/incidents_at.sql
	incidentsAtSQL string
)

// PlacesAt is Places as they were at an instant: their assignments, by which the filter chooses, and where they were are those of
// then, everything else is as it is now, and so is whether the scope covers them. Places that were stored later are left out.
func (s *Store) PlacesAt(ctx context.Context, f Filter, at time.Time) ([]grid.Place, error) {
	var places []grid.Place
	err := s.snapshot(ctx, func(db DB) error {
		unscoped := f
		unscoped.Scope = ""
		args, err := unscoped.arguments(ctx, db)
		if err != nil {
			return err
		}
		now, err := areaOf(ctx, db, "", f.Scope)
		if err != nil {
			return err
		}
		was, ids, err := readWas(ctx, db, placesAtSQL, append(args, f.Public, at, now.counties, now.communities)...)
		if err != nil {
			return err
		}
		if places, err = readPlaces(ctx, db, ids); err != nil {
			return err
		}
		for i := range places {
			was[places[i].ID].into(&places[i].Assignment, &places[i].Shape)
		}
		return nil
	})
	return places, err
}

// PlaceAt is Place as it was at an instant; grid.ErrNotFound when it was not stored yet.
func (s *Store) PlaceAt(ctx context.Context, code string, at time.Time) (grid.Place, error) {
	p, err := s.Place(ctx, code)
	if err != nil {
		return p, err
	}
	found, err := s.PlacesAt(ctx, Filter{After: p.ID - 1, Limit: 1}, at)
	if err != nil {
		return p, err
	}
	if len(found) == 0 || found[0].ID != p.ID {
		return p, fmt.Errorf("place %s at that time: %w", code, grid.ErrNotFound)
	}
	return found[0], nil
}

// IncidentsAt is PlacesAt for incidents.
func (s *Store) IncidentsAt(ctx context.Context, f Filter, at time.Time) ([]grid.Incident, error) {
	var incidents []grid.Incident
	err := s.snapshot(ctx, func(db DB) error {
		args, err := f.incidentArguments(ctx, db)
		if err != nil {
			return err
		}
		was, ids, err := readWas(ctx, db, incidentsAtSQL, append(args, at)...)
		if err != nil {
			return err
		}
		if incidents, err = readIncidents(ctx, db, ids); err != nil {
			return err
		}
		for i := range incidents {
			was[incidents[i].ID].into(&incidents[i].Assignment, &incidents[i].Shape)
		}
		return nameGrids(ctx, db, incidents)
	})
	return incidents, err
}

// IncidentAt is PlaceAt for an incident.
func (s *Store) IncidentAt(ctx context.Context, code string, at time.Time) (grid.Incident, error) {
	in, err := s.Incident(ctx, code)
	if err != nil {
		return in, err
	}
	found, err := s.IncidentsAt(ctx, Filter{After: in.ID - 1, Limit: 1}, at)
	if err != nil {
		return in, err
	}
	if len(found) == 0 || found[0].ID != in.ID {
		return in, fmt.Errorf("incident %s at that time: %w", code, grid.ErrNotFound)
	}
	return found[0], nil
}

// arguments returns the filter as the first ten parameters of its queries.
func (f *Filter) arguments(ctx context.Context, db DB) ([]any, error) {
	in, err := areaOf(ctx, db, f.Division, f.Scope)
	if err != nil {
		return nil, err
	}
	first, last, window, err := boxParameters(f.Boxes)
	return []any{f.After, f.Kind, f.State, f.GridID, in.counties, in.communities, first, last, window, f.Limit}, err
}

// wasRow is how a thing was assigned, and where it was if it has been moved since.
type wasRow struct {
	ID              int64
	CountyCode      *string
	CommunityCode   *string
	BaseGridID      *int64
	DedicatedGridID *int64
	LocatedEdition  *int
	OnBoundary      bool
	MovedFrom       []byte
}

// was is a wasRow with its shape, nil for one that has not been moved.
type was struct {
	grid.Assignment
	shape orb.Geometry
}

func readWas(ctx context.Context, db DB, query string, args ...any) (map[int64]was, []int64, error) {
	rows, err := db.Query(ctx, query, args...)
	if err != nil {
		return nil, nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[wasRow])
	if err != nil {
		return nil, nil, err
	}
	byID, ids := make(map[int64]was, len(found)), make([]int64, len(found))
	for i, r := range found {
		ids[i] = r.ID
		w := was{Assignment: grid.Assignment{
			CountyCode: valueOf(r.CountyCode), CommunityCode: valueOf(r.CommunityCode), BaseGridID: valueOf(r.BaseGridID),
			DedicatedID: valueOf(r.DedicatedGridID), Edition: valueOf(r.LocatedEdition), OnBoundary: r.OnBoundary,
		}}
		if w.shape, err = decode[orb.Geometry](r.MovedFrom); err != nil {
			return nil, nil, err
		}
		byID[r.ID] = w
	}
	return byID, ids, nil
}

func (w was) into(a *grid.Assignment, shape *orb.Geometry) {
	*a = w.Assignment
	if w.shape != nil {
		*shape = w.shape
	}
}

// valueOf returns what p points to, the zero value for nil.
func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
