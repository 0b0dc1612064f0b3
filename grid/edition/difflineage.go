package edition

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// The relations of lineage.
const (
	splitOff   = "split"
	mergedInto = "merge"
	shiftedTo  = "shift"
	transfered = "transfer"
)

// sliver is the share of an area below which it is not lineage.
const sliver = 1e-9

// Moved is an area that has another part afterwards.
type Moved struct {
	Kind     string // grid.Dedicated, or grid.Base for base grids and void areas
	From, To string // codes; "" for none
	// Polygon is the area in degrees, lon/lat. Corners at crossings of old and new borders are not on the lattice.
	Polygon orb.MultiPolygon
	AreaM2  float64

	from, to *Part // nil for none
}

// overlaps are the areas that parts of a layer before have in common with those afterwards, for the parts whose boundary or
// identity is not the same.
type overlaps struct {
	tiling  bool
	parts   []*PartDiff
	pairs   []pair            // by before, then after
	sources map[int][]int     // by number of the part after: its pairs
	targets map[int][]int     // by number of the part before
	area    map[*Part]float64 // planar
}

// pair is the planar area in square units that part from, as it was, has in common with part to, as it is.
type pair struct {
	from, to int // numbers in parts
	area     float64
}

func newOverlaps(diffs []PartDiff, tiling bool) *overlaps {
	o := &overlaps{tiling: tiling, sources: map[int][]int{}, targets: map[int][]int{}, area: map[*Part]float64{}}
	for i := range diffs {
		p := &diffs[i]
		if (p.Kind != grid.Dedicated) != tiling || p.Change == Attributes && p.Before.Community() == p.After.Community() {
			continue
		}
		o.parts = append(o.parts, p)
		for _, side := range []*Part{p.Before, p.After} {
			if side != nil {
				o.area[side] = geo.PlanarArea(side.Area)
			}
		}
	}
	boxes := make([]geo.Box, len(o.parts))
	for i, p := range o.parts {
		if boxes[i] = geo.EmptyBox(); p.After != nil {
			boxes[i] = p.After.Area.Box()
		}
	}
	for i, from := range o.parts {
		if from.Before == nil {
			continue
		}
		box := from.Before.Area.Box()
		for j, to := range o.parts {
			if to.After == nil || !box.Intersects(boxes[j]) {
				continue
			}
			if area := geo.OverlapArea(from.Before.Area, to.After.Area); area > 0 {
				o.sources[j] = append(o.sources[j], len(o.pairs))
				o.targets[i] = append(o.targets[i], len(o.pairs))
				o.pairs = append(o.pairs, pair{i, j, area})
			}
		}
	}
	return o
}

// material reports whether a pair tells where a grid went: what a border that was only bent gave or took does not.
func (o *overlaps) material(p pair) bool {
	from, to := o.parts[p.from], o.parts[p.to]
	return from.Kind != grid.Void && to.Kind != grid.Void && !o.rounding(p) && p.area > sliver*o.area[from.Before]
}

// rounding reports whether a pair is no more than what rounding to the lattice gave or took along a border: the grid was only bent,
// or the area is that of a strip of a unit's width as long as the grid.
func (o *overlaps) rounding(p pair) bool {
	from, to := o.parts[p.from], o.parts[p.to]
	if p.from == p.to {
		return false
	}
	box := from.Before.Area.Box()
	length := max(float64(box.Max.X)-float64(box.Min.X), float64(box.Max.Y)-float64(box.Min.Y))
	return from.Change == Bent || to.Change == Bent || p.area <= length
}

// lineage returns from which grids the grids came whose identity or boundary is not the same. Shares are of the area of the grid
// before, without what rounding took of it; together with what became void area they add up to 1.
func (o *overlaps) lineage() []grid.Lineage {
	var all []grid.Lineage
	for i, from := range o.parts {
		if from.Before == nil || from.Kind == grid.Void || from.Change == Bent {
			continue
		}
		whole := o.area[from.Before]
		for _, k := range o.targets[i] {
			if o.rounding(o.pairs[k]) {
				whole -= o.pairs[k].area
			}
		}
		for _, k := range o.targets[i] {
			if p := o.pairs[k]; o.material(p) {
				all = append(all, grid.Lineage{
					FromCode: from.Code, ToCode: o.parts[p.to].Code, Relation: o.relation(p), ShareOfArea: min(1, p.area/whole),
				})
			}
		}
	}
	return all
}

