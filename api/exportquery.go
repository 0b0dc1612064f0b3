package api

import (
	"errors"
	"strings"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
	"github.com/wangge/wangge/grid/features"
	"github.com/wangge/wangge/grid/live"
)

// features is what the parameters bbox, filter, filter-lang and datetime choose of a collection.
func (q query) features(c *grid.Collection, state *live.State) (features.Query, error) {
	query := features.Query{Collection: c}
	if !c.Public && q.has(planParam) {
		return query, badParam(planParam, "A plan is of grids: ask for base, dedicated or divisions.")
	}
	var err error
	if query.Boxes, err = q.boxes(); err != nil {
		return query, err
	}
	if query.Filter, err = q.filter(); err != nil {
		return query, err
	}
	query.From, query.To, err = q.period("datetime", state)
	return query, err
}

// filter reads a filter in either form of CQL2, nil for none.
func (q query) filter() (*cql2.Expr, error) {
	lang, err := q.oneOf("filter-lang", "cql2-text", "cql2-json")
	if err != nil || !q.has("filter") {
		return nil, err
	}
	var e *cql2.Expr
	if lang == "cql2-json" {
		e, err = cql2.ParseJSON([]byte(q.text("filter")))
	} else {
		e, err = cql2.Parse(q.text("filter"))
	}
	return e, badFilter(err)
}

// badFilter makes a bad parameter of what is wrong with a filter, and leaves other errors alone.
func badFilter(err error) error {
	var wrong *cql2.SyntaxError
	if errors.As(err, &wrong) {
		return badParam("filter", "filter: "+wrong.Error()+".")
	}
	return err
}

// period reads an instant, or an interval as 2026-01-01/2026-06-30 of which one end may be .. or nothing. A date is a whole day.
func (q query) period(name string, state *live.State) (from, to time.Time, err error) {
	text := q.text(name)
	if !q.has(name) {
		return from, to, nil
	}
	first, last, both := strings.Cut(text, "/")
	if !both {
		last = first
	}
	open := func(s string) bool { return both && (s == "" || s == "..") }
	read := true
	if !open(first) {
		from, read = readInstant(first, state)
	}
	if read && !open(last) {
		if to, read = readInstant(last, state); read && len(last) == len(time.DateOnly) {
			to = to.AddDate(0, 0, 1).Add(-time.Microsecond)
		}
	}
	if !read || open(first) && open(last) || !from.IsZero() && !to.IsZero() && to.Before(from) {
		return from, to, badParam(name, name+" is to be an instant as 2026-03-01T08:00:00Z, a date, or two with a slash between, of which one may be “..”, the earlier one first.")
	}
	return from, to, nil
}
