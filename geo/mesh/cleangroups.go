package mesh

import "slices"

// bridge makes the outlines tile among themselves where places between them are below both tolerances, so that what covers
// these is not cut off as lying outside. A lake in one outline stays one.
func (c *cleaner) bridge() {
	if len(c.layer.Outlines) < 2 {
		return
	}
	for _, place := range c.places(func(cell int32) int32 { return label(len(c.outlinesOf(cell)) == 0) }) {
		if slices.Contains(place, 0) || !c.small(place) {
			continue
		}
		var beside []int32
		for _, cell := range place {
			for _, s := range c.around[cell] {
				beside = append(beside, c.outlinesOf(c.cellOf[s^1])...)
			}
		}
		slices.Sort(beside)
		if beside = slices.Compact(beside); len(beside) < 2 {
			continue
		}
		for _, cell := range place {
			c.give(cell, beside[len(beside)-1])
		}
	}
}

// follow gives places below both tolerances that lie in another outline than that of the part that covers them to the latter.
func (c *cleaner) follow() {
	if len(c.layer.Outlines) < 2 {
		return
	}
	owner := make([]int32, len(c.areas)) // by cell: the complement of the outline that it is to be in, or 0 for as it is
	for cell := range owner {
		if parts := c.partsOf(int32(cell)); len(parts) == 1 {
			group := ^c.layer.group(parts[0])
			if in := c.outlinesOf(int32(cell)); len(in) > 0 && (len(in) > 1 || in[0] != group) {
				owner[cell] = group
			}
		}
	}
	for _, place := range c.places(func(cell int32) int32 { return owner[cell] }) {
		if c.small(place) {
			c.moveTo(place, owner[place[0]])
		}
	}
}

// moveTo puts the cells of a place into one outline, unless another would vanish.
func (c *cleaner) moveTo(place []int32, group int32) {
	for _, cell := range place {
		in := slices.Clone(c.outlinesOf(cell))
		if slices.ContainsFunc(in, func(o int32) bool { return o != group && c.claims[c.slot(o)] <= 1 }) {
			continue
		}
		for _, o := range in {
			if o != group {
				c.take(cell, o)
			}
		}
		if !c.has(cell, group) {
			c.give(cell, group)
		}
	}
}
