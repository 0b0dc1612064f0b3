package ogc

import (
	"net/http"

	"github.com/wangge/wangge/grid/live"
)

// landingDocument is the landing page.
type landingDocument struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Links       []link `json:"links"`
}

const (
	titleZH, titleEN = "网格 Wangge", "Wangge"
	descriptionZH    = "供 GIS 软件使用的网格、区划、场所与事件数据（OGC API 要素与瓦片，只读）。"
	descriptionEN    = "Grids, divisions, places and incidents of a city for GIS tools: OGC API Features and Tiles, read only."
)

// landing answers GET /ogc.
func (a *API) landing(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := a.begin(w, r, state, "")
	if err != nil {
		return err
	}
	links := append(
		q.selves(typeJSON),
		q.to("/api", "service-desc", typeOpenAPI, q.lang.say("接口说明（OpenAPI 3.0）", "This interface as OpenAPI 3.0")),
		q.to("/api?"+formatParam+"="+formatHTML, "service-doc", typeHTML, q.lang.say("接口说明（网页）", "This interface as a page")),
	)
	for _, one := range []struct{ path, rel, full, title string }{
		{"/conformance", "conformance", relConformance, q.lang.say("符合的标准", "What this interface conforms to")},
		{"/collections", "data", relData, q.lang.say("数据集", "The collections")},
	} {
		links = append(links, q.alike(one.path, one.rel, typeJSON, one.title)...)
		links = append(links, q.to(one.path, one.full, typeJSON, one.title))
	}
	links = append(links,
		q.to("/tiles?"+formatParam+"="+formatJSON, relTilesets, typeJSON, q.lang.say("网格与区划的矢量瓦片", "Vector tiles of grids and divisions")),
		q.to("/tileMatrixSets", relTileMatrixSets, typeJSON, q.lang.say("瓦片矩阵集", "The tile matrix sets")),
	)
	title, description := q.lang.say(titleZH, titleEN), q.lang.say(descriptionZH, descriptionEN)
	return a.send(q, typeJSON, landingDocument{title, description, links}, page{Template: "landing", Title: title})
}

// conformanceClasses are the classes that are kept, each of which has a test.
var conformanceClasses = []string{
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
	"http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
	"http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
	"http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
	"http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30",
}

// conformance answers GET /ogc/conformance.
func (a *API) conformance(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := a.begin(w, r, state, "/conformance")
	if err != nil {
		return err
	}
	document := struct {
		Links      []link   `json:"links"`
		ConformsTo []string `json:"conformsTo"`
	}{q.selves(typeJSON), conformanceClasses}
	return a.send(q, typeJSON, document, page{Template: "conformance", Title: q.lang.say("符合的标准", "Conformance")})
}
