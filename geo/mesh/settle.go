package mesh

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
)

// A settlement makes an edit of an overlay whose cells have got their faces.
type settlement struct {
	plane   *Plane
	overlay *overlay
	near    []int32 // the faces that take part
	final   []int32 // by cell
	ends    []End

	touched []int32 // faces that may change besides those whose ground or borders do
	gone    []int32 // faces that may vanish
	group   int32   // of new faces
}

// edit returns the edit, if it breaks no rule.
func (s *settlement) edit() (Edit, error) {
	if err := s.holdGroups(); err != nil {
		return Edit{}, err
	}
	if err := s.holdBends(); err != nil {
		return Edit{}, err
	}
	e := Edit{Faces: s.shapes(), Group: s.group, Bent: s.bent(), Ends: s.ends}
	if err := s.holdFaces(e.Faces); err != nil {
		return Edit{}, err
	}
	if err := s.prove(e.Faces); err != nil {
		return Edit{}, err
	}
	var err error
	e.Arcs, err = s.arcs(e.Faces)
	return e, err
}

// sides returns the faces that lie to the left and right of seam i in the end.
func (s *settlement) sides(i int) (left, right int32) {
	return s.final[s.overlay.cellOf[2*i]], s.final[s.overlay.cellOf[2*i+1]]
}

// holdGroups fails when ground goes from one group to another, or in a plane that tiles to or from none.
func (s *settlement) holdGroups() error {
	p := s.plane
	ofNew := int32(-1)
	for side, c := range s.overlay.cellOf {
		from, to := s.overlay.labels[c][faceLayer], s.final[c]
		if from == to {
			continue
		}
		at := pointOf(s.overlay.seams[side/2].a)
		if from == Outside || to == Outside {
			if !p.loose {
				return refuse(RuleOutlineFixed, at)
			}
			continue
		}
		if int(to) >= len(p.groups) {
			if ofNew < 0 {
				ofNew, s.group = from, p.groups[from]
			}
		}
		if p.groups[from] != p.group(to, s.group) {
			return refuse(RuleGroupsMixed, at)
		}
	}
	return nil
}

// holdBends fails when rounding moves a border that must not move, or any too far.
func (s *settlement) holdBends() error {
	p := s.plane
	var joined map[geo.Point]bool
	for _, b := range s.overlay.bends {
		switch {
		case p.isOutline(b):
			return refuse(RuleOutlineFixed, b.nearerEnd())
		case b.far():
			return refuse(RuleBentTooFar, b.at)
		case b.left == Outside || b.right == Outside || p.groups[b.left] == p.groups[b.right]:
			continue
		}
		if joined == nil {
			joined = s.newEnds()
		}
		if !joined[b.at] {
			return refuse(RuleGroupFixed, b.at)
		}
	}
	return nil
}

// newEnds returns the ends of new borders.
func (s *settlement) newEnds() map[geo.Point]bool {
	ends := make(map[geo.Point]bool)
	for i, seam := range s.overlay.seams {
		if left, right := s.sides(i); left != right && !seam.border {
			ends[pointOf(seam.a)], ends[pointOf(seam.b)] = true, true
		}
	}
	return ends
}

// shapes returns the new shapes of the faces that change.
func (s *settlement) shapes() map[int32]geo.MultiPolygon {
	o := s.overlay
	edges := make(map[int32][]latticeEdge)
	note := func(faces ...int32) {
		for _, k := range faces {
			if k != Outside {
				edges[k] = nil
			}
		}
	}
	note(s.touched...)
	for _, b := range o.bends {
		note(b.left, b.right)
	}
	for c, to := range s.final {
		if from := o.labels[c][faceLayer]; from != to {
			note(from, to)
		}
	}
	for i, seam := range o.seams {
		left, right := s.sides(i)
		if left == right {
			continue
		}
		if _, ok := edges[left]; ok {
			edges[left] = append(edges[left], latticeEdge{pointOf(seam.a), pointOf(seam.b)})
		}
		if _, ok := edges[right]; ok {
			edges[right] = append(edges[right], latticeEdge{pointOf(seam.b), pointOf(seam.a)})
		}
	}
	shapes := make(map[int32]geo.MultiPolygon, len(edges))
	for k, list := range edges {
		if m := assemblePolygons(list); !sameShape(m, s.plane.Face(k)) {
			shapes[k] = m
		}
	}
	return shapes
}

// sameShape reports whether two shapes have the same edges.
func sameShape(m, n geo.MultiPolygon) bool {
	count := make(map[latticeEdge]int)
	for _, e := range appendStrips(nil, m, 0, 0) {
		count[latticeEdge{e.a, e.b}]++
	}
	for _, e := range appendStrips(nil, n, 0, 0) {
		k := latticeEdge{e.a, e.b}
		if count[k]--; count[k] < 0 {
			return false
		}
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// bent lists the vertices of old borders at which no new border ends.
func (s *settlement) bent() []Bend {
	var out []Bend
	joined := s.newEnds()
	for _, b := range s.overlay.bends {
		if joined[b.at] {
			continue
		}
		bend := Bend{At: b.at, MovedM: geo.DistanceToSegmentM(b.at, b.a, b.b)}
		for _, k := range []int32{b.left, b.right} {
			if k != Outside {
				bend.Faces = append(bend.Faces, k)
			}
		}
		slices.Sort(bend.Faces)
		out = append(out, bend)
	}
	slices.SortFunc(out, func(a, b Bend) int { return cmp.Or(comparePoints(a.At, b.At), slices.Compare(a.Faces, b.Faces)) })
	return out
}

// arcs returns the borders with an edge that is new or has other faces beside it than before.
func (s *settlement) arcs(shapes map[int32]geo.MultiPolygon) ([]Arc, error) {
	numbers := slices.Clone(s.near)
	for k := range shapes {
		if _, old := slices.BinarySearch(s.near, k); !old {
			numbers = append(numbers, k)
		}
	}
	slices.Sort(numbers)
	faces := make([]geo.MultiPolygon, len(numbers))
	for i, k := range numbers {
		m, changed := shapes[k]
		if !changed {
			m = s.plane.Face(k)
		}
		faces[i] = m
	}
	m, err := Build(faces)
	if err != nil {
		return nil, err
	}
	number := func(face int32) int32 {
		if face == Outside {
			return Outside
		}
		return numbers[face]
	}
	var out []Arc
	for _, arc := range m.Arcs() {
		arc.Left, arc.Right = number(arc.Left), number(arc.Right)
		if s.changed(arc) {
			out = append(out, arc)
		}
	}
	return out, nil
}

// changed reports whether an edge of arc was not there, or between other faces.
func (s *settlement) changed(arc Arc) bool {
	for i := 1; i < len(arc.Line); i++ {
		a, b := arc.Line[i-1], arc.Line[i]
		k := risingEnds(a, b)
		left, right := s.overlay.left(k), s.overlay.right(k)
		if a != k[0] {
			left, right = right, left
		}
		if left != arc.Left || right != arc.Right {
			return true
		}
	}
	return false
}
