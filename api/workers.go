package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// postingJSON is a worker by a post of his. Who may read where the grid is gets what is not public too.
type postingJSON struct {
	workerJSON
	PostID      int64      `json:"post_id,omitempty"`
	ValidFrom   *time.Time `json:"valid_from,omitempty"`
	ValidTo     *time.Time `json:"valid_to,omitempty"`
	Public      *bool      `json:"public,omitempty"`
	Grade       string     `json:"grade,omitempty"`
	Origin      string     `json:"origin,omitempty"`
	ManagingOrg string     `json:"managing_org_code,omitempty"`
}

// registeredJSON is a worker as he is stored.
type registeredJSON struct {
	Code        string     `json:"code"`
	Name        string     `json:"name"`
	RoleType    string     `json:"role_type"`
	Origin      *string    `json:"origin"`
	Grade       *string    `json:"grade"`
	ManagingOrg string     `json:"managing_org_code"`
	WorkPhone   *string    `json:"work_phone"`
	Active      bool       `json:"active"`
	Posts       []postJSON `json:"posts,omitempty"` // of one worker
	Version     int        `json:"version"`
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
}

func newRegisteredJSON(_ *live.State, w *grid.Worker) registeredJSON {
	return registeredJSON{
		Code: w.Code, Name: w.Name, RoleType: w.RoleType, Origin: orNull(w.Origin), Grade: orNull(w.Grade), ManagingOrg: w.ManagingOrg,
		WorkPhone: orNull(w.WorkPhone), Active: w.Active, Version: w.Version, CreatedAt: w.CreatedAt.UTC(), UpdatedAt: w.UpdatedAt.UTC(),
	}
}

// workers answers GET /v1/workers: the public posts (BR-46) of a division or a grid; to a token all posts of its division, with what is not
// public of them. With register it is the workers themselves whom organisations of the token's division manage.
func (s *Server) workers(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "division", "grid", "register", "organization", "active", "limit", "cursor")
	if err != nil {
		return err
	}
	register, err := q.flag("register")
	if err != nil {
		return err
	}
	if register {
		return s.register(w, r, state, q)
	}
	for _, name := range []string{"organization", "active"} {
		if q.text(name) != "" {
			return badParam(name, name+" is of the register: send register=true with it.")
		}
	}
	actor, anybody, err := s.registerReader(r, state)
	if err != nil {
		return err
	}
	some, err := gridsAsked(q, state)
	if err != nil {
		return err
	}
	list, err := pageOf(q, state, postingsOn(state, some, actor, anybody),
		func(p *keyedPosting) string { return p.key }, func(p *keyedPosting) postingJSON { return p.postingJSON })
	if err != nil {
		return err
	}
	return sendJSON(w, list)
}

// gridsAsked returns the grids of the division or grid parameter, all without one.
func gridsAsked(q query, state *live.State) ([]*grid.Grid, error) {
	division := q.text("division")
	if err := knownDivision(state, "division", division); err != nil {
		return nil, err
	}
	code := q.text("grid")
	if code == "" {
		return gridsIn(state, division, ""), nil
	}
	g, _ := state.City.Grid(code)
	if g == nil {
		return nil, badParam("grid", "No current grid has the code "+strconv.Quote(code)+": GET /v1/grids lists them.")
	}
	return []*grid.Grid{g}, nil
}

type keyedPosting struct {
	postingJSON
	key string
}

// postingsOn returns the posts on grids that the reader may see, by grid, worker and kind.
func postingsOn(state *live.State, some []*grid.Grid, actor grid.Actor, anybody bool) []keyedPosting {
	now := time.Now()
	var all []keyedPosting
	reads, community := false, "" // of the grid before
	for _, g := range some {
		if g.CommunityCode != community {
			community = g.CommunityCode
			reads = !anybody && within(state, actor, grid.ReadPlaces, community) == nil
		}
		for _, p := range state.Posts(g, now) {
			if !p.Public && !reads {
				continue
			}
			shown := postingJSON{workerJSON: newWorkerJSON(&p)}
			if reads {
				from := p.ValidFrom.UTC()
				shown.Code, shown.PostID, shown.ValidFrom, shown.ValidTo, shown.Public = p.WorkerCode, p.PostID, &from, utc(p.ValidTo), &p.Public
				shown.Grade, shown.Origin, shown.ManagingOrg = p.Grade, p.Origin, p.ManagingOrg
			}
			all = append(all, keyedPosting{shown, g.Code + "\x00" + p.WorkerCode + "\x00" + p.PostKind})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].key < all[j].key })
	return all
}

// register answers GET /v1/workers?register=true.
func (s *Server) register(w http.ResponseWriter, r *http.Request, state *live.State, q query) error {
	if q.text("grid") != "" {
		return badParam("grid", "The register is of organisations: ask for organization or division.")
	}
	actor, err := s.authorizeSome(r, state, grid.ReadPlaces)
	if err != nil {
		return err
	}
	division := q.text("division")
	if err := knownDivision(state, "division", division); err != nil {
		return err
	}
	f := store.WorkerFilter{Divisions: withinBoth(state, actor.Scope, division), Organization: q.text("organization")}
	if f.ActiveOnly, err = q.flag("active"); err != nil {
		return err
	}
	if f.After, err = q.after(state); err != nil {
		return err
	}
	limit, err := q.integer("limit", 1, maxLimit, defaultLimit)
	if err != nil {
		return err
	}
	f.Limit = limit + 1
	found, err := s.store.Workers(r.Context(), f)
	if err != nil {
		return err
	}
	list := page[registeredJSON]{Items: []registeredJSON{}}
	if len(found) > limit {
		found = found[:limit]
		list.Next = cursorAfter(state, found[limit-1].Code)
	}
	for i := range found {
		list.Items = append(list.Items, newRegisteredJSON(state, &found[i]))
	}
	return sendJSON(w, list)
}

