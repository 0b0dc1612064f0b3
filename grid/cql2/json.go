package cql2

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// ParseJSON reads the JSON form. Every error is a *SyntaxError.
func ParseJSON(raw []byte) (*Expr, error) {
	if len(raw) > MaxJSON {
		return nil, wrong(0, "the filter has %d bytes, more than %d: make it shorter", len(raw), MaxJSON)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, wrong(0, "the filter is no JSON: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, wrong(0, "there is more after the filter")
	}
	e, err := fromJSON(v, 1)
	if err != nil {
		return nil, err
	}
	return e, validate(e)
}

func fromJSON(v any, depth int) (*Expr, error) {
	if depth > MaxDepth {
		return nil, wrong(0, "the filter is more than %d deep", MaxDepth)
	}
	switch v := v.(type) {
	case string:
		return stringFromJSON(v)
	case bool:
		return &Expr{Op: Boolean, Value: v}, nil
	case json.Number:
		n, err := finite(v)
		return &Expr{Op: Number, Value: n}, err
	case []any:
		args, err := allFromJSON(v, depth+1)
		return &Expr{Op: List, Args: args}, err
	case map[string]any:
		return objectFromJSON(v, depth)
	}
	return nil, wrong(0, "null is no part of a filter: use isNull")
}

func stringFromJSON(s string) (*Expr, error) {
	if strings.ContainsRune(s, 0) {
		return nil, wrong(0, "a text cannot have U+0000")
	}
	return newString(s, 0)
}

func finite(n json.Number) (float64, error) {
	v, err := n.Float64()
	if err != nil || math.IsInf(v, 0) {
		return 0, wrong(0, "the number %s is too large", n)
	}
	return v, nil
}

func allFromJSON(list []any, depth int) ([]*Expr, error) {
	var all []*Expr
	for _, v := range list {
		e, err := fromJSON(v, depth)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// member returns a member of an object that is of type T.
func member[T any](object map[string]any, name string) (T, error) {
	v, ok := object[name].(T)
	if !ok {
		return v, wrong(0, "%s is missing, or is not what it should be", name)
	}
	return v, nil
}

func objectFromJSON(o map[string]any, depth int) (*Expr, error) {
	switch {
	case o["op"] != nil:
		return callFromJSON(o, depth)
	case o["property"] != nil:
		name, err := member[string](o, "property")
		if err == nil && !isIdentifier(name) {
			err = wrong(0, "%q is no name of a property", name)
		}
		return &Expr{Op: Property, Name: name}, err
	case o["date"] != nil:
		return instantFromJSON(o, "date")
	case o["timestamp"] != nil:
		return instantFromJSON(o, "timestamp")
	case o["interval"] != nil:
		list, err := member[[]any](o, "interval")
		if err != nil {
			return nil, err
		}
		ends, err := allFromJSON(list, depth+1)
		if err != nil {
			return nil, err
		}
		return newInterval(ends, 0)
	case o["bbox"] != nil && o["type"] == nil:
		list, err := member[[]any](o, "bbox")
		if err != nil {
			return nil, err
		}
		numbers, err := eachOf(list, numberFromJSON)
		if err != nil {
			return nil, err
		}
		g, err := bound(numbers, 0)
		return &Expr{Op: Geometry, Value: newLiteral(g)}, err
	case o["type"] != nil:
		g, err := geometryFromJSON(o, true)
		if err != nil {
			return nil, err
		}
		return &Expr{Op: Geometry, Value: newLiteral(g)}, nil
	}
	return nil, wrong(0, "an object of a filter has op, property, date, timestamp, interval, bbox or type")
}

func callFromJSON(o map[string]any, depth int) (*Expr, error) {
	op, err := member[string](o, "op")
	if err != nil {
		return nil, err
	}
	list, err := member[[]any](o, "args")
	if err != nil {
		return nil, err
	}
	args, err := allFromJSON(list, depth+1)
	if err != nil {
		return nil, err
	}
	return newCall(op, args, 0)
}

func instantFromJSON(o map[string]any, form string) (*Expr, error) {
	text, err := member[string](o, form)
	if err != nil {
		return nil, err
	}
	return instantOf(text, 0, form)
}

// geometryFromJSON reads a GeoJSON geometry.
func geometryFromJSON(o map[string]any, collections bool) (orb.Geometry, error) {
	if o["type"] == "GeometryCollection" && collections {
		parts, err := member[[]any](o, "geometries")
		if err != nil {
			return nil, err
		}
		all, err := eachOf(parts, func(v any) (orb.Geometry, error) {
			part, _ := v.(map[string]any)
			return geometryFromJSON(part, false)
		})
		return orb.Collection(all), err
	}
	c := o["coordinates"]
	line := listOf(positionFromJSON)
	switch o["type"] {
	case "Point":
		return asGeometry(positionFromJSON(c))
	case "LineString":
		g, err := line(c)
		return orb.LineString(g), err
	case "MultiPoint":
		g, err := line(c)
		return orb.MultiPoint(g), err
	case "MultiLineString":
		g, err := listOf(as[orb.LineString](line))(c)
		return orb.MultiLineString(g), err
	case "Polygon":
		g, err := listOf(as[orb.Ring](line))(c)
		return orb.Polygon(g), err
	case "MultiPolygon":
		g, err := listOf(as[orb.Polygon](listOf(as[orb.Ring](line))))(c)
		return orb.MultiPolygon(g), err
	}
	return nil, wrong(0, "%v is no type of a geometry", o["type"])
}

// as gives what read reads the type S.
func as[S ~[]T, T any](read func(any) ([]T, error)) func(any) (S, error) {
	return func(v any) (S, error) {
		all, err := read(v)
		return S(all), err
	}
}

// listOf reads an array of what read reads.
func listOf[T any](read func(any) (T, error)) func(any) ([]T, error) {
	return func(v any) ([]T, error) {
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return nil, wrong(0, "the coordinates of a geometry are not as its type wants them")
		}
		return eachOf(list, read)
	}
}

func eachOf[T any](list []any, read func(any) (T, error)) ([]T, error) {
	all := make([]T, 0, len(list))
	for _, v := range list {
		one, err := read(v)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func numberFromJSON(v any) (float64, error) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, wrong(0, "a coordinate is a number")
	}
	return finite(n)
}

func positionFromJSON(v any) (orb.Point, error) {
	list, _ := v.([]any)
	if len(list) != 2 && len(list) != 3 {
		return orb.Point{}, wrong(0, "a position has two or three numbers")
	}
	n, err := eachOf(list, numberFromJSON)
	if err != nil {
		return orb.Point{}, err
	}
	return orb.Point{n[0], n[1]}, nil
}

// JSON returns the JSON form, which ParseJSON reads as the same expression.
func (e *Expr) JSON() []byte {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(e.toJSON()); err != nil {
		return nil // not of what has been parsed
	}
	return bytes.TrimSpace(b.Bytes())
}

func (e *Expr) toJSON() any {
	args := make([]any, len(e.Args))
	for i, a := range e.Args {
		args[i] = a.toJSON()
	}
	switch e.Op {
	case String, Number, Boolean:
		return e.Value
	case Property:
		return map[string]any{"property": e.Name}
	case Date, Timestamp:
		return map[string]any{string(e.Op): e.instantText()}
	case Unbounded:
		return ".."
	case Interval:
		for i, a := range e.Args {
			if a.Op == Date || a.Op == Timestamp {
				args[i] = a.instantText()
			}
		}
		return map[string]any{"interval": args}
	case List:
		return args
	case Geometry:
		g := e.Value.(*Literal).Orb
		if b, ok := g.(orb.Bound); ok {
			return map[string]any{"bbox": []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}
		}
		return geojson.NewGeometry(g)
	}
	return map[string]any{"op": e.name(), "args": args}
}

// name is what e is called in JSON.
func (e *Expr) name() string {
	if e.Op == Function {
		return e.Name
	}
	return string(e.Op)
}

// instantText writes a date or timestamp as both forms do.
func (e *Expr) instantText() string {
	if e.Op == Date {
		return e.Value.(time.Time).Format(time.DateOnly)
	}
	return e.Value.(time.Time).Format(time.RFC3339Nano)
}
