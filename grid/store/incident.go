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

//go:embed sql/incidents.sql
var incidentsSQL string

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
		args, err := f.incidentArguments(ctx, db)
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
			  AND ($11::text[] IS NULL OR i.unit_divisions && $11 OR $12::text[] IS NOT NULL AND i.county_code = ANY ($12) OR i.community_code = ANY ($13))
			  AND ($14 = '' OR $14 IN (i.first_receiver, i.lead_unit, i.transfer_to) OR $14 = ANY (i.handling_units))
			  AND (NOT $15 OR i.due_at < now() AND i.state NOT IN ('waiting_check', 'closed', 'rejected', 'merged', 'cancelled')
			       OR i.response_due_at < now() AND i.responded_at IS NULL
			          AND i.state IN ('reported', 'accepted', 'assigned', 'transferred', 'escalated'))
			  AND (NOT $16 OR i.handover_needed)
			  AND (NOT $17 OR i.supervised)
			  AND ($18 = '' OR i.external_case_no = $18)
			  AND ($19::timestamptz IS NULL OR i.reported_at >= $19)
			ORDER BY i.id
			LIMIT $10`,
			append(args, f.Unit, f.Overdue, f.Handover, f.Supervised, f.ExternalCaseNo, orNull(f.Since))...)
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
	ParentCode        string
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
	TransferTo        grid.Unit
	ProposedUnit      grid.Unit
	UnitDivisions     []string
	RespondedAt       *time.Time
	FinishedBy        string
	JointDueAt        *time.Time
	OverdueStep       int
	ResponseReminded  bool
	ItemListVersion   int
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
		DueAt: r.DueAt, ResponseDueAt: r.ResponseDueAt, Supervised: r.Supervised, Handover: r.HandoverNeeded, ParentID: r.ParentID, ParentCode: r.ParentCode,
		ClosedAt: r.ClosedAt, Outcome: r.Outcome, Satisfaction: r.Satisfaction, ExternalRefs: r.ExternalRefs,
		Assignment: grid.Assignment{
			CountyCode: r.CountyCode, CommunityCode: r.CommunityCode, BaseGridID: r.BaseGridID, DedicatedID: r.DedicatedGridID,
			Edition: r.LocatedEdition, OnBoundary: r.OnBoundary,
		},
		TransferTo: r.TransferTo, ProposedUnit: r.ProposedUnit, UnitDivisions: r.UnitDivisions, RespondedAt: r.RespondedAt, FinishedBy: r.FinishedBy,
		JointDueAt: r.JointDueAt, OverdueStep: r.OverdueStep, ResponseReminded: r.ResponseReminded, ItemListVersion: r.ItemListVersion,
		Version: r.Version, CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy, UpdatedAt: r.UpdatedAt, UpdatedBy: r.UpdatedBy,
	}, err
}

// incidentArguments returns the filter as the first thirteen parameters of the queries about incidents: the ten of Filter.arguments for the
// division that is asked for, then what the scope covers. Somebody may read an incident when it lies in his scope or a unit that has to do with
// it does.
func (f *Filter) incidentArguments(ctx context.Context, db DB) ([]any, error) {
	unscoped := *f
	unscoped.Scope = ""
	args, err := unscoped.arguments(ctx, db)
	if err != nil || f.Scope == "" {
		return append(args, nil, nil, nil), err
	}
	in, err := areaOf(ctx, db, "", f.Scope)
	if err != nil {
		return nil, err
	}
	codes, err := scopeCodes(ctx, db, f.Scope)
	return append(args, codes, in.counties, in.communities), err
}

// scopeCodes returns the codes of a scope's division and of all below it, nil for no scope.
func scopeCodes(ctx context.Context, db DB, scope string) ([]string, error) {
	if scope == "" {
		return nil, nil
	}
	rows, err := db.Query(ctx, `
		WITH RECURSIVE subtree AS (
			SELECT code FROM division WHERE code = $1
			UNION ALL
			SELECT d.code FROM division d JOIN subtree s ON d.parent_code = s.code
		)
		SELECT code FROM subtree`, scope)
	if err != nil {
		return nil, err
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return listOrEmpty(codes), err
}
