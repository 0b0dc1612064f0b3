package edition

import (
	"fmt"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
)

const (
	// MaxTileZoom is the deepest zoom of grid tiles; clients enlarge its tiles beyond.
	MaxTileZoom = 16
	// tileBuffer is what a tile shows beyond its edges, in tile units (4096 to a tile), so that strokes are not cut.
	tileBuffer = 64
	// tileTolerance is how far a simplified border may stray, in tile units: a quarter of a pixel where a tile is 512 wide.
	tileTolerance = 2
	// maxTileFeatures is how many features of one layer fall into any tile at the least zoom that shows them.
	maxTileFeatures = 400
)

// The layers of the tileset of grids.
const (
	LayerBase      = "base"
	LayerDedicated = "dedicated"
	LayerDivisions = "divisions"
	LayerLabels    = "labels"
)

// tiles are the shapes of a city's grids and divisions at each zoom, made when first asked for.
type tiles struct {
	features []feature // all but for their shapes
	least    map[string]uint8
	zooms    [MaxTileZoom + 1]zoomShapes
	mesh     func() (*mesh.Mesh, error) // of the tilings of all counties
	levels   []dissolved
}

// dissolved says which faces of the mesh make up the divisions of one level.
type dissolved struct {
	group    []int32 // of each face
	features []int   // of each group; -1 for a division that the faces do not make up, see keepEqual
}

// feature is a grid or a division as tiles show it.
type feature struct {
	layer    string
	code     string
	level    string // of a division
	id       uint64
	face     int // of a base grid: its face in the mesh
	geometry geo.MultiPolygon
	label    mvt.World
	tags     []mvt.Tag
	caption  []mvt.Tag // of the label
}

// zoomShapes are the shapes of one zoom and where they are needed.
type zoomShapes struct {
	once   sync.Once
	err    error
	shapes []*mvt.Shape // by feature; nil below its least zoom
	byTile map[[2]uint32][]int32
}

// newTiles lists the features of a city; shapes come later, zoom by zoom.
func newTiles(c *City) *tiles {
	t := &tiles{least: map[string]uint8{}}
	var faces []geo.MultiPolygon
	for rank := range c.outlines {
		for i, d := range c.outlines[rank].divisions {
			t.features = append(t.features, divisionFeature(d, c.outlines[rank].parts[i]))
		}
	}
	for _, e := range c.editions {
		for i := range e.base {
			t.features = append(t.features, gridFeature(&e.base[i], LayerBase, len(faces)+i, e.tiling[i]))
		}
		faces = append(faces, e.tiling...)
		for i := range e.dedicated {
			t.features = append(t.features, gridFeature(&e.dedicated[i], LayerDedicated, -1, e.dedicatedParts[i]))
		}
	}
	t.setLevels(c)
	t.mesh = sync.OnceValues(func() (*mesh.Mesh, error) {
		m, err := mesh.Build(faces)
		if err == nil {
			t.keepEqual(m)
		}
		return m, err
	})
	t.setLeast()
	return t
}

// setLevels finds for each level which division every face belongs to.
func (t *tiles) setLevels(c *City) {
	features := map[string]int{}
	for i := range t.features {
		if f := &t.features[i]; f.layer == LayerDivisions {
			features[f.code] = i
		}
	}
	for _, level := range []string{grid.LevelCounty, grid.LevelStreet, grid.LevelCommunity} {
		d := dissolved{}
		numbers := map[string]int32{}
		for i := range c.editions {
			for part := range c.stored[i].rows {
				d.group = append(d.group, d.number(c.above(c.stored[i].division(part), level), numbers, features))
			}
		}
		t.levels = append(t.levels, d)
	}
}

// number returns the group of a division, a new one if need be; -1 for none.
func (d *dissolved) number(division *grid.Division, numbers map[string]int32, features map[string]int) int32 {
	if division == nil {
		return -1
	}
	n, ok := numbers[division.Code]
	if !ok {
		n = int32(len(d.features))
		numbers[division.Code] = n
		d.features = append(d.features, features[division.Code])
	}
	return n
}

// keepEqual leaves out the divisions whose outline is not what the grids and void areas below make: those of an unproven
// county, and those that do not nest (BR-06).
func (t *tiles) keepEqual(m *mesh.Mesh) {
	for _, level := range t.levels {
		for i, dissolved := range m.Dissolve(level.group, len(level.features)) {
			outline := t.features[level.features[i]].geometry
			if dissolved.TwiceArea() != outline.TwiceArea() || dissolved.Box() != outline.Box() {
				level.features[i] = -1
			}
		}
	}
}

// above returns the division of a level that a community lies in, nil for none.
func (c *City) above(community *grid.Division, level string) *grid.Division {
	if community == nil {
		return nil
	}
	for _, d := range c.Chain(community.Code) {
		if d.Level == level {
			return d
		}
	}
	return nil
}

func gridFeature(g *grid.Grid, layer string, face int, geometry geo.MultiPolygon) feature {
	tags := []mvt.Tag{
		{Key: "code", Value: mvt.String(g.Code)},
		{Key: "name", Value: mvt.String(g.Name)},
		{Key: "kind", Value: mvt.String(g.Kind)},
		{Key: "community", Value: mvt.String(g.CommunityCode)},
	}
	if g.Kind == grid.Dedicated {
		tags = append(tags, mvt.Tag{Key: "dedicated_kind", Value: mvt.String(g.DedicatedKind)})
	}
	return feature{
		layer: layer, code: g.Code, id: featureID(g.ID), face: face, geometry: geometry, tags: tags, label: project(g.LabelPoint),
		caption: []mvt.Tag{
			{Key: "code", Value: mvt.String(g.Code)}, {Key: "name", Value: mvt.String(g.Name)}, {Key: "kind", Value: mvt.String(g.Kind)},
		},
	}
}

