package ogc

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
)

// The languages of filters.
const (
	cql2Text = "cql2-text"
	cql2JSON = "cql2-json"
)

// queryableFields returns the properties that features can be chosen by, each of which is a parameter too: lists and objects cannot be
// compared, and some are not for anybody.
func queryableFields(c *grid.Collection, anybody bool) []grid.Field {
	var fields []grid.Field
	for _, f := range c.Fields {
		if f.Type != grid.List && f.Type != grid.Object && (!anybody || c.ForAnybody(f.Name)) {
			fields = append(fields, f)
		}
	}
	return fields
}

// queryParameters returns the names of the parameters of a collection's features.
func queryParameters(c *grid.Collection, anybody bool) []string {
	names := slices.Clone(itemParams[:])
	for _, f := range queryableFields(c, anybody) {
		names = append(names, f.Name)
	}
	return names
}

// filter returns what features have to be like: by the parameter filter and by the properties that are parameters. It is nil where there is
// neither.
func (q query) filter(c *grid.Collection) (*cql2.Expr, error) {
	var parts []*cql2.Expr
	for _, f := range c.Fields {
		if value, given := q[f.Name]; given {
			part, err := equal(f, value)
			if err != nil {
				return nil, err
			}
			parts = append(parts, part)
		}
	}
	part, err := q.expression()
	if err != nil {
		return nil, err
	}
	if part != nil {
		parts = append(parts, part)
	}
	switch len(parts) {
	case 0:
		return nil, nil
	case 1:
		return parts[0], nil
	}
	return &cql2.Expr{Op: cql2.And, Args: parts}, nil
}

// expression returns what the parameter filter says, its coordinates in longitude and latitude.
func (q query) expression() (*cql2.Expr, error) {
	s, err := q.system(filterCRSParam)
	if err != nil {
		return nil, err
	}
	if _, given := q[filterParam]; !given && q[filterCRSParam] != "" {
		return nil, badParam(filterCRSParam, "%s goes with filter only.", filterCRSParam)
	}
	e, err := Filter(func(name string) (string, bool) {
		text, given := q[name]
		return text, given
	})
	if err == nil && e != nil && s != systems[0] {
		e, err = inLonLat(e, s)
	}
	return e, BadFilter(err)
}

// Filter reads the parameters filter and filter-lang, nil where there is no filter. Its coordinates are as they stand there; it is to be checked
// against the properties that there are. The error is an *Error.
func Filter(param func(name string) (text string, given bool)) (*cql2.Expr, error) {
	language, named := param(filterLangParam)
	if named && language != cql2Text && language != cql2JSON {
		return nil, badParam(filterLangParam, "filter-lang is to be %s or %s.", cql2Text, cql2JSON)
	}
	text, given := param(filterParam)
	switch {
	case !given && named:
		return nil, badParam(filterLangParam, "%s goes with filter only.", filterLangParam)
	case !given:
		return nil, nil
	case language == cql2JSON:
		e, err := cql2.ParseJSON([]byte(text))
		return e, BadFilter(err)
	}
	e, err := cql2.Parse(text)
	return e, BadFilter(err)
}

// BadFilter says what is wrong with a filter and where, as an *Error; another error stays as it is.
func BadFilter(err error) error {
	var wrong *cql2.SyntaxError
	if errors.As(err, &wrong) {
		return badParam(filterParam, "filter: %s.", wrong.Error())
	}
	return err
}

// equal returns the filter that a field has a value, which is given as text.
func equal(f grid.Field, text string) (*cql2.Expr, error) {
	value := &cql2.Expr{Op: cql2.String, Value: text}
	switch f.Type {
	case grid.Integer, grid.Number:
		n, err := parseNumber(text)
		if err != nil {
			return nil, badParam(f.Name, "%s is to be a number.", f.Name)
		}
		value = &cql2.Expr{Op: cql2.Number, Value: n}
	case grid.Boolean:
		if text != "true" && text != "false" {
			return nil, badParam(f.Name, "%s is to be true or false.", f.Name)
		}
		value = &cql2.Expr{Op: cql2.Boolean, Value: text == "true"}
	case grid.Date:
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, badParam(f.Name, "%s is to be a date as 2026-03-01.", f.Name)
		}
		value = &cql2.Expr{Op: cql2.Date, Value: day}
	case grid.Time:
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, badParam(f.Name, "%s is to be an instant as 2026-03-01T08:00:00Z.", f.Name)
		}
		value = &cql2.Expr{Op: cql2.Timestamp, Value: at.UTC().Truncate(time.Microsecond)}
	}
	return &cql2.Expr{Op: cql2.Equal, Args: []*cql2.Expr{{Op: cql2.Property, Name: f.Name}, value}}, nil
}

// inLonLat returns an expression whose coordinates, which are in the system, are in longitude and latitude: by way of its JSON, in which
// they stand as GeoJSON has them.
func inLonLat(e *cql2.Expr, s system) (*cql2.Expr, error) {
	var tree any
	if err := json.Unmarshal(e.JSON(), &tree); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(moved(tree, s))
	if err != nil {
		return nil, err
	}
	return cql2.ParseJSON(raw)
}

// moved returns a JSON value with the coordinates of its geometries and boxes in longitude and latitude.
func moved(value any, s system) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			switch name {
			case "coordinates":
				v[name] = movedPositions(inner, s)
			case "bbox":
				v[name] = movedBox(inner, s)
			default:
				v[name] = moved(inner, s)
			}
		}
	case []any:
		for i := range v {
			v[i] = moved(v[i], s)
		}
	}
	return value
}

func movedPositions(value any, s system) any {
	list, ok := value.([]any)
	if !ok {
		return value
	}
	if x, y, ok := position(list); ok {
		p := s.toWGS84(orb.Point{x, y})
		return []any{p[0], p[1]}
	}
	for i := range list {
		list[i] = movedPositions(list[i], s)
	}
	return list
}

func position(list []any) (x, y float64, ok bool) {
	if len(list) < 2 {
		return 0, 0, false
	}
	x, first := list[0].(float64)
	y, second := list[1].(float64)
	return x, y, first && second
}

func movedBox(value any, s system) any {
	list, ok := value.([]any)
	if !ok || len(list) != 4 && len(list) != 6 {
		return value
	}
	half := len(list) / 2
	minX, minY, low := position(list)
	maxX, maxY, high := position(list[half:])
	if !low || !high {
		return value
	}
	southWest, northEast := s.toWGS84(orb.Point{minX, minY}), s.toWGS84(orb.Point{maxX, maxY})
	return slices.Concat([]any{southWest[0], southWest[1]}, []any{northEast[0], northEast[1]})
}
