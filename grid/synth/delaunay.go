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

	centre             vec
	hullNext, hullPrev []int32
	hullTri            []int32
	hullHash           []int32
	hullStart          int32
	stack              []int32
}

func nextInTriangle(e int32) int32 {
	if e%3 == 2 {
		return e - 2
	}
	return e + 1
}

// triangulate sweeps the points outward from a seed triangle and flips edges until the circumcircle rule holds
// (Delaunator's algorithm, see NOTICE.md). Points must be in general position up to rounding: callers jitter them.
func triangulate(points []vec) *triangulation {
	n := len(points)
	t := &triangulation{
		points: points, corners: make([]int32, 0, 6*n), opposite: make([]int32, 0, 6*n),
		hullNext: make([]int32, n), hullPrev: make([]int32, n), hullTri: make([]int32, n),
		hullHash: make([]int32, int(math.Ceil(math.Sqrt(float64(n))))),
	}
	for i := range t.hullHash {
		t.hullHash[i] = -1
	}
	i0, i1, i2 := t.seed()
	t.centre = circumcentre(points[i0], points[i1], points[i2])
	t.startHull(i0, i1, i2)
	for _, i := range t.outward() {
		if i != i0 && i != i1 && i != i2 {
			t.insert(i)
		}
	}
	return t
}

// seed returns a small counter-clockwise triangle near the middle.
func (t *triangulation) seed() (i0, i1, i2 int32) {
	mid := vec{}
	for _, p := range t.points {
		mid = mid.add(p.times(1 / float64(len(t.points))))
	}
	best := func(cost func(i int32) float64) int32 {
		at, least := int32(0), math.Inf(1)
		for i := range t.points {
			if c := cost(int32(i)); c < least {
				at, least = int32(i), c
			}
		}
		return at
	}
	i0 = best(func(i int32) float64 { return t.points[i].dist(mid) })
	i1 = best(func(i int32) float64 {
		if i == i0 {
			return math.Inf(1)
		}
		return t.points[i].dist(t.points[i0])
	})
	i2 = best(func(i int32) float64 {
		if i == i0 || i == i1 {
			return math.Inf(1)
		}
		return circumcentre(t.points[i0], t.points[i1], t.points[i]).dist(t.points[i0])
	})
	if t.points[i1].sub(t.points[i0]).cross(t.points[i2].sub(t.points[i0])) < 0 {
		i1, i2 = i2, i1
	}
	return i0, i1, i2
}

func (t *triangulation) startHull(i0, i1, i2 int32) {
	t.hullStart = i0
	t.hullNext[i0], t.hullNext[i1], t.hullNext[i2] = i1, i2, i0
	t.hullPrev[i0], t.hullPrev[i1], t.hullPrev[i2] = i2, i0, i1
	t.hullTri[i0], t.hullTri[i1], t.hullTri[i2] = 0, 1, 2
	for _, i := range []int32{i0, i1, i2} {
		t.hullHash[t.key(t.points[i])] = i
	}
	t.addTriangle(i0, i1, i2, -1, -1, -1)
}

// outward lists the points by distance from the seed's centre.
func (t *triangulation) outward() []int32 {
	type far struct {
		d float64
		i int32
	}
	order := make([]far, len(t.points))
	for i, p := range t.points {
		d := p.sub(t.centre)
		order[i] = far{d.dot(d), int32(i)}
	}
	slices.SortFunc(order, func(a, b far) int {
		if c := cmp.Compare(a.d, b.d); c != 0 {
			return c
		}
		return cmp.Compare(a.i, b.i)
	})
	ids := make([]int32, len(order))
	for k, o := range order {
		ids[k] = o.i
	}
	return ids
}

// key is a pseudo-angle around the centre as a slot of the hull's hash.
func (t *triangulation) key(p vec) int {
	d := p.sub(t.centre)
	a := d.x / (math.Abs(d.x) + math.Abs(d.y))
	if d.y > 0 {
		a = 3 - a
	} else {
		a = 1 + a
	}
	return int(a/4*float64(len(t.hullHash))) % len(t.hullHash)
}

