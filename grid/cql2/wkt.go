package cql2

import (
	"strings"

	"github.com/paulmach/orb"
)

// shapes reads what follows the name of a geometry.
var shapes = map[string]func(*parser) (orb.Geometry, error){
	"point":      func(p *parser) (orb.Geometry, error) { return asGeometry(p.pointText()) },
	"linestring": func(p *parser) (orb.Geometry, error) { return asGeometry(p.lineText()) },
	"polygon":    func(p *parser) (orb.Geometry, error) { return asGeometry(p.polygonText()) },
	"multipoint": func(p *parser) (orb.Geometry, error) { g, err := listed(p, p.pointText); return orb.MultiPoint(g), err },
	"multilinestring": func(p *parser) (orb.Geometry, error) {
		g, err := listed(p, p.lineText)
		return orb.MultiLineString(g), err
	},
	"multipolygon": func(p *parser) (orb.Geometry, error) {
		g, err := listed(p, p.polygonText)
		return orb.MultiPolygon(g), err
	},
	"bbox": (*parser).bboxText,
}

func asGeometry[G orb.Geometry](g G, err error) (orb.Geometry, error) { return g, err }

// geometry reads a geometry whose name has been read, nil when it is none. The Z says that positions have three numbers, which is seen
// without it.
func (p *parser) geometry(name string, at int) (*Expr, error) {
	begin := p.next
	if shapes[name] == nil && name != "geometrycollection" {
		return nil, nil
	}
	if name != "bbox" {
		p.accept("z")
	}
	if !p.peek().is("(") {
		p.next = begin
		return nil, nil
	}
	g, err := p.shape(name)
	if err != nil {
		return nil, err
	}
	return &Expr{Op: Geometry, Value: newLiteral(g), At: at}, nil
}

func (p *parser) shape(name string) (orb.Geometry, error) {
	if name != "geometrycollection" {
		return shapes[name](p)
	}
	parts, err := listed(p, func() (orb.Geometry, error) {
		t := p.take()
		of := strings.ToLower(t.text)
		if t.kind != word || of == "bbox" || shapes[of] == nil {
			return nil, wrong(t.at, "a part of a GEOMETRYCOLLECTION is missing")
		}
		p.accept("z")
		return shapes[of](p)
	})
	return orb.Collection(parts), err
}

// listed reads what is in parentheses, with commas between.
func listed[T any](p *parser, part func() (T, error)) ([]T, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var all []T
	for {
		one, err := part()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
		if _, ok := p.accept(","); !ok {
			return all, p.expect(")")
		}
	}
}

func (p *parser) pointText() (orb.Point, error) {
	if err := p.expect("("); err != nil {
		return orb.Point{}, err
	}
	at, err := p.position()
	if err != nil {
		return orb.Point{}, err
	}
	return at, p.expect(")")
}

func (p *parser) lineText() (orb.LineString, error) { return listed(p, p.position) }

func (p *parser) polygonText() (orb.Polygon, error) {
	return listed(p, func() (orb.Ring, error) { return listed(p, p.position) })
}

// position reads two or three numbers.
func (p *parser) position() (orb.Point, error) {
	lon, err := p.coordinate()
	if err != nil {
		return orb.Point{}, err
	}
	lat, err := p.coordinate()
	if err != nil {
		return orb.Point{}, err
	}
	if t := p.peek(); t.kind == num || t.is("-") || t.is("+") {
		if _, err := p.coordinate(); err != nil {
			return orb.Point{}, err
		}
	}
	return orb.Point{lon, lat}, nil
}

func (p *parser) coordinate() (float64, error) {
	_, minus := p.accept("-")
	if !minus {
		p.accept("+")
	}
	if p.peek().kind != num {
		return 0, p.missing("a number")
	}
	e, err := p.number(minus)
	if err != nil {
		return 0, err
	}
	return e.Value.(float64), nil
}

func (p *parser) bboxText() (orb.Geometry, error) {
	at := p.peek().at
	numbers, err := listed(p, p.coordinate)
	if err != nil {
		return nil, err
	}
	return bound(numbers, at)
}

// bound reads the numbers of a BBOX: four, or six with heights.
func bound(n []float64, at int) (orb.Geometry, error) {
	switch len(n) {
	case 4:
		return orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}, nil
	case 6:
		return orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[3], n[4]}}, nil
	}
	return nil, wrong(at, "BBOX takes four numbers: west, south, east, north; or six with heights")
}
