package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
)

// mostTaggedShapes is how many lines and polygons near its boxes the tag of a query looks up. Where there are more it is of the whole city.
const mostTaggedShapes = 500

// FeaturesTag names what Features answers the query from: it differs whenever the answer may, and reads no feature. Of boxes it stays while
// others write elsewhere. Ask for it before the features.
func (s *Store) FeaturesTag(ctx context.Context, q FeatureQuery) (string, error) {
	layer := placeTable.tiles
	if q.Collection.ID == grid.CollectionIncidents {
		layer = incidentTable.tiles
	}
	sum := sha256.New()
	fmt.Fprintln(sum, layer, q.Collection.ID, q.Scope, q.Public)
	if publicOf[q.Collection.Kind] != "" { // a day may make something public
		var today string
		if err := s.db.QueryRow(ctx, `SELECT (now() AT TIME ZONE 'UTC')::date::text`).Scan(&today); err != nil {
			return "", translate(err)
		}
		fmt.Fprintln(sum, today)
	}
	cells, near, err := s.nearCells(ctx, layer, &q)
	if err != nil {
		return "", translate(err)
	}
	divisions := ""
	if !near {
		if cells, err = s.tileTag(ctx, layer, mvt.TileID{}, q.Scope); err != nil {
			return "", err
		}
	} else {
		codes, err := scopeCodes(ctx, s.db, q.Scope)
		if err != nil {
			return "", translate(err)
		}
		slices.Sort(codes)
		divisions = fmt.Sprint(codes)
	}
	fmt.Fprintln(sum, near, cells, divisions)
	return hex.EncodeToString(sum.Sum(nil)[:16]), nil
}

// nearCells returns the versions of the cells that what meets the query's boxes lies in: those of the boxes, where points are, and those that
// lines and polygons near the boxes are counted in, wherever that is. It is false where the query has no boxes or there is too much near them.
//
// A change raises a cell of both what was and what is. What was near the boxes had its cell among these before, and what is near them has it
// now: so the list differs, since versions only grow.
func (s *Store) nearCells(ctx context.Context, layer string, q *FeatureQuery) (cells string, near bool, err error) {
	boxes := q.indexBoxes()
	if boxes == nil {
		return "", false, nil
	}
	table, err := q.table()
	if err != nil {
		return "", false, err
	}
	var first, last []int64
	var ranges []cellRange
	for _, box := range boxes {
		ranges = append(ranges, boxCells(box, fineCells)...)
	}
	for _, r := range mergeRanges(ranges) {
		first, last = append(first, r.first>>versionShift), append(last, r.last>>versionShift)
	}
	var sql statement
	sql.add("WITH shapes AS MATERIALIZED (SELECT w.cell >> ", sql.arg(versionShift), "::integer AS cell FROM", table, "w",
		"WHERE GeometryType(w.shape) <> 'POINT' AND (", sql.overlaps("w.shape", boxes), ") LIMIT", sql.arg(mostTaggedShapes+1), ")",
		"SELECT (SELECT count(*) FROM shapes), coalesce(string_agg(v.cell || '=' || v.version, ' ' ORDER BY v.cell), '')",
		"FROM tile_version v WHERE v.layer =", sql.arg(layer), "AND (v.cell IN (SELECT cell FROM shapes)",
		"OR EXISTS (SELECT FROM unnest(", sql.arg(listOrEmpty(first)), "::bigint[],", sql.arg(listOrEmpty(last)), "::bigint[]) AS r (first, last)",
		"WHERE v.cell BETWEEN r.first AND r.last))")
	var shapes int
	err = s.db.QueryRow(ctx, sql.String(), sql.args...).Scan(&shapes, &cells)
	return cells, shapes <= mostTaggedShapes, err
}
