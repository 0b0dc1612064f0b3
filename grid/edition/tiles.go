package edition

import (
	"fmt"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
)

const (
	// MaxTileZoom is the deepest zoom of grid tiles; clients enlarge its tiles beyond.
	MaxTileZoom = 16
	// tileBuffer is what a tile shows beyond its edges, in tile units (4096 to a tile), so that strokes are not cut: 8 pixels where a
	// tile is 512 wide. A label is one point in one tile; clients draw its text across the edge.
	tileBuffer = 64
	// tileTolerance is how far a simplified border may stray, in tile units: a quarter of a pixel where a tile is 512 wide.
	tileTolerance = 2
	// tileReach is within how much of a tile, in tile units, things are drawn into it: simplified, they stray less than the rest.
	tileReach = tileBuffer + 8
)

// The layers of the tileset of grids.
const (
	LayerBase      = "base"
	LayerDedicated = "dedicated"
	LayerDivisions = "divisions"
	LayerLabels    = "labels"
)

// tiles are what a city's tiles are made from.
type tiles struct {
	city   *City
	least  map[string]uint8
	shapes shapes
	tags   tileTags
	blank  sync.Pool // of *mvt.Tile, whose memory is large for what comes out
}

func newTiles(c *City) *tiles {
	t := &tiles{city: c, least: map[string]uint8{}, shapes: shapes{sheets: map[sheetKey]*sheet{}}}
	t.setLeast()
	return t
}

// feature is a grid or a division as tiles show it.
type feature struct {
	key     shapeKey
	layer   string
	small   bool // a grid or a community: many of them lie next to each other
	code    string
	id      uint64
	area    geo.MultiPolygon
	label   mvt.World
	tags    []mvt.Tag
	caption []mvt.Tag // of the label
}

func gridFeature(g *grid.Grid, layer string) feature {
	tags := []mvt.Tag{
		{Key: "code", Value: mvt.String(g.Code)},
		{Key: "name", Value: mvt.String(g.Name)},
		{Key: "kind", Value: mvt.String(g.Kind)},
		{Key: "community", Value: mvt.String(g.CommunityCode)},
	}
	caption := tags[:3:3]
	if g.Kind == grid.Dedicated {
		tags = append(tags, mvt.Tag{Key: "dedicated_kind", Value: mvt.String(g.DedicatedKind)})
	}
	return feature{layer: layer, small: true, code: g.Code, id: featureID(g.ID), tags: tags, label: project(g.LabelPoint), caption: caption}
}

func divisionFeature(d *grid.Division) feature {
	tags := []mvt.Tag{
		{Key: "code", Value: mvt.String(d.Code)}, {Key: "name", Value: mvt.String(d.Name)}, {Key: "level", Value: mvt.String(d.Level)},
	}
	return feature{layer: LayerDivisions, small: d.Level == grid.LevelCommunity, code: d.Code, id: uint64(d.ID), tags: tags, caption: tags, label: project(d.LabelPoint)}
}

// project takes a label point, which is on the globe, since its grid is.
func project(p orb.Point) mvt.World {
	on, err := geo.Snap(p)
	if err != nil {
		return mvt.World{}
	}
	return mvt.Project(on)
}

// featuresAt returns what a tile shows, and perhaps what lies beside it.
func (t *tiles) featuresAt(id mvt.TileID) []feature { return t.featuresIn(id.Z, id.Box(tileReach)) }

