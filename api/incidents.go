package api

import (
	"context"
	"errors"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// incidentJSON is an incident as it is read. Its fields are those of the layer incidents.
type incidentJSON struct {
	Code              string         `json:"code"`
	Kind              string         `json:"kind"`
	Severity          string         `json:"severity"`
	Source            string         `json:"source"`
	ExternalCaseNo    *string        `json:"external_case_no"`
	Title             string         `json:"title"`
	Description       *string        `json:"description"`
	Address           *string        `json:"address"`
	PositionAccuracyM *float64       `json:"position_accuracy_m"`
	OccurredAt        *time.Time     `json:"occurred_at"`
	ReportedAt        time.Time      `json:"reported_at"`
	PlaceCode         *string        `json:"place_code"`
	FirstReceiver     *string        `json:"first_receiver"`
	LeadUnit          *string        `json:"lead_unit"`
	HandlingUnits     []string       `json:"handling_units"`
	ItemCode          *string        `json:"item_code"`
	State             string         `json:"state"`
	Phase             string         `json:"phase"`
	DueAt             *time.Time     `json:"due_at"`
	ResponseDueAt     *time.Time     `json:"response_due_at"`
	Supervised        bool           `json:"supervised"`
	Handover          bool           `json:"handover"`
	ClosedAt          *time.Time     `json:"closed_at"`
	Outcome           *string        `json:"outcome"`
	Satisfaction      *int           `json:"satisfaction"`
	ExternalRefs      map[string]any `json:"external_refs"`
	locatedJSON
}

func newIncidentJSON(state *live.State, in *grid.Incident) incidentJSON {
	assignment := newAssignmentJSON(state, in.Assignment)
	assignment.BaseGrid, assignment.DedicatedGrid = orNull(in.BaseGrid), orNull(in.DedicatedGrid) // which may have been retired
	return incidentJSON{
		Code: in.Code, Kind: in.Kind, Severity: in.Severity, Source: in.Source, ExternalCaseNo: orNull(in.ExternalCaseNo), Title: in.Title,
		Description: orNull(in.Description), Address: orNull(in.Address), PositionAccuracyM: in.PositionAccuracyM,
		OccurredAt: utc(in.OccurredAt), ReportedAt: in.ReportedAt.UTC(), PlaceCode: orNull(in.PlaceCode), FirstReceiver: orNull(in.FirstReceiver),
		LeadUnit: orNull(in.LeadUnit), HandlingUnits: append([]string{}, in.HandlingUnits...), ItemCode: orNull(in.ItemCode),
		State: in.State, Phase: in.Phase, DueAt: utc(in.DueAt), ResponseDueAt: utc(in.ResponseDueAt), Supervised: in.Supervised,
		Handover: in.Handover, ClosedAt: utc(in.ClosedAt), Outcome: orNull(in.Outcome), Satisfaction: in.Satisfaction, ExternalRefs: in.ExternalRefs,
		locatedJSON: locatedJSON{
			Geometry: geojson.NewGeometry(in.Shape), CRS: crs.WGS84, InputCRS: in.InputCRS, Original: in.Original,
			Assignment: assignment, Version: in.Version,
			CreatedAt: in.CreatedAt.UTC(), CreatedBy: in.CreatedBy, UpdatedAt: in.UpdatedAt.UTC(), UpdatedBy: in.UpdatedBy,
		},
	}
}

// toKnow returns of an incident's assignment what a state is to know. One that has ended keeps its grids, which no state may have any
// more.
func toKnow(in *grid.Incident) grid.Assignment {
	a := in.Assignment
	if !in.Open() {
		a.BaseGridID, a.DedicatedID = 0, 0
	}
	return a
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// incidentFields returns a stored incident as the record that would make it again.
func incidentFields(in *grid.Incident) map[string]any {
	fields := map[string]any{
		"code": in.Code, "kind": in.Kind, "severity": in.Severity, "source": in.Source, "external_case_no": in.ExternalCaseNo,
		"title": in.Title, "description": in.Description, "address": in.Address, "place_code": in.PlaceCode,
		"first_receiver": in.FirstReceiver, "lead_unit": in.LeadUnit, "item_code": in.ItemCode, "state": in.State, "phase": in.Phase,
		"supervised": in.Supervised, "outcome": in.Outcome, "reported_at": in.ReportedAt.Format(time.RFC3339Nano),
	}
	for name, t := range map[string]*time.Time{
		"occurred_at": in.OccurredAt, "due_at": in.DueAt, "response_due_at": in.ResponseDueAt, "closed_at": in.ClosedAt,
	} {
		if t != nil {
			fields[name] = t.Format(time.RFC3339Nano)
		}
	}
	if in.PositionAccuracyM != nil {
		fields["position_accuracy_m"] = *in.PositionAccuracyM
	}
	if in.Satisfaction != nil {
		fields["satisfaction"] = *in.Satisfaction
	}
	if len(in.HandlingUnits) > 0 {
		fields["handling_units"] = in.HandlingUnits
	}
	if in.ExternalRefs != nil {
		fields["external_refs"] = in.ExternalRefs
	}
	return fields
}

// incidents answers GET /v1/incidents.
func (s *Server) incidents(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "kind", "division", "grid", "bbox", "state", "limit", "cursor", asOfParam)
	if err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.ReadPlaces)
	if err != nil {
		return err
	}
	var kinds []string
	for _, c := range state.Codes["incident_kind"] {
		kinds = append(kinds, c.Code)
	}
	f, err := filterOf(q, state, actor, kinds, append([]string{"open", "ended"}, grid.IncidentStates...))
	if err != nil {
		return err
	}
	then, err := past(r, state, false)
	if err != nil {
		return err
	}
	read := func() ([]grid.Incident, error) { return s.incidentsOf(r.Context(), f, state, then) }
	found, state, err := steady(s, w, r, state, read, func(found *[]grid.Incident) iter.Seq[grid.Assignment] {
		return func(yield func(grid.Assignment) bool) {
			for i := range *found {
				if !yield(toKnow(&(*found)[i])) {
					return
				}
			}
		}
	})
	if err != nil {
		return err
	}
	return sendJSON(w, pageAfter(state, f.Limit, found, func(in *grid.Incident) int64 { return in.ID }, newIncidentJSON))
}

