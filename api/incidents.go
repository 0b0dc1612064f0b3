package api

import (
	"context"
	"errors"
	"iter"
	"log/slog"
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
	Overdue           bool           `json:"overdue"`
	ResponseOverdue   bool           `json:"response_overdue"`
	OverdueStep       int            `json:"overdue_step"`
	Handover          bool           `json:"handover"`
	LeadName          *string        `json:"lead_name"`
	TransferTo        *grid.Unit     `json:"transfer_to"`
	ProposedUnit      *grid.Unit     `json:"proposed_unit"`
	RespondedAt       *time.Time     `json:"responded_at"`
	FinishedBy        *string        `json:"finished_by"`
	JointDueAt        *time.Time     `json:"joint_due_at"`
	ItemListVersion   *int           `json:"item_list_version"`
	Parent            *string        `json:"parent"`
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
		Overdue: in.Overdue(time.Now()), ResponseOverdue: in.ResponseOverdue(time.Now()), OverdueStep: in.OverdueStep, LeadName: orNull(nameOfUnit(state, grid.Unit(in.LeadUnit))),
		TransferTo: orNull(in.TransferTo), ProposedUnit: orNull(in.ProposedUnit), RespondedAt: utc(in.RespondedAt), FinishedBy: orNull(in.FinishedBy),
		JointDueAt: utc(in.JointDueAt), ItemListVersion: orNull(in.ItemListVersion), Parent: orNull(in.ParentCode),
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
	q, err := params(r, "kind", "division", "grid", "bbox", "state", "unit", "overdue", "handover", "supervised", "external_case_no", "since",
		"limit", "cursor", asOfParam)
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
	if err := lifeFilter(q, state, then, &f); err != nil {
		return err
	}
	read := func() ([]grid.Incident, error) { return s.incidentsOf(r.Context(), f, state, then) }
	found, state, err := steady(s, w, r, state, read, assignmentsOf)
	if err != nil {
		return err
	}
	return sendJSON(w, pageAfter(state, f.Limit, found, func(in *grid.Incident) int64 { return in.ID }, newIncidentJSON))
}

// lifeFilter reads the parameters about an incident's way, which are of now.
func lifeFilter(q query, state *live.State, then bool, f *store.Filter) (err error) {
	for _, name := range []string{"unit", "overdue", "handover", "supervised", "external_case_no", "since"} {
		if then && q.has(name) {
			return badParam(name, "as_of and "+name+" do not go together: where an incident was on its way is in its events.")
		}
	}
	if text := q.text("unit"); text != "" {
		u, err := grid.ParseUnit("unit", text)
		if err != nil {
			return badParam("unit", "unit is to be grid:CODE, org:CODE or division:CODE.")
		}
		f.Unit = string(u)
	}
	f.ExternalCaseNo = q.text("external_case_no")
	if f.Overdue, err = q.flag("overdue"); err != nil {
		return err
	}
	if f.Handover, err = q.flag("handover"); err != nil {
		return err
	}
	if f.Supervised, err = q.flag("supervised"); err != nil {
		return err
	}
	if text := q.text("since"); text != "" {
		at, read := readInstant(text, state)
		if !read {
			return badParam("since", "since is to be an instant as 2026-03-01T08:00:00Z, or a date.")
		}
		f.Since = at
	}
	return nil
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
	now := in
	if then { // what is told of it but where it was is of now, and so is who may read it
		if now, err = s.store.Incident(r.Context(), in.Code); err != nil {
			return err
		}
	}
	if err := readable(state, actor, &now); err != nil {
		return err
	}
	if then {
		return sendPast(w, newIncidentJSON(state, &in))
	}
	return s.sendIncident(w, r, state, actor, http.StatusOK, &in)
}

// incidentDetailJSON is an incident with what the caller can do with it now.
type incidentDetailJSON struct {
	incidentJSON
	Acts []grid.IncidentAct `json:"acts"`
}

func (s *Server) sendIncident(w http.ResponseWriter, r *http.Request, state *live.State, actor grid.Actor, status int, in *grid.Incident) error {
	state = s.stateKnowing(w, r, state, slices.Values([]grid.Assignment{toKnow(in)}))
	return sendVersioned(w, r, status, in.Version, incidentDetailJSON{newIncidentJSON(state, in), actsFor(state, actor, in)})
}

// reportedJSON is a new incident with what may be the same one.
type reportedJSON struct {
	incidentDetailJSON
	Duplicates []duplicateJSON `json:"duplicates"`
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
	if err := b.byActs(grid.IncidentActFields...); err != nil {
		return err
	}
	if b.fields["reported_at"] == nil {
		b.fields["reported_at"] = time.Now().Format(time.RFC3339Nano)
	}
	in, err := b.checker(state).Incident(r.Context(), grid.Record{Geometry: b.geometry, Fields: b.fields})
	if err != nil {
		return err
	}
	key := store.IdempotencyKey{Key: r.Header.Get("Idempotency-Key"), SHA256: b.sha256}
	made, again, err := s.store.CreateIncident(r.Context(), actor, state.City, in, key)
	var named *grid.ConflictError
	if errors.Is(err, grid.ErrConflict) && !errors.As(err, &named) && in.Code != "" {
		return codeTaken(in.Code)
	}
	if err != nil {
		return err
	}
	same, err := s.duplicatesOf(r, state, actor, &made)
	if err != nil { // it is stored: that is what the caller has to hear
		slog.InfoContext(r.Context(), "duplicates of a new incident", "error", err)
		same = []duplicateJSON{}
	}
	status := http.StatusCreated
	if again {
		status = http.StatusOK
	}
	w.Header().Set("Location", "/v1/incidents/"+url.PathEscape(made.Code))
	state = s.stateKnowing(w, r, state, slices.Values([]grid.Assignment{toKnow(&made)}))
	detail := incidentDetailJSON{newIncidentJSON(state, &made), actsFor(state, actor, &made)}
	return sendVersioned(w, r, status, made.Version, reportedJSON{detail, same})
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
	return s.sendIncident(w, r, state, actor, http.StatusOK, &made)
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
	checked.OverdueStep, checked.ResponseReminded, checked.ItemListVersion = in.OverdueStep, in.ResponseReminded, in.ItemListVersion
	checked.CreatedAt, checked.CreatedBy, checked.UpdatedAt, checked.UpdatedBy = in.CreatedAt, in.CreatedBy, in.UpdatedAt, in.UpdatedBy
	*in = checked
	return nil
}
