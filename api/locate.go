package api

import (
	"net/http"
	"net/url"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// answer is the JSON of “who is responsible here”.
type answer struct {
	Location     *lonLatJSON   `json:"location,omitempty"`
	Outcome      string        `json:"outcome"`
	Edition      *editionJSON  `json:"edition"`
	Base         *gridJSON     `json:"base"`
	Dedicated    *gridJSON     `json:"dedicated"`
	Responsible  *gridRef      `json:"responsible"`
	Workers      []workerJSON  `json:"workers"`
	Divisions    []divisionRef `json:"divisions"`
	OnBoundary   bool          `json:"on_boundary"`
	BoundaryWith []gridRef     `json:"boundary_with"`
	Near         []nearJSON    `json:"near"`
	Shares       []shareJSON   `json:"shares,omitempty"`
	Warnings     []warning     `json:"warnings"`
	timeJSON
}

type lonLatJSON struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

type editionJSON struct {
	CountyCode  string    `json:"county_code"`
	Number      int       `json:"number"`
	InForceFrom time.Time `json:"in_force_from"`
	Proven      bool      `json:"proven"`
}

type gridRef struct {
	Kind string `json:"kind"`
	Code string `json:"code"`
	Name string `json:"name"`
}

type divisionRef struct {
	Level string `json:"level"`
	Code  string `json:"code"`
	Name  string `json:"name"`
}

type nearJSON struct {
	gridRef
	DistanceM float64 `json:"distance_m"`
}

type shareJSON struct {
	gridRef
	Share   float64  `json:"share"`
	AreaM2  *float64 `json:"area_m2,omitempty"`
	LengthM *float64 `json:"length_m,omitempty"`
}

type warning struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

type workerJSON struct {
	Name      string `json:"name"`
	WorkPhone string `json:"work_phone"`
	PostKind  string `json:"post_kind"`
	RoleType  string `json:"role_type"`
	GridCode  string `json:"grid_code"`
	Code      string `json:"worker_code,omitempty"` // for readers with a token, in the list of workers
}

// locate answers GET /v1/locate.
func (s *Server) locate(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "lon", "lat", "crs", "layer", "boundary", "accuracy_m", asOfParam, planParam)
	if err != nil {
		return err
	}
	p, err := q.point()
	if err != nil {
		return err
	}
	accuracyM, _, err := q.number("accuracy_m", 0, 10_000)
	if err != nil {
		return err
	}
	layer, err := q.oneOf("layer", "all", grid.Base, grid.Dedicated)
	if err != nil {
		return err
	}
	boundary, err := q.oneOf("boundary", "none", "ref", "geojson")
	if err != nil {
		return err
	}
	found := state.City.Locate(p, accuracyM)
	editionHeader(w, found.Editions)
	if err := missing(state, found); err != nil {
		return err
	}
	a := newAnswer(state, found, state.Time())
	at := p.Orb()
	a.Location = &lonLatJSON{at[0], at[1]}
	switch layer {
	case grid.Base:
		a.Dedicated = nil
	case grid.Dedicated:
		a.Base = nil
	}
	addBoundary(a.Base, found.Base, boundary)
	addBoundary(a.Dedicated, found.Dedicated, boundary)
	return sendJSON(w, a)
}

// missing returns the problem for a place where nobody serves (BR-26), nil where somebody may.
func missing(state *live.State, a edition.Answer) error {
	switch a.Outcome {
	case edition.OutsideArea:
		return &problem{
			status: http.StatusNotFound, slug: "outside-area", code: "outside_area",
			detail: "The place is outside the city: check the coordinates, their order (lon, lat) and their crs.",
		}
	case edition.NoService:
		return (&problem{
			status: http.StatusNotFound, slug: "no-service", code: "no_service",
			detail: "No grid serves this place: it is a void area (" + a.Void.Reason + ").",
		}).with("reason", a.Void.Reason).with("name", a.Void.Name).with("divisions", chain(state, a.Division))
	}
	return nil
}

// maxNear is how many near grids an answer names, the nearest ones.
const maxNear = 20