func divisionFeature(d *grid.Division, geometry geo.MultiPolygon) feature {
	tags := []mvt.Tag{
		{Key: "code", Value: mvt.String(d.Code)}, {Key: "name", Value: mvt.String(d.Name)}, {Key: "level", Value: mvt.String(d.Level)},
	}
	return feature{layer: LayerDivisions, code: d.Code, level: d.Level, id: uint64(d.ID), face: -1, geometry: geometry, tags: tags, caption: tags, label: project(d.LabelPoint)}
}

// project takes a label point, which is on the globe, since its grid is.
func project(p orb.Point) mvt.World {
	on, err := geo.Snap(p)
	if err != nil {
		return mvt.World{}
	}
	return mvt.Project(on)
}

// group is what shares a least zoom: a layer, or a level of divisions.
func (f *feature) group() string { return f.layer + f.level }

// setLeast finds the least zoom of each group.
func (t *tiles) setLeast() {
	labels := map[string][]mvt.World{}
	for i := range t.features {
		f := &t.features[i]
		labels[f.group()] = append(labels[f.group()], f.label)
	}
	for group, points := range labels {
		t.least[group] = leastZoom(points)
	}
}

// leastZoom returns the least zoom at which no tile holds more than maxTileFeatures of the points: below it their grids
// would be specks.
func leastZoom(points []mvt.World) uint8 {
	for z := uint8(MaxTileZoom); z > 0; z-- {
		counts := map[mvt.TileID]int{}
		for _, p := range points {
			id := p.Tile(z - 1)
			if counts[id]++; counts[id] > maxTileFeatures {
				return z
			}
		}
	}
	return 0
}

// shapesAt returns the shapes of a zoom, simplified once for all its tiles.
func (t *tiles) shapesAt(z uint8) (*zoomShapes, error) {
	shapes := &t.zooms[z]
	shapes.once.Do(func() { shapes.err = t.make(shapes, z) })
	return shapes, shapes.err
}

func (t *tiles) make(s *zoomShapes, z uint8) error {
	built, err := t.mesh()
	if err != nil {
		return fmt.Errorf("building the mesh of the city: %w", err)
	}
	unit := 360 * geo.UnitsPerDegree / float64(uint64(1)<<z) / mvt.Extent // lattice units of longitude to a tile unit
	simple := built.Simplify(tileTolerance * unit)
	outlines := t.outlines(simple)
	s.shapes = make([]*mvt.Shape, len(t.features))
	s.byTile = map[[2]uint32][]int32{}
	for i := range t.features {
		f := &t.features[i]
		if z < t.least[f.group()] {
			continue
		}
		geometry := f.geometry
		if f.face >= 0 {
			geometry = simple.Face(int32(f.face))
		}
		if outline, ok := outlines[i]; ok {
			geometry = outline
		}
		s.shapes[i] = mvt.NewPolygons(geometry)
		for id := range mvt.Cover(geometry.Box(), z, tileBuffer).All() {
			key := [2]uint32{id.X, id.Y}
			s.byTile[key] = append(s.byTile[key], int32(i))
		}
	}
	return nil
}

// outlines returns the outlines of divisions, by feature, as the simplified borders of the grids and void areas below them
// make them, so that both run on the same line.
func (t *tiles) outlines(simple *mesh.Mesh) map[int]geo.MultiPolygon {
	outlines := map[int]geo.MultiPolygon{}
	for _, level := range t.levels {
		for i, outline := range simple.Dissolve(level.group, len(level.features)) {
			if feature := level.features[i]; feature >= 0 {
				outlines[feature] = outline
			}
		}
	}
	return outlines
}

// GridTile returns a vector tile of the grids and divisions, empty where there are none. Its layers are base, dedicated and
// divisions, polygons with integer ids, and labels, one point inside each of them, in the one tile that contains it. The
// error wraps mvt.ErrTile for a tile that does not exist or lies deeper than MaxTileZoom.
func (c *City) GridTile(id mvt.TileID) ([]byte, error) { return c.MarkedTile(id, nil) }

// MarkedTile is GridTile where grids carry, as changed, what changed says of their layer and code; "" and nil for nothing.
func (c *City) MarkedTile(id mvt.TileID, changed func(layer, code string) string) ([]byte, error) {
	if id.Z > MaxTileZoom {
		return nil, fmt.Errorf("zoom %d: the deepest is %d: %w", id.Z, MaxTileZoom, mvt.ErrTile)
	}
	tile, err := mvt.New(id, tileBuffer)
	if err != nil {
		return nil, err
	}
	t := c.tiling()
	shapes, err := t.shapesAt(id.Z)
	if err != nil {
		return nil, err
	}
	for _, layer := range []string{LayerBase, LayerDedicated, LayerDivisions} {
		l := tile.Layer(layer)
		for _, i := range shapes.byTile[[2]uint32{id.X, id.Y}] {
			if f := &t.features[i]; f.layer == layer {
				l.Add(f.id, shapes.shapes[i], f.marked(changed)...)
			}
		}
	}
	labels := tile.Layer(LayerLabels)
	for _, i := range shapes.byTile[[2]uint32{id.X, id.Y}] {
		if f := &t.features[i]; id.Contains(f.label) {
			labels.AddPoint(f.id, f.label, f.caption...)
		}
	}
	return tile.Encode(nil), nil
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
