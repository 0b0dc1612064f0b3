package mesh

import (
	"cmp"
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

// A transfer is ground that goes from one face to another.
type transfer struct{ from, to int32 }

// retake returns the edit that gives every cell of o the face in to. What was only drawn, without becoming a border,
// leaves no trace: the new borders alone are laid over the faces once more. Where they end in the outline, they are led
// to its nearest vertex.
func (p *Plane) retake(o *overlay, to []int32, ends []End) (Edit, error) {
	transfers, areas, led := p.areas(o, to)
	ends = append(ends, led...)
	var takers []int32 // which may lie elsewhere
	for _, t := range transfers {
		if len(p.Face(t.to)) > 0 {
			takers = append(takers, t.to)
		}
	}
	second, faces, err := p.lay(laying{drawn: areas, box: boxOf(areas), faces: takers})
	if err != nil {
		return Edit{}, err
	}
	s := settlement{plane: p, overlay: second, near: faces, final: make([]int32, len(second.labels)), ends: ends}
	for c, l := range second.labels {
		s.final[c] = l[faceLayer]
		if l[areaLayer] < 0 {
			continue
		}
		if t := transfers[l[areaLayer]]; t.from == l[faceLayer] {
			s.final[c] = t.to
		}
	}
	return s.edit()
}

// areas returns the ground that changes hands, as labels of the area layer and the edges around it.
func (p *Plane) areas(o *overlay, to []int32) (transfers []transfer, edges []strip, led []End) {
	numbers := make(map[transfer]int32)
	labels := make([]int32, len(to))
	for c := range to {
		t := transfer{o.labels[c][faceLayer], to[c]}
		labels[c] = Outside
		if t.from == t.to {
			continue
		}
		n, known := numbers[t]
		if !known {
			n = int32(len(transfers))
			numbers[t] = n
			transfers = append(transfers, t)
		}
		labels[c] = n
	}
	moved := p.outlineEnds(o)
	led = o.ledBy(moved, labels)
	for _, s := range o.around(labels) {
		if v, ok := moved[s.a]; ok {
			s.a = v
		}
		if v, ok := moved[s.b]; ok {
			s.b = v
		}
		if s.a != s.b {
			edges = append(edges, s)
		}
	}
	return transfers, edges, led
}

// ledBy returns the ends of new borders that moved leads elsewhere.
func (o *overlay) ledBy(moved map[geo.Point]geo.Point, labels []int32) []End {
	var led []End
	joined := o.joined(labels)
	for _, at := range sortedPoints(moved) {
		if joined[at] {
			led = append(led, End{at, moved[at], geo.DistanceM(at, moved[at])})
		}
	}
	return led
}

// joined returns the ends of drawn seams that are no border yet and have different labels to their sides.
func (o *overlay) joined(labels []int32) map[geo.Point]bool {
	out := make(map[geo.Point]bool)
	for i, s := range o.seams {
		if !s.border && labels[o.cellOf[2*i]] != labels[o.cellOf[2*i+1]] {
			out[pointOf(s.a)], out[pointOf(s.b)] = true, true
		}
	}
	return out
}

// around returns the edges around cells with labels, those with Outside left out. Borders that were bent by something
// that does not join them are straight again.
func (o *overlay) around(labels []int32) []strip {
	var edges []strip
	for i, s := range o.seams {
		left, right := labels[o.cellOf[2*i]], labels[o.cellOf[2*i+1]]
		if left == right {
			continue
		}
		a, b := pointOf(s.a), pointOf(s.b)
		if left != Outside {
			edges = append(edges, strip{a, b, areaLayer, left})
		}
		if right != Outside {
			edges = append(edges, strip{b, a, areaLayer, right})
		}
	}
	return straighten(edges, o.idleBends(labels))
}

// idleBends returns the vertices that one edge of faces got and that nothing else has or joins.
func (o *overlay) idleBends(labels []int32) map[geo.Point]bool {
	idle := make(map[geo.Point]bool)
	joined := o.joined(labels)
	for _, b := range o.bends {
		_, twice := idle[b.at]
		idle[b.at] = !twice && !joined[b.at]
	}
	if len(idle) == 0 {
		return nil
	}
	for _, edges := range []map[[2]geo.Point]int32{o.front, o.back} {
		for k := range edges {
			for _, at := range k {
				if idle[at] {
					idle[at] = false
				}
			}
		}
	}
	return idle
}

// straighten joins edges of one label that follow each other at idle vertices.
func straighten(edges []strip, idle map[geo.Point]bool) []strip {
	if len(idle) == 0 {
		return edges
	}
	type end struct {
		at    geo.Point
		label int32
	}
	after := make(map[end]strip)
	ways := make(map[end]int)
	for _, s := range edges {
		if idle[s.a] {
			after[end{s.a, s.label}] = s
			ways[end{s.a, s.label}]++
		}
	}
	passes := func(at geo.Point, label int32) bool { return idle[at] && ways[end{at, label}] == 1 }
	var out []strip
	for _, s := range edges {
		if passes(s.a, s.label) {
			continue
		}
		for passes(s.b, s.label) {
			s.b = after[end{s.b, s.label}].b
		}
		out = append(out, s)
	}
	return out
}

// outlineEnds returns where vertices that drawn lines put into the outline must go: the nearer end of its edge.
func (p *Plane) outlineEnds(o *overlay) map[geo.Point]geo.Point {
	moved := make(map[geo.Point]geo.Point)
	for _, b := range o.bends {
		if p.isOutline(b) {
			moved[b.at] = b.nearerEnd()
		}
	}
	return moved
}

// isOutline reports whether b is in a border that must not move at all.
func (p *Plane) isOutline(b bend) bool { return !p.loose && (b.left == Outside || b.right == Outside) }

// nearerEnd returns the end of the bent edge that is nearer to the vertex.
func (b bend) nearerEnd() geo.Point {
	if geo.DistanceM(b.at, b.b) < geo.DistanceM(b.at, b.a) {
		return b.b
	}
	return b.a
}

// far reports whether the vertex lies more than a unit off the edge.
func (b bend) far() bool {
	off := math.Abs(float64(geo.Orient(b.a, b.b, b.at)))
	return off > math.Hypot(float64(b.b.X)-float64(b.a.X), float64(b.b.Y)-float64(b.a.Y))
}

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
