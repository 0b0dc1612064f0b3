package cql2

import (
	"strings"
	"unicode/utf8"
)

// sort is what kind of thing an expression is, or may be where it stands.
type sort uint16

const (
	condition sort = 1 << iota
	text
	number
	truth // TRUE or FALSE
	instant
	interval
	unbounded
	geometry
	list
	call     // of a function, which may be anything
	property // the same

	scalar    = text | number | truth | instant | call | property
	character = text | call | property
	numeric   = number | call | property
	anything  = condition | scalar | interval | geometry | list
)

// operator is what is to be known of an operator besides its name.
type operator struct {
	op          Op
	is          sort
	args        sort // what each argument may be
	least, most int  // how many there are
}

// operators by their names in small letters; those of the text are the same, apart from IS NULL.
var operators = operatorsByName()

func operatorsByName() map[string]operator {
	named := map[string]operator{}
	set := func(is, args sort, least, most int, ops ...Op) {
		for _, op := range ops {
			named[strings.ToLower(string(op))] = operator{op, is, args, least, most}
		}
	}
	set(condition, condition|call|truth, 2, MaxNodes, And, Or)
	set(condition, condition|call|truth, 1, 1, Not)
	set(condition, scalar, 2, 2, Equal, NotEqual, Less, Greater, LessOrEqual, GreaterOrEqual)
	set(condition, character, 2, 2, Like)
	set(condition, numeric|instant, 3, 3, Between)
	set(condition, scalar|list, 2, 2, In)
	set(condition, anything, 1, 1, IsNull)
	set(text, character, 1, 1, CaseI, AccentI)
	set(number, numeric, 2, 2, Add, Subtract, Multiply, Divide, Modulo, IntegerDivide, Power)
	set(condition, geometry|call|property, 2, 2, Intersects, Disjoint, "s_equals", "s_touches", "s_within", "s_overlaps", "s_crosses", "s_contains")
	set(condition, instant|interval|call|property, 2, 2, "t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedBy",
		"t_finishes", "t_intersects", "t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts")
	set(condition, list|call|property, 2, 2, "a_equals", "a_contains", "a_containedBy", "a_overlaps")
	return named
}

// sorts of the operands.
var sorts = map[Op]sort{
	Property: property, Function: call, String: text, Number: number, Boolean: truth, Date: instant, Timestamp: instant,
	Interval: interval, Unbounded: unbounded, List: list, Geometry: geometry,
}

func sortOf(e *Expr) sort {
	if s, ok := sorts[e.Op]; ok {
		return s
	}
	return operators[strings.ToLower(string(e.Op))].is
}

// validate holds a whole expression to the grammar, which both forms share, and to the limits.
func validate(root *Expr) error {
	if sortOf(root)&(condition|call|truth) == 0 {
		return wrong(root.At, "a filter is a condition, as name = 'x'; this is a value")
	}
	v := validator{}
	return v.visit(root, 1)
}

type validator struct{ nodes int }

func (v *validator) visit(e *Expr, depth int) error {
	if v.nodes++; v.nodes > MaxNodes {
		return tooMany(e)
	}
	if depth > MaxDepth {
		return wrong(e.At, "the filter is more than %d deep: take parentheses away", MaxDepth)
	}
	if err := arguments(e); err != nil {
		return err
	}
	for _, a := range e.Args {
		if err := v.visit(a, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func tooMany(e *Expr) error {
	return wrong(e.At, "the filter has more than %d parts: make it shorter", MaxNodes)
}

// arguments checks the arguments of one expression.
func arguments(e *Expr) error {
	allowed, least, most := sort(0), 0, 0
	switch e.Op {
	case Function, List:
		allowed, most = anything, MaxNodes
	case Interval:
		allowed, least, most = instant|unbounded|call|property, 2, 2
	default:
		if o, ok := operators[strings.ToLower(string(e.Op))]; ok {
			allowed, least, most = o.args, o.least, o.most
		}
	}
	if len(e.Args) > MaxNodes {
		return tooMany(e)
	}
	if len(e.Args) < least || len(e.Args) > most {
		return wrong(e.At, "%s has %d arguments, not as many as it takes", e.Op, len(e.Args))
	}
	for i, a := range e.Args {
		may := allowed
		if e.Op == In {
			may = [2]sort{scalar, list}[i]
		}
		if sortOf(a)&may == 0 {
			return wrong(a.At, "%s cannot be an argument of %s", a.describe(), e.describe())
		}
	}
	switch {
	case e.Op == In:
		return elements(e.Args[1])
	case e.Op == Like && !isPattern(e.Args[1]):
		return wrong(e.Args[1].At, "what follows LIKE is a text in single quotes, as 'A%%'")
	}
	return nil
}

// elements checks the list of IN.
func elements(of *Expr) error {
	if len(of.Args) == 0 {
		return wrong(of.At, "the list of IN is empty")
	}
	for _, a := range of.Args {
		if sortOf(a)&scalar == 0 {
			return wrong(a.At, "%s cannot be in the list of IN", a.describe())
		}
	}
	return nil
}

// isPattern reports whether e is a text, or CASEI or ACCENTI of one.
func isPattern(e *Expr) bool {
	for (e.Op == CaseI || e.Op == AccentI) && len(e.Args) == 1 {
		e = e.Args[0]
	}
	return e.Op == String
}

// describe names e for people.
func (e *Expr) describe() string {
	switch e.Op {
	case Property:
		return "the property " + e.Name
	case Function:
		return "the function " + e.Name
	case String:
		return "a text"
	case Number:
		return "a number"
	case Boolean:
		return "TRUE or FALSE"
	case Geometry:
		return "a geometry"
	case List:
		return "a list"
	case Interval:
		return "an interval"
	case Date:
		return "a date"
	case Timestamp:
		return "a timestamp"
	case IsNull:
		return "IS NULL"
	}
	return strings.ToUpper(string(e.Op))
}

// isIdentifier reports whether a property or function can have the name.
func isIdentifier(name string) bool {
	for i, r := range name {
		if !isIdentifierRune(r, i == 0) {
			return false
		}
	}
	return name != "" && utf8.ValidString(name)
}

// identifierStarts are the ranges of the grammar's identifierStart.
var identifierStarts = [][2]rune{
	{':', ':'},
	{'_', '_'},
	{'A', 'Z'},
	{'a', 'z'},
	{0xC0, 0xD6},
	{0xD8, 0xF6},
	{0xF8, 0x2FF},
	{0x370, 0x37D},
	{0x37F, 0x1FFE},
	{0x200C, 0x200D},
	{0x2070, 0x218F},
	{0x2C00, 0x2FEF},
	{0x3001, 0xD7FF},
	{0xF900, 0xFDCF},
	{0xFDF0, 0xFFFC},
	{0x10000, 0xEFFFF},
}

func isIdentifierRune(r rune, first bool) bool {
	for _, span := range identifierStarts {
		if span[0] <= r && r <= span[1] && !isSpace(r) {
			return true
		}
	}
	return !first && (r == '.' || '0' <= r && r <= '9' || 0x300 <= r && r <= 0x36F || r == 0x203F || r == 0x2040)
}

// isSpace reports whether the grammar takes r for white space.
func isSpace(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', ' ', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
		return true
	}
	return 0x2000 <= r && r <= 0x200A
}

// reserved are the words that can only be properties in double quotes.
var reserved = map[string]bool{
	"and": true, "or": true, "not": true, "like": true, "between": true, "in": true, "is": true, "null": true, "true": true, "false": true, "div": true,
}
