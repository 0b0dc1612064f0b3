package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// tilesetReference shows the ground: roads, railways, rivers, waters, greens and buildings. It is public.
const tilesetReference = "reference"

// referenceTiles are made by the database. They change with imports alone.
func (s *Server) referenceTiles(state *live.State) tileSource {
	return tileSource{
		public: true, stored: true, maxZoom: store.MaxReferenceZoom, box: state.City.Box(),
		tag: func(ctx context.Context, id mvt.TileID) (string, error) {
			last, count, err := s.store.ReferenceVersion(ctx)
			if err != nil {
				return "", err
			}
			sum := sha256.Sum256(fmt.Appendf(nil, "%s reference %d %d", tileEncoding, last, count))
			return `W/"` + hex.EncodeToString(sum[:12]) + `"`, nil
		},
		make: s.store.ReferenceTile,
		layers: func() ([]vectorLayer, error) {
			var layers []vectorLayer
			for _, l := range store.ReferenceLayers() {
				fields := map[string]string{"name": "String", "class": "String"}
				layers = append(layers, vectorLayer{ID: l.Name, Fields: fields, MinZoom: int(l.LeastZoom), MaxZoom: store.MaxReferenceZoom})
			}
			return layers, nil
		},
	}
}
