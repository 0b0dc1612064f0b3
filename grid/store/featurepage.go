package store

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// mostWalked is among how many rows of the boxes features are looked for one after the other. What has not come by then is rare, and the
// planner knows better how to find it.
const mostWalked = 20_000

// FeaturePosition is where a feature stands among those of a query: without boxes by id, with boxes by cell and id, so that a page of a large
// box reads no more rows than one of a small box. The zero position is before all.
type FeaturePosition struct {
	Cell int64 // with boxes: of a point; noPoint for what is none, which comes first
	ID   int64
}

const noPoint = -1

func (p FeaturePosition) compare(other FeaturePosition) int {
	return cmp.Or(cmp.Compare(p.Cell, other.Cell), cmp.Compare(p.ID, other.ID))
}

// Position returns where a feature that the query has chosen stands.
func (q *FeatureQuery) Position(f *grid.Feature) (FeaturePosition, error) {
	if !q.Boxed() {
		return FeaturePosition{ID: f.ID}, nil
	}
	if _, ok := f.Geometry.(orb.Point); !ok {
		return FeaturePosition{noPoint, f.ID}, nil
	}
	cell, err := cellOf(f.Geometry)
	return FeaturePosition{cell, f.ID}, err
}

// Boxed reports whether features are chosen, and stand in order, by where they are.
func (q *FeatureQuery) Boxed() bool { return q.indexBoxes() != nil }

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

// page returns the features of a page.
func (q *FeatureQuery) page(ctx context.Context, db DB) ([]grid.Feature, error) {
	boxes := q.indexBoxes()
	if boxes == nil {
		return q.selected(ctx, db, inIDOrder((*statement).meetsBoxes))
	}
	var found []grid.Feature
	if q.Collection.Shape != grid.PointShape && (q.After == FeaturePosition{} || q.After.Cell == noPoint) {
		var err error
		found, err = q.selected(ctx, db, inIDOrder((*statement).shapesMeet))
		if err != nil || len(found) == q.Limit {
			return found, err
		}
	}
	points, err := q.points(ctx, db, boxes, q.Limit-len(found))
	return append(found, points...), err
}

// points returns up to limit points after the last one seen: cell by cell along the boxes as long as that is quick.
func (q *FeatureQuery) points(ctx context.Context, db DB, boxes []geo.Box, limit int) ([]grid.Feature, error) {
	var ranges []cellRange
	for _, box := range boxes {
		ranges = append(ranges, boxCells(box, fineCells)...)
	}
	part, found := *q, []grid.Feature(nil)
	part.After.Cell = max(0, part.After.Cell)
	if q.After.Cell == noPoint {
		part.After.ID = 0
	}
	ranges = mergeRanges(ranges)
	walked := 0
	for log2 := bits.Len(uint(limit + limit/8)); walked <= mostWalked; log2 += 2 {
		size := 1 << log2
		near, err := part.near(ctx, db, ranges, size)
		if err != nil {
			return nil, err
		}
		for _, row := range near {
			if row.chosen {
				found = append(found, row.feature)
			}
			if len(found) == limit {
				return found, nil
			}
		}
		if len(near) < size {
			return found, nil
		}
		part.After, walked = near[len(near)-1].at, walked+size
	}
	part.Limit = limit - len(found)
	rest, err := part.selected(ctx, db, inCellOrder((*statement).pointsMeet))
	return append(found, rest...), err
}

// nearRow is a row of the boxes' cells, with its feature where the query chooses it.
type nearRow struct {
	at      FeaturePosition
	chosen  bool
	feature grid.Feature
}

// near returns the first rows, up to size, of the collection in the cells after the last one seen, in their order. How it is carried out
// depends on its size alone, which is no parameter therefore: so a connection plans it once for each power of two.
func (q *FeatureQuery) near(ctx context.Context, db DB, ranges []cellRange, size int) ([]nearRow, error) {
	table, err := q.table()
	if err != nil {
		return nil, err
	}
	var first, last []int64
	for _, r := range ranges {
		if r.last >= q.After.Cell {
			first, last = append(first, max(r.first, q.After.Cell)), append(last, r.last)
		}
	}
	if first == nil {
		return nil, nil
	}
	columns, values := q.columns()
	var sql statement
	bound := strconv.Itoa(size)
	sql.add("WITH near AS MATERIALIZED (SELECT f.cell, f.id, row_number() OVER () AS n",
		"FROM unnest(", sql.arg(first), "::bigint[],", sql.arg(last), "::bigint[]) AS r (first, last) CROSS JOIN LATERAL (",
		"SELECT w.cell, w.id FROM", table, "w WHERE", q.ofKind(&sql, "w"), "AND w.cell BETWEEN r.first AND r.last",
		"AND (w.cell <>", sql.arg(q.After.Cell), "OR w.id >", sql.arg(q.After.ID), ") ORDER BY w.cell, w.id LIMIT", bound, ") AS f LIMIT", bound, ")",
		"SELECT near.cell, near.id, t.code, ST_AsEWKB(t.shape),", strings.Join(values, ", "),
		"FROM near LEFT JOIN", q.source(table), "ON t.id = near.id AND")
	if err := q.conditions(ctx, db, &sql, columns, (*statement).pointsAre); err != nil {
		return nil, err
	}
	sql.add("ORDER BY near.n")
	before := q.After
	return collectPlanned(ctx, db, &sql, func(row pgx.CollectableRow) (nearRow, error) {
		near, err := q.nearRow(row)
		if err == nil && before.compare(near.at) >= 0 { // the next page would go on at the wrong place
			err = fmt.Errorf("%s: row %v came after %v", q.Collection.ID, near.at, before)
		}
		before = near.at
		return near, err
	})
}

func (q *FeatureQuery) nearRow(row pgx.CollectableRow) (nearRow, error) {
	raw, err := row.Values()
	if err != nil {
		return nearRow{}, err
	}
	cell, isCell := raw[0].(int64)
	id, isID := raw[1].(int64)
	if !isCell || !isID {
		return nearRow{}, fmt.Errorf("reading %s: cell and id are %T, %T", q.Collection.ID, raw[0], raw[1])
	}
	near := nearRow{at: FeaturePosition{cell, id}, chosen: raw[2] != nil}
	if near.chosen {
		near.feature, err = featureOf(q.Collection, raw[1:])
	}
	return near, err
}

// collectPlanned is pgx.CollectRows of a statement that the connection plans once, whatever its parameters, and not each time as others
// (OpenConfig says why): that would take as long as this. It is one trip to the database, all of it one transaction.
func collectPlanned[T any](ctx context.Context, db DB, sql *statement, read pgx.RowToFunc[T]) (list []T, err error) {
	var batch pgx.Batch
	batch.Queue("SET plan_cache_mode = force_generic_plan")
	batch.Queue(sql.String(), sql.args...)
	batch.Queue("SET plan_cache_mode = force_custom_plan")
	results := db.SendBatch(ctx, &batch)
	defer func() { err = cmp.Or(err, results.Close()) }()
	if _, err := results.Exec(); err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, read)
}