// insert adds a point outside the hull with a triangle to every hull edge that it sees.
func (t *triangulation) insert(i int32) {
	p := t.points[i]
	start := int32(0)
	for j, key := 0, t.key(p); j < len(t.hullHash); j++ {
		start = t.hullHash[(key+j)%len(t.hullHash)]
		if start != -1 && start != t.hullNext[start] {
			break
		}
	}
	start = t.hullPrev[start]
	e := start
	for !t.sees(p, e, t.hullNext[e]) {
		if e = t.hullNext[e]; e == start {
			return // a duplicate of a hull point
		}
	}
	tri := t.addTriangle(e, i, t.hullNext[e], -1, -1, t.hullTri[e])
	t.hullTri[i] = t.legalize(tri + 2)
	t.hullTri[e] = tri

	n := t.hullNext[e]
	for q := t.hullNext[n]; t.sees(p, n, q); q = t.hullNext[n] {
		tri = t.addTriangle(n, i, q, t.hullTri[i], -1, t.hullTri[n])
		t.hullTri[i] = t.legalize(tri + 2)
		t.hullNext[n] = n // no longer on the hull
		n = q
	}
	if e == start {
		for q := t.hullPrev[e]; t.sees(p, q, e); q = t.hullPrev[e] {
			tri = t.addTriangle(q, i, e, -1, t.hullTri[e], t.hullTri[q])
			t.legalize(tri + 2)
			t.hullTri[q] = tri
			t.hullNext[e] = e
			e = q
		}
	}
	t.hullStart, t.hullPrev[i] = e, e
	t.hullNext[e], t.hullPrev[n] = i, i
	t.hullNext[i] = n
	t.hullHash[t.key(p)] = i
	t.hullHash[t.key(t.points[e])] = e
}

// sees reports whether p is on the outer side of the hull edge from a to b.
func (t *triangulation) sees(p vec, a, b int32) bool {
	return t.points[b].sub(t.points[a]).cross(p.sub(t.points[a])) < 0
}

func (t *triangulation) addTriangle(i0, i1, i2, a, b, c int32) int32 {
	e := int32(len(t.corners))
	t.corners = append(t.corners, i0, i1, i2)
	t.opposite = append(t.opposite, -1, -1, -1)
	t.link(e, a)
	t.link(e+1, b)
	t.link(e+2, c)
	return e
}

func (t *triangulation) link(a, b int32) {
	t.opposite[a] = b
	if b != -1 {
		t.opposite[b] = a
	}
}

// legalize flips edge a, and then the edges that this makes illegal, and returns the edge that now ends at the new point.
func (t *triangulation) legalize(a int32) int32 {
	t.stack = t.stack[:0]
	for {
		b := t.opposite[a]
		ar := nextInTriangle(nextInTriangle(a))
		if b != -1 {
			bl := nextInTriangle(nextInTriangle(b))
			if t.inCircle(t.corners[ar], t.corners[a], t.corners[nextInTriangle(a)], t.corners[bl]) {
				t.flip(a, b, ar, bl)
				t.stack = append(t.stack, nextInTriangle(b))
				continue
			}
		}
		if len(t.stack) == 0 {
			return ar
		}
		a = t.stack[len(t.stack)-1]
		t.stack = t.stack[:len(t.stack)-1]
	}
}

func (t *triangulation) flip(a, b, ar, bl int32) {
	t.corners[a], t.corners[b] = t.corners[bl], t.corners[ar]
	hbl := t.opposite[bl]
	if hbl == -1 { // the flipped edge lies on the far side of the hull
		for e := t.hullStart; ; {
			if t.hullTri[e] == bl {
				t.hullTri[e] = a
				break
			}
			if e = t.hullPrev[e]; e == t.hullStart {
				break
			}
		}
	}
	t.link(a, hbl)
	t.link(b, t.opposite[ar])
	t.link(ar, bl)
}

// inCircle reports whether p lies inside the circle through the counter-clockwise a, b, c.
func (t *triangulation) inCircle(a, b, c, p int32) bool {
	d, e, f := t.points[a].sub(t.points[p]), t.points[b].sub(t.points[p]), t.points[c].sub(t.points[p])
	return d.x*(e.y*f.dot(f)-e.dot(e)*f.y)-d.y*(e.x*f.dot(f)-e.dot(e)*f.x)+d.dot(d)*(e.x*f.y-e.y*f.x) > 0
}

// circumcentre returns the centre of the circle through a, b, c, far away when they are nearly on one line.
func circumcentre(a, b, c vec) vec {
	d, e := b.sub(a), c.sub(a)
	k := 0.5 / d.cross(e)
	dd, ee := d.dot(d), e.dot(e)
	return vec{a.x + (e.y*dd-d.y*ee)*k, a.y + (d.x*ee-e.x*dd)*k}
}
