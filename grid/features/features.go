// Package features reads the collections of package grid, feature by feature: pages for OGC API, streams for files. Base and dedicated
// grids and divisions come from memory, as the state has them; places and incidents from the database.
//
// Positions are lon/lat degrees on WGS 84, on the lattice. A box means the real geometry, borders included. Order is stable: grids by
// county and code, divisions by code, places and incidents as they were stored or, where boxes are given, from place to place, so that a page
// goes on where the one before ended whatever else has been written meanwhile.
package features

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// GeometryProperty is what the geometry is called in filters.
const GeometryProperty = "geometry"

// Query chooses features of a collection; a zero field does not restrict.
type Query struct {
	Collection *grid.Collection
	Actor      grid.Actor // whose scope cuts what is not public; the zero Actor is anybody, who reads what is public
	Boxes      []geo.Box  // of which the geometry meets one; nil for no restriction
	Filter     *cql2.Expr
	From, To   time.Time // within which the collection's Time lies, both included; a null one does not, and a collection without Time takes no notice
	After      string    // the Position of the last feature that was seen
	Limit      int       // 0 for all

	counted int // not 0: features are counted only, among at most so many that may be chosen
}

// Reader reads features. It is safe for concurrent use.
type Reader struct{ Store *store.Store }

// Read calls each with the features that the query chooses, in order, until one returns an error, which is returned. Memory does not
// grow with their number. The error is a *cql2.SyntaxError for a filter that does not fit the collection, a *grid.RuleError for a
// position that is none, grid.ErrForbidden where the actor may read nothing of the collection.
func (r *Reader) Read(ctx context.Context, state *live.State, q Query, each func(grid.Feature) error) error {
	if err := q.check(); err != nil {
		return err
	}
	switch q.Collection.ID {
	case grid.CollectionBase, grid.CollectionDedicated:
		return readGrids(ctx, state.City, &q, each)
	case grid.CollectionDivisions:
		return readDivisions(ctx, state.City, &q, each)
	}
	if !state.At.IsZero() {
		return r.readPast(ctx, state, &q, each)
	}
	return r.readStored(ctx, &q, each)
}

// Tag names what Read answers a query about places or incidents of now from: it differs whenever the answer may, After and Limit aside. Ask for
// it before reading.
func (r *Reader) Tag(ctx context.Context, q Query) (string, error) {
	return r.Store.FeaturesTag(ctx, storeQuery(&q))
}

// mostInBoxes is among how many features that may meet boxes those are counted that do: of more it would take longer than a page.
const mostInBoxes = 1000

var errTooMany = errors.New("too many to count")

// Count returns how many features the query chooses, After and Limit aside, and true; or false when there are more than most, or it would take
// too long to say.
func (r *Reader) Count(ctx context.Context, state *live.State, q Query, most int) (n int, exact bool, err error) {
	q.After, q.Limit = "", most+1
	if !q.inMemory() && state.At.IsZero() {
		if err := q.check(); err != nil {
			return 0, false, err
		}
		return r.Store.CountFeatures(ctx, storeQuery(&q), most)
	}
	if q.counted = most; q.Boxes != nil {
		q.counted = min(most, mostInBoxes)
	}
	err = r.Read(ctx, state, q, func(grid.Feature) error {
		n++
		return nil
	})
	if errors.Is(err, errTooMany) {
		return 0, false, nil
	}
	return min(n, most), n <= most, err
}

// inMemory reports whether the collection is read from the state alone.
func (q *Query) inMemory() bool {
	return q.Collection.Kind == "" && q.Collection.ID != grid.CollectionIncidents
}

// Feature returns the feature of a code; grid.ErrNotFound when the collection has none, or none that the actor may read.
func (r *Reader) Feature(ctx context.Context, state *live.State, c *grid.Collection, actor grid.Actor, code string) (grid.Feature, error) {
	q := Query{Collection: c, Actor: actor}
	if err := q.check(); err != nil {
		return grid.Feature{}, err
	}
	missing := fmt.Errorf("%s %s: %w", c.ID, code, grid.ErrNotFound)
	switch c.ID {
	case grid.CollectionBase, grid.CollectionDedicated:
		g, e := state.City.Grid(code)
		if g == nil || g.Kind != c.ID {
			return grid.Feature{}, missing
		}
		return newGrids(state.City, c).feature(g, e), nil
	case grid.CollectionDivisions:
		d := state.City.Division(code)
		if d == nil {
			return grid.Feature{}, missing
		}
		return newDivisions(c).feature(d), nil
	}
	return r.storedFeature(ctx, state, &q, code)
}

// Position returns where a feature that the query has chosen stands among all of them, for After.
func (q *Query) Position(f *grid.Feature) (string, error) {
	switch q.Collection.ID {
	case grid.CollectionBase, grid.CollectionDedicated:
		county, _ := f.Values[q.Collection.Index("county_code")].(string)
		return county + " " + f.Code, nil
	case grid.CollectionDivisions:
		return f.Code, nil
	}
	stored := storeQuery(q)
	at, err := stored.Position(f)
	if stored.Boxed() {
		return fmt.Sprint(at.Cell, at.ID), err
	}
	return strconv.FormatInt(at.ID, 10), err
}

// Types returns the properties that filters can be about, with the geometry: for anybody without those that are not for everybody.
func Types(c *grid.Collection, actor grid.Actor) map[string]cql2.Type {
	types := map[string]cql2.Type{GeometryProperty: cql2.GeometryType}
	for _, f := range c.Fields {
		if anybody(actor) && !c.ForAnybody(f.Name) {
			continue
		}
		types[f.Name] = typeOf(f.Type)
	}
	return types
}

func typeOf(t grid.FieldType) cql2.Type {
	switch t {
	case grid.Integer, grid.Number:
		return cql2.NumberType
	case grid.Boolean:
		return cql2.BooleanType
	case grid.Date:
		return cql2.DateType
	case grid.Time:
		return cql2.TimestampType
	case grid.List, grid.Object:
		return cql2.OtherType
	}
	return cql2.TextType
}

func anybody(actor grid.Actor) bool { return actor.Role == "" }

func (q *Query) check() error {
	c := q.Collection
	refused := !c.Public && !c.SomePublic
	if !anybody(q.Actor) {
		refused = !c.Public && !q.Actor.May(grid.ReadPlaces, []string{q.Actor.Scope})
	}
	if refused {
		return fmt.Errorf("%s are not public: %w", strings.ToLower(c.Title), grid.ErrForbidden)
	}
	if q.Filter == nil {
		return nil
	}
	return q.Filter.Check(Types(c, q.Actor))
}

func badPosition(after string) error {
	return &grid.RuleError{Rule: "position", Field: "after", Detail: fmt.Sprintf("%q is no position in this collection: begin at its first page", after)}
}
