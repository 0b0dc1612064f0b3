package api

import (
	"net/http"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// layerJSON is a layer that can be imported, with its fields.
type layerJSON struct {
	Name string `json:"name"`
	// CityOnly: only administrators of the whole city import it.
	CityOnly bool             `json:"city_only"`
	Shape    grid.Shape       `json:"shape"`
	Fields   []layerFieldJSON `json:"fields"`
}

type layerFieldJSON struct {
	Name     string         `json:"name"`
	Type     grid.FieldType `json:"type"`
	Required bool           `json:"required"`
	Values   []string       `json:"values"`
	// Labels are what values are called that no enumeration has, nil for other fields.
	Labels  []grid.CodeLabel `json:"labels"`
	Default *string          `json:"default"`
	// Enumeration is whose codes the values are, nil for others.
	Enumeration *string `json:"enumeration"`
}

// layers answers GET /v1/layers: what files may hold, in the order in which layers refer to each other.
func (s *Server) layers(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	list := page[layerJSON]{Items: []layerJSON{}}
	for i := range grid.Layers {
		layer := layerJSON{Name: grid.Layers[i].Name, CityOnly: !grid.Layers[i].OfDivisions(), Shape: grid.Layers[i].Shape, Fields: []layerFieldJSON{}}
		for _, f := range grid.Layers[i].Fields {
			field := layerFieldJSON{
				Name: f.Name, Type: f.Type, Required: f.Required, Values: valuesOf(f, state), Default: given(f.Default), Enumeration: given(f.Enumeration),
			}
			if f.Enumeration == "" {
				field.Labels = state.Codes.Labels(f)
			}
			layer.Fields = append(layer.Fields, field)
		}
		list.Items = append(list.Items, layer)
	}
	return sendJSON(w, list)
}

// valuesOf returns what a field of an enumeration may be, nil for other fields.
func valuesOf(f grid.Field, state *live.State) []string {
	if f.Enumeration == "" {
		return f.Values
	}
	values := []string{}
	for _, c := range state.Codes[f.Enumeration] {
		values = append(values, c.Code)
	}
	return values
}
