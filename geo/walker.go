package geo

import "slices"

// A passage says how a piece of an edge runs with respect to an area.
type passage int8

const (
	passOut      passage = iota
	passIn               // through the interior
	passSame             // along the border, in the border's own direction
	passOpposite         // along the border, against its direction
)

// A piece is the part of an edge between two fractions of its way.
type piece struct {
	from, to fraction
	passage  passage
}

// A walker follows a line edge by edge and cuts each edge into pieces that each pass an area in one way. Where an edge
// meets the border, the border's edges around that place tell which way it goes on: no rounding, no special cases.
type walker struct {
	tree   *edgeTree
	cuts   []cut
	pieces []piece

	last  passage // how the edge before ended
	known bool    // it ended off the border
}

// A cut is a place where an edge meets an edge of the border. From there the border leads in one or two directions.
type cut struct {
	at     fraction
	spokes [2]borderSpoke
	n      int

	until fraction // when a border edge begins to run along the edge here: where that ends
	along passage  // and how it runs
}

// A borderSpoke is a direction in which the border leads on from a place. The interior lies on its counter-clockwise
// side when it leads along the border's own direction, on the other when it leads back.
type borderSpoke struct {
	dir     vector
	forward bool
}

// A vector is a difference of lattice points.
type vector struct{ x, y int64 }

func vectorTo(p, q Point) vector {
	return vector{int64(q.X) - int64(p.X), int64(q.Y) - int64(p.Y)}
}

func (v vector) cross(w vector) int64 { return v.x*w.y - v.y*w.x }
func (v vector) neg() vector          { return vector{-v.x, -v.y} }

// edge returns the pieces of the edge p q, in order. The slice is valid until the next call. Unless restart was called
// before, p must be the end of the edge before.
func (w *walker) edge(p, q Point) []piece {
	zero, one := fraction{0, 1}, fraction{1, 1}
	w.pieces = w.pieces[:0]
	if p == q {
		return w.pieces
	}
	w.findCuts(p, q)
	if len(w.cuts) == 0 {
		if !w.known {
			w.last, w.known = w.tree.locate(p), true
		}
		return append(w.pieces, piece{zero, one, w.last})
	}
	slices.SortFunc(w.cuts, func(a, b cut) int { return a.at.cmp(b.at) })
	dir := vectorTo(p, q)
	from, until, along := zero, zero, passOut
	for i := 0; i < len(w.cuts); {
		j := i + 1
		for j < len(w.cuts) && w.cuts[j].at.cmp(w.cuts[i].at) == 0 {
			j++
		}
		here := w.cuts[i:j]
		at := here[0].at
		if i == 0 && at.num > 0 {
			w.last = passageTowards(dir.neg(), here)
		}
		if from.cmp(at) < 0 {
			w.pieces = append(w.pieces, piece{from, at, w.last})
		}
		for _, c := range here {
			if c.until.den > 0 {
				until, along = c.until, c.along
			}
		}
		if w.last = along; at.cmp(until) >= 0 {
			w.last = passageTowards(dir, here)
		}
		from, i = at, j
	}
	w.known = from.num < from.den
	if w.known {
		w.pieces = append(w.pieces, piece{from, one, w.last})
	}
	return w.pieces
}

// restart forgets the edge before.
func (w *walker) restart() { w.known = false }

// passageTowards returns how a line runs that leaves in direction dir from a place where the border is, cut there by
// the given cuts, none along dir: it looks for the first part of the border clockwise from dir.
func passageTowards(dir vector, cuts []cut) passage {
	var first borderSpoke
	found := false
	for i := range cuts {
		for _, s := range cuts[i].spokes[:cuts[i].n] {
			if !found || clockwiseBefore(dir, s.dir, first.dir) {
				first, found = s, true
			}
		}
	}
	if first.forward {
		return passIn
	}
	return passOut
}

// clockwiseBefore reports whether a comes before b when turning clockwise from dir; neither leads along dir.
func clockwiseBefore(dir, a, b vector) bool {
	ca, cb := dir.cross(a), dir.cross(b)
	if (ca < 0) != (cb < 0) { // one of them lies in the half turn clockwise of dir
		return ca < 0
	}
	if ca == 0 || cb == 0 { // opposite to dir; the other one is beyond, or the same
		return ca == 0 && cb != 0
	}
	return a.cross(b) < 0
}

// findCuts collects where the edge p q meets the border.
func (w *walker) findCuts(p, q Point) {
	w.cuts = w.cuts[:0]
	for e := range w.tree.near(EmptyBox().Extend(p).Extend(q)) {
		ou, ov := Orient(p, q, e.u), Orient(p, q, e.v)
		if ou > 0 && ov > 0 || ou < 0 && ov < 0 {
			continue
		}
		if ou == 0 && ov == 0 {
			w.cutAlong(p, q, e)
			continue
		}
		op, oq := Orient(e.u, e.v, p), Orient(e.u, e.v, q)
		if op > 0 && oq > 0 || op < 0 && oq < 0 {
			continue
		}
		c := cut{at: fraction{op, op - oq}}
		if c.at.den < 0 {
			c.at = fraction{-op, oq - op}
		}
		dir := vectorTo(e.u, e.v)
		if ov != 0 {
			c.add(borderSpoke{dir, true})
		}
		if ou != 0 {
			c.add(borderSpoke{dir.neg(), false})
		}
		w.cuts = append(w.cuts, c)
	}
}

func (c *cut) add(s borderSpoke) {
	c.spokes[c.n] = s
	c.n++
}

// cutAlong cuts p q where the collinear border edge e begins and ends on it.
func (w *walker) cutAlong(p, q Point, e borderEdge) {
	dir, along := vectorTo(p, q), vectorTo(e.u, e.v)
	length, from, to := dir.x, vectorTo(p, e.u).x, vectorTo(p, e.v).x
	if dir.x == 0 {
		length, from, to = dir.y, vectorTo(p, e.u).y, vectorTo(p, e.v).y
	}
	if length < 0 {
		length, from, to = -length, -from, -to
	}
	forward := from < to
	if !forward {
		from, to, along = to, from, along.neg()
	}
	if to < 0 || from > length {
		return
	}
	first, last := max(from, 0), min(to, length)
	c := cut{at: fraction{first, length}}
	if from < first {
		c.add(borderSpoke{along.neg(), !forward})
	}
	if first < last {
		c.until, c.along = fraction{last, length}, passOpposite
		if forward {
			c.along = passSame
		}
		end := cut{at: c.until}
		end.add(borderSpoke{along.neg(), !forward})
		if last < to {
			end.add(borderSpoke{along, forward})
		}
		w.cuts = append(w.cuts, end)
	}
	if first < to {
		c.add(borderSpoke{along, forward})
	}
	w.cuts = append(w.cuts, c)
}
