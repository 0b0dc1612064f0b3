package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/geo/mvt"
)

// TileQuery answers one vector tile; scope is the division whose subtree is shown, "" for the whole city.
type TileQuery func(ctx context.Context, id mvt.TileID, scope string) ([]byte, error)

// maxTilePoints is how many points a tile shows one by one; more become counts by square. At some 200 bytes a point a tile
// stays under 500 kB.
const maxTilePoints = 1500

// A tile that counts does so by squaresLog2 bits of x and of y, that is 64 by 64 squares, whose count stands at about the mean of
// what it counts: the mean of the middles of 4 by 4 parts of the square.
const (
	squaresLog2 = 6
	partsLog2   = 2
)

// tileSQL holds the statements of a point tileset. $1 and $2 are the first cell of the tile and that after its last, $3 and $4
// counties and communities or NULL, $5 the most rows, or the bits of a part.
type tileSQL struct {
	layer                string
	tags                 []string // that single's columns after id and cell give
	count, single, parts string
	units                bool // $6 is the divisions of the scope, of which one may be that of a unit; NULL without one
}

// PlaceTile returns a vector tile with the layer places: each place as a point with code, kind, name and state, or, where
// there are too many, squares with count and count_ and each kind. A line or polygon is one point inside it. Over the tiles of
// a zoom every place is counted once. Empty where there is none.
func (s *Store) PlaceTile(ctx context.Context, id mvt.TileID, scope string) ([]byte, error) {
	return s.pointTile(ctx, id, scope, tileSQL{
		layer: "places",
		tags:  []string{"code", "kind", "name", "state"},
		count: `
			SELECT count(*)
			FROM (SELECT
			      FROM place
			      WHERE cell >= $1 AND cell < $2
			        AND ($3::text[] IS NULL OR county_code = ANY ($3)) AND ($4::text[] IS NULL OR community_code = ANY ($4))
			      LIMIT $5) AS found`,
		single: `
			SELECT id, cell, ARRAY[code, kind, left(name, 40), state]
			FROM place
			WHERE cell >= $1 AND cell < $2
			  AND ($3::text[] IS NULL OR county_code = ANY ($3)) AND ($4::text[] IS NULL OR community_code = ANY ($4))
			ORDER BY id
			LIMIT $5`,
		parts: `
			SELECT cell >> $5 AS part, kind, count(*)
			FROM place
			WHERE cell >= $1 AND cell < $2
			  AND ($3::text[] IS NULL OR county_code = ANY ($3)) AND ($4::text[] IS NULL OR community_code = ANY ($4))
			GROUP BY part, kind
			ORDER BY part, kind`,
	})
}

// IncidentTile is PlaceTile for the layer incidents; a point has code, kind, state and severity. Those that lie elsewhere
// but have a unit in the scope are among them.
func (s *Store) IncidentTile(ctx context.Context, id mvt.TileID, scope string) ([]byte, error) {
	return s.pointTile(ctx, id, scope, tileSQL{
		layer: "incidents",
		tags:  []string{"code", "kind", "state", "severity"},
		units: true,
		count: `
			SELECT count(*)
			FROM (SELECT
			      FROM incident
			      WHERE cell >= $1 AND cell < $2
			        AND ($6::text[] IS NULL OR unit_divisions && $6 OR county_code = ANY ($3) OR community_code = ANY ($4))
			      LIMIT $5) AS found`,
		single: `
			SELECT id, cell, ARRAY[code, kind, state, severity]
			FROM incident
			WHERE cell >= $1 AND cell < $2
			  AND ($6::text[] IS NULL OR unit_divisions && $6 OR county_code = ANY ($3) OR community_code = ANY ($4))
			ORDER BY id
			LIMIT $5`,
		parts: `
			SELECT cell >> $5 AS part, kind, count(*)
			FROM incident
			WHERE cell >= $1 AND cell < $2
			  AND ($6::text[] IS NULL OR unit_divisions && $6 OR county_code = ANY ($3) OR community_code = ANY ($4))
			GROUP BY part, kind
			ORDER BY part, kind`,
	})
}

