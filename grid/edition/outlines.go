package edition

import (
	"cmp"
	"maps"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
	"github.com/wangge/wangge/grid"
)

// outlines are the divisions of one level, by code, with an index for each county.
type outlines struct {
	divisions []*grid.Division
	parts     []geo.MultiPolygon
	boxes     []geo.Box // of parts
	groups    []*outlineGroup

	// A few that were redrawn have an index of their own, since that of a whole county is dear: their numbers, ascending, are
	// skipped in groups.
	redrawn      []int32
	redrawnIndex *index.Index
}

// outlineGroup is the outlines of one county. It never changes.
type outlineGroup struct {
	county  string
	numbers []int32            // in outlines
	parts   []geo.MultiPolygon // what index is of
	index   *index.Index
	box     geo.Box
}

// mostRedrawn is how many outlines of a level may be redrawn before all are indexed again.
const mostRedrawn = 64

// group indexes the outlines county by county. Those that old has are taken from there.
func (o *outlines) group(old *outlines) {
	numbers := map[string][]int32{}
	for i, d := range o.divisions {
		numbers[d.CountyCode] = append(numbers[d.CountyCode], int32(i))
	}
	have := map[string]*outlineGroup{}
	if old != nil {
		for _, g := range old.groups {
			have[g.county] = g
		}
	}
	o.groups, o.redrawn, o.redrawnIndex = nil, nil, nil
	for _, county := range slices.Sorted(maps.Keys(numbers)) {
		g := &outlineGroup{county: county, numbers: numbers[county], box: geo.EmptyBox()}
		for _, i := range g.numbers {
			g.parts = append(g.parts, o.parts[i])
			g.box = g.box.Union(o.boxes[i])
		}
		if was := have[county]; was != nil && slices.EqualFunc(g.parts, was.parts, sameMemory) {
			g.index = was.index
		} else {
			g.index = index.Build(g.parts)
		}
		o.groups = append(o.groups, g)
	}
}

// sameMemory reports whether a and b, which do not change, are one.
func sameMemory(a, b geo.MultiPolygon) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// find returns the division at p, -1 for none; of several the one with the lowest code.
func (o *outlines) find(p geo.Point) int32 {
	best := int32(-1)
	lower := func(k int32) {
		if best < 0 || k < best {
			best = k
		}
	}
	if len(o.redrawn) > 0 {
		if k, _ := o.redrawnIndex.Find(p); k >= 0 {
			lower(o.redrawn[k])
		}
	}
	for _, g := range o.groups {
		if !g.box.Contains(p) {
			continue
		}
		if len(o.redrawn) == 0 {
			if k, _ := g.index.Find(p); k >= 0 {
				lower(g.numbers[k])
			}
			continue
		}
		var buf [16]int32
		for _, k := range g.index.All(p, buf[:0]) {
			if !o.isRedrawn(g.numbers[k]) {
				lower(g.numbers[k])
			}
		}
	}
	return best
}

func (o *outlines) isRedrawn(number int32) bool {
	_, is := slices.BinarySearch(o.redrawn, number)
	return is
}

// overlapping returns the divisions that may meet box, ascending.
func (o *outlines) overlapping(box geo.Box) []int32 {
	var found []int32
	for _, g := range o.groups {
		if !g.box.Intersects(box) {
			continue
		}
		for _, k := range g.index.Overlapping(box, nil) {
			if !o.isRedrawn(g.numbers[k]) {
				found = append(found, g.numbers[k])
			}
		}
	}
	if len(o.redrawn) > 0 {
		for _, k := range o.redrawnIndex.Overlapping(box, nil) {
			found = append(found, o.redrawn[k])
		}
	}
	slices.Sort(found)
	return found
}

// number returns where the division of that code is, -1 when it is not there.
func (o *outlines) number(code string) int {
	i, ok := slices.BinarySearchFunc(o.divisions, code, func(d *grid.Division, code string) int { return cmp.Compare(d.Code, code) })
	if !ok {
		return -1
	}
	return i
}

// redrawnDivision is a division that has changed, mostly in its outline.
type redrawnDivision struct {
	division *grid.Division
	area     geo.MultiPolygon
}

// with returns the outlines after some divisions have changed.
func (o outlines) with(changed []redrawnDivision) outlines {
	if len(changed) == 0 {
		return o
	}
	o.divisions, o.parts, o.boxes, o.redrawn = slices.Clone(o.divisions), slices.Clone(o.parts), slices.Clone(o.boxes), slices.Clone(o.redrawn)
	for _, r := range changed {
		i := o.number(r.division.Code)
		if i < 0 {
			continue // a draft redraws only what is there
		}
		o.divisions[i] = r.division
		if !sameMemory(o.parts[i], r.area) {
			o.parts[i], o.boxes[i] = r.area, r.area.Box()
			o.redrawn = append(o.redrawn, int32(i))
		}
	}
	slices.Sort(o.redrawn)
	o.redrawn = slices.Compact(o.redrawn)
	if len(o.redrawn) > mostRedrawn {
		old := o
		o.group(&old)
		return o
	}
	areas := make([]geo.MultiPolygon, len(o.redrawn))
	for i, k := range o.redrawn {
		areas[i] = o.parts[k]
	}
	o.redrawnIndex = index.Build(areas)
	return o
}
