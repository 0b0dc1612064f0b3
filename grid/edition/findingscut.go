package edition

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// newBorders are the borders of base grids and void areas that a draft makes: stretches that no border followed before.
type newBorders struct {
	stretches []stretch
	edges     []edge // the same, on the lattice
	cells     *edgeCells
	boxes     []geo.Box
	owners    map[edge][]*Part // by rising edge of the stretches: the parts that have it
}

// NewBorders returns boxes that together hold the new borders of base grids and void areas and what is near enough to be judged
// with them: where to look for a Reference's footprints and lines.
func (d *Draft) NewBorders() []geo.Box {
	var boxes []geo.Box
	for _, s := range bordersMade(d.Diff().Parts, true) {
		boxes = append(boxes, wideBox(s.edge.box(), 2*reachM))
	}
	return mergeBoxes(boxes)
}

func (r *review) newBorders() *newBorders {
	n := &newBorders{stretches: bordersMade(r.diff.Parts, true), owners: map[edge][]*Part{}}
	for _, s := range n.stretches {
		n.edges = append(n.edges, edge{s.at(s.from), s.at(s.to)})
		n.boxes = append(n.boxes, n.edges[len(n.edges)-1].box())
		n.owners[s.edge] = nil
	}
	n.cells = newEdgeCells(n.edges)
	for i := range r.diff.Parts {
		p := r.diff.Parts[i].After
		if p == nil || !p.tiles() {
			continue
		}
		eachEdge(p.Area, func(e edge) {
			if owners, ok := n.owners[e.rising()]; ok {
				n.owners[e.rising()] = append(owners, p)
			}
		})
	}
	return n
}

// codes returns the codes of the parts beside some of the stretches.
func (n *newBorders) codes(stretches []int) []string {
	var codes []string
	for _, k := range stretches {
		for _, p := range n.owners[n.stretches[k].edge] {
			codes = append(codes, p.Code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// checkFootprints finds buildings (QC-14) and key sites, school campuses among them (QC-15), that a new border cuts: the border runs
// inside for more than the tolerance, and two parts have more than the tolerance of it.
func (r *review) checkFootprints() {
	lines := r.lines()
	if len(lines.stretches) == 0 {
		return
	}
	for i := range r.ref.Buildings {
		r.checkCut("QC-14", "building", &r.ref.Buildings[i])
	}
	for i := range r.ref.Sites {
		r.checkCut("QC-15", "key site", &r.ref.Sites[i])
	}
	for _, campus := range r.campuses() {
		r.checkCut("QC-15", "school", &Footprint{Key: campus.Code, Name: campus.Name(), Area: campus.Area})
	}
}

// campuses returns the dedicated grids of schools, as the draft has them.
func (r *review) campuses() []*Part {
	var all []*Part
	for _, e := range r.d.bases {
		for i := range e.dedicated {
			if g := &e.dedicated[i]; g.DedicatedKind == "school" && !r.touched(grid.Dedicated, g.Code) {
				all = append(all, newPart(e.draftPart(partKey{grid.Dedicated, g.Code})))
			}
		}
	}
	for _, p := range r.near().dedicated {
		if p.Grid.DedicatedKind == "school" {
			all = append(all, p)
		}
	}
	sortParts(all)
	return all
}

func (r *review) checkCut(rule, what string, f *Footprint) {
	lines := r.lines()
	insideM, at := 0.0, geo.Point{}
	for _, k := range lines.cells.around(f.Area.Box(), nil) {
		e := lines.edges[k]
		if m := geo.LengthWithin(geo.Line{e.a, e.b}, f.Area); m > 0 {
			insideM, at = insideM+m, e.at(0.5)
		}
	}
	if insideM <= r.settings.QCWidthM {
		return
	}
	var codes []string
	unitM2 := geo.AreaM2(f.Area) / geo.PlanarArea(f.Area)
	for _, p := range r.tilingNear(f.Area.Box()) {
		if geo.OverlapArea(f.Area, p.Area)*unitM2 > r.settings.QCAreaM2 {
			codes = append(codes, p.Code)
		}
	}
	if len(codes) < 2 {
		return
	}
	spot := at.Orb()
	detail := fmt.Sprintf("a new border cuts the %s %s between %s: draw it around, so that the premises stay whole", what, cmp.Or(f.Name, f.Key), listed(codes, len(codes)))
	r.add(rule, grid.NoticeClass, f.Key, codes, detail, func(g *grid.Finding) {
		g.At, g.Polygon, g.Measured, g.Threshold = &spot, f.Area.Orb(), &insideM, number(r.settings.QCWidthM)
	})
}

// paths returns the new borders as lines between the places where they end or meet, each as numbers of stretches in turn with the
// points they run through.
func (n *newBorders) paths() (lines []geo.Line, stretches [][]int) {
	at := map[geo.Point][]int{}
	for k, e := range n.edges {
		at[e.a], at[e.b] = append(at[e.a], k), append(at[e.b], k)
	}
	used := make([]bool, len(n.edges))
	walk := func(from geo.Point, k int) {
		line, of := geo.Line{from}, []int(nil)
		for {
			used[k] = true
			to := n.edges[k].b
			if to == from {
				to = n.edges[k].a
			}
			line, of, from = append(line, to), append(of, k), to
			next := -1
			for _, j := range at[to] {
				if !used[j] {
					next = j
				}
			}
			if len(at[to]) != 2 || next < 0 {
				break
			}
			k = next
		}
		lines, stretches = append(lines, line), append(stretches, of)
	}
	for k, e := range n.edges { // lines from their ends, then closed ones
		for _, end := range []geo.Point{e.a, e.b} {
			if !used[k] && len(at[end]) != 2 {
				walk(end, k)
			}
		}
	}
	for k, e := range n.edges {
		if !used[k] {
			walk(e.a, k)
		}
	}
	return lines, stretches
}
