package mvt

import (
	"slices"

	"github.com/wangge/wangge/geo"
)

// Shape is a geometry made ready for tiles: projected once, which is the costly part, and proven to be free of
// crossings. Keep it as long as the geometry lives. It never changes and is safe for concurrent use.
type Shape struct {
	verts []World
	// ends holds the end of each ring or line in verts; a ring's closing vertex is not repeated and its area is
	// positive in tile coordinates (y down) when it is an outer one.
	ends []int32
	// polys holds the number of rings up to the end of each polygon; nil for lines.
	polys []int32
	box   worldRange
	// dirty is set when edges of the shape cross once they are projected, or a ring turns over; crossings are the
	// places.
	dirty     bool
	crossings []crossing
}

// crossing is a pair of edges of one shape that cross in their interiors.
type crossing struct{ a, b, c, d World }

// NewPolygons returns the shape of m, whose outer rings run counter-clockwise and whose holes run clockwise (seen from
// above), as geo.FromOrb leaves them. Rings that are not valid by geo.Check do no harm: what they enclose more than
// zero times is drawn.
func NewPolygons(m geo.MultiPolygon) *Shape {
	s := &Shape{box: emptyRange()}
	rings, verts := 0, 0
	for _, p := range m {
		rings += len(p)
		for _, r := range p {
			verts += len(r)
		}
	}
	s.verts, s.ends, s.polys = make([]World, 0, verts), make([]int32, 0, rings), make([]int32, 0, len(m))
	for _, p := range m {
		for _, r := range p {
			// Tile coordinates point down, so that the same order of vertices turns the other way.
			for _, v := range slices.Backward(r) {
				s.push(Project(v))
			}
			s.closePart(true)
		}
		s.polys = append(s.polys, int32(len(s.ends)))
	}
	s.findCrossings()
	s.dirty = s.dirty || s.turnedOver()
	return s
}

// NewLines returns the shape of lines.
func NewLines(lines []geo.Line) *Shape {
	s := &Shape{box: emptyRange()}
	for _, l := range lines {
		for _, v := range l {
			s.push(Project(v))
		}
		s.closePart(false)
	}
	return s
}

// Vertices returns the number of vertices that s holds.
func (s *Shape) Vertices() int { return len(s.verts) }

// push appends w unless it repeats the vertex before it.
func (s *Shape) push(w World) {
	start := int32(0)
	if len(s.ends) > 0 {
		start = s.ends[len(s.ends)-1]
	}
	if n := len(s.verts); n > int(start) && s.verts[n-1] == w {
		return
	}
	s.verts = append(s.verts, w)
	s.box.minX, s.box.maxX = min(s.box.minX, int64(w.X)), max(s.box.maxX, int64(w.X))
	s.box.minY, s.box.maxY = min(s.box.minY, int64(w.Y)), max(s.box.maxY, int64(w.Y))
}

func (s *Shape) closePart(ring bool) {
	start, n := 0, len(s.verts)
	if k := len(s.ends); k > 0 {
		start = int(s.ends[k-1])
	}
	if ring && n-start > 1 && s.verts[n-1] == s.verts[start] {
		s.verts = s.verts[:n-1]
	}
	s.ends = append(s.ends, int32(len(s.verts)))
}

// turnedOver reports whether an outer ring has lost its positive area or a hole its negative one.
func (s *Shape) turnedOver() bool {
	start, ring := int32(0), int32(0)
	for _, last := range s.polys {
		for first := ring; ring < last; ring++ {
			verts := s.verts[start:s.ends[ring]]
			start = s.ends[ring]
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

func emptyRange() worldRange {
	return worldRange{minX: worldMax + 1, minY: worldMax + 1, maxX: -1, maxY: -1}
}

func (r worldRange) intersects(o worldRange) bool {
	return r.minX <= o.maxX && o.minX <= r.maxX && r.minY <= o.maxY && o.minY <= r.maxY
}
