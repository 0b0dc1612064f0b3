package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

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
const tileEncoding = "1"

// tile answers GET /tiles/{tileset}/{z}/{x}/{y}.mvt.
func (s *Server) tile(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	vars := mux.Vars(r)
	id, err := mvt.ParseTile(vars["z"], vars["x"], vars["y"])
	if err != nil {
		return notFound("There is no such tile: " + err.Error() + ".")
	}
	switch vars["tileset"] {
	case tilesetGrids:
		return s.gridTile(w, r, state, id)
	case tilesetPlaces:
		return s.pointTile(w, r, state, id, s.store.PlaceTile)
	case tilesetIncidents:
		return s.pointTile(w, r, state, id, s.store.IncidentTile)
	}
	return notFound("There is no tileset " + vars["tileset"] + ": there are grids, places and incidents.")
}

// gridTile answers from memory. Its tag is of the editions, not of the bytes: a match costs no tile.
func (s *Server) gridTile(w http.ResponseWriter, r *http.Request, state *live.State, id mvt.TileID) error {
	tag := s.gridTag(state.City)
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "public, max-age=0, must-revalidate")
	if matches(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	tile, err := state.City.GridTile(id)
	if errors.Is(err, mvt.ErrTile) {
		return notFound("There is no such tile: " + err.Error() + ".")
	}
	if err != nil {
		return err
	}
	return sendTile(w, tile)
}

// taggedCity is a city with the tag of its grid tiles.
type taggedCity struct {
	city *edition.City
	tag  string
}

// gridTag returns the tag of the city's grid tiles; that of the newest city asked for is kept.
func (s *Server) gridTag(city *edition.City) string {
	kept := s.tagged.Load()
	if kept == nil || kept.city != city {
		kept = &taggedCity{city, tagOf(city)}
		s.tagged.Store(kept)
	}
	return kept.tag
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
	if _, err := params(r); err != nil {
		return err
	}
	name := mux.Vars(r)["tileset"]
	document := map[string]any{
		"tilejson": "3.0.0", "name": name, "scheme": "xyz",
		"tiles":   []string{s.base(r) + "/tiles/" + name + "/{z}/{x}/{y}.mvt"},
		"minzoom": 0, "maxzoom": maxPointZoom,
	}
	if box := state.City.Box(); !box.Empty() {
		west, east := box.Min.Orb(), box.Max.Orb()
		document["bounds"] = [4]float64{west[0], west[1], east[0], east[1]}
		document["center"] = [3]float64{(west[0] + east[0]) / 2, (west[1] + east[1]) / 2, 10}
	}
	switch name {
	case tilesetGrids:
		document["maxzoom"] = edition.MaxTileZoom
		document["vector_layers"] = gridLayers(state.City.LeastZooms())
	case tilesetPlaces:
		document["vector_layers"] = []vectorLayer{pointLayer("places", "code", "kind", "name", "state", "count")}
	case tilesetIncidents:
		document["vector_layers"] = []vectorLayer{pointLayer("incidents", "code", "kind", "state", "severity", "count")}
	default:
		return notFound("There is no tileset " + name + ": there are grids, places and incidents.")
	}
	return sendJSON(w, document)
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
