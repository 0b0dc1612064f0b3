package mesh

import (
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

// A Simplifier leaves vertices out of the borders of polygons that lie among others, so that whoever shares a border leaves out the same
// ones: what becomes of a piece of border depends on nothing but that piece and the vertices close to it, not on which side asks, nor on
// what else is simplified. A polygon can therefore be simplified when it is needed, without the rest of its layer.
//
// A piece of border runs from one node to the next, a node being a vertex at which more or fewer than two edges meet. It is cut by the
// algorithm of Douglas and Peucker; besides, a part of it becomes a straight line only if no vertex but its own lies in the rectangle
// along that line that holds the part. Then no two of the straight lines cross. For suppose that s and t do, which stand for the parts
// S and T. Edges of T that cross the convex hull of S have no end in it, so that they would cut S in two; they do not, hence T stays
// outside of that hull, and S outside of the hull of T. But s, which ends outside of the hull of T, crosses t and with it that hull: it cuts T in
// two, in a point of T that lies in the hull of S. So the order of things around each node stays, too, and no ring turns over. A
// ring with two nodes or fewer would become a line or a point: two pieces that would become the same line keep one vertex between their ends.
//
// Source: D. Douglas, T. Peucker, Algorithms for the reduction of the number of points required to represent a
// digitized line, Cartographica 10 (1973), 112-122, doi:10.3138/FM57-6770-U75U-7727.
//
// A Simplifier is for one goroutine. Make it with NewSimplifier.
type Simplifier struct {
	tolerance float64
	near      func(box geo.Box, add func(geo.MultiPolygon))

	covered   []geo.Box // whose vertices and edges are known
	places    places
	corners   []corner                 // by place
	buckets   []buckets                // of corners, but for the newest
	inBuckets int                      // how many corners are in buckets
	runs      map[*geo.Point][]geo.Box // of long rings, by their first vertex

	ring   []int32     // the places of the ring that is being simplified
	piece  []geo.Point // of border that is being cut
	where  []int32     // the places of piece
	keep   []bool      // of piece
	stack  [][2]int    // parts of piece that are still to be looked at
	scaleX float64     // at the begin of piece
}

// corner is a vertex of the surroundings with the other ends of its edges.
type corner struct {
	at   geo.Point
	ends [3]int32
	n    int32   // how many ends there are
	on   int32   // where in the piece of border that is being cut it is, notThere for one that is not on it
	more []int32 // further ends
}

const notThere = -1

// NewSimplifier returns a Simplifier that moves no border further than toleranceUnits, counted in lattice units of latitude (1.1 cm). near
// calls add with every polygon that shares borders with what is simplified and meets the box, in any order.
func NewSimplifier(toleranceUnits float64, near func(box geo.Box, add func(geo.MultiPolygon))) *Simplifier {
	return &Simplifier{tolerance: toleranceUnits, near: near, runs: map[*geo.Point][]geo.Box{}}
}

// Surround makes known what lies in a box and around it, of polygons that near must go on giving as the same memory. It need not be called; but for
// many small polygons close to each other one call is faster than what Keep does by itself.
func (s *Simplifier) Surround(box geo.Box) {
	s.know(s.reach(box))
}

// isNode reports whether borders meet or end at a vertex of the ring.
func (s *Simplifier) isNode(i int) bool { return s.corners[s.ring[i%len(s.ring)]].n != 2 }

// Keep calls keep with the numbers of the vertices of m that stay, ring after ring in their order. Each ring keeps three or more; m must
// be valid (geo.Check) and be among what near adds.
func (s *Simplifier) Keep(m geo.MultiPolygon, keep func(n int)) {
	if box := m.Box(); int64(box.Max.X)-int64(box.Min.X) < smallUnits && int64(box.Max.Y)-int64(box.Min.Y) < smallUnits {
		s.Surround(box)
	}
	first := 0
	for _, poly := range m {
		for _, r := range poly {
			s.surroundRing(r)
			for i, stays := range s.simplify(r) {
				if stays {
					keep(first + i)
				}
			}
			first += len(r)
		}
	}
}

// smallUnits is up to how wide and high a polygon's surroundings are made known at once: some kilometres.
const smallUnits = 1 << 19

// simplify returns which vertices of a ring stay.
func (s *Simplifier) simplify(r geo.Ring) []bool {
	stays := make([]bool, len(r))
	s.ring = s.ring[:0]
	start := -1
	for i, v := range r {
		if s.ring = append(s.ring, s.place(v)); start < 0 && s.isNode(i) {
			start = i
		}
	}
	if start < 0 { // it meets no other border but its own other side, which begins at the same vertex
		start = 0
		for i, v := range r {
			if v.Less(r[start]) {
				start = i
			}
		}
	}
	for from := start; from < start+len(r); {
		to := from + 1
		for to < start+len(r) && !s.isNode(to) {
			to++
		}
		s.cut(r, from, to)
		for i, keeps := range s.keep {
			if keeps {
				stays[(from+i)%len(r)] = true
			}
		}
		from = to
	}
	return stays
}

// cut decides which vertices of the piece of a ring from one vertex to another, counted around, stay: s.keep.
func (s *Simplifier) cut(r geo.Ring, from, to int) {
	s.piece, s.where, s.keep = s.piece[:0], s.where[:0], s.keep[:0]
	for i := from; i <= to; i++ {
		s.piece, s.where, s.keep = append(s.piece, r[i%len(r)]), append(s.where, s.ring[i%len(r)]), append(s.keep, false)
	}
	last := len(s.piece) - 1
	s.keep[0], s.keep[last] = true, true
	if last == 1 {
		return
	}
	turned := s.turn()
	s.scaleX = scale(s.piece[0].Y)
	s.mark(true)
	defer s.mark(false)
	splits := 0
	for s.stack = append(s.stack[:0], [2]int{0, last}); len(s.stack) > 0; {
		i, j := s.stack[len(s.stack)-1][0], s.stack[len(s.stack)-1][1]
		s.stack = s.stack[:len(s.stack)-1]
		if j == i+1 {
			continue
		}
		far, distance := s.farthest(i, j)
		if distance <= s.tolerance*s.tolerance && s.mayStraighten(splits) && s.isFree(i, j) {
			continue
		}
		splits++
		s.keep[far] = true
		s.stack = append(s.stack, [2]int{i, far}, [2]int{far, j})
	}
	if turned {
		slices.Reverse(s.keep)
	}
}

// turn has the piece run the way in which both sides look at it, and reports whether that is not the way that the ring goes.
func (s *Simplifier) turn() bool {
	p, last := s.piece, len(s.piece)-1
	if p[0].Less(p[last]) || p[0] == p[last] && p[1].Less(p[last-1]) {
		return false
	}
	slices.Reverse(p)
	slices.Reverse(s.where)
	return true
}

// mark notes in the corners where the piece has them, or takes that back.
func (s *Simplifier) mark(on bool) {
	for i := len(s.piece) - 1; i >= 0; i-- {
		c := &s.corners[s.where[i]]
		if c.on = notThere; on {
			c.on = int32(i)
		}
	}
}

// mayStraighten reports whether a part of the piece, which has been split so often, may become a line without a ring collapsing.
func (s *Simplifier) mayStraighten(splits int) bool {
	if s.closed() {
		return splits >= 2
	}
	return splits >= 1 || !s.hasTwin()
}

func (s *Simplifier) closed() bool { return s.piece[0] == s.piece[len(s.piece)-1] }

// hasTwin reports whether another piece of border joins the same two nodes close to this one: one that goes further away does not become
// the same line.
func (s *Simplifier) hasTwin() bool {
	box := geo.EmptyBox()
	for _, p := range s.piece {
		box = box.Extend(p)
	}
	box = s.reach(box)
	first, last := s.where[0], s.where[len(s.where)-1]
	begin := s.corners[first]
	for _, next := range append(slices.Clone(begin.ends[:min(begin.n, 3)]), begin.more...) {
		if next != s.where[1] && s.leadsTo(last, first, next, box) {
			return true
		}
	}
	return false
}

// leadsTo reports whether the piece of border that begins with an edge ends at the corner end and stays in a box.
func (s *Simplifier) leadsTo(end, from, to int32, box geo.Box) bool {
	for to != end {
		at := s.corners[to].at
		if !box.Contains(at) {
			return false
		}
		if !s.knows(geo.Box{Min: at, Max: at}) {
			s.know(widened(geo.Box{Min: at, Max: at}, 1<<13))
		}
		c := &s.corners[to]
		if c.n != 2 {
			return false
		}
		next := c.ends[0]
		if next == from {
			next = c.ends[1]
		}
		from, to = to, next
	}
	return true
}

// farthest returns the vertex between i and j of the piece that is farthest from the line between these, and the square of its distance
// in units of latitude.
func (s *Simplifier) farthest(i, j int) (far int, distance2 float64) {
	a, b := s.piece[i], s.piece[j]
	dx, dy := float64(int64(b.X)-int64(a.X))*s.scaleX, float64(int64(b.Y)-int64(a.Y))
	length2 := dx*dx + dy*dy
	distance2 = -1
	for k := i + 1; k < j; k++ {
		px, py := float64(int64(s.piece[k].X)-int64(a.X))*s.scaleX, float64(int64(s.piece[k].Y)-int64(a.Y))
		if length2 > 0 {
			t := max(0, min(1, (px*dx+py*dy)/length2))
			px, py = px-t*dx, py-t*dy
		}
		if d := px*px + py*py; d > distance2 {
			far, distance2 = k, d
		}
	}
	return far, distance2
}

// scale returns the length of a unit of longitude at a latitude in units of latitude.
func scale(y int32) float64 { return max(0.01, math.Cos(float64(y)/geo.UnitsPerDegree*math.Pi/180)) }

// isFree reports whether no vertex but the part's own lies in the rectangle along the line from i to j that holds that part of the piece.
func (s *Simplifier) isFree(i, j int) bool {
	a := s.piece[i]
	dx, dy := int64(s.piece[j].X)-int64(a.X), int64(s.piece[j].Y)-int64(a.Y)
	turn := func(p geo.Point) (along, across int64) { // an extent is less than 90 degrees: no overflow
		px, py := int64(p.X)-int64(a.X), int64(p.Y)-int64(a.Y)
		return px*dx + py*dy, px*dy - py*dx
	}
	var least, most [2]int64
	box := geo.EmptyBox()
	for _, p := range s.piece[i : j+1] {
		along, across := turn(p)
		least = [2]int64{min(least[0], along), min(least[1], across)}
		most = [2]int64{max(most[0], along), max(most[1], across)}
		box = box.Extend(p)
	}
	box, all := s.reach(box), s.allBuckets()
	for k := range all {
		if all[k].holds(box, func(at geo.Point, place int32) bool {
			along, across := turn(at)
			if along < least[0] || along > most[0] || across < least[1] || across > most[1] {
				return false
			}
			on := int(s.corners[place].on)
			return (on < i || on > j) && !(on == 0 && j == len(s.piece)-1 && s.closed())
		}) {
			return false
		}
	}
	return true
}
