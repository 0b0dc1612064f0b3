package geo

import "slices"

// A side says where a piece of an edge runs with respect to an area.
type side int8

const (
	sideOut      side = iota
	sideIn            // through the interior
	sideSame          // along the border, in the border's own direction
	sideOpposite      // along the border, against its direction
)

// A piece is the part of an edge between two fractions of its way.
type piece struct {
	from, to fraction
	side     side
}

// A cut is a place where an edge meets the border of the area. crosses is set when both edges pass through each other
// there in their interiors, so that the edge changes from one side of the border to the other.
type cut struct {
	at      fraction
	crosses bool
}

// A stretch is a part of an edge that runs along the border.
type stretch struct {
	from, to fraction
	side     side
}

// A walker follows a line edge by edge and cuts each edge into pieces that do not change sides.
type walker struct {
	index *edgeIndex

	inside, known bool // the side at the end of the last edge, when that end was off the border

	cuts      []cut
	stretches []stretch
	pieces    []piece
}

// edge returns the pieces of the edge p q, in order. The slice is valid until the next call. When known is set, p must
// be the end of the edge before.
func (w *walker) edge(p, q Point) []piece {
	zero, one := fraction{0, 1}, fraction{1, 1}
	w.pieces = w.pieces[:0]
	if p == q {
		return w.pieces
	}
	if !w.index.box.Intersects(EmptyBox().Extend(p).Extend(q)) {
		w.inside, w.known = false, false
		return append(w.pieces, piece{zero, one, sideOut})
	}
	w.findCuts(p, q)
	slices.SortFunc(w.stretches, func(a, b stretch) int { return a.from.cmp(b.from) })
	slices.SortFunc(w.cuts, func(a, b cut) int { return a.at.cmp(b.at) })
	from := zero
	for i := 0; i < len(w.cuts); {
		j := i + 1
		for j < len(w.cuts) && w.cuts[j].at.cmp(w.cuts[i].at) == 0 {
			j++
		}
		at := w.cuts[i].at
		if from.cmp(at) < 0 {
			w.addPiece(p, q, from, at)
		}
		if j == i+1 && w.cuts[i].crosses {
			w.inside = !w.inside
		} else {
			w.known = false
		}
		from, i = at, j
	}
	if from.num < from.den {
		w.addPiece(p, q, from, one)
	}
	return w.pieces
}

func (w *walker) addPiece(p, q Point, from, to fraction) {
	for len(w.stretches) > 0 && w.stretches[0].to.cmp(from) <= 0 {
		w.stretches = w.stretches[1:]
	}
	if len(w.stretches) > 0 && w.stretches[0].from.cmp(from) <= 0 {
		w.known = false
		w.pieces = append(w.pieces, piece{from, to, w.stretches[0].side})
		return
	}
	if !w.known {
		w.inside, w.known = w.index.insideAfter(p, q, from), true
	}
	s := sideOut
	if w.inside {
		s = sideIn
	}
	w.pieces = append(w.pieces, piece{from, to, s})
}

// findCuts collects where the edge p q meets the border.
func (w *walker) findCuts(p, q Point) {
	w.cuts, w.stretches = w.cuts[:0], w.stretches[:0]
	w.index.each(p, q, func(u, v Point) {
		ou, ov := Orient(p, q, u), Orient(p, q, v)
		if ou > 0 && ov > 0 || ou < 0 && ov < 0 {
			return
		}
		if ou == 0 && ov == 0 {
			w.addStretch(p, q, u, v)
			return
		}
		op, oq := Orient(u, v, p), Orient(u, v, q)
		if op > 0 && oq > 0 || op < 0 && oq < 0 {
			return
		}
		at := fraction{op, op - oq}
		if at.den < 0 {
			at = fraction{-op, oq - op}
		}
		w.cuts = append(w.cuts, cut{at, opposite(ou, ov) && opposite(op, oq)})
	})
}

// addStretch adds the part that p q shares with the collinear edge u v, if there is one.
func (w *walker) addStretch(p, q, u, v Point) {
	along := func(c Point) int64 { return int64(c.X) - int64(p.X) }
	if p.X == q.X {
		along = func(c Point) int64 { return int64(c.Y) - int64(p.Y) }
	}
	length, from, to, s := along(q), along(u), along(v), sideSame
	if length < 0 {
		length, from, to = -length, -from, -to
	}
	if from > to {
		from, to, s = to, from, sideOpposite
	}
	from, to = max(from, 0), min(to, length)
	if from > to {
		return
	}
	a, b := fraction{from, length}, fraction{to, length}
	w.cuts = append(w.cuts, cut{at: a})
	if from < to {
		w.cuts = append(w.cuts, cut{at: b})
		w.stretches = append(w.stretches, stretch{a, b, s})
	}
}
