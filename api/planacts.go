package api

import (
	"net/http"
	"strconv"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// wordlessWriter is planWriter for an act that needs no body.
func (s *Server) wordlessWriter(w http.ResponseWriter, r *http.Request, state *live.State, action grid.Action) (grid.Actor, int, error) {
	actor, version, err := s.planWriter(r, state, action)
	if err != nil {
		return actor, version, err
	}
	return actor, version, noMembers(w, r)
}

// planCheckedJSON is a plan with what a check found.
type planCheckedJSON struct {
	Plan     planJSON      `json:"plan"`
	Findings []findingJSON `json:"findings"`
}

// checkPlan answers POST /v1/plans/{code}/check.
func (s *Server) checkPlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.wordlessWriter(w, r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	p, findings, err := s.store.CheckPlan(r.Context(), state.City, actor, pathVar(r, "code"), version)
	if err != nil {
		return err
	}
	state = s.stateKnowingPlan(w, r, state, &p)
	tagPlan(w, &p)
	return sendJSON(w, planCheckedJSON{newPlanJSON(state, &p), newFindingList(findings)})
}

// planFindings answers GET /v1/plans/{code}/findings.
func (s *Server) planFindings(w http.ResponseWriter, r *http.Request, state *live.State) error {
	p, err := s.partOfPlan(w, r, state)
	if err != nil {
		return err
	}
	findings, err := s.store.PlanFindings(r.Context(), p.Code)
	if err != nil {
		return err
	}
	return sendJSON(w, page[findingJSON]{Items: newFindingList(findings)})
}

// waiveFinding answers POST /v1/plans/{code}/findings/{id}/waiver.
func (s *Server) waiveFinding(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.planWriter(r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	id, err := idVar(r)
	if err != nil {
		return err
	}
	reason, err := readReason(w, r)
	if err != nil {
		return err
	}
	p, err := s.store.WaiveFinding(r.Context(), state.City, actor, pathVar(r, "code"), version, id, reason)
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}

// idVar returns the id of the path.
func idVar(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(pathVar(r, "id"), 10, 64)
	if err != nil || id < 1 {
		return 0, notFound("There is nothing of that id.")
	}
	return id, nil
}

// readReason reads a body that says why.
func readReason(w http.ResponseWriter, r *http.Request) (string, error) {
	m, err := readMembers(w, r, "reason")
	if err != nil {
		return "", err
	}
	m.need("reason")
	reason := m.text("reason", maxProse)
	return reason, m.err
}

// submitPlan answers POST /v1/plans/{code}/submit.
func (s *Server) submitPlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.wordlessWriter(w, r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	p, err := s.store.SubmitPlan(r.Context(), state.City, actor, pathVar(r, "code"), version)
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}

// decidePlan answers POST /v1/plans/{code}/decide.
func (s *Server) decidePlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.planWriter(r, state, grid.DecidePlans)
	if err != nil {
		return err
	}
	m, err := readMembers(w, r, "decision", "decision_doc_no", "effective_at", "reason")
	if err != nil {
		return err
	}
	m.need("decision")
	act := m.oneOf("decision", string(grid.ActApprove), string(grid.ActReturn), string(grid.ActReject))
	d := store.Decision{
		Act: grid.PlanAct(act), DocNo: m.text("decision_doc_no", maxName), EffectiveAt: m.time("effective_at", state), Reason: m.text("reason", maxProse),
	}
	if m.err != nil {
		return m.err
	}
	p, err := s.store.DecidePlan(r.Context(), state.City, actor, pathVar(r, "code"), version, d)
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}

// withdrawPlan answers POST /v1/plans/{code}/withdraw.
func (s *Server) withdrawPlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.planWriter(r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	reason, err := readReason(w, r)
	if err != nil {
		return err
	}
	p, err := s.store.WithdrawPlan(r.Context(), state.City, actor, pathVar(r, "code"), version, reason)
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}

// publishPlan answers POST /v1/plans/{code}/publish, once this server answers from the new editions.
func (s *Server) publishPlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.wordlessWriter(w, r, state, grid.DecidePlans)
	if err != nil {
		return err
	}
	p, err := s.store.Publish(r.Context(), state.City, actor, pathVar(r, "code"), version)
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}

// planImpact answers GET /v1/plans/{code}/impact.
func (s *Server) planImpact(w http.ResponseWriter, r *http.Request, state *live.State) error {
	p, err := s.partOfPlan(w, r, state)
	if err != nil {
		return err
	}
	impact, err := s.store.PlanImpact(r.Context(), state.City, p.Code)
	if err != nil {
		return err
	}
	return sendJSON(w, newImpactJSON(&impact))
}
