package edition

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
	"github.com/wangge/wangge/grid"
)

// outlines are the divisions of one level, by code, with their index.
type outlines struct {
	divisions []*grid.Division
	parts     []geo.MultiPolygon
	index     *index.Index

	// A few that were redrawn have an index of their own, since that of a whole city is dear: their numbers, ascending, are
	// skipped in index.
	redrawn      []int32
	redrawnIndex *index.Index
}

// mostRedrawn is how many outlines of a level may be redrawn before all are indexed again.
const mostRedrawn = 64

// find returns the division at p, -1 for none; of several the one with the lowest code.
func (o *outlines) find(p geo.Point) int32 {
	if len(o.redrawn) == 0 {
		part, _ := o.index.Find(p)
		return part
	}
	best := int32(-1)
	if k, _ := o.redrawnIndex.Find(p); k >= 0 {
		best = o.redrawn[k]
	}
	var buf [16]int32
	for _, part := range o.index.All(p, buf[:0]) {
		if _, skip := slices.BinarySearch(o.redrawn, part); !skip && (best < 0 || part < best) {
			best = part
		}
	}
	return best
}

// number returns where the division of that code is, -1 when it is not there.
func (o *outlines) number(code string) int {
	i, ok := slices.BinarySearchFunc(o.divisions, code, func(d *grid.Division, code string) int { return cmp.Compare(d.Code, code) })
	if !ok {
		return -1
	}
	return i
}

// redrawnDivision is a division with another outline.
type redrawnDivision struct {
	division *grid.Division
	area     geo.MultiPolygon
}

// with returns the outlines after some have been redrawn.
func (o outlines) with(redrawn []redrawnDivision) outlines {
	if len(redrawn) == 0 {
		return o
	}
	o.divisions, o.parts, o.redrawn = slices.Clone(o.divisions), slices.Clone(o.parts), slices.Clone(o.redrawn)
	for _, r := range redrawn {
		i := o.number(r.division.Code)
		if i < 0 {
			continue // a draft redraws only what is there
		}
		o.divisions[i], o.parts[i] = r.division, r.area
		o.redrawn = append(o.redrawn, int32(i))
	}
	slices.Sort(o.redrawn)
	o.redrawn = slices.Compact(o.redrawn)
	if len(o.redrawn) > mostRedrawn {
		o.redrawn, o.redrawnIndex, o.index = nil, nil, index.Build(o.parts)
		return o
	}
	areas := make([]geo.MultiPolygon, len(o.redrawn))
	for i, k := range o.redrawn {
		areas[i] = o.parts[k]
	}
	o.redrawnIndex = index.Build(areas)
	return o
}

// with returns the city after some divisions have been redrawn and the given editions have replaced those of their counties. The
// box of a redrawn division, which lies within its county, does not count for the city's.
func (c *City) with(redrawn []redrawnDivision, editions []*Edition) (*City, error) {
	next := *c
	if len(redrawn) > 0 {
		next.redraw(c, redrawn)
	}
	all := slices.Clone(c.editions)
	for _, e := range editions {
		all = slices.DeleteFunc(all, func(old *Edition) bool { return old.info.CountyCode == e.info.CountyCode })
		all = append(all, e)
	}
	return &next, next.setEditions(c, all)
}

// redraw sets the divisions that differ from those of old.
func (c *City) redraw(old *City, redrawn []redrawnDivision) {
	c.redrawn = maps.Clone(old.redrawn)
	if c.redrawn == nil {
		c.redrawn = map[string]*grid.Division{}
	}
	byRank := make([][]redrawnDivision, len(old.outlines))
	for _, r := range redrawn {
		c.redrawn[r.division.Code] = r.division
		rank := grid.LevelRank(r.division.Level)
		byRank[rank] = append(byRank[rank], r)
	}
	c.outlines = slices.Clone(old.outlines)
	for rank := range byRank {
		c.outlines[rank] = c.outlines[rank].with(byRank[rank])
	}
	c.ordered = sync.OnceValue(func() []grid.Division {
		all := slices.Clone(old.ordered())
		for i := range all {
			if d := c.redrawn[all[i].Code]; d != nil {
				all[i] = *d
			}
		}
		return all
	})
}
