package mesh

import (
	"slices"

	"github.com/wangge/wangge/geo"
)

// Move gives what lies both in region and in the faces from to the face to. from nil stands for all faces of to's
// group; in a loose plane ground that is in no face is taken as well, and with from nil that alone. A face may end up
// in several parts, but not without any. In a loose plane to may be Outside: the ground is given up.
//
// region must be valid. Where its border meets the outline, the new border is led to the outline's nearest vertex.
// Every error is a *geo.InvalidError that names a rule and its spot.
func (p *Plane) Move(region geo.MultiPolygon, from []int32, to int32) (Edit, error) {
	if p.loose && to == Outside {
		return p.take(region, func(face int32) bool { return face != Outside && slices.Contains(from, face) }, to)
	}
	if err := p.check(to); err != nil {
		return Edit{}, err
	}
	return p.take(region, p.takesFrom(from, p.groups[to]), to)
}

// CutOut makes a new face, with the number Len, of what lies both in region and in the faces from, which must be of one
// group; from nil stands for all faces. In a loose plane ground that is in no face is taken as well, and with from nil
// that alone. See Move.
func (p *Plane) CutOut(region geo.MultiPolygon, from []int32) (Edit, error) {
	takes := p.takesFrom(from, 0)
	if from == nil && !p.loose {
		takes = func(face int32) bool { return face != Outside }
	}
	return p.take(region, takes, int32(len(p.faces)))
}

// takesFrom returns whether ground of a face, or of none, may be taken.
func (p *Plane) takesFrom(from []int32, group int32) func(face int32) bool {
	return func(face int32) bool {
		switch {
		case face == Outside:
			return p.loose
		case from == nil:
			return !p.loose && p.groups[face] == group
		}
		return slices.Contains(from, face)
	}
}

// take gives to what lies in region and in faces that takes says.
func (p *Plane) take(region geo.MultiPolygon, takes func(face int32) bool, to int32) (Edit, error) {
	drawn, err := regionStrips(region)
	if err != nil {
		return Edit{}, err
	}
	o, err := p.layRegion(drawn, takes)
	if err != nil {
		return Edit{}, err
	}
	faces := o.faces()
	taken := false
	for c, l := range o.labels {
		if l[areaLayer] != Outside && takes(faces[c]) && faces[c] != to {
			faces[c], taken = to, true
		}
	}
	if !taken {
		return Edit{}, refuse(RuleNothingMoved, region[0][0][0])
	}
	return p.retake(o, faces, nil)
}

// layRegion lays a region over the faces that ground is taken from; in a loose plane over all, to tell free ground.
func (p *Plane) layRegion(drawn []strip, takes func(face int32) bool) (*overlay, error) {
	if p.loose {
		o, _, err := p.lay(laying{drawn: drawn, box: boxOf(drawn)})
		return o, err
	}
	faces := slices.DeleteFunc(p.near(boxOf(drawn)), func(k int32) bool { return !takes(k) })
	return p.sketch(drawn, faces)
}

// regionStrips returns the edges of a region, as bounds of area 0.
func regionStrips(region geo.MultiPolygon) ([]strip, error) {
	if n := vertices(region); n > MaxDrawnVertices {
		return nil, &geo.InvalidError{Rule: geo.RuleTooManyVertices, At: region.Box().Min.Orb()}
	}
	if err := geo.Check(region); err != nil {
		return nil, err
	}
	wound := make(geo.MultiPolygon, len(region))
	for i, poly := range region {
		wound[i] = slices.Clone(poly)
		for j, r := range poly {
			if (r.TwiceArea() > 0) != (j == 0) {
				r = slices.Clone(r)
				slices.Reverse(r)
				wound[i][j] = r
			}
		}
	}
	return appendStrips(nil, wound, areaLayer, 0), nil
}

// Merge unites faces of one group into the first of them; the others vanish. Each must share an edge with another, so
// that together they hang together as much as they did alone. Every error is a *geo.InvalidError that names a rule and
// its spot.
func (p *Plane) Merge(faces ...int32) (Edit, error) {
	box := geo.EmptyBox()
	for _, k := range faces {
		if err := p.check(k); err != nil {
			return Edit{}, err
		}
		box = box.Union(p.boxes[k])
		if first := p.faces[k][0][0][0]; p.groups[k] != p.groups[faces[0]] {
			return Edit{}, refuse(RuleGroupsMixed, first)
		}
	}
	o, near, err := p.lay(laying{box: box})
	if err != nil {
		return Edit{}, err
	}
	if err := p.holdNeighbours(o, faces); err != nil {
		return Edit{}, err
	}
	s := settlement{plane: p, overlay: o, near: near, final: o.faces(), gone: faces[1:]}
	for c, k := range s.final {
		if slices.Contains(faces, k) {
			s.final[c] = faces[0]
		}
	}
	return s.edit()
}

// holdNeighbours fails unless edges join faces.
func (p *Plane) holdNeighbours(o *overlay, faces []int32) error {
	if len(faces) == 0 {
		return &geo.InvalidError{Rule: RuleNoFace}
	}
	joined := newSets(len(faces))
	for i := range o.seams {
		l := slices.Index(faces, o.labels[o.cellOf[2*i]][faceLayer])
		r := slices.Index(faces, o.labels[o.cellOf[2*i+1]][faceLayer])
		if l >= 0 && r >= 0 {
			joined.join(int32(l), int32(r))
		}
	}
	for i, k := range faces {
		if slices.Contains(faces[:i], k) || len(faces) < 2 || joined.find(int32(i)) != joined.find(0) {
			return refuse(RuleNotNeighbours, p.faces[k][0][0][0])
		}
	}
	return nil
}
