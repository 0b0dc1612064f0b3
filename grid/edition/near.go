package edition

import (
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// Near returns two small cities, without and with the draft in force, whose answers are those of the whole ones for every point in
// the boxes, with an accuracy of at most the near distance, and for every shape in one of them. New grids have the ids -1, -2, …
// in the order of their codes; editions keep their numbers. The cost is that of the parts that meet the boxes.
func (d *Draft) Near(boxes []geo.Box) (before, after *City, err error) {
	reach := max(d.city.settings.FallbackM, d.city.settings.NearM)
	wide := make([]geo.Box, len(boxes))
	for i, b := range boxes {
		wide[i] = wideBox(b, reach)
	}
	ids := d.newIDs()
	var old, next []*Edition
	for _, e := range d.city.editions {
		was := e.within(wide, nil)
		old = append(old, was.edition())
		if !slices.Contains(d.counties, e.info.CountyCode) {
			next = append(next, old[len(old)-1])
			continue
		}
		now := e.within(wide, d.parts)
		for _, p := range d.parts {
			if !p.Removed && p.county() == e.info.CountyCode && meetsAny(p.area.Box(), wide) {
				now.add(p, func(code string) int64 { return ids[code] })
			}
		}
		next = append(next, now.edition())
	}
	if before, err = d.city.with(nil, old); err != nil {
		return nil, nil, err
	}
	if after, err = d.city.with(d.outlines(), next); err != nil {
		return nil, nil, err
	}
	return before, after, nil
}

// newIDs gives the grids that are new in the draft the ids -1, -2, … in the order of their codes.
func (d *Draft) newIDs() map[string]int64 {
	var codes []string
	for _, p := range d.parts {
		if p.Grid != nil && p.Grid.ID == 0 {
			codes = append(codes, p.Code)
		}
	}
	slices.Sort(codes)
	ids := make(map[string]int64, len(codes))
	for i, code := range slices.Compact(codes) {
		ids[code] = -1 - int64(i)
	}
	return ids
}

// within returns the parts of the edition that may meet the boxes, without those that a draft has touched.
func (e *Edition) within(boxes []geo.Box, touched map[partKey]*draftPart) layers {
	l := layers{info: e.info}
	var tiling, dedicated []int32
	for _, b := range boxes {
		if b.Intersects(e.box) {
			tiling = e.tilingIndex.Overlapping(b, tiling)
		}
		dedicated = e.dedicatedIndex.Overlapping(b, dedicated)
	}
	for _, k := range distinct(tiling) {
		if _, ok := touched[e.key(int(k))]; ok {
			continue
		}
		if i := int(k) - len(e.base); i >= 0 {
			l.voids = append(l.voids, placed[grid.VoidArea]{&e.voids[i], e.tiling[k]})
		} else {
			l.base = append(l.base, placed[grid.Grid]{&e.base[k], e.tiling[k]})
		}
	}
	for _, k := range distinct(dedicated) {
		if _, ok := touched[partKey{grid.Dedicated, e.dedicated[k].Code}]; !ok {
			l.dedicated = append(l.dedicated, placed[grid.Grid]{&e.dedicated[k], e.dedicatedParts[k]})
		}
	}
	return l
}

func distinct(numbers []int32) []int32 {
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func meetsAny(box geo.Box, boxes []geo.Box) bool {
	return slices.ContainsFunc(boxes, box.Intersects)
}

// wideBox returns a box that contains every point within radiusM metres of b.
func wideBox(b geo.Box, radiusM float64) geo.Box {
	if b.Empty() {
		return b
	}
	const metresPerUnit = 0.011 // of latitude: less than anywhere on the ellipsoid
	dy := radiusM/metresPerUnit + 1
	lat := min(max(math.Abs(float64(b.Min.Y)), math.Abs(float64(b.Max.Y)))+dy, 89.9*geo.UnitsPerDegree) / geo.UnitsPerDegree
	dx := dy/math.Cos(lat*math.Pi/180) + 1
	clamp := func(v float64) int32 { return int32(min(max(v, math.MinInt32), math.MaxInt32)) }
	return geo.Box{
		Min: geo.Point{X: clamp(float64(b.Min.X) - dx), Y: clamp(float64(b.Min.Y) - dy)},
		Max: geo.Point{X: clamp(float64(b.Max.X) + dx), Y: clamp(float64(b.Max.Y) + dy)},
	}
}
