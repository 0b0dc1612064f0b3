package store

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

var (
	//go:embed sql/incidents.sql
	incidentsSQL string
	//go:embed sql/update_incident.sql
	updateIncidentSQL string
)

// Incident returns the incident of that code, grid.ErrNotFound when there is none.
func (s *Store) Incident(ctx context.Context, code string) (grid.Incident, error) {
	in, err := readIncident(ctx, s.db, code)
	return in, translate(err)
}

func readIncident(ctx context.Context, db DB, code string) (grid.Incident, error) {
	var id int64
	err := db.QueryRow(ctx, `SELECT id FROM incident WHERE code = $1`, code).Scan(&id)
	if err != nil {
		return grid.Incident{}, fmt.Errorf("incident %s: %w", code, translate(err))
	}
	incidents, err := readIncidents(ctx, db, []int64{id})
	if err != nil {
		return grid.Incident{}, err
	}
	return incidents[0], nil
}

// Incidents returns the incidents that the filter chooses, by id.
func (s *Store) Incidents(ctx context.Context, f Filter) ([]grid.Incident, error) {
	var incidents []grid.Incident
	err := s.snapshot(ctx, func(db DB) error {
		in, err := areaOf(ctx, db, f.Division, f.Scope)
		if err != nil {
			return err
		}
		first, last, window, err := boxParameters(f.Boxes)
		if err != nil {
			return err
		}
		rows, err := db.Query(ctx, `
			SELECT i.id
			FROM incident i
			WHERE i.id > $1
			  AND ($2 = '' OR i.kind = $2)
			  AND CASE $3 WHEN '' THEN true
			              WHEN 'open' THEN i.state NOT IN ('closed', 'rejected', 'merged', 'cancelled')
			              WHEN 'ended' THEN i.state IN ('closed', 'rejected', 'merged', 'cancelled')
			              ELSE i.state = $3
			      END
			  AND ($4 = 0 OR i.dedicated_grid_id = $4
			       OR i.base_grid_id = $4 AND i.community_code = (SELECT g.community_code FROM grid g WHERE g.id = $4))
			  AND ($5::text[] IS NULL OR i.county_code = ANY ($5))
			  AND ($6::text[] IS NULL OR i.community_code = ANY ($6))
			  AND ($7::bigint[] IS NULL OR i.id IN (
			       SELECT q.id
			       FROM unnest($7::bigint[], $8::bigint[]) AS r (first, last)
			       JOIN incident q ON q.cell BETWEEN r.first AND r.last
			       WHERE GeometryType(q.shape) = 'POINT' AND ST_Intersects(q.shape, ST_GeomFromEWKB($9))
			       UNION ALL
			       SELECT q.id
			       FROM incident q
			       WHERE GeometryType(q.shape) <> 'POINT' AND ST_Intersects(q.shape, ST_GeomFromEWKB($9))))
			ORDER BY i.id
			LIMIT $10`,
			f.After, f.Kind, f.State, f.GridID, in.counties, in.communities, first, last, window, f.Limit)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		incidents, err = readIncidents(ctx, db, ids)
		return err
	})
	return incidents, err
}

type incidentRow struct {
	ID                int64
	Code              string
	Kind              string
	Severity          string
	Source            string
	ExternalCaseNo    string
	Title             string
	Description       string
	Shape             []byte
	InputCRS          string `db:"input_crs"`
	OriginalLon       *float64
	OriginalLat       *float64
	Address           string
	PositionAccuracyM *float64
	OccurredAt        *time.Time
	ReportedAt        time.Time
	PlaceCode         string
	FirstReceiver     string
	LeadUnit          string
	HandlingUnits     []string
	ItemCode          string
	State             string
	Phase             string
	DueAt             *time.Time
	ResponseDueAt     *time.Time
	Supervised        bool
	HandoverNeeded    bool
	ParentID          int64
	ClosedAt          *time.Time
	Outcome           string
	Satisfaction      *int
	ExternalRefs      map[string]any
	CountyCode        string
	CommunityCode     string
	BaseGridID        int64
	DedicatedGridID   int64
	LocatedEdition    int
	OnBoundary        bool
	Version           int
	CreatedAt         time.Time
	CreatedBy         string
	UpdatedAt         time.Time
	UpdatedBy         string
}

func readIncidents(ctx context.Context, db DB, ids []int64) ([]grid.Incident, error) {
	rows, err := db.Query(ctx, incidentsSQL, ids)
	if err != nil {
		return nil, err
	}
	incidents, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.Incident, error) {
		r, err := pgx.RowToStructByName[incidentRow](row)
		if err != nil {
			return grid.Incident{}, err
		}
		return r.incident()
	})
	if err != nil {
		return nil, err
	}
	return incidents, nameGrids(ctx, db, incidents)
}

