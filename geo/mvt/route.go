package mvt

import "math"

// router draws edges on the integer grid of one tile by snap rounding: an edge visits, in order, every hot pixel that
// it passes through, and is straight between them. Hot are the nodes nearest to all vertices of the tile and those
// where edges cross the tile's edges and the clip lines. Edges that do not cross before do not cross after, at most
// they come to lie on each other; an edge moves by at most half a tile unit in x and in y; and the result depends on
// the edge and on the hot pixels near it only, not on its direction, its feature or its tile.
// Source: J. D. Hobby, Practical segment intersection with finite precision output, Comput. Geom. 13 (1999);
// L. J. Guibas, D. H. Marimont, Rounding arrangements dynamically, Int. J. Comput. Geom. Appl. 8 (1998).
type router struct {
	grid tileGrid
	hot  pixelSet

	crossed []px
	hits    []px
	stops   []stop
}

// stop is a node on the way along an edge; key grows along the edge.
type stop struct {
	key int32
	at  px
}

func (r *router) reset(t TileID, bufferPx int) {
	r.grid = newTileGrid(t, bufferPx)
	r.hot.reset(r.grid.lo, r.grid.hi)
}

// heat adds the hot pixels of s.
func (r *router) heat(s *Shape) {
	for i := range s.parts {
		p := &s.parts[i]
		for k, box := range p.chunks {
			if !r.grid.beside(box) {
				r.heatEdges(p.chunk(k))
			}
		}
		if len(p.verts) > 0 && s.polys == nil {
			// A line's first vertex ends no edge.
			r.heatEdges(p.prev, p.verts[:1])
		}
	}
	for _, c := range s.crossings {
		r.heatCrossing(c)
	}
}

// heatEdges adds the hot pixels of the edges from prev over all of path, and of their ends but the first.
func (r *router) heatEdges(prev World, path []World) {
	g := &r.grid
	a := g.local(prev)
	pa := g.node(a)
	for _, w := range path {
		b := g.local(w)
		pb := g.node(b)
		if r.hot.inside(pb) {
			r.hot.add(pb)
		}
		if !(g.within(a) && g.within(b)) && !g.outside(pa, pb) {
			r.heatLines(a, b)
		}
		a, pa = b, pb
	}
}

func (r *router) heatLines(a, b vec) {
	r.crossed = r.grid.lineNodes(a, b, r.crossed[:0])
	for _, p := range r.crossed {
		if r.hot.inside(p) {
			r.hot.add(p)
		}
	}
}

// heatCrossing makes the pixel hot in which two edges cross. Its place is known to float64 only, so that near the
// border of two pixels both become hot.
func (r *router) heatCrossing(c crossing) {
	a, b, p, q := r.grid.local(c.a), r.grid.local(c.b), r.grid.local(c.c), r.grid.local(c.d)
	dx, dy := float64(b.x-a.x), float64(b.y-a.y)
	ex, ey := float64(q.x-p.x), float64(q.y-p.y)
	t := (float64(p.x-a.x)*ey - float64(p.y-a.y)*ex) / (dx*ey - dy*ex)
	const doubt = 1.0 / 64
	for i := range 4 {
		x, y := t*dx-doubt+2*doubt*float64(i&1), t*dy-doubt+2*doubt*float64(i>>1)
		if at := r.grid.node(vec{a.x + int64(math.Floor(x)), a.y + int64(math.Floor(y))}); r.hot.inside(at) {
			r.hot.add(at)
		}
	}
}

// part appends to dst the nodes that the ring or line visits, clamped to the tile and its buffer, without repeats in a
// row.
func (r *router) part(p *part, dst []px) []px {
	first := len(dst)
	for k, box := range p.chunks {
		prev, path := p.chunk(k)
		a := r.grid.local(prev)
		pa := r.grid.node(a)
		if r.grid.beside(box) {
			// All of it lies beyond one clip line: only where it leads to matters.
			dst = r.visitClamped(r.grid.clamp(pa), first, dst)
			end := r.grid.node(r.grid.local(path[len(path)-1]))
			dst = r.visitClamped(r.grid.clamp(end), first, dst)
			continue
		}
		for _, w := range path {
			b := r.grid.local(w)
			pb := r.grid.node(b)
			dst = r.edge(a, b, pa, pb, first, dst)
			a, pa = b, pb
		}
	}
	return dst
}

