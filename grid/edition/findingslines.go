package edition

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// How borders are judged against lines on the ground, in metres. They are looked at as people draw them: a border within beside of
// a railway follows it.
const (
	besideM   = 5.0  // within this of a barrier a border runs along it: no side
	reachM    = 60.0 // farther from a barrier, a border has left it
	roadHalfM = 15.0 // farther from a road's line, a border does not follow the road
	onRoadM   = 1.0  // nearer, it runs on the road's line
	sampleM   = 10.0
	bothM     = 30.0 // that much road between two borders is a finding
	parallel  = 0.26 // sine of the largest angle between a road and a border that follows it
)

// flat is a plane in metres around a point.
type flat struct {
	origin geo.Point
	mx, my float64
}

func newFlat(p geo.Point) flat {
	const step = 1000
	q := geo.Point{X: p.X, Y: p.Y}
	east, north := q, q
	east.X, north.Y = stepOf(q.X, step), stepOf(q.Y, step)
	return flat{p, geo.DistanceM(q, east) / step, geo.DistanceM(q, north) / step}
}

// stepOf goes a step towards 0, so as to stay on the globe.
func stepOf(v, step int32) int32 {
	if v > 0 {
		return v - step
	}
	return v + step
}

func (f flat) at(p geo.Point) [2]float64 {
	return [2]float64{float64(int64(p.X)-int64(f.origin.X)) * f.mx, float64(int64(p.Y)-int64(f.origin.Y)) * f.my}
}

// point is the inverse of at.
func (f flat) point(v [2]float64) geo.Point {
	return geo.Point{X: f.origin.X + int32(math.Round(v[0]/f.mx)), Y: f.origin.Y + int32(math.Round(v[1]/f.my))}
}

// barrier is a line that a border should not cross again and again, with its edges.
type barrier struct {
	title string
	edges []edge
	ends  map[geo.Point]int // how many edges meet in a vertex
	cells *edgeCells
	box   geo.Box // of the edges, widened by reachM
}

// barriers puts together what has the same kind and name: long lines come in pieces.
func (r *review) barriers() []*barrier {
	byTitle := map[string]*barrier{}
	for i := range r.ref.Barriers {
		l := &r.ref.Barriers[i]
		b := byTitle[l.title()]
		if b == nil {
			b = &barrier{title: l.title(), ends: map[geo.Point]int{}}
			byTitle[b.title] = b
		}
		for _, line := range l.Lines {
			for k := 1; k < len(line); k++ {
				b.edges = append(b.edges, edge{line[k-1], line[k]})
				b.ends[line[k-1]]++
				b.ends[line[k]]++
			}
		}
	}
	var all []*barrier
	for _, title := range slices.Sorted(maps.Keys(byTitle)) {
		b := byTitle[title]
		b.cells, b.box = newEdgeCells(b.edges), wideBox(boxOf(b.edges), reachM)
		all = append(all, b)
	}
	return all
}

// checkBarriers finds new borders that cross a railway, river or large road more than once (QC-16). A border crosses where it comes
// from one side and goes on, besideM off, on the other; running along or touching is not crossing. Each line between two junctions
// of the new borders counts by itself.
func (r *review) checkBarriers() {
	lines, stretches := r.lines().paths()
	if len(lines) == 0 {
		return
	}
	boxes := make([]geo.Box, len(lines))
	for i, line := range lines {
		boxes[i] = geo.EmptyBox()
		for _, p := range line {
			boxes[i] = boxes[i].Extend(p)
		}
	}
	for _, b := range r.barriers() {
		for i, line := range lines {
			if !b.box.Intersects(boxes[i]) {
				continue
			}
			n, at := b.crossings(line)
			if n < 2 {
				continue
			}
			spot, codes := at.Orb(), r.lines().codes(stretches[i])
			detail := fmt.Sprintf("the new border between %s crosses %s %d times: draw it along one side", listed(codes, len(codes)), b.title, n)
			r.add("QC-16", grid.NoticeClass, b.title+" "+spotKey(spot), codes, detail, func(f *grid.Finding) {
				f.At, f.Measured, f.Threshold = &spot, number(float64(n)), number(1)
			})
		}
	}
}

