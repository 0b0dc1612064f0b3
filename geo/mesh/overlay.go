package mesh

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
)

// The layers of labels of an overlay.
const (
	faceLayer = iota // the faces there are
	areaLayer        // areas drawn over them
	layers
	noLayer = -1 // lines that bound nothing
)

// A strip is a directed edge that takes part in an overlay: in its layer, label is what lies to its left, and
// something else to its right.
type strip struct {
	a, b  geo.Point
	layer int
	label int32
}

// A seam is an edge of an overlay, from its smaller end to its larger one.
type seam struct {
	edge
	bounds [layers]bool     // whether its sides have labels of their own in a layer
	sides  [layers][2]int32 // then those to its left and its right, Outside for none
	drawn  bool             // some strip along it is none of the faces'
	border bool             // some strip along it is one of the faces'
}

// A bend is a vertex that an edge of faces got.
type bend struct {
	a, b        geo.Point // the edge
	at          geo.Point
	left, right int32 // the faces beside the edge, Outside for none
}

// An overlay is the planar map of the borders of faces and what is drawn over them, snap-rounded. Sides are numbered
// 2i along seam i, with its left, and 2i+1 back, with its right.
type overlay struct {
	seams  []seam // ordered by their ends
	cellOf []int32
	labels [][layers]int32 // by cell
	bends  []bend
	drawn  []link                 // the pieces of what is drawn, in its order and direction
	back   map[[2]geo.Point]int32 // rising edge → the face to its right; of faces only
	front  map[[2]geo.Point]int32 // … to its left
}

// newOverlay lays drawn over the strips of faces. Edges of faces that do not meet near stay as they are. Without
// matched, borders of faces may meet other than in vertices.
func newOverlay(faces, drawn []strip, near geo.Box, matched bool) (*overlay, error) {
	o := &overlay{back: make(map[[2]geo.Point]int32), front: make(map[[2]geo.Point]int32)}
	numbers := make(map[[2]geo.Point]int32) // rising edge → its link, or still when it takes no part
	const still = -1
	var links []link
	add := func(s strip, takesPart bool) {
		k := risingEnds(s.a, s.b)
		if _, known := numbers[k]; known {
			return
		}
		if !takesPart {
			numbers[k] = still
			return
		}
		numbers[k] = int32(len(links))
		links = append(links, link{k[0], k[1], int32(len(links))})
	}
	for _, s := range faces {
		add(s, !matched || near.Intersects(geo.EmptyBox().Extend(s.a).Extend(s.b)))
		if k := risingEnds(s.a, s.b); s.a == k[0] {
			o.front[k] = s.label
		} else {
			o.back[k] = s.label
		}
	}
	old := len(links)
	for _, s := range drawn {
		add(s, true)
	}
	known := old
	if !matched {
		known = 0
	}
	pieces, ok := snapRoundOnto(links, known, editLimit())
	if !ok {
		return nil, refuse(RuleTooMuchWork, firstPoint(links[old:], near.Min))
	}
	chains := chainsOf(pieces, len(links))
	chain := func(k [2]geo.Point) []link {
		if i := numbers[k]; i != still {
			return chains[i]
		}
		return []link{{a: k[0], b: k[1]}}
	}
	o.findBends(links[:old], chains)
	if err := o.merge(faces, drawn, chain); err != nil {
		return nil, err
	}
	o.walk()
	return o, o.spread()
}

func firstPoint(links []link, otherwise geo.Point) geo.Point {
	if len(links) == 0 {
		return otherwise
	}
	return links[0].a
}

// risingEnds returns the ends of an edge, the smaller one first.
func risingEnds(a, b geo.Point) [2]geo.Point {
	if b.Less(a) {
		return [2]geo.Point{b, a}
	}
	return [2]geo.Point{a, b}
}

