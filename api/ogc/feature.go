package ogc

import (
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// encoder writes features as GeoJSON: with their coordinates in a system, and their properties under the names of a collection's fields.
type encoder struct {
	system system
	fields []grid.Field
	names  [][]byte // of the fields, as JSON
}

func newEncoder(c *grid.Collection, s system) (*encoder, error) {
	e := &encoder{system: s, fields: c.Fields}
	for _, f := range c.Fields {
		name, err := encode(f.Name)
		if err != nil {
			return nil, err
		}
		e.names = append(e.names, name[:len(name)-1])
	}
	return e, nil
}

// append appends a feature, without its closing brace so that members may follow.
func (e *encoder) append(b []byte, f *grid.Feature) ([]byte, error) {
	b = append(b, `{"type":"Feature","id":`...)
	b, err := appendJSON(b, f.Code)
	if err != nil {
		return b, err
	}
	b = append(b, `,"geometry":`...)
	if b, err = e.appendGeometry(b, f.Geometry); err != nil {
		return b, fmt.Errorf("%s: %w", f.Code, err)
	}
	b = append(b, `,"properties":{`...)
	for i, name := range e.names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, name...), ':')
		if b, err = appendJSON(b, plainValue(e.fields[i], f.Values[i])); err != nil {
			return b, fmt.Errorf("%s of %s: %w", e.fields[i].Name, f.Code, err)
		}
	}
	return append(b, '}'), nil
}

// appendJSON appends a value as encode writes it, for what most properties are by a shorter way.
func appendJSON(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case float64:
		if size := math.Abs(v); size == 0 || size >= 1e-6 && size < 1e21 { // outside it has an exponent
			return strconv.AppendFloat(b, v, 'f', -1, 64), nil
		}
	case string:
		if plainText(v) {
			return append(append(append(b, '"'), v...), '"'), nil
		}
	}
	raw, err := encode(v)
	if err != nil {
		return b, err
	}
	return append(b, raw[:len(raw)-1]...), nil
}

// plainText reports whether a text stands in JSON as it is.
func plainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == 0xE2 { // of which those that JavaScript takes for the end of a line begin
			return false
		}
	}
	return utf8.ValidString(s)
}

// plainValue returns a value as JSON has it: times in UTC, a date without its time.
func plainValue(f grid.Field, v any) any {
	t, isTime := v.(time.Time)
	switch {
	case !isTime:
		return v
	case f.Type == grid.Date:
		return t.Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func (e *encoder) appendGeometry(b []byte, g orb.Geometry) ([]byte, error) {
	if g == nil {
		return append(b, "null"...), nil
	}
	b = append(append(append(b, `{"type":"`...), g.GeoJSONType()...), `","coordinates":`...)
	switch g := g.(type) {
	case orb.Point:
		b = e.system.appendPosition(b, g)
	case orb.LineString:
		b = e.appendLine(b, g)
	case orb.MultiLineString:
		b = appendList(b, g, e.appendLine)
	case orb.Polygon:
		b = e.appendPolygon(b, g)
	case orb.MultiPolygon:
		b = appendList(b, g, e.appendPolygon)
	default:
		return b, fmt.Errorf("a %s is no geometry of a feature", g.GeoJSONType())
	}
	return append(b, '}'), nil
}

func (e *encoder) appendPolygon(b []byte, p orb.Polygon) []byte {
	return appendList(b, p, func(b []byte, ring orb.Ring) []byte { return appendList(b, ring, e.system.appendPosition) })
}

func (e *encoder) appendLine(b []byte, line orb.LineString) []byte {
	return appendList(b, line, e.system.appendPosition)
}

// appendList appends a JSON array.
func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, item := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, item)
	}
	return append(b, ']')
}