// crossings returns how often a line crosses the barrier, and the last place.
func (b *barrier) crossings(line geo.Line) (n int, at geo.Point) {
	side := 0
	for i := 1; i < len(line); i++ {
		e := edge{line[i-1], line[i]}
		near := b.cells.around(wideBox(e.box(), reachM), nil)
		if len(near) == 0 {
			side = 0
			continue
		}
		f := newFlat(e.a)
		for _, t := range b.samples(f, e, near) {
			p, q := f.at(e.a), f.at(e.b)
			v := [2]float64{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])}
			switch s := b.side(f, v, near); {
			case s == far:
				side = 0
			case s == 0:
			case side == -s:
				n, at, side = n+1, f.point(v), s
			default:
				side = s
			}
		}
	}
	return n, at
}

// samples returns where along e to look for its side, ascending: its ends, and around and between where it meets the barrier.
func (b *barrier) samples(f flat, e edge, near []int32) []float64 {
	p, q := f.at(e.a), f.at(e.b)
	length := math.Hypot(q[0]-p[0], q[1]-p[1])
	ts := []float64{0, 1}
	var met []float64
	for _, k := range near {
		if t, ok := meet(p, q, f.at(b.edges[k].a), f.at(b.edges[k].b)); ok {
			met = append(met, t)
		}
	}
	slices.Sort(met)
	for i, t := range met {
		for _, off := range []float64{1.4 * besideM, 4 * besideM, 0.9 * reachM} {
			ts = append(ts, t-off/length, t+off/length)
		}
		if i > 0 {
			ts = append(ts, (met[i-1]+t)/2)
		}
	}
	ts = slices.DeleteFunc(ts, func(t float64) bool { return !(t >= 0 && t <= 1) })
	slices.Sort(ts)
	return slices.Compact(ts)
}

// meet returns where on the segment p q the segment a b meets it.
func meet(p, q, a, b [2]float64) (t float64, ok bool) {
	dx, dy, ex, ey := q[0]-p[0], q[1]-p[1], b[0]-a[0], b[1]-a[1]
	cross := dx*ey - dy*ex
	if cross == 0 {
		return 0, false
	}
	wx, wy := a[0]-p[0], a[1]-p[1]
	t, u := (wx*ey-wy*ex)/cross, (wx*dy-wy*dx)/cross
	return t, t >= 0 && t <= 1 && u >= 0 && u <= 1
}

// far is the side of a position that is not near a barrier, or beyond its end.
const far = 2

// side returns 1 to the left of the barrier's nearest edge, -1 to the right, 0 beside it.
func (b *barrier) side(f flat, v [2]float64, near []int32) int {
	best, turn, end := reachM, 0.0, true
	for _, k := range near {
		p, q := f.at(b.edges[k].a), f.at(b.edges[k].b)
		dx, dy := q[0]-p[0], q[1]-p[1]
		length := math.Hypot(dx, dy)
		if length == 0 {
			continue
		}
		t := ((v[0]-p[0])*dx + (v[1]-p[1])*dy) / (length * length)
		at := max(0, min(1, t))
		d := math.Hypot(p[0]+at*dx-v[0], p[1]+at*dy-v[1])
		off := (dx*(v[1]-p[1]) - dy*(v[0]-p[0])) / length
		atEnd := t < 0 && b.ends[b.edges[k].a] == 1 || t > 1 && b.ends[b.edges[k].b] == 1
		// At a corner both edges are as near: the one that v is more beside says which side it is.
		if d < best-1e-6 || d < best+1e-6 && math.Abs(off) > math.Abs(turn) {
			best, turn, end = min(best, d), off, atEnd
		}
	}
	switch {
	case best <= besideM:
		return 0
	case best >= reachM || end:
		return far
	case turn > 0:
		return 1
	}
	return -1
}

// checkRoads finds roads that lie between two borders, so that the ground of the road is a strip of its own that nobody or somebody
// else looks after (QC-21): for bothM of the road and more, one border follows it to the left and another to the right, within
// roadHalfM and neither on its line, and one of them is new. One finding a road.
func (r *review) checkRoads() {
	lines := r.lines()
	if len(lines.stretches) == 0 || len(r.ref.Roads) == 0 {
		return
	}
	n := r.bordersNear(mergeBoxes(wideBoxes(lines.boxes, 2*roadHalfM)))
	fresh := map[edge]bool{}
	for _, s := range lines.stretches {
		fresh[s.edge] = true
	}
	for i := range r.ref.Roads {
		road := &r.ref.Roads[i]
		between := strip{borders: n, fresh: fresh, codes: map[string]bool{}}
		for _, line := range road.Lines {
			between.along(line, lines)
		}
		if between.longestM < bothM {
			continue
		}
		spot, codes := between.at.Orb(), slices.Sorted(maps.Keys(between.codes))
		detail := fmt.Sprintf("borders follow both sides of %s for %.0f m, so that the road is a strip of its own between %s: draw both along the middle of the road",
			cmp.Or(road.Name, "a road"), between.longestM, listed(codes, len(codes)))
		r.add("QC-21", grid.NoticeClass, road.title()+" "+spotKey(spot), codes, detail, func(f *grid.Finding) {
			f.At, f.Measured, f.Threshold = &spot, &between.longestM, number(bothM)
		})
	}
}

