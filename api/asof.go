package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// The parameters that name another state than the present one.
const (
	asOfParam = "as_of"
	planParam = "plan"
)

// inTime is from for handlers that take as_of, or as_of and plan: h gets the state that they name. What is not in takes is left for h to
// refuse.
func (s *Server) inTime(h stateHandler, takes ...string) handler {
	return s.from(func(w http.ResponseWriter, r *http.Request, state *live.State) error {
		q, _ := readQuery(r.URL.RawQuery) // what cannot be read in it is for h to refuse
		named := func(name string) bool { return q.has(name) && slices.Contains(takes, name) }
		if named(asOfParam) || named(planParam) {
			if named(asOfParam) && named(planParam) {
				return badParam(planParam, "Send as_of or plan, not both: a plan's draft is of no time.")
			}
			var err error
			if state, err = s.otherState(w, r, state, q); err != nil {
				return err
			}
			nameState(w, state)
		}
		return h(w, r, state)
	})
}

// otherState returns the state that as_of or plan names, whichever is given. It waits for the database no longer than for other work.
func (s *Server) otherState(w http.ResponseWriter, r *http.Request, state *live.State, q query) (*live.State, error) {
	ctx, cancel := context.WithTimeout(r.Context(), workIn)
	defer cancel()
	r = r.WithContext(ctx)
	if q.has(asOfParam) {
		at, err := parseInstant(q.text(asOfParam), state)
		if err != nil {
			return nil, err
		}
		return s.stateAt(w, r, at)
	}
	d, err := s.draftOf(w, r, state, q.text(planParam))
	if err != nil {
		return nil, err
	}
	return d.After, nil
}

// stateAt returns the state at an instant. The past of grids is as public as their present; what plans will have changed by then is not.
func (s *Server) stateAt(w http.ResponseWriter, r *http.Request, at time.Time) (*live.State, error) {
	state, err := s.live.At(r.Context(), at)
	if err != nil {
		return nil, noEditionThen(err)
	}
	if state.Preview != nil {
		tokenOrigin(w, r)
		if _, err := s.authorizeSome(r, state, grid.ReadPlans); err != nil {
			return nil, err
		}
	}
	return state, nil
}

// nameState names the editions that an answer is of, and the plans over them. What shows plans is for whoever asked, and for now.
func nameState(w http.ResponseWriter, state *live.State) {
	editionHeader(w, editionsOf(state))
	if state.Preview != nil {
		w.Header().Set("Wangge-Plan", strings.Join(state.Preview.Plans, ","))
		w.Header().Set("Cache-Control", "private, no-store")
	}
}

// parseInstant reads an RFC 3339 instant, or a date, which means its first instant in the deployment's time zone.
func parseInstant(text string, state *live.State) (time.Time, error) {
	if at, read := readInstant(text, state); read {
		return at, nil
	}
	return time.Time{}, badParam(asOfParam, "as_of is to be an instant as 2026-03-01T08:00:00Z or 2026-03-01T16:00:00+08:00 (in an address, + is %2B), or a date, which means its beginning here.")
}

// readInstant is parseInstant, and reports whether the text is an instant.
func readInstant(text string, state *live.State) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	if zone, err := time.LoadLocation(state.City.Settings().TimeZone); err == nil {
		if at, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// noEditionThen says that as_of lies before the first edition.
func noEditionThen(err error) error {
	if !errors.Is(err, grid.ErrNotFound) {
		return err
	}
	return &problem{
		status: http.StatusNotFound, slug: "no-edition", code: "no_edition",
		detail: "No county had grids at that time: GET /v1/editions?county=CODE says from when on a county has.",
	}
}

// draftOf returns the draft of a plan, for an actor that may read it: drafts are not public.
func (s *Server) draftOf(w http.ResponseWriter, r *http.Request, state *live.State, code string) (*live.Draft, error) {
	tokenOrigin(w, r)
	if !isText(code) {
		return nil, badParam(planParam, "The plan's code is not UTF-8 text.")
	}
	p, err := s.planNamed(r, state, code)
	if err != nil {
		return nil, err
	}
	return s.live.Plan(r.Context(), p.Code)
}

// planNamed returns the plan of that code, for an actor whose scope has a part in one of its counties: whoever is asked for its
// opinion is to see what about.
func (s *Server) planNamed(r *http.Request, state *live.State, code string) (grid.Plan, error) {
	actor, err := s.authorizeSome(r, state, grid.ReadPlans)
	if err != nil {
		return grid.Plan{}, err
	}
	p, err := s.store.Plan(r.Context(), code)
	if err != nil {
		return p, err
	}
	counties := countiesOf(state, actor.Scope)
	if counties != nil && !slices.ContainsFunc(p.Counties, func(c string) bool { return slices.Contains(counties, c) }) {
		return p, grid.ErrForbidden
	}
	return p, nil
}

// timeJSON says in an answer what it is of, when that is not simply the present.
type timeJSON struct {
	AsOf         *time.Time `json:"as_of,omitempty"`
	FutureChange bool       `json:"future_change,omitempty"` // decided plans are applied (BR-27)
	Plans        []string   `json:"plans,omitempty"`
}

func newTimeJSON(state *live.State) timeJSON {
	var j timeJSON
	if !state.At.IsZero() {
		at := state.At.UTC()
		j.AsOf = &at
	}
	if state.Preview != nil {
		j.Plans, j.FutureChange = state.Preview.Plans, j.AsOf != nil
	}
	return j
}

// past refuses what can be answered of the present and the past alone, and without a token of the present alone. It reports whether the
// past is asked for.
func past(r *http.Request, state *live.State, anybody bool) (bool, error) {
	switch {
	case state.At.IsZero():
		return false, nil
	case anybody:
		return false, notPublic()
	case state.At.After(time.Now()):
		return false, badParam(asOfParam, "as_of lies in the future: what will be there then is not known. Ask for a plan's impact instead.")
	}
	return true, nil
}
