package mesh

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
)

// Split divides a face along line. The largest part keeps the number; the others get new numbers from Len on, the
// larger first. Polygons of the face that the line does not divide stay with the largest part. What lies outside the
// face and what does not divide is left out. An end within snapM metres of a border of the face is led to it; one on
// or beyond the outline goes to the nearest vertex of the outline.
//
// Every error is a *geo.InvalidError that names a rule and its spot.
func (p *Plane) Split(face int32, line geo.Line, snapM float64) (Edit, error) {
	if err := p.check(face); err != nil {
		return Edit{}, err
	}
	if err := checkLine(line); err != nil {
		return Edit{}, err
	}
	line, ends := p.attach(face, line, snapM, false)
	drawn := cutStrips(line, widen(p.boxes[face], 2))
	if len(drawn) == 0 {
		return Edit{}, refuse(RuleNotDivided, line[0])
	}
	o, err := p.sketch(drawn, []int32{face})
	if err != nil {
		return Edit{}, err
	}
	parts := o.parts(face)
	if len(parts) == 0 {
		return Edit{}, refuse(RuleNotDivided, line[0])
	}
	to := o.faces()
	for i, c := range parts[1:] {
		to[c] = int32(len(p.faces) + i)
	}
	if err := p.holdLine(o, to); err != nil {
		return Edit{}, err
	}
	return p.retake(o, to, ends)
}

// sketch lays drawn over some faces alone: the others are as if they were not there.
func (p *Plane) sketch(drawn []strip, faces []int32) (*overlay, error) {
	if err := p.checkSize(faces); err != nil {
		return nil, err
	}
	return newOverlay(p.strips(faces), drawn, widen(boxOf(drawn), 2), true)
}

// checkLine returns an error for a line that no edit takes.
func checkLine(line geo.Line) error {
	if len(line) == 0 {
		return &geo.InvalidError{Rule: geo.RuleEmpty}
	}
	if len(line) > MaxDrawnVertices {
		return refuse(geo.RuleTooManyVertices, line[0])
	}
	box := geo.EmptyBox()
	for _, v := range line {
		box = box.Extend(v)
	}
	if box.Min == box.Max {
		return refuse(geo.RuleLineTooShort, line[0])
	}
	return checkExtent(box)
}

func checkExtent(box geo.Box) error {
	if int64(box.Max.X)-int64(box.Min.X) > geo.MaxExtentUnits || int64(box.Max.Y)-int64(box.Min.Y) > geo.MaxExtentUnits {
		return refuse(geo.RuleExtent, box.Min)
	}
	return nil
}

// cutStrips returns the edges of line near box, as lines that bound nothing.
func cutStrips(line geo.Line, box geo.Box) []strip {
	var out []strip
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		if a != b && box.Intersects(geo.EmptyBox().Extend(a).Extend(b)) {
			out = append(out, strip{a, b, noLayer, 0})
		}
	}
	return out
}

// attach leads the ends of line that stop short of the border of a face, by at most snapM metres, to the border: to its
// nearest vertex if that is near enough too, else to its nearest point. Ends outside the face are led if outside says so.
func (p *Plane) attach(face int32, line geo.Line, snapM float64, outside bool) (geo.Line, []End) {
	if !(snapM > 0) || line[0] == line[len(line)-1] {
		return line, nil
	}
	var ends []End
	lead := func(from, next geo.Point) (geo.Point, bool) {
		if side := geo.Locate(p.faces[face], from); side == geo.Border || side == geo.Outside && !outside {
			return from, false
		}
		to, ok := p.nearestOnBorder(face, from, snapM)
		if !ok || to == from || p.meetsBorder(face, from, next, snapM) {
			return from, false
		}
		ends = append(ends, End{from, to, geo.DistanceM(from, to)})
		return to, true
	}
	first, atFirst := lead(line[0], line[1])
	last, atLast := lead(line[len(line)-1], line[len(line)-2])
	line = slices.Clone(line)
	if atFirst {
		line = slices.Insert(line, 0, first)
	}
	if atLast {
		line = append(line, last)
	}
	return line, ends
}

// meetsBorder reports whether the way from from to next meets the border of a face within maxM metres: then the end of
// the line does not fall short of the border but goes beyond it.
func (p *Plane) meetsBorder(face int32, from, next geo.Point, maxM float64) bool {
	way := link{a: from, b: next}
	for _, s := range p.strips([]int32{face}) {
		at, ok := crossingOf(way, link{a: s.a, b: s.b})
		if !ok && geo.OnSegment(s.a, from, next) {
			at, ok = s.a, true
		}
		if ok && geo.DistanceM(from, at) <= maxM {
			return true
		}
	}
	return false
}

