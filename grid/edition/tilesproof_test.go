package edition_test

import (
	"fmt"
	"math"
	"testing"

	orbmvt "github.com/paulmach/orb/encoding/mvt"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// TestL7EveryTileOfTheSyntheticCity asks for every tile of a synthetic city from zoom 0 to 16. Each decodes with two decoders that are not the
// encoder's, its polygons are valid on the lattice of the tile and wound as the specification says; it shows the same as its neighbours where
// both look; and what tiles the city tiles it there: no crack, no overlap, at any zoom, of grids nor of divisions.
func TestL7EveryTileOfTheSyntheticCity(t *testing.T) {
	t.Parallel()
	whole := syntheticCity(t, 1, 500)
	t.Run("whole", func(t *testing.T) {
		if n := proveTiles(t, whole); n < 100_000 {
			t.Errorf("only %d edges were compared", n)
		}
	})
	t.Run("a county without grids", func(t *testing.T) {
		part, err := whole.Next(whole.Divisions(), whole.Editions()[1:], whole.Settings())
		if err != nil {
			t.Fatal(err)
		}
		proveTiles(t, part)
	})
}

// proveTiles returns how many edges it has compared.
func proveTiles(t *testing.T, c *edition.City) int {
	t.Helper()
	p := newTilesProof(c)
	for z := uint8(0); z <= edition.MaxTileZoom; z++ {
		t.Run(fmt.Sprintf("zoom_%d", z), func(t *testing.T) {
			decoded := map[mvt.TileID]map[string]geotest.TileLayer{}
			for id := range mvt.Cover(c.Box(), z, edition.TileBuffer).All() {
				body, err := c.GridTile(id)
				if err != nil {
					t.Fatal(err)
				}
				decoded[id] = mustDecode(t, id, body)
				if err := p.tiles(id, decoded[id]); err != nil {
					t.Fatalf("tile %v: %v", id, err)
				}
			}
			for id, layers := range decoded {
				for _, d := range [][2]uint32{{1, 0}, {0, 1}, {1, 1}} {
					next, ok := decoded[mvt.TileID{Z: z, X: id.X + d[0], Y: id.Y + d[1]}]
					if !ok {
						continue
					}
					for _, layer := range []string{edition.LayerBase, edition.LayerDedicated, edition.LayerDivisions} {
						shift := geotest.TileNode{X: int64(d[0]) * mvt.Extent, Y: int64(d[1]) * mvt.Extent}
						if err := layers[layer].Agrees(next[layer], shift, edition.TileBuffer); err != nil {
							t.Fatalf("tile %v and the next one, layer %s: %v", id, layer, err)
						}
					}
				}
			}
		})
	}
	return p.edges
}

// mustDecode reads a tile strictly and with orb's decoder, and checks every feature.
func mustDecode(t *testing.T, id mvt.TileID, body []byte) map[string]geotest.TileLayer {
	t.Helper()
	layers, err := geotest.DecodeTile(body)
	if err != nil {
		t.Fatalf("tile %v: %v", id, err)
	}
	theirs, err := orbmvt.Unmarshal(body)
	if err != nil || len(theirs) != len(layers) {
		t.Fatalf("tile %v: orb sees %d layers, want %d: %v", id, len(theirs), len(layers), err)
	}
	by := map[string]geotest.TileLayer{}
	for i, l := range layers {
		by[l.Name] = l
		if l.Extent != mvt.Extent || len(theirs[i].Features) != len(l.Features) {
			t.Fatalf("tile %v, layer %s: extent %d, %d features, orb sees %d", id, l.Name, l.Extent, len(l.Features), len(theirs[i].Features))
		}
		ids := map[uint64]bool{}
		for k, f := range l.Features {
			if err := f.Valid(edition.TileBuffer); err != nil {
				t.Fatalf("tile %v, layer %s, feature %v: %v", id, l.Name, f.Tags["code"], err)
			}
			if theirs[i].Features[k].ID != float64(f.ID) || f.ID == 0 || l.Name != edition.LayerLabels && ids[f.ID] {
				t.Fatalf("tile %v, layer %s: id %d, orb sees %v", id, l.Name, f.ID, theirs[i].Features[k].ID)
			}
			ids[f.ID] = true
		}
	}
	return by
}

// tilesProof knows of a city what its tiles do not say.
type tilesProof struct {
	city  *edition.City
	voids map[string][]geo.MultiPolygon // by community
	edges int                           // that were compared
}

func newTilesProof(c *edition.City) *tilesProof {
	p := &tilesProof{city: c, voids: map[string][]geo.MultiPolygon{}}
	for _, e := range c.Editions() {
		for i, v := range e.Voids() {
			p.voids[v.CommunityCode] = append(p.voids[v.CommunityCode], e.Tiling()[len(e.Base())+i])
		}
	}
	return p
}

// tiles returns where the grids do not tile their communities, or divisions those above.
func (p *tilesProof) tiles(id mvt.TileID, layers map[string]geotest.TileLayer) error {
	levels := map[string]geotest.TileLayer{}
	for _, f := range layers[edition.LayerDivisions].Features {
		name := f.Tags["level"].(string)
		l := levels[name]
		l.Features = append(l.Features, f)
		levels[name] = l
	}
	// What is without grids stands for them.
	parts := layers[edition.LayerBase]
	if len(parts.Features) > 0 {
		for _, f := range levels[grid.LevelCommunity].Features {
			if d := p.city.Division(f.Tags["code"].(string)); p.city.Edition(d.CountyCode) == nil {
				parts.Features = append(parts.Features, f)
			}
		}
	}
	above := []string{grid.LevelCommunity, grid.LevelStreet, grid.LevelCounty, grid.LevelCity}
	for _, level := range above {
		whole := levels[level]
		if len(parts.Features) > 0 {
			if err := p.tile(id, parts, whole, level); err != nil {
				return fmt.Errorf("what lies in a %s: %w", level, err)
			}
		}
		parts = whole
	}
	return nil
}

// tile returns an edge of parts that has not just one neighbour: another part, or what is above. Towards void areas, which tiles do not show, it
// has none.
func (p *tilesProof) tile(id mvt.TileID, parts, whole geotest.TileLayer, level string) error {
	edges, outline := parts.Edges(edition.TileBuffer), whole.Edges(edition.TileBuffer)
	var borders []segment
	for _, f := range parts.Features {
		one := geotest.TileLayer{Features: []geotest.TileFeature{f}}
		for e := range one.Edges(edition.TileBuffer) {
			p.edges++
			if edges[e] != 1 {
				return fmt.Errorf("%d parts on one side of %v", edges[e], e)
			}
			if edges[e.Back()] == 1 || outline[e] == 1 {
				continue
			}
			if level == grid.LevelCommunity {
				if borders == nil {
					borders = p.voidBorders(id)
				}
				if near(e, borders) {
					continue
				}
			}
			return fmt.Errorf("beside %v, a part ends at %v, and nothing begins there", f.Tags["code"], e)
		}
	}
	for e, n := range outline {
		if n == edges[e] {
			continue
		}
		if borders == nil {
			borders = p.voidBorders(id)
		}
		if level != grid.LevelCommunity || !near(e, borders) {
			return fmt.Errorf("%v is the border of %d, and of %d parts of it", e, n, edges[e])
		}
	}
	return nil
}

// segment is an edge in tile units of some tile, not rounded.
type segment struct{ ax, ay, bx, by float64 }

// voidBorders returns the borders of the void areas around a tile.
func (p *tilesProof) voidBorders(id mvt.TileID) []segment {
	out := []segment{}
	box, scale := id.Box(2*edition.TileBuffer), math.Exp2(float64(id.Z)-20)
	at := func(v geo.Point) (x, y float64) {
		w := mvt.Project(v)
		return float64(w.X)*scale - float64(id.X)*mvt.Extent, float64(w.Y)*scale - float64(id.Y)*mvt.Extent
	}
	for _, voids := range p.voids {
		for _, m := range voids {
			if !m.Box().Intersects(box) {
				continue
			}
			for _, poly := range m {
				for _, r := range poly {
					for i, v := range r {
						ax, ay := at(v)
						bx, by := at(r[(i+1)%len(r)])
						out = append(out, segment{ax, ay, bx, by})
					}
				}
			}
		}
	}
	return out
}

// near reports whether the whole edge lies as near to one of the borders as simplifying and rounding may bring it.
func near(e geotest.TileEdge, borders []segment) bool {
	const most = 4
	for i := range 5 {
		k := float64(i) / 4
		x, y := float64(e[0].X)+k*float64(e[1].X-e[0].X), float64(e[0].Y)+k*float64(e[1].Y-e[0].Y)
		least := math.Inf(1)
		for _, s := range borders {
			dx, dy := s.bx-s.ax, s.by-s.ay
			along := 0.0
			if length := dx*dx + dy*dy; length > 0 {
				along = min(max(((x-s.ax)*dx+(y-s.ay)*dy)/length, 0), 1)
			}
			least = min(least, math.Hypot(s.ax+along*dx-x, s.ay+along*dy-y))
		}
		if least > most {
			return false
		}
	}
	return true
}
