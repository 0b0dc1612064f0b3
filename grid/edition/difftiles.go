package edition

import (
	"fmt"
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/geo/mvt"
)

// The layers of the tiles of a difference.
const (
	LayerCreated     = "created"      // parts that were not there before
	LayerRetired     = "retired"      // parts that are not there any more
	LayerChanged     = "changed"      // parts that are not the same, as they are now
	LayerChangedFrom = "changed_from" // the same, as they were
	LayerMoved       = "moved"        // areas that have changed hands
)

// DiffTiles makes the tiles of a Diff. It does not change and is safe for concurrent use.
type DiffTiles struct {
	layers []diffLayer
	box    geo.Box
	shapes [MaxTileZoom + 1]func() [][]*mvt.Shape // of each zoom, by layer; made when first asked for
}

type diffLayer struct {
	name     string
	features []diffFeature
}

type diffFeature struct {
	area geo.MultiPolygon
	tags []mvt.Tag
}

// NewDiffTiles returns the tiles of d.
func NewDiffTiles(d *Diff) *DiffTiles {
	t := &DiffTiles{box: geo.EmptyBox()}
	created, retired, changed, changedFrom := t.layer(LayerCreated), t.layer(LayerRetired), t.layer(LayerChanged), t.layer(LayerChangedFrom)
	for i := range d.Parts {
		switch p := &d.Parts[i]; p.Change {
		case Created:
			t.addPart(created, p, p.After)
		case Retired:
			t.addPart(retired, p, p.Before)
		default:
			t.addPart(changed, p, p.After)
			t.addPart(changedFrom, p, p.Before)
		}
	}
	moved := t.layer(LayerMoved)
	for _, m := range d.Moved {
		area, err := geo.FromOrb(m.Polygon)
		if err != nil {
			continue // less than a unit wide on the lattice
		}
		t.add(moved, area, []mvt.Tag{
			{Key: "kind", Value: mvt.String(m.Kind)},
			{Key: "from", Value: mvt.String(m.From)},
			{Key: "to", Value: mvt.String(m.To)},
			{Key: "area_m2", Value: mvt.Double(m.AreaM2)},
		})
	}
	for z := range t.shapes {
		t.shapes[z] = sync.OnceValue(func() [][]*mvt.Shape { return t.simplified(uint8(z)) })
	}
	return t
}

// layer adds an empty layer and returns its number.
func (t *DiffTiles) layer(name string) int {
	t.layers = append(t.layers, diffLayer{name: name})
	return len(t.layers) - 1
}

func (t *DiffTiles) add(layer int, area geo.MultiPolygon, tags []mvt.Tag) {
	l := &t.layers[layer]
	l.features = append(l.features, diffFeature{area, tags})
	t.box = t.box.Union(area.Box())
}

func (t *DiffTiles) addPart(layer int, d *PartDiff, p *Part) {
	t.add(layer, p.Area, []mvt.Tag{
		{Key: "code", Value: mvt.String(d.Code)},
		{Key: "name", Value: mvt.String(p.Name())},
		{Key: "kind", Value: mvt.String(d.Kind)},
		{Key: "community", Value: mvt.String(p.Community())},
		{Key: "change", Value: mvt.String(d.Change)},
	})
}

// simplified returns the shapes of all features at a zoom. Where areas of several layers share a border, it comes out the same.
func (t *DiffTiles) simplified(z uint8) [][]*mvt.Shape {
	s := mesh.NewSimplifier(tileTolerance*tileUnits(z), func(_ geo.Box, add func(geo.MultiPolygon)) {
		for _, l := range t.layers {
			for _, f := range l.features {
				add(f.area)
			}
		}
	})
	s.Surround(t.box)
	shapes := make([][]*mvt.Shape, len(t.layers))
	for i, l := range t.layers {
		for _, f := range l.features {
			shapes[i] = append(shapes[i], mvt.NewPolygons(simplified(s, f.area)))
		}
	}
	return shapes
}

// Box returns the box of all that the tiles show, empty for no difference.
func (t *DiffTiles) Box() geo.Box { return t.box }

// Tile returns a vector tile with the layers of a difference, empty where nothing differs. Features are numbered from 1 in each layer. The error
// wraps mvt.ErrTile for a tile that does not exist or lies deeper than MaxTileZoom.
func (t *DiffTiles) Tile(id mvt.TileID) ([]byte, error) {
	if id.Z > MaxTileZoom {
		return nil, fmt.Errorf("zoom %d: the deepest is %d: %w", id.Z, MaxTileZoom, mvt.ErrTile)
	}
	tile, err := mvt.New(id, tileBuffer)
	if err != nil {
		return nil, err
	}
	shapes := t.shapes[id.Z]()
	for i, l := range t.layers {
		layer := tile.Layer(l.name)
		for k, f := range l.features {
			layer.Add(uint64(k+1), shapes[i][k], f.tags...)
		}
	}
	return tile.Encode(nil), nil
}
