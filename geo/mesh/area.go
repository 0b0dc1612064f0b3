package mesh

import "slices"

// An area is a connected piece of plane: its loops, the outer one first.
type area []loop

// assemble returns the areas to the left of edges, which must not cross; equal edges must not occur. What lies to
// the left of edges but has no outer bound is left out. Areas are ordered by their outer loops' first edges.
func assemble(edges []edge) []area {
	all := loops(edges)
	outers := make(map[int]int) // boundary → its area
	var areas []area
	for _, l := range all {
		if l.outer {
			outers[l.boundary] = len(areas)
			areas = append(areas, area{l})
		}
	}
	owner := make(map[int]int, len(outers)) // boundary → its area, -1 for the unbounded one
	for b, a := range outers {
		owner[b] = a
	}
	locateHoles(edges, all, owner)
	for _, l := range all {
		if a := owner[l.boundary]; !l.outer && a >= 0 {
			areas[a] = append(areas[a], l)
		}
	}
	return areas
}

// locateHoles completes owner for boundaries without an outer loop: the nearest edge west of a boundary's smallest
// vertex bounds the same area. Boundaries are taken in the order of those vertices, so that the answer for a nearer
// one is known.
func locateHoles(edges []edge, all []loop, owner map[int]int) {
	type hole struct {
		boundary int
		low      vec
	}
	var holes []hole
	boundaryOf := slices.Repeat([]int{-1}, len(edges))
	for _, l := range all {
		low := edges[l.edges[0]].a
		for _, e := range l.edges {
			boundaryOf[e] = l.boundary
			if edges[e].a.less(low) {
				low = edges[e].a
			}
		}
		if _, known := owner[l.boundary]; !known {
			holes = append(holes, hole{l.boundary, low})
		}
	}
	if len(holes) == 0 {
		return
	}
	slices.SortFunc(holes, func(h, k hole) int { return h.low.compare(k.low) })
	g := newGrid(len(edges), func(i int) edge { return edges[i] })
	for _, h := range holes {
		if _, known := owner[h.boundary]; known {
			continue // a boundary of several loops
		}
		owner[h.boundary] = -1
		if e := nearestWest(g, edges, h.low); e >= 0 {
			if a, known := owner[boundaryOf[e]]; known { // else e is of no loop: edges that cross after all
				owner[h.boundary] = a
			}
		}
	}
}

// nearestWest returns the edge that a ray to the west from just above p meets first, or -1. Of an edge that is there in
// both directions it is the one down, which has p to its left.
func nearestWest(g *grid, edges []edge, p vec) int32 {
	best := int32(-1)
	g.west(p, func(e int32) {
		up, ok := crossesWest(edges[e], p)
		if !ok {
			return
		}
		if best < 0 || eastOf(up, upward(edges[best])) || up == upward(edges[best]) && edges[e] != up {
			best = e
		}
	})
	return best
}

// crossesWest reports whether e crosses the ray to the west from just above p, and returns e upward. Edges through p
// do not.
func crossesWest(e edge, p vec) (up edge, ok bool) {
	if (e.a.y <= p.y) == (e.b.y <= p.y) || min(e.a.x, e.b.x) > p.x {
		return e, false
	}
	up = upward(e)
	return up, orient(up.a, up.b, p) < 0
}

// upward returns e or its reverse, whichever goes up.
func upward(e edge) edge {
	if e.b.y < e.a.y {
		return edge{e.b, e.a}
	}
	return e
}

// eastOf reports whether e lies east of f, for edges that go up, do not cross, and share a span of y.
func eastOf(e, f edge) bool {
	if e.a.y >= f.a.y {
		if o := orient(f.a, f.b, e.a); o != 0 {
			return o < 0
		}
		return orient(f.a, f.b, e.b) < 0
	}
	if o := orient(e.a, e.b, f.a); o != 0 {
		return o > 0
	}
	return orient(e.a, e.b, f.b) > 0
}
