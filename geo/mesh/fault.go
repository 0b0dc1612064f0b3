package mesh

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
)

// finder reads faults from an arrangement.
type finder struct {
	check
	*arrangement
	covers *index.Index // of the parts; made when first needed
	faults []Fault
}

// is reports whether a place with winding w has a fault of a kind.
func (f *finder) is(kind Kind, w winding) bool {
	switch kind {
	case Overlap:
		return w.parts() > 1
	case OutsideOutline:
		return w.parts() > 0 && w.outline <= 0
	case Gap:
		return w.parts() <= 0 && (w.outline > 0 || f.enclosed)
	}
	return false
}

// places adds a fault for every connected place of a kind.
func (f *finder) places(kind Kind) {
	var edges []edge
	var from []int32 // by edge: its piece
	for i, p := range f.pieces {
		left, right := f.is(kind, p.left), f.is(kind, p.right)
		if p.step == (winding{}) || left == right {
			continue
		}
		from = append(from, int32(i))
		if left {
			edges = append(edges, p.edge)
		} else {
			edges = append(edges, edge{p.b, p.a})
		}
	}
	for _, place := range assemble(edges) {
		s := newShape(f.origin, edges, place)
		fault := Fault{
			Kind: kind, Polygon: orb.MultiPolygon{s.orb()}, AreaM2: s.areaM2(), WidthM: s.widthM(), At: s.spot(),
			Parts: f.owners(kind, edges, from, place),
		}
		if kind == Overlap && len(fault.Parts) < 2 || kind == OutsideOutline && len(fault.Parts) < 1 {
			fault.Parts = f.covering(fault.At, fault.Parts)
		}
		f.faults = append(f.faults, fault)
	}
}

// owners returns the parts whose borders bound a place: from inside it, or for a gap from around it.
func (f *finder) owners(kind Kind, edges []edge, from []int32, place area) []int {
	var parts []int
	for _, l := range place {
		for _, e := range l.edges {
			for _, i := range f.pieces[from[e]].strands {
				s := f.strands[i]
				if part := f.sources[s.from].part; part >= 0 && (s.a == edges[e].a) == (kind != Gap) {
					parts = append(parts, int(part))
				}
			}
		}
	}
	slices.Sort(parts)
	return slices.Compact(parts)
}

// covering adds the parts that cover a position to parts.
func (f *finder) covering(at orb.Point, parts []int) []int {
	p, err := geo.Snap(at)
	if err != nil {
		return parts
	}
	if f.covers == nil {
		f.covers = index.Build(f.parts)
	}
	for _, part := range f.covers.All(p, nil) {
		parts = append(parts, int(part))
	}
	slices.Sort(parts)
	return slices.Compact(parts)
}

// unmatched adds a fault for every vertex that lies within an edge of a border that it should share.
func (f *finder) unmatched() {
	at := make(map[vec][]int)
	for _, p := range f.pieces {
		if p.step.excess != 0 || !f.cancels(p) {
			continue
		}
		var parts []int
		for _, i := range p.strands {
			if part := f.sources[f.strands[i].from].part; part >= 0 {
				parts = append(parts, int(part))
			}
		}
		for _, i := range p.strands {
			s := f.strands[i]
			whole := f.sources[s.from]
			for _, end := range [2]vec{s.a, s.b} {
				if end != f.vec(whole.a) && end != f.vec(whole.b) {
					at[end] = append(at[end], parts...)
				}
			}
		}
	}
	for v, parts := range at {
		slices.Sort(parts)
		f.faults = append(f.faults, Fault{Kind: UnmatchedBorder, Parts: slices.Compact(parts), At: degrees(f.origin, v)})
	}
}

// cancels reports whether parts, or a part and the outline, run along p on both sides.
func (f *finder) cancels(p piece) bool {
	return slices.ContainsFunc(p.strands, func(i int32) bool { return f.sources[f.strands[i].from].step.excess != 0 })
}

// degrees returns the position of a fine point in degrees lon/lat.
func degrees(origin geo.Point, v vec) orb.Point {
	if v.x%fine == 0 && v.y%fine == 0 {
		return lattice(origin, v).Orb()
	}
	return orb.Point{
		(float64(origin.X) + float64(v.x)/fine) / geo.UnitsPerDegree,
		(float64(origin.Y) + float64(v.y)/fine) / geo.UnitsPerDegree,
	}
}

// lattice returns the lattice point nearest to a fine point.
func lattice(origin geo.Point, v vec) geo.Point {
	round := func(o int32, d int64) int32 { return int32(int64(o) + (d+fine/2)>>10) }
	return geo.Point{X: round(origin.X, v.x), Y: round(origin.Y, v.y)}
}

