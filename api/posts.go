package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// postJSON is a worker's appointment to a grid.
type postJSON struct {
	ID         int64      `json:"id"`
	WorkerCode string     `json:"worker_code"`
	WorkerName string     `json:"worker_name"`
	GridCode   string     `json:"grid_code"`
	PostKind   string     `json:"post_kind"`
	ValidFrom  time.Time  `json:"valid_from"`
	ValidTo    *time.Time `json:"valid_to"`
	Public     bool       `json:"public"`
	Version    int        `json:"version"`
}

func newPostJSON(_ *live.State, p *grid.Post) postJSON {
	return postJSON{
		ID: p.ID, WorkerCode: p.WorkerCode, WorkerName: p.WorkerName, GridCode: p.GridCode, PostKind: p.PostKind, ValidFrom: p.ValidFrom.UTC(),
		ValidTo: utc(p.ValidTo), Public: p.Public, Version: p.Version,
	}
}

// rosterFilter reads the parameters that the lists of posts and duties share: by default what has not ended. It asks for one entry
// more than a page has.
func (s *Server) rosterFilter(r *http.Request, state *live.State) (f store.RosterFilter, err error) {
	q, err := params(r, "division", "grid", "worker", "from", "to", "limit", "cursor")
	if err != nil {
		return f, err
	}
	actor, err := s.authorizeSome(r, state, grid.ReadPlaces)
	if err != nil {
		return f, err
	}
	division := q.text("division")
	if err := knownDivision(state, "division", division); err != nil {
		return f, err
	}
	f.Communities = withinBoth(state, actor.Scope, division)
	f.GridCode, f.WorkerCode = q.text("grid"), q.text("worker")
	now := time.Now()
	if f.From, err = q.instant("from", state, &now); err != nil {
		return f, err
	}
	if f.To, err = q.instant("to", state, nil); err != nil {
		return f, err
	}
	f.After, f.Limit, err = q.keyset(state)
	return f, err
}

// instant reads an instant or a date, otherwise without one.
func (q query) instant(name string, state *live.State, otherwise *time.Time) (*time.Time, error) {
	if q.text(name) == "" {
		return otherwise, nil
	}
	t, ok := readInstant(q.text(name), state)
	if !ok {
		return nil, badParam(name, name+" is to be an instant such as 2026-12-01T00:00:00+08:00, or a date, which means its beginning here.")
	}
	return &t, nil
}

// posts answers GET /v1/posts.
func (s *Server) posts(w http.ResponseWriter, r *http.Request, state *live.State) error {
	f, err := s.rosterFilter(r, state)
	if err != nil {
		return err
	}
	found, err := s.store.Posts(r.Context(), f)
	if err != nil {
		return err
	}
	return sendJSON(w, pageAfter(state, f.Limit, found, func(p *grid.Post) int64 { return p.ID }, newPostJSON))
}

// rosterEntry returns who reads the post or duty of the path, and its id.
func (s *Server) rosterEntry(r *http.Request, state *live.State) (actor grid.Actor, id int64, err error) {
	if _, err = params(r); err != nil {
		return actor, 0, err
	}
	if actor, err = s.authorizeSome(r, state, grid.ReadPlaces); err != nil {
		return actor, 0, err
	}
	id, err = idVar(r)
	return actor, id, err
}

// post answers GET /v1/posts/{id}.
func (s *Server) post(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, id, err := s.rosterEntry(r, state)
	if err != nil {
		return err
	}
	p, err := s.store.Post(r.Context(), id)
	if err != nil {
		return err
	}
	if err := within(state, actor, grid.ReadPlaces, p.CommunityCode); err != nil {
		return err
	}
	return sendVersioned(w, r, http.StatusOK, p.Version, newPostJSON(state, &p))
}

// createPost answers POST /v1/posts.
func (s *Server) createPost(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, m, err := s.rosterWriter(w, r, state, grid.WriteRoster, "worker_code", "grid_code", "post_kind", "valid_from", "valid_to", "public")
	if err != nil {
		return err
	}
	m.need("worker_code", "grid_code", "post_kind")
	p := grid.Post{
		WorkerCode: m.code("worker_code"), GridCode: m.code("grid_code"), PostKind: m.oneOf("post_kind", codesOf(state, "post_kind")...),
		ValidFrom: time.Now(), ValidTo: m.time("valid_to", state), Public: true,
	}
	if from := m.time("valid_from", state); from != nil {
		p.ValidFrom = *from
	}
	if m.has("public") {
		p.Public = m.flag("public")
	}
	if m.err != nil {
		return m.err
	}
	if p, err = s.store.CreatePost(r.Context(), actor, state.City, p); err != nil {
		return err
	}
	s.refresh(r.Context())
	w.Header().Set("Location", "/v1/posts/"+strconv.FormatInt(p.ID, 10))
	return sendVersioned(w, r, http.StatusCreated, p.Version, newPostJSON(state, &p))
}

// patchPost answers PATCH /v1/posts/{id}: when it ends, and whether it is public.
func (s *Server) patchPost(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, m, err := s.rosterWriter(w, r, state, grid.WriteRoster, "valid_to", "public")
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
	p, err := s.store.UpdatePost(r.Context(), actor, state.City, id, version, func(p *grid.Post) error {
		if m.given("valid_to") {
			p.ValidTo = m.time("valid_to", state)
		}
		if m.given("public") {
			m.need("public")
			p.Public = m.flag("public")
		}
		return m.err
	})
	if err != nil {
		return err
	}
	s.refresh(r.Context())
	return sendVersioned(w, r, http.StatusOK, p.Version, newPostJSON(state, &p))
}
