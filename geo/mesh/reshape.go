package mesh

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
)

// Reshape lets the border of a face run along line, from where line first meets it to where it last does. What the face
// gains its neighbours lose, junctions of three or more borders included. What it gives up goes, piece by piece, to the
// neighbour of its group with the longest old border to the piece; in a loose plane that may be none. Where line runs
// through the face, the face keeps the largest part.
//
// A line that meets the border once and the outline otherwise moves the end of a border along the outline: the smaller
// of the two places that line makes of the neighbours is gained. An end within snapM metres of the border is led to it,
// one on or beyond the outline goes to the outline's nearest vertex.
//
// Every error is a *geo.InvalidError that names a rule and its spot.
func (p *Plane) Reshape(face int32, line geo.Line, snapM float64) (Edit, error) {
	if err := p.check(face); err != nil {
		return Edit{}, err
	}
	if err := checkLine(line); err != nil {
		return Edit{}, err
	}
	line, ends := p.attach(face, line, snapM, true)
	areas, err := p.swept(face, line)
	if err != nil {
		return Edit{}, err
	}
	o, _, err := p.lay(laying{drawn: areas, box: boxOf(areas)})
	if err != nil {
		return Edit{}, err
	}
	to, err := p.deal(o, face)
	if err != nil {
		return Edit{}, err
	}
	return p.retake(o, to, ends)
}

// The labels of what Reshape sweeps over.
const (
	gained = iota
	lost
)

// swept returns what a face gains and loses when line becomes its border, without regard to who has it now, as edges
// around areas.
func (p *Plane) swept(face int32, line geo.Line) ([]strip, error) {
	rest := int32(Outside)
	base := p.strips([]int32{face})
	kept, err := betweenContacts(base, line)
	if err != nil {
		return nil, err
	}
	if len(kept) < 2 {
		if p.loose {
			return nil, refuse(RuleNoContact, line[0])
		}
		rest = int32(len(p.faces))
		base = p.againstRest(face, line, rest)
		if kept, err = betweenContacts(base, line); err != nil {
			return nil, err
		}
		if len(kept) < 2 {
			return nil, refuse(RuleNoContact, line[0])
		}
	}
	drawn := cutStrips(kept, boxOfLine(kept))
	o, err := newOverlay(base, drawn, widen(boxOf(drawn), 2), true)
	if err != nil {
		return nil, err
	}
	labels := make([]int32, len(o.labels))
	for c := range labels {
		labels[c] = Outside
	}
	for _, cells := range o.divided(face) {
		for _, c := range cells[1:] {
			labels[c] = lost
		}
	}
	for _, c := range o.pockets(face, rest) {
		labels[c] = gained
	}
	edges := o.around(labels)
	if len(edges) == 0 {
		return nil, refuse(RuleNoContact, line[0])
	}
	return edges, nil
}

func boxOfLine(line geo.Line) geo.Box {
	box := geo.EmptyBox()
	for _, v := range line {
		box = box.Extend(v)
	}
	return box
}

// againstRest returns the borders of a face and the outline near line: all other faces become one, rest.
func (p *Plane) againstRest(face int32, line geo.Line, rest int32) []strip {
	strips := p.strips(p.near(boxOfLine(line)))
	label := func(s strip) int32 {
		if s.label != face {
			return rest
		}
		return face
	}
	beside := make(map[latticeEdge]int32, len(strips))
	for _, s := range strips {
		beside[latticeEdge{s.a, s.b}] = label(s)
	}
	var out []strip
	for _, s := range strips {
		s.label = label(s)
		if other, ok := beside[latticeEdge{s.b, s.a}]; !ok || other != s.label {
			out = append(out, s)
		}
	}
	return out
}

// betweenContacts returns the part of line between its first and last contact with base, cut where it crosses that.
func betweenContacts(base []strip, line geo.Line) (geo.Line, error) {
	box := boxOfLine(line)
	o, err := newOverlay(base, cutStrips(line, box), widen(box, 2), true)
	if err != nil {
		return nil, err
	}
	on := make(map[geo.Point]bool)
	for _, s := range o.seams {
		if s.border {
			on[pointOf(s.a)], on[pointOf(s.b)] = true, true
		}
	}
	var path geo.Line
	last := 0
	for _, l := range o.drawn {
		for _, v := range [2]geo.Point{l.a, l.b} {
			if len(path) == 0 && !on[v] || len(path) > 0 && path[len(path)-1] == v {
				continue
			}
			path = append(path, v)
			if on[v] {
				last = len(path)
			}
		}
	}
	return path[:last], nil
}

