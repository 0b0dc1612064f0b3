package edition

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/geo/index"
	"github.com/wangge/wangge/grid"
)

func parseSystem(name string) (crs.System, error) { return crs.Parse(name) }

// checkCountyLines finds new outer borders of a county that a loaded neighbour does not follow to within two units (QC-20, L1). Where
// no neighbour is within the fallback distance there is nothing to match.
func (r *review) checkCountyLines() {
	lines := r.lines()
	worst := map[string]stretch{}
	for _, s := range lines.stretches {
		owners := lines.owners[s.edge]
		if len(owners) != 1 { // a border within the county, or one that both counties of the plan have
			continue
		}
		p := owners[0]
		others := r.edgesOfOthers(p.County(), s.edge.box())
		if len(others) == 0 {
			continue
		}
		for _, open := range uncoveredWithin([]edge{{s.at(s.from), s.at(s.to)}}, others, 2.9) {
			if w, ok := worst[p.Code]; !ok || open.lengthM() > w.lengthM() {
				worst[p.Code] = open
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(worst)) {
		s := worst[code]
		at, lengthM := s.edge.at((s.from+s.to)/2).Orb(), s.lengthM()
		detail := fmt.Sprintf("the border of %s does not follow the neighbouring county's grids for %.3g m there: agree on one line", code, lengthM)
		r.add("QC-20", grid.NoticeClass, "", []string{code}, detail, func(f *grid.Finding) { f.At, f.Measured, f.Threshold = &at, &lengthM, number(0) })
	}
}

// edgesOfOthers returns the borders of other counties' base grids and void areas within the fallback distance of a place.
func (r *review) edgesOfOthers(county string, box geo.Box) []edge {
	box = wideBox(box, r.settings.FallbackM)
	var edges []edge
	add := func(m geo.MultiPolygon) {
		eachEdge(m, func(e edge) {
			if e.box().Intersects(box) {
				edges = append(edges, e)
			}
		})
	}
	for _, e := range r.d.city.editions {
		if e.info.CountyCode == county || slices.Contains(r.d.counties, e.info.CountyCode) || !e.box.Intersects(box) {
			continue
		}
		for _, k := range e.tilingIndex.Overlapping(box, nil) {
			add(e.tiling[k])
		}
	}
	if len(r.d.counties) > 1 {
		for _, p := range r.tilingNear(box) {
			if p.County() != county {
				add(p.Area)
			}
		}
	}
	return edges
}

// How a layer with a mislabelled coordinate system is told (QC-22): displaced the other way it covers the county nearly whole, and
// what it leaves uncovered as it is is many times as much.
const (
	systemFit   = 0.98
	systemTimes = 4
	systemLeast = 0.005
)

// checkSystem suspects that an imported county is in another coordinate system than was said (QC-22): shifted by what GCJ-02 or
// BD-09 shift, one way or the other, it fits the county's outline much better.
func (r *review) checkSystem() {
	if r.ref.PlanKind != grid.ImportPlan {
		return
	}
	for _, county := range r.d.counties {
		outline := r.d.outlineOf(county)
		var areas []geo.MultiPolygon
		for _, p := range r.near().tiling {
			if p.County() == county {
				areas = append(areas, p.Area)
			}
		}
		if len(outline) == 0 || len(areas) == 0 {
			continue
		}
		parts := index.Build(areas)
		asIs := missing(outline, parts)
		type suspicion struct {
			what    string
			missing float64
		}
		var all []suspicion
		for _, s := range []struct {
			system crs.System
			name   string
		}{{crs.GCJ02, "GCJ-02"}, {crs.BD09, "BD-09"}} {
			// A layer in the system that was taken for WGS 84 lies where the system puts the county; one in WGS 84 that was taken for the
			// system lies where taking the county for it puts it.
			all = append(all,
				suspicion{"it looks like " + s.name + " taken for WGS 84", missing(displaced(outline, s.system.FromWGS84), parts)},
				suspicion{"it looks like WGS 84 taken for " + s.name, missing(displaced(outline, s.system.ToWGS84), parts)})
		}
		best := slices.MinFunc(all, func(a, b suspicion) int { return cmp.Compare(a.missing, b.missing) })
		if best.missing > 1-systemFit || asIs < systemTimes*best.missing || asIs < systemLeast {
			continue
		}
		at := r.d.city.Division(county).LabelPoint
		detail := fmt.Sprintf("the layer leaves %.3g %% of county %s uncovered as declared, but %.3g %% if its coordinates were otherwise: %s; declare the system it is in and import it again",
			100*asIs, county, 100*best.missing, best.what)
		r.add("QC-22", grid.NoticeClass, county, nil, detail, func(f *grid.Finding) { f.At, f.Measured, f.Threshold = &at, &asIs, &best.missing })
	}
}

// missing returns which share of an area no part of the tiling covers, by a hundred rows of places; 1 for no area.
func missing(area geo.MultiPolygon, tiling *index.Index) float64 {
	const rows = 100
	box := area.Box()
	inside := index.Build([]geo.MultiPolygon{area})
	at := func(lo, hi int32, i int) int32 { return lo + int32((int64(hi)-int64(lo))*(2*int64(i)+1)/(2*rows)) }
	n, open := 0, 0
	for y := range rows {
		for x := range rows {
			p := geo.Point{X: at(box.Min.X, box.Max.X, x), Y: at(box.Min.Y, box.Max.Y, y)}
			if part, _ := inside.Find(p); part < 0 {
				continue
			}
			n++
			if part, _ := tiling.Find(p); part < 0 {
				open++
			}
		}
	}
	if n == 0 {
		return 1
	}
	return float64(open) / float64(n)
}

// displaced returns an area vertex by vertex elsewhere, nil when it is not valid there.
func displaced(m geo.MultiPolygon, shift func(orb.Point) orb.Point) geo.MultiPolygon {
	o := m.Orb()
	for _, poly := range o {
		for _, ring := range poly {
			for i := range ring {
				ring[i] = shift(ring[i])
			}
		}
	}
	out, err := geo.FromOrb(o)
	if err != nil {
		return nil
	}
	return out
}
