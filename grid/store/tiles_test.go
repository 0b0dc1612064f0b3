package store_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	wanggemvt "github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// features reads the one layer of a tile.
func features(t *testing.T, tile []byte, layer string) []*geojson.Feature {
	t.Helper()
	if len(tile) == 0 {
		return nil
	}
	if len(tile) > 500_000 {
		t.Errorf("a tile of %d bytes", len(tile))
	}
	layers, err := mvt.Unmarshal(tile)
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) != 1 || layers[0].Name != layer {
		t.Fatalf("%d layers, want one of name %s", len(layers), layer)
	}
	return layers[0].Features
}

// TestTilesCountEveryPlaceOnce sums what the tiles of a zoom show, one by one and by squares.
func TestTilesCountEveryPlaceOnce(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	tiling := geotest.Big(64, 8)
	city := tiled(t, s, tiling)
	rng := rand.New(rand.NewPCG(3, 3))
	points := clustered(rng, 6000, tiling.Outline.Box())
	for _, kind := range []string{"hazard", "response_point"} {
		imp := newImport(kind, len(points)/2)
		imp.City = city
		err := s.ImportPlaces(t.Context(), imp, layerOf(t, kind), each(len(points)/2, func(i int) grid.Place {
			p := hazard(points[i].Orb(), city.AssignPoint(points[i]))
			p.Name = strings.Repeat("长名", 200)
			if kind == "response_point" {
				p.Detail = map[string]any{"point_kind": "fire_station"}
			}
			return p
		}))
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, z := range []uint8{0, 11, 14, 17} {
		singles, counted, kinds, squares := 0, 0, 0, 0
		for id := range wanggemvt.Cover(tiling.Outline.Box(), z, 0).All() {
			tile, err := s.PlaceTile(t.Context(), id, "")
			if err != nil {
				t.Fatal(err)
			}
			seen := map[any]bool{}
			for _, f := range features(t, tile, "places") {
				if seen[f.ID] {
					t.Errorf("tile %v has id %v twice", id, f.ID)
				}
				seen[f.ID] = true
				count, isSquare := f.Properties["count"].(float64)
				if !isSquare {
					singles++
					if f.Properties["code"] == nil || f.Properties["kind"] == nil || f.Properties["state"] != "active" {
						t.Errorf("properties %v", f.Properties)
					}
					continue
				}
				squares++
				counted += int(count)
				for name, n := range f.Properties {
					if strings.HasPrefix(name, "count_") {
						kinds += int(n.(float64))
					}
				}
			}
		}
		if singles+counted != len(points) || kinds != counted {
			t.Errorf("zoom %d: %d one by one, %d in %d squares (%d by kind), want %d together", z, singles, counted, squares, kinds, len(points))
		}
		if (z == 0 && singles > 0) || (z == 17 && counted > 0) {
			t.Errorf("zoom %d: %d one by one, %d counted", z, singles, counted)
		}
	}
	if tile, err := s.PlaceTile(t.Context(), wanggemvt.TileID{}, "999"); err != nil || len(tile) > 0 {
		t.Errorf("out of scope: %d bytes, %v", len(tile), err)
	}
	tile, err := s.PlaceTile(t.Context(), wanggemvt.TileID{}, streetCode)
	if err != nil || len(features(t, tile, "places")) == 0 {
		t.Errorf("in scope: %d bytes, %v", len(tile), err)
	}
}

func TestIncidentTile(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	at := inside(tiling, 2)
	made, _, err := s.CreateIncident(t.Context(), dispatcher, city, grid.Incident{
		Kind: "gas", Title: "x", Shape: tiling.Faces[2].Orb(), InputCRS: "wgs84",
	}, store.IdempotencyKey{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := geo.Snap(at)
	if err != nil {
		t.Fatal(err)
	}
	tile, err := s.IncidentTile(t.Context(), wanggemvt.Project(p).Tile(13), "")
	if err != nil {
		t.Fatal(err)
	}
	found := features(t, tile, "incidents")
	if len(found) != 1 {
		t.Fatalf("%d features", len(found))
	}
	for name, want := range map[string]string{"code": made.Code, "kind": "gas", "state": "reported", "severity": "normal"} {
		if found[0].Properties[name] != want {
			t.Errorf("%s is %v, want %s", name, found[0].Properties[name], want)
		}
	}
	if found[0].ID != float64(made.ID) {
		t.Errorf("id is %v, want %d", found[0].ID, made.ID)
	}
}
