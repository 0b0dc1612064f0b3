package store

import (
	"context"
	"math"
	"strings"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// A page of a box is read in one of three ways, which all give the same: the planner does not know how many rows of a box there are, and
// either sorts all of a large one or walks a whole table for a small one.
const (
	mostSorted  = 8000   // rows in the cells of the boxes up to which they are sorted by their ids
	mostWalked  = 20_000 // rows in the order of their ids among which a page of a large box is looked for
	mostCounted = 500    // rows in the cells of the boxes up to which they are counted
)

// rowsOf are the rows that a query is about; without a field, all.
type rowsOf struct {
	ids  []int64 // not nil: only those
	next int     // not 0: only so many after the last one seen
}

func (r rowsOf) any() bool { return r.ids != nil || r.next != 0 }

// page returns the features of a page.
func (q *FeatureQuery) page(ctx context.Context, db DB) ([]grid.Feature, error) {
	boxes := q.indexBoxes()
	if boxes == nil {
		return q.selected(ctx, db, rowsOf{})
	}
	found, few, err := q.sorted(ctx, db, boxes, mostSorted)
	if few || err != nil {
		return found, err
	}
	found, err = q.selected(ctx, db, rowsOf{next: mostWalked})
	if err != nil || len(found) == q.Limit {
		return found, err
	}
	if q.Filter != nil || !q.From.IsZero() || !q.To.IsZero() || q.Scope != "" || q.Public {
		return q.selected(ctx, db, rowsOf{}) // of which the planner knows more
	}
	found, _, err = q.sorted(ctx, db, boxes, math.MaxInt32)
	return found, err
}

// indexBoxes returns the boxes of which one is met by whatever the query chooses, nil when there are none.
func (q *FeatureQuery) indexBoxes() []geo.Box {
	switch {
	case q.Code != "":
		return nil
	case q.Boxes == nil && q.Filter != nil:
		return q.Filter.Boxes()
	}
	return q.Boxes
}

// sorted returns the features of a page by sorting the ids of all rows that may meet the boxes, or false when those are more than most.
func (q *FeatureQuery) sorted(ctx context.Context, db DB, boxes []geo.Box, most int) (found []grid.Feature, few bool, err error) {
	for part, size := *q, 2*q.Limit; ; size *= 4 { // most of the first are chosen, without a filter
		ids, few, err := part.inCells(ctx, db, boxes, most, size)
		if !few || err != nil || len(ids) == 0 {
			return found, few, err
		}
		part.Limit = q.Limit - len(found)
		more, err := part.selected(ctx, db, rowsOf{ids: ids})
		if err != nil {
			return nil, false, err
		}
		found = append(found, more...)
		if len(found) == q.Limit || len(ids) < size {
			return found, true, nil
		}
		part.After = ids[len(ids)-1]
	}
}

// inCells returns the first ids, at most limit, some twice, of the rows of the collection after the last one seen that may meet one of the
// boxes; false when there are more such rows than most. Every row that does is among them: a point is in a cell of the box, and anything else
// is in the index of what is no point.
func (q *FeatureQuery) inCells(ctx context.Context, db DB, boxes []geo.Box, most, limit int) (ids []int64, few bool, err error) {
	table, err := q.table()
	if err != nil {
		return nil, false, err
	}
	var first, last []int64
	for _, box := range boxes {
		for _, r := range boxCells(box) {
			first, last = append(first, r.first), append(last, r.last)
		}
	}
	var sql statement
	sql.add("WITH near AS MATERIALIZED (SELECT t.id FROM unnest(", sql.arg(first), "::bigint[],", sql.arg(last), "::bigint[]) AS r (first, last) JOIN",
		table, "t ON t.cell BETWEEN r.first AND r.last WHERE", q.position(&sql, "t"))
	for _, box := range boxes {
		if q.Collection.Shape == grid.PointShape {
			break
		}
		sql.add("UNION ALL SELECT t.id FROM", table, "t WHERE", q.position(&sql, "t"), "AND GeometryType(t.shape) <> 'POINT' AND t.shape &&", sql.envelope(box))
	}
	bound := sql.arg(most)
	sql.add("LIMIT", bound, "::bigint + 1), size AS (SELECT count(*) <=", bound, "AS few FROM near)",
		"SELECT size.few, ARRAY(SELECT near.id FROM near WHERE size.few ORDER BY near.id LIMIT", sql.arg(limit), ") FROM size")
	err = db.QueryRow(ctx, sql.String(), sql.args...).Scan(&few, &ids)
	return ids, few, err
}

// rows writes what FROM is about.
func (q *FeatureQuery) rows(sql *statement, table string, among rowsOf) string {
	if among.next == 0 {
		return table
	}
	return "(SELECT * FROM " + table + " w WHERE " + q.position(sql, "w") + " ORDER BY w.id LIMIT " + sql.arg(among.next) + ")"
}

// countedRows returns the rows among which features are counted, nil when they are too many.
func (q *FeatureQuery) countedRows(ctx context.Context, db DB) (*rowsOf, error) {
	boxes := q.indexBoxes()
	if boxes == nil {
		return &rowsOf{}, nil
	}
	ids, few, err := q.inCells(ctx, db, boxes, mostCounted, mostCounted)
	if !few || err != nil {
		return nil, err
	}
	return &rowsOf{ids: append([]int64{}, ids...)}, nil
}

// meetsBoxesOf is meetsBoxes for rows that have been found already: no index is to be used for it.
func (s *statement) meetsBoxesOf(alias string, boxes []geo.Box) (string, error) {
	shape := alias + ".shape"
	any := []string{"false"}
	for _, box := range boxes {
		window := geo.BoxShape(box)
		inUnits, err := units(&window)
		if err != nil {
			return "", err
		}
		low, high := box.Min.Orb(), box.Max.Orb()
		any = append(any, "CASE WHEN NOT "+shape+" && "+s.envelope(box)+" THEN false WHEN GeometryType("+shape+") = 'POINT' THEN ST_X("+shape+
			") BETWEEN "+s.arg(low[0])+" AND "+s.arg(high[0])+" AND ST_Y("+shape+") BETWEEN "+s.arg(low[1])+" AND "+s.arg(high[1])+
			" ELSE ST_Intersects(lattice_units("+shape+"), ST_GeomFromEWKB("+s.arg(inUnits)+")) END")
	}
	return "(" + strings.Join(any, " OR ") + ")", nil
}

// envelope writes a box in degrees.
func (s *statement) envelope(box geo.Box) string {
	low, high := box.Min.Orb(), box.Max.Orb()
	return "ST_MakeEnvelope(" + s.arg(low[0]) + ", " + s.arg(low[1]) + ", " + s.arg(high[0]) + ", " + s.arg(high[1]) + ", 4326)"
}
