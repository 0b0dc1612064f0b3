package mesh

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// Kind says what is wrong at a place of a layer.
type Kind string

// The kinds of faults.
const (
	Gap             Kind = "gap"              // inside the outline, or enclosed by parts, and in no part
	Overlap         Kind = "overlap"          // in two or more parts
	OutsideOutline  Kind = "outside"          // in a part and outside the outline
	UnmatchedBorder Kind = "unmatched_border" // a vertex of one border within an edge of the other, no area
	Tangle          Kind = "tangle"           // too many crossings to measure
)

// A Fault is one place at which parts do not tile.
type Fault struct {
	Kind Kind
	// Polygon is the place, in degrees lon/lat, valid and with its rings closed; nil for UnmatchedBorder and Tangle. Its
	// corners are exact where they are vertices of parts and otherwise, at crossings, within 1e-5 m.
	Polygon orb.MultiPolygon
	// AreaM2 is the area of Polygon in square metres on the WGS 84 ellipsoid.
	AreaM2 float64
	// WidthM is twice the area by the perimeter, in metres: the width of a long thin place, half the side of a square,
	// the radius of a circle.
	WidthM float64
	// Parts are the numbers, ascending, of the parts that take part: those that cover an overlap or leave the outline,
	// those that bound a gap, those that do not match.
	Parts []int
	// At is a position in Polygon, or the unmatched vertex, in degrees lon/lat.
	At orb.Point
}

// Check returns the faults of parts as a tiling of outline: gaps, overlaps, places outside the outline, and borders,
// the outline's included, that do not match vertex for vertex. None means that parts tile outline exactly (law L1).
// All must be valid (geo.Check); of other parts the result means little, but Check always ends.
//
// Faults are ordered by kind and position. Time is that of cancelling shared borders, about a third of a microsecond a
// vertex, plus what the left-over edges and then the outline need.
func Check(parts []geo.MultiPolygon, outline geo.MultiPolygon) []Fault {
	return check{parts: parts, outline: outline, kinds: []Kind{Gap, Overlap, OutsideOutline}, matched: true}.run()
}

// CheckLayer is Check for parts without an outline: it returns overlaps, unmatched borders, and the gaps that parts
// enclose; places that are joined to the world outside by more than a point are no gaps.
func CheckLayer(parts []geo.MultiPolygon) []Fault {
	return check{parts: parts, kinds: []Kind{Gap, Overlap}, matched: true, enclosed: true}.run()
}

// CheckDisjoint is Check for parts that need not touch each other, like dedicated grids: it returns overlaps only.
func CheckDisjoint(parts []geo.MultiPolygon) []Fault {
	return check{parts: parts, kinds: []Kind{Overlap}}.run()
}

// check is one run of a check.
type check struct {
	parts   []geo.MultiPolygon
	outline geo.MultiPolygon
	kinds   []Kind // to look for

	matched  bool // whether borders must match
	enclosed bool // whether places that parts enclose are gaps
}

func (c check) run() []Fault {
	sources, ok := c.residual()
	if !ok {
		return []Fault{{Kind: Tangle}}
	}
	if len(sources) == 0 {
		return nil
	}
	a, ok := arrange(sources)
	if !ok {
		return []Fault{tangle(sources)}
	}
	f := finder{check: c, arrangement: a}
	for _, kind := range c.kinds {
		f.places(kind)
	}
	if c.matched {
		f.unmatched()
	}
	slices.SortStableFunc(f.faults, func(f, g Fault) int {
		return cmp.Or(cmp.Compare(f.Kind, g.Kind), cmp.Compare(f.At[0], g.At[0]), cmp.Compare(f.At[1], g.At[1]))
	})
	return f.faults
}

// residual returns the edges that do not cancel, and if there are any the whole outline with them. The outline takes
// part backwards: its left-over edges take one cover away from its inside.
func (c check) residual() (_ []source, ok bool) {
	n := vertices(c.outline)
	for _, m := range c.parts {
		n += vertices(m)
	}
	if n > MaxVertices {
		return nil, false
	}
	h := newHalfEdges(c.parts)
	fromOutline := int32(len(h.pts))
	h.add(c.outline, -1, true)
	h.pair()
	var out []source
	for e, t := range h.twin {
		if int32(e) < fromOutline && t < 0 && h.isEdge(int32(e)) {
			out = append(out, source{h.pts[e], h.pts[e+1], h.faceOf(int32(e)), winding{excess: 1}})
		}
	}
	left := len(out)
	for e := fromOutline; e < int32(len(h.pts)); e++ {
		if !h.isEdge(e) {
			continue
		}
		s := source{a: h.pts[e+1], b: h.pts[e], part: -1, step: winding{outline: 1}}
		if h.twin[e] < 0 {
			s.step.excess = -1
			left++
		}
		out = append(out, s)
	}
	if left == 0 {
		return nil, true
	}
	return out, true
}

func vertices(m geo.MultiPolygon) int {
	n := 0
	for _, poly := range m {
		for _, r := range poly {
			n += len(r) + 1
		}
	}
	return n
}

// tangle is the fault for sources that cannot be arranged.
func tangle(sources []source) Fault {
	f := Fault{Kind: Tangle, At: sources[0].a.Orb()}
	for _, s := range sources {
		if s.part >= 0 {
			f.Parts = append(f.Parts, int(s.part))
		}
	}
	slices.Sort(f.Parts)
	f.Parts = slices.Compact(f.Parts)
	return f
}
