package edition

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// WorkPart is a part to draw on. A Fixed one is there for its borders with the others alone.
type WorkPart struct {
	Part
	Fixed bool
}

// WorkingSet returns the base grids, void areas and dedicated grids of some counties whose boxes meet one of boxes, by kind and code, and after
// them, Fixed, all those that have a vertex in common with one of them, of whatever county: every border that meets in a vertex of
// a part that is not fixed is there. It returns false where more than most would not be fixed, or five times as many in all.
func (c *City) WorkingSet(counties []string, boxes []geo.Box, most int) ([]WorkPart, bool) {
	var set []WorkPart
	for _, e := range c.editions {
		if slices.Contains(counties, e.info.CountyCode) {
			set = append(set, e.partsIn(boxes, false)...)
		}
	}
	if len(set) > most {
		return nil, false
	}
	around := geo.EmptyBox()
	vertices := map[bool]map[geo.Point]bool{false: {}, true: {}} // of what tiles, and of dedicated grids
	has := map[partKey]bool{}
	for i := range set {
		p := &set[i]
		has[partKey{p.Kind, p.Code}] = true
		around = around.Union(p.Area.Box())
		eachVertex(p.Area, func(v geo.Point) bool { vertices[p.Kind == grid.Dedicated][v] = true; return false })
	}
	for _, e := range c.editions {
		for _, p := range e.partsIn([]geo.Box{around}, true) {
			of := vertices[p.Kind == grid.Dedicated]
			if has[partKey{p.Kind, p.Code}] || !eachVertex(p.Area, func(v geo.Point) bool { return of[v] }) {
				continue
			}
			if set = append(set, p); len(set) > 5*most {
				return nil, false
			}
		}
	}
	slices.SortStableFunc(set, func(a, b WorkPart) int {
		return cmp.Or(compareBools(a.Fixed, b.Fixed), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code))
	})
	return set, true
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// eachVertex calls f for the vertices of an area until it returns true, and reports whether it has.
func eachVertex(area geo.MultiPolygon, f func(geo.Point) bool) bool {
	for _, polygon := range area {
		for _, ring := range polygon {
			if slices.ContainsFunc(ring, f) {
				return true
			}
		}
	}
	return false
}

// partsIn returns the parts of the edition whose boxes meet one of boxes.
func (e *Edition) partsIn(boxes []geo.Box, fixed bool) []WorkPart {
	near := e.within(boxes, nil)
	var parts []WorkPart
	add := func(p grid.PlanPart, area geo.MultiPolygon) {
		if meetsAny(area.Box(), boxes) {
			parts = append(parts, WorkPart{Part{p, area}, fixed})
		}
	}
	for _, g := range near.base {
		add(grid.PlanPart{Kind: grid.Base, Code: g.of.Code, Grid: g.of}, g.area)
	}
	for _, g := range near.dedicated {
		add(grid.PlanPart{Kind: grid.Dedicated, Code: g.of.Code, Grid: g.of}, g.area)
	}
	for _, v := range near.voids {
		add(grid.PlanPart{Kind: grid.Void, Code: v.of.Code, Void: v.of}, v.area)
	}
	return parts
}
