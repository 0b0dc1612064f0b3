package api

import (
	"time"

	"github.com/wangge/wangge/api/ogc"
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
	query.From, query.To, err = q.period(state)
	return query, err
}

// filter reads a filter in either form of CQL2, nil for none.
func (q query) filter() (*cql2.Expr, error) {
	return ogc.Filter(func(name string) (string, bool) { return q.text(name), q.has(name) })
}

// period reads the parameter datetime as /ogc does: an instant, a date, which is a whole day here, or an interval. An open end is zero.
func (q query) period(state *live.State) (from, to time.Time, err error) {
	if !q.has("datetime") {
		return from, to, nil
	}
	return ogc.Period(q.text("datetime"), state.City)
}
