package edition

import (
	"fmt"
	"slices"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// City returns the whole city with the draft in force, as editions numbers of the counties from at on. ids gives the ids of grids
// that are new. Other counties keep what they have.
func (d *Draft) City(numbers map[string]int, at time.Time, ids func(code string) int64) (*City, error) {
	var editions []*Edition
	for _, base := range d.bases {
		l := d.layers(base, ids)
		l.info = grid.EditionInfo{CountyCode: base.info.CountyCode, Number: numbers[base.info.CountyCode], InForceFrom: at}
		editions = append(editions, l.edition())
	}
	c, err := d.city.with(d.outlines(), editions)
	if err != nil {
		return nil, fmt.Errorf("the city with the draft in force: %w", err)
	}
	for i, e := range editions {
		if d.bases[i].info.Proven {
			e.info.Proven = d.keepsTiling(i)
		} else {
			e.info.Proven = d.tiles(e) && len(c.Faults(e)) == 0
		}
	}
	return c, nil
}

// keepsTiling reports whether the parts that the draft changes in a county, whose base tiles, cover together just what they covered,
// without overlap, and its dedicated grids overlap none: then the county tiles as before (L1), which need not be proven from the
// ground. It shares no code with what edits.
func (d *Draft) keepsTiling(county int) bool {
	code := d.counties[county]
	var before, after []geo.MultiPolygon
	dedicated := geo.EmptyBox()
	for _, c := range d.changes() {
		was, is := c.before != nil && c.before.county() == code, c.after != nil && c.after.county() == code
		switch {
		case c.key.kind != grid.Dedicated && was && is:
			before, after = append(before, c.before.area), append(after, c.after.area)
		case c.key.kind != grid.Dedicated && was:
			before = append(before, c.before.area)
		case c.key.kind != grid.Dedicated && is:
			after = append(after, c.after.area)
		case is:
			dedicated = dedicated.Union(c.after.area.Box())
		}
	}
	if !dedicated.Empty() {
		p := d.planes.dedicated[county]()
		var areas []geo.MultiPolygon
		for _, face := range p.Near(dedicated) {
			areas = append(areas, p.Face(face))
		}
		if len(mesh.CheckDisjoint(areas)) > 0 {
			return false
		}
	}
	return d.noneBut(mesh.Check(after, mesh.Dissolve(before)), code)
}

// tiles reports whether an edition with the draft in force tiles what it is to tile: the county as its communities' outlines make it
// up, or its own where those do not match. Community outlines that follow the draft would not show what is missing at their edge.
func (d *Draft) tiles(e *Edition) bool {
	outline := d.outlineOf(e.info.CountyCode)
	level := &d.city.outlines[grid.LevelRank(grid.LevelCommunity)]
	var communities []geo.MultiPolygon
	for i, c := range level.divisions {
		if c.CountyCode == e.info.CountyCode {
			communities = append(communities, level.parts[i])
		}
	}
	if len(communities) > 0 && len(mesh.CheckLayer(communities)) == 0 {
		outline = mesh.Dissolve(communities)
	}
	return d.noneBut(mesh.Check(e.tiling, outline), e.info.CountyCode)
}

// noneBut reports whether there are no faults but what the law allows on the lines between counties: differences of two units, and
// vertices that only one side has.
func (d *Draft) noneBut(faults []mesh.Fault, county string) bool {
	return !slices.ContainsFunc(faults, func(f mesh.Fault) bool { return !d.onCountyLine(county, f) })
}

// layers returns what a county is made of with the draft in force.
func (d *Draft) layers(base *Edition, ids func(code string) int64) layers {
	var l layers
	keep := func(k partKey) bool { _, touched := d.parts[k]; return !touched }
	for i := range base.base {
		if keep(partKey{grid.Base, base.base[i].Code}) {
			l.base = append(l.base, placed[grid.Grid]{&base.base[i], base.tiling[i]})
		}
	}
	for i := range base.voids {
		if keep(partKey{grid.Void, base.voids[i].Code}) {
			l.voids = append(l.voids, placed[grid.VoidArea]{&base.voids[i], base.tiling[len(base.base)+i]})
		}
	}
	for i := range base.dedicated {
		if keep(partKey{grid.Dedicated, base.dedicated[i].Code}) {
			l.dedicated = append(l.dedicated, placed[grid.Grid]{&base.dedicated[i], base.dedicatedParts[i]})
		}
	}
	for _, p := range d.parts {
		if !p.Removed && p.county() == base.info.CountyCode {
			l.add(p, ids)
		}
	}
	return l
}

// add adds a part of a draft, with the id that ids gives if it is a new grid.
func (l *layers) add(p *draftPart, ids func(code string) int64) {
	if p.Void != nil {
		l.voids = append(l.voids, placed[grid.VoidArea]{p.Void, p.area})
		return
	}
	g := p.Grid
	if g.ID == 0 {
		withID := *g
		withID.ID = ids(g.Code)
		g = &withID
	}
	if g.Kind == grid.Dedicated {
		l.dedicated = append(l.dedicated, placed[grid.Grid]{g, p.area})
		return
	}
	l.base = append(l.base, placed[grid.Grid]{g, p.area})
}
