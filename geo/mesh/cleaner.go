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
	opt     CleanOptions
	parts   []geo.MultiPolygon
	outline geo.MultiPolygon

	claims  []int32 // by part: how many cells it covers
	changed []bool  // by part
	changes []CleanChange
}

func (c *cleaner) run() error {
	var ok bool
	if c.cells, ok = newCells(c.parts, c.outline); !ok {
		return &geo.InvalidError{Rule: RuleTooMuchWork, At: anywhere(c.parts, c.outline)}
	}
	if c.opt.stopped() {
		return ErrStopped
	}
	c.changed = make([]bool, len(c.parts))
	if err := c.countClaims(); err != nil {
		return err
	}
	for _, kind := range [...]Kind{OutsideOutline, Overlap, Gap} {
		for _, place := range c.places(kind) {
			if s := c.placeShape(kind, place); c.opt.small(s.areaM2(), s.widthM()) {
				for _, cell := range place {
					c.resolve(kind, cell)
				}
			}
		}
		if c.opt.stopped() {
			return ErrStopped
		}
	}
	c.newVertices()
	return c.finish()
}

// anywhere returns a vertex of the layer.
func anywhere(parts []geo.MultiPolygon, outline geo.MultiPolygon) orb.Point {
	for _, m := range append(slices.Clip(parts), outline) {
		if len(m) > 0 && len(m[0]) > 0 && len(m[0][0]) > 0 {
			return m[0][0][0].Orb()
		}
	}
	return orb.Point{}
}

// countClaims counts the cells of every part, and finds parts that have none left on the lattice.
func (c *cleaner) countClaims() error {
	c.claims = make([]int32, len(c.parts))
	outline := 0
	for cell := range c.covers {
		for _, p := range c.partsOf(int32(cell)) {
			c.claims[p]++
		}
		if c.inOutline(int32(cell)) {
			outline++
		}
	}
	for p, n := range c.claims {
		if n == 0 {
			return &PartError{p, &geo.InvalidError{Rule: RuleFaceGone, At: c.parts[p][0][0][0].Orb()}}
		}
	}
	if outline == 0 && c.outline != nil {
		return &PartError{Outline, &geo.InvalidError{Rule: RuleFaceGone, At: c.outline[0][0][0].Orb()}}
	}
	return nil
}

// is reports whether a cell has a fault of a kind.
func (c *cleaner) is(kind Kind, cell int32) bool {
	n, in := len(c.partsOf(cell)), c.inOutline(cell)
	switch kind {
	case OutsideOutline:
		return n > 0 && !in && c.outline != nil
	case Overlap:
		return n > 1
	case Gap:
		return n == 0 && (in || c.outline == nil && cell != 0)
	}
	return false
}

// places returns the cells that have a fault of a kind, by connected place.
func (c *cleaner) places(kind Kind) [][]int32 {
	seen := make([]bool, len(c.areas))
	var out [][]int32
	for cell := range int32(len(c.areas)) {
		if seen[cell] || !c.is(kind, cell) {
			continue
		}
		seen[cell] = true
		place := []int32{cell}
		for i := 0; i < len(place); i++ {
			for _, s := range c.around[place[i]] {
				if other := c.cellOf[s^1]; !seen[other] && c.is(kind, other) {
					seen[other] = true
					place = append(place, other)
				}
			}
		}
		out = append(out, place)
	}
	return out
}

// placeShape returns the outline of a place that has a fault of a kind.
func (c *cleaner) placeShape(kind Kind, place []int32) shape {
	if len(place) == 1 {
		return c.shape(place[0])
	}
	var edges []edge
	for _, cell := range place {
		for _, s := range c.around[cell] {
			if !c.is(kind, c.cellOf[s^1]) {
				edges = append(edges, c.sides[s])
			}
		}
	}
	return newShape(c.origin, edges, assemble(edges)[0])
}

// resolve repairs a cell, unless a part would vanish or nobody can take a gap.
func (c *cleaner) resolve(kind Kind, cell int32) {
	switch kind {
	case OutsideOutline:
		for _, p := range slices.Clone(c.partsOf(cell)) {
			if c.claims[p] > 1 {
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
		c.covers[cell] = insert(c.covers[cell], p)
		c.claims[p]++
		c.changed[p] = true
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
		if c.claims[p] <= 1 {
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

// take takes a cell away from a part.
func (c *cleaner) take(cell, part int32) {
	i, _ := slices.BinarySearch(c.covers[cell], part)
	c.covers[cell] = slices.Delete(slices.Clone(c.covers[cell]), i, i+1)
	c.claims[part]--
	c.changed[part] = true
}

func insert(cover []int32, part int32) []int32 {
	i, _ := slices.BinarySearch(cover, part)
	return slices.Insert(slices.Clone(cover), i, part)
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
		for _, s := range chain {
			if p := c.sources[c.strands[s].from].part; p >= 0 {
				c.changed[p] = true
			}
		}
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
		other := Outline
		if t < c.first {
			other = int(c.half.faceOf(t))
		}
		parts = append(parts, other)
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
		slices.SortFunc(whose, func(p, q int) int { return cmp.Compare(uint(p), uint(q)) }) // the outline last
		at := c.strands[chain[i]].a
		change := CleanChange{Kind: VertexAdded, Part: whose[0], Others: whose[1:], At: degrees(c.origin, at)}
		if orient(line.a, line.b, at) != 0 {
			change.Kind = VertexMoved
			change.MaxMoveM = newRuler(c.origin, shape{rings: [][]vec{{at}}, origin: c.origin}).distance(at, line)
		}
		c.changes = append(c.changes, change)
	}
}

// bordersAt reports whether a strand lies on the border of a part, or of the outline, now.
func (c *cleaner) bordersAt(s int32, part int) bool {
	i, ok := slices.BinarySearch(c.bounds, c.pieceOf[s])
	return ok && c.has(c.cellOf[2*i], int32(part)) != c.has(c.cellOf[2*i+1], int32(part))
}

// finish makes the changed parts, and the outline, out of the cells that they cover.
func (c *cleaner) finish() error {
	edges := make(map[int32][]latticeEdge)
	for s := range c.sides {
		left, right := c.cellOf[s], c.cellOf[s^1]
		for _, p := range c.covers[left] {
			if (p == Outline || c.changed[p]) && !c.has(right, p) {
				edges[p] = append(edges[p], latticeEdge{lattice(c.origin, c.sides[s].a), lattice(c.origin, c.sides[s].b)})
			}
		}
	}
	parts := slices.Clone(c.parts)
	for p := range parts {
		if !c.changed[p] {
			continue
		}
		parts[p] = assemblePolygons(edges[int32(p)])
		if err := geo.Check(parts[p]); err != nil {
			return &PartError{p, err}
		}
	}
	c.parts = parts
	if c.outline == nil {
		return nil
	}
	c.outline = assemblePolygons(edges[Outline])
	if err := geo.Check(c.outline); err != nil {
		return &PartError{Outline, err}
	}
	return nil
}
