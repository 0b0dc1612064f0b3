package mvt

import (
	"fmt"
)

// Tile collects the features of one tile and encodes them. Reuse it with Reset: it keeps its memory. It is not safe
// for concurrent use.
type Tile struct {
	id     TileID
	buffer int
	reach  worldRange
	layers []*Layer
	spare  []*Layer

	router    router
	assembler assembler
	nodes     []px
	ends      []int32
	body      []byte
	feature   []byte
	geometry  []byte
}

// New returns an empty tile with a buffer of bufferPx tile units (4096 to a tile) on every side. The error wraps
// ErrTile when id is not Valid; a buffer that is negative or larger than MaxBuffer is an error too.
func New(id TileID, bufferPx int) (*Tile, error) {
	if bufferPx < 0 || bufferPx > MaxBuffer {
		return nil, fmt.Errorf("tile buffer %d is not from 0 to %d tile units", bufferPx, MaxBuffer)
	}
	t := &Tile{buffer: bufferPx}
	return t, t.Reset(id)
}

// Reset empties the tile for another address; the buffer stays. Its layers may no longer be used. The error wraps
// ErrTile when id is not Valid.
func (t *Tile) Reset(id TileID) error {
	if !id.Valid() {
		return fmt.Errorf("%w: %s", ErrTile, id)
	}
	t.id, t.reach = id, id.worldRange(t.buffer)
	t.spare = append(t.spare, t.layers...)
	t.layers = t.layers[:0]
	return nil
}

// ID returns the tile's address.
func (t *Tile) ID() TileID { return t.id }

// Layer returns the layer called name, new and after all others when there was none. A layer without a visible feature
// does not come out.
func (t *Tile) Layer(name string) *Layer {
	for _, l := range t.layers {
		if l.name == name {
			return l
		}
	}
	l := &Layer{keys: map[string]uint32{}, values: map[Value]uint32{}}
	if n := len(t.spare); n > 0 {
		l, t.spare = t.spare[n-1], t.spare[:n-1]
	}
	l.tile, l.name = t, name
	l.features, l.tags, l.hidden = l.features[:0], l.tags[:0], 0
	t.layers = append(t.layers, l)
	return l
}

// Layer is one layer of a Tile.
type Layer struct {
	tile     *Tile
	name     string
	features []feature
	tags     []Tag
	hidden   int

	// What the layer's features refer to while it is encoded.
	keys      map[string]uint32
	values    map[Value]uint32
	keyList   []string
	valueList []Value
}

type feature struct {
	id      uint64
	shape   *Shape // nil for a point
	at      World
	tagsEnd int // tags[previous feature's tagsEnd:tagsEnd]
}

// Add adds the polygons or lines s as one feature; tags are copied. What lies outside the tile and its buffer is left
// out; see Hidden for what is too small to see.
func (l *Layer) Add(id uint64, s *Shape, tags ...Tag) {
	if !s.box.intersects(l.tile.reach) {
		return
	}
	l.add(feature{id: id, shape: s}, tags)
}

// AddPoint adds the point w as one feature when it lies in the tile or its buffer; tags are copied. A point has the
// coordinates of the tile unit that contains it: 0 to 4095 in just one tile of a zoom, the one that Contains it.
func (l *Layer) AddPoint(id uint64, w World, tags ...Tag) {
	r := l.tile.reach
	if x, y := int64(w.X), int64(w.Y); x < r.minX || x > r.maxX || y < r.minY || y > r.maxY {
		return
	}
	l.add(feature{id: id, at: w}, tags)
}

func (l *Layer) add(f feature, tags []Tag) {
	l.tags = append(l.tags, tags...)
	f.tagsEnd = len(l.tags)
	l.features = append(l.features, f)
}

// Hidden returns how many features of the layer were left out by the last Encode although their boxes meet the tile:
// they lie beside it, or they are too small to have an area on its integer grid.
func (l *Layer) Hidden() int { return l.hidden }

// Encode appends the tile to dst and returns it: nothing when no layer has a visible feature. The same features in
// the same order give the same bytes.
func (t *Tile) Encode(dst []byte) []byte {
	t.router.reset(t.id, t.buffer)
	t.assembler.lo, t.assembler.hi, t.assembler.pixels = t.router.grid.lo, t.router.grid.hi, &t.router.hot
	for _, l := range t.layers {
		for i := range l.features {
			if s := l.features[i].shape; s != nil {
				t.router.heat(s)
			}
		}
	}
	for _, l := range t.layers {
		dst = l.encode(dst)
	}
	return dst
}

// drawPolygons writes the geometry commands of s into t.geometry, none when nothing of it is visible.
func (t *Tile) drawPolygons(s *Shape) {
	t.nodes, t.ends = t.nodes[:0], t.ends[:0]
	for i := range s.parts {
		t.nodes = t.router.ring(&s.parts[i], t.nodes)
		t.ends = append(t.ends, int32(len(t.nodes)))
	}
	c := commands{buf: t.geometry[:0]}
	if simple := t.assembler.simple(t.nodes, t.ends); simple && !s.dirty {
		start := int32(0)
		for _, end := range t.ends {
			c.ring(t.nodes[start:end])
			start = end
		}
	} else {
		for _, l := range t.assembler.assemble(t.nodes, t.ends, s.dirty) {
			c.ring(t.assembler.points[l.start:l.end])
		}
	}
	t.geometry = c.buf
}

// drawLines writes the geometry commands of s into t.geometry, none when nothing of it is visible.
func (t *Tile) drawLines(s *Shape) {
	c := commands{buf: t.geometry[:0]}
	for i := range s.parts {
		t.nodes = t.router.part(&s.parts[i], t.nodes[:0])
		// Stretches along the border of the buffer are where the line was outside.
		from := 0
		for i := range t.nodes {
			if i+1 < len(t.nodes) && !t.assembler.alongSide(t.nodes[i], t.nodes[i+1]) {
				continue
			}
			if i > from {
				c.line(t.nodes[from : i+1])
			}
			from = i + 1
		}
	}
	t.geometry = c.buf
}

// drawPoint writes the geometry commands of a point into t.geometry, none when it lies beside the tile.
func (t *Tile) drawPoint(w World) {
	g := &t.router.grid
	v := g.local(w)
	p := px{int32(v.x >> g.frac), int32(v.y >> g.frac)}
	c := commands{buf: t.geometry[:0]}
	if g.lo <= p.x && p.x < g.hi && g.lo <= p.y && p.y < g.hi {
		c.points(p)
	}
	t.geometry = c.buf
}

func (t *Tile) draw(f *feature) geometryType {
	switch {
	case f.shape == nil:
		t.drawPoint(f.at)
		return typePoint
	case f.shape.polys == nil:
		t.drawLines(f.shape)
		return typeLine
	}
	t.drawPolygons(f.shape)
	return typePolygon
}
