package api

import (
	"net/http"
	"net/url"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// rebasePlan answers POST /v1/plans/{code}/rebase.
func (s *Server) rebasePlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.planWriter(r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	m, err := maybeMembers(w, r, "drop")
	if err != nil {
		return err
	}
	drop := m.wholeNumbers("drop", 1)
	if m.err != nil {
		return m.err
	}
	p, err := s.store.RebasePlan(r.Context(), state.City, actor, pathVar(r, "code"), version, drop)
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}

// revertPlan answers POST /v1/plans/{code}/revert: a new plan that restores what this one changed.
func (s *Server) revertPlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	if err := noMembers(w, r); err != nil {
		return err
	}
	made, err := s.store.RevertPlan(r.Context(), state.City, actor, pathVar(r, "code"))
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/plans/"+url.PathEscape(made.Code))
	return s.sendPlan(w, r, state, http.StatusCreated, &made)
}
