package mesh

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// A cleaner is one run of Clean.
type cleaner struct {
	*cells
	opt   CleanOptions
	layer Layer

	claims  []int32 // by part, and before them by outline, the last first: how many cells it covers
	changed []bool  // likewise
	changes []CleanChange
}

// slot returns where a part, or the complement of an outline, stands in claims and changed.
func (c *cleaner) slot(part int32) int { return len(c.layer.Outlines) + int(part) }

func (c *cleaner) run() error {
	var ok bool
	if c.cells, ok = newCells(c.layer); !ok {
		return &geo.InvalidError{Rule: RuleTooMuchWork, At: c.layer.anywhere()}
	}
	if c.opt.stopped() {
		return ErrStopped
	}
	if err := c.countClaims(); err != nil {
		return err
	}
	c.bridge()
	for _, kind := range [...]Kind{OutsideOutline, Overlap, Gap} {
		for _, place := range c.places(func(cell int32) int32 { return label(c.is(kind, cell)) }) {
			if c.small(place) {
				for _, cell := range place {
					c.resolve(kind, cell)
				}
			}
		}
		if c.opt.stopped() {
			return ErrStopped
		}
	}
	c.follow()
	c.newVertices()
	return c.finish()
}

// anywhere returns a vertex of the layer.
func (l Layer) anywhere() orb.Point {
	if all := slices.Concat(l.Parts, l.Outlines); len(all) > 0 {
		return all[0][0][0][0].Orb()
	}
	return orb.Point{}
}

// countClaims counts the cells of every part and outline, and finds those that have none left on the lattice.
func (c *cleaner) countClaims() error {
	n := len(c.layer.Outlines) + len(c.layer.Parts)
	c.claims, c.changed = make([]int32, n), make([]bool, n)
	for _, cover := range c.covers {
		for _, p := range cover {
			c.claims[c.slot(p)]++
		}
	}
	gone := func(part int, m geo.MultiPolygon) error {
		if c.claims[c.slot(int32(part))] > 0 {
			return nil
		}
		return &PartError{part, &geo.InvalidError{Rule: RuleFaceGone, At: m[0][0][0].Orb()}}
	}
	for p, m := range c.layer.Parts {
		if err := gone(p, m); err != nil {
			return err
		}
	}
	for k, m := range c.layer.Outlines {
		if err := gone(^k, m); err != nil {
			return err
		}
	}
	return nil
}

// is reports whether a cell has a fault of a kind.
func (c *cleaner) is(kind Kind, cell int32) bool {
	n, in := len(c.partsOf(cell)), len(c.outlinesOf(cell)) > 0
	switch kind {
	case OutsideOutline:
		return n > 0 && !in && len(c.layer.Outlines) > 0
	case Overlap:
		return n > 1
	case Gap:
		return n == 0 && (in || len(c.layer.Outlines) == 0 && cell != 0)
	}
	return false
}

// places returns the cells whose label is not 0, by connected place of one label.
func (c *cleaner) places(label func(cell int32) int32) [][]int32 {
	seen := make([]bool, len(c.areas))
	var out [][]int32
	for cell := range int32(len(c.areas)) {
		l := label(cell)
		if seen[cell] || l == 0 {
			continue
		}
		seen[cell] = true
		place := []int32{cell}
		for i := 0; i < len(place); i++ {
			for _, s := range c.around[place[i]] {
				if other := c.cellOf[s^1]; !seen[other] && label(other) == l {
					seen[other] = true
					place = append(place, other)
				}
			}
		}
		out = append(out, place)
	}
	return out
}

// label is 1 for true and 0 for false.
func label(in bool) int32 {
	if in {
		return 1
	}
	return 0
}

// small reports whether a connected place is below both tolerances.
func (c *cleaner) small(place []int32) bool {
	s := c.shape(place[0])
	if len(place) > 1 {
		within := make(map[int32]bool, len(place))
		for _, cell := range place {
			within[cell] = true
		}
		var edges []edge
		for _, cell := range place {
			for _, side := range c.around[cell] {
				if !within[c.cellOf[side^1]] {
					edges = append(edges, c.sides[side])
				}
			}
		}
		s = newShape(c.origin, edges, assemble(edges)[0])
	}
	return c.opt.small(s.areaM2(), s.widthM())
}

// resolve repairs a cell, unless a part would vanish or nobody can take a gap.
func (c *cleaner) resolve(kind Kind, cell int32) {
	switch kind {
	case OutsideOutline:
		for _, p := range slices.Clone(c.partsOf(cell)) {
			if c.claims[c.slot(p)] > 1 {
				c.take(cell, p)
				c.record(CleanChange{Kind: OutsideCut, Part: int(p)}, cell, func(other int32) bool { return c.has(other, p) })
			}
		}
	case Overlap:
		c.decide(cell)
	case Gap:
		p, ok := c.longest(cell, nil)
		if !ok {
			return
		}
		touched := func(other int32) bool { return c.has(other, p) }
		c.record(CleanChange{Kind: GapFilled, Part: int(p)}, cell, touched)
		c.give(cell, p)
	}
}

// decide gives an overlap to one of its parts.
func (c *cleaner) decide(cell int32) {
	claimants := slices.Clone(c.partsOf(cell))
	winner, ok := c.longest(cell, claimants)
	if !ok {
		winner = claimants[0]
	}
	var others []int
	for _, p := range claimants {
		if p == winner {
			continue
		}
		if c.claims[c.slot(p)] <= 1 {
			return
		}
		others = append(others, int(p))
	}
	for _, p := range others {
		c.take(cell, int32(p))
	}
	c.record(CleanChange{Kind: OverlapResolved, Part: int(winner), Others: others}, cell, func(other int32) bool {
		return slices.ContainsFunc(others, func(p int) bool { return c.has(other, int32(p)) })
	})
}

