package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// planStates are those that a list can be asked for, with open for all before the end.
var planStates = []string{
	"open", string(grid.Draft), string(grid.Checked), string(grid.Consulting), string(grid.Revised), string(grid.Submitted),
	string(grid.Decided), string(grid.Effective), string(grid.Withdrawn), string(grid.Rejected),
}

// plans answers GET /v1/plans.
func (s *Server) plans(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "county", "state", "kind", "overdue", "limit", "cursor")
	if err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.ReadPlans)
	if err != nil {
		return err
	}
	f, err := planFilter(q, state, actor)
	if err != nil {
		return err
	}
	found, err := s.store.Plans(r.Context(), f)
	if err != nil {
		return err
	}
	known := map[string]int{}
	for i := range found {
		wantsEditions(known, &found[i])
	}
	state = s.stateReaching(w, r, state, known)
	return sendJSON(w, pageAfter(state, f.Limit, found, func(p *grid.Plan) int64 { return p.ID }, newPlanJSON))
}

// planFilter reads the parameters of a list of plans, cut to the counties that the actor's scope has a part in.
func planFilter(q query, state *live.State, actor grid.Actor) (f store.PlanFilter, err error) {
	if f.State, err = q.oneOf("state", append([]string{""}, planStates...)...); err != nil {
		return f, err
	}
	if f.Kind, err = q.oneOf("kind", "", grid.AdjustmentPlan, grid.ImportPlan, grid.UndoPlan); err != nil {
		return f, err
	}
	if f.Overdue, err = q.flag("overdue"); err != nil {
		return f, err
	}
	county := q.text("county")
	if err := knownDivision(state, "county", county); err != nil {
		return f, err
	}
	f.Counties = countiesOf(state, actor.Scope)
	if county != "" && (f.Counties == nil || slices.Contains(f.Counties, county)) {
		f.Counties = []string{county}
	} else if county != "" {
		f.Counties = []string{}
	}
	f.After, f.Limit, err = q.keyset(state)
	return f, err
}

// countiesOf returns the counties that lie in a scope or that it lies in, nil for all of them.
func countiesOf(state *live.State, scope string) []string {
	if scope == "" {
		return nil
	}
	counties := []string{}
	for _, d := range state.City.Divisions() {
		if d.Level == grid.LevelCounty && (slices.Contains(state.City.ChainCodes(d.Code), scope) || slices.Contains(state.City.ChainCodes(scope), d.Code)) {
			counties = append(counties, d.Code)
		}
	}
	return counties
}

// readPlan is planNamed for the plan that the path names.
func (s *Server) readPlan(r *http.Request, state *live.State) (grid.Plan, error) {
	return s.planNamed(r, state, pathVar(r, "code"))
}

// plan answers GET /v1/plans/{code}.
func (s *Server) plan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	p, err := s.readPlan(r, state)
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}

// sendPlan answers with a plan, from a state that knows its editions.
func (s *Server) sendPlan(w http.ResponseWriter, r *http.Request, state *live.State, status int, p *grid.Plan) error {
	state = s.stateKnowingPlan(w, r, state, p)
	// What it shows of editions and due dates changes without its version: the tag is for writing, not for a cache.
	w.Header().Set("ETag", versionTag(p.Version))
	w.Header().Set("Cache-Control", "private, no-cache")
	return sendStatus(w, status, newPlanJSON(state, p))
}

func (s *Server) stateKnowingPlan(w http.ResponseWriter, r *http.Request, state *live.State, p *grid.Plan) *live.State {
	known := map[string]int{}
	wantsEditions(known, p)
	return s.stateReaching(w, r, state, known)
}

// wantsEditions notes the editions that an answer about a plan is to know.
func wantsEditions(known map[string]int, p *grid.Plan) {
	for _, numbers := range [][]int{p.BaseEditions, p.PublishedAs} {
		for i, n := range numbers {
			known[p.Counties[i]] = max(known[p.Counties[i]], n)
		}
	}
}

// createPlan answers POST /v1/plans.
func (s *Server) createPlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	m, err := readMembers(w, r, "counties", "kind", "title", "reason", "note", "effective_at")
	if err != nil {
		return err
	}
	m.need("counties", "title", "reason")
	p := grid.Plan{
		Counties: m.codes("counties"), Kind: m.oneOf("kind", grid.AdjustmentPlan, grid.ImportPlan), Title: m.text("title", maxName),
		Reason: m.code("reason"), Note: m.text("note", maxProse), EffectiveAt: m.time("effective_at", state),
	}
	if m.err != nil {
		return m.err
	}
	for _, county := range p.Counties {
		if d := state.City.Division(county); d == nil || d.Level != grid.LevelCounty {
			return &grid.RuleError{Rule: "unknown", Field: "counties", Detail: "there is no county " + strconv.Quote(county) + ": GET /v1/divisions?level=county lists them"}
		}
	}
	made, err := s.store.CreatePlan(r.Context(), state.City, actor, p)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/plans/"+url.PathEscape(made.Code))
	return s.sendPlan(w, r, state, http.StatusCreated, &made)
}

// patchPlan answers PATCH /v1/plans/{code}.
func (s *Server) patchPlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.planWriter(r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	m, err := readMembers(w, r, "title", "reason", "note", "effective_at")
	if err != nil {
		return err
	}
	var patch store.PlanPatch
	set := func(name string, value string) *string {
		if !m.given(name) {
			return nil
		}
		return &value
	}
	patch.Title, patch.Reason = set("title", m.text("title", maxName)), set("reason", m.code("reason"))
	patch.Note = set("note", m.text("note", maxProse))
	if at := m.time("effective_at", state); m.given("effective_at") {
		patch.EffectiveAt = &at
	}
	if m.err != nil {
		return m.err
	}
	p, err := s.store.PatchPlan(r.Context(), state.City, actor, pathVar(r, "code"), version, patch)
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}

// planWriter returns who writes to a plan and the version that If-Match names. Whether its scope covers what the plan touches is
// seen by the store.
func (s *Server) planWriter(r *http.Request, state *live.State, action grid.Action) (actor grid.Actor, version int, err error) {
	if _, err := params(r); err != nil {
		return actor, 0, err
	}
	if actor, err = s.authorizeSome(r, state, action); err != nil {
		return actor, 0, err
	}
	version, err = ifMatch(r)
	return actor, version, err
}

// stateReaching returns a state that has those editions: the given one, or a newer one when the database is ahead of it (L5).
func (s *Server) stateReaching(w http.ResponseWriter, r *http.Request, state *live.State, editions map[string]int) *live.State {
	for range 2 { // the first refresh may have begun before the editions were written
		if reached(state, editions) {
			break
		}
		s.refresh(r.Context())
		state = s.live.Now()
		editionHeader(w, editionsOf(state))
	}
	return state
}
