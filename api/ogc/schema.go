package ogc

import (
	"net/http"
	"slices"
	"strings"

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
	properties := object(features.GeometryProperty, object("x-ogc-role", "primary-geometry", "format", geometryFormats[c.Shape], "x-ogc-propertySeq", 0))
	required := []string{features.GeometryProperty}
	rows := [][3]string{{features.GeometryProperty, geometryFormats[c.Shape], ""}}
	for i, f := range fields(c, actor.Role == "") {
		one := propertySchema(c, f, state.Codes)
		properties = properties.with(f.Name, one.with("x-ogc-propertySeq", i+1))
		rows = append(rows, [3]string{f.Name, string(f.Type), strings.Join(valuesOf(f, state.Codes), ", ")})
		if f.Required {
			required = append(required, f.Name)
		}
	}
	document := object(
		"$schema", "https://json-schema.org/draft/2020-12/schema", "$id", q.here(""), "type", "object",
		"title", c.TitleZH+" "+c.Title, "description", c.Description, "properties", properties,
	)
	if isSchema {
		document = document.with("required", required)
	}
	document = document.with("additionalProperties", false)
	w.Header().Set("Link", q.selves(typeSchema)[0].header())
	p := page{Template: "schema", Title: c.TitleZH + " " + c.Title + " · " + name, Collection: c, Rows: rows}
	return a.send(q, typeSchema, document, p)
}

// propertySchema returns the JSON Schema of a field.
func propertySchema(c *grid.Collection, f grid.Field, codes grid.Codes) members {
	s := typeOf(f)
	if values := valuesOf(f, codes); len(values) > 0 {
		s = s.with("enum", values)
	}
	switch f.Name {
	case "code":
		s = s.with("x-ogc-role", "id")
	case c.Time:
		s = s.with("x-ogc-role", "primary-instant")
	}
	return s
}

// valuesOf returns what values a field may have, none where it is no enumeration.
func valuesOf(f grid.Field, codes grid.Codes) []string {
	values := slices.Clone(f.Values)
	for _, label := range codes[f.Enumeration] {
		values = append(values, label.Code)
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
