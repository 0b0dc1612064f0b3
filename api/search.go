package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/search"
)

const (
	defaultSearch = 10
	maxSearch     = 50
)

// searchJSON is what was found, the best first.
type searchJSON struct {
	Items []foundJSON `json:"items"`
	More  bool        `json:"more"` // matches, or may
}

// foundJSON is a thing that was found, as a list shows it.
type foundJSON struct {
	Type    string      `json:"type"`
	Kind    string      `json:"kind,omitempty"`
	Code    *string     `json:"code"`
	Name    string      `json:"name"`
	Address *string     `json:"address"`
	Label   string      `json:"label"`
	Point   orb.Point   `json:"point"`
	BBox    *[4]float64 `json:"bbox,omitempty"`
	Matches []matchJSON `json:"matches"`
}

// matchJSON says where a term of the query is, in UTF-16 code units of the field, in which pages count.
type matchJSON struct {
	Field string `json:"field"`
	From  int    `json:"from"`
	To    int    `json:"to"`
}

// search answers GET /v1/search from memory: divisions and grids to anybody, the registers to a token within its division (BR-63).
func (s *Server) search(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "q", "limit", "division", "types")
	if err != nil {
		return err
	}
	var asked live.Searched
	if asked.Query, err = q.search(); err != nil {
		return err
	}
	if asked.Limit, err = q.integer("limit", 1, maxSearch, defaultSearch); err != nil {
		return err
	}
	asked.Division = q.text("division")
	if err := knownDivision(state, "division", asked.Division); err != nil {
		return err
	}
	if asked.Types, err = q.searchTypes(state); err != nil {
		return err
	}
	actor, anybody, err := s.registerReader(r, state)
	switch {
	case err != nil:
		return err
	case anybody && slices.ContainsFunc(asked.Types, func(t string) bool { return !live.IsArea(t) }):
		return notPublic()
	}
	asked.Registers, asked.Scope = !anybody, actor.Scope
	found, err := s.searched(r, asked)
	if err != nil {
		return err
	}
	editionHeader(w, editionsOf(found.State))
	w.Header().Set("Cache-Control", "no-store")
	answer := searchJSON{Items: []foundJSON{}, More: found.More}
	for i := range found.Hits {
		answer.Items = append(answer.Items, newFoundJSON(found.State, &found.Hits[i]))
	}
	return sendJSON(w, answer)
}

// searched searches, after the registers have reached the editions that the request asks for at least.
func (s *Server) searched(r *http.Request, asked live.Searched) (live.FoundIn, error) {
	wanted, err := parseEditions(r.Header.Values("Wangge-Min-Edition"))
	if err != nil {
		return live.FoundIn{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), minEditionWait)
	defer cancel()
	for {
		found, err := s.live.Search(asked)
		if errors.Is(err, live.ErrNotLoaded) {
			return found, (&problem{
				status: http.StatusServiceUnavailable, slug: "busy", code: "busy",
				detail: "The registers are still being loaded into memory: try again in a few seconds; types=division,grid is answered now.",
			}).withHeader("Retry-After", "2")
		}
		if err != nil || reached(found.State, wanted) {
			return found, err
		}
		select {
		case <-ctx.Done():
			return found, notReached("The editions of Wangge-Min-Edition are not searched here yet: try again in a second.")
		case <-time.After(minEditionPoll):
		}
	}
}

// search reads q.
func (q query) search() (search.Query, error) {
	typed, err := search.Parse(q.text("q"))
	switch {
	case errors.Is(err, search.ErrNothing):
		return typed, badParam("q", "q is to hold a part of a code, name or address, such as q=文坊.")
	case err != nil:
		return typed, badParam("q", "q is too long: "+err.Error()+".")
	}
	return typed, nil
}

// searchTypes reads the types that are searched for, nil for all.
func (q query) searchTypes(state *live.State) ([]string, error) {
	if q.text("types") == "" {
		return nil, nil
	}
	known := []string{search.Division, search.Grid, search.Place, search.HouseholdPoint}
	for _, enumeration := range []string{"reference_line_kind", "reference_polygon_kind"} {
		for _, l := range state.Codes[enumeration] {
			if !slices.Contains(known, l.Code) {
				known = append(known, l.Code)
			}
		}
	}
	types := strings.Split(q.text("types"), ",")
	for _, t := range types {
		if !slices.Contains(known, t) {
			return nil, badParam("types", "There is no type "+strconv.Quote(t)+" to search for; there are: "+strings.Join(known, ", ")+".")
		}
	}
	return types, nil
}

func newFoundJSON(state *live.State, h *search.Hit) foundJSON {
	e := &h.Entry
	f := foundJSON{
		Type: e.Type, Kind: e.Kind, Code: orNull(e.Code), Name: e.Name, Address: orNull(e.Address), Label: live.SearchLabel(state, e),
		Point: e.At.Orb(), Matches: []matchJSON{},
	}
	if e.Box.Min != e.Box.Max {
		low, high := e.Box.Min.Orb(), e.Box.Max.Orb()
		f.BBox = &[4]float64{low[0], low[1], high[0], high[1]}
	}
	for _, m := range h.Matches {
		f.Matches = append(f.Matches, matchJSON{Field: m.Field, From: m.Span.From, To: m.Span.To})
	}
	return f
}
