package edition

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// Divisions returns the communities and streets that the draft gives another outline, by code; those of counties and the city
// never change (L1).
func (d *Draft) Divisions() []grid.Division {
	redrawn := d.outlines()
	all := make([]grid.Division, len(redrawn))
	for i, r := range redrawn {
		all[i] = *r.division
	}
	return all
}

// findOutlines makes the outline of every community some of whose outer borders run otherwise: what its base grids and void areas
// dissolve to. The outline of a street follows if it was what its communities dissolve to.
func (d *Draft) findOutlines() []redrawnDivision {
	redrawn := map[string]redrawnDivision{} // by code
	streets := map[string]bool{}
	for _, community := range d.communitiesRedrawn() {
		old := d.city.Division(community)
		area := mesh.Dissolve(d.areasOf(community))
		if old == nil || sameBorder(area, d.outlineOf(community)) || geo.Check(area) != nil {
			continue
		}
		redrawn[community] = redraw(old, area)
		streets[old.ParentCode] = true
	}
	for street := range streets {
		if r, ok := d.redrawStreet(street, redrawn); ok {
			redrawn[street] = r
		}
	}
	all := make([]redrawnDivision, 0, len(redrawn))
	for _, r := range redrawn {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b redrawnDivision) int { return cmp.Compare(a.division.Code, b.division.Code) })
	return all
}

// redrawStreet returns a street with the outline that its communities dissolve to now, false when it is not what they dissolved
// to before, or stays.
func (d *Draft) redrawStreet(code string, communities map[string]redrawnDivision) (redrawnDivision, bool) {
	street := d.city.Division(code)
	if street == nil || street.Level != grid.LevelStreet {
		return redrawnDivision{}, false
	}
	var before, after []geo.MultiPolygon
	level := &d.city.outlines[grid.LevelRank(grid.LevelCommunity)]
	for _, i := range d.city.within()[code] {
		before = append(before, level.parts[i])
		if r, ok := communities[level.divisions[i].Code]; ok {
			after = append(after, r.area)
		} else {
			after = append(after, level.parts[i])
		}
	}
	old := d.outlineOf(code)
	area := mesh.Dissolve(after)
	if !sameBorder(mesh.Dissolve(before), old) || sameBorder(area, old) || geo.Check(area) != nil {
		return redrawnDivision{}, false
	}
	return redraw(street, area), true
}

// redraw returns a division with another outline.
func redraw(old *grid.Division, area geo.MultiPolygon) redrawnDivision {
	d := *old
	d.Outline, d.LabelPoint, d.AreaM2 = area.Orb(), geo.PointOnSurface(area).Orb(), geo.AreaM2(area)
	return redrawnDivision{&d, area}
}

// outlineOf returns the outline of a division in the base.
func (d *Draft) outlineOf(code string) geo.MultiPolygon {
	of := d.city.Division(code)
	if of == nil {
		return nil
	}
	level := &d.city.outlines[grid.LevelRank(of.Level)]
	return level.parts[level.number(code)]
}

// areasOf returns the areas of the base grids and void areas of a community as the draft has them.
func (d *Draft) areasOf(community string) []geo.MultiPolygon {
	var areas []geo.MultiPolygon
	for _, e := range d.bases {
		for _, k := range e.parts[community] {
			if _, touched := d.parts[e.key(k)]; !touched {
				areas = append(areas, e.tiling[k])
			}
		}
	}
	for _, p := range d.parts {
		if !p.Removed && p.Kind != grid.Dedicated && p.community() == community {
			areas = append(areas, p.area)
		}
	}
	return areas
}

// key returns the key of a part of the tiling.
func (e *Edition) key(part int) partKey {
	if part < len(e.base) {
		return partKey{grid.Base, e.base[part].Code}
	}
	return partKey{grid.Void, e.voids[part-len(e.base)].Code}
}

// communitiesRedrawn returns the communities whose outer borders the draft changes, in code order. Borders within a community
// cancel out when the directed edges of its parts are added up, so those of the parts that changed are enough.
func (d *Draft) communitiesRedrawn() []string {
	sums := map[string]edgeSum{}
	add := func(p *draftPart, sign int) {
		if p == nil || p.Kind == grid.Dedicated {
			return
		}
		sum := sums[p.community()]
		if sum == nil {
			sum = edgeSum{}
			sums[p.community()] = sum
		}
		sum.add(p.area, sign)
	}
	for _, c := range d.changes() {
		add(c.before, -1)
		add(c.after, 1)
	}
	var codes []string
	for code, sum := range sums {
		if len(sum) > 0 {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// edgeSum counts directed edges, those against the order of points negative.
type edgeSum map[edge]int

func (s edgeSum) add(area geo.MultiPolygon, sign int) {
	eachEdge(area, func(e edge) {
		key, n := e.rising(), sign
		if key != e {
			n = -sign
		}
		if s[key] += n; s[key] == 0 {
			delete(s, key)
		}
	})
}

// sameBorder reports whether two areas have the same border, wherever their rings begin.
func sameBorder(a, b geo.MultiPolygon) bool {
	if equalAreas(a, b) {
		return true
	}
	if a.Box() != b.Box() {
		return false
	}
	sum := edgeSum{}
	sum.add(a, 1)
	sum.add(b, -1)
	return len(sum) == 0
}