// featuresIn returns what tiles of a zoom show of a box, and perhaps what lies beside it: divisions from the city down, then county by county
// the base and the dedicated grids, each in the order of their codes.
func (t *tiles) featuresIn(z uint8, box geo.Box) []feature {
	c := t.city
	var features []feature
	add := func(f feature, layer tileLayer, number int32, area geo.MultiPolygon) {
		f.key, f.area = shapeKey{zoom: z, layer: layer, number: number}, area
		features = append(features, f)
	}
	for rank := range c.outlines {
		o := &c.outlines[rank]
		if !t.shows(z, o) {
			continue
		}
		for _, i := range o.overlapping(box) {
			add(divisionFeature(o.divisions[i]), tileLayer{kind: tileDivisions, of: int32(rank)}, i, o.parts[i])
		}
	}
	var buf [16]int32
	for _, county := range c.counties.meeting(box, buf[:0]) {
		e := c.editions[county]
		if z >= t.least[LayerBase] {
			for _, k := range e.tilingIndex.Overlapping(box, nil) {
				if int(k) >= len(e.base) {
					break // void areas are not shown
				}
				add(gridFeature(&e.base[k], LayerBase), tileLayer{kind: tileBase, of: county}, k, e.tiling[k])
			}
		}
	}
	for county, e := range c.editions {
		if z < t.least[LayerDedicated] {
			break
		}
		for _, k := range e.dedicatedIndex.Overlapping(box, nil) {
			add(gridFeature(&e.dedicated[k], LayerDedicated), tileLayer{kind: tileDedicated, of: int32(county)}, k, e.dedicatedParts[k])
		}
	}
	return features
}

// GridTile returns a vector tile of the grids and divisions, empty where there are none. Its layers are base, dedicated and
// divisions, polygons with integer ids, and labels, one point inside each of them, in the one tile that contains it. The
// error wraps mvt.ErrTile for a tile that does not exist or lies deeper than MaxTileZoom.
func (c *City) GridTile(id mvt.TileID) ([]byte, error) { return c.MarkedTile(id, nil) }

// MarkedTile is GridTile where grids carry, as changed, what changed says of their layer and code; "" and nil for nothing.
func (c *City) MarkedTile(id mvt.TileID, changed func(layer, code string) string) ([]byte, error) {
	if err := checkTile(id); err != nil {
		return nil, err
	}
	t := c.tiling()
	tile, err := t.tile(id)
	if err != nil {
		return nil, err
	}
	defer t.blank.Put(tile)
	features := t.featuresAt(id)
	shapes := t.shapesOf(id.Z, features)
	for _, layer := range []string{LayerBase, LayerDedicated, LayerDivisions} {
		l := tile.Layer(layer)
		for i := range features {
			if f := &features[i]; f.layer == layer {
				l.Add(f.id, shapes[i], f.marked(changed)...)
			}
		}
	}
	labels := tile.Layer(LayerLabels)
	for i := range features {
		if f := &features[i]; id.Contains(f.label) {
			labels.AddPoint(f.id, f.label, f.caption...)
		}
	}
	return tile.Encode(nil), nil
}

func checkTile(id mvt.TileID) error {
	if id.Z > MaxTileZoom {
		return fmt.Errorf("zoom %d: the deepest is %d: %w", id.Z, MaxTileZoom, mvt.ErrTile)
	}
	if !id.Valid() {
		return fmt.Errorf("%w: %s", mvt.ErrTile, id)
	}
	return nil
}

// tile returns an empty tile.
func (t *tiles) tile(id mvt.TileID) (*mvt.Tile, error) {
	if tile, ok := t.blank.Get().(*mvt.Tile); ok {
		return tile, tile.Reset(id)
	}
	return mvt.New(id, tileBuffer)
}

// marked returns the tags of a feature with what changed says of it.
func (f *feature) marked(changed func(layer, code string) string) []mvt.Tag {
	if changed == nil || f.layer == LayerDivisions {
		return f.tags
	}
	if text := changed(f.layer, f.code); text != "" {
		return append(slices.Clip(f.tags), mvt.Tag{Key: "changed", Value: mvt.String(text)})
	}
	return f.tags
}

// newGridID is from where on tiles number the grids that are new in a draft, whose ids are negative: a feature's id is not.
const newGridID = 1 << 52

func featureID(gridID int64) uint64 {
	if gridID < 0 {
		return newGridID + uint64(-gridID)
	}
	return uint64(gridID)
}

// LeastZooms returns the least zoom at which tiles show the layers base and dedicated and, as divisions with the level
// behind, the divisions of each level.
func (c *City) LeastZooms() map[string]uint8 { return c.tiling().least }
