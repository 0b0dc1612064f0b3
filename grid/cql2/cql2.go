// Package cql2 reads and writes filters in CQL2 (OGC 21-065r2), as text and as JSON, and matches them with what is in memory. Package
// store makes SQL of the same expressions, with the same answers.
//
// Everything of the grammar is read. What is carried out: AND, OR, NOT, comparisons, LIKE, BETWEEN, IN, IS NULL, CASEI, S_INTERSECTS
// and S_DISJOINT; Check refuses the rest, saying so. Geometries are lon/lat degrees on WGS 84, and exact on the lattice; a third
// coordinate is left out. An expression never changes and is safe for concurrent use.
package cql2

import (
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// The limits of an expression.
const (
	MaxText  = 8 << 10  // bytes of the text
	MaxJSON  = 16 << 10 // bytes of the JSON
	MaxDepth = 32       // of expressions in each other
	MaxNodes = 200      // operators, values and properties together; a geometry is one
)

// Op says what an expression is; operators have the names that they have in JSON.
type Op string

// The operators.
const (
	And            Op = "and"
	Or             Op = "or"
	Not            Op = "not"
	Equal          Op = "="
	NotEqual       Op = "<>"
	Less           Op = "<"
	Greater        Op = ">"
	LessOrEqual    Op = "<="
	GreaterOrEqual Op = ">="
	Like           Op = "like"
	Between        Op = "between"
	In             Op = "in" // Args[1] is a List
	IsNull         Op = "isNull"
	CaseI          Op = "casei"
	AccentI        Op = "accenti"
	Add            Op = "+"
	Subtract       Op = "-"
	Multiply       Op = "*"
	Divide         Op = "/"
	Modulo         Op = "%"
	IntegerDivide  Op = "div"
	Power          Op = "^"
	Intersects     Op = "s_intersects"
	Disjoint       Op = "s_disjoint"
)

// The operands.
const (
	Property  Op = "property"  // Name
	Function  Op = "function"  // Name and Args
	String    Op = "string"    // Value is a string
	Number    Op = "number"    // Value is a finite float64
	Boolean   Op = "boolean"   // Value is a bool
	Date      Op = "date"      // Value is a time.Time, midnight UTC
	Timestamp Op = "timestamp" // Value is a time.Time in UTC, of whole microseconds
	Interval  Op = "interval"  // Args are two of Date, Timestamp, Unbounded, Property, Function
	Unbounded Op = ".."        // an end of an interval
	List      Op = "array"     // Args
	Geometry  Op = "geometry"  // Value is a *Literal
)

// Expr is an expression: an operator or function with what it is of, a property, or a value.
type Expr struct {
	Op    Op
	Name  string // of a property or function
	Args  []*Expr
	Value any
	At    int // where it is in the text, in bytes; 0 of JSON
}

// Literal is a geometry that stands in an expression.
type Literal struct {
	Orb   orb.Geometry // as it was written; a BBOX is an orb.Bound, whose west may be east of its east
	Shape *geo.Shape   // on the lattice, nil when Err says why it cannot be
	Err   error
}

// SyntaxError says what is wrong with an expression and where.
type SyntaxError struct {
	At     int // bytes from the beginning of the text; 0 of JSON
	Detail string
}

// Error implements error.
func (e *SyntaxError) Error() string {
	if e.At == 0 {
		return e.Detail
	}
	return fmt.Sprintf("at byte %d: %s", e.At+1, e.Detail)
}

func wrong(at int, format string, args ...any) error {
	return &SyntaxError{At: at, Detail: fmt.Sprintf(format, args...)}
}

// Type is what a property holds.
type Type string

// The types of properties.
const (
	TextType      Type = "text"
	NumberType    Type = "number"
	BooleanType   Type = "boolean"
	DateType      Type = "date"
	TimestampType Type = "timestamp"
	GeometryType  Type = "geometry"
	OtherType     Type = "other" // lists and objects, which can only be asked whether they are null
)

// Day is a date among the values that Match asks for: midnight UTC.
type Day time.Time

// Properties returns the names of the properties of e, each once, in order of their first appearance.
func (e *Expr) Properties() []string {
	var names []string
	seen := map[string]bool{}
	e.walk(func(x *Expr) {
		if x.Op == Property && !seen[x.Name] {
			seen[x.Name] = true
			names = append(names, x.Name)
		}
	})
	return names
}

func (e *Expr) walk(f func(*Expr)) {
	f(e)
	for _, a := range e.Args {
		a.walk(f)
	}
}

func newLiteral(g orb.Geometry) *Literal {
	l := &Literal{Orb: g}
	s, err := geo.ShapeFromOrb(g)
	if err != nil {
		l.Err = err
		return l
	}
	l.Shape = &s
	return l
}

// Boxes returns boxes of which the geometry meets one wherever the expression holds, nil when it does not say. They are of the first
// S_INTERSECTS that must hold.
func (e *Expr) Boxes() []geo.Box {
	switch e.Op {
	case And:
		for _, a := range e.Args {
			if boxes := a.Boxes(); boxes != nil {
				return boxes
			}
		}
	case Intersects:
		a, b := e.Args[0], e.Args[1]
		if a.Op == Geometry {
			a, b = b, a
		}
		if a.Op != Property || b.Op != Geometry || b.Value.(*Literal).Shape == nil {
			return nil
		}
		return b.Value.(*Literal).Shape.Boxes()
	}
	return nil
}
