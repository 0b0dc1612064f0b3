package ogc

import (
	"fmt"
	"math"
	"net/url"
	"strings"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// itemsView is a page of features to look at.
type itemsView struct {
	Filter, BBox, Limit string // as they were asked for
	Others              query  // what else was, but for the position: a form sends what stands in it and nothing else
	Number, Matched     int
	Counted             bool
	Next                string
	Columns             []column
	Rows                []itemRow
	Map                 *sketch // nil where there is nothing to draw
}

type itemRow struct {
	Href, Code string
	Cells      []itemCell // one for each column
}

// column is a property as the head of a table has it.
type column struct{ Name, Label string }

// itemCell is a value to look at, with its code where that is another.
type itemCell struct{ Text, Code string }

func newItemsView(q *request, c *grid.Collection, found *itemsPage, next string) *itemsView {
	v := &itemsView{
		Filter: q.query[filterParam], BBox: q.query[bboxParam], Limit: q.query[limitParam],
		Number: found.number, Matched: found.matched, Counted: found.counted, Next: next, Map: newSketch(found.features),
	}
	v.Others = q.query.without(filterParam, bboxParam, limitParam, formatParam, cursorParam)
	for _, f := range c.Fields {
		v.Columns = append(v.Columns, column{f.Name, labelOf(f, q.lang)})
	}
	for i := range found.features {
		f := &found.features[i]
		row := itemRow{Href: q.at("/collections/" + c.ID + "/items/" + pathEscape(f.Code) + "?f=html"), Code: f.Code}
		for k, value := range f.Values {
			row.Cells = append(row.Cells, q.cell(c.Fields[k], value))
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// pathEscape escapes a code as one part of a path.
func pathEscape(code string) string { return url.PathEscape(code) }

// cell returns a value of a field as whoever reads the page's language understands it.
func (q *request) cell(f grid.Field, value any) itemCell {
	switch v := value.(type) {
	case bool:
		if v {
			return itemCell{Text: q.lang.say("是", "yes")}
		}
		return itemCell{Text: q.lang.say("否", "no")}
	case string:
		for _, label := range q.state.Codes.Labels(f) {
			if label.Code == v {
				return itemCell{q.lang.say(label.ZH, label.EN), v}
			}
		}
	}
	return itemCell{Text: textOf(plainValue(f, value))}
}

// textOf returns a value as text.
func textOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []string:
		return strings.Join(v, "; ")
	case map[string]any:
		raw, err := encode(v)
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(raw))
	}
	return fmt.Sprint(value)
}

// sketch is a drawing of features: a map without a basemap, for which no script is needed.
type sketch struct {
	Width, Height int
	Shapes        []sketched
}

type sketched struct {
	Code   string
	Path   string // of lines and areas
	Line   bool
	Circle bool // at X, Y
	X, Y   int
}

const (
	sketchWidth     = 1000
	maxSketchHeight = 700
	sketchMargin    = 10
)

// newSketch draws the features to fill the width, north up, a degree of longitude as much shorter as it is in their middle.
func newSketch(all []grid.Feature) *sketch {
	var bound orb.Bound
	drawn := 0
	for i := range all {
		if g := all[i].Geometry; g != nil {
			if drawn++; drawn == 1 {
				bound = g.Bound()
			}
			bound = bound.Union(g.Bound())
		}
	}
	if drawn == 0 {
		return nil
	}
	shrink := math.Cos(bound.Center()[1] * math.Pi / 180)
	width, height := max(1e-4, (bound.Max[0]-bound.Min[0])*shrink), max(1e-4, bound.Max[1]-bound.Min[1])
	scale := min((sketchWidth-2*sketchMargin)/width, (maxSketchHeight-2*sketchMargin)/height)
	s := &sketch{Width: sketchWidth, Height: int(height*scale) + 2*sketchMargin}
	left := (sketchWidth - width*scale) / 2
	at := func(p orb.Point) (x, y int) {
		return int(math.Round(left + (p[0]-bound.Min[0])*shrink*scale)), int(math.Round(sketchMargin + (bound.Max[1]-p[1])*scale))
	}
	for i := range all {
		s.draw(&all[i], at)
	}
	return s
}

func (s *sketch) draw(f *grid.Feature, at func(orb.Point) (x, y int)) {
	one := sketched{Code: f.Code}
	var b strings.Builder
	switch g := f.Geometry.(type) {
	case orb.Point:
		one.Circle = true
		one.X, one.Y = at(g)
	case orb.MultiLineString:
		one.Line = true
		for _, line := range g {
			drawLine(&b, line, at)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			for _, ring := range polygon {
				drawLine(&b, orb.LineString(ring), at)
				b.WriteByte('Z')
			}
		}
	default:
		return
	}
	one.Path = b.String()
	s.Shapes = append(s.Shapes, one)
}

// drawLine leaves out vertices that fall onto the pixel of the one before.
func drawLine(b *strings.Builder, line orb.LineString, at func(orb.Point) (x, y int)) {
	var lastX, lastY int
	for i, p := range line {
		x, y := at(p)
		if i > 0 && x == lastX && y == lastY {
			continue
		}
		command := 'L'
		if i == 0 {
			command = 'M'
		}
		fmt.Fprintf(b, "%c%d %d", command, x, y)
		lastX, lastY = x, y
	}
}
