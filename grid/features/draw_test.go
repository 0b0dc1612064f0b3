package features_test

import (
	"strings"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
	"github.com/wangge/wangge/grid/features"
)

// drawQuery draws a query whose values come from the features as often as not, so that it chooses some of them.
func drawQuery(rt *rapid.T, c *grid.Collection, all []grid.Feature) features.Query {
	q := features.Query{Collection: c, Actor: reader}
	d := drawer{rt, c, all}
	if rapid.Bool().Draw(rt, "filtered") {
		q.Filter = d.filter()
	}
	if rapid.IntRange(0, 2).Draw(rt, "boxed") == 0 {
		for range rapid.IntRange(1, 2).Draw(rt, "boxes") {
			q.Boxes = append(q.Boxes, d.box())
		}
	}
	if rapid.IntRange(0, 3).Draw(rt, "timed") == 0 && c.Time != "" {
		q.From, _ = d.value(c.Time).(time.Time)
		q.To, _ = d.value(c.Time).(time.Time)
		if !q.To.IsZero() && q.To.Before(q.From) {
			q.From, q.To = q.To, q.From
		}
	}
	return q
}

type drawer struct {
	*rapid.T
	c   *grid.Collection
	all []grid.Feature
}

func (d drawer) one() grid.Feature { return rapid.SampledFrom(d.all).Draw(d.T, "feature") }

func (d drawer) value(name string) any { return d.one().Values[d.c.Index(name)] }

// at is a vertex of a feature, or a spot near it.
func (d drawer) at() geo.Point {
	var at orb.Point
	switch g := d.one().Geometry.(type) {
	case orb.Point:
		at = g
	case orb.MultiLineString:
		at = rapid.SampledFrom(g[0]).Draw(d.T, "vertex")
	case orb.MultiPolygon:
		at = rapid.SampledFrom(g[0][0]).Draw(d.T, "vertex")
	}
	p, _ := geo.Snap(at)
	by := rapid.SampledFrom([]int32{0, 1, 1000, 50_000}).Draw(d.T, "by")
	p.X += rapid.Int32Range(-by, by).Draw(d.T, "dx")
	p.Y += rapid.Int32Range(-by, by).Draw(d.T, "dy")
	return p
}

func (d drawer) box() geo.Box { return geo.EmptyBox().Extend(d.at()).Extend(d.at()) }

func (d drawer) filter() *cql2.Expr {
	e := d.condition(3)
	text := e.Text()
	again, err := cql2.Parse(text)
	if err != nil {
		d.Fatalf("%s: %v", text, err)
	}
	if err := again.Check(features.Types(d.c, reader)); err != nil {
		d.Fatalf("%s: %v", text, err)
	}
	return again
}

func (d drawer) condition(depth int) *cql2.Expr {
	kind := rapid.IntRange(0, 9).Draw(d.T, "condition")
	if depth == 0 {
		kind = 3 + kind%7
	}
	switch kind {
	case 0, 1:
		op := []cql2.Op{cql2.And, cql2.Or}[kind]
		return &cql2.Expr{Op: op, Args: []*cql2.Expr{d.condition(depth - 1), d.condition(depth - 1)}}
	case 2:
		return &cql2.Expr{Op: cql2.Not, Args: []*cql2.Expr{d.condition(depth - 1)}}
	case 3:
		return d.spatial()
	}
	f := rapid.SampledFrom(d.c.Fields).Draw(d.T, "field")
	p := &cql2.Expr{Op: cql2.Property, Name: f.Name}
	if kind == 4 || f.Type == grid.List || f.Type == grid.Object {
		return &cql2.Expr{Op: cql2.IsNull, Args: []*cql2.Expr{p}}
	}
	return d.about(f, p)
}

// about draws a condition about a property.
func (d drawer) about(f grid.Field, p *cql2.Expr) *cql2.Expr {
	comparisons := []cql2.Op{cql2.Equal, cql2.NotEqual, cql2.Less, cql2.Greater, cql2.LessOrEqual, cql2.GreaterOrEqual}
	if f.Type == grid.Boolean {
		comparisons = comparisons[:2]
	}
	isText := f.Type == grid.Text || f.Type == grid.Code || f.Type == grid.Enum
	switch kind := rapid.IntRange(0, 5).Draw(d.T, "about"); {
	case kind == 0:
		list := &cql2.Expr{Op: cql2.List}
		for range rapid.IntRange(1, 4).Draw(d.T, "list") {
			list.Args = append(list.Args, d.literal(f))
		}
		return &cql2.Expr{Op: cql2.In, Args: []*cql2.Expr{p, list}}
	case kind == 1 && isText:
		return &cql2.Expr{Op: cql2.Like, Args: []*cql2.Expr{d.perhapsCaseless(p), d.perhapsCaseless(d.pattern(f))}}
	case kind == 2 && isText:
		return &cql2.Expr{Op: cql2.Equal, Args: []*cql2.Expr{caseless(p), caseless(d.literal(f))}}
	case kind == 3 && !isText && f.Type != grid.Boolean:
		return &cql2.Expr{Op: cql2.Between, Args: []*cql2.Expr{p, d.literal(f), d.literal(f)}}
	}
	return &cql2.Expr{Op: rapid.SampledFrom(comparisons).Draw(d.T, "op"), Args: []*cql2.Expr{p, d.literal(f)}}
}

