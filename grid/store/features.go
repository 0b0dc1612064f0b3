package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
)

// FeatureQuery chooses features of a collection of places or of incidents; a zero field does not restrict. FeaturePosition says in which
// order they come.
type FeatureQuery struct {
	Collection *grid.Collection
	Code       string
	Scope      string    // division whose subtree is meant, besides what anybody may see wherever it is
	Public     bool      // only what anybody may see, by grid.Place.IsPublic, and of it only what is for anybody
	Boxes      []geo.Box // of which the shape meets one; nil for no restriction
	Filter     *cql2.Expr
	From, To   time.Time       // within which the collection's Time lies, both included
	After      FeaturePosition // of the last one seen
	Limit      int             // at least 1
}

// Features returns the features that the query chooses. The filter must have passed Check; what is not carried out is a
// *cql2.SyntaxError all the same. What moves from one cell to another while a box is read may be found in both, or in neither.
func (s *Store) Features(ctx context.Context, q FeatureQuery) ([]grid.Feature, error) {
	found, err := q.page(ctx, s.db)
	return found, translate(err)
}

// CountFeatures returns how many features the query chooses, After and Limit aside, but at most most; exact is false when there may be more,
// or when they are chosen by where they are: looking for all of them would take longer than a page.
func (s *Store) CountFeatures(ctx context.Context, q FeatureQuery, most int) (n int, exact bool, err error) {
	if q.Boxed() {
		return 0, false, nil
	}
	q.After = FeaturePosition{}
	table, err := q.table()
	if err != nil {
		return 0, false, err
	}
	var sql statement
	columns, _, err := q.scopedColumns(ctx, s.db, &sql)
	if err != nil {
		return 0, false, translate(err)
	}
	sql.add("SELECT count(*) FROM (SELECT FROM", q.source(table), "WHERE", q.ofKind(&sql, "t"), "AND")
	if err := q.conditions(&sql, columns, (*statement).meetsBoxes); err != nil {
		return 0, false, translate(err)
	}
	sql.add("LIMIT", sql.arg(most+1), ") AS found")
	err = s.db.QueryRow(ctx, sql.String(), sql.args...).Scan(&n)
	return min(n, most), err == nil && n <= most, translate(err)
}

// order is an order of rows, with how those after the last one seen are chosen.
type order struct {
	columns string
	after   func(q *FeatureQuery, sql *statement) string
	meets   meets
}

var (
	inIDOrder = order{
		"t.id", func(q *FeatureQuery, sql *statement) string { return "t.id > " + sql.arg(q.After.ID) }, (*statement).meetsBoxes,
	}
	// inCellOrder is of points alone.
	inCellOrder = order{"t.cell, t.id", func(q *FeatureQuery, sql *statement) string {
		return "(t.cell, t.id) > (" + sql.arg(q.After.Cell) + ", " + sql.arg(q.After.ID) + ")"
	}, (*statement).pointsMeet}
	// inPositionOrder is that of FeaturePosition, which no index has.
	inPositionOrder = order{pointCell + ", t.id", func(q *FeatureQuery, sql *statement) string {
		after := q.After
		if after == (FeaturePosition{}) {
			after.Cell = noPoint
		}
		return "(" + pointCell + ", t.id) > (" + sql.arg(after.Cell) + ", " + sql.arg(after.ID) + ")"
	}, (*statement).meetsBoxes}
)

// pointCell is the Cell of a FeaturePosition.
const pointCell = "CASE WHEN GeometryType(t.shape) = 'POINT' THEN t.cell ELSE -1 END"

