package mesh

import "slices"

// An edge is a directed edge on the fine lattice.
type edge struct{ a, b vec }

// turns returns for every edge the one that continues it around the area to its left: the first edge clockwise from
// the way back. Edges must not cross. An edge whose end no edge leaves continues with -1.
func turns(edges []edge) []int32 {
	order := make([]int32, len(edges))
	for i := range order {
		order[i] = int32(i)
	}
	direction := func(e int32) vec { return vec{edges[e].b.x - edges[e].a.x, edges[e].b.y - edges[e].a.y} }
	slices.SortFunc(order, func(e, f int32) int {
		if c := edges[e].a.compare(edges[f].a); c != 0 {
			return c
		}
		if c := compareAngle(direction(e), direction(f)); c != 0 {
			return c
		}
		return int(e - f)
	})
	next := make([]int32, len(edges))
	for e := range edges {
		first, _ := slices.BinarySearchFunc(order, edges[e].b, func(f int32, at vec) int { return edges[f].a.compare(at) })
		end, _ := slices.BinarySearchFunc(order, edges[e].b, func(f int32, at vec) int {
			if edges[f].a.compare(at) <= 0 {
				return -1
			}
			return 1
		})
		if first == end {
			next[e] = -1
			continue
		}
		fan := order[first:end]
		back := vec{edges[e].a.x - edges[e].b.x, edges[e].a.y - edges[e].b.y}
		i, _ := slices.BinarySearchFunc(fan, back, func(f int32, d vec) int { return compareAngle(direction(f), d) })
		next[e] = fan[(i+len(fan)-1)%len(fan)]
	}
	return next
}

// A loop is a closed walk along edges that meets no vertex twice. Loops of one boundary have the same boundary number:
// together they bound one connected piece of area.
type loop struct {
	edges    []int32
	boundary int
	outer    bool // runs counter-clockwise
}

// loops cuts the boundaries of the area to the left of edges into loops, ordered by their first edges. Edges that are
// part of no closed walk are left out.
func loops(edges []edge) []loop {
	next := turns(edges)
	seen := make([]bool, len(edges))
	var out []loop
	for start := range edges {
		if seen[start] {
			continue
		}
		var walk []int32
		e := int32(start)
		for e >= 0 && !seen[e] {
			seen[e] = true
			walk = append(walk, e)
			e = next[e]
		}
		if e == int32(start) {
			out = cut(out, edges, walk, start)
		}
	}
	return out
}

// cut cuts a closed walk wherever it comes back to a vertex, and appends the loops to out.
func cut(out []loop, edges []edge, walk []int32, boundary int) []loop {
	at := make(map[vec]int, len(walk)) // vertex → place in stack of the edge that starts there
	var stack []int32
	for _, e := range walk {
		at[edges[e].a] = len(stack)
		stack = append(stack, e)
		from, met := at[edges[e].b]
		if !met {
			continue
		}
		l := loop{edges: slices.Clone(stack[from:]), boundary: boundary}
		l.outer = counterClockwise(edges, l.edges)
		out = append(out, l)
		for _, f := range stack[from:] {
			delete(at, edges[f].a)
		}
		stack = stack[:from]
	}
	return out
}

// counterClockwise reports whether a simple loop runs so: by its turn at the smallest vertex.
func counterClockwise(edges []edge, l []int32) bool {
	low := 0
	for i := range l {
		if edges[l[i]].a.less(edges[l[low]].a) {
			low = i
		}
	}
	before, after := edges[l[(low+len(l)-1)%len(l)]], edges[l[low]]
	return orient(before.a, after.a, after.b) > 0
}
