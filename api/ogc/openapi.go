package ogc

import (
	"net/http"

	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// document answers GET /ogc/api: OpenAPI 3.0 of what who asks may read, each collection with paths of its own, since each has its own
// properties to choose by.
func (a *API) document(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := a.begin(w, r, state, "/api")
	if err != nil {
		return err
	}
	_, anybody, err := a.Who(r, state)
	if err != nil {
		return err
	}
	operations := wholeOperations(q.lang)
	for i := range grid.Collections {
		if c := &grid.Collections[i]; !anybody || isPublic(c) {
			operations = append(operations, collectionOperations(c, anybody, state.Codes, q.lang)...)
		}
	}
	paths := members{}
	for _, o := range operations {
		paths = paths.with(o.Path, object("get", o.document()))
	}
	title, description := q.lang.say(titleZH, titleEN), q.lang.say(descriptionZH, descriptionEN)
	document := object(
		"openapi", "3.0.3",
		"info", object("title", title, "description", description, "version", "1.0.0", "license", object("name", "Apache-2.0")),
		"servers", []members{object("url", q.root)},
		"paths", paths,
		"components", object("parameters", parameterComponents(q.lang), "schemas", schemaComponents(), "responses", responseComponents(q.lang), "securitySchemes", object(
			"bearer", object("type", "http", "scheme", "bearer", "description", q.lang.say("读取不公开的数据时使用：wangge token create。", "For what is not public: wangge token create.")),
		)),
	)
	if q.html {
		return a.sendPage(q, page{Template: "api", Title: q.lang.say("接口说明", "Interface"), Document: struct {
			Description string
			Operations  []operation
		}{description, operations}})
	}
	return a.send(q, typeOpenAPI, document, page{})
}

// operation is what can be asked for at a path.
type operation struct {
	Path, ID, Tag, Summary string
	public                 bool
	lang                   language
	shared                 []string  // parameters that are components
	own                    []members // parameters of its own
	schema                 string    // component of the answer's schema, "" for none
	media                  string
	onlyData               bool // there is no page of it
}

func (o operation) document() members {
	parameters := []members{}
	for _, name := range o.shared {
		parameters = append(parameters, object("$ref", "#/components/parameters/"+name))
	}
	parameters = append(parameters, o.own...)
	content := object(o.media, object("schema", schemaOf(o.schema)))
	if !o.onlyData {
		content = content.with(typeHTML, object("schema", object("type", "string")))
	}
	d := object(
		"operationId", o.ID, "tags", []string{o.Tag}, "summary", o.Summary, "parameters", parameters,
		"responses", object("200", object("description", o.Summary, "content", content), "default", object("$ref", "#/components/responses/Problem")),
	)
	if !o.public {
		d = d.with("security", []members{object("bearer", []string{})})
	}
	return d
}

func schemaOf(component string) members {
	if component == "" {
		return object("type", "string", "format", "binary")
	}
	return object("$ref", "#/components/schemas/"+component)
}

// Parameters returns the names of the parameters with what they mean, for the page.
func (o operation) Parameters() [][2]string {
	var list [][2]string
	for _, p := range parameterComponents(o.lang) {
		for _, name := range o.shared {
			if p.name == name {
				list = append(list, describeParameter(p.value))
			}
		}
	}
	for _, p := range o.own {
		list = append(list, describeParameter(p))
	}
	return list
}

func describeParameter(parameter any) [2]string {
	var d [2]string
	all, _ := parameter.(members)
	for _, m := range all {
		text, _ := m.value.(string)
		switch m.name {
		case "name":
			d[0] = text
		case "description":
			d[1] = text
		}
	}
	return d
}

// wholeOperations are those that are of no collection.
func wholeOperations(l language) []operation {
	of := func(path, id, tag, summary, media, schema string, own ...members) operation {
		return operation{
			Path: path, ID: id, Tag: tag, Summary: summary, public: true, lang: l, shared: []string{formatParam, langParam}, media: media, schema: schema, own: own,
		}
	}
	server, feature, tiles := l.say("服务", "Server"), l.say("要素", "Features"), l.say("瓦片", "Tiles")
	tile := of("/tiles/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol}", "grids.dataset.vector.getTile", tiles, l.say("网格与区划的一个矢量瓦片", "A vector tile of grids and divisions"),
		typeTile, "", tileParameters(l)...)
	tile.onlyData, tile.shared = true, nil
	return []operation{
		of("/", "getLandingPage", server, l.say("首页", "The landing page"), typeJSON, "LandingPage"),
		of("/conformance", "getConformance", server, l.say("符合的标准", "What this interface conforms to"), typeJSON, "Conformance"),
		of("/api", "getAPI", server, l.say("本文档", "This document"), typeOpenAPI, "Document"),
		of("/collections", "getCollections", feature, l.say("数据集", "The collections"), typeJSON, "Collections"),
		of("/tiles", "grids.dataset.vector.getTileSetsList", tiles, l.say("网格与区划的瓦片集列表", "The tilesets of grids and divisions"), typeJSON, "TileSets"),
		of("/tiles/{tileMatrixSet}", "grids.dataset.vector.getTileSet", tiles, l.say("网格与区划的瓦片集", "The tileset of grids and divisions"), typeJSON, "TileSet",
			matrixSetParameter(l)),
		tile,
		of("/tileMatrixSets", "getTileMatrixSetsList", tiles, l.say("瓦片矩阵集列表", "The tile matrix sets"), typeJSON, "TileMatrixSets"),
		of("/tileMatrixSets/{tileMatrixSet}", "getTileMatrixSet", tiles, l.say("一个瓦片矩阵集", "A tile matrix set"), typeJSON, "TileMatrixSet", matrixSetParameter(l)),
	}
}

// collectionOperations are those of a collection.
func collectionOperations(c *grid.Collection, anybody bool, codes grid.Codes, l language) []operation {
	root, name := "/collections/"+c.ID, titleOf(c, l)
	of := func(path, id, summary, media, schema string, shared ...string) operation {
		return operation{
			Path: root + path, ID: c.ID + "." + id, Tag: name, Summary: name + l.say("：", ": ") + summary, public: isPublic(c), lang: l,
			shared: append(shared, formatParam, langParam), media: media, schema: schema,
		}
	}
	items := of("/items", "getFeatures", l.say("要素", "the features"), typeGeoJSON, "FeatureCollection", itemParams[:]...)
	for _, f := range queryableFields(c, anybody) {
		description := l.say("只要“"+labelOf(f, l)+"”为此值的要素。", "Only features with this "+f.Name+": "+labelOf(f, l)+".")
		items.own = append(items.own, parameter(f.Name, "query", description, false, openAPISchema(propertySchema(c, f, codes, l))))
	}
	item := of("/items/{featureId}", "getFeature", l.say("一个要素", "one feature"), typeGeoJSON, "Feature", crsParam)
	item.own = []members{parameter("featureId", "path", l.say("要素的编码。", "The code of the feature."), true, object("type", "string"))}
	all := []operation{
		of("", "getCollection", l.say("说明", "what it is"), typeJSON, "Collection"),
		of("/schema", "getSchema", l.say("要素的属性", "the properties of the features"), typeSchema, "Schema"),
		of("/queryables", "getQueryables", l.say("可用于筛选要素的属性", "the properties that features are chosen by"), typeSchema, "Schema"),
		items, item,
	}
	if !hasTiles(c, anybody) {
		return all
	}
	tilesets := of("/tiles", "collection.vector.getTileSetsList", l.say("瓦片集列表", "the tilesets"), typeJSON, "TileSets")
	tileset := of("/tiles/{tileMatrixSet}", "collection.vector.getTileSet", l.say("瓦片集", "the tileset"), typeJSON, "TileSet")
	tileset.own = []members{matrixSetParameter(l)}
	tile := of("/tiles/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol}", "collection.vector.getTile", l.say("一个矢量瓦片", "a vector tile"), typeTile, "")
	tile.onlyData, tile.shared, tile.own = true, nil, tileParameters(l)
	tilesets.public, tileset.public, tile.public = c.Public, c.Public, c.Public
	return append(all, tilesets, tileset, tile)
}

// openAPISchema leaves out of a JSON Schema what OpenAPI 3.0 does not have.
func openAPISchema(schema members) members {
	var kept members
	for _, m := range schema {
		if m.name == "type" || m.name == "format" || m.name == "enum" {
			kept = append(kept, m)
		}
	}
	return kept
}

func matrixSetParameter(l language) members {
	return parameter("tileMatrixSet", "path", l.say("瓦片矩阵集。", "The tile matrix set."), true, object("type", "string", "enum", []string{matrixSetID}))
}

func tileParameters(l language) []members {
	index := func(name, description string) members {
		return parameter(name, "path", description, true, object("type", "integer", "minimum", 0))
	}
	return []members{
		matrixSetParameter(l),
		parameter("tileMatrix", "path", l.say("缩放级别。", "The zoom."), true, object("type", "integer", "minimum", 0, "maximum", mvt.MaxZoom)),
		index("tileRow", l.say("行号，从北往南。", "The row, from the north.")),
		index("tileCol", l.say("列号，从西往东。", "The column, from the west.")),
	}
}
