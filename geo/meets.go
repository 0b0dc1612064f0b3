package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// Shape is points, lines and areas taken together as one closed set. Its areas are valid; the zero Shape is empty.
type Shape struct {
	Points []Point
	Lines  []Line
	Areas  []MultiPolygon // which may overlap each other
}

// ShapeFromOrb returns any geometry on the lattice, in degrees lon/lat. An orb.Bound is the closed rectangle; one whose west is east
// of its east goes over the 180th meridian, and it alone may be wider than 90 degrees. Every error is an *InvalidError, as of FromOrb
// and LineFromOrb, whose limits hold for each part.
func ShapeFromOrb(g orb.Geometry) (Shape, error) {
	var s Shape
	if err := s.add(g); err != nil {
		return Shape{}, err
	}
	if len(s.Points)+len(s.Lines)+len(s.Areas) == 0 {
		return Shape{}, &InvalidError{Rule: RuleEmpty}
	}
	return s, nil
}

func (s *Shape) add(g orb.Geometry) error {
	switch g := g.(type) {
	case nil:
		return &InvalidError{Rule: RuleEmpty}
	case orb.Point:
		return s.addPoints(g)
	case orb.MultiPoint:
		return s.addPoints(g...)
	case orb.LineString, orb.MultiLineString:
		lines, err := LineFromOrb(g)
		s.Lines = append(s.Lines, lines...)
		return err
	case orb.Polygon, orb.MultiPolygon:
		area, err := FromOrb(g)
		s.Areas = append(s.Areas, area)
		return err
	case orb.Bound:
		return s.addBound(g)
	case orb.Collection:
		for _, part := range g {
			if err := s.add(part); err != nil {
				return err
			}
		}
		return nil
	}
	return &InvalidError{Rule: RuleType, At: firstPosition(g)}
}

func (s *Shape) addPoints(points ...orb.Point) error {
	for _, p := range points {
		v, err := Snap(p)
		if err != nil {
			return err
		}
		s.Points = append(s.Points, v)
	}
	return nil
}

func (s *Shape) addBound(b orb.Bound) error {
	low, err := Snap(b.Min)
	if err != nil {
		return err
	}
	high, err := Snap(b.Max)
	if err != nil {
		return err
	}
	if low.Y > high.Y {
		return &InvalidError{Rule: RuleEmpty, At: b.Min}
	}
	if low.X > high.X {
		s.addBox(Box{low, Point{180 * UnitsPerDegree, high.Y}})
		low.X = -180 * UnitsPerDegree
	}
	s.addBox(Box{low, high})
	return nil
}

// BoxShape returns the closed rectangles; empty boxes add nothing.
func BoxShape(boxes ...Box) Shape {
	var s Shape
	for _, b := range boxes {
		if !b.Empty() {
			s.addBox(b)
		}
	}
	return s
}

func (s *Shape) addBox(b Box) {
	switch {
	case b.Min == b.Max:
		s.Points = append(s.Points, b.Min)
	case b.Min.X == b.Max.X || b.Min.Y == b.Max.Y:
		s.Lines = append(s.Lines, Line{b.Min, b.Max})
	default:
		s.Areas = append(s.Areas, MultiPolygon{{{b.Min, {b.Max.X, b.Min.Y}, b.Max, {b.Min.X, b.Max.Y}}}})
	}
}

// Box returns the bounding box of s, empty when s is.
func (s *Shape) Box() Box {
	b := EmptyBox()
	for _, p := range s.Points {
		b = b.Extend(p)
	}
	for _, l := range s.Lines {
		for _, v := range l {
			b = b.Extend(v)
		}
	}
	for _, a := range s.Areas {
		b = b.Union(a.Box())
	}
	return b
}

// Orb returns s in degrees lon/lat, as a collection of points, lines and areas.
func (s *Shape) Orb() orb.Collection {
	var c orb.Collection
	for _, p := range s.Points {
		c = append(c, p.Orb())
	}
	for _, l := range s.Lines {
		c = append(c, l.Orb())
	}
	for _, a := range s.Areas {
		c = append(c, a.Orb())
	}
	return c
}

