package edition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// countyLineM is how far county lines may be from each other: two units (L1).
const countyLineM = 2.9 * 0.0112

// checkTiling is the independent proof of law L1 (QC-03 to QC-06): the base grids and void areas of a region, which is the county, or
// the communities in which a part changes, tile what they tiled before. That area has a border nobody may move, so a gap or overlap
// with what lies around the region shows as well as one inside it.
func (r *review) checkTiling() {
	for i, county := range r.d.counties {
		base := r.d.bases[i]
		var parts []*Part
		var outline geo.MultiPolygon
		if r.ref.Whole || !base.info.Proven {
			parts, outline = r.wholeCounty(base)
		} else {
			parts, outline = r.touchedRegion(county, base)
		}
		areas := make([]geo.MultiPolygon, len(parts))
		for k, p := range parts {
			areas[k] = p.Area
		}
		if len(areas) == 0 && len(outline) == 0 {
			continue
		}
		for _, f := range mesh.Check(areas, outline) {
			if (len(r.d.counties) > 1 || r.ref.PlanKind == grid.ImportPlan) && r.d.onCountyLine(county, f) {
				continue // what the law allows between counties: a plan of both, and another layer, may put vertices on the line
			}
			r.addFault(f, parts)
		}
	}
}

// wholeCounty returns what tiles a county and what it is to tile: what the base does if that is proven, else what the outlines of the
// communities say, or the county's where those do not match.
func (r *review) wholeCounty(base *Edition) (parts []*Part, outline geo.MultiPolygon) {
	for _, kind := range []string{grid.Base, grid.Void} {
		for _, p := range base.partsOf(kind) {
			if _, touched := r.d.parts[partKey{kind, p.Code}]; !touched {
				parts = append(parts, p)
			}
		}
	}
	for _, p := range r.near().tiling {
		if p.County() == base.info.CountyCode {
			parts = append(parts, p)
		}
	}
	sortParts(parts)
	if base.info.Proven {
		return parts, mesh.Dissolve(base.tiling)
	}
	level := &r.d.city.outlines[grid.LevelRank(grid.LevelCommunity)]
	var communities []geo.MultiPolygon
	for i, c := range level.divisions {
		if c.CountyCode == base.info.CountyCode {
			communities = append(communities, level.parts[i])
		}
	}
	if len(communities) == 0 || len(mesh.CheckLayer(communities)) > 0 {
		return parts, r.d.outlineOf(base.info.CountyCode)
	}
	return parts, mesh.Dissolve(communities)
}

// touchedRegion returns what tiles the communities in which a part changes, and what they were.
func (r *review) touchedRegion(county string, base *Edition) (parts []*Part, outline geo.MultiPolygon) {
	touched := map[string]bool{}
	for _, p := range r.diff.Parts {
		for _, side := range []*Part{p.Before, p.After} {
			if side != nil && side.tiles() && side.County() == county {
				touched[side.Community()] = true
			}
		}
	}
	var before []geo.MultiPolygon
	for community := range touched {
		for _, k := range base.parts[community] {
			before = append(before, base.tiling[k])
			if _, drafted := r.d.parts[base.key(k)]; !drafted {
				parts = append(parts, newPart(base.draftPart(base.key(k))))
			}
		}
	}
	for _, p := range r.near().tiling {
		if p.County() == county && touched[p.Community()] {
			parts = append(parts, p)
		}
	}
	sortParts(parts)
	return parts, mesh.Dissolve(before)
}

func sortParts(parts []*Part) {
	slices.SortFunc(parts, func(a, b *Part) int { return partKey{a.Kind, a.Code}.compare(partKey{b.Kind, b.Code}) })
}

// onCountyLine reports whether a fault is no wider than county lines may differ and lies on one.
func (d *Draft) onCountyLine(county string, f mesh.Fault) bool {
	if f.WidthM > countyLineM || f.Kind == mesh.Tangle {
		return false
	}
	at, err := geo.Snap(f.At)
	if err != nil {
		return false
	}
	on := false
	eachEdge(d.outlineOf(county), func(e edge) { on = on || geo.DistanceToSegmentM(at, e.a, e.b) <= countyLineM })
	return on
}

