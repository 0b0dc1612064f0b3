package api

import (
	"net/http"
	"slices"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// organizationJSON is a body that hosts, supervises, manages or handles.
type organizationJSON struct {
	Code         string `json:"code"`
	Name         string `json:"name"`
	Kind         string `json:"kind"`
	Level        string `json:"level"`
	DivisionCode string `json:"division_code"`
}

// organizations answers GET /v1/organizations: those that are public, and to a token all of its division.
func (s *Server) organizations(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "kind", "division", "limit", "cursor")
	if err != nil {
		return err
	}
	actor, anybody, err := s.registerReader(r, state)
	if err != nil {
		return err
	}
	f := store.OrganizationFilter{Kind: q.text("kind"), Reads: []string{}}
	if !anybody {
		f.Reads = divisionsIn(state, actor.Scope)
	}
	division := q.text("division")
	if err := knownDivision(state, "division", division); err != nil {
		return err
	}
	f.Divisions = divisionsIn(state, division)
	limit, err := q.integer("limit", 1, maxLimit, defaultLimit)
	if err != nil {
		return err
	}
	if f.After, err = q.after(state); err != nil {
		return err
	}
	f.Limit = limit + 1 // one more says whether there is a next page
	found, err := s.store.Organizations(r.Context(), f)
	if err != nil {
		return err
	}
	list := page[organizationJSON]{Items: []organizationJSON{}}
	if len(found) > limit {
		found = found[:limit]
		list.Next = cursorAfter(state, found[limit-1].Code)
	}
	for i := range found {
		list.Items = append(list.Items, newOrganizationJSON(&found[i]))
	}
	return sendJSON(w, list)
}

func newOrganizationJSON(o *grid.Organization) organizationJSON {
	return organizationJSON{Code: o.Code, Name: o.Name, Kind: o.Kind, Level: o.Level, DivisionCode: o.DivisionCode}
}

// divisionsIn returns the codes of a division's subtree; nil, which is all, for "".
func divisionsIn(state *live.State, division string) []string {
	if division == "" {
		return nil
	}
	codes := []string{}
	for _, d := range state.City.Divisions() {
		if slices.Contains(state.City.ChainCodes(d.Code), division) {
			codes = append(codes, d.Code)
		}
	}
	return codes
}
