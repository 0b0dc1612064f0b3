package ogc

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// tiled is what tiles are asked of: a collection, or all that is public where it is nil.
type tiled struct {
	collection *grid.Collection
	path       string // below the landing page, up to /tiles
	titleZH    string
	titleEN    string
	tileset    string   // as Config.Tiles knows it
	filter     string   // likewise
	layers     []string // of the tileset, that are of the collection; nil for all
}

// tiledOf returns what the path names.
func (a *API) tiledOf(w http.ResponseWriter, r *http.Request, state *live.State) (tiled, error) {
	if pathVar(r, "collection") == "" {
		return tiled{path: "/tiles", titleZH: "网格与区划", titleEN: "Grids and divisions", tileset: "grids"}, nil
	}
	c, actor, err := a.readable(w, r, state)
	if err != nil {
		return tiled{}, err
	}
	of := tiled{collection: c, path: "/collections/" + c.ID + "/tiles", titleZH: c.TitleZH, titleEN: c.Title}
	switch {
	case c.Public:
		of.tileset, of.layers = "grids", []string{layerOf(c)}
	case !hasTiles(c, actor.Role == ""):
		return of, a.NoToken()
	case c.Kind == "":
		of.tileset = c.ID
	default:
		of.tileset, of.filter = "places", "kind = '"+c.Kind+"'"
	}
	return of, nil
}

// hasTiles reports whether who asks gets tiles of a collection: there are none of what is public of one that is not.
func hasTiles(c *grid.Collection, anybody bool) bool { return c.Public || !anybody }

// layerOf returns the layer of grid tiles that a public collection is.
func layerOf(c *grid.Collection) string {
	switch c.ID {
	case grid.CollectionBase:
		return edition.LayerBase
	case grid.CollectionDedicated:
		return edition.LayerDedicated
	}
	return edition.LayerDivisions
}

const (
	mercatorURI     = "http://www.opengis.net/def/crs/EPSG/0/3857"
	matrixSetID     = "WebMercatorQuad"
	matrixSetURI    = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
	tileURITemplate = "/{tileMatrix}/{tileRow}/{tileCol}"
)

// tilesetDocument describes a tileset (OGC Two Dimensional Tile Matrix Set 2.0).
type tilesetDocument struct {
	Title            string         `json:"title"`
	DataType         string         `json:"dataType"`
	CRS              string         `json:"crs"`
	TileMatrixSetID  string         `json:"tileMatrixSetId"`
	TileMatrixSetURI string         `json:"tileMatrixSetURI"`
	Limits           []matrixLimits `json:"tileMatrixSetLimits"`
	BoundingBox      *boundingBox   `json:"boundingBox,omitempty"`
	Links            []link         `json:"links"`
}

type matrixLimits struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow uint32 `json:"minTileRow"`
	MaxTileRow uint32 `json:"maxTileRow"`
	MinTileCol uint32 `json:"minTileCol"`
	MaxTileCol uint32 `json:"maxTileCol"`
}

type boundingBox struct {
	LowerLeft  orb.Point `json:"lowerLeft"`
	UpperRight orb.Point `json:"upperRight"`
	CRS        string    `json:"crs"`
}

// limitsOf returns which tiles there are: those that meet the box. Outside them nothing is answered.
func limitsOf(box geo.Box, maxZoom uint8) []matrixLimits {
	limits := []matrixLimits{}
	if box.Empty() {
		return limits
	}
	for z := range maxZoom + 1 {
		tiles := mvt.Cover(box, z, 0)
		limits = append(limits, matrixLimits{fmt.Sprint(z), tiles.MinY, tiles.MaxY, tiles.MinX, tiles.MaxX})
	}
	return limits
}

// tilesets answers GET /ogc/tiles and GET /ogc/collections/{collection}/tiles.
func (a *API) tilesets(w http.ResponseWriter, r *http.Request, state *live.State) error {
	of, err := a.tiledOf(w, r, state)
	if err != nil {
		return err
	}
	q, err := a.begin(w, r, state, of.path)
	if err != nil {
		return err
	}
	one, err := a.describeTiles(q, of)
	if err != nil {
		return err
	}
	document := struct {
		Links    []link            `json:"links"`
		Tilesets []tilesetDocument `json:"tilesets"`
	}{q.selves(typeJSON), []tilesetDocument{one}}
	return a.send(q, typeJSON, document, page{Template: "tilesets", Title: q.lang.say(of.titleZH+" · 瓦片", of.titleEN+" · Tiles"), Collection: of.collection})
}

