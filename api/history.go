package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// periodJSON is for how long something held, half-open, and who made it so.
type periodJSON struct {
	From  time.Time  `json:"from"`
	Until *time.Time `json:"until"`
	Plan  *string    `json:"plan"`
	Actor string     `json:"actor"`
}

func newPeriodJSON(p grid.Period) periodJSON {
	return periodJSON{p.From.UTC(), utc(p.Until), orNull(p.Plan), p.Actor}
}

// gridVersionJSON is a grid as it stood from one edition to another.
type gridVersionJSON struct {
	periodJSON
	FromEdition   int               `json:"from_edition"`
	ToEdition     *int              `json:"to_edition"`
	Name          string            `json:"name"`
	CommunityCode string            `json:"community_code"`
	AreaM2        float64           `json:"area_m2"`
	PerimeterM    float64           `json:"perimeter_m"`
	Households    *int              `json:"households"`
	DedicatedKind *string           `json:"dedicated_kind"`
	HostOrg       *string           `json:"host_org_code"`
	Boundary      *geojson.Geometry `json:"boundary,omitempty"`
}

type lineageJSON struct {
	From        string    `json:"from"`
	To          string    `json:"to"`
	Relation    string    `json:"relation"`
	ShareOfArea float64   `json:"share_of_area"`
	Edition     int       `json:"edition"`
	At          time.Time `json:"at"`
	Plan        *string   `json:"plan"`
	Actor       string    `json:"actor"`
}

type gridHistoryJSON struct {
	Code       string            `json:"code"`
	Kind       string            `json:"kind"`
	CountyCode string            `json:"county_code"`
	Versions   []gridVersionJSON `json:"versions"`
	Before     []lineageJSON     `json:"before"`
	After      []lineageJSON     `json:"after"`
}

// gridHistory answers GET /v1/grids/{code}/history: the versions of a grid, current or retired, with what it came from and what
// came from it.
func (s *Server) gridHistory(w http.ResponseWriter, r *http.Request, state *live.State) error {
	withBoundary, err := geometryFlag(r)
	if err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.ReadPlans)
	if err != nil {
		return err
	}
	h, err := s.store.GridHistory(r.Context(), pathVar(r, "code"), withBoundary)
	if err != nil {
		return err
	}
	communities := []string{h.County} // of a grid that has moved, any that it has been in
	for i := range h.Versions {
		communities = append(communities, h.Versions[i].CommunityCode)
	}
	if err := withinOne(state, actor, grid.ReadPlans, communities); err != nil {
		return err
	}
	j := gridHistoryJSON{Code: h.Code, Kind: h.Kind, CountyCode: h.County, Versions: []gridVersionJSON{}, Before: newLineageList(h.Before), After: newLineageList(h.After)}
	known := map[string]int{}
	for i := range h.Versions {
		j.Versions = append(j.Versions, newGridVersionJSON(&h.Versions[i]))
		known[h.County] = max(known[h.County], h.Versions[i].FromEdition)
	}
	s.stateReaching(w, r, state, known)
	return sendJSON(w, j)
}

func newGridVersionJSON(v *grid.GridVersion) gridVersionJSON {
	return gridVersionJSON{
		periodJSON: newPeriodJSON(v.Period), FromEdition: v.FromEdition, ToEdition: v.ToEdition, Name: v.Name, CommunityCode: v.CommunityCode,
		AreaM2: rounded(v.AreaM2, 2), PerimeterM: rounded(v.PerimeterM, 2), Households: v.Households, DedicatedKind: orNull(v.DedicatedKind),
		HostOrg: orNull(v.HostOrg), Boundary: shapeOrNull(v.Boundary),
	}
}

func newLineageList(steps []grid.GridLineage) []lineageJSON {
	list := make([]lineageJSON, len(steps))
	for i, l := range steps {
		list[i] = lineageJSON{l.FromCode, l.ToCode, l.Relation, rounded(l.ShareOfArea, 6), l.Edition, l.At.UTC(), orNull(l.Plan), l.Actor}
	}
	return list
}

// assignmentPeriodJSON is an assignment with the time for which it held.
type assignmentPeriodJSON struct {
	periodJSON
	assignmentJSON
}

// placeHistory answers GET /v1/places/{code}/history.
func (s *Server) placeHistory(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.ReadPlaces)
	if err != nil {
		return err
	}
	periods, err := s.store.PlaceHistory(r.Context(), pathVar(r, "code"))
	if err != nil {
		return err
	}
	if err := within(state, actor, grid.ReadPlaces, divisionOf(periods[len(periods)-1].Assignment)); err != nil {
		return err
	}
	state = s.stateKnowing(w, r, state, slices.Values([]grid.Assignment{periods[len(periods)-1].Assignment}))
	j := page[assignmentPeriodJSON]{Items: []assignmentPeriodJSON{}}
	for _, p := range periods {
		a := newAssignmentJSON(state, p.Assignment)
		a.BaseGrid, a.DedicatedGrid = orNull(p.BaseGrid), orNull(p.DedicatedGrid) // which may have been retired
		j.Items = append(j.Items, assignmentPeriodJSON{newPeriodJSON(p.Period), a})
	}
	return sendJSON(w, j)
}

// outlineVersionJSON is a division's outline for some editions.
type outlineVersionJSON struct {
	periodJSON
	FromEdition int               `json:"from_edition"`
	ToEdition   *int              `json:"to_edition"`
	AreaM2      float64           `json:"area_m2"`
	Label       orb.Point         `json:"label"`
	Outline     *geojson.Geometry `json:"outline,omitempty"`
}

// divisionHistory answers GET /v1/divisions/{code}/history.
func (s *Server) divisionHistory(w http.ResponseWriter, r *http.Request, state *live.State) error {
	withOutline, err := geometryFlag(r)
	if err != nil {
		return err
	}
	code := pathVar(r, "code")
	if state.City.Division(code) == nil {
		return notFound("There is no division of that code: GET /v1/divisions lists them.")
	}
	if _, err := s.authorize(r, state, grid.ReadPlans, code); err != nil {
		return err
	}
	versions, err := s.store.DivisionHistory(r.Context(), code)
	if err != nil {
		return err
	}
	j := page[outlineVersionJSON]{Items: []outlineVersionJSON{}}
	known := map[string]int{}
	for i := range versions {
		v := &versions[i]
		one := outlineVersionJSON{newPeriodJSON(v.Period), v.FromEdition, v.ToEdition, rounded(v.AreaM2, 2), v.LabelPoint, nil}
		if withOutline {
			one.Outline = shapeOrNull(v.Outline.Outline)
		}
		j.Items = append(j.Items, one)
		if county := state.City.Division(code).CountyCode; county != "" {
			known[county] = max(known[county], v.FromEdition)
		}
	}
	s.stateReaching(w, r, state, known)
	return sendJSON(w, j)
}

func geometryFlag(r *http.Request) (bool, error) {
	q, err := params(r, "geometry")
	if err != nil {
		return false, err
	}
	return q.flag("geometry")
}

// withinOne returns grid.ErrForbidden unless the actor may do the action in one of the divisions.
func withinOne(state *live.State, actor grid.Actor, action grid.Action, divisions []string) error {
	for _, d := range divisions {
		if within(state, actor, action, d) == nil {
			return nil
		}
	}
	return grid.ErrForbidden
}
