package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/mux"

	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// tileEncoding changes when the same data would give other bytes, so that no tag outlives its encoder.
const tileEncoding = "5"

// tile answers GET /tiles/{tileset}/{z}/{x}/{y}.mvt. A match with the tag costs no tile.
func (s *Server) tile(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, tileParams(pathVar(r, "tileset"))...)
	if err != nil {
		return err
	}
	vars := mux.Vars(r)
	id, err := mvt.ParseTile(vars["z"], vars["x"], vars["y"])
	if err != nil {
		return notFound("There is no such tile: " + err.Error() + ".")
	}
	source, err := s.tileSource(w, r, state, pathVar(r, "tileset"), q)
	if err != nil {
		return err
	}
	tag, err := source.tag(r.Context(), id)
	if err != nil {
		return err
	}
	if id.Z > source.maxZoom {
		return notFound(fmt.Sprintf("There is no such tile: the deepest zoom is %d.", source.maxZoom))
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	if source.public {
		w.Header().Set("Cache-Control", "public, max-age=0, must-revalidate")
	}
	if tag != "" {
		w.Header().Set("ETag", tag)
		if matches(r, tag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	tile, err := source.make(r.Context(), id)
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
	name := pathVar(r, "tileset")
	q, err := params(r, tileParams(name)...)
	if err != nil {
		return err
	}
	source, err := s.tileSource(w, r, state, name, q)
	if err != nil {
		return err
	}
	layers, err := source.layers()
	if err != nil {
		return err
	}
	document := map[string]any{
		"tilejson": "3.0.0", "name": name, "scheme": "xyz",
		"tiles":   []string{s.base(r) + "/tiles/" + url.PathEscape(name) + "/{z}/{x}/{y}.mvt" + q.encoded()},
		"minzoom": 0, "maxzoom": source.maxZoom, "vector_layers": layers,
	}
	describeTiles(document, source.box, state.City)
	return sendJSON(w, document)
}
