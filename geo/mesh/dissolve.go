package mesh

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
)

// Dissolve returns the union of parts whose borders match vertex for vertex, like the outline of a proven tiling.
// Every part must be valid and none may overlap another. Holes and exclaves stay; where borders do not match, both
// remain and the result is not valid. Vertices at which only inner borders ended stay, so that borders keep matching.
func Dissolve(parts []geo.MultiPolygon) geo.MultiPolygon {
	h := newHalfEdges(parts)
	h.pair()
	var left []latticeEdge
	for e, t := range h.twin {
		if t < 0 && h.isEdge(int32(e)) {
			left = append(left, latticeEdge{h.pts[e], h.pts[e+1]})
		}
	}
	return assemblePolygons(left)
}

// Dissolve returns the unions of the faces of every group: face k belongs to group[k], from 0 to groups-1, or to none
// if that is negative. Borders between groups stay shared. See the function Dissolve.
func (m *Mesh) Dissolve(group []int32, groups int) []geo.MultiPolygon {
	of := func(face int32) int32 {
		if face == Outside || int(face) >= len(group) || int(group[face]) >= groups {
			return -1
		}
		return max(group[face], -1)
	}
	edges := make([][]latticeEdge, groups)
	for _, arc := range m.arcs {
		left, right := of(arc.Left), of(arc.Right)
		if left == right {
			continue
		}
		for i := 1; i < len(arc.Line); i++ {
			a, b := arc.Line[i-1], arc.Line[i]
			if left >= 0 {
				edges[left] = append(edges[left], latticeEdge{a, b})
			}
			if right >= 0 {
				edges[right] = append(edges[right], latticeEdge{b, a})
			}
		}
	}
	out := make([]geo.MultiPolygon, groups)
	for g := range out {
		out[g] = assemblePolygons(edges[g])
	}
	return out
}

// latticeEdge is a directed edge with the area to its left.
type latticeEdge struct{ a, b geo.Point }

// assemblePolygons puts edges together. The result does not depend on their order: rings start at their smallest
// vertex, polygons and holes are ordered by it.
func assemblePolygons(edges []latticeEdge) geo.MultiPolygon {
	plain := make([]edge, len(edges))
	for i, e := range edges {
		plain[i] = edge{vec{int64(e.a.X), int64(e.a.Y)}, vec{int64(e.b.X), int64(e.b.Y)}}
	}
	slices.SortFunc(plain, func(e, f edge) int { return cmp.Or(e.a.compare(f.a), e.b.compare(f.b)) })
	var out geo.MultiPolygon
	for _, place := range assemble(slices.Compact(plain)) {
		var poly geo.Polygon
		for _, l := range place {
			poly = append(poly, latticeRing(plain, l))
		}
		slices.SortFunc(poly[1:], func(r, s geo.Ring) int { return comparePoints(r[0], s[0]) })
		out = append(out, poly)
	}
	slices.SortFunc(out, func(p, q geo.Polygon) int { return comparePoints(p[0][0], q[0][0]) })
	return out
}

// latticeRing returns a loop from its smallest vertex on.
func latticeRing(edges []edge, l loop) geo.Ring {
	low := 0
	for i, e := range l.edges {
		if edges[e].a.less(edges[l.edges[low]].a) {
			low = i
		}
	}
	r := make(geo.Ring, len(l.edges))
	for i := range r {
		v := edges[l.edges[(low+i)%len(l.edges)]].a
		r[i] = geo.Point{X: int32(v.x), Y: int32(v.y)}
	}
	return r
}

func comparePoints(p, q geo.Point) int { return cmp.Or(cmp.Compare(p.X, q.X), cmp.Compare(p.Y, q.Y)) }
