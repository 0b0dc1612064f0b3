package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/mux"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// The tilesets. Grids are public, places and incidents are not (BR-63).
const (
	tilesetGrids     = "grids"
	tilesetPlaces    = "places"
	tilesetIncidents = "incidents"
)

// maxPointZoom is the deepest zoom of place and incident tiles.
const maxPointZoom = 18

// tileEncoding changes when the same data would give other bytes, so that no tag outlives its encoder.
const tileEncoding = "2"

// planTileset begins the names of the tilesets of drafts: a plan's code follows.
const planTileset = "plan-"

// tile answers GET /tiles/{tileset}/{z}/{x}/{y}.mvt.
func (s *Server) tile(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r, asOfParam); err != nil {
		return err
	}
	vars := mux.Vars(r)
	id, err := mvt.ParseTile(vars["z"], vars["x"], vars["y"])
	if err != nil {
		return notFound("There is no such tile: " + err.Error() + ".")
	}
	tileset := pathVar(r, "tileset")
	if err := gridsAlone(tileset, state); err != nil {
		return err
	}
	switch tileset {
	case tilesetGrids:
		return s.gridTile(w, r, state, id)
	case tilesetPlaces:
		return s.pointTile(w, r, state, id, s.store.PlaceTile)
	case tilesetIncidents:
		return s.pointTile(w, r, state, id, s.store.IncidentTile)
	}
	if code, ok := strings.CutPrefix(tileset, planTileset); ok {
		return s.draftTile(w, r, state, code, id)
	}
	return noTileset(tileset)
}

func noTileset(name string) error {
	return notFound("There is no tileset " + name + ": there are grids, places, incidents, and plan-CODE for the draft of a plan.")
}

// gridsAlone refuses as_of for other tilesets than that of grids.
func gridsAlone(tileset string, state *live.State) error {
	if tileset != tilesetGrids && !state.At.IsZero() {
		return badParam(asOfParam, "Only the tileset grids can be asked for by as_of.")
	}
	return nil
}

// gridTile answers from memory. Its tag is of the editions, not of the bytes: a match costs no tile.
func (s *Server) gridTile(w http.ResponseWriter, r *http.Request, state *live.State, id mvt.TileID) error {
	tag, cache := s.tagged.tag(state.City), "public, max-age=0, must-revalidate"
	if state.Preview != nil {
		tag, cache = previewTag(tag, state.Preview), "private, no-cache"
	}
	return sendGridTile(w, r, tag, cache, func() ([]byte, error) { return state.City.GridTile(id) })
}

// draftTile answers with a tile of a draft, whose tag is of the plan's version.
func (s *Server) draftTile(w http.ResponseWriter, r *http.Request, state *live.State, code string, id mvt.TileID) error {
	d, err := s.draftOf(w, r, state, code)
	if err != nil {
		return err
	}
	nameState(w, d.After)
	tag := previewTag(s.tagged.tag(d.Before.City), d.After.Preview)
	return sendGridTile(w, r, tag, "private, no-cache", func() ([]byte, error) { return d.Tile(id) })
}

func sendGridTile(w http.ResponseWriter, r *http.Request, tag, cache string, make func() ([]byte, error)) error {
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", cache)
	if matches(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	tile, err := make()
	if errors.Is(err, mvt.ErrTile) {
		return notFound("There is no such tile: " + err.Error() + ".")
	}
	if err != nil {
		return err
	}
	return sendTile(w, tile)
}

// taggedCities are the cities whose grid tiles were asked for last, with the tags of the tiles: a few of the past beside the present.
type taggedCities struct {
	mu   sync.Mutex
	last []taggedCity
}

type taggedCity struct {
	city *edition.City
	tag  string
}

const maxTagged = 8

// tag returns the tag of the city's grid tiles.
func (t *taggedCities) tag(city *edition.City) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, one := range t.last {
		if one.city == city {
			return one.tag
		}
	}
	made := taggedCity{city, tagOf(city)}
	t.last = append(t.last, made)
	if len(t.last) > maxTagged {
		t.last = slices.Clone(t.last[1:])
	}
	return made.tag
}

