package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// tilesetDifference shows what differs between two editions of a county, or between a plan's draft and what it is drawn over.
const tilesetDifference = "difference"

// differenceTiles are those of ?county=&from=&to= or ?plan=, for whoever may read plans of that county.
func (s *Server) differenceTiles(w http.ResponseWriter, r *http.Request, state *live.State, q query) (tileSource, error) {
	if q.has(planParam) {
		if q.has("county") || q.has("from") || q.has("to") {
			return tileSource{}, badParam(planParam, "Send county, from and to, or plan, not both.")
		}
		return s.planDifference(w, r, state, q.text(planParam))
	}
	county := q.text("county")
	if county == "" {
		return tileSource{}, badParam("county", "county is missing: compare two editions with ?county=CODE&from=1&to=2, or a draft with ?plan=CODE.")
	}
	tokenOrigin(w, r)
	if err := s.county(r, state, county); err != nil {
		return tileSource{}, err
	}
	numbers, err := q.twoEditions()
	if err != nil {
		return tileSource{}, err
	}
	editionHeader(w, []grid.EditionInfo{{CountyCode: county, Number: numbers[1]}})
	key := fmt.Sprintf("%s %d %d", county, numbers[0], numbers[1])
	return differenceSource(key, boxOf(state.City, []string{county}), s.compared.of(key, func() (*edition.DiffTiles, error) {
		sides, err := s.editionsAt(r.Context(), county, numbers)
		if err != nil {
			return nil, err
		}
		diff := edition.Compare(sides[0], sides[1], state.City.Settings().FallbackM)
		return edition.NewDiffTiles(&diff), nil
	})), nil
}

func (s *Server) planDifference(w http.ResponseWriter, r *http.Request, state *live.State, code string) (tileSource, error) {
	d, err := s.draftOf(w, r, state, code)
	if err != nil {
		return tileSource{}, err
	}
	nameState(w, d.After)
	key := fmt.Sprintf("%s@%s", d.Plan.Code, d.After.Preview.Key)
	return differenceSource(key, boxOf(state.City, d.Plan.Counties), s.compared.of(key, func() (*edition.DiffTiles, error) {
		return edition.NewDiffTiles(&d.Diff), nil
	})), nil
}

func differenceSource(key string, box geo.Box, tiles func() (*edition.DiffTiles, error)) tileSource {
	sum := sha256.Sum256([]byte(tileEncoding + " difference " + key))
	tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
	return tileSource{
		maxZoom: edition.MaxTileZoom, box: box,
		tag: func(context.Context, mvt.TileID) (string, error) { return tag, nil },
		make: func(_ context.Context, id mvt.TileID) ([]byte, error) {
			t, err := tiles()
			if err != nil {
				return nil, err
			}
			return t.Tile(id)
		},
		layers: func() ([]vectorLayer, error) {
			var layers []vectorLayer
			for _, id := range []string{edition.LayerCreated, edition.LayerRetired, edition.LayerChanged, edition.LayerChangedFrom} {
				fields := map[string]string{"code": "String", "name": "String", "kind": "String", "community": "String", "change": "String"}
				layers = append(layers, vectorLayer{ID: id, Fields: fields, MaxZoom: edition.MaxTileZoom})
			}
			fields := map[string]string{"kind": "String", "from": "String", "to": "String", "area_m2": "Number"}
			layers = append(layers, vectorLayer{ID: edition.LayerMoved, Fields: fields, MaxZoom: edition.MaxTileZoom})
			_, err := tiles() // there are such editions
			return layers, err
		},
	}
}

// maxDifferences is how many differences are kept: those that were asked for last.
const maxDifferences = 8

// differences keeps what tiles of differences are made from, since a map asks for many at once.
type differences struct {
	mu   sync.Mutex
	kept []*difference
}

type difference struct {
	key   string
	mu    sync.Mutex
	tiles *edition.DiffTiles // nil until it is made
}

// of returns what returns the tiles of that key, which make makes if need be: one at a time, and again after an error.
func (d *differences) of(key string, make func() (*edition.DiffTiles, error)) func() (*edition.DiffTiles, error) {
	return func() (*edition.DiffTiles, error) {
		one := d.named(key)
		one.mu.Lock()
		defer one.mu.Unlock()
		if one.tiles == nil {
			tiles, err := make()
			if err != nil {
				return nil, err
			}
			one.tiles = tiles
		}
		return one.tiles, nil
	}
}

func (d *differences) named(key string) *difference {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, one := range d.kept {
		if one.key == key {
			copy(d.kept[i:], d.kept[i+1:])
			d.kept[len(d.kept)-1] = one
			return one
		}
	}
	made := &difference{key: key}
	if d.kept = append(d.kept, made); len(d.kept) > maxDifferences {
		d.kept = append([]*difference(nil), d.kept[1:]...)
	}
	return made
}
