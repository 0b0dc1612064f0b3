package api

import (
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/api/ogc"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// locatedJSON is what places and incidents have in common.
type locatedJSON struct {
	Geometry   *geojson.Geometry `json:"geometry"`
	CRS        crs.System        `json:"crs"`
	InputCRS   string            `json:"input_crs"`
	Original   *orb.Point        `json:"original"`
	Assignment assignmentJSON    `json:"assignment"`
	Version    int               `json:"version"`
	CreatedAt  time.Time         `json:"created_at"`
	CreatedBy  string            `json:"created_by"`
	UpdatedAt  time.Time         `json:"updated_at"`
	UpdatedBy  string            `json:"updated_by"`
}

type assignmentJSON struct {
	CountyCode    *string `json:"county_code"`
	CommunityCode *string `json:"community_code"`
	BaseGrid      *string `json:"base_grid"`
	DedicatedGrid *string `json:"dedicated_grid"`
	Edition       *int    `json:"edition"`
	OnBoundary    bool    `json:"on_boundary"`
}

func newAssignmentJSON(state *live.State, a grid.Assignment) assignmentJSON {
	return assignmentJSON{
		CountyCode: orNull(a.CountyCode), CommunityCode: orNull(a.CommunityCode), Edition: orNull(a.Edition), OnBoundary: a.OnBoundary,
		BaseGrid: codeOf(state, a.BaseGridID), DedicatedGrid: codeOf(state, a.DedicatedID),
	}
}

func codeOf(state *live.State, gridID int64) *string {
	if g := state.City.GridByID(gridID); g != nil {
		return &g.Code
	}
	return nil
}

// orNull returns nil for the zero value.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// divisionOf returns the code of the lowest division that an assignment names.
func divisionOf(a grid.Assignment) string {
	if a.CommunityCode != "" {
		return a.CommunityCode
	}
	return a.CountyCode
}

// filterOf reads the parameters that the lists of places and incidents share. It asks for one entry more than a page has, to
// tell whether there is another page.
func filterOf(q query, state *live.State, actor grid.Actor, kinds, states []string) (f store.Filter, err error) {
	f.Scope = actor.Scope
	if f.Kind, err = q.oneOf("kind", append([]string{""}, kinds...)...); err != nil {
		return f, err
	}
	if f.State, err = q.oneOf("state", append([]string{""}, states...)...); err != nil {
		return f, err
	}
	f.Division = q.text("division")
	if err := knownDivision(state, "division", f.Division); err != nil {
		return f, err
	}
	if code := q.text("grid"); code != "" {
		g, _ := state.City.Grid(code)
		if g == nil {
			return f, badParam("grid", "No "+gridsOf(state)+" has the code "+strconv.Quote(code)+": GET /v1/grids lists them.")
		}
		f.GridID = g.ID
	}
	if f.Boxes, err = q.boxes(); err != nil {
		return f, err
	}
	f.After, f.Limit, err = q.keyset(state)
	return f, err
}

// keyset reads the parameters of a page of a list by id: the id that it follows, and one entry more than it has.
func (q query) keyset(state *live.State) (after int64, limit int, err error) {
	key, err := q.after(state)
	if err != nil {
		return 0, 0, err
	}
	if key != "" {
		if after, err = strconv.ParseInt(key, 10, 64); err != nil {
			return 0, 0, badCursor()
		}
	}
	limit, err = q.integer("limit", 1, maxLimit, defaultLimit)
	return after, limit + 1, err
}

// pageAfter shows what a list has found; as many as were asked for say that there is another page.
func pageAfter[S, T any](state *live.State, asked int, found []S, id func(*S) int64, show func(*live.State, *S) T) page[T] {
	p := page[T]{Items: make([]T, 0, len(found))}
	if len(found) == asked {
		found = found[:asked-1]
		p.Next = cursorAfter(state, strconv.FormatInt(id(&found[len(found)-1]), 10))
	}
	for i := range found {
		p.Items = append(p.Items, show(state, &found[i]))
	}
	return p
}

// maxReads bounds how often things are read because editions change meanwhile.
const maxReads = 4

// steady reads things until the state knows what they are assigned to (L5). What was read before the state was made anew may belong to
// an edition in between: it is read again.
func steady[T any](s *Server, w http.ResponseWriter, r *http.Request, state *live.State, read func() (T, error), assigned func(*T) iter.Seq[grid.Assignment]) (T, *live.State, error) {
	for range maxReads {
		found, err := read()
		if err != nil {
			return found, state, err
		}
		next := s.stateKnowing(w, r, state, assigned(&found))
		if next == state {
			return found, state, nil
		}
		state = next
	}
	var none T
	return none, state, notReached("Editions change faster than this can be read: try again in a second.")
}

// stateKnowing returns a state that knows the grids and editions of the assignments: the given one, or a newer one when the
// database is ahead of it (L5).
func (s *Server) stateKnowing(w http.ResponseWriter, r *http.Request, state *live.State, assigned iter.Seq[grid.Assignment]) *live.State {
	for a := range assigned {
		if !state.At.IsZero() || !ahead(state, a) { // the past is what it is
			continue
		}
		s.refresh(r.Context())
		if state = s.live.Now(); ahead(state, a) { // the refresh may have begun before the assignment was read
			s.refresh(r.Context())
			state = s.live.Now()
		}
		editionHeader(w, editionsOf(state))
		return state
	}
	return state
}

// ahead reports whether an assignment names an edition or a grid that the state does not have.
func ahead(state *live.State, a grid.Assignment) bool {
	return !reached(state, map[string]int{a.CountyCode: a.Edition}) ||
		a.BaseGridID != 0 && state.City.GridByID(a.BaseGridID) == nil ||
		a.DedicatedID != 0 && state.City.GridByID(a.DedicatedID) == nil
}

// sendPast answers with a thing as it was: its version is of now, so that it is no tag of this.
func sendPast(w http.ResponseWriter, v any) error {
	w.Header().Set("Cache-Control", "private, no-cache")
	return sendJSON(w, v)
}

// sendVersioned answers with the version as ETag, or 304 where the client has it.
func sendVersioned(w http.ResponseWriter, r *http.Request, status, version int, v any) error {
	w.Header().Set("ETag", versionTag(version))
	w.Header().Set("Cache-Control", "private, no-cache")
	if r.Method != http.MethodPost && r.Method != http.MethodPatch && ogc.Matches(r, versionTag(version)) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return sendStatus(w, status, v)
}