// chainsOf returns the pieces of each of n links.
func chainsOf(pieces []link, n int) [][]link {
	chains := make([][]link, n)
	for len(pieces) > 0 {
		k := 1
		for k < len(pieces) && pieces[k].from == pieces[0].from {
			k++
		}
		chains[pieces[0].from], pieces = pieces[:k], pieces[k:]
	}
	return chains
}

// findBends lists the vertices that edges of faces got.
func (o *overlay) findBends(links []link, chains [][]link) {
	for i, l := range links {
		k := [2]geo.Point{l.a, l.b}
		for j := 1; j < len(chains[i]); j++ {
			o.bends = append(o.bends, bend{l.a, l.b, chains[i][j].a, o.left(k), o.right(k)})
		}
	}
}

// left and right return the faces beside a rising edge that is one of the faces'.
func (o *overlay) left(k [2]geo.Point) int32 { return labelOr(o.front, k) }

func (o *overlay) right(k [2]geo.Point) int32 { return labelOr(o.back, k) }

func labelOr(m map[[2]geo.Point]int32, k [2]geo.Point) int32 {
	if face, ok := m[k]; ok {
		return face
	}
	return Outside
}

// A thread is a piece of a strip.
type thread struct {
	edge
	back  bool // the strip runs against it
	layer int
	label int32
	drawn bool
}

// merge makes seams of the strips' pieces: those along one edge become one. Where one label lies on both sides, what
// lay between has collapsed.
func (o *overlay) merge(faces, drawn []strip, chain func([2]geo.Point) []link) error {
	var threads []thread
	add := func(s strip, isDrawn bool) {
		k := risingEnds(s.a, s.b)
		for _, l := range chain(k) {
			e := rising(edgeOf(l))
			threads = append(threads, thread{e, (e.a == vecOf(l.a)) != (s.a == k[0]), s.layer, s.label, isDrawn})
		}
	}
	for _, s := range faces {
		add(s, false)
	}
	for _, s := range drawn {
		add(s, true)
		o.trace(s, chain(risingEnds(s.a, s.b)))
	}
	slices.SortFunc(threads, func(t, u thread) int { return cmp.Or(t.a.compare(u.a), t.b.compare(u.b)) })
	for len(threads) > 0 {
		n := 1
		for n < len(threads) && threads[n].edge == threads[0].edge {
			n++
		}
		s := seam{edge: threads[0].edge}
		if !s.label(threads[:n]) {
			return refuse(RuleBorderCrossed, pointOf(s.a))
		}
		o.seams = append(o.seams, s)
		threads = threads[n:]
	}
	return nil
}

// trace notes the pieces of a drawn strip in its direction.
func (o *overlay) trace(s strip, chain []link) {
	for i := range chain {
		l := chain[i]
		if s.b.Less(s.a) {
			l = chain[len(chain)-1-i]
			l.a, l.b = l.b, l.a
		}
		o.drawn = append(o.drawn, l)
	}
}

// label gives s the labels of the strips along it. It reports false when two labels claim one side.
func (s *seam) label(along []thread) bool {
	var sides [layers][2][]int32
	for _, t := range along {
		s.drawn = s.drawn || t.drawn
		s.border = s.border || !t.drawn
		if t.layer == noLayer {
			continue
		}
		here, there := &sides[t.layer][0], &sides[t.layer][1]
		if t.back {
			here, there = there, here
		}
		if i := slices.Index(*there, t.label); i >= 0 {
			*there = slices.Delete(*there, i, i+1)
		} else {
			*here = append(*here, t.label)
		}
	}
	for l := range layers {
		for side, labels := range sides[l] {
			if len(labels) > 1 {
				return false
			}
			s.sides[l][side] = Outside
			if len(labels) == 1 {
				s.sides[l][side] = labels[0]
				s.bounds[l] = true
			}
		}
	}
	return true
}