// selected returns the features that the query chooses, as the planner finds them.
func (q *FeatureQuery) selected(ctx context.Context, db DB, in order) ([]grid.Feature, error) {
	table, err := q.table()
	if err != nil {
		return nil, err
	}
	var sql statement
	columns, values, err := q.scopedColumns(ctx, db, &sql)
	if err != nil {
		return nil, err
	}
	sql.add("SELECT t.id, t.code, ST_AsEWKB(t.shape),", strings.Join(values, ", "))
	sql.add("FROM", q.source(table), "WHERE", q.ofKind(&sql, "t"), "AND", in.after(q, &sql), "AND")
	if err := q.conditions(&sql, columns, in.meets); err != nil {
		return nil, err
	}
	sql.add("ORDER BY", in.columns, "LIMIT", sql.arg(q.Limit))
	found, err := db.Query(ctx, sql.String(), sql.args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, func(row pgx.CollectableRow) (grid.Feature, error) {
		raw, err := rowValues(row)
		if err != nil {
			return grid.Feature{}, err
		}
		return featureOf(q.Collection, raw)
	})
}

// source writes the tables t and d, whose columns a feature has.
func (q *FeatureQuery) source(table string) string {
	if q.Collection.ID == grid.CollectionIncidents {
		return table + " t"
	}
	return "(" + table + " t JOIN " + detailTables[q.Collection.Kind] + " d ON d.place_id = t.id)"
}

// conditions writes everything that the query says about rows besides their kind and order.
func (q *FeatureQuery) conditions(sql *statement, columns columns, meets meets) error {
	sql.add("true")
	if q.Code != "" {
		sql.add("AND t.code =", sql.arg(q.Code))
	}
	public := q.public()
	switch {
	case q.Public && public == "":
		sql.add("AND false")
	case q.Public:
		sql.add("AND", public)
	case columns.own != "" && public != "":
		sql.add("AND (", columns.own, "OR", public, ")")
	case columns.own != "":
		sql.add("AND", columns.own)
	}
	if c, ok := columns.byName[q.Collection.Time]; ok {
		sql.add("AND", sql.within(c, q.From, q.To))
	}
	return chosen(sql, columns, q.Filter, q.Boxes, meets)
}

// public writes which rows anybody may see, "" for none.
func (q *FeatureQuery) public() string {
	if published, ok := publicOf[q.Collection.Kind]; ok {
		return "(t.public " + published + ")"
	}
	return ""
}

// table returns the table of places or of incidents.
func (q *FeatureQuery) table() (string, error) {
	switch {
	case q.Collection.ID == grid.CollectionIncidents:
		return "incident", nil
	case detailTables[q.Collection.Kind] != "":
		return "place", nil
	}
	return "", fmt.Errorf("collection %s: %w", q.Collection.ID, grid.ErrNotFound)
}

// ofKind writes that rows are of the collection.
func (q *FeatureQuery) ofKind(sql *statement, alias string) string {
	if q.Collection.Kind == "" {
		return "true"
	}
	return alias + ".kind = " + sql.arg(q.Collection.Kind)
}

// detailTables are the tables of the kinds of places.
var detailTables = map[string]string{
	"hazard": "hazard", "hazard_source": "hazard_source", "danger_zone": "danger_zone", "rental_premises": "rental_premises",
	"key_site": "key_site", "shelter": "shelter", "response_point": "response_point",
}

// publicOf says which of the places that are marked public anybody may see, as grid.Place.IsPublic does.
var publicOf = map[string]string{"shelter": "", "danger_zone": "AND d.published_at <= (now() AT TIME ZONE 'UTC')::date"}

// inScope writes that a place or incident lies in the division, or that a unit of the incident does; "" where all do.
func inScope(ctx context.Context, db DB, sql *statement, scope string, incidents bool) (string, error) {
	in, err := areaOf(ctx, db, "", scope)
	if err != nil || scope == "" {
		return "", err
	}
	own := "t.county_code = ANY (" + sql.arg(in.counties) + "::text[]) OR t.community_code = ANY (" + sql.arg(in.communities) + "::text[])"
	if incidents {
		codes, err := scopeCodes(ctx, db, scope)
		if err != nil {
			return "", err
		}
		own += " OR t.unit_divisions && " + sql.arg(codes) + "::text[]"
	}
	return "(" + own + ")", nil
}

