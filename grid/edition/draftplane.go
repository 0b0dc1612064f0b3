package edition

import (
	"maps"
	"slices"
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// editionPlanes are the planes of an edition, which drafts over it change.
type editionPlanes struct {
	communities []string // in code order: the groups of the tiling
	groups      []int32  // of each part of the tiling
	tiling      *mesh.Plane
	dedicated   *mesh.Plane
}

func (e *Edition) newPlanes() *editionPlanes {
	p := &editionPlanes{groups: make([]int32, len(e.tiling)), dedicated: mesh.NewLoosePlane(e.dedicatedParts)}
	for community := range e.parts {
		p.communities = append(p.communities, community)
	}
	slices.Sort(p.communities)
	for group, community := range p.communities {
		for _, k := range e.parts[community] {
			p.groups[k] = int32(group)
		}
	}
	p.tiling = mesh.NewPlane(e.tiling, p.groups)
	return p
}

// plane is what a draft has of one kind, open to edits: base grids and void areas, which tile, or dedicated grids, which do not.
type plane struct {
	*mesh.Plane
	bases       []*Edition
	dedicated   bool
	first       []int32      // the number of the first face of each edition, and after the last
	fresh       []*draftPart // the faces after those of the editions
	communities []string     // the groups of the tiling
}

// planes are a draft's planes, made when first asked for.
type planes struct {
	tiling    func() *plane
	dedicated []func() *plane // by county, since those of different counties may overlap
}

func (d *Draft) newPlanes() planes {
	p := planes{tiling: sync.OnceValue(func() *plane { return d.newPlane(d.bases, false) })}
	for i := range d.bases {
		p.dedicated = append(p.dedicated, sync.OnceValue(func() *plane { return d.newPlane(d.bases[i:i+1], true) }))
	}
	return p
}

// newPlane takes the plane of the editions and puts in what the draft has changed. Faces are numbered by the state of the draft
// alone, so that the same draft, however it was come by, gives the same edits.
func (d *Draft) newPlane(bases []*Edition, dedicated bool) *plane {
	p := &plane{bases: bases, dedicated: dedicated}
	groups := p.joinBases()
	changed := mesh.Edit{Faces: map[int32]geo.MultiPolygon{}}
	fresh := map[int32][]*draftPart{} // by group
	for _, k := range slices.SortedFunc(maps.Keys(d.parts), partKey.compare) {
		part := d.parts[k]
		if (k.kind == grid.Dedicated) != dedicated {
			continue
		}
		number, now := p.inBases(k), d.part(k)
		group := int32(0)
		if now != nil {
			if !slices.ContainsFunc(bases, func(e *Edition) bool { return e.info.CountyCode == part.county() }) {
				continue
			}
			group = p.group(now.community(), groups)
		}
		switch {
		case now != nil && number >= 0 && (dedicated || p.communityOf(number) == now.community()):
			changed.Faces[number] = now.area
			continue
		case number >= 0:
			changed.Faces[number] = nil
		}
		if now != nil {
			fresh[group] = append(fresh[group], now)
		}
	}
	p.Plane = p.Apply(changed)
	for group := range int32(len(p.communities) + 1) {
		p.add(fresh[group], group)
	}
	return p
}

// joinBases sets the plane of the editions and returns the groups of the communities.
func (p *plane) joinBases() map[string]int32 {
	var faces []geo.MultiPolygon
	var groups []int32
	numbers := map[string]int32{}
	p.first = []int32{0}
	for _, e := range p.bases {
		of := e.planes()
		if p.dedicated {
			p.Plane = of.dedicated
			p.first = append(p.first, int32(len(e.dedicated)))
			return numbers
		}
		for _, g := range of.groups {
			groups = append(groups, g+int32(len(p.communities)))
		}
		p.communities = append(p.communities, of.communities...)
		p.first = append(p.first, p.first[len(p.first)-1]+int32(len(e.tiling)))
		if p.Plane = of.tiling; len(p.bases) > 1 {
			faces = append(faces, e.tiling...)
		}
	}
	if len(p.bases) > 1 {
		p.Plane = mesh.NewPlane(faces, groups)
	}
	for group, community := range p.communities {
		numbers[community] = int32(group)
	}
	return numbers
}

// group returns the group of a community, a new one for one without parts in the editions.
func (p *plane) group(community string, numbers map[string]int32) int32 {
	if p.dedicated {
		return 0
	}
	group, ok := numbers[community]
	if !ok {
		group = int32(len(p.communities))
		numbers[community] = group
		p.communities = append(p.communities, community)
	}
	return group
}

// add appends faces of one group.
func (p *plane) add(parts []*draftPart, group int32) {
	if len(parts) == 0 {
		return
	}
	slices.SortFunc(parts, func(a, b *draftPart) int { return a.key().compare(b.key()) })
	edit := mesh.Edit{Faces: make(map[int32]geo.MultiPolygon, len(parts)), Group: group}
	for i, part := range parts {
		edit.Faces[int32(p.Len()+i)] = part.area
	}
	p.Plane = p.Apply(edit)
	p.fresh = append(p.fresh, parts...)
}

// inBases returns the number of a part among those of the editions, -1 when it is not there.
func (p *plane) inBases(k partKey) int32 {
	for i, e := range p.bases {
		n := -1
		switch k.kind {
		case grid.Void:
			if n = voidNumber(e.voids, k.code); n >= 0 {
				n += len(e.base)
			}
		case grid.Base:
			n = gridNumber(e.base, k.code)
		case grid.Dedicated:
			n = gridNumber(e.dedicated, k.code)
		}
		if n >= 0 {
			return p.first[i] + int32(n)
		}
	}
	return -1
}

// communityOf returns the community that a face had in the editions.
func (p *plane) communityOf(face int32) string {
	i := p.edition(face)
	return p.bases[i].community(int(face - p.first[i]))
}

// edition returns which edition a face was in.
func (p *plane) edition(face int32) int {
	i, ok := slices.BinarySearch(p.first, face)
	if !ok {
		i--
	}
	return i
}

// number returns the face of a part that the draft has.
func (p *plane) number(part *draftPart) int32 {
	for i, f := range p.fresh {
		if f.key() == part.key() {
			return p.first[len(p.first)-1] + int32(i)
		}
	}
	return p.inBases(part.key())
}

// key returns the part of a face that is in use.
func (p *plane) key(face int32) partKey {
	last := p.first[len(p.first)-1]
	if face >= last {
		return p.fresh[face-last].key()
	}
	i := p.edition(face)
	e, k := p.bases[i], int(face-p.first[i])
	if p.dedicated {
		return partKey{grid.Dedicated, e.dedicated[k].Code}
	}
	return e.key(k)
}

// near returns the faces whose boxes meet box, ascending, that take accepts.
func (p *plane) near(box geo.Box, take func(partKey) bool) []int32 {
	return slices.DeleteFunc(p.Near(box), func(face int32) bool { return !take(p.key(face)) })
}
