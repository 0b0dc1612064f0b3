package ogc

import (
	"fmt"
	"math"
	"net/http"

	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid/live"
)

// tileMatrixSets answers GET /ogc/tileMatrixSets.
func (a *API) tileMatrixSets(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := a.begin(w, r, state, "/tileMatrixSets")
	if err != nil {
		return err
	}
	type entry struct {
		ID    string `json:"id"`
		Title string `json:"title"`
		URI   string `json:"uri"`
		Links []link `json:"links"`
	}
	document := struct {
		Links []link  `json:"links"`
		Sets  []entry `json:"tileMatrixSets"`
	}{q.selves(typeJSON), []entry{{matrixSetID, matrixSetTitle(q.lang), matrixSetURI, q.alike("/tileMatrixSets/"+matrixSetID, "self", typeJSON, matrixSetTitle(q.lang))}}}
	return a.send(q, typeJSON, document, page{Template: "matrixsets", Title: q.lang.say("瓦片矩阵集", "Tile matrix sets")})
}

// matrixSetTitle is the title that the standard gives, in its language, and ours.
func matrixSetTitle(l language) string {
	return l.say("全球网络墨卡托（Google Maps 兼容）", "Google Maps Compatible for the World")
}

// matrixSetDocument is a tile matrix set (OGC Two Dimensional Tile Matrix Set 2.0, annex D.1).
type matrixSetDocument struct {
	ID                string       `json:"id"`
	Title             string       `json:"title"`
	URI               string       `json:"uri"`
	CRS               string       `json:"crs"`
	OrderedAxes       [2]string    `json:"orderedAxes"`
	WellKnownScaleSet string       `json:"wellKnownScaleSet"`
	Matrices          []tileMatrix `json:"tileMatrices"`
	Links             []link       `json:"links"`
}

type tileMatrix struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"`
	CornerOfOrigin   string     `json:"cornerOfOrigin"`
	PointOfOrigin    [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      int        `json:"matrixWidth"`
	MatrixHeight     int        `json:"matrixHeight"`
}

// The world of web mercator, and the size of a pixel by which OGC counts scales.
const (
	mercatorHalfM = 6378137 * math.Pi
	tilePx        = 256
	pixelM        = 0.00028
)

// tileMatrixSet answers GET /ogc/tileMatrixSets/{tileMatrixSet}.
func (a *API) tileMatrixSet(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if err := knownMatrixSet(r); err != nil {
		return err
	}
	q, err := a.begin(w, r, state, "/tileMatrixSets/"+matrixSetID)
	if err != nil {
		return err
	}
	document := matrixSetDocument{
		ID: matrixSetID, Title: matrixSetTitle(q.lang), URI: matrixSetURI, CRS: mercatorURI, OrderedAxes: [2]string{"X", "Y"},
		WellKnownScaleSet: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible", Links: q.selves(typeJSON),
	}
	for z := range mvt.MaxZoom + 1 {
		cellM := 2 * mercatorHalfM / tilePx / float64(uint64(1)<<z)
		document.Matrices = append(document.Matrices, tileMatrix{
			ID: fmt.Sprint(z), ScaleDenominator: cellM / pixelM, CellSize: cellM, CornerOfOrigin: "topLeft",
			PointOfOrigin: [2]float64{-mercatorHalfM, mercatorHalfM}, TileWidth: tilePx, TileHeight: tilePx, MatrixWidth: 1 << z, MatrixHeight: 1 << z,
		})
	}
	return a.send(q, typeJSON, document, page{Template: "matrixset", Title: matrixSetTitle(q.lang)})
}
