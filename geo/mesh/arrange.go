package mesh

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
)

// A source is an edge that takes part in an arrangement: a left-over edge of a part, or an edge of the outline.
type source struct {
	a, b geo.Point
	part int32 // -1 for the outline
	step winding
}

// A winding says how often something is covered at a place: by parts beyond the outline's own single cover (excess),
// and by the outline. The number of parts there is excess + outline. As the step of an edge it says what is more on
// the left of the edge than on its right.
type winding struct{ excess, outline int32 }

func (w winding) plus(v winding) winding {
	return winding{w.excess + v.excess, w.outline + v.outline}
}

func (w winding) minus(v winding) winding {
	return winding{w.excess - v.excess, w.outline - v.outline}
}

// parts returns how many parts cover the place.
func (w winding) parts() int32 { return w.excess + w.outline }

// A piece is an edge of the arrangement, from its smaller end to its larger, with all strands that run along it.
type piece struct {
	edge
	step        winding
	strands     []int32
	left, right winding
}

// An arrangement is the planar map that sources make when they are cut where they meet.
type arrangement struct {
	origin  geo.Point
	sources []source
	strands []strand
	pieces  []piece
}

// arrange cuts sources where they meet and finds how often the places beside every piece are covered. It reports
// false when the sources are too much of a tangle, see node.
func arrange(sources []source) (*arrangement, bool) {
	a := &arrangement{sources: sources}
	box := geo.EmptyBox()
	for _, s := range sources {
		box = box.Extend(s.a).Extend(s.b)
	}
	a.origin = box.Min
	strands := make([]strand, len(sources))
	for i, s := range sources {
		strands[i] = strand{edge{a.vec(s.a), a.vec(s.b)}, int32(i)}
	}
	var ok bool
	if a.strands, ok = node(strands); !ok {
		return nil, false
	}
	a.mergePieces()
	a.wind()
	return a, true
}

// vec returns the fine point of a lattice point.
func (a *arrangement) vec(p geo.Point) vec {
	return vec{(int64(p.X) - int64(a.origin.X)) * fine, (int64(p.Y) - int64(a.origin.Y)) * fine}
}

// mergePieces makes one piece of all strands with the same ends, ordered by them.
func (a *arrangement) mergePieces() {
	order := make([]int32, len(a.strands))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		e, f := rising(a.strands[i].edge), rising(a.strands[j].edge)
		return cmp.Or(e.a.compare(f.a), e.b.compare(f.b), cmp.Compare(i, j))
	})
	for first := 0; first < len(order); {
		p := piece{edge: rising(a.strands[order[first]].edge)}
		end := first
		for ; end < len(order) && rising(a.strands[order[end]].edge) == p.edge; end++ {
			s := a.strands[order[end]]
			if step := a.sources[s.from].step; s.a == p.a {
				p.step = p.step.plus(step)
			} else {
				p.step = p.step.minus(step)
			}
		}
		p.strands = order[first:end]
		a.pieces = append(a.pieces, p)
		first = end
	}
}

// rising returns e or its reverse, whichever starts at the smaller end.
func rising(e edge) edge {
	if e.b.less(e.a) {
		return edge{e.b, e.a}
	}
	return e
}

// wind finds the windings to the left and right of every piece that has a step. Going around a face of the map and
// across its pieces reaches everything that hangs together; a ray to the west finds where to start.
func (a *arrangement) wind() {
	var sides []edge // of stepping piece i: 2i along it, 2i+1 back
	var stepping []int32
	for i, p := range a.pieces {
		if p.step != (winding{}) {
			stepping = append(stepping, int32(i))
			sides = append(sides, p.edge, edge{p.b, p.a})
		}
	}
	w := winder{next: turns(sides), sides: sides, known: make([]bool, len(sides)), left: make([]winding, len(sides))}
	w.grid = newGrid(len(stepping), func(i int) edge { return sides[2*i] })
	w.steps, w.counted = make([]winding, len(stepping)), make([]int32, len(stepping))
	for k, i := range stepping {
		w.steps[k] = a.pieces[i].step
	}
	for k := range stepping {
		if !w.known[2*k] {
			w.spread(w.start(k))
		}
	}
	for k, i := range stepping {
		a.pieces[i].left, a.pieces[i].right = w.left[2*k], w.left[2*k+1]
	}
}

// winder spreads windings over the sides of pieces.
type winder struct {
	grid  *grid // of the pieces
	sides []edge
	steps []winding // by piece
	next  []int32
	known []bool
	left  []winding

	counted []int32 // by piece: the last start that counted it, plus one
}

// start finds the winding to the left of a side that leaves the smallest end of piece k, the smallest vertex of all
// that hangs together with it, and returns the side.
func (w *winder) start(k int) int32 {
	at, top := w.sides[2*k].a, k
	for j := k + 1; 2*j < len(w.sides) && w.sides[2*j].a == at; j++ {
		if orient(at, w.sides[2*top].b, w.sides[2*j].b) > 0 {
			top = j
		}
	}
	// Nothing of this component lies west of at, so its topmost side has the place west of at to its left.
	var sum winding
	w.grid.west(at, func(e int32) {
		up, ok := crossesWest(w.sides[2*e], at)
		if !ok || w.counted[e] == int32(k)+1 {
			return
		}
		w.counted[e] = int32(k) + 1
		if up == w.sides[2*e] {
			sum = sum.minus(w.steps[e])
		} else {
			sum = sum.plus(w.steps[e])
		}
	})
	w.set(int32(2*top), sum)
	return int32(2 * top)
}

// set gives the winding to all sides of a face.
func (w *winder) set(side int32, value winding) {
	for e := side; !w.known[e]; e = w.next[e] {
		w.known[e], w.left[e] = true, value
	}
}

// spread goes from the face of side to all that are connected with it.
func (w *winder) spread(side int32) {
	for queue := []int32{side}; len(queue) > 0; {
		first := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for e := first; ; {
			if twin := e ^ 1; !w.known[twin] {
				step := w.steps[e/2]
				value := w.left[e].minus(step)
				if e&1 == 1 {
					value = w.left[e].plus(step)
				}
				w.set(twin, value)
				queue = append(queue, twin)
			}
			if e = w.next[e]; e == first {
				break
			}
		}
	}
}
