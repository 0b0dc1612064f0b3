package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"sync"

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

// planTileset begins the names of the tilesets of drafts: a plan's code follows.
const planTileset = "plan-"

// maxPointZoom is the deepest zoom of place and incident tiles.
const maxPointZoom = 18

// tileSource is what a request for tiles comes down to once the name, the access and the parameters are known.
type tileSource struct {
	public  bool // anybody may have the tiles, and caches between may keep them
	stored  bool // made by the database, not from memory
	maxZoom uint8
	// tag names what a tile is made from, as an entity tag; it costs no tile. Who may not have the tile gets the error here.
	tag func(ctx context.Context, id mvt.TileID) (string, error)
	// make makes a tile, empty where there is nothing, unless it is held; anew makes it whatever is held, and holds nothing.
	make, anew func(ctx context.Context, id mvt.TileID) ([]byte, error)
	// key names what all tiles are made from. Without it, the tag of the tile 0/0/0 does.
	key func(ctx context.Context) (string, error)

	// What the TileJSON document says.
	layers func() ([]vectorLayer, error)
	box    geo.Box
}

// tileSource returns the tileset of that name for whoever asks; it has answered nothing, but says in w's headers what the tiles are of. Its
// tags hold for the encoder too, and its tiles are held in memory.
func (s *Server) tileSource(w http.ResponseWriter, r *http.Request, state *live.State, name string, q query) (tileSource, error) {
	source, err := s.sourceOf(w, r, state, name, q)
	if err != nil {
		return source, err
	}
	content := source.tag
	source.anew = source.make
	source.tag = func(ctx context.Context, id mvt.TileID) (string, error) {
		tag, err := content(ctx, id)
		return entityTag(name, tag), err
	}
	source.make = func(ctx context.Context, id mvt.TileID) ([]byte, error) {
		tag, err := source.tag(ctx, id) // before the tile: what is held may be newer than its tag says, never older
		if err != nil {
			return nil, err
		}
		return s.tiles.get(ctx, tileKey{tag, id, ""}, func(ctx context.Context) ([]byte, error) {
			return s.tiles.seated(ctx, &source, func(ctx context.Context) ([]byte, error) { return source.anew(ctx, id) })
		})
	}
	key := source.key
	if key == nil {
		key = func(ctx context.Context) (string, error) { return content(ctx, mvt.TileID{}) }
	}
	source.key = func(ctx context.Context) (string, error) {
		text, err := key(ctx)
		return strings.Trim(entityTag(name, text), `W/"`), err
	}
	return source, nil
}

