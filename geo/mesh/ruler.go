package mesh

import (
	"math"

	"github.com/wangge/wangge/geo"
)

// A ruler measures short distances around a place: metres by fine step.
type ruler struct{ mx, my float64 }

// newRuler returns the ruler for the middle of s.
func newRuler(origin geo.Point, s shape) ruler {
	box := geo.EmptyBox()
	for _, r := range s.rings {
		for _, v := range r {
			box = box.Extend(lattice(origin, v))
		}
	}
	mid := middle(box)
	const step = 1000 // units
	return ruler{
		mx: geo.DistanceM(mid, geo.Point{X: mid.X + step, Y: mid.Y}) / step / fine,
		my: geo.DistanceM(mid, geo.Point{X: mid.X, Y: mid.Y + step}) / step / fine,
	}
}

// distance returns how far p is from e, in metres.
func (m ruler) distance(p vec, e edge) float64 {
	dx, dy := float64(e.b.x-e.a.x)*m.mx, float64(e.b.y-e.a.y)*m.my
	px, py := float64(p.x-e.a.x)*m.mx, float64(p.y-e.a.y)*m.my
	t := 0.0
	if length2 := dx*dx + dy*dy; length2 > 0 {
		t = min(max((px*dx+py*dy)/length2, 0), 1)
	}
	return math.Hypot(px-t*dx, py-t*dy)
}

// maxPairs bounds the work of farthest.
const maxPairs = 4_000_000

// farthest returns the greatest distance of a vertex of s from the nearest of edges, in metres; the diagonal of s where there
// are none, or too many to look at.
func (m ruler) farthest(s shape, edges []edge) float64 {
	n := 0
	lo, hi := vec{math.MaxInt64, math.MaxInt64}, vec{math.MinInt64, math.MinInt64}
	for _, r := range s.rings {
		n += len(r)
		for _, v := range r {
			lo, hi = vec{min(lo.x, v.x), min(lo.y, v.y)}, vec{max(hi.x, v.x), max(hi.y, v.y)}
		}
	}
	if len(edges) == 0 || n*len(edges) > maxPairs {
		return math.Hypot(float64(hi.x-lo.x)*m.mx, float64(hi.y-lo.y)*m.my)
	}
	most := 0.0
	for _, r := range s.rings {
		for _, v := range r {
			nearest := math.Inf(1)
			for _, e := range edges {
				nearest = min(nearest, m.distance(v, e))
			}
			most = max(most, nearest)
		}
	}
	return most
}