// ring appends to dst what part does, and sees to it that the last node differs from the first. It may come out with
// fewer than three nodes.
func (r *router) ring(p *part, dst []px) []px {
	first := len(dst)
	dst = r.part(p, dst)
	for len(dst) > first+1 && dst[len(dst)-1] == dst[first] {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// edge appends the nodes of the edge from a to b; dst[first:] is what the ring has visited so far.
func (r *router) edge(a, b vec, pa, pb px, first int, dst []px) []px {
	if r.grid.outside(pa, pb) {
		dst = r.visitClamped(r.grid.clamp(pa), first, dst)
		return r.visitClamped(r.grid.clamp(pb), first, dst)
	}
	if pa == pb {
		return r.visit(pa, first, dst)
	}
	aInside, bInside := r.hot.inside(pa), r.hot.inside(pb)
	r.hits = r.candidates(a, b, pa, pb, r.hits[:0])
	if len(r.hits) == 2 && aInside && bInside {
		// Only the ends: neither is there a pixel to visit nor one for visit to find on the way.
		if len(dst) == first || dst[len(dst)-1] != pa {
			dst = append(dst, pa)
		}
		return append(dst, pb)
	}
	r.stops = r.stops[:0]
	sx, sy := direction(a, b)
	for _, p := range r.passed(a, b, pa, pb) {
		r.stop(sx*p.x+sy*p.y, p)
	}
	if !aInside || !bInside {
		r.outsideStops(a, b, pa, pb, sx, sy)
	}
	for _, s := range r.stops {
		dst = r.visitClamped(s.at, first, dst)
	}
	return dst
}

// outsideStops adds the stops of the edge outside the buffer, moved onto its border: with the crossings of the clip
// lines among them the moved path runs along the border and around its corners.
func (r *router) outsideStops(a, b vec, pa, pb px, sx, sy int32) {
	r.crossed = append(r.grid.lineNodes(a, b, r.crossed[:0]), pa, pb)
	for _, p := range r.crossed {
		if !r.hot.inside(p) {
			r.stop(sx*p.x+sy*p.y, r.grid.clamp(p))
		}
	}
}

// stop inserts a stop in the order of keys. There are few.
func (r *router) stop(key int32, at px) {
	r.stops = append(r.stops, stop{key, at})
	for i := len(r.stops) - 1; i > 0 && r.stops[i-1].key > key; i-- {
		r.stops[i-1], r.stops[i] = r.stops[i], r.stops[i-1]
	}
}

// visit appends p unless it repeats the last node. On the way it stops at hot pixels whose middle lies exactly on the
// straight line to p: without that a node could lie on an edge that does not know it.
func (r *router) visit(p px, first int, dst []px) []px {
	if len(dst) == first {
		return append(dst, p)
	}
	last := dst[len(dst)-1]
	if last == p {
		return dst
	}
	dx, dy := p.x-last.x, p.y-last.y
	if steps := gcd(dx, dy); steps > 1 && dx != 0 && dy != 0 {
		dx, dy = dx/steps, dy/steps
		for k := int32(1); k < steps; k++ {
			if on := (px{last.x + k*dx, last.y + k*dy}); r.hot.has(on) {
				dst = append(dst, on)
			}
		}
	}
	return append(dst, p)
}

// visitClamped appends p like visit. A run of nodes along one side of the clip square is kept as its two ends: what
// lies outside the square may run there and back many times.
func (r *router) visitClamped(p px, first int, dst []px) []px {
	if n := len(dst); n > first+1 {
		a, b := dst[n-2], dst[n-1]
		if a.x == b.x && b.x == p.x && (p.x == r.grid.lo || p.x == r.grid.hi) ||
			a.y == b.y && b.y == p.y && (p.y == r.grid.lo || p.y == r.grid.hi) {
			dst = dst[:n-1]
		}
	}
	return r.visit(p, first, dst)
}

// direction returns the signs of b-a.
func direction(a, b vec) (int32, int32) { return sign(b.x - a.x), sign(b.y - a.y) }

func sign(v int64) int32 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// gcd returns the greatest common divisor of |a| and |b|.
func gcd(a, b int32) int32 {
	a, b = max(a, -a), max(b, -b)
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