// newAnswer explains an answer: who is responsible (BR-14, BR-16), the posts, the chain and the warnings.
func newAnswer(state *live.State, found edition.Answer, at time.Time) *answer {
	a := &answer{
		Outcome: string(found.Outcome), OnBoundary: found.OnBoundary, Divisions: chain(state, found.Division),
		Workers: []workerJSON{}, BoundaryWith: []gridRef{}, Near: []nearJSON{}, Warnings: []warning{}, timeJSON: newTimeJSON(state),
	}
	for _, g := range found.Owners {
		a.BoundaryWith = append(a.BoundaryWith, refOf(g))
	}
	for _, n := range found.Near[:min(len(found.Near), maxNear)] {
		a.Near = append(a.Near, nearJSON{refOf(n.Grid), rounded(n.DistanceM, 2)})
	}
	var inForce *edition.Edition
	if found.Division != nil {
		inForce = state.City.Edition(found.Division.CountyCode)
	}
	if inForce != nil {
		info := inForce.Info()
		a.Edition = &editionJSON{info.CountyCode, info.Number, info.InForceFrom, info.Proven}
		a.warn(!info.Proven, "unproven_edition", "This county's grids do not tile: more than one grid, or none, may cover a place.")
		a.Base = newGridJSON(found.Base, info)
		a.Dedicated = newGridJSON(found.Dedicated, info)
	}
	a.responsible(state, found, at)
	a.warn(found.Outcome == edition.NoGrid, "no_grid", "No grid covers this place; its community or the division above answers for it.")
	a.warn(found.FallbackM > 0, "fallback_nearest", "No grid covers this place; the nearest one of its community is given.")
	a.warn(found.OnBoundary, "on_boundary", "The place lies exactly on a border; it goes to the lowest grid code.")
	a.warn(len(found.Near) > 0, "near_boundary", "Another grid is close: ask for the exact spot.")
	return a
}

// responsible says which grid answers first and who is posted: the dedicated grid before the base grid, unless nobody is
// posted to it (BR-14, BR-16).
func (a *answer) responsible(state *live.State, found edition.Answer, at time.Time) {
	first, second := found.Base, (*grid.Grid)(nil)
	if found.Dedicated != nil {
		a.warn(true, "dedicated_over_base", "A dedicated grid lies over the base grid here.")
		if len(state.Posts(found.Dedicated, at)) > 0 {
			first, second = found.Dedicated, found.Base
		} else {
			a.warn(true, "dedicated_without_post", "Nobody is posted to the dedicated grid: the base grid is responsible.")
		}
	}
	if first == nil {
		return
	}
	ref := refOf(first)
	a.Responsible = &ref
	for _, g := range []*grid.Grid{first, second} {
		if g == nil {
			continue
		}
		for _, post := range state.Posts(g, at) {
			if post.Public {
				a.Workers = append(a.Workers, newWorkerJSON(post))
			}
		}
	}
}

func (a *answer) warn(when bool, code, detail string) {
	if when {
		a.Warnings = append(a.Warnings, warning{code, detail})
	}
}

func newWorkerJSON(p grid.Posting) workerJSON {
	return workerJSON{Name: p.Name, WorkPhone: p.WorkPhone, PostKind: p.PostKind, RoleType: p.RoleType, GridCode: p.GridCode}
}

func refOf(g *grid.Grid) gridRef { return gridRef{Kind: g.Kind, Code: g.Code, Name: g.Name} }

func chain(state *live.State, d *grid.Division) []divisionRef {
	refs := []divisionRef{}
	if d == nil {
		return refs
	}
	for _, above := range state.City.Chain(d.Code) {
		refs = append(refs, divisionRef{above.Level, above.Code, above.Name})
	}
	return refs
}

// addBoundary puts the boundary of g into its JSON: nothing, a reference, or the geometry.
func addBoundary(j *gridJSON, g *grid.Grid, form string) {
	if j == nil || g == nil {
		return
	}
	switch form {
	case "ref":
		j.Boundary = map[string]string{"href": "/v1/grids/" + url.PathEscape(g.Code) + "?geometry=true"}
	case "geojson":
		j.Boundary = geojson.NewGeometry(g.Boundary)
	}
}

// newShapeAnswer explains the answer for a line or polygon, with all shares (BR-24).
func newShapeAnswer(state *live.State, found edition.ShapeAnswer, shape orb.Geometry, at time.Time) *answer {
	a := newAnswer(state, found.Answer, at)
	for _, list := range [][]edition.Share{found.Shares, found.DedicatedShares} {
		for _, s := range list {
			j := shareJSON{gridRef: refOf(s.Grid), Share: s.Fraction}
			extent := rounded(s.Extent, 2)
			if shape.Dimensions() == 2 {
				j.AreaM2 = &extent
			} else {
				j.LengthM = &extent
			}
			a.Shares = append(a.Shares, j)
		}
	}
	return a
}