// incidentsOf returns the incidents that the filter chooses, as they are or as they were then.
func (s *Server) incidentsOf(ctx context.Context, f store.Filter, state *live.State, then bool) ([]grid.Incident, error) {
	if then {
		return s.store.IncidentsAt(ctx, f, state.At)
	}
	return s.store.Incidents(ctx, f)
}

// incident answers GET /v1/incidents/{code}.
func (s *Server) incident(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r, asOfParam); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.ReadPlaces)
	if err != nil {
		return err
	}
	then, err := past(r, state, false)
	if err != nil {
		return err
	}
	in, state, err := steady(s, w, r, state, func() (grid.Incident, error) {
		if then {
			return s.store.IncidentAt(r.Context(), pathVar(r, "code"), state.At)
		}
		return s.store.Incident(r.Context(), pathVar(r, "code"))
	}, func(in *grid.Incident) iter.Seq[grid.Assignment] { return slices.Values([]grid.Assignment{toKnow(in)}) })
	if err != nil {
		return err
	}
	if err := withinSome(state, actor, grid.ReadPlaces, in.Areas()); err != nil {
		return err
	}
	if then {
		return sendPast(w, newIncidentJSON(state, &in))
	}
	return s.sendIncident(w, r, state, http.StatusOK, &in)
}

func (s *Server) sendIncident(w http.ResponseWriter, r *http.Request, state *live.State, status int, in *grid.Incident) error {
	state = s.stateKnowing(w, r, state, slices.Values([]grid.Assignment{toKnow(in)}))
	return sendVersioned(w, r, status, in.Version, newIncidentJSON(state, in))
}

// withinSome is within for one of several divisions; for none, outside every division.
func withinSome(state *live.State, actor grid.Actor, action grid.Action, divisions []string) error {
	if len(divisions) == 0 {
		return within(state, actor, action, "")
	}
	for _, division := range divisions {
		if within(state, actor, action, division) == nil {
			return nil
		}
	}
	return grid.ErrForbidden
}

// createIncident answers POST /v1/incidents.
func (s *Server) createIncident(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.WriteIncidents)
	if err != nil {
		return err
	}
	b, err := readBody(r)
	if err != nil {
		return err
	}
	if b.fields["source"] == nil { // the default of the layer is for imports
		return &grid.RuleError{Rule: "required", Field: "source", Detail: "the field is required"}
	}
	in, err := b.checker(state).Incident(r.Context(), grid.Record{Geometry: b.geometry, Fields: b.fields})
	if err != nil {
		return err
	}
	made, _, err := s.store.CreateIncident(r.Context(), actor, state.City, in, store.IdempotencyKey{})
	var named *grid.ConflictError
	if errors.Is(err, grid.ErrConflict) && !errors.As(err, &named) && in.Code != "" {
		return codeTaken(in.Code)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/incidents/"+url.PathEscape(made.Code))
	return s.sendIncident(w, r, state, http.StatusCreated, &made)
}

// patchIncident answers PATCH /v1/incidents/{code}.
func (s *Server) patchIncident(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.WriteIncidents)
	if err != nil {
		return err
	}
	version, err := ifMatch(r)
	if err != nil {
		return err
	}
	b, err := readBody(r)
	if err != nil {
		return err
	}
	if err := b.fixed("code"); err != nil {
		return err
	}
	made, err := s.store.UpdateIncident(r.Context(), actor, state.City, pathVar(r, "code"), version, func(in *grid.Incident) error {
		return b.changeIncident(r.Context(), state, in)
	})
	if err != nil {
		return err
	}
	return s.sendIncident(w, r, state, http.StatusOK, &made)
}

// changeIncident applies a change to a stored incident as if it came whole, so that it is held to every check.
func (b *body) changeIncident(ctx context.Context, state *live.State, in *grid.Incident) error {
	change := *b
	change.fields = maps.Clone(b.fields)
	checked, err := change.checker(state).Incident(ctx, change.over(incidentFields(in), in.Shape))
	if err != nil {
		return err
	}
	if !b.moves {
		checked.Shape, checked.InputCRS, checked.Original = in.Shape, in.InputCRS, in.Original
	}
	checked.ID, checked.Code, checked.Version, checked.Assignment = in.ID, in.Code, in.Version, in.Assignment
	checked.Handover, checked.ParentID = in.Handover, in.ParentID
	checked.TransferTo, checked.ProposedUnit, checked.UnitDivisions = in.TransferTo, in.ProposedUnit, in.UnitDivisions
	checked.RespondedAt, checked.FinishedBy, checked.JointDueAt = in.RespondedAt, in.FinishedBy, in.JointDueAt
	checked.OverdueStep, checked.ItemListVersion = in.OverdueStep, in.ItemListVersion
	checked.CreatedAt, checked.CreatedBy, checked.UpdatedAt, checked.UpdatedBy = in.CreatedAt, in.CreatedBy, in.UpdatedAt, in.UpdatedBy
	*in = checked
	return nil
}