// Meets reports whether a and b share a point, borders included. It is exact. The cost is that of every edge of one within the box of
// the other with every edge of that.
func Meets(a, b *Shape) bool {
	boxA, boxB := a.Box(), b.Box()
	if boxA.Empty() || boxB.Empty() || !boxA.Intersects(boxB) {
		return false
	}
	edgesA, edgesB := a.edgesIn(boxB), b.edgesIn(boxA)
	for _, e := range edgesA {
		box := e.box()
		for _, f := range edgesB {
			if box.Intersects(f.box()) && e.meets(f) {
				return true
			}
		}
	}
	return a.holdsPartOf(b) || b.holdsPartOf(a)
}

// A segment is a closed straight line, a point when its ends are one.
type segment struct{ a, b Point }

func (s segment) box() Box { return EmptyBox().Extend(s.a).Extend(s.b) }

// meets reports whether s and t, whose boxes meet, share a point. Their extents are then small enough for Orient: one of them is at
// most 90 degrees wide and high, or runs along an axis.
func (s segment) meets(t segment) bool {
	if s.a == s.b {
		return OnSegment(s.a, t.a, t.b)
	}
	if t.a == t.b {
		return OnSegment(t.a, s.a, s.b)
	}
	return sides(Orient(t.a, t.b, s.a), Orient(t.a, t.b, s.b)) && sides(Orient(s.a, s.b, t.a), Orient(s.a, s.b, t.b))
}

// sides reports whether two points are not both on the same side.
func sides(a, b int64) bool { return a <= 0 && b >= 0 || a >= 0 && b <= 0 }

// edgesIn returns the points and edges of s whose boxes meet box.
func (s *Shape) edgesIn(box Box) []segment {
	var edges []segment
	add := func(a, b Point) {
		if e := (segment{a, b}); box.Intersects(e.box()) {
			edges = append(edges, e)
		}
	}
	for _, p := range s.Points {
		add(p, p)
	}
	for _, l := range s.Lines {
		for i := 1; i < len(l); i++ {
			add(l[i-1], l[i])
		}
	}
	for _, area := range s.Areas {
		for _, polygon := range area {
			for _, ring := range polygon {
				for i, v := range ring {
					add(v, ring[(i+1)%len(ring)])
				}
			}
		}
	}
	return edges
}

// holdsPartOf reports whether a part of t, whose edges meet none of s, lies in an area of s.
func (s *Shape) holdsPartOf(t *Shape) bool {
	return slices.ContainsFunc(s.Areas, func(area MultiPolygon) bool {
		in := func(p Point) bool { return Locate(area, p) != Outside }
		return slices.ContainsFunc(t.Points, in) ||
			slices.ContainsFunc(t.Lines, func(l Line) bool { return in(l[0]) }) ||
			slices.ContainsFunc(t.Areas, func(other MultiPolygon) bool {
				return slices.ContainsFunc(other, func(p Polygon) bool { return in(p[0][0]) })
			})
	})
}

// HasVertexIn reports whether a point of s, or a vertex of its lines and areas, lies in box: then s meets it.
func (s *Shape) HasVertexIn(box Box) bool {
	if slices.ContainsFunc(s.Points, box.Contains) {
		return true
	}
	for _, l := range s.Lines {
		if slices.ContainsFunc(l, box.Contains) {
			return true
		}
	}
	for _, area := range s.Areas {
		for _, polygon := range area {
			for _, ring := range polygon {
				if slices.ContainsFunc(ring, box.Contains) {
					return true
				}
			}
		}
	}
	return false
}

// Boxes returns the bounding boxes of the parts of s, as few as can be said to be apart: one, unless s goes over the 180th meridian.
func (s *Shape) Boxes() []Box {
	west, east := EmptyBox(), EmptyBox()
	add := func(b Box) {
		if b.Max.X <= 0 {
			west = west.Union(b)
		} else {
			east = east.Union(b)
		}
	}
	for _, p := range s.Points {
		add(Box{p, p})
	}
	for _, l := range s.Lines {
		line := Shape{Lines: []Line{l}}
		add(line.Box())
	}
	for _, a := range s.Areas {
		add(a.Box())
	}
	if west.Empty() || east.Empty() || west.Intersects(east) {
		return []Box{west.Union(east)}
	}
	return []Box{west, east}
}