// take takes a cell away from a part or outline, give gives it.
func (c *cleaner) take(cell, part int32) {
	i, _ := slices.BinarySearch(c.covers[cell], part)
	c.covers[cell] = slices.Delete(slices.Clone(c.covers[cell]), i, i+1)
	c.claims[c.slot(part)]--
	c.changed[c.slot(part)] = true
}

func (c *cleaner) give(cell, part int32) {
	i, _ := slices.BinarySearch(c.covers[cell], part)
	c.covers[cell] = slices.Insert(slices.Clone(c.covers[cell]), i, part)
	c.claims[c.slot(part)]++
	c.changed[c.slot(part)] = true
}

// longest returns the part with the longest border with a cell, of some candidates or, if these are nil, of all that
// bound it; the lowest number among equals.
func (c *cleaner) longest(cell int32, candidates []int32) (int32, bool) {
	length := make(map[int32]float64)
	for _, s := range c.around[cell] {
		e := c.sides[s]
		m := geo.DistanceM(lattice(c.origin, e.a), lattice(c.origin, e.b))
		for _, p := range c.partsOf(c.cellOf[s^1]) {
			length[p] += m
		}
	}
	best, most := int32(-1), 0.0
	for p, m := range length {
		if candidates != nil && !slices.Contains(candidates, p) {
			continue
		}
		if m > most || m == most && p < best {
			best, most = p, m
		}
	}
	return best, best >= 0
}

// record notes a change of a cell. The border that stays, or stayed, where it is lies between the cell and those for which
// kept is true; the other side has moved.
func (c *cleaner) record(change CleanChange, cell int32, kept func(other int32) bool) {
	s := c.shape(cell)
	change.AreaM2, change.WidthM, change.At = s.areaM2(), s.widthM(), s.spot()
	change.Polygon = orb.MultiPolygon{s.orb()}
	var still []edge
	for _, side := range c.around[cell] {
		if kept(c.cellOf[side^1]) {
			still = append(still, c.sides[side])
		}
	}
	change.MaxMoveM = newRuler(c.origin, s).farthest(s, still)
	c.changes = append(c.changes, change)
}

// newVertices notes the vertices that borders got, where the border is still there.
func (c *cleaner) newVertices() {
	h := c.half
	for e := range int32(len(h.pts)) {
		chain := c.strandsOf(e)
		if len(chain) < 2 {
			continue
		}
		c.changed[c.slot(h.faceOf(e))] = true
		if c.representative(e) == e {
			c.noteVertices(e, chain)
		}
	}
}

// strandsOf returns the numbers of the strands of half edge e.
func (c *cells) strandsOf(e int32) []int32 {
	out := make([]int32, 0, 2)
	for s := c.chains[e]; s < c.chains[e+1]; s++ {
		out = append(out, s)
	}
	return out
}

func (c *cleaner) noteVertices(e int32, chain []int32) {
	whole := c.sources[c.strands[chain[0]].from]
	parts := []int{int(whole.part)}
	if t := c.half.twin[e]; t >= 0 {
		parts = append(parts, int(c.half.faceOf(t)))
	}
	line := edge{c.vec(whole.a), c.vec(whole.b)}
	for i := 1; i < len(chain); i++ {
		var whose []int
		for _, p := range parts {
			if c.bordersAt(chain[i-1], p) || c.bordersAt(chain[i], p) {
				whose = append(whose, p)
			}
		}
		if len(whose) == 0 {
			continue
		}
		slices.SortFunc(whose, func(p, q int) int { return cmp.Compare(uint(p), uint(q)) }) // outlines last
		at := c.strands[chain[i]].a
		change := CleanChange{Kind: VertexAdded, Part: whose[0], Others: whose[1:], At: degrees(c.origin, at)}
		if orient(line.a, line.b, at) != 0 {
			change.Kind = VertexMoved
			change.MaxMoveM = newRuler(c.origin, shape{rings: [][]vec{{at}}, origin: c.origin}).distance(at, line)
		}
		c.changes = append(c.changes, change)
	}
}

// bordersAt reports whether a strand lies on the border of a part, or of an outline, now.
func (c *cleaner) bordersAt(s int32, part int) bool {
	i, ok := slices.BinarySearch(c.bounds, c.pieceOf[s])
	return ok && c.has(c.cellOf[2*i], int32(part)) != c.has(c.cellOf[2*i+1], int32(part))
}

// finish makes the changed parts and outlines out of the cells that they cover.
func (c *cleaner) finish() error {
	edges := make(map[int32][]latticeEdge)
	for s := range c.sides {
		left, right := c.cellOf[s], c.cellOf[s^1]
		for _, p := range c.covers[left] {
			if c.changed[c.slot(p)] && !c.has(right, p) {
				edges[p] = append(edges[p], latticeEdge{lattice(c.origin, c.sides[s].a), lattice(c.origin, c.sides[s].b)})
			}
		}
	}
	c.layer.Parts, c.layer.Outlines = slices.Clone(c.layer.Parts), slices.Clone(c.layer.Outlines)
	made := func(part int, m *geo.MultiPolygon) error {
		if !c.changed[c.slot(int32(part))] {
			return nil
		}
		*m = assemblePolygons(edges[int32(part)])
		if err := geo.Check(*m); err != nil {
			return &PartError{part, err}
		}
		return nil
	}
	for p := range c.layer.Parts {
		if err := made(p, &c.layer.Parts[p]); err != nil {
			return err
		}
	}
	for k := range c.layer.Outlines {
		if err := made(^k, &c.layer.Outlines[k]); err != nil {
			return err
		}
	}
	return nil
}
