package mesh

import (
	"errors"
	"fmt"
	"slices"

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
	Part     int     // the number of a part, or the complement ^k of that of an outline
	Others   []int   // parts ascending, then outlines
	AreaM2   float64 // of Polygon, like geo.AreaM2
	WidthM   float64 // of Polygon: twice the area by the perimeter
	MaxMoveM float64 // how far the border moved; for places of very many vertices an upper bound
	At       orb.Point
	Polygon  orb.MultiPolygon // the place, in degrees lon/lat, rings closed; nil for vertices
}

// A PartError says which part cannot be cleaned, or which outline if it is a complement ^k. It wraps a *geo.InvalidError.
type PartError struct {
	Part int
	Err  error
}

// Error implements error.
func (e *PartError) Error() string {
	if e.Part < 0 {
		return fmt.Sprintf("outline %d: %v", ^e.Part, e.Err)
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

// A Layer is what Clean takes: parts and, unless there are none, the outlines that they are to tile.
type Layer struct {
	Parts    []geo.MultiPolygon
	Outlines []geo.MultiPolygon // of groups (communities), which themselves tile, or nearly
	Group    []int32            // by part: the outline that it belongs to; nil puts all into the first
}

// group returns the outline of a part.
func (l Layer) group(part int32) int32 {
	if l.Group == nil {
		return 0
	}
	return l.Group[part]
}

// Cleaned is what Clean made of a layer.
type Cleaned struct {
	Parts    []geo.MultiPolygon // one for each given part, in their order; what did not change is the given value
	Outlines []geo.MultiPolygon // likewise
	Changes  []CleanChange      // places by kind and in the order of the plane, then vertices
	Left     []LeftFault        // what Check finds in the result, outline by outline; without any, what CheckLayer finds
	Sums     []PartSum          // one for each part
}

// Proven reports whether the parts of every group tile its outline; without outlines, whether they leave neither gap nor overlap.
func (c Cleaned) Proven() bool { return len(c.Left) == 0 }

// Clean makes a tiling of parts that nearly are one. It puts the vertices into every border that others have there and
// that crossings need, on the lattice (snap rounding: a border is bent by less than a unit), and then gives away the
// places below both tolerances: a gap to the neighbour with the longest shared border, an overlap to the one of those that
// cover it whose border with the place is longest, the lowest number among equals; what lies outside all outlines is cut off.
// Larger places stay as they are and are returned in Left, and so is what would leave a part without area. Without
// outlines, gaps are those that parts enclose.
//
// The union of the outlines gets vertices, and is otherwise not changed. Between outlines, places below both tolerances follow
// the parts: they go to the outline of the part that covers them.
//
// A layer without faults is returned as it is. The same layer gives the same result. Time and memory are near-linear:
// some microseconds a vertex. The error is a *PartError when a part or outline is not valid or would collapse on
// the lattice, which is narrower than a unit then; a *geo.InvalidError when the borders are too much of a tangle; or ErrStopped.
func Clean(l Layer, opt CleanOptions) (Cleaned, error) {
	if err := l.check(); err != nil {
		return Cleaned{}, err
	}
	out := Cleaned{Parts: l.Parts, Outlines: l.Outlines}
	faults := l.faults()
	if len(faults) > 0 {
		cl := &cleaner{opt: opt, layer: l}
		if err := cl.run(); err != nil {
			return Cleaned{}, err
		}
		out.Parts, out.Outlines, out.Changes = cl.layer.Parts, cl.layer.Outlines, cl.changes
		faults = cl.layer.faults()
	}
	if opt.stopped() {
		return Cleaned{}, ErrStopped
	}
	for _, f := range faults {
		out.Left = append(out.Left, LeftFault{f, opt.why(f)})
	}
	out.Sums = sumParts(l.Parts, out.Parts)
	return out, nil
}

// faults checks every outline with its parts, and borders between those of different outlines.
func (l Layer) faults() []Fault {
	switch len(l.Outlines) {
	case 0:
		return CheckLayer(l.Parts)
	case 1:
		return Check(l.Parts, l.Outlines[0])
	}
	numbers := make([][]int, len(l.Outlines))
	parts := make([][]geo.MultiPolygon, len(l.Outlines))
	for p, m := range l.Parts {
		g := l.group(int32(p))
		numbers[g], parts[g] = append(numbers[g], p), append(parts[g], m)
	}
	var out []Fault
	for g, outline := range l.Outlines {
		for _, f := range Check(parts[g], outline) {
			for i, p := range f.Parts {
				f.Parts[i] = numbers[g][p]
			}
			out = append(out, f)
		}
	}
	for _, f := range CheckLayer(l.Parts) {
		between := func(p int) bool { return l.group(int32(p)) != l.group(int32(f.Parts[0])) }
		if f.Kind == UnmatchedBorder && slices.ContainsFunc(f.Parts, between) {
			out = append(out, f)
		}
	}
	return out
}

func (l Layer) check() error {
	n := 0
	for _, m := range slices.Concat(l.Parts, l.Outlines) {
		n += vertices(m)
	}
	if n > MaxVertices {
		return &geo.InvalidError{Rule: geo.RuleTooManyVertices}
	}
	for k, m := range l.Parts {
		if err := geo.Check(m); err != nil {
			return &PartError{k, err}
		}
	}
	for k, m := range l.Outlines {
		if err := geo.Check(m); err != nil {
			return &PartError{^k, err}
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
