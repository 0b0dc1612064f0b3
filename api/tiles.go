package api

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/api/ogc"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// tileEncoding changes when the same data would give other bytes, so that no tag outlives its encoder.
const tileEncoding = "6"

// tile answers GET /tiles/{tileset}/{z}/{x}/{y}.mvt. A match with the tag costs no tile.
func (s *Server) tile(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, append(tileParams(pathVar(r, "tileset")), versionParam)...)
	if err != nil {
		return err
	}
	vars := mux.Vars(r)
	id, err := mvt.ParseTile(vars["z"], vars["x"], vars["y"])
	if err != nil {
		return notFound("There is no such tile: z, x and y are whole numbers, x and y from 0 to 2^z-1.")
	}
	source, err := s.tileSource(w, r, state, pathVar(r, "tileset"), q)
	if err != nil {
		return err
	}
	if id.Z > source.maxZoom {
		if _, err := source.tag(r.Context(), mvt.TileID{}); err != nil { // who may not see it is told so
			return err
		}
		return notFound(fmt.Sprintf("There is no such tile: the deepest zoom is %d.", source.maxZoom))
	}
	if moved, err := otherVersion(w, r, &source, q); moved || err != nil { // before the tag, which is then of that version or a later one
		return err
	}
	tag, err := source.tag(r.Context(), id)
	if err != nil {
		return err
	}
	return s.sendTile(w, r, &source, id, tag, q)
}

// versionParam names what a tileset is made from, in addresses that TileJSON gives with versionedParam: a tile under such an address never
// changes.
const (
	versionParam   = "v"
	versionedParam = "versioned"
)

// otherVersion sends a client on from the address of another version than there is, and reports whether it did.
func otherVersion(w http.ResponseWriter, r *http.Request, source *tileSource, q query) (moved bool, err error) {
	if !q.has(versionParam) {
		return false, nil
	}
	key, err := source.key(r.Context())
	if err != nil || q.text(versionParam) == key {
		return false, err
	}
	values := url.Values{}
	for _, p := range q.given {
		values.Set(p.name, p.value)
	}
	values.Set(versionParam, key)
	header := w.Header()
	header.Del("ETag")
	header.Set("Location", "?"+values.Encode())
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusTemporaryRedirect)
	return true, nil
}

// sendTile answers a tile in the coding that the client likes best, an empty one as 204; or that the client has it.
func (s *Server) sendTile(w http.ResponseWriter, r *http.Request, source *tileSource, id mvt.TileID, tag string, q query) error {
	coding := tileCoding(r)
	header := w.Header()
	header.Set("Cache-Control", tileCaching(source.public, q.has(versionParam)))
	etag := tag
	if coding != "" {
		etag = strings.TrimSuffix(tag, `"`) + "-" + coding + `"`
	}
	header.Set("ETag", etag)
	if ogc.Matches(r, etag) {
		s.tiles.asked.WithLabelValues("unchanged").Inc()
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	body, coding, err := s.tiles.packed(r.Context(), source, tag, id, coding)
	if err != nil {
		return err
	}
	if moved, err := otherVersion(w, r, source, q); moved || err != nil { // what others wrote while it was made is of the next version
		return err
	}
	if len(body) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	header.Set("Content-Type", "application/vnd.mapbox-vector-tile")
	if coding != "" {
		header.Set("Content-Encoding", coding)
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	_, err = w.Write(body)
	return err
}

// tileCaching returns the Cache-Control of a tile: under the address of a version it never changes.
func tileCaching(public, versioned bool) string {
	switch {
	case public && versioned:
		return "public, max-age=31536000, immutable"
	case public:
		return "public, max-age=0, must-revalidate"
	case versioned:
		return "private, max-age=31536000, immutable"
	}
	return "private, no-cache"
}

// tileCoding returns the coding that the client likes best of those for tiles, zstd of equals; "" for none.
func tileCoding(r *http.Request) string {
	weights := map[string]float64{}
	for one := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, parameter, _ := strings.Cut(one, ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(parameter), "q="); ok {
			if w, err := strconv.ParseFloat(q, 64); err == nil {
				weight = w
			}
		}
		weights[strings.ToLower(strings.TrimSpace(coding))] = weight
	}
	weight := func(coding string) float64 {
		if w, ok := weights[coding]; ok {
			return w
		}
		return weights["*"]
	}
	zstd, gzip := weight(codingZstd), weight(codingGzip)
	switch {
	case zstd > 0 && zstd >= gzip:
		return codingZstd
	case gzip > 0:
		return codingGzip
	}
	return ""
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
	var outline []byte // outlines have the vertices of half a city: printing them would take longer than a tile
	for _, d := range city.Divisions() {
		fmt.Fprintf(sum, "%s %s %s %q %v\n", d.Code, d.ParentCode, d.Level, d.Name, d.LabelPoint)
		outline = appendOutline(outline[:0], d.Outline)
		sum.Write(outline)
	}
	return `W/"` + hex.EncodeToString(sum.Sum(nil)[:12]) + `"`
}

// appendOutline appends the bits of all coordinates, and how many rings and vertices there are, so that no two outlines are the same.
func appendOutline(b []byte, outline orb.MultiPolygon) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(outline)))
	for _, poly := range outline {
		b = binary.BigEndian.AppendUint32(b, uint32(len(poly)))
		for _, r := range poly {
			b = binary.BigEndian.AppendUint32(b, uint32(len(r)))
			for _, p := range r {
				b = binary.BigEndian.AppendUint64(b, math.Float64bits(p[0]))
				b = binary.BigEndian.AppendUint64(b, math.Float64bits(p[1]))
			}
		}
	}
	return b
}

// askAgain has caches ask again each time they want to answer by what they keep, unless they are not to keep it at all.
func askAgain(w http.ResponseWriter) {
	if header := w.Header(); header.Get("Cache-Control") == "" {
		header.Set("Cache-Control", "no-cache")
	}
}

// tileJSON answers GET /tiles/{tileset}.json: TileJSON 3.0.
func (s *Server) tileJSON(w http.ResponseWriter, r *http.Request, state *live.State) error {
	name := pathVar(r, "tileset")
	q, err := params(r, append(tileParams(name), versionedParam)...)
	if err != nil {
		return err
	}
	versioned, err := q.flag(versionedParam)
	if err != nil {
		return err
	}
	q.given = slices.DeleteFunc(q.given, func(p parameter) bool { return p.name == versionedParam })
	source, err := s.tileSource(w, r, state, name, q)
	if err != nil {
		return err
	}
	if versioned {
		key, err := source.key(r.Context())
		if err != nil {
			return err
		}
		q.given = append(q.given, parameter{versionParam, key})
	}
	askAgain(w)
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
