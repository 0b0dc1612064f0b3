package edition

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// Draft is what the changes of a plan make of the editions of some counties. It is immutable: Apply makes the next one. Make it
// with City.Draft.
type Draft struct {
	city     *City
	counties []string
	bases    []*Edition // of the counties
	// parts are those that the changes have touched, some of them perhaps back to what they were, or made and removed again: the
	// codes of those stay taken.
	parts map[partKey]*draftPart

	changes  func() []partChange
	outlines func() []redrawnDivision
	diff     func() Diff
	planes   planes
}

// partKey says which part is meant: void areas have codes of their own.
type partKey struct{ kind, code string }

func (k partKey) compare(other partKey) int {
	return cmp.Or(cmp.Compare(k.kind, other.kind), cmp.Compare(k.code, other.code))
}

// draftPart is a part with its area on the lattice, nil when it is removed.
type draftPart struct {
	grid.PlanPart
	area geo.MultiPolygon
}

func (p *draftPart) key() partKey { return partKey{p.Kind, p.Code} }

func (p *draftPart) community() string {
	if p.Void != nil {
		return p.Void.CommunityCode
	}
	return p.Grid.CommunityCode
}

func (p *draftPart) county() string {
	if p.Void != nil {
		return p.Void.CountyCode
	}
	return p.Grid.CountyCode
}

// partChange is a part that differs from the base: before is nil when it is new, after when it is removed.
type partChange struct {
	key           partKey
	before, after *draftPart
}

// maxPlanCounties is how many counties a plan is of at most.
const maxPlanCounties = 8

// Draft returns the draft over the editions of the counties that the parts of a plan make, each part in its last state. The error
// is an ErrNotFound for a county without an edition, an ErrInvalid for a part that is not of these counties, and an
// *geo.InvalidError for a boundary that is not valid.
func (c *City) Draft(counties []string, parts []grid.PlanPart) (*Draft, error) {
	d := &Draft{city: c, counties: slices.Compact(slices.Sorted(slices.Values(counties))), parts: make(map[partKey]*draftPart, len(parts))}
	if len(d.counties) == 0 || len(d.counties) > maxPlanCounties {
		return nil, &grid.RuleError{Rule: "counties", Field: "counties", Detail: fmt.Sprintf("a plan is of 1 to %d counties", maxPlanCounties)}
	}
	for _, county := range d.counties {
		e := c.Edition(county)
		if e == nil {
			return nil, fmt.Errorf("county %s has no edition, import its grids first: %w", county, grid.ErrNotFound)
		}
		d.bases = append(d.bases, e)
	}
	for i := range parts {
		p, err := d.newPart(parts[i])
		if err != nil {
			return nil, err
		}
		d.parts[p.key()] = p
	}
	return d.ready(), nil
}

// ready sets what is made when first asked for.
func (d *Draft) ready() *Draft {
	d.changes = sync.OnceValue(d.findChanges)
	d.outlines = sync.OnceValue(d.findOutlines)
	d.diff = sync.OnceValue(d.findDiff)
	d.planes = d.newPlanes()
	return d
}

// with returns the draft after parts have become what is given.
func (d *Draft) with(parts []*draftPart) *Draft {
	next := &Draft{city: d.city, counties: d.counties, bases: d.bases, parts: maps.Clone(d.parts)}
	for _, p := range parts {
		next.parts[p.key()] = p
	}
	return next.ready()
}

// newPart takes a part from outside: its boundary onto the lattice, its id and version from the base.
func (d *Draft) newPart(in grid.PlanPart) (*draftPart, error) {
	p := &draftPart{PlanPart: in}
	if in.Removed {
		p.Grid, p.Void = nil, nil
		return p, nil
	}
	var err error
	switch {
	case in.Kind == grid.Void && in.Void != nil:
		v := *in.Void
		v.Code = in.Code
		p.Void, p.Grid = &v, nil
		p.area, err = geo.FromOrb(v.Boundary)
	case (in.Kind == grid.Base || in.Kind == grid.Dedicated) && in.Grid != nil:
		g := *in.Grid
		g.Kind, g.Code = in.Kind, in.Code
		p.Grid, p.Void = &g, nil
		p.area, err = geo.FromOrb(g.Boundary)
	default:
		return nil, &grid.RuleError{Rule: "part", Field: "kind", Detail: fmt.Sprintf("%s is no %q part", in.Code, in.Kind)}
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", in.Kind, in.Code, err)
	}
	if !slices.Contains(d.counties, p.county()) {
		return nil, &grid.RuleError{
			Rule: "counties", Field: "county_code",
			Detail: fmt.Sprintf("%s %s is of county %q, the plan of %v: make a plan of both", in.Kind, in.Code, p.county(), d.counties),
		}
	}
	d.settle(p)
	return p, nil
}