// tileset answers GET /ogc/tiles/{tileMatrixSet} and the same of a collection.
func (a *API) tileset(w http.ResponseWriter, r *http.Request, state *live.State) error {
	of, err := a.tiledOf(w, r, state)
	if err != nil {
		return err
	}
	if err := knownMatrixSet(r); err != nil {
		return err
	}
	q, err := a.begin(w, r, state, of.path+"/"+matrixSetID)
	if err != nil {
		return err
	}
	document, err := a.describeTiles(q, of)
	if err != nil {
		return err
	}
	document.Links = append(q.selves(typeJSON), document.Links[1:]...)
	return a.send(q, typeJSON, document, page{Template: "tileset", Title: q.lang.say(of.titleZH+" · 瓦片", of.titleEN+" · Tiles"), Collection: of.collection})
}

func knownMatrixSet(r *http.Request) error {
	if pathVar(r, "tileMatrixSet") != matrixSetID {
		return notFound("There is no tile matrix set of that id here: there is %s.", matrixSetID)
	}
	return nil
}

// describeTiles returns the document of what tiles are asked of. Its first link is that to its own address.
func (a *API) describeTiles(q *request, of tiled) (tilesetDocument, error) {
	tiles, err := a.Tiles(q.w, q.Request, q.state, of.tileset, of.filter)
	if err != nil {
		return tilesetDocument{}, err
	}
	document := tilesetDocument{
		Title: q.lang.say(of.titleZH, of.titleEN), DataType: "vector", CRS: mercatorURI, TileMatrixSetID: matrixSetID, TileMatrixSetURI: matrixSetURI,
		Limits: limitsOf(tiles.Box, tiles.MaxZoom),
		Links: []link{
			q.to(of.path+"/"+matrixSetID+"?"+formatParam+"="+formatJSON, "self", typeJSON, q.lang.say("本瓦片集", "This tileset")),
			{Href: q.root + of.path + "/" + matrixSetID + tileURITemplate, Rel: "item", Type: typeTile, Title: q.lang.say("瓦片", "The tiles"), Templated: true},
			q.to("/tileMatrixSets/"+matrixSetID, relTileMatrixSet, typeJSON, q.lang.say("瓦片矩阵集", "The tile matrix set")),
		},
	}
	if !tiles.Box.Empty() {
		document.BoundingBox = &boundingBox{tiles.Box.Min.Orb(), tiles.Box.Max.Orb(), crs84}
	}
	if of.collection != nil {
		document.Links = append(document.Links, q.to("/collections/"+of.collection.ID, "http://www.opengis.net/def/rel/ogc/1.0/geodata", typeJSON, q.lang.say("所属数据集", "The collection")))
	}
	return document, nil
}

// tile answers GET /ogc/tiles/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol} and the same of a collection. A tile with nothing in it is an
// empty body.
func (a *API) tile(w http.ResponseWriter, r *http.Request, state *live.State) error {
	of, err := a.tiledOf(w, r, state)
	if err != nil {
		return err
	}
	if err := knownMatrixSet(r); err != nil {
		return err
	}
	w.Header().Set("Vary", "Accept-Encoding, Authorization")
	if q, err := readQuery(r, formatParam); err != nil {
		return err
	} else if f, given := q[formatParam]; given && f != "mvt" {
		return badParam(formatParam, "f of a tile is to be mvt.")
	}
	tiles, err := a.Tiles(w, r, state, of.tileset, of.filter)
	if err != nil {
		return err
	}
	id, err := mvt.ParseTile(pathVar(r, "tileMatrix"), pathVar(r, "tileCol"), pathVar(r, "tileRow"))
	if err != nil || id.Z > tiles.MaxZoom || tiles.Box.Empty() || !mvt.Cover(tiles.Box, id.Z, 0).Contains(id) {
		return notFound("There is no such tile: tileMatrixSetLimits of the tileset says which there are.")
	}
	tag, err := tiles.Tag(r.Context(), id)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", tiles.Cache)
	if tag != "" {
		tag = "W/" + strings.TrimPrefix(tag, "W/") // packed or not
		w.Header().Set("ETag", tag)
		if matched(w, r, tag) {
			return nil
		}
	}
	body, err := tiles.Tile(r.Context(), id)
	if err == nil {
		body, err = onlyLayers(body, of.layers)
	}
	if errors.Is(err, mvt.ErrTile) {
		return notFound("There is no such tile: tileMatrixSetLimits of the tileset says which there are.")
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", typeTile)
	return a.Send(w, http.StatusOK, body)
}
