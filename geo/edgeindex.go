package geo

// An edgeIndex finds the edges of an area that pass near an edge, and on which side of the area a place lies.
// Edges are listed by horizontal stripes of the box that matters.
type edgeIndex struct {
	box     Box
	stripes [][][2]Point
	height  int64 // of a stripe
}

// edgesPerStripe is what a stripe is meant to hold: few enough to scan, enough to keep the stripes cheap.
const edgesPerStripe = 8

// newEdgeIndex lists those edges of m that the edges in the box can meet.
func newEdgeIndex(m MultiPolygon, box Box) *edgeIndex {
	var edges [][2]Point
	spans := 0.0 // the sum of the heights of the edges, in heights of the box
	height := int64(box.Max.Y) - int64(box.Min.Y) + 1
	for _, poly := range m {
		for _, r := range poly {
			p := r[len(r)-1]
			for _, q := range r {
				if max(p.Y, q.Y) >= box.Min.Y && min(p.Y, q.Y) <= box.Max.Y {
					edges = append(edges, [2]Point{p, q})
					spans += float64(min(max(p.Y, q.Y), box.Max.Y)-max(min(p.Y, q.Y), box.Min.Y)) / float64(height)
				}
				p = q
			}
		}
	}
	// An edge stands in every stripe that it passes: limit the stripes so that the lists stay within a few entries an
	// edge, however tall the edges are.
	n := int64(float64(len(edges)) / edgesPerStripe)
	n = max(1, min(n, int64(4*float64(len(edges))/(1+spans))))
	x := &edgeIndex{box: box, height: (height + n - 1) / n}
	x.stripes = make([][][2]Point, (height+x.height-1)/x.height)
	if len(x.stripes) == 1 {
		x.stripes[0] = edges
		return x
	}
	for _, e := range edges {
		for i := x.stripe(min(e[0].Y, e[1].Y)); i <= x.stripe(max(e[0].Y, e[1].Y)); i++ {
			x.stripes[i] = append(x.stripes[i], e)
		}
	}
	return x
}

// stripe returns the number of the stripe at latitude y, the nearest one when y is outside the box.
func (x *edgeIndex) stripe(y int32) int {
	return int((int64(min(max(y, x.box.Min.Y), x.box.Max.Y)) - int64(x.box.Min.Y)) / x.height)
}

// each calls f once for each listed edge whose box meets that of the edge p q.
func (x *edgeIndex) each(p, q Point, f func(u, v Point)) {
	b := EmptyBox().Extend(p).Extend(q)
	first, last := x.stripe(b.Min.Y), x.stripe(b.Max.Y)
	for i := first; i <= last; i++ {
		for _, e := range x.stripes[i] {
			u, v := e[0], e[1]
			if max(u.X, v.X) < b.Min.X || min(u.X, v.X) > b.Max.X ||
				max(u.Y, v.Y) < b.Min.Y || min(u.Y, v.Y) > b.Max.Y {
				continue
			}
			if i > first && x.stripe(min(u.Y, v.Y)) < i {
				continue // seen in the stripe before
			}
			f(u, v)
		}
	}
}

// insideAfter reports whether the edge p q runs inside the area just after the fraction at of its way, where it must
// be off the border. It casts a ray to the east from there.
func (x *edgeIndex) insideAfter(p, q Point, at fraction) bool {
	dy := int64(q.Y) - int64(p.Y)
	// above reports whether c lies above the ray. Just after at, the ray's start has moved on by a trifle of dy.
	rise := mul128(dy, at.num)
	above := func(c Point) bool {
		switch mul128(int64(c.Y)-int64(p.Y), at.den).cmp(rise) {
		case 1:
			return true
		case 0:
			return dy < 0
		}
		return false
	}
	inside := false
	for _, e := range x.stripes[x.stripe(p.Y+int32(at.of(dy)))] {
		u, v := e[0], e[1]
		up := above(v)
		if above(u) == up {
			continue
		}
		op, oq := Orient(u, v, p), Orient(u, v, q)
		o := mul128(op, at.den).add(mul128(oq-op, at.num)).sign()
		if o == 0 {
			o = wide(oq - op).sign()
		}
		if (o > 0) == up {
			inside = !inside
		}
	}
	return inside
}
