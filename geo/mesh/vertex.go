package mesh

import (
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

// MoveVertex moves a vertex of borders; all borders that meet there follow, however many. A place within half a unit of
// another border joins that. Every error is a *geo.InvalidError that names a rule and its spot: no vertex at at, one of
// the outline or between groups, or borders that would cross.
func (p *Plane) MoveVertex(at, to geo.Point) (Edit, error) {
	return p.replaceVertex(at, []geo.Point{to})
}

// RemoveVertex takes a vertex out of the one border that runs through it. Every error is a *geo.InvalidError that names
// a rule and its spot: no vertex there, a junction, a vertex of the outline or between groups, borders that would cross.
func (p *Plane) RemoveVertex(at geo.Point) (Edit, error) { return p.replaceVertex(at, nil) }

// replaceVertex puts other vertices into all borders in the place of at.
func (p *Plane) replaceVertex(at geo.Point, by []geo.Point) (Edit, error) {
	near := p.near(geo.EmptyBox().Extend(at))
	var touched []int32
	var leaving []strip
	for _, s := range p.strips(near) {
		if s.a == at || s.b == at {
			leaving = append(leaving, s)
			touched = append(touched, s.label)
		}
	}
	if err := p.holdVertex(at, leaving, by == nil); err != nil {
		return Edit{}, err
	}
	drawn := replaced(leaving, at, by)
	box := boxOf(leaving).Union(boxOf(drawn))
	if err := checkExtent(box); err != nil {
		return Edit{}, err
	}
	without := make(map[strip]bool, len(leaving))
	for _, s := range leaving {
		without[s] = true
	}
	o, near, err := p.lay(laying{drawn: drawn, box: box, without: without})
	if err != nil {
		return Edit{}, err
	}
	s := settlement{plane: p, overlay: o, near: near, final: o.faces(), touched: touched}
	return s.edit()
}

// holdVertex fails unless the edges that meet in at may move, to be one if joined.
func (p *Plane) holdVertex(at geo.Point, edges []strip, joined bool) error {
	sides := make(map[[2]geo.Point][]int32)
	for _, s := range edges {
		k := risingEnds(s.a, s.b)
		sides[k] = append(sides[k], s.label)
	}
	if len(sides) == 0 {
		return refuse(RuleNoVertex, at)
	}
	onOutline, betweenGroups := false, false
	for _, faces := range sides {
		if len(faces) == 1 {
			onOutline = true
		} else if p.groups[faces[0]] != p.groups[faces[1]] {
			betweenGroups = true
		}
	}
	switch {
	case p.loose:
	case onOutline:
		return refuse(RuleOutlineFixed, at)
	case betweenGroups:
		return refuse(RuleGroupFixed, at)
	}
	if joined && len(sides) != 2 {
		return refuse(RuleJunction, at)
	}
	return nil
}

// replaced returns edges with at replaced, or without it: then the edges of a face that meet there become one.
func replaced(edges []strip, at geo.Point, by []geo.Point) []strip {
	var out []strip
	add := func(s strip) {
		if s.a != s.b {
			s.layer = faceLayer
			out = append(out, s)
		}
	}
	for _, s := range edges {
		switch {
		case len(by) > 0 && s.a == at:
			add(strip{by[0], s.b, faceLayer, s.label})
		case len(by) > 0:
			add(strip{s.a, by[0], faceLayer, s.label})
		case s.b == at:
			for _, t := range edges {
				if t.a == at && t.label == s.label {
					add(strip{s.a, t.b, faceLayer, s.label})
				}
			}
		}
	}
	return out
}

// InsertVertex puts a vertex into the border nearest to at, within maxM metres of it: at the place nearest to at, which
// moves the border by at most 0.71 units there. Every error is a *geo.InvalidError that names a rule and its spot: no
// border near enough, one whose nearest place is a vertex already, the outline, a border between groups.
func (p *Plane) InsertVertex(at geo.Point, maxM float64) (Edit, error) {
	if !(maxM >= 0) {
		return Edit{}, refuse(RuleNoVertex, at)
	}
	near := p.near(widen(geo.EmptyBox().Extend(at), unitsAround(at, maxM)))
	if err := p.checkSize(near); err != nil {
		return Edit{}, err
	}
	best, bestM, found := strip{}, maxM, false
	for _, s := range p.strips(near) {
		d := geo.DistanceToSegmentM(at, s.a, s.b)
		if d > bestM || d == bestM && found && !before(s, best) {
			continue
		}
		best, bestM, found = s, d, true
	}
	if !found {
		return Edit{}, refuse(RuleNoVertex, at)
	}
	v := project(at, best.a, best.b)
	if v == best.a || v == best.b {
		return Edit{}, refuse(RuleNoVertex, v)
	}
	drawn := []strip{{v, v, noLayer, 0}}
	o, near, err := p.lay(laying{drawn: drawn, box: boxOf(drawn)})
	if err != nil {
		return Edit{}, err
	}
	s := settlement{plane: p, overlay: o, near: near, final: o.faces()}
	e, err := s.edit()
	if err == nil && len(e.Faces) == 0 {
		err = refuse(RuleNoVertex, v)
	}
	e.Bent = slices.DeleteFunc(e.Bent, func(b Bend) bool { return b.At == v }) // that one was asked for
	return e, err
}

// before orders edges by their ends.
func before(s, t strip) bool {
	a, b := risingEnds(s.a, s.b), risingEnds(t.a, t.b)
	return a[0].Less(b[0]) || a[0] == b[0] && a[1].Less(b[1])
}

// project returns the point of the segment from a to b nearest to p, as DistanceToSegmentM measures, rounded.
func project(p, a, b geo.Point) geo.Point {
	a, b = risingEnds(a, b)[0], risingEnds(a, b)[1]
	kx := math.Cos(float64(p.Y) / geo.UnitsPerDegree * math.Pi / 180)
	ax, ay := float64(int64(a.X)-int64(p.X)), float64(int64(a.Y)-int64(p.Y))
	dx, dy := float64(int64(b.X)-int64(a.X)), float64(int64(b.Y)-int64(a.Y))
	t := max(0, min(1, -(ax*dx*kx*kx+ay*dy)/(dx*dx*kx*kx+dy*dy)))
	return geo.Point{X: a.X + int32(math.Floor(t*dx+0.5)), Y: a.Y + int32(math.Floor(t*dy+0.5))}
}
