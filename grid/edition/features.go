package edition

import (
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// BaseIn returns the numbers in Base of the grids that may meet one of the boxes, ascending: every one that does is among them, and each
// has a bounding box that does. Nil boxes are no restriction.
func (e *Edition) BaseIn(boxes []geo.Box) []int32 {
	if boxes == nil {
		return upTo(len(e.base))
	}
	var found []int32
	for _, b := range boxes {
		if b.Intersects(e.box) {
			found = e.tilingIndex.Overlapping(b, found)
		}
	}
	found = distinct(found)
	for i, k := range found {
		if int(k) >= len(e.base) { // void areas come after the base grids
			return found[:i]
		}
	}
	return found
}

// DedicatedIn is BaseIn for Dedicated.
func (e *Edition) DedicatedIn(boxes []geo.Box) []int32 {
	if boxes == nil {
		return upTo(len(e.dedicated))
	}
	var found []int32
	for _, b := range boxes {
		found = e.dedicatedIndex.Overlapping(b, found)
	}
	return distinct(found)
}

func upTo(n int) []int32 {
	all := make([]int32, n)
	for i := range all {
		all[i] = int32(i)
	}
	return all
}

// DedicatedArea returns the area of a grid in Dedicated on the lattice; that of a base grid is in Tiling.
func (e *Edition) DedicatedArea(number int) geo.MultiPolygon { return e.dedicatedParts[number] }

// DivisionArea returns the outline of a division on the lattice, nil for an unknown code.
func (c *City) DivisionArea(code string) geo.MultiPolygon {
	d := c.Division(code)
	if d == nil {
		return nil
	}
	o := &c.outlines[grid.LevelRank(d.Level)]
	return o.parts[o.number(code)]
}
