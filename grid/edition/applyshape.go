package edition

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// mostParts is how many parts a split makes at most.
const mostParts = 100

// split divides the base or dedicated grid Grid along Line; drawn ends that fall short of its border by at most SnapM are led to
// it. The largest part keeps the code if it has at least the deployment's keep share of the area; otherwise the grid retires and
// all parts get codes, the largest first. Names are those of the parts in the same order.
func (e *edit) split() error {
	old, err := e.grid("grid", e.change.Grid, grid.Base, grid.Dedicated)
	if err != nil {
		return err
	}
	line, err := e.line()
	if err != nil {
		return err
	}
	p, face := e.planeOf(old)
	m, err := p.Split(face, line, e.snapM())
	if err != nil {
		return err
	}
	parts := []int32{face}
	for n := int32(p.Len()); len(m.Faces[n]) > 0; n++ {
		parts = append(parts, n)
	}
	if len(parts) < 2 { // its ends were led to one place
		return &geo.InvalidError{Rule: mesh.RuleNotDivided, At: line[0].Orb()}
	}
	if len(parts) > mostParts {
		return refuse("line", "it divides %s into %d parts, a split makes %d at most: draw a simpler line", old.Code, len(parts), mostParts)
	}
	made := map[int32]*draftPart{}
	for i, n := range parts {
		if i == 0 && keeps(m.Faces[n], old.area, e.draft.city.settings) {
			part := old.clone()
			part.Grid.Name = cmp.Or(e.nameOf(i), old.Grid.Name)
			made[n] = part
			continue
		}
		code, err := e.newCode(old.Kind, old.community(), old.Code)
		if err != nil {
			return err
		}
		part := newGrid(old, code, cmp.Or(e.nameOf(i), e.freeName(old)))
		e.put(part) // so that the next finds its name taken
		made[n] = part
	}
	e.adopt(p, m, made, old)
	e.recount()
	return nil
}

// nameOf returns the name that the change gives to the part of that number, "" for none.
func (e *edit) nameOf(part int) string {
	if part < len(e.change.Names) {
		return strings.TrimSpace(e.change.Names[part])
	}
	return ""
}

// keeps reports whether a part is so much of the whole that it keeps the code.
func keeps(part, whole geo.MultiPolygon, s grid.Settings) bool {
	return geo.PlanarArea(part) >= s.KeepShare*geo.PlanarArea(whole)
}

// merge unites two or more Grids of one kind and one community that share borders. The grid with at least the keep share of the
// sum keeps its code; otherwise all retire and the new one has a code of its own. What is not given is as with the largest.
func (e *edit) merge() error {
	parts, err := e.toMerge()
	if err != nil {
		return err
	}
	p, _ := e.planeOf(parts[0])
	m, err := p.Merge(faces(p, parts)...)
	if err != nil {
		return err
	}
	face := p.number(parts[0])
	largest := slices.MaxFunc(parts, func(a, b *draftPart) int {
		return cmp.Or(cmp.Compare(a.area.TwiceArea(), b.area.TwiceArea()), cmp.Compare(b.Code, a.Code))
	})
	made := largest.clone()
	if !keeps(largest.area, m.Faces[face], e.draft.city.settings) {
		code, err := e.newCode(largest.Kind, largest.community(), largest.Code)
		if err != nil {
			return err
		}
		made = newGrid(largest, code, largest.Grid.Name)
	}
	if made.Grid.Name = cmp.Or(strings.TrimSpace(e.change.Name), made.Grid.Name); made.Kind == grid.Dedicated {
		made.Grid.HostOrg = cmp.Or(e.change.HostOrg, made.Grid.HostOrg)
		made.Grid.SupervisingOrg = cmp.Or(e.change.SupervisingOrg, made.Grid.SupervisingOrg)
		made.Grid.DedicatedKind = cmp.Or(e.change.DedicatedKind, made.Grid.DedicatedKind)
	}
	e.adopt(p, m, map[int32]*draftPart{face: made}, parts...)
	e.recount()
	return nil
}

