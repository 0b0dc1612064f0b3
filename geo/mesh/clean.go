package mesh

import (
	"errors"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// CleanOptions says what Clean may repair.
type CleanOptions struct {
	// AreaM2 and WidthM are the tolerances, in square metres and metres: what is smaller than both is repaired (BR-03).
	// Zero repairs nothing; borders get the vertices that they lack all the same.
	AreaM2, WidthM float64
	// Stop is asked between steps, from the same goroutine; when it says true, Clean ends with ErrStopped. It may be nil.
	Stop func() bool
}

// ErrStopped is the error of a Clean that was told to stop.
var ErrStopped = errors.New("stopped")

// CleanKind says what was done at a place.
type CleanKind string

// The kinds of changes.
const (
	GapFilled       CleanKind = "gap_filled"       // a gap was given to Part
	OverlapResolved CleanKind = "overlap_resolved" // of all that covered the place, Part keeps it and Others lost it
	OutsideCut      CleanKind = "outside_cut"      // Part lost what lay outside the outline
	VertexAdded     CleanKind = "vertex_added"     // the border of Part, and of Others, got a vertex that lies on it
	VertexMoved     CleanKind = "vertex_moved"     // the border was bent, by less than a lattice unit, through a vertex or crossing
)

// A CleanChange is one thing that Clean changed.
type CleanChange struct {
	Kind     CleanKind
	Part     int     // or Outline
	Others   []int   // ascending; the outline, Outline, last
	AreaM2   float64 // of Polygon, like geo.AreaM2
	WidthM   float64 // of Polygon: twice the area by the perimeter
	MaxMoveM float64 // how far the border moved; for places of very many vertices an upper bound
	At       orb.Point
	Polygon  orb.MultiPolygon // the place, in degrees lon/lat, rings closed; nil for vertices
}

// Outline stands for the outline where a CleanChange or PartError names a part.
const Outline = -1

// A PartError says which part, or Outline, cannot be cleaned. It wraps a *geo.InvalidError.
type PartError struct {
	Part int
	Err  error
}

// Error implements error.
func (e *PartError) Error() string {
	if e.Part == Outline {
		return fmt.Sprintf("outline: %v", e.Err)
	}
	return fmt.Sprintf("part %d: %v", e.Part, e.Err)
}

// Unwrap returns what is wrong with the part.
func (e *PartError) Unwrap() error { return e.Err }

// A PartSum is what became of the area of a part, in square metres, edges straight in lon/lat. Before + Gained - Lost is
// After, within 1e-5 m times the length of the edges that changed.
type PartSum struct{ BeforeM2, AfterM2, GainedM2, LostM2 float64 }

// Why says why Clean left a fault.
type Why string

// The reasons.
const (
	TooLarge    Why = "too_large"    // not below both tolerances
	WouldVanish Why = "would_vanish" // a part would have no area left
	NoNeighbour Why = "no_neighbour" // a gap that no part bounds
)

// A LeftFault is a fault that Clean left exactly as it was.
type LeftFault struct {
	Fault
	Why Why
}

// Cleaned is what Clean made of a layer.
type Cleaned struct {
	Parts   []geo.MultiPolygon // one for each given part, in their order; what did not change is the given value
	Outline geo.MultiPolygon   // the given one with the vertices that it got; nil if none was given
	Changes []CleanChange      // places by kind and in the order of the plane, then vertices
	Left    []LeftFault        // what Check, without an outline CheckLayer, finds in the result
	Sums    []PartSum          // one for each part
}

// Proven reports whether the parts tile the outline; without one, whether they leave neither gap nor overlap.
func (c Cleaned) Proven() bool { return len(c.Left) == 0 }

// Clean makes a tiling of parts that nearly are one. It puts the vertices into every border that others have there and
// that crossings need, on the lattice (snap rounding: a border is bent by less than a unit), and then gives away the
// places below both tolerances: a gap to the neighbour with the longest shared border, an overlap to the one of those that
// cover it whose border with the place is longest, the lowest number among equals; what lies outside the outline is cut off.
// Larger places stay as they are and are returned in Left, and so is what would leave a part without area. Without an
// outline (nil), gaps are those that parts enclose. The outline gets vertices, and is otherwise not changed.
//
// A layer without faults is returned as it is. The same layer gives the same result. Time and memory are near-linear:
// some microseconds a vertex. The error is a *PartError when a part or the outline is not valid or would collapse on
// the lattice, which is narrower than a unit then; a *geo.InvalidError when the borders are too much of a tangle; or ErrStopped.
func Clean(parts []geo.MultiPolygon, outline geo.MultiPolygon, opt CleanOptions) (Cleaned, error) {
	if err := checkParts(parts, outline); err != nil {
		return Cleaned{}, err
	}
	out := Cleaned{Parts: parts, Outline: outline}
	faults := checkAll(parts, outline)
	if len(faults) > 0 {
		cl := &cleaner{opt: opt, parts: parts, outline: outline}
		if err := cl.run(); err != nil {
			return Cleaned{}, err
		}
		out.Parts, out.Outline, out.Changes = cl.parts, cl.outline, cl.changes
		faults = checkAll(out.Parts, out.Outline)
	}
	if opt.stopped() {
		return Cleaned{}, ErrStopped
	}
	for _, f := range faults {
		out.Left = append(out.Left, LeftFault{f, opt.why(f)})
	}
	out.Sums = sumParts(parts, out.Parts)
	return out, nil
}

// checkAll is Check, or CheckLayer where there is no outline.
func checkAll(parts []geo.MultiPolygon, outline geo.MultiPolygon) []Fault {
	if outline == nil {
		return CheckLayer(parts)
	}
	return Check(parts, outline)
}

func checkParts(parts []geo.MultiPolygon, outline geo.MultiPolygon) error {
	n := vertices(outline)
	for _, m := range parts {
		n += vertices(m)
	}
	if n > MaxVertices {
		return &geo.InvalidError{Rule: geo.RuleTooManyVertices}
	}
	for k, m := range parts {
		if err := geo.Check(m); err != nil {
			return &PartError{k, err}
		}
	}
	if outline != nil {
		if err := geo.Check(outline); err != nil {
			return &PartError{Outline, err}
		}
	}
	return nil
}

func (o CleanOptions) stopped() bool { return o.Stop != nil && o.Stop() }

// small reports whether a place is below both tolerances.
func (o CleanOptions) small(areaM2, widthM float64) bool {
	return areaM2 < o.AreaM2 && widthM < o.WidthM
}

// why returns the reason for which a fault was left.
func (o CleanOptions) why(f Fault) Why {
	switch {
	case f.Kind == Tangle || !o.small(f.AreaM2, f.WidthM):
		return TooLarge
	case f.Kind == Gap:
		return NoNeighbour
	}
	return WouldVanish
}

// sumParts measures what became of every part. The difference is found by the arrangement that Check uses, with the part
// as it was for an outline: what lies outside is gained, gaps are lost.
func sumParts(before, after []geo.MultiPolygon) []PartSum {
	sums := make([]PartSum, len(before))
	for k := range before {
		s := &sums[k]
		s.BeforeM2 = geo.AreaM2(before[k])
		s.AfterM2 = s.BeforeM2
		if same(before[k], after[k]) {
			continue
		}
		s.AfterM2 = geo.AreaM2(after[k])
		c := check{parts: after[k : k+1], outline: before[k], kinds: []Kind{Gap, OutsideOutline}}
		for _, f := range c.run() {
			if f.Kind == Gap {
				s.LostM2 += f.AreaM2
			} else {
				s.GainedM2 += f.AreaM2
			}
		}
	}
	return sums
}

// same reports whether two areas are one value.
func same(a, b geo.MultiPolygon) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
