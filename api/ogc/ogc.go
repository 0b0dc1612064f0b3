// Package ogc answers what GIS tools ask by OGC API: Features (Parts 1, 2, 3 and 5) and Tiles, read only, under /ogc.
//
// It is mounted by api, which gives it what it needs in a Config and wraps its routes in its own middleware; what goes wrong is an *Error, of
// which api makes a problem document. Every resource has two forms, JSON and a page that needs neither scripts nor other files. The collections are
// those of grid.Collections. Positions are longitude, latitude on WGS 84 (CRS84) unless a parameter names another system; with EPSG:4326 and
// EPSG:4490 they are latitude, longitude, as those say.
package ogc

import (
	"context"
	"net/http"
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/features"
	"github.com/wangge/wangge/grid/live"
)

// Root is the path of the landing page.
const Root = "/ogc"

// Config is what the package needs from who mounts it.
type Config struct {
	Features *features.Reader
	// Who returns who asks. Anybody gets what is public (BR-63), an actor what its Scope holds; the error says that the token is not valid, or
	// that its role reads nothing.
	Who func(r *http.Request, state *live.State) (actor grid.Actor, anybody bool, err error)
	// NotPublic marks the answer as one for who asked alone.
	NotPublic func(w http.ResponseWriter, r *http.Request)
	// NoToken is the error for anybody who asks for what is not public.
	NoToken func() error
	// Base returns the address before /ogc that links carry, without a slash at its end.
	Base func(r *http.Request) string
	// Tiles returns the tileset of a name, for who asks; filter is CQL2 text, "" for none.
	Tiles func(w http.ResponseWriter, r *http.Request, state *live.State, tileset, filter string) (Tiles, error)
	// Send answers a body, packed as the client takes it.
	Send func(w http.ResponseWriter, status int, body []byte) error
}

// Tiles is a tileset to take tiles from.
type Tiles struct {
	MaxZoom uint8
	Box     geo.Box                                                  // of what it holds
	Tag     func(ctx context.Context, id mvt.TileID) (string, error) // the entity tag of a tile
	Tile    func(ctx context.Context, id mvt.TileID) ([]byte, error) // empty where nothing is
	Cache   string                                                   // Cache-Control of its tiles
}

// API answers the requests. Make it with New; it is safe for concurrent use.
type API struct {
	Config
	cities cities
	pages  func() (*pages, error)
}

// New returns the API for a config.
func New(c Config) *API { return &API{Config: c, pages: sync.OnceValues(newPages)} }

// Route is a path, as gorilla/mux takes it, with what answers GET and HEAD there.
type Route struct {
	Path   string
	Handle func(w http.ResponseWriter, r *http.Request, state *live.State) error
}

// Routes returns every path, on one screen.
func (a *API) Routes() []Route {
	const (
		collection = Root + "/collections/{collection}"
		tile       = "/{tileMatrix}/{tileRow}/{tileCol}"
	)
	return []Route{
		{Root, a.landing},
		{Root + "/", a.landing},
		{Root + "/conformance", a.conformance},
		{Root + "/api", a.document},
		{Root + "/collections", a.collections},
		{collection, a.collection},
		{collection + "/schema", a.schema},
		{collection + "/queryables", a.queryables},
		{collection + "/items", a.items},
		{collection + "/items/{feature}", a.item},
		{collection + "/tiles", a.tilesets},
		{collection + "/tiles/{tileMatrixSet}", a.tileset},
		{collection + "/tiles/{tileMatrixSet}" + tile, a.tile},
		{Root + "/tiles", a.tilesets},
		{Root + "/tiles/{tileMatrixSet}", a.tileset},
		{Root + "/tiles/{tileMatrixSet}" + tile, a.tile},
		{Root + "/tileMatrixSets", a.tileMatrixSets},
		{Root + "/tileMatrixSets/{tileMatrixSet}", a.tileMatrixSet},
	}
}
