package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// styleJSON is a style as MapLibre, and QGIS for its vector tiles, read it.
type styleJSON struct {
	Version int                    `json:"version"`
	Name    string                 `json:"name"`
	Center  *[2]float64            `json:"center,omitempty"`
	Zoom    *float64               `json:"zoom,omitempty"`
	Sources map[string]styleSource `json:"sources"`
	Layers  []styleLayer           `json:"layers"`
}

// styleSource has the address of the tiles itself, since not every client follows one to a TileJSON document.
type styleSource struct {
	Type        string      `json:"type"`
	Tiles       []string    `json:"tiles"`
	MinZoom     int         `json:"minzoom"`
	MaxZoom     int         `json:"maxzoom"`
	Bounds      *[4]float64 `json:"bounds,omitempty"`
	Attribution string      `json:"attribution,omitempty"`
}

type styleLayer struct {
	ID          string         `json:"id"`
	Type        string         `json:"type"`
	Source      string         `json:"source,omitempty"`
	SourceLayer string         `json:"source-layer,omitempty"`
	Filter      expression     `json:"filter,omitempty"`
	Layout      map[string]any `json:"layout,omitempty"`
	Paint       map[string]any `json:"paint,omitempty"`
}

// expression is one of MapLibre's. Those used here are simple: QGIS reads them too.
type expression []any

// style answers GET /styles/{name}.json. Anybody may have the style of what needs a token: it says where the tiles are, and who asks there
// matters. With a token in the path, the addresses of the tiles have it too.
func (s *Server) style(w http.ResponseWriter, r *http.Request, state *live.State) error {
	given, _ := readQuery(r.URL.RawQuery)
	tileset := given.text("tileset")
	if tileset == "" {
		tileset = tilesetGrids
	}
	q, err := params(r, append([]string{"tileset", "lang"}, tileParams(tileset)...)...)
	if err != nil {
		return err
	}
	lang, err := q.oneOf("lang", "zh", "en")
	if err != nil {
		return err
	}
	name := pathVar(r, "name")
	colours, ok := palettes[name]
	if !ok {
		return notFound("There is no style of that name: there are light, dark and colorblind.")
	}
	if maxZoomOf(tileset) == 0 {
		return badParam("tileset", "There is no tileset "+tileset+": there are grids, reference, places, incidents, difference, and plan-CODE for the draft of a plan.")
	}
	if code, ofPlan := strings.CutPrefix(tileset, planTileset); ofPlan && (!s.isAnybody(r) || s.readsAreOpen(r)) { // whether there is one anybody may not know
		tokenOrigin(w, r)
		if _, err := s.planNamed(r, state, code); err != nil {
			return err
		}
	}
	b := styleBuilder{palette: colours, label: expression{"get", "name"}}
	if lang == "en" { // names are Chinese
		b.label = expression{"get", "code"}
	}
	document := styleJSON{Version: 8, Name: "wangge " + name, Sources: map[string]styleSource{}}
	source := func(id, tileset, query string) {
		document.Sources[id] = newStyleSource(s.base(r)+"/tiles/"+url.PathEscape(tileset)+"/{z}/{x}/{y}.mvt"+query, maxZoomOf(tileset), state.City)
	}
	own := q.without("tileset", "lang").encoded()
	switch {
	case tileset == tilesetGrids, strings.HasPrefix(tileset, planTileset):
		source(tilesetGrids, tileset, own)
	default:
		source(tilesetGrids, tilesetGrids, "")
		source(tileset, tileset, own)
	}
	document.Layers = b.layers(tileset)
	if box := state.City.Box(); !box.Empty() {
		west, east := box.Min.Orb(), box.Max.Orb()
		zoom := float64(viewZoom(box))
		document.Center, document.Zoom = &[2]float64{rounded((west[0]+east[0])/2, 7), rounded((west[1]+east[1])/2, 7)}, &zoom
	}
	askAgain(w)
	return sendJSON(w, document)
}

// without returns the query without some parameters.
func (q query) without(names ...string) query {
	return query{slices.DeleteFunc(slices.Clone(q.given), func(p parameter) bool { return slices.Contains(names, p.name) })}
}

// maxZoomOf returns the deepest zoom of a tileset, 0 for none of that name.
func maxZoomOf(tileset string) int {
	switch {
	case tileset == tilesetGrids, tileset == tilesetDifference, len(tileset) > len(planTileset) && strings.HasPrefix(tileset, planTileset):
		return edition.MaxTileZoom
	case tileset == tilesetReference:
		return store.MaxReferenceZoom
	case tileset == tilesetPlaces, tileset == tilesetIncidents:
		return maxPointZoom
	}
	return 0
}

func newStyleSource(tiles string, maxZoom int, city *edition.City) styleSource {
	source := styleSource{Type: "vector", Tiles: []string{tiles}, MaxZoom: maxZoom}
	source.Bounds, source.Attribution = boundsOf(city.Box()), attributionOf(city)
	return source
}

// boundsOf returns west, south, east and north, nil for an empty box.
func boundsOf(box geo.Box) *[4]float64 {
	if box.Empty() {
		return nil
	}
	west, east := box.Min.Orb(), box.Max.Orb()
	return &[4]float64{west[0], west[1], east[0], east[1]}
}
