package cql2

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// How strongly what is written holds together, the weakest first.
const (
	bindOr = iota
	bindAnd
	bindNot
	bindCompare
	bindSum
	bindProduct
	bindPower
	bindValue
)

// Text returns the text form, which Parse reads as the same expression.
func (e *Expr) Text() string {
	var p printer
	p.print(e, bindOr)
	return p.String()
}

type printer struct{ strings.Builder }

func (p *printer) all(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
}

// print writes e, in parentheses when it does not bind as strongly as least.
func (p *printer) print(e *Expr, least int) {
	if e.binds() < least {
		p.WriteByte('(')
		defer p.WriteByte(')')
	}
	switch e.Op {
	case And, Or:
		for i, a := range e.Args {
			if i > 0 {
				p.all(" ", strings.ToUpper(string(e.Op)), " ")
			}
			p.print(a, e.binds()+1)
		}
	case Not:
		p.WriteString("NOT ")
		p.print(e.Args[0], bindCompare)
	case Equal, NotEqual, Less, Greater, LessOrEqual, GreaterOrEqual:
		p.infix(e, bindSum, bindSum)
	case Like:
		p.infix(e, bindSum, bindSum)
	case Between:
		p.print(e.Args[0], bindSum)
		p.WriteString(" BETWEEN ")
		p.print(e.Args[1], bindSum)
		p.WriteString(" AND ")
		p.print(e.Args[2], bindSum)
	case In:
		p.print(e.Args[0], bindSum)
		p.WriteString(" IN ")
		p.list(e.Args[1].Args)
	case IsNull:
		p.print(e.Args[0], bindSum)
		p.WriteString(" IS NULL")
	case Add, Subtract:
		p.infix(e, bindSum, bindProduct)
	case Multiply, Divide, Modulo, IntegerDivide:
		p.infix(e, bindProduct, bindPower)
	case Power:
		p.infix(e, bindValue, bindValue)
	default:
		p.operand(e)
	}
}

func (p *printer) infix(e *Expr, left, right int) {
	p.print(e.Args[0], left)
	p.all(" ", strings.ToUpper(string(e.Op)), " ")
	p.print(e.Args[1], right)
}

// list writes arguments in parentheses.
func (p *printer) list(args []*Expr) {
	p.WriteByte('(')
	for i, a := range args {
		if i > 0 {
			p.WriteString(", ")
		}
		p.print(a, bindOr)
	}
	p.WriteByte(')')
}

func (p *printer) operand(e *Expr) {
	switch e.Op {
	case Property:
		p.WriteString(propertyText(e.Name))
	case String:
		p.WriteString(stringText(e.Value.(string)))
	case Number:
		p.WriteString(numberText(e.Value.(float64)))
	case Boolean:
		p.WriteString(strings.ToUpper(strconv.FormatBool(e.Value.(bool))))
	case Date, Timestamp:
		p.all(strings.ToUpper(string(e.Op)), "('", e.instantText(), "')")
	case Interval:
		p.WriteString("INTERVAL(")
		for i, a := range e.Args {
			if i > 0 {
				p.WriteString(", ")
			}
			switch a.Op {
			case Date, Timestamp:
				p.all("'", a.instantText(), "'")
			case Unbounded:
				p.WriteString("'..'")
			default:
				p.operand(a)
			}
		}
		p.WriteByte(')')
	case List:
		p.list(e.Args)
	case Geometry:
		p.geometry(e.Value.(*Literal).Orb)
	case Function:
		p.WriteString(e.Name)
		p.list(e.Args)
	default:
		p.WriteString(strings.ToUpper(string(e.Op)))
		p.list(e.Args)
	}
}

func (e *Expr) binds() int {
	switch e.Op {
	case Or:
		return bindOr
	case And:
		return bindAnd
	case Not:
		return bindNot
	case Equal, NotEqual, Less, Greater, LessOrEqual, GreaterOrEqual, Like, Between, In, IsNull:
		return bindCompare
	case Add, Subtract:
		return bindSum
	case Multiply, Divide, Modulo, IntegerDivide:
		return bindProduct
	case Power:
		return bindPower
	}
	return bindValue
}

func propertyText(name string) string {
	if special(name) || operators[strings.ToLower(name)].op != "" {
		return `"` + name + `"`
	}
	return name
}

// stringText doubles quotes, or escapes one that follows a backslash, which would otherwise escape the first of the two.
func stringText(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i := range len(s) {
		switch {
		case s[i] != '\'':
			b.WriteByte(s[i])
		case i > 0 && s[i-1] == '\\':
			b.WriteString(`\'`)
		default:
			b.WriteString(`''`)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

func numberText(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// geometry writes WKT, a bound as BBOX.
func (p *printer) geometry(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		p.WriteString("POINT(")
		p.position(g)
		p.WriteByte(')')
	case orb.MultiPoint:
		p.WriteString("MULTIPOINT")
		between(p, g, func(v orb.Point) {
			p.WriteByte('(')
			p.position(v)
			p.WriteByte(')')
		})
	case orb.LineString:
		p.WriteString("LINESTRING")
		between(p, g, p.position)
	case orb.MultiLineString:
		p.WriteString("MULTILINESTRING")
		between(p, g, func(l orb.LineString) { between(p, l, p.position) })
	case orb.Polygon:
		p.WriteString("POLYGON")
		p.rings(g)
	case orb.MultiPolygon:
		p.WriteString("MULTIPOLYGON")
		between(p, g, p.rings)
	case orb.Collection:
		p.WriteString("GEOMETRYCOLLECTION")
		between(p, g, p.geometry)
	case orb.Bound:
		p.all("BBOX(", numberText(g.Min[0]), ", ", numberText(g.Min[1]), ", ", numberText(g.Max[0]), ", ", numberText(g.Max[1]), ")")
	}
}

func (p *printer) position(v orb.Point) { p.all(numberText(v[0]), " ", numberText(v[1])) }

func (p *printer) rings(polygon orb.Polygon) {
	between(p, polygon, func(r orb.Ring) { between(p, r, p.position) })
}

// between writes a list in parentheses.
func between[T any](p *printer, list []T, each func(T)) {
	p.WriteByte('(')
	for i, one := range list {
		if i > 0 {
			p.WriteByte(',')
		}
		each(one)
	}
	p.WriteByte(')')
}
