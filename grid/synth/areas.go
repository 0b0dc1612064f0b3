package synth

import (
	"fmt"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// countedOn is the day of the counts of households and residents.
const countedOn = "2025-11-01"

// divisions yields the city, its counties, streets and communities, each after what it lies in.
func (c *City) divisions(yield func(grid.Record) bool) {
	all := make([]int32, len(c.first))
	for f := range all {
		all[f] = int32(f)
	}
	ok := yield(record(area(c.outline(all, func(int32) bool { return true })), map[string]any{
		"code": CityCode, "name": c.Name(), "level": grid.LevelCity, "code_system": "statistical",
		"households": number(c.count(0, int32(len(c.community)))), "counted_on": countedOn,
	}))
	for i := int32(0); ok && i < int32(len(c.counties)); i++ {
		d := c.counties[i]
		first, last := c.streets[d.first].first, c.streets[d.last-1].last
		shape := c.regionOutline(first, last, func(community int32) bool { return c.streets[c.communities[community].parent].parent == i })
		ok = yield(c.divisionRecord(shape, d, grid.LevelCounty, CityCode, first, last))
	}
	for i := int32(0); ok && i < int32(len(c.streets)); i++ {
		d := c.streets[i]
		shape := c.regionOutline(d.first, d.last, func(community int32) bool { return c.communities[community].parent == i })
		ok = yield(c.divisionRecord(shape, d, grid.LevelStreet, c.counties[d.parent].code, d.first, d.last))
	}
	for i := int32(0); ok && i < int32(len(c.communities)); i++ {
		d := c.communities[i]
		shape := c.regionOutline(i, i+1, func(community int32) bool { return community == i })
		r := c.divisionRecord(shape, d, grid.LevelCommunity, c.streets[d.parent].code, i, i+1)
		r.Fields["urban_rural_class"] = c.urbanRuralClass(d)
		ok = yield(r)
	}
}

// regionOutline returns the union of the communities [first, last), for which in holds.
func (c *City) regionOutline(first, last int32, in func(community int32) bool) geo.MultiPolygon {
	faces := c.communityFaces.items[c.communityFaces.start[first]:c.communityFaces.start[last]]
	return c.outline(faces, func(f int32) bool { return in(c.ofSuper[c.super[f]]) })
}

// divisionRecord describes a division that consists of the communities [first, last).
func (c *City) divisionRecord(shape geo.MultiPolygon, d division, level, parent string, first, last int32) grid.Record {
	households := c.count(c.communities[first].first, c.communities[last-1].last)
	fields := map[string]any{
		"code": d.code, "name": d.name, "level": level, "parent_code": parent, "code_system": "statistical",
		"households": number(households), "residents": number(households * 26 / 10), "counted_on": countedOn,
	}
	if d.kind != "" {
		fields["kind"] = d.kind
	}
	return record(area(shape), fields)
}

// count returns the households of the grids [first, last).
func (c *City) count(first, last int32) int {
	n := 0
	for _, h := range c.households[first:last] {
		n += int(h)
	}
	return n
}

// countHouseholds gives most grids 300 to 500 households, the norm, and some fewer or more.
func (c *City) countHouseholds() {
	c.households = make([]int32, len(c.community))
	for g := range c.households {
		r := random(c.seed, streamGrids, -1-g)
		lo, hi := 300.0, 501.0
		switch draw := r.Float64(); {
		case draw < 0.02:
			lo, hi = 12, 80
		case draw < 0.09:
			lo, hi = 120, 300
		case draw < 0.14:
			lo, hi = 501, 900
		}
		c.households[g] = int32(between(r, lo, hi))
	}
}

// gridOutline returns the boundary of a base grid.
func (c *City) gridOutline(g int32) geo.MultiPolygon {
	return c.outline(c.faces.of(g), func(f int32) bool { return c.grid[f] == g })
}

func (c *City) baseGrids(yield func(grid.Record) bool) {
	for g := range int32(len(c.community)) {
		d := c.communities[c.community[g]]
		shape := c.gridOutline(g)
		fields := map[string]any{
			"code": c.gridCode(g), "name": fmt.Sprintf("%s第%d网格（%s）", d.name, g-d.first+1, c.estate(c.mainFace(c.faces.of(g)))),
			"community_code": d.code, "households": number(c.households[g]), "residents": number(c.households[g] * 26 / 10), "buildings": number(len(c.buildings(g))),
			"bounds_text": c.boundsText(c.faces.of(g), func(f int32) bool { return c.grid[f] == g }),
		}
		if len(shape) > 1 {
			fields["note"] = "飞地：含不相连的部分"
		}
		if !yield(record(area(shape), fields)) {
			return
		}
	}
}

// boundsText names the road on each side: 东至…，南至…，西至…，北至….
func (c *City) boundsText(faces []int32, in func(f int32) bool) string {
	text := ""
	for side, toward := range []vec{{1, 0}, {0, -1}, {-1, 0}, {0, 1}} {
		best, far := int32(-1), 0.0
		for _, f := range faces {
			for _, h := range c.loop(f, nil) {
				if !c.onBorder(h, in) || c.roadOf[h>>1] < 0 {
					continue
				}
				if d := c.at(h).to(c.at(h^1), 0.5).dot(toward); best < 0 || d > far {
					best, far = h, d
				}
			}
		}
		if best < 0 {
			continue
		}
		if text != "" {
			text += "，"
		}
		text += directionsZh[side] + "至" + c.roadName(c.roadOf[best>>1])
	}
	return text
}

func (c *City) voidAreas(yield func(grid.Record) bool) {
	number := map[int32]int{}
	for i, v := range c.voids {
		number[v.community]++
		d := c.communities[v.community]
		reason, name := "water", c.riverName()
		switch v.ground {
		case lakeWater:
			name = c.lakeName(c.lakeAt(c.centroid[v.faces[0]]))
		case military:
			reason, name = "military", "军事管理区"
		}
		shape := c.outline(v.faces, func(f int32) bool { return c.voidOf(f) == int32(i) })
		if !yield(record(area(shape), map[string]any{
			"code": fmt.Sprintf("%s-V%02d", d.code, number[v.community]), "name": name, "community_code": d.code, "reason": reason,
		})) {
			return
		}
	}
}

// voidOf returns the void area of a face, -1 for none.
func (c *City) voidOf(f int32) int32 {
	if c.grid[f] >= 0 {
		return -1
	}
	return -2 - c.grid[f]
}
