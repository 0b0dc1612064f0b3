package edition

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// checkSliver finds pieces of a grid that are too thin (QC-07).
func (r *review) checkSliver(p *PartDiff) {
	for _, poly := range p.After.Area {
		m := geo.MultiPolygon{poly}
		areaM2, perimeterM := geo.AreaM2(m), geo.PerimeterM(m)
		widthM, thinness := 2*areaM2/perimeterM, 4*math.Pi*areaM2/(perimeterM*perimeterM)
		measured, threshold, what := thinness, r.settings.Thinness, "thinness 4πA/P²"
		switch {
		case widthM < r.settings.QCWidthM:
			measured, threshold, what = widthM, r.settings.QCWidthM, "width in metres"
		case thinness >= r.settings.Thinness:
			continue
		}
		at := geo.PointOnSurface(m).Orb()
		detail := fmt.Sprintf("%s is a sliver there: its %s is %.3g, below %.3g; straighten its border or merge it", p.Code, what, measured, threshold)
		r.add("QC-07", grid.NoticeClass, spotKey(at), []string{p.Code}, detail, func(f *grid.Finding) {
			f.At, f.Polygon, f.AreaM2, f.WidthM = &at, m.Orb(), &areaM2, &widthM
			f.Measured, f.Threshold = &measured, &threshold
		})
	}
}

// predecessors returns the grids that a base grid was, for what it may keep of them: itself and those it took in, or those that a new
// one was made of.
func (r *review) predecessors(p *PartDiff) []*Part {
	var was []*Part
	o := r.diff.tiling
	for i, part := range o.parts {
		if part.Code != p.Code || part.Kind != p.Kind {
			continue
		}
		if part.Before != nil {
			was = append(was, part.Before)
		}
		for _, k := range o.sources[i] {
			from := o.parts[o.pairs[k].from]
			if from != part && o.material(o.pairs[k]) && (from.Change == Retired || part.Change == Created) {
				was = append(was, from.Before)
			}
		}
	}
	return was
}

// checkPieces judges a base grid of several pieces (QC-10, BR-05): a notice where that is no worse than today, or one piece for
// each piece of its community.
func (r *review) checkPieces(p *PartDiff) {
	n := len(p.After.Area)
	if n < 2 {
		return
	}
	was := 1
	for _, q := range r.predecessors(p) {
		was += len(q.Area) - 1
	}
	class, hint := grid.ErrorClass, "give all but one piece to a neighbour"
	if exclaves := r.exclavesOf(p.After); n <= was || n == exclaves {
		class, hint = grid.NoticeClass, "it was so before, or follows its community"
	}
	detail := fmt.Sprintf("%s is of %d separate pieces: %s", p.Code, n, hint)
	smallest := p.After.Area[0]
	for _, poly := range p.After.Area {
		if (geo.MultiPolygon{poly}).TwiceArea() < (geo.MultiPolygon{smallest}).TwiceArea() {
			smallest = poly
		}
	}
	at := geo.PointOnSurface(geo.MultiPolygon{smallest}).Orb()
	r.add("QC-10", class, "pieces", []string{p.Code}, detail, func(f *grid.Finding) {
		f.At, f.Measured, f.Threshold = &at, number(float64(n)), number(float64(was))
	})
}

// exclavesOf returns in how many pieces of its community's outline a part lies.
func (r *review) exclavesOf(p *Part) int {
	outline := r.outlineAfter(p.Community())
	if len(outline) < 2 {
		return len(outline)
	}
	n := 0
	for _, poly := range outline {
		if geo.OverlapArea(geo.MultiPolygon{poly}, p.Area) > 0 {
			n++
		}
	}
	return n
}

func (r *review) outlineAfter(code string) geo.MultiPolygon {
	for _, c := range r.diff.Divisions {
		if c.Code == code {
			return c.After
		}
	}
	return r.d.outlineOf(code)
}

// checkHoles judges the holes of a base grid (QC-10, BR-05): what other grids or void areas of its community fill is a notice, and
// only when it is new; anything else is an error unless it was so before.
func (r *review) checkHoles(p *PartDiff) {
	was := 0
	for _, q := range r.predecessors(p) {
		was += holes(q.Area)
	}
	n := holes(p.After.Area)
	for _, poly := range p.After.Area {
		for _, ring := range poly[1:] {
			inside, filled := r.fill(ring, p.After.Community())
			class, hint := grid.NoticeClass, "see whether that is meant"
			switch {
			case filled && n <= was:
				continue
			case !filled && n > was:
				class, hint = grid.ErrorClass, "fill it with grids or void areas of the same community, or open it"
			}
			what := "nothing"
			if len(inside) > 0 {
				what = listed(inside, len(inside))
			}
			at := ring[0].Orb()
			detail := fmt.Sprintf("%s encloses %s in a hole: %s", p.Code, what, hint)
			r.add("QC-10", class, "hole "+spotKey(at), append([]string{p.Code}, inside...), detail, func(f *grid.Finding) { f.At = &at })
		}
	}
}

func holes(m geo.MultiPolygon) int {
	n := 0
	for _, poly := range m {
		n += len(poly) - 1
	}
	return n
}

// fill returns the parts that lie in a hole, and whether parts of that community fill it.
func (r *review) fill(ring geo.Ring, community string) (inside []string, filled bool) {
	hole := slices.Clone(ring)
	slices.Reverse(hole)
	m := geo.MultiPolygon{{hole}}
	left := geo.PlanarArea(m)
	whole := left
	filled = true
	for _, q := range r.tilingNear(m.Box()) {
		area := geo.OverlapArea(m, q.Area)
		if area <= sliver*whole {
			continue
		}
		inside, left = append(inside, q.Code), left-area
		filled = filled && q.Community() == community
	}
	return inside, filled && left <= sliver*whole
}

