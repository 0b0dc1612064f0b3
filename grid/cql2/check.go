package cql2

import (
	"fmt"
	"slices"
	"strings"
)

// Check returns a *SyntaxError unless the expression can be carried out on features with those properties: all of its properties are
// there, what is compared is of one kind, its geometries are valid, and every operator and function is one that is carried out.
// A date and a timestamp are compared as dates in UTC.
func (e *Expr) Check(properties map[string]Type) error {
	c := checker{properties}
	return c.condition(e)
}

type checker struct{ properties map[string]Type }

func (c checker) condition(e *Expr) error {
	switch e.Op {
	case And, Or, Not:
		for _, a := range e.Args {
			if err := c.condition(a); err != nil {
				return err
			}
		}
		return nil
	case Boolean:
		return nil
	case Equal, NotEqual, Less, Greater, LessOrEqual, GreaterOrEqual, Between:
		return c.comparable(e, e.Args)
	case In:
		return c.comparable(e, append([]*Expr{e.Args[0]}, e.Args[1].Args...))
	case Like:
		return c.texts(e)
	case IsNull:
		return c.operand(e.Args[0])
	case Intersects, Disjoint:
		for _, a := range e.Args {
			t, err := c.typeOf(a)
			if err != nil {
				return err
			}
			if t != GeometryType {
				return wrong(a.At, "%s is no geometry", a.describe())
			}
		}
		return nil
	}
	return c.refused(e)
}

// operand checks what may be null: a condition, or a value.
func (c checker) operand(e *Expr) error {
	if sortOf(e)&condition != 0 {
		return c.condition(e)
	}
	_, err := c.typeOf(e)
	return err
}

// comparable checks that all are of types that can be compared with each other.
func (c checker) comparable(e *Expr, all []*Expr) error {
	var first Type
	for i, a := range all {
		t, err := c.typeOf(a)
		if err != nil {
			return err
		}
		if t == GeometryType || t == OtherType {
			return wrong(a.At, "%s cannot be compared: it can only be asked whether it IS NULL", a.describe())
		}
		if t == DateType {
			t = TimestampType
		}
		if i == 0 {
			first = t
		}
		if t != first {
			return wrong(a.At, "%s is %s, and %s is %s: they cannot be compared%s", all[0].describe(), first, a.describe(), t, hint(first, t))
		}
	}
	if first == BooleanType && e.Op != Equal && e.Op != NotEqual && e.Op != In {
		return wrong(e.At, "what is true or false has no order: use = or <>")
	}
	if first == TextType && e.Op == Between {
		return wrong(e.At, "BETWEEN is for numbers, dates and timestamps: use >= and <=")
	}
	return nil
}

// hint tells how values of another type are written.
func hint(types ...Type) string {
	switch {
	case !slices.Contains(types, TextType):
		return ""
	case slices.Contains(types, NumberType):
		return "; a text is in single quotes"
	case slices.Contains(types, TimestampType):
		return "; write DATE('2026-03-01') or TIMESTAMP('2026-03-01T08:00:00Z')"
	}
	return ""
}

func (c checker) texts(e *Expr) error {
	for _, a := range e.Args {
		t, err := c.typeOf(a)
		if err != nil {
			return err
		}
		if t != TextType {
			return wrong(a.At, "%s is %s, and LIKE is for texts", a.describe(), t)
		}
	}
	return nil
}

func (c checker) typeOf(e *Expr) (Type, error) {
	switch e.Op {
	case Property:
		t, ok := c.properties[e.Name]
		if !ok {
			return "", wrong(e.At, "there is no property %s%s", e.Name, c.nearest(e.Name))
		}
		return t, nil
	case String:
		return TextType, nil
	case Number:
		return NumberType, nil
	case Boolean:
		return BooleanType, nil
	case Date:
		return DateType, nil
	case Timestamp:
		return TimestampType, nil
	case CaseI:
		t, err := c.typeOf(e.Args[0])
		if err == nil && t != TextType {
			err = wrong(e.Args[0].At, "%s is %s, and CASEI is for texts", e.Args[0].describe(), t)
		}
		return TextType, err
	case Geometry:
		if err := e.Value.(*Literal).Err; err != nil {
			return "", wrong(e.At, "the geometry is not valid: %v", err)
		}
		return GeometryType, nil
	}
	return "", c.refused(e)
}

// refused says that something is read but not carried out.
func (c checker) refused(e *Expr) error {
	switch sortOf(e) {
	case call:
		return wrong(e.At, "there is no function %s", e.Name)
	case number:
		return wrong(e.At, "filters do not calculate: write the number that %s gives", e.describe())
	case list, interval:
		return wrong(e.At, "%s cannot be used here", e.describe())
	}
	what := "use comparisons"
	switch {
	case strings.HasPrefix(string(e.Op), "s_"):
		what = "S_INTERSECTS and S_DISJOINT are"
	case strings.HasPrefix(string(e.Op), "t_"):
		what = "compare with =, <, <=, > and >= instead"
	case e.Op == AccentI:
		what = "CASEI is"
	}
	return wrong(e.At, "%s is not carried out; %s", e.describe(), what)
}

// nearest lists the properties that there are, when they are few enough to be read.
func (c checker) nearest(name string) string {
	var like []string
	for have := range c.properties {
		if strings.EqualFold(have, name) || strings.Contains(have, strings.ToLower(name)) {
			like = append(like, have)
		}
	}
	if len(like) == 0 {
		return ""
	}
	slices.Sort(like)
	return fmt.Sprintf("; do you mean %s?", strings.Join(like[:min(len(like), 5)], ", "))
}
