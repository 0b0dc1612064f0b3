package cql2

import (
	"math"
	"strconv"
	"strings"
)

// Parse reads the text form. Keywords and operators are taken in capital and small letters. Every error is a *SyntaxError.
func Parse(text string) (*Expr, error) {
	all, err := tokens(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: all}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, wrong(t.at, "the filter should end before %q, or AND or OR is missing", t.text)
	}
	e = bare(e)
	return e, validate(e)
}

// parser descends from the weakest operator to the strongest: OR, AND, NOT, comparisons, + -, * / % div, ^.
type parser struct {
	tokens []token
	next   int
	depth  int
}

// group is the operator, for the parser alone, of one expression in parentheses: a list where a list can be.
const group Op = "("

// bare takes the parentheses away.
func bare(e *Expr) *Expr {
	for e.Op == group {
		e = e.Args[0]
	}
	return e
}

// argument makes parentheses a list of one.
func argument(e *Expr) *Expr {
	if e.Op != group {
		return e
	}
	return &Expr{Op: List, At: e.At, Args: []*Expr{argument(e.Args[0])}}
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != end {
		p.next++
	}
	return t
}

// accept takes the next token if it is one of the texts.
func (p *parser) accept(texts ...string) (token, bool) {
	for _, text := range texts {
		if p.peek().is(text) {
			return p.take(), true
		}
	}
	return token{}, false
}

func (p *parser) expect(text string) error {
	if _, ok := p.accept(text); ok {
		return nil
	}
	return p.missing(text)
}

func (p *parser) missing(what string) error {
	t := p.peek()
	if t.kind == end {
		return wrong(t.at, "the filter ends where %s is missing", what)
	}
	return wrong(t.at, "%s is missing before %q", what, t.text)
}

// deeper guards the stack.
func (p *parser) deeper(at int) error {
	if p.depth++; p.depth > 2*MaxDepth {
		return wrong(at, "the filter is too deep: take parentheses away")
	}
	return nil
}

func (p *parser) or() (*Expr, error)  { return p.chain(Or, (*parser).and) }
func (p *parser) and() (*Expr, error) { return p.chain(And, (*parser).not) }

// chain reads what one operator joins into one expression.
func (p *parser) chain(op Op, part func(*parser) (*Expr, error)) (*Expr, error) {
	first, err := part(p)
	if err != nil {
		return nil, err
	}
	var joined *Expr
	for {
		t, ok := p.accept(string(op))
		if !ok {
			break
		}
		if joined == nil {
			joined = &Expr{Op: op, At: t.at, Args: []*Expr{bare(first)}}
		}
		e, err := part(p)
		if err != nil {
			return nil, err
		}
		joined.Args = append(joined.Args, bare(e))
	}
	if joined == nil {
		return first, nil
	}
	return joined, nil
}

func (p *parser) not() (*Expr, error) {
	t, ok := p.accept("not")
	if !ok {
		return p.predicate()
	}
	e, err := p.predicate()
	if err != nil {
		return nil, err
	}
	return &Expr{Op: Not, At: t.at, Args: []*Expr{bare(e)}}, nil
}

// predicate reads a comparison, or what stands alone.
func (p *parser) predicate() (*Expr, error) {
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	for {
		e, err := p.compared(left)
		if err != nil || e == nil {
			return left, err
		}
		left = e
	}
}

// compared reads what compares left, nil for nothing.
func (p *parser) compared(left *Expr) (*Expr, error) {
	if t, ok := p.accept("=", "<>", "<=", ">=", "<", ">"); ok {
		right, err := p.sum()
		if err != nil {
			return nil, err
		}
		return &Expr{Op: Op(t.text), At: t.at, Args: []*Expr{bare(left), bare(right)}}, nil
	}
	if t, ok := p.accept("is"); ok {
		_, not := p.accept("not")
		e := &Expr{Op: IsNull, At: t.at, Args: []*Expr{bare(left)}}
		return negated(not, t.at, e), p.expect("NULL")
	}
	begin := p.next
	t, not := p.accept("not")
	e, err := p.matched(left)
	if err != nil {
		return nil, err
	}
	if e == nil {
		p.next = begin
		return nil, nil
	}
	return negated(not, t.at, e), nil
}

func negated(not bool, at int, e *Expr) *Expr {
	if !not {
		return e
	}
	return &Expr{Op: Not, At: at, Args: []*Expr{e}}
}

// matched reads LIKE, BETWEEN or IN, nil for none of them.
func (p *parser) matched(left *Expr) (*Expr, error) {
	if t, ok := p.accept("like"); ok {
		pattern, err := p.sum()
		if err != nil {
			return nil, err
		}
		return &Expr{Op: Like, At: t.at, Args: []*Expr{bare(left), bare(pattern)}}, nil
	}
	if t, ok := p.accept("between"); ok {
		low, err := p.sum()
		if err != nil {
			return nil, err
		}
		if err := p.expect("AND"); err != nil {
			return nil, err
		}
		high, err := p.sum()
		if err != nil {
			return nil, err
		}
		return &Expr{Op: Between, At: t.at, Args: []*Expr{bare(left), bare(low), bare(high)}}, nil
	}
	if t, ok := p.accept("in"); ok {
		at := p.peek().at
		if err := p.expect("("); err != nil {
			return nil, err
		}
		of, err := p.list(bare)
		if err != nil {
			return nil, err
		}
		return &Expr{Op: In, At: t.at, Args: []*Expr{bare(left), {Op: List, At: at, Args: of}}}, nil
	}
	return nil, nil
}

