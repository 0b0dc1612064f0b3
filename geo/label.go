package geo

import (
	"container/heap"
	"math"
	"slices"
)

// PointOnSurface returns a lattice point inside m, far from its border: about the centre of the largest circle that
// fits, for placing a label. It is deterministic. When m is so thin that the search meets no lattice point inside it,
// the result is a vertex of m; for an empty m it is the zero Point. m must be valid. The time is proportional to the
// vertices, a hundred distances each and fewer for areas of 20,000 vertices or more.
//
// Source: the cell search of V. Agafonkin, A new algorithm for finding a visual center of a polygon (2016).
func PointOnSurface(m MultiPolygon) Point {
	poly := largest(m)
	if len(poly) == 0 {
		return Point{}
	}
	if p, ok := pole(poly); ok {
		return p
	}
	if p, ok := scanInside(poly); ok {
		return p
	}
	return poly[0][0]
}

func largest(m MultiPolygon) Polygon {
	var best Polygon
	bestArea := int64(-1)
	for _, p := range m {
		if a := (MultiPolygon{p}).TwiceArea(); a > bestArea {
			best, bestArea = p, a
		}
	}
	return best
}

// A cell is a square of the search: no point in it is farther from the border than bound. Lengths are lattice units of
// latitude.
type cell struct {
	x, y, half  float64
	dist, bound float64 // dist is the distance of the centre, negative outside
}

type cellQueue []cell

func (q cellQueue) Len() int           { return len(q) }
func (q cellQueue) Less(i, j int) bool { return q[i].bound > q[j].bound }
func (q cellQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *cellQueue) Push(c any)        { *q = append(*q, c.(cell)) }
func (q *cellQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// A poleSearch measures distances to the border in a plane that is true to shape at the polygon's middle latitude and
// has its origin at origin.
type poleSearch struct {
	origin Point
	kx     float64 // latitude units per longitude unit
	rings  [][][2]float64
}

// pole searches for the point of poly that is farthest from its border, to a precision of 1/50 of the box.
func pole(poly Polygon) (Point, bool) {
	// Each cell costs four distances to every edge; very large areas get a coarser search.
	const mostCells, fewestCells, budget = 120, 16, 8_000_000
	vertices := 0
	for _, r := range poly {
		vertices += len(r)
	}
	maxCells := max(fewestCells, min(mostCells, budget/(4*vertices)))
	box := MultiPolygon{poly}.Box()
	s := poleSearch{origin: box.Min}
	s.kx = math.Max(0.01, math.Cos((float64(box.Min.Y)+float64(box.Max.Y))/2*radPerUnit))
	for _, r := range poly {
		ring := make([][2]float64, len(r))
		for i, v := range r {
			ring[i] = s.plane(v)
		}
		s.rings = append(s.rings, ring)
	}
	top := s.plane(box.Max)
	size := max(1, min(top[0], top[1]))
	size = max(size, max(top[0], top[1])/16) // no more than 16 cells to begin with
	var queue cellQueue
	for x := size / 2; x < top[0]+size/2; x += size {
		for y := size / 2; y < top[1]+size/2; y += size {
			queue = append(queue, s.cell(x, y, size/2))
		}
	}
	heap.Init(&queue)
	best := s.centroid()
	for n := 0; len(queue) > 0 && n < maxCells; n++ {
		c := heap.Pop(&queue).(cell)
		if c.dist > best.dist {
			best = c
		}
		if c.bound <= best.dist+max(top[0], top[1])/50 {
			break
		}
		h := c.half / 2
		for _, d := range [...][2]float64{{-h, -h}, {h, -h}, {-h, h}, {h, h}} {
			heap.Push(&queue, s.cell(c.x+d[0], c.y+d[1], h))
		}
	}
	p := Point{
		X: int32(float64(s.origin.X) + math.Round(best.x/s.kx)),
		Y: int32(float64(s.origin.Y) + math.Round(best.y)),
	}
	return p, locateInPolygon(poly, p) == Inside
}

func (s *poleSearch) plane(p Point) [2]float64 {
	return [2]float64{
		float64(int64(p.X)-int64(s.origin.X)) * s.kx,
		float64(int64(p.Y) - int64(s.origin.Y)),
	}
}

func (s *poleSearch) cell(x, y, half float64) cell {
	d := s.distance(x, y)
	return cell{x: x, y: y, half: half, dist: d, bound: d + half*math.Sqrt2}
}

// centroid returns the cell of no size at the centroid of the outer ring, which is the best place for most shapes.
func (s *poleSearch) centroid() cell {
	var area, x, y float64
	ring := s.rings[0]
	a := ring[len(ring)-1]
	for _, b := range ring {
		w := a[0]*b[1] - b[0]*a[1]
		area, x, y = area+w, x+(a[0]+b[0])*w, y+(a[1]+b[1])*w
		a = b
	}
	if area == 0 {
		return s.cell(ring[0][0], ring[0][1], 0)
	}
	return s.cell(x/(3*area), y/(3*area), 0)
}

// distance returns how far (x, y) is from the border, negative outside.
func (s *poleSearch) distance(x, y float64) float64 {
	nearest, inside := math.Inf(1), false
	for _, ring := range s.rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			if (a[1] > y) != (b[1] > y) && x < (b[0]-a[0])*(y-a[1])/(b[1]-a[1])+a[0] {
				inside = !inside
			}
			dx, dy := b[0]-a[0], b[1]-a[1]
			t := max(0, min(1, ((x-a[0])*dx+(y-a[1])*dy)/(dx*dx+dy*dy)))
			ex, ey := a[0]+t*dx-x, a[1]+t*dy-y
			nearest = min(nearest, ex*ex+ey*ey)
			a = b
		}
	}
	if inside {
		return math.Sqrt(nearest)
	}
	return -math.Sqrt(nearest)
}

