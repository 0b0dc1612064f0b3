package synth

import (
	"cmp"
	"math"
	"slices"
)

// triangulation is the Delaunay triangulation of points. Half-edge e runs from corners[e] to the next corner of its
// triangle e/3, counter-clockwise; opposite[e] is the same edge in the neighbouring triangle, -1 on the hull.
type triangulation struct {
	points   []vec
	corners  []int32
	opposite []int32
}

func nextInTriangle(e int32) int32 {
	if e%3 == 2 {
		return e - 2
	}
	return e + 1
}

// triangulate puts the points one after the other into a triangle that holds them all, splits the triangle that each lies
// in, and flips edges until the circumcircle rule holds again (C. Lawson, Software for C1 surface interpolation, 1977);
// neighbours come one after the other, so the search for the triangle is short. Then what touches the outer triangle goes. Points
// must be in general position up to rounding: callers jitter them.
func triangulate(points []vec) *triangulation {
	n := int32(len(points))
	t := &triangulation{points: append(slices.Clip(points), around(points)...)}
	t.corners = append(make([]int32, 0, 6*n+3), n, n+1, n+2)
	t.opposite = append(make([]int32, 0, 6*n+3), -1, -1, -1)
	last := int32(0)
	for _, i := range alongCurve(points) {
		last = t.insert(i, t.find(points[i], last))
	}
	t.keepBelow(n)
	return t
}

// around returns the corners of a triangle far around the points, counter-clockwise.
func around(points []vec) []vec {
	lo, hi := vec{math.Inf(1), math.Inf(1)}, vec{math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		lo, hi = vec{min(lo.x, p.x), min(lo.y, p.y)}, vec{max(hi.x, p.x), max(hi.y, p.y)}
	}
	mid, far := lo.to(hi, 0.5), 100*max(hi.x-lo.x, hi.y-lo.y, 1)
	return []vec{{mid.x - far, mid.y - far}, {mid.x + far, mid.y - far}, {mid.x, mid.y + far}}
}

// alongCurve lists the points in rows of squares, to and fro, so that each is near the one before.
func alongCurve(points []vec) []int32 {
	box := around(points)
	side := (box[1].x - box[0].x) / 200 / math.Sqrt(float64(len(points))) * 2 // a square holds a few points
	type place struct {
		row, along float64
		i          int32
	}
	places := make([]place, len(points))
	for i, p := range points {
		row := math.Floor((p.y - box[0].y) / side)
		along := p.x
		if math.Mod(row, 2) == 1 {
			along = -p.x
		}
		places[i] = place{row, along, int32(i)}
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.along, b.along), cmp.Compare(a.i, b.i))
	})
	order := make([]int32, len(places))
	for k, p := range places {
		order[k] = p.i
	}
	return order
}

// find walks from the triangle of half-edge e to the one that holds p, and returns one of its half-edges.
func (t *triangulation) find(p vec, e int32) int32 {
	e -= e % 3
	for steps := 0; steps <= len(t.corners); steps++ { // a bound, should rounding ever send the walk round in a circle
		crossed := int32(-1)
		for k := e; k < e+3; k++ {
			if t.left(k, p) < 0 && t.opposite[k] >= 0 {
				crossed = t.opposite[k]
				break
			}
		}
		if crossed < 0 {
			return e
		}
		e = crossed - crossed%3
	}
	return e
}

// left is positive when p lies to the left of half-edge e.
func (t *triangulation) left(e int32, p vec) float64 {
	a, b := t.points[t.corners[e]], t.points[t.corners[nextInTriangle(e)]]
	return b.sub(a).cross(p.sub(a))
}

// insert splits the triangle of half-edge e at point i and returns a half-edge of a triangle at the point.
func (t *triangulation) insert(i, e int32) int32 {
	e -= e % 3
	a, b, c := t.corners[e], t.corners[e+1], t.corners[e+2]
	outerB, outerC := t.opposite[e+1], t.opposite[e+2]
	second, third := int32(len(t.corners)), int32(len(t.corners))+3
	t.corners[e+2] = i // a b i
	t.corners = append(t.corners, b, c, i, c, a, i)
	t.opposite = append(t.opposite, -1, -1, -1, -1, -1, -1)
	t.join(second, outerB)
	t.join(third, outerC)
	t.join(e+1, second+2)
	t.join(second+1, third+2)
	t.join(third+1, e+2)
	doubtful := []int32{e, second, third} // each faces the new point
	for len(doubtful) > 0 {
		d := doubtful[len(doubtful)-1]
		doubtful = doubtful[:len(doubtful)-1]
		if o := t.opposite[d]; o >= 0 && t.tooClose(d, o) {
			doubtful = append(doubtful, t.flip(d, o)...)
		}
	}
	return e
}

// tooClose reports whether the far corner beyond o lies in the circumcircle of the triangle of d.
func (t *triangulation) tooClose(d, o int32) bool {
	n := nextInTriangle(d)
	p := t.points[t.corners[nextInTriangle(nextInTriangle(o))]]
	a, b, c := t.points[t.corners[d]].sub(p), t.points[t.corners[n]].sub(p), t.points[t.corners[nextInTriangle(n)]].sub(p)
	return a.dot(a)*b.cross(c)+b.dot(b)*c.cross(a)+c.dot(c)*a.cross(b) > 0
}

// flip gives the two triangles on either side of d, o the other diagonal, and returns the half-edges that face the corner
// opposite d from beyond.
func (t *triangulation) flip(d, o int32) []int32 {
	d1, o1 := nextInTriangle(d), nextInTriangle(o)
	d2, o2 := nextInTriangle(d1), nextInTriangle(o1)
	apex, far := t.corners[d2], t.corners[o2]
	outerD, outerO := t.opposite[d1], t.opposite[o1]
	// d: a→b, apex c; o: b→a, far f. They become a→f, f→c, c→a and b→c, c→f, f→b.
	t.corners[d1], t.corners[o1] = far, apex
	t.join(d, outerO)
	t.join(o, outerD)
	t.join(d1, o1)
	return []int32{d, o2}
}

func (t *triangulation) join(a, b int32) {
	t.opposite[a] = b
	if b >= 0 {
		t.opposite[b] = a
	}
}

// keepBelow takes away the triangles that have a corner from n on, and these corners.
func (t *triangulation) keepBelow(n int32) {
	moved := make([]int32, len(t.corners)/3)
	kept := int32(0)
	for k := range moved {
		moved[k] = -1
		if max(t.corners[3*k], t.corners[3*k+1], t.corners[3*k+2]) < n {
			moved[k] = kept
			kept++
		}
	}
	for k, to := range moved {
		for e := 3 * k; to >= 0 && e < 3*k+3; e++ {
			target := 3*int(to) + e%3
			t.corners[target] = t.corners[e]
			o := t.opposite[e]
			if o >= 0 {
				o = max(3*moved[o/3]+o%3, -1) // of a triangle that goes, it is negative
			}
			t.opposite[target] = o
		}
	}
	t.corners, t.opposite, t.points = t.corners[:3*kept], t.opposite[:3*kept], t.points[:n]
}

// circumcentre returns the centre of the circle through a, b, c, far away when they are nearly on one line.
func circumcentre(a, b, c vec) vec {
	d, e := b.sub(a), c.sub(a)
	k := 0.5 / d.cross(e)
	dd, ee := d.dot(d), e.dot(e)
	return vec{a.x + (e.y*dd-d.y*ee)*k, a.y + (d.x*ee-e.x*dd)*k}
}