// A shape is a polygon of fine points.
type shape struct {
	origin geo.Point
	rings  [][]vec // the outer one counter-clockwise and first, holes clockwise
}

func newShape(origin geo.Point, edges []edge, place area) shape {
	s := shape{origin: origin}
	for _, l := range place {
		var r []vec
		for _, e := range l.edges {
			r = append(r, edges[e].a)
		}
		s.rings = append(s.rings, r)
	}
	return s
}

// orb returns the shape in degrees, rings closed.
func (s shape) orb() orb.Polygon {
	var out orb.Polygon
	for _, r := range s.rings {
		ring := make(orb.Ring, 0, len(r)+1)
		for _, v := range r {
			ring = append(ring, degrees(s.origin, v))
		}
		out = append(out, append(ring, ring[0]))
	}
	return out
}

// polygon returns the shape on the lattice, and whether nothing had to be rounded.
func (s shape) polygon() (p geo.Polygon, exact bool) {
	exact = true
	for _, r := range s.rings {
		ring := make(geo.Ring, len(r))
		for i, v := range r {
			ring[i] = lattice(s.origin, v)
			exact = exact && v.x%fine == 0 && v.y%fine == 0
		}
		p = append(p, ring)
	}
	return p, exact
}

// areaM2 returns the area in square metres.
func (s shape) areaM2() float64 {
	if p, exact := s.polygon(); exact {
		return geo.AreaM2(geo.MultiPolygon{p})
	}
	sum := 0.0
	for _, r := range s.orb() {
		sum += geo.OrbRingAreaM2(r)
	}
	return sum
}

// middle returns the middle of box, kept 1000 units away from the poles and the antimeridian.
func middle(box geo.Box) geo.Point {
	mid := func(a, b int32, limit int64) int32 {
		return int32(min(max((int64(a)+int64(b))/2, -limit), limit))
	}
	return geo.Point{
		X: mid(box.Min.X, box.Max.X, 180*geo.UnitsPerDegree-1000),
		Y: mid(box.Min.Y, box.Max.Y, 90*geo.UnitsPerDegree-1000),
	}
}

// widthM returns twice the area by the perimeter: the width of a long thin shape, half the side of a square, and the
// radius of a circle.
func (s shape) widthM() float64 {
	p, _ := s.polygon()
	mid := middle(geo.MultiPolygon{p}.Box())
	const step = 1000 // units
	mx := geo.DistanceM(mid, geo.Point{X: mid.X + step, Y: mid.Y}) / step / fine
	my := geo.DistanceM(mid, geo.Point{X: mid.X, Y: mid.Y + step}) / step / fine
	perimeter := 0.0
	for _, r := range s.rings {
		a := r[len(r)-1]
		for _, b := range r {
			perimeter += math.Hypot(float64(b.x-a.x)*mx, float64(b.y-a.y)*my)
			a = b
		}
	}
	return 2 * s.areaM2() / perimeter
}

// spot returns a position inside the shape, in degrees: the middle of its widest stretch on one of a few lines across.
func (s shape) spot() orb.Point {
	var ys []int64
	for _, r := range s.rings {
		for _, v := range r {
			ys = append(ys, v.y)
		}
	}
	slices.Sort(ys)
	ys = slices.Compact(ys)
	const lines = 16
	best, at := -1.0, orb.Point{}
	for k := range min(lines, len(ys)-1) {
		i := k * (len(ys) - 1) / min(lines, len(ys)-1)
		y := (float64(ys[i]) + float64(ys[i+1])) / 2
		xs := s.crossings(y)
		for j := 0; j+1 < len(xs); j += 2 {
			if w := xs[j+1] - xs[j]; w > best {
				best, at = w, orb.Point{(xs[j] + xs[j+1]) / 2, y}
			}
		}
	}
	return orb.Point{
		(float64(s.origin.X) + at[0]/fine) / geo.UnitsPerDegree,
		(float64(s.origin.Y) + at[1]/fine) / geo.UnitsPerDegree,
	}
}

// crossings returns where the rings cross the line at y, ascending. No vertex may lie on it.
func (s shape) crossings(y float64) []float64 {
	var xs []float64
	for _, r := range s.rings {
		a := r[len(r)-1]
		for _, b := range r {
			if (float64(a.y) < y) != (float64(b.y) < y) {
				xs = append(xs, float64(a.x)+(y-float64(a.y))/float64(b.y-a.y)*float64(b.x-a.x))
			}
			a = b
		}
	}
	slices.Sort(xs)
	return xs
}