// previewTag is the tag of tiles that show plans over the city of a tag.
func previewTag(tag string, preview *live.Preview) string {
	sum := sha256.Sum256([]byte(tag + " " + preview.Key))
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

// tagOf names everything that the grid tiles are made of, and nothing else: the editions and the divisions.
func tagOf(city *edition.City) string {
	sum := sha256.New()
	fmt.Fprintln(sum, tileEncoding)
	for _, e := range city.Editions() {
		fmt.Fprintf(sum, "%s=%d\n", e.Info().CountyCode, e.Info().Number)
	}
	for _, d := range city.Divisions() {
		fmt.Fprintf(sum, "%s %s %s %q %v %v\n", d.Code, d.ParentCode, d.Level, d.Name, d.LabelPoint, d.Outline)
	}
	return `W/"` + hex.EncodeToString(sum.Sum(nil)[:12]) + `"`
}

func matches(r *http.Request, tag string) bool {
	for _, one := range strings.Split(r.Header.Get("If-None-Match"), ",") {
		if one = strings.TrimSpace(one); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// pointTile answers a tile of what is not public from the database.
func (s *Server) pointTile(w http.ResponseWriter, r *http.Request, state *live.State, id mvt.TileID, query store.TileQuery) error {
	tokenOrigin(w, r)
	actor, err := s.authorizeSome(r, state, grid.ReadPlaces)
	if err != nil {
		return err
	}
	if id.Z > maxPointZoom {
		return notFound(fmt.Sprintf("There is no such tile: the deepest zoom is %d.", maxPointZoom))
	}
	tile, err := query(r.Context(), id, actor.Scope)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	return sendTile(w, tile)
}

// sendTile answers a tile, gzipped where the client takes that; an empty one as 204.
func sendTile(w http.ResponseWriter, tile []byte) error {
	if len(tile) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("Content-Type", "application/vnd.mapbox-vector-tile")
	return sendBody(w, http.StatusOK, tile)
}

// tileJSON answers GET /tiles/{tileset}.json: TileJSON 3.0.
func (s *Server) tileJSON(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, asOfParam)
	if err != nil {
		return err
	}
	name := pathVar(r, "tileset")
	if err := gridsAlone(name, state); err != nil {
		return err
	}
	query := ""
	if asOf := q.text(asOfParam); asOf != "" {
		query = "?" + url.Values{asOfParam: {asOf}}.Encode()
	}
	document := map[string]any{
		"tilejson": "3.0.0", "name": name, "scheme": "xyz",
		"tiles":   []string{s.base(r) + "/tiles/" + url.PathEscape(name) + "/{z}/{x}/{y}.mvt" + query},
		"minzoom": 0, "maxzoom": maxPointZoom,
	}
	box := state.City.Box()
	switch {
	case name == tilesetGrids:
		document["maxzoom"] = edition.MaxTileZoom
		document["vector_layers"] = gridLayers(state.City.LeastZooms())
	case name == tilesetPlaces:
		document["vector_layers"] = []vectorLayer{pointLayer("places", "code", "kind", "name", "state", "count")}
	case name == tilesetIncidents:
		document["vector_layers"] = []vectorLayer{pointLayer("incidents", "code", "kind", "state", "severity", "count")}
	case strings.HasPrefix(name, planTileset):
		d, err := s.draftOf(w, r, state, strings.TrimPrefix(name, planTileset))
		if err != nil {
			return err
		}
		least, err := d.LeastZooms()
		if err != nil {
			return err
		}
		nameState(w, d.After)
		document["maxzoom"] = edition.MaxTileZoom
		document["vector_layers"] = markedLayers(gridLayers(least))
		box = boxOf(state.City, d.Plan.Counties)
	default:
		return noTileset(name)
	}
	if !box.Empty() {
		west, east := box.Min.Orb(), box.Max.Orb()
		document["bounds"] = [4]float64{west[0], west[1], east[0], east[1]}
		document["center"] = [3]float64{(west[0] + east[0]) / 2, (west[1] + east[1]) / 2, 10}
	}
	return sendJSON(w, document)
}

// boxOf returns the box of some divisions.
func boxOf(city *edition.City, divisions []string) geo.Box {
	box := geo.EmptyBox()
	for _, code := range divisions {
		if d := city.Division(code); d != nil {
			if outline, err := geo.FromOrb(d.Outline); err == nil { // NewCity has read it
				box = box.Union(outline.Box())
			}
		}
	}
	return box
}

// markedLayers adds what a draft's tiles say of the grids that it touches.
func markedLayers(layers []vectorLayer) []vectorLayer {
	for _, l := range layers {
		if l.ID == edition.LayerBase || l.ID == edition.LayerDedicated {
			l.Fields["changed"] = "String"
		}
	}
	return layers
}

// vectorLayer is a layer in a TileJSON document.
type vectorLayer struct {
	ID      string            `json:"id"`
	Fields  map[string]string `json:"fields"`
	MinZoom int               `json:"minzoom"`
	MaxZoom int               `json:"maxzoom"`
}

func gridLayers(least map[string]uint8) []vectorLayer {
	text := func(names ...string) map[string]string {
		fields := map[string]string{}
		for _, n := range names {
			fields[n] = "String"
		}
		return fields
	}
	return []vectorLayer{
		{edition.LayerBase, text("code", "name", "kind", "community"), int(least[edition.LayerBase]), edition.MaxTileZoom},
		{edition.LayerDedicated, text("code", "name", "kind", "community", "dedicated_kind"), int(least[edition.LayerDedicated]), edition.MaxTileZoom},
		{edition.LayerDivisions, text("code", "name", "level"), 0, edition.MaxTileZoom},
		{edition.LayerLabels, text("code", "name", "kind", "level"), 0, edition.MaxTileZoom},
	}
}

func pointLayer(id string, names ...string) vectorLayer {
	fields := map[string]string{}
	for _, n := range names {
		fields[n] = "String"
		if n == "count" {
			fields[n] = "Number"
		}
	}
	return vectorLayer{ID: id, Fields: fields, MaxZoom: maxPointZoom}
}

// base returns the address that links begin with.
func (s *Server) base(r *http.Request) string {
	if s.publicURL != "" {
		return strings.TrimRight(s.publicURL, "/")
	}
	return "http://" + r.Host
}
