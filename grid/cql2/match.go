package cql2

import (
	"cmp"
	"strings"
	"time"

	"github.com/wangge/wangge/geo"
)

// Match reports whether the expression, which has passed Check, holds for a feature: not when it is false, nor when it is unknown because
// something that it needs is null. value gives a property by its name: nil for null, otherwise string, int64, float64, bool, Day,
// time.Time, *geo.Shape, or anything else for what can only be null or not. The error is a *SyntaxError for what Check would have
// refused.
func (e *Expr) Match(value func(property string) any) (bool, error) {
	m := matcher{value: value}
	truth := m.condition(e)
	return truth == yes, m.err
}

// truth has three values; the numbers make AND the least and OR the greatest.
type truthValue int8

const (
	no truthValue = iota - 1
	unknown
	yes
)

func truthOf(b bool) truthValue {
	if b {
		return yes
	}
	return no
}

type matcher struct {
	value func(string) any
	err   error
}

func (m *matcher) fail(e *Expr) {
	if m.err == nil {
		m.err = wrong(e.At, "%s is not carried out", e.describe())
	}
}

func (m *matcher) condition(e *Expr) truthValue {
	switch e.Op {
	case And:
		least := yes
		for _, a := range e.Args {
			if least = min(least, m.condition(a)); least == no {
				break
			}
		}
		return least
	case Or:
		most := no
		for _, a := range e.Args {
			if most = max(most, m.condition(a)); most == yes {
				break
			}
		}
		return most
	case Not:
		return -m.condition(e.Args[0])
	case Boolean:
		return truthOf(e.Value.(bool))
	case IsNull:
		if sortOf(e.Args[0])&condition != 0 {
			return truthOf(m.condition(e.Args[0]) == unknown)
		}
		return truthOf(m.operand(e.Args[0]) == nil)
	case In:
		x, most := m.operand(e.Args[0]), no
		for _, a := range e.Args[1].Args {
			most = max(most, m.compare(e, Equal, x, m.operand(a)))
		}
		return most
	case Between:
		x := m.operand(e.Args[0])
		return min(m.compare(e, GreaterOrEqual, x, m.operand(e.Args[1])), m.compare(e, LessOrEqual, x, m.operand(e.Args[2])))
	case Equal, NotEqual, Less, Greater, LessOrEqual, GreaterOrEqual:
		return m.compare(e, e.Op, m.operand(e.Args[0]), m.operand(e.Args[1]))
	case Like:
		return m.like(e)
	case Intersects:
		return m.meet(e)
	case Disjoint:
		return -m.meet(e)
	}
	m.fail(e)
	return unknown
}

// operand returns a value, nil for null.
func (m *matcher) operand(e *Expr) any {
	switch e.Op {
	case Property:
		return m.value(e.Name)
	case String, Number, Boolean, Timestamp:
		return e.Value
	case Date:
		return Day(e.Value.(time.Time))
	case CaseI:
		text, ok := m.operand(e.Args[0]).(string)
		if !ok {
			return nil
		}
		return Fold(text)
	case Geometry:
		if shape := e.Value.(*Literal).Shape; shape != nil {
			return shape
		}
	}
	m.fail(e)
	return nil
}

func (m *matcher) compare(e *Expr, op Op, a, b any) truthValue {
	if a == nil || b == nil {
		return unknown
	}
	order, ok := compare(a, b)
	if !ok {
		m.fail(e)
		return unknown
	}
	switch op {
	case Equal:
		return truthOf(order == 0)
	case NotEqual:
		return truthOf(order != 0)
	case Less:
		return truthOf(order < 0)
	case Greater:
		return truthOf(order > 0)
	case LessOrEqual:
		return truthOf(order <= 0)
	}
	return truthOf(order >= 0)
}

// compare orders two values that are not null; false for those that cannot be compared. Texts are compared byte by byte.
func compare(a, b any) (int, bool) {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return strings.Compare(a, b), ok
	case bool:
		b, ok := b.(bool)
		if a == b {
			return 0, ok
		}
		return 1, ok
	case int64:
		return compare(float64(a), b)
	case float64:
		switch b := b.(type) {
		case int64:
			return cmp.Compare(a, float64(b)), true
		case float64:
			return cmp.Compare(a, b), true
		}
	case time.Time:
		switch b := b.(type) {
		case time.Time:
			return a.Compare(b), true
		case Day:
			return time.Time(dayOf(a)).Compare(time.Time(b)), true
		}
	case Day:
		switch b := b.(type) {
		case time.Time:
			return time.Time(a).Compare(time.Time(dayOf(b))), true
		case Day:
			return time.Time(a).Compare(time.Time(b)), true
		}
	}
	return 0, false
}

// dayOf returns the date in UTC.
func dayOf(t time.Time) Day {
	u := t.UTC()
	return Day(time.Date(u.Year(), u.Month(), u.Day(), 0, 0, 0, 0, time.UTC))
}

func (m *matcher) like(e *Expr) truthValue {
	text, isText := m.operand(e.Args[0]).(string)
	pattern, isPattern := m.operand(e.Args[1]).(string)
	if !isText || !isPattern {
		return unknown
	}
	return truthOf(like([]rune(text), []rune(pattern)))
}

// like reports whether all of text fits the pattern: % is any characters, _ one, and a backslash takes the next one as it is. What
// follows a % is tried at every place only for the last % so far, so that the cost is at most the product of the lengths.
func like(text, pattern []rune) bool {
	at, in := 0, 0 // in text, in pattern
	star, tried := -1, 0
	for at < len(text) || in < len(pattern) {
		switch {
		case in < len(pattern) && pattern[in] == '%':
			star, tried = in, at
			in++
			continue
		case in < len(pattern) && at < len(text):
			wanted, next, literal := pattern[in], in+1, false
			if wanted == '\\' && next < len(pattern) {
				wanted, next, literal = pattern[next], next+1, true
			}
			if wanted == text[at] || wanted == '_' && !literal {
				at, in = at+1, next
				continue
			}
		}
		if star < 0 || tried >= len(text) {
			return false
		}
		tried++
		at, in = tried, star+1
	}
	return true
}

func (m *matcher) meet(e *Expr) truthValue {
	a, isA := m.operand(e.Args[0]).(*geo.Shape)
	b, isB := m.operand(e.Args[1]).(*geo.Shape)
	if !isA || !isB {
		return unknown
	}
	return truthOf(geo.Meets(a, b))
}
