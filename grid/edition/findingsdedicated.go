package edition

import (
	"fmt"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// home says how a dedicated grid lies over communities: planar areas.
type home struct {
	whole, inCounty, inHome float64
	largest                 string // the community with the largest share; of equal ones the home community, then the first
}

func homeOf(p *Part, tiling []*Part) home {
	h := home{whole: geo.PlanarArea(p.Area)}
	shares := map[string]float64{}
	for _, q := range tiling {
		if q.County() != p.County() {
			continue
		}
		area := geo.OverlapArea(p.Area, q.Area)
		shares[q.Community()] += area
		h.inCounty += area
	}
	h.inHome, h.largest = shares[p.Community()], p.Community()
	for _, q := range tiling {
		if c := q.Community(); shares[c] > shares[h.largest]*(1+sliver) || shares[c] == shares[h.largest] && h.largest != p.Community() && c < h.largest {
			h.largest = c
		}
	}
	return h
}

// checkHomes finds dedicated grids that leave their home community or the county (QC-09, BR-13), those included under which the
// border of a community moves. What a grid left out before already is a notice; more of it is an error, out of the county or where
// grids must not span communities. Areas below the tolerance do not count.
func (r *review) checkHomes() {
	for _, p := range r.dedicatedTouched() {
		before := home{}
		if was := r.d.before(partKey{grid.Dedicated, p.Code}); was != nil {
			q := newPart(was)
			before = homeOf(q, r.tilingBefore(q.Area.Box()))
		}
		now := homeOf(p, r.tilingNear(p.Area.Box()))
		unitM2 := geo.AreaM2(p.Area) / now.whole
		r.checkLeaving(p, "county "+p.County(), (now.whole-now.inCounty)*unitM2, (before.whole-before.inCounty)*unitM2, true)
		r.checkLeaving(p, "home community "+p.Community(), (now.inCounty-now.inHome)*unitM2, (before.inCounty-before.inHome)*unitM2, !r.settings.DedicatedSpan)
		if now.largest != p.Community() && r.settings.DedicatedSpan {
			detail := fmt.Sprintf("most of %s lies in community %s: that is its home, transfer it", p.Code, now.largest)
			r.add("QC-09", grid.ErrorClass, "home", []string{p.Code}, detail, nil)
		}
	}
}

// dedicatedTouched returns the dedicated grids of the draft that have another boundary or community, or under which another
// community lies.
func (r *review) dedicatedTouched() []*Part {
	found := map[string]*Part{}
	for i := range r.diff.Parts {
		p := &r.diff.Parts[i]
		if p.Kind == grid.Dedicated && p.After != nil && (p.Change != Attributes || p.Before.Community() != p.After.Community()) {
			found[p.Code] = p.After
		}
	}
	for _, m := range r.diff.Moved {
		if m.Kind == grid.Dedicated || communityOf(m.from) == communityOf(m.to) {
			continue
		}
		area, err := geo.FromOrb(m.Polygon)
		if err != nil {
			continue // thinner than the lattice
		}
		for _, p := range r.dedicatedNear(area.Box()) {
			if geo.OverlapArea(area, p.Area) > 0 {
				found[p.Code] = p
			}
		}
	}
	all := make([]*Part, 0, len(found))
	for _, p := range found {
		all = append(all, p)
	}
	sortParts(all)
	return all
}

func communityOf(p *Part) string {
	if p == nil {
		return ""
	}
	return p.Community()
}

// checkLeaving tells of a dedicated grid that leaves an area by leftM2, and did by beforeM2.
func (r *review) checkLeaving(p *Part, area string, leftM2, beforeM2 float64, refused bool) {
	if leftM2 <= r.settings.QCAreaM2 {
		return
	}
	class, hint := grid.NoticeClass, "consult every community it touches"
	switch {
	case leftM2 <= beforeM2+r.settings.QCAreaM2:
		hint = "it did so before"
	case refused:
		class, hint = grid.ErrorClass, "draw its border inside"
	}
	at := geo.PointOnSurface(p.Area).Orb()
	detail := fmt.Sprintf("dedicated grid %s leaves its %s by %.4g m²: %s", p.Code, area, leftM2, hint)
	r.add("QC-09", class, area, []string{p.Code}, detail, func(f *grid.Finding) {
		f.At, f.AreaM2, f.Measured, f.Threshold = &at, &leftM2, &leftM2, number(r.settings.QCAreaM2)
	})
}

// checkPosts finds grids that nobody serves once the draft is in force, and dedicated grids without a host (QC-17, BR-16). Posts
// follow lineage to the successor with the largest share.
func (r *review) checkPosts(p *PartDiff) {
	if p.Kind == grid.Void {
		return
	}
	codes := []string{p.Code}
	if host := p.After.Grid.HostOrg; p.Kind == grid.Dedicated {
		switch {
		case host == "":
			r.add("QC-17", grid.ErrorClass, "host", codes, "dedicated grid "+p.Code+" has no host organisation: name one", nil)
		case r.ref.Organizations != nil && !r.ref.Organizations[host]:
			r.add("QC-17", grid.ErrorClass, "host", codes, fmt.Sprintf("the host %s of dedicated grid %s is not known: add the organisation first", host, p.Code), nil)
		}
	}
	if r.ref.Posts[p.Code] > 0 || p.After.PostWorker != "" || r.inheritsPost(p.Code) {
		return
	}
	if p.Kind == grid.Dedicated && p.Change == Created && r.ref.PlanKind != grid.ImportPlan {
		r.add("QC-17", grid.ErrorClass, "post", codes, "nobody is posted to the new dedicated grid "+p.Code+": name a worker with it", nil)
		return
	}
	detail := "nobody is posted to " + p.Code + " when this takes effect: appoint a worker"
	if p.Kind == grid.Dedicated {
		detail += "; until then its base grids are responsible"
	}
	r.add("QC-17", grid.NoticeClass, "post", codes, detail, nil)
}

// inheritsPost reports whether a grid that ends leaves its posts to the grid.
func (r *review) inheritsPost(code string) bool {
	for _, l := range r.diff.Lineage {
		if l.ToCode == code && l.FromCode != code && r.ref.Posts[l.FromCode] > 0 && Successor(r.diff.Lineage, l.FromCode) == code && r.ended(l.FromCode) {
			return true
		}
	}
	return false
}

func (r *review) ended(code string) bool {
	return slices.ContainsFunc(r.diff.Parts, func(p PartDiff) bool { return p.Code == code && p.Change == Retired && p.Kind != grid.Void })
}

// Successor returns the grid to which the posts of a grid follow (BR-39): itself if it is among its successors, else the one with the
// largest share of it, of equal ones the lowest code; "" when there is none.
func Successor(lineage []grid.Lineage, code string) string {
	best, share := "", 0.0
	for _, l := range lineage {
		switch {
		case l.FromCode != code:
		case l.ToCode == code:
			return code
		case l.ShareOfArea > share || l.ShareOfArea == share && l.ToCode < best:
			best, share = l.ToCode, l.ShareOfArea
		}
	}
	return best
}