// walk finds the cells: sides that follow each other around a cell are of one cell, and so is what a ray to the west
// from the smallest vertex of all that hangs together meets first. Cell 0 is what lies around everything.
func (o *overlay) walk() {
	sides := make([]edge, 2*len(o.seams))
	for i, s := range o.seams {
		sides[2*i], sides[2*i+1] = s.edge, edge{s.b, s.a}
	}
	next := turns(sides)
	cells := newSets(len(sides) + 1)
	around := int32(len(sides))
	for s, n := range next {
		cells.join(int32(s), n)
	}
	g := newGrid(len(o.seams), func(i int) edge { return o.seams[i].edge })
	together := newSets(len(sides))
	for s, n := range next {
		together.join(int32(s), n)
		together.join(int32(s), int32(s)^1)
	}
	started := make(map[int32]bool)
	for i := range o.seams {
		if root := together.find(int32(2 * i)); !started[root] {
			started[root] = true
			cells.join(o.west(g, i), o.topmost(i))
		}
	}
	// Numbers in the order of sides, so that nothing depends on how sets were joined.
	numbers := map[int32]int32{cells.find(around): 0}
	o.cellOf = make([]int32, len(sides))
	for s := range sides {
		root := cells.find(int32(s))
		n, known := numbers[root]
		if !known {
			n = int32(len(numbers))
			numbers[root] = n
		}
		o.cellOf[s] = n
	}
	o.labels = make([][layers]int32, len(numbers))
}

// topmost returns the side that leaves the smallest end of seam i, the first there, and has all that lies west to its
// left.
func (o *overlay) topmost(i int) int32 {
	at, top := o.seams[i].a, i
	for j := i + 1; j < len(o.seams) && o.seams[j].a == at; j++ {
		if orient(at, o.seams[top].b, o.seams[j].b) > 0 {
			top = j
		}
	}
	return int32(2 * top)
}

// west returns the side whose left a ray to the west from the start of seam i meets first, or the number that stands
// for what lies around everything.
func (o *overlay) west(g *grid, i int) int32 {
	at, best := o.seams[i].a, int32(-1)
	g.west(at, func(e int32) {
		if up, ok := crossesWest(o.seams[e].edge, at); ok && (best < 0 || eastOf(up, upward(o.seams[best].edge))) {
			best = e
		}
	})
	switch {
	case best < 0:
		return int32(2 * len(o.seams))
	case o.seams[best].b.y > o.seams[best].a.y:
		return 2*best + 1 // the east of an edge that goes up is its right
	}
	return 2 * best
}

// spread finds the labels of all cells, from what lies around everything on. The error is for borders that contradict
// each other.
func (o *overlay) spread() error {
	around := make([][]int32, len(o.labels)) // by cell: its sides
	for s, c := range o.cellOf {
		around[c] = append(around[c], int32(s))
	}
	known := make([]bool, len(o.labels))
	known[0] = true
	o.labels[0] = [layers]int32{Outside, Outside}
	for queue := []int32{0}; len(queue) > 0; {
		c := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, s := range around[c] {
			beyond := o.labels[c]
			for l := range layers {
				if seam := &o.seams[s/2]; seam.bounds[l] {
					if seam.sides[l][s&1] != beyond[l] {
						return refuse(RuleBorderCrossed, pointOf(seam.a))
					}
					beyond[l] = seam.sides[l][s&1^1]
				}
			}
			switch d := o.cellOf[s^1]; {
			case !known[d]:
				known[d], o.labels[d] = true, beyond
				queue = append(queue, d)
			case o.labels[d] != beyond:
				return refuse(RuleBorderCrossed, pointOf(o.seams[s/2].a))
			}
		}
	}
	return nil
}

// sets are disjoint sets of numbers.
type sets []int32

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = int32(i)
	}
	return s
}

func (s sets) find(i int32) int32 {
	for s[i] != i {
		s[i] = s[s[i]]
		i = s[i]
	}
	return i
}

func (s sets) join(i, j int32) { s[s.find(i)] = s.find(j) }