// checkCode judges the code of a part that is new or has another community (QC-11), and whether it has been used (QC-12).
func (r *review) checkCode(p *PartDiff) {
	if p.Change != Created && p.Before.Community() == p.After.Community() {
		return
	}
	codes := []string{p.Code}
	malformed := grid.CheckCode("code", p.Code)
	if p.Kind != grid.Void {
		malformed = r.settings.CodeScheme.CheckGrid(p.Code, p.Kind, p.After.Community())
	}
	if malformed != nil {
		r.add("QC-11", grid.ErrorClass, "", codes, fmt.Sprintf("%v: give it another code", malformed), nil)
	}
	if p.Change != Created {
		return
	}
	switch twin := r.twin(p); {
	case twin != "":
		r.add("QC-11", grid.ErrorClass, "twice", codes, fmt.Sprintf("%s has the code of %s: give it another code", p.Kind+" "+p.Code, twin), nil)
	case r.used(p) && r.ref.PlanKind != grid.UndoPlan: // an undo brings back the grid itself
		r.add("QC-12", grid.ErrorClass, "", codes, fmt.Sprintf("the code %s was another's before: give a new one, codes are never used again", p.Code), nil)
	}
}

func (r *review) used(p *PartDiff) bool {
	if p.Kind == grid.Void {
		return r.ref.UsedVoids[p.Code]
	}
	return r.ref.UsedGrids[p.Code]
}

// twin returns what else has a new part's code, "" for nothing. Base and dedicated grids share their codes, void areas have theirs.
func (r *review) twin(p *PartDiff) string {
	if p.Kind == grid.Void {
		return ""
	}
	for _, kind := range []string{grid.Base, grid.Dedicated} {
		if q := r.d.part(partKey{kind, p.Code}); q != nil && kind != p.Kind {
			return "a " + kind + " grid of this plan's counties"
		}
	}
	if g, e := r.d.city.Grid(p.Code); g != nil && !slices.Contains(r.d.counties, e.info.CountyCode) {
		return "a grid of county " + e.info.CountyCode
	}
	return ""
}

// checkName finds grids without a name and, in a community, with the name of another (QC-23).
func (r *review) checkName(p *PartDiff) {
	if p.Kind == grid.Void || p.Before != nil && p.Before.Name() == p.After.Name() && p.Before.Community() == p.After.Community() {
		return
	}
	name := strings.TrimSpace(p.After.Name())
	if name == "" {
		r.add("QC-23", grid.ErrorClass, "", []string{p.Code}, p.Code+" has no name: give it one", nil)
		return
	}
	for _, code := range r.named(name, p.After.Community()) {
		if code != p.Code {
			detail := fmt.Sprintf("%s and %s of the same community are both named %s: give one of them another name", p.Code, code, name)
			r.add("QC-23", grid.NoticeClass, "", []string{p.Code, code}, detail, nil)
			return
		}
	}
}

// named returns the grids of a community with that name, as the draft has them.
func (r *review) named(name, community string) []string {
	var codes []string
	has := func(g *grid.Grid) bool { return g.CommunityCode == community && strings.TrimSpace(g.Name) == name }
	for _, e := range r.d.bases {
		for _, k := range e.parts[community] {
			if k < len(e.base) && has(&e.base[k]) && !r.touched(grid.Base, e.base[k].Code) {
				codes = append(codes, e.base[k].Code)
			}
		}
		for i := range e.dedicated {
			if g := &e.dedicated[i]; has(g) && !r.touched(grid.Dedicated, g.Code) {
				codes = append(codes, g.Code)
			}
		}
	}
	for _, list := range [][]*Part{r.near().tiling, r.near().dedicated} {
		for _, p := range list {
			if p.Grid != nil && has(p.Grid) {
				codes = append(codes, p.Code)
			}
		}
	}
	slices.Sort(codes)
	return codes
}

func (r *review) touched(kind, code string) bool {
	_, ok := r.d.parts[partKey{kind, code}]
	return ok
}

// checkSize judges households and area of a base grid whose boundary is new (QC-13, BR-41).
func (r *review) checkSize(p *PartDiff) {
	if p.Kind != grid.Base || p.Change != Created && p.Change != Redrawn {
		return
	}
	households, known := r.ref.Households[p.Code]
	if h := p.After.Grid.Households; !known && h != nil {
		households, known = float64(*h), true
	}
	if known {
		r.checkBand(p, "households", households, r.settings.HouseholdsMin, r.settings.HouseholdsMax)
	}
	r.checkBand(p, "m²", geo.AreaM2(p.After.Area), r.settings.AreaMinM2, r.settings.AreaMaxM2)
}

// checkBand tells of a measure outside lo to hi; 0 is no bound.
func (r *review) checkBand(p *PartDiff, unit string, measured, lo, hi float64) {
	threshold, hint := lo, "merge it or take more in"
	switch {
	case lo > 0 && measured < lo:
	case hi > 0 && measured > hi:
		threshold, hint = hi, "split it or give some away"
	default:
		return
	}
	detail := fmt.Sprintf("%s has %.6g %s, the norm is %s: %s, or note why it is an exception", p.Code, measured, unit, band(lo, hi), hint)
	r.add("QC-13", grid.NoticeClass, unit, []string{p.Code}, detail, func(f *grid.Finding) {
		f.Measured, f.Threshold = &measured, &threshold
		if unit == "m²" {
			f.AreaM2 = &measured
		}
	})
}

func band(lo, hi float64) string {
	switch {
	case lo > 0 && hi > 0:
		return fmt.Sprintf("%.6g to %.6g", lo, hi)
	case lo > 0:
		return fmt.Sprintf("at least %.6g", lo)
	}
	return fmt.Sprintf("at most %.6g", hi)
}