// relation says what made the grid to of the grid from. A grid that is new and has area of several that ended, or one that is there
// still and took in one that ended, is a merge; area that went to a new grid otherwise is a split; a whole grid that went to a new
// one, for another community or another code, is a transfer; everything else is a shift.
func (o *overlaps) relation(p pair) string {
	from, to := o.parts[p.from], o.parts[p.to]
	switch {
	case from == to:
		return o.ownRelation(p.from)
	case from.Change == Retired && to.Change == Created:
		if from.Before.Community() != to.After.Community() {
			return transfered
		}
		if o.count(o.sources[p.to]) > 1 {
			return mergedInto
		}
		if o.count(o.targets[p.from]) > 1 {
			return splitOff
		}
		return transfered
	case from.Change == Retired:
		return mergedInto
	case to.Change == Created:
		return splitOff
	}
	return shiftedTo
}

// ownRelation is relation for a grid that is there before and afterwards.
func (o *overlaps) ownRelation(i int) string {
	if o.parts[i].Before.Community() != o.parts[i].After.Community() {
		return transfered
	}
	for _, k := range o.targets[i] {
		if p := o.pairs[k]; o.material(p) && o.parts[p.to].Change == Created {
			return splitOff
		}
	}
	for _, k := range o.sources[i] {
		if p := o.pairs[k]; o.material(p) && o.parts[p.from].Change == Retired {
			return mergedInto
		}
	}
	return shiftedTo
}

func (o *overlaps) count(pairs []int) int {
	n := 0
	for _, k := range pairs {
		if o.material(o.pairs[k]) {
			n++
		}
	}
	return n
}

// moved returns the areas that have another part afterwards, by the codes from and to.
func (o *overlaps) moved() []Moved {
	kind := grid.Dedicated
	if o.tiling {
		kind = grid.Base
	}
	var all []Moved
	add := func(from, to *Part, polygon orb.MultiPolygon, areaM2 float64) {
		if areaM2 <= 0 {
			return
		}
		m := Moved{Kind: kind, Polygon: polygon, AreaM2: areaM2, from: from, to: to}
		if from != nil {
			m.From = from.Code
		}
		if to != nil {
			m.To = to.Code
		}
		all = append(all, m)
	}
	shapes := make([]commonArea, len(o.pairs))
	eachOf(len(o.pairs), func(k int) { shapes[k] = o.common(o.pairs[k]) })
	for k, p := range o.pairs {
		add(o.parts[p.from].Before, o.parts[p.to].After, shapes[k].polygon, shapes[k].areaM2)
	}
	for i, p := range o.parts {
		if p.Before != nil {
			polygon, areaM2 := o.rest(p.Before, o.targets[i], func(k int) *Part { return o.parts[o.pairs[k].to].After })
			add(p.Before, nil, polygon, areaM2)
		}
		if p.After != nil {
			polygon, areaM2 := o.rest(p.After, o.sources[i], func(k int) *Part { return o.parts[o.pairs[k].from].Before })
			add(nil, p.After, polygon, areaM2)
		}
	}
	slices.SortStableFunc(all, func(a, b Moved) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return all
}

// commonArea is what two parts have in common.
type commonArea struct {
	polygon orb.MultiPolygon
	areaM2  float64
}

// common returns the ground of a pair that changes hands: none where it stays with the part.
func (o *overlaps) common(p pair) (c commonArea) {
	if p.from == p.to {
		return c
	}
	from, to := o.parts[p.from].Before, o.parts[p.to].After
	switch p.area {
	case o.area[from]: // all of it
		return commonArea{from.Area.Orb(), geo.AreaM2(from.Area)}
	case o.area[to]:
		return commonArea{to.Area.Orb(), geo.AreaM2(to.Area)}
	}
	for _, f := range mesh.CheckDisjoint([]geo.MultiPolygon{from.Area, to.Area}) {
		c.polygon, c.areaM2 = append(c.polygon, f.Polygon...), c.areaM2+f.AreaM2
	}
	return c
}

// rest returns what no other part has of a part: nothing in a tiling, usually all or nothing of dedicated grids.
func (o *overlaps) rest(p *Part, pairs []int, other func(pair int) *Part) (polygon orb.MultiPolygon, areaM2 float64) {
	left := o.area[p]
	var others []geo.MultiPolygon
	for _, k := range pairs {
		left -= o.pairs[k].area
		others = append(others, other(k).Area)
	}
	switch {
	case len(others) == 0:
		return p.Area.Orb(), geo.AreaM2(p.Area)
	case left <= sliver*o.area[p]:
		return nil, 0
	}
	for _, f := range mesh.Check(others, p.Area) {
		if f.Kind == mesh.Gap {
			polygon, areaM2 = append(polygon, f.Polygon...), areaM2+f.AreaM2
		}
	}
	return polygon, areaM2
}
