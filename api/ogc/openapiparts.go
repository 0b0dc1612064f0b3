package ogc

// parameter returns a parameter of an operation.
func parameter(name, in, description string, required bool, schema members) members {
	p := object("name", name, "in", in, "description", description, "required", required, "schema", schema)
	if in == "query" {
		p = p.with("style", "form").with("explode", false)
	}
	return p
}

// parameterComponents are the parameters that are the same wherever they stand.
func parameterComponents(l language) members {
	text := func() members { return object("type", "string") }
	uri := func() members {
		return object("type", "string", "format", "uri", "enum", systemURIs(), "default", crs84)
	}
	list := members{}
	for _, p := range []struct {
		name, description string
		schema            members
	}{
		{formatParam, l.say("应答的形式，优先于 Accept 请求头。", "The form of the answer: it goes before what the header Accept says."), object("type", "string", "enum", []string{formatJSON, formatHTML})},
		{
			langParam, l.say("文字的语言，优先于 Accept-Language 请求头。", "The language of texts: it goes before what the header Accept-Language says."),
			object("type", "string", "enum", []language{chinese, english}),
		},
		{
			limitParam, l.say("每页最多的要素数；超过上限按上限处理。", "How many features a page has at most. A larger number is taken for the maximum."),
			object("type", "integer", "minimum", leastLimit, "maximum", mostLimit, "default", usualLimit),
		},
		{cursorParam, l.say("本页的起始位置，取自 next 链接。", "The position that the page begins after, as the link next has it."), text()},
		{
			bboxParam, l.say("只要与此范围相交的要素：先低角，后高角，可带高程，坐标系见 bbox-crs。西边大于东边表示跨 180° 经线。", "Only features that meet this box: the lower corner, then the upper one, with heights or without, in bbox-crs. A box whose west is above its east crosses the 180th meridian."),
			object("type", "array", "minItems", 4, "maxItems", 6, "items", object("type", "number")),
		},
		{bboxCRSParam, l.say("bbox 的坐标系，数值按其轴序书写。", "The system of bbox, in whose order of axes its numbers are."), uri()},
		{crsParam, l.say("应答中坐标的坐标系，按其轴序书写。", "The system of the answer's coordinates, which are in the order of its axes."), uri()},
		{datetimeParam, l.say("只要此时刻、日期或时段的要素：2026-03-01T08:00:00Z、2026-03-01、2026-03-01/2026-03-31、2026-03-01/.. 或 2026-03-01/P1M。", "Only features of this instant, date or interval: 2026-03-01T08:00:00Z, 2026-03-01, 2026-03-01/2026-03-31, 2026-03-01/.. or 2026-03-01/P1M."), text()},
		{filterParam, l.say("只要满足此条件的要素（CQL2）。", "Only features for which this holds (CQL2)."), text()},
		{filterLangParam, l.say("filter 的写法。", "How filter is written."), object("type", "string", "enum", []string{"cql2-text", "cql2-json"}, "default", "cql2-text")},
		{filterCRSParam, l.say("filter 中坐标的坐标系。", "The system of the coordinates in filter."), uri()},
	} {
		list = list.with(p.name, parameter(p.name, "query", p.description, false, p.schema))
	}
	return list
}

func responseComponents(l language) members {
	return object("Problem", object("description", l.say("无法应答的原因（RFC 9457）。", "Why there is no answer (RFC 9457)."), "content", object(typeProblem, object("schema", schemaOf("Problem")))))
}

// record is the schema of an object: the names of its members, the required ones first, each with its schema.
func record(required []string, properties ...any) members {
	s := object("type", "object", "properties", object(properties...))
	if len(required) > 0 {
		s = s.with("required", required)
	}
	return s
}

func listOf(schema members) members { return object("type", "array", "items", schema) }

// schemaComponents are the schemas of the answers.
func schemaComponents() members {
	text, integer, anything := object("type", "string"), object("type", "integer", "minimum", 0), object("type", "object")
	links := listOf(schemaOf("Link"))
	nullable := func(s members) members { return s.with("nullable", true) }
	return object(
		"Link", record([]string{"href", "rel"}, "href", text, "rel", text, "type", text, "title", text, "templated", object("type", "boolean")),
		"Problem", record([]string{"type", "title", "status", "code", "detail"}, "type", text, "title", text, "status", object("type", "integer"), "code", text, "detail", text, "param", text),
		"Document", anything,
		"Schema", record([]string{"$schema", "$id", "type", "properties"}, "$schema", text, "$id", text, "type", text, "properties", anything),
		"LandingPage", record([]string{"links"}, "title", text, "description", text, "links", links),
		"Conformance", record([]string{"conformsTo"}, "conformsTo", listOf(text), "links", links),
		"Collection", record([]string{"id", "links"}, "id", text, "title", text, "description", text, "itemType", text,
			"extent", record(nil,
				"spatial", record([]string{"bbox"}, "bbox", listOf(listOf(object("type", "number"))), "crs", text),
				"temporal", record([]string{"interval"}, "interval", listOf(listOf(nullable(object("type", "string", "format", "date-time")))), "trs", text)),
			"crs", listOf(text), "storageCrs", text, "links", links),
		"Collections", record([]string{"links", "collections"}, "links", links, "crs", listOf(text), "collections", listOf(schemaOf("Collection"))),
		"Geometry", nullable(record([]string{"type", "coordinates"}, "type", object("type", "string", "enum", []string{"Point", "MultiLineString", "MultiPolygon"}),
			"coordinates", object("type", "array", "items", object()))),
		"Feature", record([]string{"type", "id", "geometry", "properties"}, "type", object("type", "string", "enum", []string{"Feature"}),
			"id", text, "geometry", schemaOf("Geometry"), "properties", anything, "links", links),
		"FeatureCollection", record([]string{"type", "features"}, "type", object("type", "string", "enum", []string{"FeatureCollection"}),
			"timeStamp", object("type", "string", "format", "date-time"), "numberReturned", integer, "numberMatched", integer, "links", links,
			"features", listOf(schemaOf("Feature"))),
		"TileSet", record([]string{"dataType", "crs", "tileMatrixSetURI", "tileMatrixSetLimits", "links"}, "title", text, "dataType", text, "crs", text,
			"tileMatrixSetId", text, "tileMatrixSetURI", text, "tileMatrixSetLimits", listOf(schemaOf("Limits")), "boundingBox", anything, "links", links),
		"Limits", record([]string{"tileMatrix", "minTileRow", "maxTileRow", "minTileCol", "maxTileCol"}, "tileMatrix", text,
			"minTileRow", integer, "maxTileRow", integer, "minTileCol", integer, "maxTileCol", integer),
		"TileSets", record([]string{"tilesets"}, "links", links, "tilesets", listOf(schemaOf("TileSet"))),
		"TileMatrixSets", record([]string{"tileMatrixSets"}, "links", links, "tileMatrixSets", listOf(anything)),
		"TileMatrixSet", record([]string{"id", "crs", "tileMatrices"}, "id", text, "title", text, "uri", text, "crs", text, "orderedAxes", listOf(text),
			"wellKnownScaleSet", text, "tileMatrices", listOf(anything), "links", links),
	)
}