// toMerge returns the grids to merge.
func (e *edit) toMerge() ([]*draftPart, error) {
	codes := slices.Compact(slices.Sorted(slices.Values(e.change.Grids)))
	if len(codes) < 2 {
		return nil, &grid.RuleError{Rule: "required", Field: "grids", Detail: "name two or more grids to merge"}
	}
	var parts []*draftPart
	for _, code := range codes {
		p, err := e.grid("grids", code, grid.Base, grid.Dedicated)
		if err != nil {
			return nil, err
		}
		if len(parts) > 0 && p.Kind != parts[0].Kind {
			return nil, refuse("grids", "%s is %s, %s is %s: merge grids of one kind", parts[0].Code, kindNames[parts[0].Kind], code, kindNames[p.Kind])
		}
		if len(parts) > 0 && p.community() != parts[0].community() {
			return nil, refuse("grids", "%s is of community %s, %s of %s: transfer one first", parts[0].Code, parts[0].community(), code, p.community())
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// retire takes the dedicated grid Grid away: the base grids below it serve alone. A base grid's area goes to Into, a neighbour in
// the same community.
func (e *edit) retire() error {
	old, err := e.grid("grid", e.change.Grid, grid.Base, grid.Dedicated)
	if err != nil {
		return err
	}
	if old.Kind == grid.Dedicated {
		e.remove(old.key())
		return nil
	}
	return e.giveTo(old)
}

// fillVoid gives the area of the void area Grid to the base grid Into, a neighbour in the same community.
func (e *edit) fillVoid() error {
	old, err := e.grid("grid", e.change.Grid, grid.Void)
	if err != nil {
		return err
	}
	return e.giveTo(old)
}

// giveTo gives all of a part to the base grid Into.
func (e *edit) giveTo(old *draftPart) error {
	into, err := e.grid("into", e.change.Into, grid.Base)
	if err != nil {
		return err
	}
	if into.community() != old.community() {
		return refuse("into", "%s is of community %s, %s of %s: name a neighbour in the same community", into.Code, into.community(), old.Code, old.community())
	}
	if into.key() == old.key() {
		return refuse("into", "name another grid than %s", old.Code)
	}
	p, face := e.planeOf(into)
	m, err := p.Merge(face, p.number(old))
	if err != nil {
		return err
	}
	e.adopt(p, m, nil, old)
	e.recount()
	return nil
}

// transfer gives the whole Grid to Community, with which it shares a border: the borders of the communities move. It gets a code of
// the new community, whatever the scheme: what a code was of stays what it was of. A community must keep at least one base grid, and
// counties stay as they are. A dedicated grid gets another home, of which it must cover some.
func (e *edit) transfer() error {
	old, err := e.grid("grid", e.change.Grid, grid.Base, grid.Dedicated, grid.Void)
	if err != nil {
		return err
	}
	if err := e.mayTransfer(old); err != nil {
		return err
	}
	made := old.clone()
	if made.Code, err = e.newCode(old.Kind, e.change.Community, old.Code); err != nil {
		return err
	}
	e.remove(old.key())
	if made.Void != nil {
		made.Void.Code, made.Void.CommunityCode = made.Code, e.change.Community
	} else {
		made.Grid.Code, made.Grid.CommunityCode = made.Code, e.change.Community
	}
	e.draft.settle(made)
	e.put(made)
	return nil
}

// mayTransfer returns why a part cannot go to the community of the change.
func (e *edit) mayTransfer(old *draftPart) error {
	code := e.change.Community
	if code == "" {
		return &grid.RuleError{Rule: "required", Field: "community_code", Detail: "name the community that it goes to"}
	}
	to := e.draft.city.Division(code)
	switch {
	case to == nil || to.Level != grid.LevelCommunity:
		return refuse("community_code", "there is no community %s", code)
	case code == old.community():
		return refuse("community_code", "%s is of community %s already", old.Code, code)
	case to.CountyCode != old.county():
		return refuse("community_code", "%s is of county %s, community %s of %s: borders of counties never move", old.Code, old.county(), code, to.CountyCode)
	}
	p := e.draft.planes.tiling()
	there := func(k partKey) bool { return e.draft.part(k).community() == code }
	if old.Kind == grid.Dedicated {
		for _, face := range p.near(old.area.Box(), there) {
			if geo.OverlapArea(old.area, p.Face(face)) > 0 {
				return nil
			}
		}
		return refuse("community_code", "%s covers nothing of community %s", old.Code, code)
	}
	if !slices.ContainsFunc(p.near(old.area.Box(), there), func(face int32) bool { return shareEdge(old.area, p.Face(face)) }) {
		return refuse("community_code", "%s shares no border with community %s", old.Code, code)
	}
	if old.Kind == grid.Base && e.draft.baseGrids(old.community()) < 2 {
		return refuse("grid", "%s is the last base grid of community %s, which would be left without any", old.Code, old.community())
	}
	return nil
}

// shareEdge reports whether two areas that do not overlap have an edge in common.
func shareEdge(a, b geo.MultiPolygon) bool {
	edges := map[edge]bool{}
	eachEdge(a, func(e edge) { edges[e] = true })
	share := false
	eachEdge(b, func(e edge) { share = share || edges[edge{e.b, e.a}] })
	return share
}

// baseGrids returns how many base grids a community has in the draft.
func (d *Draft) baseGrids(community string) int {
	n := 0
	for _, e := range d.bases {
		for _, k := range e.parts[community] {
			if _, touched := d.parts[e.key(k)]; !touched && k < len(e.base) {
				n++
			}
		}
	}
	for _, p := range d.parts {
		if !p.Removed && p.Kind == grid.Base && p.community() == community {
			n++
		}
	}
	return n
}
