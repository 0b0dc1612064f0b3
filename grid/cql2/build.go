package cql2

import (
	"strings"
	"time"
)

// newCall returns the operator of that name, or a call of a function.
func newCall(name string, args []*Expr, at int) (*Expr, error) {
	if o, ok := operators[strings.ToLower(name)]; ok {
		return &Expr{Op: o.op, Args: args, At: at}, nil
	}
	if !isIdentifier(name) || special(name) {
		return nil, wrong(at, "%q is no name of a function", name)
	}
	return &Expr{Op: Function, Name: name, Args: args, At: at}, nil
}

// special reports whether a name, followed by a parenthesis, is more than a call in the text.
func special(name string) bool {
	name = strings.ToLower(name)
	return reserved[name] || shapes[name] != nil || name == "geometrycollection" || name == "date" || name == "timestamp" || name == "interval"
}

// newString returns a text. One that ends with a backslash has no text form, since that would escape the closing quote.
func newString(text string, at int) (*Expr, error) {
	if strings.HasSuffix(text, `\`) {
		return nil, wrong(at, "a text cannot end with a backslash")
	}
	return &Expr{Op: String, Value: text, At: at}, nil
}

// newInterval makes the texts among the ends instants.
func newInterval(ends []*Expr, at int) (*Expr, error) {
	for i, e := range ends {
		if e.Op != String {
			continue
		}
		text := e.Value.(string)
		if text == ".." {
			ends[i] = &Expr{Op: Unbounded, At: e.At}
			continue
		}
		form := "timestamp"
		if len(text) == len(time.DateOnly) {
			form = "date"
		}
		var err error
		if ends[i], err = instantOf(text, e.At, form); err != nil {
			return nil, err
		}
	}
	return &Expr{Op: Interval, Args: ends, At: at}, nil
}

// instantOf reads a date, or a timestamp in UTC down to microseconds: what is smaller is cut off.
func instantOf(text string, at int, form string) (*Expr, error) {
	if form == "date" {
		v, err := time.Parse(time.DateOnly, text)
		if err != nil || v.Year() < 1 {
			return nil, wrong(at, "%q is no date as 2026-03-01", text)
		}
		return &Expr{Op: Date, Value: v, At: at}, nil
	}
	v, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !strings.HasSuffix(text, "Z") || v.Year() < 1 {
		return nil, wrong(at, "%q is no timestamp as 2026-03-01T08:00:00Z, in UTC", text)
	}
	return &Expr{Op: Timestamp, Value: v.UTC().Truncate(time.Microsecond), At: at}, nil
}