// entityTag returns the tag of what a tileset's tiles are made from, as far as it depends on content.
func entityTag(tileset, content string) string {
	sum := sha256.Sum256([]byte(tileEncoding + " " + tileset + " " + content))
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

func (s *Server) sourceOf(w http.ResponseWriter, r *http.Request, state *live.State, name string, q query) (tileSource, error) {
	if name != tilesetGrids && !state.At.IsZero() {
		return tileSource{}, badParam(asOfParam, "Only the tileset grids can be asked for by as_of.")
	}
	switch name {
	case tilesetGrids:
		return s.gridTiles(state), nil
	case tilesetReference:
		return s.referenceTiles(state), nil
	case tilesetDifference:
		return s.differenceTiles(w, r, state, q)
	case tilesetPlaces:
		return s.placeTiles(w, r, state, q)
	case tilesetIncidents:
		return s.incidentTiles(w, r, state, q)
	}
	if code, ok := strings.CutPrefix(name, planTileset); ok {
		return s.draftTiles(w, r, state, code)
	}
	return tileSource{}, notFound("There is no tileset " + name + ": there are grids, reference, places, incidents, difference, and plan-CODE for the draft of a plan.")
}

// tileParams are the parameters that a tileset takes.
func tileParams(name string) []string {
	if name == tilesetDifference {
		return []string{"county", "from", "to", planParam}
	}
	if name == tilesetPlaces || name == tilesetIncidents {
		return append([]string{asOfParam}, pointTileParams...)
	}
	return []string{asOfParam}
}

// gridTiles are made from memory.
func (s *Server) gridTiles(state *live.State) tileSource {
	key := s.tagged.tag(state.City)
	if state.Preview != nil {
		key = previewTag(key, state.Preview)
	}
	return tileSource{
		public: state.Preview == nil, maxZoom: edition.MaxTileZoom, box: state.City.Box(),
		tag: func(_ context.Context, id mvt.TileID) (string, error) {
			tag, err := state.City.GridTileTag(id)
			return hex.EncodeToString(tag[:]), err
		},
		key:    func(context.Context) (string, error) { return key, nil },
		make:   func(_ context.Context, id mvt.TileID) ([]byte, error) { return state.City.GridTile(id) },
		layers: func() ([]vectorLayer, error) { return gridLayers(state.City.LeastZooms()), nil },
	}
}

// draftTiles are those of a plan's draft, of the plan's counties alone.
func (s *Server) draftTiles(w http.ResponseWriter, r *http.Request, state *live.State, code string) (tileSource, error) {
	d, err := s.draftOf(w, r, state, code)
	if err != nil {
		return tileSource{}, err
	}
	nameState(w, d.After)
	key := previewTag(s.tagged.tag(d.Before.City), d.After.Preview)
	return tileSource{
		maxZoom: edition.MaxTileZoom, box: boxOf(state.City, d.Plan.Counties),
		tag: func(_ context.Context, id mvt.TileID) (string, error) {
			tag, err := d.TileTag(id)
			return hex.EncodeToString(tag[:]), err
		},
		key:  func(context.Context) (string, error) { return key, nil },
		make: func(_ context.Context, id mvt.TileID) ([]byte, error) { return d.Tile(id) },
		layers: func() ([]vectorLayer, error) {
			least, err := d.LeastZooms()
			return markedLayers(gridLayers(least)), err
		},
	}, nil
}

// pointTag is the tag of a tile of what lies in a scope.
type pointTag func(ctx context.Context, id mvt.TileID, scope string) (string, error)

// pointTiles are made by the database, of what lies in the scope of whoever asks. What they consist of anybody may know: who asks matters
// from the first tag on.
func (s *Server) pointTiles(w http.ResponseWriter, r *http.Request, state *live.State, query store.TileQuery, tag pointTag, layer vectorLayer) tileSource {
	actor := sync.OnceValues(func() (grid.Actor, error) {
		tokenOrigin(w, r)
		return s.authorizeSome(r, state, grid.ReadPlaces)
	})
	return tileSource{
		stored: true, maxZoom: maxPointZoom, box: state.City.Box(),
		tag: func(ctx context.Context, id mvt.TileID) (string, error) {
			a, err := actor()
			if err != nil {
				return "", err
			}
			return tag(ctx, id, a.Scope)
		},
		make: func(ctx context.Context, id mvt.TileID) ([]byte, error) {
			a, err := actor()
			if err != nil {
				return nil, err
			}
			return query(ctx, id, store.TileFilter{Scope: a.Scope})
		},
		layers: func() ([]vectorLayer, error) { return []vectorLayer{layer}, nil },
	}
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
		if slices.Contains([]string{edition.LayerBase, edition.LayerDedicated}, l.ID) {
			l.Fields["changed"] = "String"
		}
	}
	return layers
}

func pointLayer(id string, names ...string) vectorLayer {
	fields := map[string]string{}
	for _, n := range names {
		fields[n] = "String"
		if n == "count" || strings.HasPrefix(n, "count_") || strings.HasPrefix(n, "state_") {
			fields[n] = "Number"
		}
	}
	return vectorLayer{ID: id, Fields: fields, MaxZoom: maxPointZoom}
}
