package api

import (
	"math"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// gridJSON is a grid as every answer shows it: public fields only (BR-63).
type gridJSON struct {
	ID            int64     `json:"id"`
	VersionID     int64     `json:"grid_version_id"`
	Code          string    `json:"code"`
	Kind          string    `json:"kind"`
	Name          string    `json:"name"`
	CommunityCode string    `json:"community_code"`
	AreaM2        float64   `json:"area_m2"`
	PerimeterM    float64   `json:"perimeter_m"`
	Compactness   float64   `json:"compactness"`
	Households    *int      `json:"households"`
	DedicatedKind string    `json:"dedicated_kind,omitempty"`
	HostOrg       string    `json:"host_org_code,omitempty"`
	ValidFrom     time.Time `json:"valid_from"`
	Label         orb.Point `json:"label"`
	Boundary      any       `json:"boundary,omitempty"`

	// Of a dedicated grid in an answer of locate, what may be seen of it.
	HostOrgName        string `json:"host_org_name,omitempty"`
	SupervisingOrg     string `json:"supervising_org_code,omitempty"`
	SupervisingOrgName string `json:"supervising_org_name,omitempty"`
}

func newGridJSON(g *grid.Grid, info grid.EditionInfo) *gridJSON {
	if g == nil {
		return nil
	}
	j := gridJSONOf(g, info)
	return &j
}

func gridJSONOf(g *grid.Grid, info grid.EditionInfo) gridJSON {
	since := g.ValidFrom
	if since.IsZero() { // of a draft
		since = info.InForceFrom
	}
	return gridJSON{
		ID: g.ID, VersionID: g.VersionID, Code: g.Code, Kind: g.Kind, Name: g.Name, CommunityCode: g.CommunityCode,
		AreaM2: rounded(g.AreaM2, 2), PerimeterM: rounded(g.PerimeterM, 2), Compactness: rounded(g.Compactness, 4), Households: g.Households,
		DedicatedKind: g.DedicatedKind, HostOrg: g.HostOrg, ValidFrom: since.UTC(), Label: g.LabelPoint,
	}
}

// rounded cuts a measured figure to the digits that mean something.
func rounded(x float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(x*scale) / scale
}

// divisionJSON is a division as every answer shows it.
type divisionJSON struct {
	Code       string     `json:"code"`
	Level      string     `json:"level"`
	Name       string     `json:"name"`
	ParentCode string     `json:"parent_code,omitempty"`
	Kind       string     `json:"kind,omitempty"`
	Derived    bool       `json:"derived"`
	AreaM2     float64    `json:"area_m2"`
	Households *int       `json:"households"`
	BBox       [4]float64 `json:"bbox"`
	Label      orb.Point  `json:"label"`
	Outline    any        `json:"outline,omitempty"`
}

func newDivisionJSON(d *grid.Division) divisionJSON {
	b := d.Outline.Bound()
	return divisionJSON{
		Code: d.Code, Level: d.Level, Name: d.Name, ParentCode: d.ParentCode, Kind: d.Kind, Derived: d.Derived, AreaM2: rounded(d.AreaM2, 2),
		Households: d.Households, BBox: [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}, Label: d.LabelPoint,
	}
}

// page is one page of a list; next is the cursor of the one after it, absent on the last.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// pageOf cuts items, which are ordered by code, after the cursor and at the limit.
func pageOf[S, T any](q query, state *live.State, items []S, code func(*S) string, show func(*S) T) (page[T], error) {
	limit, err := q.integer("limit", 1, maxLimit, defaultLimit)
	if err != nil {
		return page[T]{}, err
	}
	after, err := q.after(state)
	if err != nil {
		return page[T]{}, err
	}
	from := 0
	if after != "" {
		from = sort.Search(len(items), func(i int) bool { return code(&items[i]) > after })
	}
	to := min(from+limit, len(items))
	p := page[T]{Items: make([]T, 0, to-from)}
	for i := from; i < to; i++ {
		p.Items = append(p.Items, show(&items[i]))
	}
	if to < len(items) {
		p.Next = cursorAfter(state, code(&items[to-1]))
	}
	return p, nil
}

// divisions answers GET /v1/divisions.
func (s *Server) divisions(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "level", "parent", "limit", "cursor")
	if err != nil {
		return err
	}
	level, err := q.oneOf("level", "", grid.LevelCity, grid.LevelCounty, grid.LevelStreet, grid.LevelCommunity)
	if err != nil {
		return err
	}
	parent := q.text("parent")
	if err := knownDivision(state, "parent", parent); err != nil {
		return err
	}
	var some []grid.Division
	for _, d := range state.City.Divisions() {
		if (level == "" || d.Level == level) && (parent == "" || d.ParentCode == parent) {
			some = append(some, d)
		}
	}
	list, err := pageOf(q, state, some, func(d *grid.Division) string { return d.Code }, newDivisionJSON)
	if err != nil {
		return err
	}
	return sendJSON(w, list)
}