func (r *review) addFault(f mesh.Fault, parts []*Part) {
	var codes []string
	for _, k := range f.Parts {
		codes = append(codes, parts[k].Code)
	}
	names := strings.Join(codes, ", ")
	rule, detail := "", ""
	switch f.Kind {
	case mesh.Overlap:
		rule, detail = "QC-03", fmt.Sprintf("%s overlap by %s: every place belongs to one base grid or void area; move the border of one of them", names, size(f))
	case mesh.Gap:
		rule, detail = "QC-04", fmt.Sprintf("nothing covers %s beside %s: give it to one of them or make it a void area", size(f), names)
	case mesh.OutsideOutline:
		rule, detail = "QC-05", fmt.Sprintf("%s leaves what its communities and its county cover by %s: draw its border along theirs", names, size(f))
	case mesh.UnmatchedBorder:
		rule, detail = "QC-06", fmt.Sprintf("the borders of %s do not meet vertex for vertex: put the same vertex into both", names)
	default:
		rule, detail = "QC-06", "borders cross too often to be measured: clean the layer first"
	}
	r.add(rule, grid.ErrorClass, string(f.Kind)+spotKey(f.At), codes, detail, func(g *grid.Finding) { place(g, f) })
}

// place says where a fault is and how large.
func place(g *grid.Finding, f mesh.Fault) {
	at := f.At
	if g.At = &at; f.Polygon != nil {
		g.Polygon, g.AreaM2, g.WidthM = f.Polygon, number(f.AreaM2), number(f.WidthM)
		g.Measured, g.Threshold = number(f.AreaM2), number(0)
	}
}

func size(f mesh.Fault) string { return fmt.Sprintf("%.4g m², %.3g m wide", f.AreaM2, f.WidthM) }

// checkDedicated finds dedicated grids that overlap (QC-08, BR-12).
func (r *review) checkDedicated() {
	for _, county := range r.d.counties {
		var box geo.Box
		box = geo.EmptyBox()
		changed := map[string]bool{}
		for _, p := range r.diff.Parts {
			if p.Kind == grid.Dedicated && p.After != nil && p.Change != Attributes && p.After.County() == county {
				box, changed[p.Code] = box.Union(p.After.Area.Box()), true
			}
		}
		if len(changed) == 0 {
			continue
		}
		var parts []*Part
		var areas []geo.MultiPolygon
		for _, p := range r.dedicatedNear(box) {
			if p.County() == county {
				parts, areas = append(parts, p), append(areas, p.Area)
			}
		}
		for _, f := range mesh.CheckDisjoint(areas) {
			var codes []string
			drafted := f.Kind == mesh.Tangle
			for _, k := range f.Parts {
				codes, drafted = append(codes, parts[k].Code), drafted || changed[parts[k].Code]
			}
			if !drafted {
				continue
			}
			detail := fmt.Sprintf("dedicated grids %s overlap by %s: every place belongs to one at most; move the border of one of them", strings.Join(codes, ", "), size(f))
			r.add("QC-08", grid.ErrorClass, spotKey(f.At), codes, detail, func(g *grid.Finding) { place(g, f) })
		}
	}
}

// checkShape judges the boundary of a part: whether it is valid and in the city (QC-01), its coordinate system (QC-02), whether it is
// a sliver (QC-07), and its parts and holes (QC-10).
func (r *review) checkShape(p *PartDiff) {
	if p.Change == Attributes {
		return
	}
	if invalid := r.invalid(p.After.Area); invalid != nil {
		detail := fmt.Sprintf("the boundary of %s is not valid: %s; draw it again there", p.Code, invalid.Rule)
		r.add("QC-01", grid.ErrorClass, "", []string{p.Code}, detail, func(f *grid.Finding) { f.At = &invalid.At })
	}
	if p.After.Grid != nil {
		if _, err := parseSystem(p.After.Grid.SourceCRS); err != nil {
			detail := fmt.Sprintf("it is not known in which coordinate system %s came: %v; say so and import it again", p.Code, err)
			r.add("QC-02", grid.ErrorClass, "", []string{p.Code}, detail, nil)
		}
	}
	if p.Change == Bent || p.Kind == grid.Void {
		return
	}
	r.checkSliver(p)
	if p.Kind == grid.Base {
		r.checkPieces(p)
		r.checkHoles(p)
	}
}

// invalid returns why an area is not one that can be stored, nil when it can.
func (r *review) invalid(m geo.MultiPolygon) *geo.InvalidError {
	if err, ok := geo.Check(m).(*geo.InvalidError); ok {
		return err
	}
	box := m.Box()
	for _, corner := range []geo.Point{box.Min, box.Max} {
		if !r.d.city.InBox(corner) {
			return &geo.InvalidError{Rule: geo.RuleOutsideCity, At: orb.Point(corner.Orb())}
		}
	}
	return nil
}