// settle sets what follows from the base and from the area: id and version, the measures, and where the rings of an area that is as
// it was begin.
func (d *Draft) settle(p *draftPart) {
	before := d.before(p.key())
	same := before != nil && sameBorder(before.area, p.area)
	if same {
		p.area = before.area
	}
	if v := p.Void; v != nil {
		v.ID = 0
		if before != nil {
			v.ID = before.Void.ID
		}
		if v.SetBoundary(p.area); same {
			v.AreaM2 = before.Void.AreaM2
		}
		return
	}
	g := p.Grid
	g.ID, g.VersionID = 0, 0
	if before != nil {
		g.ID, g.VersionID = before.Grid.ID, before.Grid.VersionID
	}
	if !same {
		g.SetBoundary(p.area)
		return
	}
	b := before.Grid
	g.Boundary, g.LabelPoint, g.AreaM2, g.PerimeterM, g.Compactness = b.Boundary, b.LabelPoint, b.AreaM2, b.PerimeterM, b.Compactness
}

// before returns the part as the base has it, nil when it does not.
func (d *Draft) before(k partKey) *draftPart {
	for _, e := range d.bases {
		if p := e.draftPart(k); p != nil {
			return p
		}
	}
	return nil
}

// draftPart returns a part of the edition, nil when there is none.
func (e *Edition) draftPart(k partKey) *draftPart {
	p := &draftPart{PlanPart: grid.PlanPart{Kind: k.kind, Code: k.code}}
	i := -1
	switch k.kind {
	case grid.Base:
		if i = gridNumber(e.base, k.code); i >= 0 {
			p.Grid, p.area = &e.base[i], e.tiling[i]
		}
	case grid.Dedicated:
		if i = gridNumber(e.dedicated, k.code); i >= 0 {
			p.Grid, p.area = &e.dedicated[i], e.dedicatedParts[i]
		}
	case grid.Void:
		if i = voidNumber(e.voids, k.code); i >= 0 {
			p.Void, p.area = &e.voids[i], e.tiling[len(e.base)+i]
		}
	}
	if i < 0 {
		return nil
	}
	return p
}

// voidNumber is gridNumber for void areas.
func voidNumber(voids []grid.VoidArea, code string) int {
	i, ok := slices.BinarySearchFunc(voids, code, func(v grid.VoidArea, code string) int { return cmp.Compare(v.Code, code) })
	if !ok {
		return -1
	}
	return i
}

// part returns a part as the draft has it, nil when it does not. It must not be changed.
func (d *Draft) part(k partKey) *draftPart {
	if p, ok := d.parts[k]; ok {
		if p.Removed {
			return nil
		}
		return p
	}
	return d.before(k)
}

// Counties returns the counties of the draft in code order. The slice must not be changed.
func (d *Draft) Counties() []string { return d.counties }

// Parts returns the parts that differ from the base editions, by kind and code. What they point to must not be changed.
func (d *Draft) Parts() []grid.PlanPart {
	changes := d.changes()
	parts := make([]grid.PlanPart, len(changes))
	for i, c := range changes {
		if parts[i] = (grid.PlanPart{Kind: c.key.kind, Code: c.key.code, Removed: true}); c.after != nil {
			parts[i] = c.after.PlanPart
		}
	}
	return parts
}

// findChanges compares the parts with the base.
func (d *Draft) findChanges() []partChange {
	var changes []partChange
	for k := range d.parts {
		c := partChange{k, d.before(k), d.part(k)}
		if !equalParts(c.before, c.after) {
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, func(a, b partChange) int { return a.key.compare(b.key) })
	return changes
}

// equalParts reports whether two states of a part are the same in all that is not measured; nil stands for none.
func equalParts(a, b *draftPart) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.PostWorker != b.PostWorker || !equalAreas(a.area, b.area) {
		return false
	}
	if a.Void != nil {
		v, w := a.Void, b.Void
		return v.Name == w.Name && v.Reason == w.Reason && v.CommunityCode == w.CommunityCode
	}
	g, h := a.Grid, b.Grid
	return g.Name == h.Name && g.CommunityCode == h.CommunityCode && equalCounts(g.Households, h.Households) &&
		equalCounts(g.Residents, h.Residents) && equalCounts(g.Buildings, h.Buildings) && g.BoundsText == h.BoundsText &&
		g.DedicatedKind == h.DedicatedKind && g.HostOrg == h.HostOrg && g.SupervisingOrg == h.SupervisingOrg &&
		g.SourceCRS == h.SourceCRS && g.Note == h.Note
}

func equalCounts(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }

// equalAreas reports whether two areas are the same vertex for vertex.
func equalAreas(a, b geo.MultiPolygon) bool {
	return slices.EqualFunc(a, b, func(p, q geo.Polygon) bool {
		return slices.EqualFunc(p, q, func(r, s geo.Ring) bool { return slices.Equal(r, s) })
	})
}
