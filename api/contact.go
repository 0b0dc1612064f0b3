package api

import (
	"net/http"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// gridContactJSON says whom to contact about a grid.
type gridContactJSON struct {
	Grid        gridRef       `json:"grid"`
	Responsible gridRef       `json:"responsible"`
	Contact     *contactJSON  `json:"contact"`
	Chain       []contactJSON `json:"chain"`
	timeJSON
}

// gridContact answers GET /v1/grids/{code}/contact: who is on now and the chain (BR-29), as a place in the grid has them. The base grid of a
// dedicated one is that of its label point, and is responsible while nobody is posted to the dedicated one (BR-16).
func (s *Server) gridContact(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r, asOfParam); err != nil {
		return err
	}
	actor, anybody, err := s.registerReader(r, state)
	if err != nil {
		return err
	}
	g, e := state.City.Grid(pathVar(r, "code"))
	if g == nil {
		return notFound("No " + gridsOf(state) + " has that code: GET /v1/grids lists them.")
	}
	editionHeader(w, []grid.EditionInfo{e.Info()})
	at := state.Time()
	responsible, base := g, g
	if g.Kind == grid.Dedicated {
		base = nil
		if p, err := geo.Snap(g.LabelPoint); err == nil {
			base = state.City.Locate(p, 0).Base
		}
		if base != nil && !state.Posted(g, at) {
			responsible = base
		}
	}
	reads := !anybody && within(state, actor, grid.ReadPlaces, g.CommunityCode) == nil
	j := gridContactJSON{Grid: refOf(g), Responsible: refOf(responsible), timeJSON: newTimeJSON(state)}
	j.Chain, j.Contact = shownContacts([]contactJSON{}, state, state.Contact(responsible, base, state.City.Division(g.CommunityCode), at, reads), reads)
	return sendJSON(w, j)
}