// scanInside looks for a lattice point inside poly on some rows: those next to vertices and those halfway between. It
// takes the middle of the widest stretch.
func scanInside(poly Polygon) (Point, bool) {
	const maxRows = 64
	var ys []int32
	for _, r := range poly {
		for _, v := range r {
			ys = append(ys, v.Y)
		}
	}
	slices.Sort(ys)
	ys = slices.Compact(ys)
	step := max(1, len(ys)*3/maxRows)
	best, bestWidth := Point{}, 0.0
	for i := 1; i < len(ys); i += step {
		lo, hi := ys[i-1], ys[i]
		for _, y := range [...]int32{lo + (hi-lo)/2, lo + 1, hi} {
			if p, width := widestInRow(poly, y); width > bestWidth {
				best, bestWidth = p, width
			}
		}
	}
	return best, bestWidth > 0
}

// widestInRow returns the middle of the widest stretch of row y that lies inside poly, and its width; the width is 0
// when no lattice point of the row is inside.
func widestInRow(poly Polygon, y int32) (Point, float64) {
	var xs []float64
	for _, r := range poly {
		a := r[len(r)-1]
		for _, b := range r {
			if (a.Y > y) != (b.Y > y) {
				t := float64(int64(y)-int64(a.Y)) / float64(int64(b.Y)-int64(a.Y))
				xs = append(xs, float64(a.X)+t*float64(int64(b.X)-int64(a.X)))
			}
			a = b
		}
	}
	slices.Sort(xs)
	best, bestWidth := Point{}, 0.0
	for i := 1; i < len(xs); i += 2 {
		width := xs[i] - xs[i-1]
		if width <= bestWidth {
			continue
		}
		p := Point{X: int32(math.Round((xs[i-1] + xs[i]) / 2)), Y: y}
		if locateInPolygon(poly, p) == Inside {
			best, bestWidth = p, width
		}
	}
	return best, bestWidth
}
