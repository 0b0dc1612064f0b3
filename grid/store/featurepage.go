package store

import (
	"cmp"
	"context"
	"errors"
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

// page returns the features of a page: of boxes cell by cell as long as that is quick.
func (q *FeatureQuery) page(ctx context.Context, db DB) ([]grid.Feature, error) {
	boxes := q.indexBoxes()
	if boxes == nil {
		return q.selected(ctx, db, inIDOrder)
	}
	var ranges []cellRange
	for _, box := range boxes {
		ranges = append(ranges, boxCells(box, fineCells)...)
	}
	ranges = mergeRanges(ranges)
	part, found := *q, []grid.Feature(nil)
	walked := 0
	for log2 := bits.Len(uint(q.Limit + 7)); walked <= mostWalked || part.After.Cell == noPoint; log2 += 2 {
		size := 1 << log2
		near, err := part.near(ctx, db, boxes, ranges, size)
		if errors.Is(err, errOrder) { // slower, but right
			part.Limit = q.Limit - len(found)
			rest, err := part.selected(ctx, db, inPositionOrder)
			return append(found, rest...), err
		}
		if err != nil {
			return nil, err
		}
		for _, row := range near {
			if row.chosen {
				found = append(found, row.feature)
			}
			if len(found) == q.Limit {
				return found, nil
			}
		}
		if len(near) < size {
			return found, nil
		}
		part.After, walked = near[len(near)-1].at, walked+size
	}
	part.Limit = q.Limit - len(found)
	rest, err := part.selected(ctx, db, inCellOrder)
	return append(found, rest...), err
}

// nearRow is a row of the boxes' cells, with its feature where the query chooses it.
type nearRow struct {
	at      FeaturePosition
	chosen  bool
	feature grid.Feature
}

// near returns the first rows, up to size, of the collection near the boxes after the last one seen, in their order. How it is carried out
// depends on its size alone, which is no parameter therefore: so a connection plans it once for each power of two.
func (q *FeatureQuery) near(ctx context.Context, db DB, boxes []geo.Box, ranges []cellRange, size int) ([]nearRow, error) {
	table, err := q.table()
	if err != nil {
		return nil, err
	}
	var sql statement
	columns, values, err := q.scopedColumns(ctx, db, &sql)
	if err != nil {
		return nil, err
	}
	limit := "LIMIT " + strconv.Itoa(size)
	sql.add("WITH")
	shapes := ""
	if q.Collection.Shape != grid.PointShape && (q.After == FeaturePosition{} || q.After.Cell == noPoint) {
		sql.add("shapes AS MATERIALIZED (SELECT w.id FROM", table, "w WHERE", q.ofKind(&sql, "w"), "AND w.id >", sql.arg(q.After.ID),
			"AND GeometryType(w.shape) <> 'POINT' AND (", sql.overlaps("w.shape", boxes), ")),")
		shapes = "(SELECT -1::bigint AS cell, id FROM shapes ORDER BY id " + limit + ") UNION ALL"
	}
	sql.add("near AS MATERIALIZED (SELECT f.cell, f.id, row_number() OVER () AS n FROM (", shapes, "(")
	q.nearPoints(&sql, table, boxes, ranges, limit)
	sql.add(")) AS f", limit, ")",
		"SELECT near.cell, near.id, t.code, ST_AsEWKB(t.shape),", strings.Join(values, ", "),
		"FROM near LEFT JOIN", q.source(table), "ON t.id = near.id AND")
	if err := q.conditions(&sql, columns, (*statement).nearMeets); err != nil {
		return nil, err
	}
	sql.add("ORDER BY near.n")
	before := q.After
	return collectPlanned(ctx, db, &sql, func(row pgx.CollectableRow) (nearRow, error) {
		near, err := q.nearRow(row)
		if err == nil {
			err = follows(before, near.at)
		}
		before = near.at
		return near, err
	})
}

// errOrder says that the database took rows in another order than that of their index: a page of them would leave some out.
var errOrder = errors.New("rows are not in order")

// follows returns errOrder unless a row at next may come after the one before, the zero position for the first one.
func follows(before, next FeaturePosition) error {
	if before != (FeaturePosition{}) && before.compare(next) >= 0 {
		return fmt.Errorf("%w: %v came after %v", errOrder, next, before)
	}
	return nil
}

// nearPoints writes the query for what has its cell in the ranges, after the last one seen.
func (q *FeatureQuery) nearPoints(sql *statement, table string, boxes []geo.Box, ranges []cellRange, limit string) {
	after := q.After
	if after.Cell == noPoint {
		after = FeaturePosition{}
	}
	first, last := []int64{}, []int64{}
	for _, r := range ranges {
		if r.last >= after.Cell {
			first, last = append(first, max(r.first, after.Cell)), append(last, r.last)
		}
	}
	sql.add("SELECT p.cell, p.id FROM unnest(", sql.arg(first), "::bigint[],", sql.arg(last), "::bigint[]) AS r (first, last)",
		"CROSS JOIN LATERAL (SELECT w.cell, w.id FROM", table, "w WHERE", q.ofKind(sql, "w"), "AND w.cell BETWEEN r.first AND r.last",
		"AND", sql.inBoxes("w.cell", boxes), "AND (w.cell <>", sql.arg(after.Cell), "OR w.id >", sql.arg(after.ID), ") ORDER BY w.cell, w.id", limit, ") AS p")
}

func (q *FeatureQuery) nearRow(row pgx.CollectableRow) (nearRow, error) {
	raw, err := rowValues(row)
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
// (OpenConfig says why): that would take as long as this. Rows are taken in the order of an index, since the planner, which cannot tell how
// many there are, would rather read and sort all. It is one trip to the database, all of it one transaction.
func collectPlanned[T any](ctx context.Context, db DB, sql *statement, read pgx.RowToFunc[T]) (list []T, err error) {
	const set = "SELECT set_config('plan_cache_mode', $1, false), set_config('enable_sort', $2, false)"
	var batch pgx.Batch
	batch.Queue(set, "force_generic_plan", "off")
	batch.Queue(sql.String(), sql.args...)
	batch.Queue(set, "force_custom_plan", "on")
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
