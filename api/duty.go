package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// dutyJSON says that a post is on, and who stands in.
type dutyJSON struct {
	ID            int64     `json:"id"`
	PostID        int64     `json:"post_id"`
	GridCode      string    `json:"grid_code"`
	WorkerCode    string    `json:"worker_code"`
	PostKind      string    `json:"post_kind"`
	OnFrom        time.Time `json:"on_from"`
	OnTo          time.Time `json:"on_to"`
	StandIn       *int64    `json:"stand_in_post_id"`
	StandInWorker *string   `json:"stand_in_worker_code"`
	Absent        bool      `json:"absent"`
	Cancelled     bool      `json:"cancelled"`
	Version       int       `json:"version"`
	UpdatedAt     time.Time `json:"updated_at"`
	UpdatedBy     string    `json:"updated_by"`
}

func newDutyJSON(_ *live.State, d *grid.Duty) dutyJSON {
	return dutyJSON{
		ID: d.ID, PostID: d.PostID, GridCode: d.GridCode, WorkerCode: d.WorkerCode, PostKind: d.PostKind, OnFrom: d.OnFrom.UTC(), OnTo: d.OnTo.UTC(),
		StandIn: orNull(d.StandIn), StandInWorker: orNull(d.StandInWorker), Absent: d.Absent, Cancelled: d.Cancelled, Version: d.Version,
		UpdatedAt: d.UpdatedAt.UTC(), UpdatedBy: d.UpdatedBy,
	}
}

// duties answers GET /v1/duty.
func (s *Server) duties(w http.ResponseWriter, r *http.Request, state *live.State) error {
	f, err := s.rosterFilter(r, state)
	if err != nil {
		return err
	}
	found, err := s.store.Duties(r.Context(), f)
	if err != nil {
		return err
	}
	return sendJSON(w, pageAfter(state, f.Limit, found, func(d *grid.Duty) int64 { return d.ID }, newDutyJSON))
}

// duty answers GET /v1/duty/{id}.
func (s *Server) duty(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, id, err := s.rosterEntry(r, state)
	if err != nil {
		return err
	}
	d, err := s.store.Duty(r.Context(), id)
	if err != nil {
		return err
	}
	if err := within(state, actor, grid.ReadPlaces, d.CommunityCode); err != nil {
		return err
	}
	return sendVersioned(w, r, http.StatusOK, d.Version, newDutyJSON(state, &d))
}

// createDuty answers POST /v1/duty.
func (s *Server) createDuty(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, m, err := s.rosterWriter(w, r, state, grid.WriteDuty, "post_id", "on_from", "on_to", "stand_in_post_id", "absent")
	if err != nil {
		return err
	}
	m.need("post_id", "on_from", "on_to")
	d := grid.Duty{PostID: m.wholeNumber("post_id", 1)}
	if err := m.setDuty(state, &d); err != nil {
		return err
	}
	if d, err = s.store.CreateDuty(r.Context(), actor, state.City, d); err != nil {
		return err
	}
	s.refresh(r.Context())
	w.Header().Set("Location", "/v1/duty/"+strconv.FormatInt(d.ID, 10))
	return sendVersioned(w, r, http.StatusCreated, d.Version, newDutyJSON(state, &d))
}

// setDuty changes a duty by the members that are given; null takes the stand-in away.
func (m *members) setDuty(state *live.State, d *grid.Duty) error {
	if from := m.time("on_from", state); from != nil {
		d.OnFrom = *from
	}
	if to := m.time("on_to", state); to != nil {
		d.OnTo = *to
	}
	if m.given("stand_in_post_id") {
		d.StandIn = m.wholeNumber("stand_in_post_id", 1)
	}
	if m.has("absent") {
		d.Absent = m.flag("absent")
	}
	if m.has("cancelled") {
		d.Cancelled = m.flag("cancelled")
	}
	return m.err
}

// patchDuty answers PATCH /v1/duty/{id}: who is away, who stands in, when it is, and that it is not after all.
func (s *Server) patchDuty(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, m, err := s.rosterWriter(w, r, state, grid.WriteDuty, "on_from", "on_to", "stand_in_post_id", "absent", "cancelled")
	if err != nil {
		return err
	}
	id, err := idVar(r)
	if err != nil {
		return err
	}
	version, err := ifMatch(r)
	if err != nil {
		return err
	}
	d, err := s.store.UpdateDuty(r.Context(), actor, state.City, id, version, func(d *grid.Duty) error { return m.setDuty(state, d) })
	if err != nil {
		return err
	}
	s.refresh(r.Context())
	return sendVersioned(w, r, http.StatusOK, d.Version, newDutyJSON(state, &d))
}