func wideBoxes(boxes []geo.Box, metres float64) []geo.Box {
	wide := make([]geo.Box, len(boxes))
	for i, b := range boxes {
		wide[i] = wideBox(b, metres)
	}
	return wide
}

// nearBorders are borders of the tiling, each once, with the parts beside them.
type nearBorders struct {
	edges []edge
	codes map[edge][]string
	cells *edgeCells
}

func (r *review) bordersNear(boxes []geo.Box) *nearBorders {
	n := &nearBorders{codes: map[edge][]string{}}
	seen := map[partKey]bool{}
	for _, box := range boxes {
		for _, p := range r.tilingNear(box) {
			if seen[partKey{p.Kind, p.Code}] {
				continue
			}
			seen[partKey{p.Kind, p.Code}] = true
			eachEdge(p.Area, func(e edge) {
				e = e.rising()
				if n.codes[e] == nil {
					n.edges = append(n.edges, e)
				}
				n.codes[e] = append(n.codes[e], p.Code)
			})
		}
	}
	n.cells = newEdgeCells(n.edges)
	return n
}

// strip is what lies between the borders to both sides of a road.
type strip struct {
	borders *nearBorders
	fresh   map[edge]bool

	runM, longestM float64
	at             geo.Point // on the longest stretch of road between borders
	codes          map[string]bool
}

// along looks at a line of the road every sampleM where a new border is near.
func (s *strip) along(line geo.Line, lines *newBorders) {
	s.runM = 0
	var made, near []int32
	for i := 1; i < len(line); i++ {
		e := edge{line[i-1], line[i]}
		box := wideBox(e.box(), roadHalfM)
		if made = lines.cells.around(box, made[:0]); len(made) == 0 {
			s.runM = 0
			continue
		}
		f := newFlat(e.a)
		q := f.at(e.b)
		length := math.Hypot(q[0], q[1])
		if length == 0 {
			continue
		}
		u := [2]float64{q[0] / length, q[1] / length}
		near = s.borders.cells.around(box, near[:0])
		n := math.Ceil(length / sampleM)
		for k := range int(n) {
			v := [2]float64{u[0] * (float64(k) + 0.5) * length / n, u[1] * (float64(k) + 0.5) * length / n}
			if !s.between(f, v, u, near) {
				s.runM = 0
				continue
			}
			if s.runM += length / n; s.runM > s.longestM {
				s.longestM, s.at = s.runM, f.point(v)
			}
		}
	}
}

// between reports whether at v, where the road runs in the direction u, one border follows it to the left and one to the right, and
// one of them is new.
func (s *strip) between(f flat, v, u [2]float64, near []int32) bool {
	left, right := math.Inf(1), math.Inf(1)
	var of [2]edge
	for _, k := range near {
		e := s.borders.edges[k]
		a, b := f.at(e.a), f.at(e.b)
		dx, dy := b[0]-a[0], b[1]-a[1]
		if length := math.Hypot(dx, dy); length == 0 || math.Abs(u[0]*dy-u[1]*dx) > parallel*length {
			continue
		}
		a0, b0 := (a[0]-v[0])*u[0]+(a[1]-v[1])*u[1], (b[0]-v[0])*u[0]+(b[1]-v[1])*u[1]
		if (a0 > 0) == (b0 > 0) {
			continue // beside another place
		}
		t := a0 / (a0 - b0)
		off := u[0]*(a[1]+t*dy-v[1]) - u[1]*(a[0]+t*dx-v[0])
		switch d := math.Abs(off); {
		case d <= onRoadM:
			return false
		case off > 0 && d < left:
			left, of[0] = d, e
		case off < 0 && d < right:
			right, of[1] = d, e
		}
	}
	if max(left, right) > roadHalfM || !s.fresh[of[0]] && !s.fresh[of[1]] {
		return false
	}
	for _, e := range of {
		for _, code := range s.borders.codes[e] {
			s.codes[code] = true
		}
	}
	return true
}
