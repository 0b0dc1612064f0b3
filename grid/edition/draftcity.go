package edition

import (
	"fmt"
	"time"

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
	for _, e := range editions {
		e.info.Proven = len(c.Faults(e)) == 0
	}
	return c, nil
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
