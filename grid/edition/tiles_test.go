package edition_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	orbmvt "github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// layersOf decodes a tile; features by layer.
func layersOf(t *testing.T, tile []byte) map[string]*orbmvt.Layer {
	t.Helper()
	layers, err := orbmvt.Unmarshal(tile)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]*orbmvt.Layer{}
	for _, l := range layers {
		by[l.Name] = l
	}
	return by
}

func TestGridTile(t *testing.T) {
	c := town(t)
	home := maptile.At([2]float64{0.0015, 0.0015}, 16)
	tile, err := c.GridTile(mvt.TileID{Z: 16, X: home.X, Y: home.Y})
	if err != nil {
		t.Fatal(err)
	}
	by := layersOf(t, tile)
	for layer, want := range map[string]int{edition.LayerBase: 3, edition.LayerDedicated: 1, edition.LayerDivisions: 7} {
		if by[layer] == nil || len(by[layer].Features) != want {
			t.Errorf("layer %s: want %d features: %v", layer, want, by[layer])
		}
	}
	if f := by[edition.LayerDedicated].Features[0]; f.ID != float64(9) || f.Properties["code"] != comm+"801" {
		t.Errorf("dedicated grid: id %v, properties %v", f.ID, f.Properties)
	}
	t.Run("a zoom beyond the deepest", func(t *testing.T) {
		if _, err := c.GridTile(mvt.TileID{Z: edition.MaxTileZoom + 1}); !errors.Is(err, mvt.ErrTile) {
			t.Errorf("got %v, want mvt.ErrTile", err)
		}
	})
	t.Run("an empty place", func(t *testing.T) {
		tile, err := c.GridTile(mvt.TileID{Z: 16, X: 5, Y: 5})
		if err != nil || len(tile) != 0 {
			t.Errorf("got %d bytes, %v", len(tile), err)
		}
	})
}

// TestL7TilesOfATiling asks for every tile of a random city at every zoom: each decodes, stays small, has integer ids, and
// over the tiles of a zoom every label that the zoom shows stands in just one.
func TestL7TilesOfATiling(t *testing.T) {
	tiling := geotest.Partition(rand.New(rand.NewPCG(3, 5)), 600)
	c := cityOf(t, tiling)
	least := c.LeastZooms()
	if least[edition.LayerBase] == 0 {
		t.Errorf("600 grids are shown at zoom 0: they are specks there")
	}
	for z := uint8(0); z <= 15; z++ {
		labels := map[any]int{}
		for id := range mvt.Cover(tiling.Outline.Box(), z, 0).All() {
			tile, err := c.GridTile(id)
			if err != nil {
				t.Fatal(err)
			}
			if len(tile) > 500_000 {
				t.Errorf("tile %v has %d bytes", id, len(tile))
			}
			by := layersOf(t, tile)
			if labelled := by[edition.LayerLabels]; labelled != nil {
				for _, f := range labelled.Features {
					labels[f.Properties["code"]]++
				}
			}
			if by[edition.LayerBase] != nil && z < least[edition.LayerBase] {
				t.Errorf("tile %v shows base grids below their least zoom", id)
			}
		}
		want := 4 // divisions
		if z >= least[edition.LayerBase] {
			want += len(tiling.Faces)
		}
		for code, n := range labels {
			if n != 1 {
				t.Errorf("zoom %d: the label of %v stands in %d tiles", z, code, n)
			}
		}
		if len(labels) != want {
			t.Errorf("zoom %d: %d labels, want %d", z, len(labels), want)
		}
	}
}

// TestL1Faults proves a random tiling, and finds what is wrong with it after a grid has been taken away or doubled.
func TestL1Faults(t *testing.T) {
	tiling := geotest.Partition(rand.New(rand.NewPCG(11, 5)), 40)
	c := cityOf(t, tiling)
	whole := c.Editions()[0]
	if faults := c.Faults(whole); len(faults) != 0 {
		t.Fatalf("a tiling has faults: %v", faults)
	}
	for _, tt := range []struct {
		name string
		base []grid.Grid
		kind string
	}{
		{"a grid is missing", whole.Base()[1:], "gap"},
		{"a grid is there twice", append([]grid.Grid{renamed(whole.Base()[0])}, whole.Base()...), "overlap"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := edition.New(edition.Contents{Info: whole.Info(), Base: tt.base})
			if err != nil {
				t.Fatal(err)
			}
			broken, err := c.With(e)
			if err != nil {
				t.Fatal(err)
			}
			faults := broken.Faults(e)
			if len(faults) == 0 {
				t.Fatal("no fault is found")
			}
			for _, f := range faults {
				if f.Kind != tt.kind || f.AreaM2 <= 0 || f.WidthM <= 0 {
					t.Errorf("got %s of %.1f m², %.1f m wide, want a %s", f.Kind, f.AreaM2, f.WidthM, tt.kind)
				}
			}
		})
	}
}

func renamed(g grid.Grid) grid.Grid {
	g.Code += "X"
	return g
}