// nearestOnBorder returns the vertex of a face nearest to from, or the nearest point of its border, within maxM metres.
func (p *Plane) nearestOnBorder(face int32, from geo.Point, maxM float64) (geo.Point, bool) {
	box := widen(geo.EmptyBox().Extend(from), unitsAround(from, maxM))
	vertexM, edgeM := maxM, maxM
	var vertex, onEdge geo.Point
	haveVertex, haveEdge := false, false
	for _, s := range p.strips([]int32{face}) {
		if !box.Intersects(geo.EmptyBox().Extend(s.a).Extend(s.b)) {
			continue
		}
		if d := geo.DistanceM(from, s.a); d < vertexM || d == vertexM && (!haveVertex || s.a.Less(vertex)) {
			vertex, vertexM, haveVertex = s.a, d, true
		}
		if d := geo.DistanceToSegmentM(from, s.a, s.b); d < edgeM || d == edgeM && !haveEdge {
			onEdge, edgeM, haveEdge = project(from, s.a, s.b), d, true
		}
	}
	if haveVertex {
		return vertex, true
	}
	return onEdge, haveEdge
}

// faces returns for every cell the face there.
func (o *overlay) faces() []int32 {
	out := make([]int32, len(o.labels))
	for c, l := range o.labels {
		out[c] = l[faceLayer]
	}
	return out
}

// parts returns the cells of those polygons of a face that are cut into several, the largest first, those of one size
// by their smallest vertex.
func (o *overlay) parts(face int32) []int32 {
	var out []int32
	for _, cells := range o.divided(face) {
		out = append(out, cells...)
	}
	o.sortBySize(out)
	return out
}

// divided returns the cells of each polygon of a face, or of none, that drawn lines cut into several, the largest first.
func (o *overlay) divided(face int32) [][]int32 {
	whole := newSets(len(o.labels))
	for i, s := range o.seams {
		if !s.bounds[faceLayer] {
			whole.join(o.cellOf[2*i], o.cellOf[2*i+1])
		}
	}
	cells := make(map[int32][]int32)
	var roots []int32
	for c, l := range o.labels {
		if l[faceLayer] != face {
			continue
		}
		root := whole.find(int32(c))
		if cells[root] == nil {
			roots = append(roots, root)
		}
		cells[root] = append(cells[root], int32(c))
	}
	var out [][]int32
	for _, root := range roots {
		if len(cells[root]) > 1 {
			o.sortBySize(cells[root])
			out = append(out, cells[root])
		}
	}
	return out
}

// sortBySize sorts cells, the largest first.
func (o *overlay) sortBySize(cells []int32) {
	area := make([]int64, len(o.labels))
	low := make([]int, len(o.labels)) // the first side, whose seam has the smallest vertex
	for s := len(o.cellOf) - 1; s >= 0; s-- {
		e, first := o.seams[s/2].edge, o.seams[0].a
		twice := (e.a.x-first.x)*(e.b.y-first.y) - (e.a.y-first.y)*(e.b.x-first.x)
		if s&1 == 1 {
			twice = -twice
		}
		area[o.cellOf[s]] += twice
		low[o.cellOf[s]] = s
	}
	slices.SortFunc(cells, func(c, d int32) int { return cmp.Or(cmp.Compare(area[d], area[c]), cmp.Compare(low[c], low[d])) })
}

// holdLine fails when a drawn line leaves a face over the outline and comes back over it, and what it divides there
// changes hands: only its ends may lie beyond. o must be a sketch of that face.
func (p *Plane) holdLine(o *overlay, to []int32) error {
	nearest := p.outlineEnds(o)
	used := make(map[geo.Point]bool)
	outside := make(map[geo.Point][]geo.Point) // drawn, beyond the outline
	for i, s := range o.seams {
		if s.border {
			continue
		}
		a, b := pointOf(s.a), pointOf(s.b)
		l, r := o.cellOf[2*i], o.cellOf[2*i+1]
		if to[l] != to[r] {
			used[a], used[b] = true, true
		}
		if o.labels[l][faceLayer] == Outside {
			outside[a], outside[b] = append(outside[a], b), append(outside[b], a)
		}
	}
	for _, at := range sortedPoints(nearest) {
		if used[at] && comesBack(at, outside, nearest) {
			return refuse(RuleOutlineFixed, nearest[at])
		}
	}
	return nil
}

// comesBack reports whether ways lead from one point of the outline to another.
func comesBack(from geo.Point, ways map[geo.Point][]geo.Point, outline map[geo.Point]geo.Point) bool {
	seen := map[geo.Point]bool{from: true}
	for queue := []geo.Point{from}; len(queue) > 0; {
		at := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, next := range ways[at] {
			if seen[next] {
				continue
			}
			if _, on := outline[next]; on {
				return true
			}
			seen[next] = true
			queue = append(queue, next)
		}
	}
	return false
}

func sortedPoints(m map[geo.Point]geo.Point) []geo.Point {
	out := make([]geo.Point, 0, len(m))
	for p := range m {
		out = append(out, p)
	}
	slices.SortFunc(out, comparePoints)
	return out
}