// list reads expressions up to the closing parenthesis, whose opening one has been read.
func (p *parser) list(each func(*Expr) *Expr) ([]*Expr, error) {
	if _, ok := p.accept(")"); ok {
		return nil, nil
	}
	var all []*Expr
	for {
		e, err := p.or()
		if err != nil {
			return nil, err
		}
		all = append(all, each(e))
		if _, ok := p.accept(","); !ok {
			return all, p.expect(")")
		}
	}
}

func (p *parser) sum() (*Expr, error) { return p.leftToRight((*parser).product, "+", "-") }
func (p *parser) product() (*Expr, error) {
	return p.leftToRight((*parser).power, "*", "/", "%", "div")
}

func (p *parser) leftToRight(part func(*parser) (*Expr, error), ops ...string) (*Expr, error) {
	left, err := part(p)
	if err != nil {
		return nil, err
	}
	for {
		t, ok := p.accept(ops...)
		if !ok {
			return left, nil
		}
		right, err := part(p)
		if err != nil {
			return nil, err
		}
		left = &Expr{Op: Op(strings.ToLower(t.text)), At: t.at, Args: []*Expr{bare(left), bare(right)}}
	}
}

func (p *parser) power() (*Expr, error) {
	base, err := p.signed()
	if err != nil {
		return nil, err
	}
	t, ok := p.accept("^")
	if !ok {
		return base, nil
	}
	exponent, err := p.signed()
	if err != nil {
		return nil, err
	}
	return &Expr{Op: Power, At: t.at, Args: []*Expr{bare(base), bare(exponent)}}, nil
}

// signed reads an operand; a minus before anything but a number is -1 times it.
func (p *parser) signed() (*Expr, error) {
	t, minus := p.accept("-")
	if !minus {
		t, _ = p.accept("+")
	}
	signed := t.kind == mark
	if signed && p.peek().kind == num {
		return p.number(minus)
	}
	e, err := p.operand()
	if err != nil || !signed {
		return e, err
	}
	if !minus {
		return nil, wrong(t.at, "a plus is followed by a number")
	}
	return &Expr{Op: Multiply, At: t.at, Args: []*Expr{{Op: Number, Value: -1.0, At: t.at}, bare(e)}}, nil
}

func (p *parser) number(minus bool) (*Expr, error) {
	t := p.take()
	v, err := strconv.ParseFloat(t.text, 64)
	if err != nil || math.IsInf(v, 0) {
		return nil, wrong(t.at, "the number %s is too large", t.text)
	}
	if minus {
		v = -v
	}
	return &Expr{Op: Number, Value: v, At: t.at}, nil
}

// operand reads a value, a property, a call, or what is in parentheses.
func (p *parser) operand() (*Expr, error) {
	t := p.peek()
	if err := p.deeper(t.at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	switch {
	case t.kind == num:
		return p.number(false)
	case t.kind == str:
		p.take()
		return newString(t.text, t.at)
	case t.kind == quoted:
		p.take()
		return &Expr{Op: Property, Name: t.text, At: t.at}, nil
	case t.is("("):
		p.take()
		return p.parenthesised(t.at)
	case t.is("true"), t.is("false"):
		p.take()
		return &Expr{Op: Boolean, Value: t.is("true"), At: t.at}, nil
	case t.kind == word && !reserved[strings.ToLower(t.text)]:
		p.take()
		return p.named(t)
	}
	return nil, p.missing("a value")
}

func (p *parser) parenthesised(at int) (*Expr, error) {
	if _, ok := p.accept(")"); ok {
		return &Expr{Op: List, At: at}, nil
	}
	first, err := p.or()
	if err != nil {
		return nil, err
	}
	if _, ok := p.accept(")"); ok {
		return &Expr{Op: group, At: at, Args: []*Expr{first}}, nil
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	others, err := p.list(argument)
	if err == nil && len(others) == 0 {
		err = p.missing("a value")
	}
	return &Expr{Op: List, At: at, Args: append([]*Expr{argument(first)}, others...)}, err
}

// named reads what begins with a word: a geometry, an instant, an operator that is written as a call, a call, or a property.
func (p *parser) named(t token) (*Expr, error) {
	name := strings.ToLower(t.text)
	if e, err := p.geometry(name, t.at); e != nil || err != nil {
		return e, err
	}
	if _, ok := p.accept("("); !ok {
		return &Expr{Op: Property, Name: t.text, At: t.at}, nil
	}
	switch name {
	case "date", "timestamp":
		text := p.take()
		if text.kind != str {
			return nil, wrong(text.at, "%s takes a text in single quotes", strings.ToUpper(name))
		}
		e, err := instantOf(text.text, t.at, name)
		if err != nil {
			return nil, err
		}
		return e, p.expect(")")
	}
	args, err := p.list(argument)
	if err != nil {
		return nil, err
	}
	if name == "interval" {
		return newInterval(args, t.at)
	}
	return newCall(t.text, args, t.at)
}
