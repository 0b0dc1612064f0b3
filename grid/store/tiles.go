package store

import (
	"context"
	_ "embed"

	"github.com/wangge/wangge/geo/mvt"
)

// TileQuery answers one vector tile; scope is the division whose subtree is shown, "" for the whole city.
type TileQuery func(ctx context.Context, id mvt.TileID, scope string) ([]byte, error)

// maxTilePoints is how many points a tile shows one by one; more become counts by cell. At some 200 bytes a point a tile
// stays under 500 kB.
const maxTilePoints = 1500

var (
	//go:embed sql/place_tile.sql
	placeTileSQL string
	//go:embed sql/incident_tile.sql
	incidentTileSQL string
)

// PlaceTile returns a vector tile with the layer places: each place as a point with code, kind, name and state, or, where
// there are too many, cells with count and count_ and each kind. Over the tiles of a zoom every place is counted once. Empty
// where there is none.
func (s *Store) PlaceTile(ctx context.Context, id mvt.TileID, scope string) ([]byte, error) {
	return s.pointTile(ctx, placeTileSQL, id, scope)
}

// IncidentTile is PlaceTile for the layer incidents; a point has code, kind, state and severity.
func (s *Store) IncidentTile(ctx context.Context, id mvt.TileID, scope string) ([]byte, error) {
	return s.pointTile(ctx, incidentTileSQL, id, scope)
}

func (s *Store) pointTile(ctx context.Context, sql string, id mvt.TileID, scope string) ([]byte, error) {
	b := id.Bounds(8) // wider than any rounding at the edges
	var tile []byte
	err := s.db.QueryRow(ctx, sql, int(id.Z), int64(id.X), int64(id.Y), b.Min[0], b.Min[1], b.Max[0], b.Max[1], scope, maxTilePoints).Scan(&tile)
	return tile, translate(err)
}