// withinBoth returns the codes of the divisions that lie in both; "" is the whole city. nil is all.
func withinBoth(state *live.State, scope, division string) []string {
	codes := divisionsIn(state, division)
	if scope == "" {
		return codes
	}
	if codes == nil {
		return divisionsIn(state, scope)
	}
	return slices.DeleteFunc(codes, func(code string) bool { return !slices.Contains(state.City.ChainCodes(code), scope) })
}

// worker answers GET /v1/workers/{code}: with the posts, to whoever may read where he is managed or posted.
func (s *Server) worker(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.ReadPlaces)
	if err != nil {
		return err
	}
	found, err := s.store.Worker(r.Context(), pathVar(r, "code"))
	if err != nil {
		return err
	}
	managed := s.mayReadOrganization(state, actor, found.ManagingOrg)
	f := store.RosterFilter{WorkerCode: found.Code, Limit: maxLimit}
	if !managed {
		f.Communities = divisionsIn(state, actor.Scope)
	}
	posts, err := s.store.Posts(r.Context(), f)
	if err != nil {
		return err
	}
	if !managed && len(posts) == 0 {
		return grid.ErrForbidden
	}
	j := newRegisteredJSON(state, &found)
	for i := range posts {
		j.Posts = append(j.Posts, newPostJSON(state, &posts[i]))
	}
	return sendUntagged(w, found.Version, j)
}

// sendUntagged answers with a version to send as If-Match; posts are in it that have versions of their own, so that it is no tag to compare.
func sendUntagged(w http.ResponseWriter, version int, v any) error {
	w.Header().Set("ETag", versionTag(version))
	w.Header().Set("Cache-Control", "private, no-store")
	return sendJSON(w, v)
}

func (s *Server) mayReadOrganization(state *live.State, actor grid.Actor, code string) bool {
	o := state.Organization(code)
	return o != nil && within(state, actor, grid.ReadPlaces, o.DivisionCode) == nil || actor.Scope == ""
}

// workerMembers are those of a worker that may be changed.
var workerMembers = []string{"name", "role_type", "origin", "grade", "managing_org_code", "work_phone", "active"}

// setWorker changes a worker by the members that are given; null takes away what may be absent.
func (m *members) setWorker(state *live.State, w *grid.Worker) error {
	if m.given("name") {
		w.Name = m.text("name", maxName)
	}
	if m.given("role_type") {
		w.RoleType = m.oneOf("role_type", "full_time", "part_time")
	}
	if m.given("origin") {
		w.Origin = m.oneOf("origin", codesOf(state, "worker_origin")...)
	}
	if m.given("grade") {
		w.Grade = m.text("grade", maxName)
	}
	if m.given("managing_org_code") {
		w.ManagingOrg = m.code("managing_org_code")
	}
	if m.given("work_phone") {
		w.WorkPhone = m.phone("work_phone")
	}
	if m.given("active") {
		m.need("active")
		w.Active = m.flag("active")
	}
	return m.err
}

// phone reads a number that may be a mobile one (L8).
func (m *members) phone(name string) (s string) {
	if m.has(name) && (json.Unmarshal(m.values[name], &s) != nil || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })) {
		m.fail("text", name, "a phone number is expected, as a text")
	}
	return strings.TrimSpace(s)
}

// codesOf returns the codes of an enumeration of the deployment.
func codesOf(state *live.State, enumeration string) []string {
	var codes []string
	for _, l := range state.Codes[enumeration] {
		codes = append(codes, l.Code)
	}
	return codes
}

// createWorker answers POST /v1/workers.
func (s *Server) createWorker(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, m, err := s.rosterWriter(w, r, state, grid.WriteRoster, append([]string{"code"}, workerMembers...)...)
	if err != nil {
		return err
	}
	m.need("code", "name", "role_type", "managing_org_code")
	made := grid.Worker{Code: m.code("code"), Active: true}
	if err := m.setWorker(state, &made); err != nil {
		return err
	}
	if made, err = s.store.CreateWorker(r.Context(), actor, state.City, made); err != nil {
		return err
	}
	s.refresh(r.Context())
	w.Header().Set("Location", "/v1/workers/"+url.PathEscape(made.Code))
	return sendVersioned(w, r, http.StatusCreated, made.Version, newRegisteredJSON(state, &made))
}

// rosterWriter returns who may write some of the roster, and what is sent.
func (s *Server) rosterWriter(w http.ResponseWriter, r *http.Request, state *live.State, action grid.Action, known ...string) (grid.Actor, *members, error) {
	if _, err := params(r); err != nil {
		return grid.Actor{}, nil, err
	}
	actor, err := s.authorizeSome(r, state, action)
	if err != nil {
		return actor, nil, err
	}
	m, err := readMembers(w, r, known...)
	return actor, m, err
}

// patchWorker answers PATCH /v1/workers/{code}.
func (s *Server) patchWorker(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, m, err := s.rosterWriter(w, r, state, grid.WriteRoster, workerMembers...)
	if err != nil {
		return err
	}
	version, err := ifMatch(r)
	if err != nil {
		return err
	}
	made, err := s.store.UpdateWorker(r.Context(), actor, state.City, pathVar(r, "code"), version, func(w *grid.Worker) error {
		return m.setWorker(state, w)
	})
	if err != nil {
		return err
	}
	s.refresh(r.Context())
	return sendVersioned(w, r, http.StatusOK, made.Version, newRegisteredJSON(state, &made))
}
