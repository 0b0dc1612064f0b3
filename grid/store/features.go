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

// FeatureQuery chooses features of a collection of places or of incidents; a zero field does not restrict. They come by id.
type FeatureQuery struct {
	Collection *grid.Collection
	Code       string
	Scope      string    // division whose subtree is meant
	Public     bool      // only what anybody may see, by grid.Place.IsPublic, and of it only what is for anybody
	Boxes      []geo.Box // of which the shape meets one; nil for no restriction
	Filter     *cql2.Expr
	From, To   time.Time // within which the collection's Time lies, both included
	After      int64     // id of the last one seen
	Limit      int       // at least 1
}

// Features returns the features that the query chooses. The filter must have passed Check; what is not carried out is a
// *cql2.SyntaxError all the same.
func (s *Store) Features(ctx context.Context, q FeatureQuery) ([]grid.Feature, error) {
	var found []grid.Feature
	err := s.snapshot(ctx, func(db DB) error {
		var err error
		found, err = q.page(ctx, db)
		return err
	})
	return found, err
}

// CountFeatures returns how many features the query chooses, After and Limit aside, but at most most; exact is false when there may be more,
// or when boxes hold so many that counting would take longer than a page.
func (s *Store) CountFeatures(ctx context.Context, q FeatureQuery, most int) (n int, exact bool, err error) {
	q.After = 0
	err = s.snapshot(ctx, func(db DB) error {
		rows, err := q.countedRows(ctx, db)
		if err != nil || rows == nil {
			return err
		}
		columns, _ := q.columns()
		var sql statement
		sql.add("SELECT count(*) FROM (SELECT")
		if err := q.from(ctx, db, &sql, columns, *rows); err != nil {
			return err
		}
		sql.add("LIMIT", sql.arg(most+1), ") AS found")
		err = db.QueryRow(ctx, sql.String(), sql.args...).Scan(&n)
		exact = n <= most
		return err
	})
	return min(n, most), exact, err
}

// selected returns the features that the query chooses among rows.
func (q *FeatureQuery) selected(ctx context.Context, db DB, among rowsOf) ([]grid.Feature, error) {
	columns, values := q.columns()
	var sql statement
	sql.add("SELECT t.id, t.code, ST_AsEWKB(t.shape),", strings.Join(values, ", "))
	if err := q.from(ctx, db, &sql, columns, among); err != nil {
		return nil, err
	}
	sql.add("ORDER BY t.id LIMIT", sql.arg(q.Limit))
	rows, err := db.Query(ctx, sql.String(), sql.args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.Feature, error) {
		raw, err := row.Values()
		if err != nil {
			return grid.Feature{}, err
		}
		return featureOf(q.Collection, raw)
	})
}

// from writes FROM and WHERE of the query.
func (q *FeatureQuery) from(ctx context.Context, db DB, sql *statement, columns columns, among rowsOf) error {
	incidents := q.Collection.ID == grid.CollectionIncidents
	table, err := q.table()
	if err != nil {
		return err
	}
	sql.add("FROM", q.rows(sql, table, among), "t")
	if !incidents {
		sql.add("JOIN", detailTables[q.Collection.Kind], "d ON d.place_id = t.id")
	}
	sql.add("WHERE", q.position(sql, "t"))
	if among.ids != nil {
		sql.add("AND t.id = ANY (", sql.arg(among.ids), ")")
	}
	if q.Code != "" {
		sql.add("AND t.code =", sql.arg(q.Code))
	}
	if q.Public {
		sql.add("AND t.public", publicOf[q.Collection.Kind])
	}
	if err := inScope(ctx, db, sql, q.Scope, incidents); err != nil {
		return err
	}
	if c, ok := columns.byName[q.Collection.Time]; ok {
		sql.add("AND", sql.within(c, q.From, q.To))
	}
	meets := sql.meetsBoxes
	if among.any() {
		meets = sql.meetsBoxesOf
	}
	return chosen(sql, columns, q.Filter, q.Boxes, meets)
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

// position writes that rows are of the collection and come after the last one seen.
func (q *FeatureQuery) position(sql *statement, alias string) string {
	conditions := "true"
	if q.Collection.Kind != "" {
		conditions = alias + ".kind = " + sql.arg(q.Collection.Kind)
	}
	if q.After != 0 {
		conditions += " AND " + alias + ".id > " + sql.arg(q.After)
	}
	return conditions
}

// detailTables are the tables of the kinds of places.
var detailTables = map[string]string{
	"hazard": "hazard", "hazard_source": "hazard_source", "danger_zone": "danger_zone", "rental_premises": "rental_premises",
	"key_site": "key_site", "shelter": "shelter", "response_point": "response_point",
}

// publicOf says which of the places that are marked public anybody may see, as grid.Place.IsPublic does.
var publicOf = map[string]string{"shelter": "", "danger_zone": "AND d.published_at <= (now() AT TIME ZONE 'UTC')::date"}

// inScope writes that a place or incident lies in the division, or that a unit of the incident does.
func inScope(ctx context.Context, db DB, sql *statement, scope string, incidents bool) error {
	in, err := areaOf(ctx, db, "", scope)
	if err != nil || scope == "" {
		return err
	}
	own := "t.county_code = ANY (" + sql.arg(in.counties) + "::text[]) OR t.community_code = ANY (" + sql.arg(in.communities) + "::text[])"
	if incidents {
		codes, err := scopeCodes(ctx, db, scope)
		if err != nil {
			return err
		}
		own += " OR t.unit_divisions && " + sql.arg(codes) + "::text[]"
	}
	sql.add("AND (", own, ")")
	return nil
}

// chosen writes the boxes and the filter.
func chosen(
	sql *statement, columns columns, filter *cql2.Expr, boxes []geo.Box, meetsBoxes func(alias string, boxes []geo.Box) (string, error),
) error {
	wanted := [][]geo.Box{boxes}
	if filter != nil {
		wanted = append(wanted, filter.Boxes()) // which have an index, as the filter itself has not
	}
	for _, boxes := range wanted {
		if boxes == nil {
			continue
		}
		meets, err := meetsBoxes("t", boxes)
		if err != nil {
			return err
		}
		sql.add("AND", meets)
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

// columns returns those of the collection's properties, and their expressions in the order of the fields.
func (q *FeatureQuery) columns() (columns, []string) {
	detail := map[string]bool{}
	if layer, ok := grid.PlaceLayer(q.Collection.Kind); ok {
		for _, f := range layer.Detail() {
			detail[f.Name] = true
		}
	}
	c := columns{byName: map[string]column{}, shape: "t.shape"}
	values := make([]string, len(q.Collection.Fields))
	for i, f := range q.Collection.Fields {
		sql, ok := ownColumns[f.Name]
		switch {
		case ok:
		case detail[f.Name]:
			sql = "d." + f.Name
		default:
			sql = "t." + f.Name
		}
		if q.Public && !q.Collection.ForAnybody(f.Name) {
			values[i] = "NULL"
			continue
		}
		c.byName[f.Name] = column{sql, f.Type}
		values[i] = sql
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