// division answers GET /v1/divisions/{code}.
func (s *Server) division(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "geometry")
	if err != nil {
		return err
	}
	withOutline, err := q.flag("geometry")
	if err != nil {
		return err
	}
	d := state.City.Division(pathVar(r, "code"))
	if d == nil {
		return notFound("There is no division of that code: GET /v1/divisions lists them.")
	}
	j := newDivisionJSON(d)
	if withOutline {
		j.Outline = geojson.NewGeometry(d.Outline)
	}
	return sendJSON(w, j)
}

// grids answers GET /v1/grids.
func (s *Server) grids(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "division", "kind", "limit", "cursor", asOfParam, planParam)
	if err != nil {
		return err
	}
	kind, err := q.oneOf("kind", "", grid.Base, grid.Dedicated)
	if err != nil {
		return err
	}
	division := q.text("division")
	if err := knownDivision(state, "division", division); err != nil {
		return err
	}
	some := gridsIn(state, division, kind)
	list, err := pageOf(q, state, some, func(g **grid.Grid) string { return (*g).Code }, func(g **grid.Grid) *gridJSON {
		return newGridJSON(*g, state.City.Edition((*g).CountyCode).Info())
	})
	if err != nil {
		return err
	}
	return sendJSON(w, list)
}

func knownDivision(state *live.State, param, code string) error {
	if code != "" && state.City.Division(code) == nil {
		return badParam(param, "There is no division "+strconv.Quote(code)+": GET /v1/divisions lists them.")
	}
	return nil
}

// gridsIn returns the grids of a division's subtree ("" for all) and kind ("" for both), by code.
func gridsIn(state *live.State, division, kind string) []*grid.Grid {
	var some []*grid.Grid
	within := map[string]bool{}
	add := func(grids []grid.Grid) {
		for i := range grids {
			g := &grids[i]
			if kind != "" && g.Kind != kind {
				continue
			}
			in, known := within[g.CommunityCode]
			if !known {
				in = division == "" || slices.Contains(state.City.ChainCodes(g.CommunityCode), division)
				within[g.CommunityCode] = in
			}
			if in {
				some = append(some, g)
			}
		}
	}
	for _, e := range state.City.Editions() {
		add(e.Base())
		add(e.Dedicated())
	}
	sort.Slice(some, func(i, j int) bool { return some[i].Code < some[j].Code })
	return some
}

// grid answers GET /v1/grids/{code}: JSON, or a GeoJSON feature with ?f=geojson.
func (s *Server) grid(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "geometry", "f", asOfParam, planParam)
	if err != nil {
		return err
	}
	withBoundary, err := q.flag("geometry")
	if err != nil {
		return err
	}
	form, err := q.oneOf("f", "json", "geojson")
	if err != nil {
		return err
	}
	g, e := state.City.Grid(pathVar(r, "code"))
	if g == nil {
		return notFound("No " + gridsOf(state) + " has that code: GET /v1/grids lists them.")
	}
	editionHeader(w, []grid.EditionInfo{e.Info()})
	j := newGridJSON(g, e.Info())
	if form == "geojson" {
		w.Header().Set("Content-Type", "application/geo+json")
		return sendJSON(w, map[string]any{"type": "Feature", "id": g.ID, "geometry": geojson.NewGeometry(g.Boundary), "properties": j})
	}
	if withBoundary {
		j.Boundary = geojson.NewGeometry(g.Boundary)
	}
	return sendJSON(w, j)
}

// gridsOf says which grids a state has.
func gridsOf(state *live.State) string {
	switch {
	case state.Preview != nil:
		return "grid of the draft"
	case !state.At.IsZero():
		return "grid of that time"
	}
	return "current grid"
}