// nameGrids writes the codes of the grids that incidents are assigned to into them.
func nameGrids(ctx context.Context, db DB, incidents []grid.Incident) error {
	var ids []int64
	for i := range incidents {
		ids = append(ids, incidents[i].Assignment.BaseGridID, incidents[i].Assignment.DedicatedID)
	}
	rows, err := db.Query(ctx, `SELECT id, code FROM grid WHERE id = ANY ($1)`, ids)
	if err != nil {
		return err
	}
	codes := map[int64]string{}
	var id int64
	var code string
	_, err = pgx.ForEachRow(rows, []any{&id, &code}, func() error {
		codes[id] = code
		return nil
	})
	for i := range incidents {
		a := &incidents[i].Assignment
		incidents[i].BaseGrid, incidents[i].DedicatedGrid = codes[a.BaseGridID], codes[a.DedicatedID]
	}
	return err
}

func (r incidentRow) incident() (grid.Incident, error) {
	shape, err := decode[orb.Geometry](r.Shape)
	return grid.Incident{
		ID: r.ID, Code: r.Code, Kind: r.Kind, Severity: r.Severity, Source: r.Source, ExternalCaseNo: r.ExternalCaseNo, Title: r.Title,
		Description: r.Description, Shape: shape, InputCRS: r.InputCRS, Original: originalPoint(r.OriginalLon, r.OriginalLat), Address: r.Address,
		PositionAccuracyM: r.PositionAccuracyM, OccurredAt: r.OccurredAt, ReportedAt: r.ReportedAt, PlaceCode: r.PlaceCode,
		FirstReceiver: r.FirstReceiver, LeadUnit: r.LeadUnit, HandlingUnits: r.HandlingUnits, ItemCode: r.ItemCode, State: r.State, Phase: r.Phase,
		DueAt: r.DueAt, ResponseDueAt: r.ResponseDueAt, Supervised: r.Supervised, Handover: r.HandoverNeeded, ParentID: r.ParentID,
		ClosedAt: r.ClosedAt, Outcome: r.Outcome, Satisfaction: r.Satisfaction, ExternalRefs: r.ExternalRefs,
		Assignment: grid.Assignment{
			CountyCode: r.CountyCode, CommunityCode: r.CommunityCode, BaseGridID: r.BaseGridID, DedicatedID: r.DedicatedGridID,
			Edition: r.LocatedEdition, OnBoundary: r.OnBoundary,
		},
		Version: r.Version, CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy, UpdatedAt: r.UpdatedAt, UpdatedBy: r.UpdatedBy,
	}, err
}

// CreateIncident stores a new incident with its first event, located by city or, where that is not up to date, by the editions
// in force, and returns it as stored. The actor must be allowed to write incidents where it lies (grid.ErrForbidden). A code
// that is there already is grid.ErrConflict.
func (s *Store) CreateIncident(ctx context.Context, actor grid.Actor, city *edition.City, in grid.Incident) (grid.Incident, error) {
	var made grid.Incident
	err := s.write(ctx, func(tx pgx.Tx) error {
		city, err := settle(ctx, tx, city, in.Shape)
		if err != nil {
			return err
		}
		if in.Assignment, err = city.Assign(ctx, in.Shape); err != nil {
			return err
		}
		if err := may(actor, grid.WriteIncidents, city, in.Assignment); err != nil {
			return err
		}
		codes, err := s.newCodeMaker(ctx, tx)
		if err != nil {
			return err
		}
		one := []grid.Incident{in}
		if err := copyIncidents(ctx, tx, &Import{Actor: actor.Name}, codes, one); err != nil {
			return err
		}
		if made, err = readIncident(ctx, tx, one[0].Code); err != nil {
			return err
		}
		event := grid.IncidentEvent{Actor: actor.Name, Action: "create", ToState: made.State}
		if err := writeEvent(ctx, tx, made.ID, event); err != nil {
			return err
		}
		return auditIncident(ctx, tx, actor, "create", nil, made)
	})
	return made, err
}

