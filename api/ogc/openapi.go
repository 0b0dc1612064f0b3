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
	operations := wholeOperations()
	for i := range grid.Collections {
		if c := &grid.Collections[i]; !anybody || isPublic(c) {
			operations = append(operations, collectionOperations(c, anybody, state.Codes)...)
		}
	}
	paths := members{}
	for _, o := range operations {
		paths = paths.with(o.Path, object("get", o.document()))
	}
	document := object(
		"openapi", "3.0.3",
		"info", object("title", title, "description", description, "version", "1.0.0", "license", object("name", "Apache-2.0")),
		"servers", []members{object("url", q.root)},
		"paths", paths,
		"components", object("parameters", parameterComponents(), "schemas", schemaComponents(), "responses", responseComponents(), "securitySchemes", object(
			"bearer", object("type", "http", "scheme", "bearer", "description", "For what is not public: wangge token create."),
		)),
	)
	if q.html {
		return a.sendPage(q, page{Template: "api", Title: "接口说明 Interface", Document: struct {
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
	for _, p := range parameterComponents() {
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
func wholeOperations() []operation {
	of := func(path, id, tag, summary, media, schema string, own ...members) operation {
		return operation{Path: path, ID: id, Tag: tag, Summary: summary, public: true, shared: []string{formatParam}, media: media, schema: schema, own: own}
	}
	tile := of("/tiles/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol}", "grids.dataset.vector.getTile", "Tiles", "A vector tile of grids and divisions", typeTile, "",
		tileParameters()...)
	tile.onlyData, tile.shared = true, nil
	return []operation{
		of("/", "getLandingPage", "Server", "The landing page", typeJSON, "LandingPage"),
		of("/conformance", "getConformance", "Server", "What this interface conforms to", typeJSON, "Conformance"),
		of("/api", "getAPI", "Server", "This document", typeOpenAPI, "Document"),
		of("/collections", "getCollections", "Features", "The collections", typeJSON, "Collections"),
		of("/tiles", "grids.dataset.vector.getTileSetsList", "Tiles", "The tilesets of grids and divisions", typeJSON, "TileSets"),
		of("/tiles/{tileMatrixSet}", "grids.dataset.vector.getTileSet", "Tiles", "The tileset of grids and divisions", typeJSON, "TileSet", matrixSetParameter()),
		tile,
		of("/tileMatrixSets", "getTileMatrixSetsList", "Tiles", "The tile matrix sets", typeJSON, "TileMatrixSets"),
		of("/tileMatrixSets/{tileMatrixSet}", "getTileMatrixSet", "Tiles", "A tile matrix set", typeJSON, "TileMatrixSet", matrixSetParameter()),
	}
}

// collectionOperations are those of a collection.
func collectionOperations(c *grid.Collection, anybody bool, codes grid.Codes) []operation {
	root, name := "/collections/"+c.ID, c.TitleZH+" "+c.Title
	of := func(path, id, summary, media, schema string, shared ...string) operation {
		return operation{
			Path: root + path, ID: c.ID + "." + id, Tag: name, Summary: name + ": " + summary, public: isPublic(c),
			shared: append(shared, formatParam), media: media, schema: schema,
		}
	}
	items := of("/items", "getFeatures", "the features", typeGeoJSON, "FeatureCollection", itemParams[:]...)
	for _, f := range queryableFields(c, anybody) {
		items.own = append(items.own, parameter(f.Name, "query", "Only features with this "+f.Name+".", false, openAPISchema(propertySchema(c, f, codes))))
	}
	item := of("/items/{featureId}", "getFeature", "one feature", typeGeoJSON, "Feature", crsParam)
	item.own = []members{parameter("featureId", "path", "The code of the feature.", true, object("type", "string"))}
	tilesets := of("/tiles", "collection.vector.getTileSetsList", "the tilesets", typeJSON, "TileSets")
	tileset := of("/tiles/{tileMatrixSet}", "collection.vector.getTileSet", "the tileset", typeJSON, "TileSet")
	tileset.own = []members{matrixSetParameter()}
	tile := of("/tiles/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol}", "collection.vector.getTile", "a vector tile", typeTile, "")
	tile.onlyData, tile.shared, tile.own = true, nil, tileParameters()
	tilesets.public, tileset.public, tile.public = c.Public, c.Public, c.Public
	all := []operation{
		of("", "getCollection", "what it is", typeJSON, "Collection"),
		of("/schema", "getSchema", "the properties of the features", typeSchema, "Schema"),
		of("/queryables", "getQueryables", "the properties that features are chosen by", typeSchema, "Schema"),
		items, item,
	}
	if hasTiles(c, anybody) {
		all = append(all, tilesets, tileset, tile)
	}
	return all
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

func matrixSetParameter() members {
	return parameter("tileMatrixSet", "path", "The tile matrix set.", true, object("type", "string", "enum", []string{matrixSetID}))
}

func tileParameters() []members {
	index := func(name, description string) members {
		return parameter(name, "path", description, true, object("type", "integer", "minimum", 0))
	}
	return []members{
		matrixSetParameter(),
		parameter("tileMatrix", "path", "The zoom.", true, object("type", "integer", "minimum", 0, "maximum", mvt.MaxZoom)),
		index("tileRow", "The row, from the north."),
		index("tileCol", "The column, from the west."),
	}
}
