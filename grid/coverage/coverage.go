// Package coverage says how well a division is divided: what its grids cover and leave, what lies in each, and how even
// their load is (BR-73). It counts; it never names persons.
//
// Areas are square metres on the WGS 84 ellipsoid, polygons lon/lat degrees.
package coverage

import (
	"cmp"
	"maps"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Report is the coverage of one division.
type Report struct {
	Division  *grid.Division
	Editions  []grid.EditionInfo
	AreaM2    float64 // of the communities' outlines
	VoidM2    float64
	CoveredM2 float64             // in at least one base grid
	Gaps      []grid.EditionFault // in no grid and no void area
	Overlaps  []grid.EditionFault // in more than one
	Other     []grid.EditionFault // grids that leave their community, borders that do not match
	Grids     []Grid              // base and dedicated, by code
	// Unassigned are the things of the division, or of the whole city when it is asked for, that lie in no base grid.
	Unassigned grid.GridCounts
	Households int
	Load       Load
	// Divisions are the division and all below it, by code.
	Divisions []Part
}

// Part is how much of a division its grids cover.
type Part struct {
	*grid.Division
	AreaM2, VoidM2, CoveredM2 float64 // as those of a Report
	Gaps, Overlaps, Other     int     // how many
}

// Grid is one grid's figures.
type Grid struct {
	*grid.Grid
	Counts     grid.GridCounts
	Households int
	Load       float64 // of a base grid
}

// Load is how the load spreads over the base grids, in the units that the weights make.
type Load struct {
	Weights            map[string]float64
	Min, Mean, Max, CV float64 // CV is the standard deviation by the mean, 0 where the mean is
}

// Of reports on a division. counts holds what is assigned to each grid, and under 0 what the division has unassigned.
func Of(city *edition.City, d *grid.Division, counts map[int64]grid.GridCounts) Report {
	r := Report{Division: d, Unassigned: counts[0]}
	r.Load.Weights = city.Settings().LoadWeights
	communities := r.divide(city)
	for _, e := range city.Editions() {
		took := false
		for _, grids := range [][]grid.Grid{e.Base(), e.Dedicated()} {
			for i := range grids {
				if g := &grids[i]; communities[g.CommunityCode] {
					took = true
					r.Grids = append(r.Grids, figures(g, counts[g.ID], r.Load.Weights))
				}
			}
		}
		if took {
			r.Editions = append(r.Editions, e.Info())
		}
	}
	slices.SortFunc(r.Grids, func(a, b Grid) int { return cmp.Compare(a.Code, b.Code) })
	r.spread()
	return r
}

// divide fills the divisions, and returns the codes of the communities among them.
func (r *Report) divide(city *edition.City) map[string]bool {
	communities, parts := map[string]bool{}, map[string]*Part{}
	part := func(d *grid.Division) *Part {
		if parts[d.Code] == nil {
			parts[d.Code] = &Part{Division: d}
		}
		return parts[d.Code]
	}
	for i := range city.Divisions() {
		chain := city.Chain(city.Divisions()[i].Code)
		top := slices.IndexFunc(chain, func(d *grid.Division) bool { return d.Code == r.Division.Code })
		if top < 0 {
			continue
		}
		part(chain[0])
		if chain[0].Level != grid.LevelCommunity {
			continue
		}
		communities[chain[0].Code] = true
		covered := r.community(city, chain[0])
		for _, d := range chain[:top+1] {
			part(d).add(covered)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(parts)) {
		r.Divisions = append(r.Divisions, *parts[code])
	}
	return communities
}

// community adds the areas and faults of one community, and returns them.
func (r *Report) community(city *edition.City, d *grid.Division) (p Part) {
	defer func() {
		r.AreaM2, r.VoidM2, r.CoveredM2 = r.AreaM2+p.AreaM2, r.VoidM2+p.VoidM2, r.CoveredM2+p.CoveredM2
	}()
	outline, err := geo.FromOrb(d.Outline)
	if err != nil {
		return p // NewCity has refused it
	}
	p.AreaM2 = geo.AreaM2(outline)
	e := city.Edition(d.CountyCode)
	if e == nil {
		p.Gaps++
		r.Gaps = append(r.Gaps, grid.EditionFault{Kind: string(mesh.Gap), CommunityCode: d.Code, Polygon: d.Outline, AreaM2: p.AreaM2, At: d.LabelPoint})
		return p
	}
	for _, k := range e.Parts(d.Code) {
		if k >= len(e.Base()) {
			p.VoidM2 += geo.AreaM2(e.Tiling()[k])
		}
	}
	p.CoveredM2 = p.AreaM2 - p.VoidM2
	for _, f := range city.CommunityFaults(d.Code) {
		switch f.Kind {
		case string(mesh.Gap):
			p.CoveredM2 -= f.AreaM2
			p.Gaps++
			r.Gaps = append(r.Gaps, f)
		case string(mesh.Overlap):
			p.Overlaps++
			r.Overlaps = append(r.Overlaps, f)
		default:
			p.Other++
			r.Other = append(r.Other, f)
		}
	}
	return p
}

// add counts a community in.
func (p *Part) add(c Part) {
	p.AreaM2, p.VoidM2, p.CoveredM2 = p.AreaM2+c.AreaM2, p.VoidM2+c.VoidM2, p.CoveredM2+c.CoveredM2
	p.Gaps, p.Overlaps, p.Other = p.Gaps+c.Gaps, p.Overlaps+c.Overlaps, p.Other+c.Other
}

// figures weighs one grid.
func figures(g *grid.Grid, c grid.GridCounts, weights map[string]float64) Grid {
	return Grid{Grid: g, Counts: c, Households: grid.HouseholdsOf(g, c), Load: grid.LoadOf(g, c, weights)}
}

// spread fills the load figures over the base grids.
func (r *Report) spread() {
	var loads []float64
	for _, g := range r.Grids {
		if g.Kind == grid.Base {
			loads = append(loads, g.Load)
			r.Households += g.Households
		}
	}
	l := grid.SpreadOf(loads)
	r.Load.Min, r.Load.Max, r.Load.Mean, r.Load.CV = l.Min, l.Max, l.Mean, l.CV
}