func (s *Store) pointTile(ctx context.Context, id mvt.TileID, scope string, sql tileSQL) ([]byte, error) {
	tile, err := mvt.New(id, 0)
	if err != nil {
		return nil, err
	}
	first, end := tileCells(id)
	err = s.snapshot(ctx, func(db DB) error {
		in, err := areaOf(ctx, db, "", scope)
		if err != nil {
			return err
		}
		var units []any
		if sql.units {
			codes, err := scopeCodes(ctx, db, scope)
			if err != nil {
				return err
			}
			units = []any{codes}
		}
		args := func(last int) []any { return append([]any{first, end, in.counties, in.communities, last}, units...) }
		var n int
		err = db.QueryRow(ctx, sql.count, args(maxTilePoints+1)...).Scan(&n)
		if err != nil {
			return err
		}
		if n <= maxTilePoints {
			rows, err := db.Query(ctx, sql.single, args(maxTilePoints)...)
			if err != nil {
				return err
			}
			return addSingles(tile.Layer(sql.layer), sql.tags, rows)
		}
		bits := 2 * max(0, cellBits-int(id.Z)-squaresLog2-partsLog2)
		rows, err := db.Query(ctx, sql.parts, args(bits)...)
		if err != nil {
			return err
		}
		return addSquares(tile.Layer(sql.layer), first, bits, rows)
	})
	if err != nil {
		return nil, err
	}
	return tile.Encode(nil), nil
}

func addSingles(layer *mvt.Layer, names []string, rows pgx.Rows) error {
	var id, cell int64
	var values []string
	_, err := pgx.ForEachRow(rows, []any{&id, &cell, &values}, func() error {
		tags := make([]mvt.Tag, len(values))
		for i, v := range values {
			tags[i] = mvt.Tag{Key: names[i], Value: mvt.String(v)}
		}
		layer.AddPoint(uint64(id), cellCentre(cell, 0), tags...)
		return nil
	})
	return err
}

// square gathers what lies in one square of a tile that counts.
type square struct {
	number     int64 // of the squares of this size, in the order of cells
	count      int64
	kinds      []string // in order of first appearance
	byKind     map[string]int64
	sumX, sumY float64 // world units
}

// addSquares reads counts by part and kind, in the order of parts, and adds a point for each square.
func addSquares(layer *mvt.Layer, first int64, bits int, rows pgx.Rows) error {
	var part, n int64
	var kind string
	var sq square
	_, err := pgx.ForEachRow(rows, []any{&part, &kind, &n}, func() error {
		if number := part >> (2 * partsLog2); sq.count == 0 || number != sq.number {
			sq.addTo(layer, first, bits)
			sq = square{number: number, byKind: map[string]int64{}}
		}
		at := cellCentre(part<<bits, bits/2)
		sq.count += n
		sq.sumX += float64(n) * float64(at.X)
		sq.sumY += float64(n) * float64(at.Y)
		if sq.byKind[kind] == 0 {
			sq.kinds = append(sq.kinds, kind)
		}
		sq.byKind[kind] += n
		return nil
	})
	if err != nil {
		return err
	}
	sq.addTo(layer, first, bits)
	return nil
}

func (sq *square) addTo(layer *mvt.Layer, first int64, bits int) {
	if sq.count == 0 {
		return
	}
	tags := []mvt.Tag{{Key: "count", Value: mvt.Int(sq.count)}}
	for _, kind := range sq.kinds {
		tags = append(tags, mvt.Tag{Key: "count_" + kind, Value: mvt.Int(sq.byKind[kind])})
	}
	at := mvt.World{X: uint32(sq.sumX / float64(sq.count)), Y: uint32(sq.sumY / float64(sq.count))}
	id := sq.number - first>>(bits+2*partsLog2) + 1
	layer.AddPoint(uint64(id), at, tags...)
}