func caseless(e *cql2.Expr) *cql2.Expr { return &cql2.Expr{Op: cql2.CaseI, Args: []*cql2.Expr{e}} }

func (d drawer) perhapsCaseless(e *cql2.Expr) *cql2.Expr {
	if rapid.Bool().Draw(d.T, "caseless") {
		return caseless(e)
	}
	return e
}

// literal draws a value of the field's type: that of a feature, or another.
func (d drawer) literal(f grid.Field) *cql2.Expr {
	switch v := d.value(f.Name).(type) {
	case string:
		if rapid.Bool().Draw(d.T, "upper") {
			v = strings.ToUpper(v)
		}
		return &cql2.Expr{Op: cql2.String, Value: v}
	case int64:
		return &cql2.Expr{Op: cql2.Number, Value: float64(v)}
	case float64:
		return &cql2.Expr{Op: cql2.Number, Value: v}
	case bool:
		return &cql2.Expr{Op: cql2.Boolean, Value: v}
	case time.Time:
		if rapid.Bool().Draw(d.T, "date") {
			return &cql2.Expr{Op: cql2.Date, Value: v.UTC().Truncate(24 * time.Hour)}
		}
		return &cql2.Expr{Op: cql2.Timestamp, Value: v.UTC().Truncate(time.Microsecond)}
	}
	switch f.Type {
	case grid.Integer, grid.Number:
		return &cql2.Expr{Op: cql2.Number, Value: rapid.Float64Range(-5, 50).Draw(d.T, "number")}
	case grid.Boolean:
		return &cql2.Expr{Op: cql2.Boolean, Value: rapid.Bool().Draw(d.T, "boolean")}
	case grid.Date, grid.Time:
		return &cql2.Expr{Op: cql2.Date, Value: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)}
	}
	return &cql2.Expr{Op: cql2.String, Value: rapid.SampledFrom([]string{"", "'; DROP TABLE place; --", "ſtraße", "网格", "$1", `\' OR 1=1`}).Draw(d.T, "text")}
}

// pattern draws a part of a text with wildcards.
func (d drawer) pattern(f grid.Field) *cql2.Expr {
	v, _ := d.value(f.Name).(string)
	runes := []rune(v)
	for i := range runes {
		switch rapid.IntRange(0, 5).Draw(d.T, "wild") {
		case 0:
			runes[i] = '_'
		case 1:
			runes[i] = '%'
		}
	}
	return &cql2.Expr{Op: cql2.String, Value: rapid.SampledFrom([]string{"", "%", "_", `\%`}).Draw(d.T, "first") + string(runes) + "%"}
}

func (d drawer) spatial() *cql2.Expr {
	var g orb.Geometry
	a, b, c := d.at(), d.at(), d.at()
	switch rapid.IntRange(0, 4).Draw(d.T, "geometry") {
	case 0:
		g = a.Orb()
	case 1:
		g = orb.LineString{a.Orb(), b.Orb(), c.Orb()}
	case 2:
		g = orb.Polygon{{a.Orb(), b.Orb(), c.Orb(), a.Orb()}}
	case 3:
		g = orb.MultiPoint{a.Orb(), b.Orb()}
	default:
		box := geo.EmptyBox().Extend(a).Extend(b)
		g = orb.Bound{Min: box.Min.Orb(), Max: box.Max.Orb()}
	}
	if _, err := geo.ShapeFromOrb(g); err != nil { // three vertices in a line
		g = a.Orb()
	}
	op := rapid.SampledFrom([]cql2.Op{cql2.Intersects, cql2.Disjoint}).Draw(d.T, "spatial")
	return &cql2.Expr{Op: op, Args: []*cql2.Expr{{Op: cql2.Property, Name: "geometry"}, {Op: cql2.Geometry, Value: &cql2.Literal{Orb: g}}}}
}
