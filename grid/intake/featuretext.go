package intake

import (
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
)

// featureText writes a row of a binary file as a GeoJSON feature, so that it goes the way of all features and can stand in a rejects file.
type featureText struct {
	b    []byte
	some bool // properties have been written
}

func (f *featureText) begin() {
	f.b, f.some = append(f.b[:0], `{"type":"Feature","properties":{`...), false
}

// property writes a value; one of no kind is null.
func (f *featureText) property(name string, c cell) {
	if f.some {
		f.b = append(f.b, ',')
	}
	f.some = true
	f.b = appendText(f.b, name)
	f.b = append(f.b, ':')
	switch c.kind {
	case noCell:
		f.b = append(f.b, "null"...)
	case numberCell, boolCell:
		f.b = append(f.b, c.text...)
	default:
		f.b = appendText(f.b, c.text)
	}
}

func appendText(b []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil { // a string has none
		return append(b, `""`...)
	}
	return append(b, text...)
}

// end writes the geometry, nil for none, converted from web mercator if it is in that. The fault is one of the row.
func (f *featureText) end(g orb.Geometry, mercator bool) ([]byte, error) {
	f.b = append(f.b, `},"geometry":`...)
	if g == nil {
		f.b = append(f.b, "null}"...)
		return f.b, nil
	}
	w := geometryText{f.b, mercator, true}
	w.geometry(g)
	if !w.finite {
		f.b = append(f.b, "null}"...)
		return f.b, &rowFault{&geo.InvalidError{Rule: geo.RulePosition}}
	}
	f.b = append(w.b, '}')
	return f.b, nil
}

// geometryText writes a geometry as GeoJSON, every number so that it reads back the same.
type geometryText struct {
	b        []byte
	mercator bool
	finite   bool
}

func (w *geometryText) geometry(g orb.Geometry) {
	w.b = append(append(append(w.b, `{"type":"`...), g.GeoJSONType()...), `","coordinates":`...)
	switch g := g.(type) {
	case orb.Point:
		w.point(g)
	case orb.MultiPoint:
		w.points(g)
	case orb.LineString:
		w.points(g)
	case orb.MultiLineString:
		eachIn(w, g, func(l orb.LineString) { w.points(l) })
	case orb.Polygon:
		w.polygon(g)
	case orb.MultiPolygon:
		eachIn(w, g, w.polygon)
	}
	w.b = append(w.b, '}')
}

func (w *geometryText) polygon(p orb.Polygon) { eachIn(w, p, func(r orb.Ring) { w.points(r) }) }
func (w *geometryText) points(ps []orb.Point) { eachIn(w, ps, w.point) }

func eachIn[T any](w *geometryText, items []T, each func(T)) {
	w.b = append(w.b, '[')
	for i, one := range items {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		each(one)
	}
	w.b = append(w.b, ']')
}

func (w *geometryText) point(p orb.Point) {
	if w.mercator {
		p = crs.FromMercator(p[0], p[1])
	}
	for _, v := range p {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			w.finite = false
			return
		}
	}
	w.b = strconv.AppendFloat(append(w.b, '['), p[0], 'g', -1, 64)
	w.b = strconv.AppendFloat(append(w.b, ','), p[1], 'g', -1, 64)
	w.b = append(w.b, ']')
}

// wholeNumber writes a number without exponent or decimals where that is what it is, so that codes that a program keeps as numbers stay
// codes; beyond 15 digits a spreadsheet or database has lost digits, which ought to be seen.
func wholeNumber(text string) string {
	v, err := strconv.ParseFloat(text, 64)
	if err == nil && v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatInt(int64(v), 10)
	}
	return text
}

// textCellOf takes a text of a file, which has to be UTF-8.
func textCellOf(s string) (cell, error) {
	if s == "" {
		return cell{}, nil
	}
	if !utf8.ValidString(s) {
		return cell{}, faultf("text", "", "a text is not in the encoding that the file says")
	}
	return cell{textCell, s}, nil
}