// chosen writes the boxes and the filter.
func chosen(sql *statement, columns columns, filter *cql2.Expr, boxes []geo.Box, meets meets) error {
	wanted := [][]geo.Box{boxes}
	if filter != nil {
		wanted = append(wanted, filter.Boxes()) // which have an index, as the filter itself has not
	}
	for _, boxes := range wanted {
		if boxes == nil {
			continue
		}
		condition, err := meets(sql, "t", boxes)
		if err != nil {
			return err
		}
		sql.add("AND", condition)
	}
	if filter == nil {
		return nil
	}
	condition, err := (&filterSQL{statement: sql, columns: columns}).condition(filter)
	sql.add("AND", condition)
	return err
}

// ownColumns are the columns of places and incidents that are not called as their property, or that both have.
var ownColumns = map[string]string{
	"base_grid":      "(SELECT g.code FROM grid g WHERE g.id = t.base_grid_id)",
	"dedicated_grid": "(SELECT g.code FROM grid g WHERE g.id = t.dedicated_grid_id)",
	"community_code": "t.community_code", "county_code": "t.county_code", "on_boundary": "t.on_boundary", "version": "t.version",
	"updated_at": "t.updated_at",
}

// scopedColumns is columns for the scope of the query.
func (q *FeatureQuery) scopedColumns(ctx context.Context, db DB, sql *statement) (columns, []string, error) {
	own, err := inScope(ctx, db, sql, q.Scope, q.Collection.ID == grid.CollectionIncidents)
	c, values := q.columns(own)
	return c, values, err
}

// columns returns those of the collection's properties, and their expressions in the order of the fields. What is not for anybody is null
// where the row is seen as anybody sees it; own is the condition that it is not, "" where none is.
func (q *FeatureQuery) columns(own string) (columns, []string) {
	c := columns{byName: map[string]column{}, shape: "t.shape", own: own}
	detail := map[string]bool{}
	if layer, ok := grid.PlaceLayer(q.Collection.Kind); ok {
		for _, f := range layer.Detail() {
			detail[f.Name] = true
		}
	}
	values := make([]string, len(q.Collection.Fields))
	for i, f := range q.Collection.Fields {
		value, ok := ownColumns[f.Name]
		switch {
		case ok:
		case detail[f.Name]:
			value = "d." + f.Name
		default:
			value = "t." + f.Name
		}
		if hidden := !q.Collection.ForAnybody(f.Name); hidden && q.Public {
			values[i] = "NULL"
			continue
		} else if hidden && own != "" {
			value = "CASE WHEN " + own + " THEN " + value + " END"
		}
		c.byName[f.Name] = column{value, f.Type}
		values[i] = value
	}
	return c, values
}

// featureOf reads id, code, shape and the values of the fields as grid.Feature has them.
func featureOf(c *grid.Collection, raw []any) (grid.Feature, error) {
	id, isID := raw[0].(int64)
	code, isCode := raw[1].(string)
	ewkb, isShape := raw[2].([]byte)
	if !isID || !isCode || !isShape {
		return grid.Feature{}, fmt.Errorf("reading a feature of %s: id, code and shape are %T, %T, %T", c.ID, raw[0], raw[1], raw[2])
	}
	shape, err := decode[orb.Geometry](ewkb)
	if err != nil {
		return grid.Feature{}, err
	}
	f := grid.Feature{ID: id, Code: code, Geometry: shape, Values: raw[3:]}
	for i, v := range f.Values {
		f.Values[i] = featureValue(v)
	}
	return f, nil
}

// featureValue gives what the database has the Go types of grid.Feature.Values.
func featureValue(v any) any {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case int16:
		return int64(v)
	case time.Time:
		return v.UTC()
	case []any:
		list := make([]string, 0, len(v))
		for _, one := range v {
			if text, ok := one.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return v
}
