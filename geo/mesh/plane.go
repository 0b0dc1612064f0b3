package mesh

import (
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

// MaxDrawnVertices is the largest number of vertices of a line or region that an edit takes.
const MaxDrawnVertices = 100_000

// A Plane is faces that tile, or, if it is loose, that do not overlap, open to edits. It is immutable and safe for
// concurrent use; an edit says what changes, and Apply returns another plane. An edit costs as much as the faces near
// it have vertices, and looks at the boxes of all faces.
//
// In a plane that tiles, every face is of a group (a community), edits move no area between groups, and borders with
// no face on one side, the outline, never change. Shapes that an edit returns are valid (geo.Check), their rings start
// at their smallest vertex and are ordered by it. Vertices of a border that stays, stay; only a sharp corner may become
// the junction that a new border makes a unit beside it.
type Plane struct {
	faces  []geo.MultiPolygon
	groups []int32
	boxes  []geo.Box
	loose  bool
}

// NewPlane returns the plane of faces that tile (CheckLayer or Check finds no fault in them), numbered as they come, each
// with its group. A face that is empty is a number that is not in use.
func NewPlane(faces []geo.MultiPolygon, groups []int32) *Plane {
	return newPlane(faces, groups, false)
}

// NewLoosePlane returns the plane of faces that do not overlap (CheckDisjoint finds no fault in them) but need not
// tile, like dedicated grids: ground that is in no face can be taken and given up freely. They are of one group.
func NewLoosePlane(faces []geo.MultiPolygon) *Plane { return newPlane(faces, nil, true) }

func newPlane(faces []geo.MultiPolygon, groups []int32, loose bool) *Plane {
	p := &Plane{
		faces:  slices.Clone(faces),
		groups: make([]int32, len(faces)),
		boxes:  make([]geo.Box, len(faces)),
		loose:  loose,
	}
	copy(p.groups, groups)
	for k, m := range faces {
		p.boxes[k] = m.Box()
	}
	return p
}

// Len returns how many numbers of faces there are, those not in use included.
func (p *Plane) Len() int { return len(p.faces) }

// Face returns the shape of a face, empty when the number is not in use. The caller must not change it.
func (p *Plane) Face(face int32) geo.MultiPolygon {
	if face < 0 || int(face) >= len(p.faces) {
		return nil
	}
	return p.faces[face]
}

// An Edit is what an operation changes in a plane.
type Edit struct {
	// Faces are the new shapes of all faces that change, empty for those that are gone, by number; numbers from Len up are
	// new. Faces that a new junction or rounding gave no more than a vertex are among them.
	Faces map[int32]geo.MultiPolygon
	// Group is the group of the new faces.
	Group int32
	// Arcs are the borders that are new or changed, each whole, from node to node.
	Arcs []Arc
	// Bent are the vertices that rounding put into borders that nobody drew to.
	Bent []Bend
	// Ends are the drawn ends that were led to a vertex or a border.
	Ends []End
}

// A Bend is a vertex that a border got because something came within half a unit of it.
type Bend struct {
	At     geo.Point
	Faces  []int32 // beside the border
	MovedM float64 // how far the border moved there, in metres
}

// An End is a drawn end, or where drawn lines met the outline, that an operation led elsewhere.
type End struct {
	From, To  geo.Point
	DistanceM float64
}

// Apply returns the plane after an edit. Numbers up to the largest in e come into use; putting back the shapes that an
// edit replaced, nil for those it made, gives the faces from before, bit for bit.
func (p *Plane) Apply(e Edit) *Plane {
	n := len(p.faces)
	for face := range e.Faces {
		n = max(n, int(face)+1)
	}
	q := &Plane{
		faces:  make([]geo.MultiPolygon, n),
		groups: make([]int32, n),
		boxes:  make([]geo.Box, n),
		loose:  p.loose,
	}
	copy(q.faces, p.faces)
	copy(q.groups, p.groups)
	copy(q.boxes, p.boxes)
	for face := len(p.faces); face < n; face++ {
		q.groups[face], q.boxes[face] = e.Group, geo.EmptyBox()
	}
	for face, m := range e.Faces {
		q.faces[face], q.boxes[face] = m, m.Box()
	}
	return q
}

// check returns an error unless face is in use.
func (p *Plane) check(face int32) error {
	if len(p.Face(face)) == 0 {
		return &geo.InvalidError{Rule: RuleNoFace}
	}
	return nil
}

// group returns the group of a face, that of new faces for a number that is not in use yet.
func (p *Plane) group(face, ofNew int32) int32 {
	if int(face) >= len(p.groups) {
		return ofNew
	}
	return p.groups[face]
}

// near returns the faces whose boxes come within two units of box.
func (p *Plane) near(box geo.Box) []int32 {
	box = widen(box, 2)
	var out []int32
	for k, b := range p.boxes {
		if b.Intersects(box) {
			out = append(out, int32(k))
		}
	}
	return out
}

// strips returns the edges of faces.
func (p *Plane) strips(faces []int32) []strip {
	var out []strip
	for _, k := range faces {
		out = appendStrips(out, p.faces[k], faceLayer, k)
	}
	return out
}

// appendStrips appends the edges of m, which must be wound as geo.MultiPolygon says.
func appendStrips(out []strip, m geo.MultiPolygon, layer int, label int32) []strip {
	for _, poly := range m {
		for _, r := range poly {
			a := r[len(r)-1]
			for _, b := range r {
				if a != b {
					out = append(out, strip{a, b, layer, label})
				}
				a = b
			}
		}
	}
	return out
}

func boxOf(strips []strip) geo.Box {
	box := geo.EmptyBox()
	for _, s := range strips {
		box = box.Extend(s.a).Extend(s.b)
	}
	return box
}

// maxGrowth bounds how often an overlay is laid again because rounding bent edges.
const maxGrowth = 12

// A laying says what an overlay is made of.
type laying struct {
	drawn   []strip
	box     geo.Box        // the faces near it take part
	faces   []int32        // and these
	without map[strip]bool // edges of faces that do not
}

// lay makes an overlay, and returns the faces that take part. When it bends an edge, all faces near the whole edge take
// part, so that what it may now run into is known.
func (p *Plane) lay(l laying) (*overlay, []int32, error) {
	box := l.box
	for range maxGrowth {
		faces := append(p.near(box), l.faces...)
		slices.Sort(faces)
		faces = slices.Compact(faces)
		if err := p.checkSize(faces); err != nil {
			return nil, nil, err
		}
		strips := slices.DeleteFunc(p.strips(faces), func(s strip) bool { return l.without[s] })
		o, err := newOverlay(strips, l.drawn, widen(box, 2), !p.loose)
		if err != nil {
			return nil, nil, err
		}
		grown := box
		for _, b := range o.bends {
			grown = grown.Extend(b.a).Extend(b.b)
		}
		if grown == box {
			return o, faces, nil
		}
		box = grown
	}
	return nil, nil, refuse(RuleTooMuchWork, box.Min)
}

// maxNearby is the largest number of vertices of the faces near an edit: some seconds of work.
const maxNearby = 1 << 20

// checkSize fails for more vertices than one edit may look at.
func (p *Plane) checkSize(faces []int32) error {
	n := 0
	for _, k := range faces {
		if n += vertices(p.faces[k]); n > maxNearby {
			return refuse(RuleTooMuchWork, p.boxes[k].Min)
		}
	}
	return nil
}

// unitsAround returns how many units cover a distance in metres around p, in either direction.
func unitsAround(p geo.Point, distanceM float64) int32 {
	const metresPerUnit = 0.0110 // of latitude; a little less than the least
	cos := max(0.01, math.Cos(float64(p.Y)/geo.UnitsPerDegree*math.Pi/180))
	return int32(min(100_000_000, distanceM/(metresPerUnit*cos)+2))
}
