package ogc

import (
	"net/http"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/features"
	"github.com/wangge/wangge/grid/live"
)

// geometryFormats are Part 5's names of what a collection's geometries may be.
var geometryFormats = map[grid.Shape]string{
	grid.PointShape:   "geometry-point",
	grid.LineShape:    "geometry-multilinestring",
	grid.PolygonShape: "geometry-multipolygon",
	grid.AnyShape:     "geometry-any",
}

// schema answers GET /ogc/collections/{collection}/schema: what the features are made of (Part 5).
func (a *API) schema(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return a.sendSchema(w, r, state, "schema", func(c *grid.Collection, _ bool) []grid.Field { return c.Fields })
}

// queryables answers GET /ogc/collections/{collection}/queryables: what features can be chosen by (Part 3).
func (a *API) queryables(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return a.sendSchema(w, r, state, "queryables", queryableFields)
}

func (a *API) sendSchema(w http.ResponseWriter, r *http.Request, state *live.State, name string, fields func(c *grid.Collection, anybody bool) []grid.Field) error {
	c, actor, err := a.readable(w, r, state)
	if err != nil {
		return err
	}
	q, err := a.begin(w, r, state, "/collections/"+c.ID+"/"+name)
	if err != nil {
		return err
	}
	isSchema := name == "schema"
	properties := object(features.GeometryProperty, object("title", q.lang.say("几何", "geometry"), "x-ogc-role", "primary-geometry", "format", geometryFormats[c.Shape], "x-ogc-propertySeq", 0))
	required := []string{features.GeometryProperty}
	rows := []schemaRow{{Name: features.GeometryProperty, Label: q.lang.say("几何", "geometry"), Type: geometryFormats[c.Shape]}}
	for i, f := range fields(c, actor.Role == "") {
		one := propertySchema(c, f, state.Codes, q.lang)
		properties = properties.with(f.Name, one.with("x-ogc-propertySeq", i+1))
		rows = append(rows, schemaRow{f.Name, labelOf(f, q.lang), string(f.Type), namedValues(f, state.Codes, q.lang)})
		if f.Required {
			required = append(required, f.Name)
		}
	}
	document := object(
		"$schema", "https://json-schema.org/draft/2020-12/schema", "$id", q.here(""), "type", "object",
		"title", titleOf(c, q.lang), "description", q.lang.say(c.DescriptionZH, c.Description), "properties", properties,
	)
	if isSchema {
		document = document.with("required", required)
	}
	document = document.with("additionalProperties", false)
	w.Header().Set("Link", q.selves(typeSchema)[0].header())
	p := page{Template: "schema", Title: titleOf(c, q.lang) + " · " + schemaTitle(isSchema, q.lang), Collection: c, Rows: rows}
	return a.send(q, typeSchema, document, p)
}

// schemaRow is a property as a page shows it.
type schemaRow struct {
	Name, Label, Type string
	Values            []namedValue // of an enumeration
}

// namedValue is a value of an enumeration with what it is called.
type namedValue struct {
	Const string `json:"const"`
	Title string `json:"title"`
}

func schemaTitle(isSchema bool, l language) string {
	if isSchema {
		return l.say("属性", "Properties")
	}
	return l.say("可查询的属性", "Queryables")
}

// labelOf returns what a property is called.
func labelOf(f grid.Field, l language) string { return l.say(f.Label().ZH, f.Label().EN) }

// propertySchema returns the JSON Schema of a field: its values stay codes whatever the language, which are named beside them.
func propertySchema(c *grid.Collection, f grid.Field, codes grid.Codes, l language) members {
	s := append(object("title", labelOf(f, l)), typeOf(f)...)
	if values := namedValues(f, codes, l); len(values) > 0 {
		only := make([]string, len(values))
		for i, v := range values {
			only[i] = v.Const
		}
		s = s.with("enum", only).with("oneOf", values)
	}
	switch f.Name {
	case "code":
		s = s.with("x-ogc-role", "id")
	case c.Time:
		s = s.with("x-ogc-role", "primary-instant")
	}
	return s
}

// namedValues returns what values a field may have, none where it is no enumeration.
func namedValues(f grid.Field, codes grid.Codes, l language) []namedValue {
	labels := codes.Labels(f)
	values := make([]namedValue, len(labels))
	for i, label := range labels {
		values[i] = namedValue{label.Code, l.say(label.ZH, label.EN)}
	}
	return values
}

// typeOf returns the type of a field's values in JSON Schema.
func typeOf(f grid.Field) members {
	switch f.Type {
	case grid.Integer, grid.Number, grid.Boolean, grid.Object:
		return object("type", string(f.Type))
	case grid.Date:
		return object("type", "string", "format", "date")
	case grid.Time:
		return object("type", "string", "format", "date-time")
	case grid.List:
		return object("type", "array", "items", object("type", "string"))
	}
	return object("type", "string")
}
