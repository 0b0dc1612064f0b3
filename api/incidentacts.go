package api

import (
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// orderMembers are the members of an act's body, besides act itself.
var orderMembers = []string{"unit", "units", "divisions", "into", "reason", "outcome", "satisfaction", "supervision", "deadline"}

// actOnIncident answers POST /v1/incidents/{code}/acts: one step of its way, as the table of acts allows it.
func (s *Server) actOnIncident(w http.ResponseWriter, r *http.Request, state *live.State) error {
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
	m, err := readMembers(w, r, append([]string{"act"}, orderMembers...)...)
	if err != nil {
		return err
	}
	order, err := orderOf(m, state)
	if err != nil {
		return err
	}
	made, err := s.store.ActOnIncident(r.Context(), actor, state.City, pathVar(r, "code"), version, order)
	if err != nil {
		return err
	}
	return s.sendIncident(w, r, state, actor, http.StatusOK, &made)
}

// orderOf reads an act with what it needs.
func orderOf(m *members, state *live.State) (grid.IncidentOrder, error) {
	m.need("act")
	acts := make([]string, len(grid.IncidentRules))
	for i := range grid.IncidentRules {
		acts[i] = string(grid.IncidentRules[i].Act)
	}
	outcomes := make([]string, 0, len(state.Codes["incident_outcome"]))
	for _, c := range state.Codes["incident_outcome"] {
		outcomes = append(outcomes, c.Code)
	}
	o := grid.IncidentOrder{
		Act: grid.IncidentAct(m.oneOf("act", acts...)), Unit: m.unit("unit"), Divisions: m.codes("divisions"), Into: m.code("into"),
		Reason: m.text("reason", maxProse), Outcome: m.oneOf("outcome", outcomes...), Satisfaction: int(m.number("satisfaction", 1, 5)),
		Supervision: m.oneOf("supervision", grid.SupervisionKinds...), Deadline: m.time("deadline", state),
	}
	for _, code := range m.list("units", m.codeFrom) {
		u, err := grid.ParseUnit("units", code)
		if err != nil {
			return o, err
		}
		o.Units = append(o.Units, u)
	}
	return o, m.err
}

// unit reads a unit.
func (m *members) unit(name string) grid.Unit {
	if !m.has(name) {
		return ""
	}
	u, err := grid.ParseUnit(name, m.text(name, maxName))
	if err != nil && m.err == nil {
		m.err = err
	}
	return u
}

// incidentEventJSON is one entry of an incident's history.
type incidentEventJSON struct {
	At        time.Time      `json:"at"`
	Actor     string         `json:"actor"`
	Action    string         `json:"action"`
	FromState *string        `json:"from_state"`
	ToState   *string        `json:"to_state"`
	Unit      *string        `json:"unit"`
	Text      *string        `json:"text"`
	Data      map[string]any `json:"data"`
}

// incidentEvents answers GET /v1/incidents/{code}/events, oldest first.
func (s *Server) incidentEvents(w http.ResponseWriter, r *http.Request, state *live.State) error {
	after, limit, in, err := s.historyToRead(r, state)
	if err != nil {
		return err
	}
	events, err := s.store.IncidentEvents(r.Context(), in.ID, after, limit)
	if err != nil {
		return err
	}
	show := func(_ *live.State, e *grid.IncidentEvent) incidentEventJSON {
		return incidentEventJSON{
			At: e.At.UTC(), Actor: e.Actor, Action: e.Action, FromState: orNull(e.FromState), ToState: orNull(e.ToState), Unit: orNull(e.Unit),
			Text: orNull(e.Text), Data: e.Data,
		}
	}
	return sendJSON(w, pageAfter(state, limit, events, func(e *grid.IncidentEvent) int64 { return e.ID }, show))
}

// supervisionJSON is a step by which somebody above presses for an incident.
type supervisionJSON struct {
	ID          int64      `json:"id"`
	Kind        string     `json:"kind"`
	Target      string     `json:"target"`
	Reason      string     `json:"reason"`
	IssuedAt    time.Time  `json:"issued_at"`
	IssuedBy    string     `json:"issued_by"`
	Deadline    *time.Time `json:"deadline"`
	RectifiedAt *time.Time `json:"rectified_at"`
	RectifiedBy *string    `json:"rectified_by"`
}

// supervisions answers GET /v1/incidents/{code}/supervisions, oldest first.
func (s *Server) supervisions(w http.ResponseWriter, r *http.Request, state *live.State) error {
	after, limit, in, err := s.historyToRead(r, state)
	if err != nil {
		return err
	}
	found, err := s.store.Supervisions(r.Context(), in.ID, after, limit)
	if err != nil {
		return err
	}
	show := func(_ *live.State, v *grid.Supervision) supervisionJSON {
		return supervisionJSON{
			ID: v.ID, Kind: v.Kind, Target: v.Target, Reason: v.Reason, IssuedAt: v.IssuedAt.UTC(), IssuedBy: v.IssuedBy, Deadline: utc(v.Deadline),
			RectifiedAt: utc(v.RectifiedAt), RectifiedBy: orNull(v.RectifiedBy),
		}
	}
	return sendJSON(w, pageAfter(state, limit, found, func(v *grid.Supervision) int64 { return v.ID }, show))
}

// duplicateJSON is an incident that may be the same as another one.
type duplicateJSON struct {
	Code       string    `json:"code"`
	Title      string    `json:"title"`
	State      string    `json:"state"`
	ReportedAt time.Time `json:"reported_at"`
	DistanceM  float64   `json:"distance_m"`
	HoursApart float64   `json:"hours_apart"`
	SameCase   bool      `json:"same_case"`
}

// duplicates answers GET /v1/incidents/{code}/duplicates, nearest first (BR-54).
func (s *Server) duplicates(w http.ResponseWriter, r *http.Request, state *live.State) error {
	in, actor, err := s.incidentToRead(r, state)
	if err != nil {
		return err
	}
	list, err := s.duplicatesOf(r, state, actor, in)
	if err != nil {
		return err
	}
	return sendJSON(w, page[duplicateJSON]{Items: list})
}

func (s *Server) duplicatesOf(r *http.Request, state *live.State, actor grid.Actor, in *grid.Incident) ([]duplicateJSON, error) {
	found, err := s.store.Duplicates(r.Context(), actor, state.City, *in)
	list := make([]duplicateJSON, len(found))
	for i, d := range found {
		list[i] = duplicateJSON{
			Code: d.Incident.Code, Title: d.Incident.Title, State: d.Incident.State, ReportedAt: d.Incident.ReportedAt.UTC(),
			DistanceM: rounded(d.DistanceM, 1), HoursApart: rounded(d.HoursApart, 2), SameCase: d.SameCase,
		}
	}
	return list, err
}

// historyToRead is incidentToRead with which page of its history is asked for.
func (s *Server) historyToRead(r *http.Request, state *live.State) (after int64, limit int, in *grid.Incident, err error) {
	q, err := params(r, "limit", "cursor")
	if err != nil {
		return 0, 0, nil, err
	}
	if after, limit, err = q.keyset(state); err != nil {
		return 0, 0, nil, err
	}
	in, _, err = s.readableIncident(r, state)
	return after, limit, in, err
}

// incidentToRead returns the incident of the path, for an actor that may read it.
func (s *Server) incidentToRead(r *http.Request, state *live.State) (*grid.Incident, grid.Actor, error) {
	if _, err := params(r); err != nil {
		return nil, grid.Actor{}, err
	}
	return s.readableIncident(r, state)
}

func (s *Server) readableIncident(r *http.Request, state *live.State) (*grid.Incident, grid.Actor, error) {
	actor, err := s.authorizeSome(r, state, grid.ReadPlaces)
	if err != nil {
		return nil, actor, err
	}
	in, err := s.store.Incident(r.Context(), pathVar(r, "code"))
	if err != nil {
		return nil, actor, err
	}
	return &in, actor, readable(state, actor, &in)
}

// readable returns grid.ErrForbidden unless the actor may read in one of the divisions that have to do with the incident.
func readable(state *live.State, actor grid.Actor, in *grid.Incident) error {
	if slices.ContainsFunc(in.Areas(), func(area string) bool { return within(state, actor, grid.ReadPlaces, area) == nil }) {
		return nil
	}
	return within(state, actor, grid.ReadPlaces, "") // outside every division
}

// divisionOfUnit returns where a unit is, as grid.IncidentCircumstances asks for it.
func divisionOfUnit(state *live.State, u grid.Unit) string {
	switch u.Kind() {
	case grid.UnitGrid:
		if g, _ := state.City.Grid(u.Code()); g != nil {
			return g.CommunityCode
		}
	case grid.UnitOrg:
		if o := state.Organization(u.Code()); o != nil {
			return o.DivisionCode
		}
	case grid.UnitDivision:
		if d := state.City.Division(u.Code()); d != nil {
			return d.Code
		}
	}
	return ""
}

// actsFor returns the acts that the actor may do now: what can be done with it as it stands, and whose the unit is.
func actsFor(state *live.State, actor grid.Actor, in *grid.Incident) []grid.IncidentAct {
	acts, settings := []grid.IncidentAct{}, state.City.Settings()
	for _, act := range in.ActsOf(actor, &settings) {
		division := divisionOfUnit(state, in.PartyUnit(grid.IncidentRuleOf(act).By))
		if division == "" {
			division = divisionOf(in.Assignment)
		}
		if within(state, actor, grid.WriteIncidents, division) == nil {
			acts = append(acts, act)
		}
	}
	return acts
}

// assignmentsOf is what a state is to know of incidents.
func assignmentsOf(found *[]grid.Incident) iter.Seq[grid.Assignment] {
	return func(yield func(grid.Assignment) bool) {
		for i := range *found {
			if !yield(toKnow(&(*found)[i])) {
				return
			}
		}
	}
}

// nameOfUnit returns the name of a unit for people, "" for one that nobody knows.
func nameOfUnit(state *live.State, u grid.Unit) string {
	switch u.Kind() {
	case grid.UnitGrid:
		if g, _ := state.City.Grid(u.Code()); g != nil {
			return g.Name
		}
	case grid.UnitOrg:
		if o := state.Organization(u.Code()); o != nil {
			return o.Name
		}
	case grid.UnitDivision:
		if d := state.City.Division(u.Code()); d != nil {
			return d.Name
		}
	}
	return ""
}
