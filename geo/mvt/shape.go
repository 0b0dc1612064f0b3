package mvt

import (
	"slices"

	"github.com/wangge/wangge/geo"
)

// Shape is a geometry made ready for tiles: projected once, which is the costly part, and searched for crossings. Keep
// it as long as the geometry lives. It never changes and is safe for concurrent use.
type Shape struct {
	parts []part
	polys []int32 // number of parts up to the end of each polygon; nil for lines
	box   worldRange
	verts int
	// dirty is set when edges of the shape cross or touch once they are projected, or a ring turns over: it may wind
	// around a spot twice or backwards. crossings are the places where edges cross.
	dirty     bool
	crossings []crossing
	sum       [16]byte // of all of polygons
}

// part is a line, or a ring whose closing vertex is not repeated and whose area is positive in tile coordinates (y
// down) when it is an outer one.
type part struct {
	verts []World
	// chunks are the boxes of every chunkEdges edges; an edge is counted by its end, and the first one starts at prev.
	chunks []worldRange
	prev   World
}

// chunkEdges is how many edges are skipped at once when they lie beside the tile.
const chunkEdges = 32

// crossing is a pair of edges of one shape that cross in their interiors.
type crossing struct{ a, b, c, d World }

// NewPolygons returns the shape of m, whose outer rings run counter-clockwise and whose holes run clockwise (seen from
// above), as geo.FromOrb leaves them. m should be valid by geo.Check; rings that cross or run the wrong way round do no
// harm, as what they wind around at least once is drawn, but a hole that lies wholly beside its ring is drawn there.
func NewPolygons(m geo.MultiPolygon) *Shape {
	s := &Shape{box: emptyRange(), polys: make([]int32, 0, len(m))}
	for _, p := range m {
		for _, r := range p {
			verts := make([]World, 0, len(r))
			// Tile coordinates point down, so that the same order of vertices turns the other way.
			for _, v := range slices.Backward(r) {
				verts = appendNew(verts, Project(v))
			}
			for len(verts) > 1 && verts[len(verts)-1] == verts[0] {
				verts = verts[:len(verts)-1]
			}
			s.addPart(verts, true)
		}
		s.polys = append(s.polys, int32(len(s.parts)))
	}
	s.findCrossings()
	s.dirty = s.dirty || s.turnedOver()
	s.setSum()
	return s
}

// NewLines returns the shape of lines.
func NewLines(lines []geo.Line) *Shape {
	s := &Shape{box: emptyRange()}
	for _, l := range lines {
		verts := make([]World, 0, len(l))
		for _, v := range l {
			verts = appendNew(verts, Project(v))
		}
		s.addPart(verts, false)
	}
	return s
}

// Vertices returns the number of vertices that s holds.
func (s *Shape) Vertices() int { return s.verts }

// appendNew appends w unless it repeats the last of verts.
func appendNew(verts []World, w World) []World {
	if n := len(verts); n > 0 && verts[n-1] == w {
		return verts
	}
	return append(verts, w)
}

// addPart adds a ring or a line. An empty one stays as a ring without vertices, so that the first ring of a polygon is
// always its outer one.
func (s *Shape) addPart(verts []World, ring bool) {
	p := part{verts: verts}
	if len(verts) > 0 {
		p.prev = verts[0]
	}
	if ring && len(verts) > 0 {
		p.prev = verts[len(verts)-1]
	}
	prev := p.prev
	p.chunks = make([]worldRange, 0, (len(verts)+chunkEdges-1)/chunkEdges)
	for chunk := range slices.Chunk(verts, chunkEdges) {
		box := emptyRange().extend(prev)
		for _, w := range chunk {
			box = box.extend(w)
		}
		s.box = s.box.union(box)
		p.chunks = append(p.chunks, box)
		prev = chunk[len(chunk)-1]
	}
	s.verts += len(verts)
	s.parts = append(s.parts, p)
}

// chunk returns the vertices of chunk i of p and the vertex before them.
func (p *part) chunk(i int) (World, []World) {
	from := i * chunkEdges
	prev := p.prev
	if i > 0 {
		prev = p.verts[from-1]
	}
	return prev, p.verts[from:min(from+chunkEdges, len(p.verts))]
}

// turnedOver reports whether an outer ring has lost its positive area or a hole its negative one.
func (s *Shape) turnedOver() bool {
	ring := int32(0)
	for _, last := range s.polys {
		for first := ring; ring < last; ring++ {
			verts := s.parts[ring].verts
			if len(verts) > 0 && (worldArea(verts) > 0) != (ring == first) {
				return true
			}
		}
	}
	return false
}

// worldArea returns twice the area of the ring, positive for outer rings. Its float64 terms are exact for rings up to
// 2^26 units (600 km) wide.
func worldArea(ring []World) float64 {
	sum, o := 0.0, ring[0]
	d := func(a, b uint32) float64 { return float64(int64(a) - int64(b)) }
	for i := 1; i+1 < len(ring); i++ {
		a, b := ring[i], ring[i+1]
		sum += d(a.X, o.X)*d(b.Y, o.Y) - d(a.Y, o.Y)*d(b.X, o.X)
	}
	return sum
}
