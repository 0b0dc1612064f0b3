package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo/mvt"
)

// tileZoom is the zoom whose tiles are counted, versionShift how many bits of a cell lie below one of them.
const (
	tileZoom     = 14
	versionShift = 2 * (cellBits - tileZoom)
)

// touchingTx is a transaction that notes in which cells it changes what tiles show. Store.write raises their versions right before the
// commit: until then nobody waits for them.
type touchingTx struct {
	pgx.Tx
	touched map[string]map[int64]bool // by layer of tiles
}

// raiseTiles raises the versions of the cells that were touched. All transactions do so in the same order, which keeps two of them from
// waiting for each other.
func (tx *touchingTx) raiseTiles(ctx context.Context) error {
	for _, layer := range slices.Sorted(maps.Keys(tx.touched)) {
		_, err := tx.Exec(ctx, `
			INSERT INTO tile_version AS v (layer, cell, version)
			SELECT $1, cell, 1
			FROM unnest($2::bigint[]) AS cell
			ON CONFLICT ON CONSTRAINT tile_version_pkey DO UPDATE SET version = v.version + 1`,
			layer, slices.Sorted(maps.Keys(tx.touched[layer])))
		if err != nil {
			return fmt.Errorf("versions of tiles: %w", err)
		}
	}
	return nil
}

func (tx *touchingTx) touch(layer string, cell int64) {
	if tx.touched == nil {
		tx.touched = map[string]map[int64]bool{}
	}
	if tx.touched[layer] == nil {
		tx.touched[layer] = map[int64]bool{}
	}
	tx.touched[layer][cell>>versionShift] = true
}

// touchTiles notes that what tiles show at a cell changes in the transaction, which is one of Store.write.
func touchTiles(tx DB, table *locatedTable, cells ...int64) error {
	if table.tiles == "" {
		return nil
	}
	noting, ok := tx.(*touchingTx)
	if !ok {
		return fmt.Errorf("%s is written outside of Store.write, which keeps the versions of tiles", table.name)
	}
	last := int64(-1)
	for _, cell := range cells {
		if cell>>versionShift != last {
			noting.touch(table.tiles, cell)
			last = cell >> versionShift
		}
	}
	return nil
}

// touchShapes is touchTiles for where things lie.
func touchShapes(tx DB, table *locatedTable, shapes ...orb.Geometry) error {
	for _, shape := range shapes {
		cell, err := cellOf(shape)
		if err != nil {
			return err
		}
		if err := touchTiles(tx, table, cell); err != nil {
			return err
		}
	}
	return nil
}

// touchCelled is touchTiles for rows in the order of their cells.
func touchCelled[R any](tx DB, table *locatedTable, rows []celled[R]) error {
	cells := make([]int64, len(rows))
	for i := range rows {
		cells[i] = rows[i].cell
	}
	return touchTiles(tx, table, cells...)
}

// touchRows is touchTiles for rows of the table.
func touchRows(ctx context.Context, tx DB, table *locatedTable, ids []int64) error {
	if table.tiles == "" {
		return nil
	}
	rows, err := tx.Query(ctx, table.cells, ids)
	if err != nil {
		return err
	}
	cells, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	return touchTiles(tx, table, cells...)
}

// PlaceTileTag names what PlaceTile makes a tile from: it differs whenever the tile may. Ask for it before the tile.
func (s *Store) PlaceTileTag(ctx context.Context, id mvt.TileID, scope string) (string, error) {
	return s.tileTag(ctx, placeTable.tiles, id, scope)
}

// IncidentTileTag is PlaceTileTag for IncidentTile.
func (s *Store) IncidentTileTag(ctx context.Context, id mvt.TileID, scope string) (string, error) {
	return s.tileTag(ctx, incidentTable.tiles, id, scope)
}

// tileTag sums up the versions of a tile's cells, of the cell that a deeper tile lies in, and, since divisions may come to lie elsewhere,
// the divisions of the scope.
func (s *Store) tileTag(ctx context.Context, layer string, id mvt.TileID, scope string) (string, error) {
	if id.Z > tileZoom {
		up := id.Z - tileZoom
		id = mvt.TileID{Z: tileZoom, X: id.X >> up, Y: id.Y >> up}
	}
	first, end := tileCells(id)
	divisions, err := scopeCodes(ctx, s.db, scope)
	if err != nil {
		return "", translate(err)
	}
	slices.Sort(divisions)
	var raised int64
	var today string // which may make something elsewhere public
	err = s.db.QueryRow(ctx, `
		SELECT coalesce(sum(version), 0)::bigint, CASE WHEN $4 THEN (now() AT TIME ZONE 'UTC')::date::text ELSE '' END
		FROM tile_version
		WHERE layer = $1 AND cell >= $2 AND cell < $3`, layer, first>>versionShift, end>>versionShift, scope != "" && layer == placeTable.tiles).Scan(&raised, &today)
	if err != nil {
		return "", translate(err)
	}
	sum := sha256.New()
	fmt.Fprintln(sum, layer, scope, divisions, raised, today)
	return hex.EncodeToString(sum.Sum(nil)[:16]), nil
}
