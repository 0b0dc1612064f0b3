package mesh

import (
	"errors"
	"math"

	"github.com/wangge/wangge/geo"
)

// A transfer is ground that goes from one face to another.
type transfer struct{ from, to int32 }

// retake returns the edit that gives every cell of o the face in to. What was only drawn, without becoming a border,
// leaves no trace: the new borders alone are laid over the faces once more. Where they end in the outline, they are led
// to its nearest vertex; when they cannot be, the error names that.
func (p *Plane) retake(o *overlay, to []int32, ends []End) (Edit, error) {
	transfers, areas, led := p.areas(o, to)
	e, err := p.settle(transfers, areas, append(ends, led...))
	var invalid *geo.InvalidError
	if len(led) > 0 && errors.As(err, &invalid) && (invalid.Rule == RuleBorderCrossed || invalid.Rule == RuleNothingMoved) {
		return Edit{}, refuse(RuleOutlineFixed, led[0].To)
	}
	return e, err
}

// settle returns the edit that makes transfers.
func (p *Plane) settle(transfers []transfer, areas []strip, ends []End) (Edit, error) {
	if len(areas) == 0 {
		return Edit{}, &geo.InvalidError{Rule: RuleNothingMoved}
	}
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
	e, err := s.edit()
	if err != nil {
		return Edit{}, err
	}
	for _, t := range transfers {
		// Rounding, or what was led to the outline, may leave nothing of a narrow piece.
		if int(t.to) >= len(p.faces) && len(e.Faces[t.to]) == 0 || len(e.Faces) == 0 {
			return Edit{}, refuse(RuleNothingMoved, areas[0].a)
		}
	}
	return e, nil
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
func (p *Plane) isOutline(b bend) bool {
	if p.loose || b.left != Outside && b.right != Outside {
		return false
	}
	// One side has a face at least; that of the other may take no part in the overlay.
	sides := 0
	for _, s := range p.strips(p.near(geo.EmptyBox().Extend(b.a).Extend(b.b))) {
		if risingEnds(s.a, s.b) == [2]geo.Point{b.a, b.b} {
			sides++
		}
	}
	return sides < 2
}

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