// pockets returns the cells of rest that drawn lines cut off and that hang together with the face.
func (o *overlay) pockets(face, rest int32) []int32 {
	var out []int32
	touching := o.touching(face)
	for _, cells := range o.divided(rest) {
		keep := slices.IndexFunc(cells, func(c int32) bool { return c == 0 }) // what lies around everything
		if rest != Outside {
			// The part that does not touch the face stays.
			keep = slices.IndexFunc(cells, func(c int32) bool { return !touching[c] })
		}
		for i, c := range cells {
			if i != keep && !(keep < 0 && i == 0) && (touching[c] || rest == Outside) {
				out = append(out, c)
			}
		}
	}
	return o.reached(out, touching)
}

// reached returns those of cells that are in from or share an edge with one that is reached.
func (o *overlay) reached(cells []int32, from map[int32]bool) []int32 {
	among := make(map[int32]bool)
	for _, c := range cells {
		among[c] = true
	}
	together := newSets(len(o.labels))
	for i := range o.seams {
		if l, r := o.cellOf[2*i], o.cellOf[2*i+1]; among[l] && among[r] {
			together.join(l, r)
		}
	}
	roots := make(map[int32]bool)
	for _, c := range cells {
		if from[c] {
			roots[together.find(c)] = true
		}
	}
	return slices.DeleteFunc(cells, func(c int32) bool { return !roots[together.find(c)] })
}

// touching returns the cells that share an edge of its border with a face.
func (o *overlay) touching(face int32) map[int32]bool {
	out := make(map[int32]bool)
	for i := range o.seams {
		l, r := o.cellOf[2*i], o.cellOf[2*i+1]
		switch face {
		case o.labels[l][faceLayer]:
			out[r] = true
		case o.labels[r][faceLayer]:
			out[l] = true
		}
	}
	return out
}

// deal returns for every cell its face after a reshape.
func (p *Plane) deal(o *overlay, face int32) ([]int32, error) {
	to := o.faces()
	givenUp := func(c int32) bool { return o.labels[c] == [layers]int32{face, lost} }
	pieces := newSets(len(o.labels))
	for i := range o.seams {
		if l, r := o.cellOf[2*i], o.cellOf[2*i+1]; givenUp(l) && givenUp(r) {
			pieces.join(l, r)
		}
	}
	borderM := make(map[int32]map[int32]float64) // piece → neighbour → metres
	for i, s := range o.seams {
		l, r := o.cellOf[2*i], o.cellOf[2*i+1]
		if givenUp(r) {
			l, r = r, l
		}
		other := o.labels[r][faceLayer]
		if !givenUp(l) || other == face || !p.inherits(other, face) {
			continue
		}
		piece := pieces.find(l)
		if borderM[piece] == nil {
			borderM[piece] = make(map[int32]float64)
		}
		borderM[piece][other] += geo.DistanceM(pointOf(s.a), pointOf(s.b))
	}
	for i, s := range o.seams {
		for _, c := range [2]int32{o.cellOf[2*i], o.cellOf[2*i+1]} {
			switch l := o.labels[c]; {
			case l[areaLayer] == gained && l[faceLayer] == Outside && !p.loose:
				return nil, refuse(RuleOutlineFixed, p.outlineNear(o, pointOf(s.a)))
			case l[areaLayer] == gained:
				to[c] = face
			case givenUp(c):
				heir, ok := longest(borderM[pieces.find(c)])
				if !ok {
					return nil, refuse(RuleNoHeir, pointOf(s.a))
				}
				to[c] = heir
			}
		}
	}
	return to, nil
}

// inherits reports whether what face gives up may go to other.
func (p *Plane) inherits(other, face int32) bool {
	if other == Outside {
		return p.loose
	}
	return p.groups[other] == p.groups[face]
}

// longest returns the neighbour with the longest border, the one with the lowest number for a tie.
func longest(borderM map[int32]float64) (int32, bool) {
	best, found := int32(0), false
	for k, m := range borderM {
		if !found || cmp.Or(cmp.Compare(m, borderM[best]), cmp.Compare(best, k)) > 0 {
			best, found = k, true
		}
	}
	return best, found
}

// outlineNear returns the vertex of the outline nearest to at among those near it.
func (p *Plane) outlineNear(o *overlay, at geo.Point) geo.Point {
	best, bestM := at, -1.0
	for k := range o.front {
		if _, both := o.back[k]; !both {
			best, bestM = nearer(at, k, best, bestM)
		}
	}
	for k := range o.back {
		if _, both := o.front[k]; !both {
			best, bestM = nearer(at, k, best, bestM)
		}
	}
	return best
}

// nearer returns which of best, bestM metres away unless that is negative, and the ends of an edge is nearest to at.
func nearer(at geo.Point, ends [2]geo.Point, best geo.Point, bestM float64) (geo.Point, float64) {
	for _, v := range ends {
		if d := geo.DistanceM(at, v); bestM < 0 || d < bestM || d == bestM && v.Less(best) {
			best, bestM = v, d
		}
	}
	return best, bestM
}