// UpdateIncident changes the incident of that code, if it still is at that version (otherwise grid.ErrStale), writes an event and
// returns it as stored. change gets the incident and changes it; its error ends the update. Code, assignment, version and times
// of writing are not change's to set. When the shape has changed the incident is located again, as by CreateIncident, and an open
// one whose grid changes is marked to be handed over (BR-53). The actor must be allowed to write incidents where the incident was
// and where it comes to lie.
func (s *Store) UpdateIncident(ctx context.Context, actor grid.Actor, city *edition.City, code string, version int, change func(*grid.Incident) error) (grid.Incident, error) {
	var made grid.Incident
	err := s.write(ctx, func(tx pgx.Tx) error {
		before, err := readIncident(ctx, tx, code)
		if err != nil {
			return err
		}
		after := before
		after.ExternalRefs, after.HandlingUnits = maps.Clone(before.ExternalRefs), slices.Clone(before.HandlingUnits)
		if err := change(&after); err != nil {
			return &rowsError{err}
		}
		// The locks of the counties come before the row's, as they do for whoever publishes an edition.
		city, err := settle(ctx, tx, city, before.Shape, after.Shape)
		if err != nil {
			return err
		}
		if err := lockVersion(ctx, tx, `SELECT version FROM incident WHERE id = $1 FOR UPDATE`, before.ID, before.Version, version); err != nil {
			return fmt.Errorf("incident %s: %w", code, err)
		}
		after.Assignment = before.Assignment
		// One that had ended has kept the grids of its time: opened again, it belongs where it lies now.
		if !orb.Equal(before.Shape, after.Shape) || after.Open() && !before.Open() {
			if after.Assignment, err = city.Assign(ctx, after.Shape); err != nil {
				return err
			}
			after.Handover = after.Handover || after.Open() && before.Assignment.BaseGridID != 0 && otherGrids(before.Assignment, after.Assignment)
		}
		if err := may(actor, grid.WriteIncidents, city, before.Assignment, after.Assignment); err != nil {
			return err
		}
		if moved := !orb.Equal(before.Shape, after.Shape); moved || !after.Assignment.Same(before.Assignment) {
			if err := keepPast(ctx, tx, &incidentTable, []int64{before.ID}, ending{actor: actor.Name, moved: moved}); err != nil {
				return err
			}
		}
		if err := writeIncident(ctx, tx, actor, &before, &after); err != nil {
			return err
		}
		if err := writeEvent(ctx, tx, before.ID, eventOf(actor, &before, &after)); err != nil {
			return err
		}
		if made, err = readIncident(ctx, tx, code); err != nil {
			return err
		}
		return auditIncident(ctx, tx, actor, "update", &before, made)
	})
	return made, err
}

func otherGrids(a, b grid.Assignment) bool {
	return a.BaseGridID != b.BaseGridID || a.DedicatedID != b.DedicatedID
}

func eventOf(actor grid.Actor, before, after *grid.Incident) grid.IncidentEvent {
	e := grid.IncidentEvent{Actor: actor.Name, Action: "update", Unit: after.LeadUnit}
	switch {
	case before.State != after.State:
		e.Action, e.FromState, e.ToState = "state", before.State, after.State
	case !orb.Equal(before.Shape, after.Shape):
		e.Action = "move"
	}
	return e
}

func writeIncident(ctx context.Context, tx DB, actor grid.Actor, before, after *grid.Incident) error {
	shape, err := encode(after.Shape)
	if err != nil {
		return err
	}
	cell, err := cellOf(after.Shape)
	if err != nil {
		return err
	}
	externalRefs, err := object(after.ExternalRefs)
	if err != nil {
		return err
	}
	lon, lat := original(after.Original)
	a := after.Assignment
	_, err = tx.Exec(ctx, updateIncidentSQL,
		before.ID, after.Kind, orDefault(after.Severity, "normal"), orDefault(after.Source, "import"), orNull(after.ExternalCaseNo), after.Title,
		orNull(after.Description), shape, cell, orNull(after.Address), after.InputCRS, lon, lat, after.PositionAccuracyM, after.OccurredAt,
		after.ReportedAt, orNull(after.PlaceCode), orNull(after.FirstReceiver), orNull(after.LeadUnit), listOrEmpty(after.HandlingUnits),
		orNull(after.ItemCode), orDefault(after.State, "reported"), orDefault(after.Phase, "intake"), after.DueAt, after.ResponseDueAt,
		after.Supervised, after.Handover, orNull(after.ParentID), after.ClosedAt, orNull(after.Outcome), after.Satisfaction, externalRefs,
		orNull(a.CountyCode), orNull(a.CommunityCode), orNull(a.BaseGridID), orNull(a.DedicatedID), orNull(a.Edition), a.OnBoundary, actor.Name)
	return err
}

func writeEvent(ctx context.Context, tx DB, incidentID int64, e grid.IncidentEvent) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO incident_event (incident_id, actor, action, from_state, to_state, unit, text)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		incidentID, e.Actor, e.Action, orNull(e.FromState), orNull(e.ToState), orNull(e.Unit), orNull(e.Text))
	return err
}

// IncidentEvents returns the history of an incident, oldest first; empty for one that was imported and not changed since.
func (s *Store) IncidentEvents(ctx context.Context, id int64) ([]grid.IncidentEvent, error) {
	rows, err := s.db.Query(ctx, `
		SELECT at, actor, action, coalesce(from_state, '') AS from_state, coalesce(to_state, '') AS to_state, coalesce(unit, '') AS unit,
		       coalesce(text, '') AS text, data
		FROM incident_event
		WHERE incident_id = $1
		ORDER BY id`, id)
	if err != nil {
		return nil, translate(err)
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.IncidentEvent])
	return events, translate(err)
}

func auditIncident(ctx context.Context, tx DB, actor grid.Actor, action string, before *grid.Incident, after grid.Incident) error {
	e := AuditEntry{Actor: actor.Name, Action: action, ObjectType: "incident", ObjectCode: after.Code, After: auditable{after, after.Shape}}
	if before != nil {
		e.Before = auditable{*before, before.Shape}
	}
	return audit(ctx, tx, e)
}
