package edition

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// What becomes of a part, as grid.PartImpact has it.
const (
	Created    = "created"
	Retired    = "retired"
	Redrawn    = "boundary"
	Bent       = "bent" // moved by a unit, or only vertices more or less
	Attributes = "attributes"
)

// Part is a base grid, dedicated grid or void area of an edition or a draft, with its boundary on the lattice.
type Part struct {
	grid.PlanPart
	Area geo.MultiPolygon
}

// Community returns the code of the community that the part belongs to.
func (p *Part) Community() string { return p.draft().community() }

// County returns the code of the county that the part belongs to.
func (p *Part) County() string { return p.draft().county() }

// Name returns the part's name, "" for none.
func (p *Part) Name() string {
	if p.Void != nil {
		return p.Void.Name
	}
	return p.Grid.Name
}

// tiles reports whether the part takes part in the tiling.
func (p *Part) tiles() bool { return p.Kind != grid.Dedicated }

func (p *Part) draft() *draftPart { return &draftPart{p.PlanPart, p.Area} }

// newPart returns a part as a diff has it, nil for nil.
func newPart(p *draftPart) *Part {
	if p == nil {
		return nil
	}
	return &Part{p.PlanPart, p.area}
}

// PartDiff is a part that is not the same before and after.
type PartDiff struct {
	Kind, Code    string
	Change        string // Created, Retired, Redrawn, Bent or Attributes
	Before, After *Part  // nil when it is not there
}

// Diff is what differs between two states of the grids of some counties.
type Diff struct {
	Parts []PartDiff // by kind and code
	// Boxes are closed: outside of them no answer of locate differs in its grids, community or border, for a point nor for a shape
	// that meets none of them. They may overlap. There are few.
	Boxes   []geo.Box
	Lineage []grid.Lineage // by the code from and the code to
	// BorderRedrawnM is the length of the borders that are not there afterwards, each once, in metres. A border that was bent by a
	// unit is there.
	BorderRedrawnM float64
	// AreaMovedM2 is the area that has another base grid or void area afterwards and that which has another dedicated grid, in
	// square metres: the areas of Moved.
	AreaMovedM2 float64
	Moved       []Moved
	Divisions   []DivisionChange

	tiling *overlaps
}

// DivisionChange is a community or street whose outline differs.
type DivisionChange struct {
	Code, Level   string
	Before, After geo.MultiPolygon
}

// Compare returns what differs between two editions of a county; nil stands for one without grids. Boxes are widened by fallbackM,
// how far the nearest grid may be (BR-25). Divisions is left empty: editions do not know outlines.
//
// Time is that of comparing coordinates, and for what differs about a hundred microseconds a part.
func Compare(before, after *Edition, fallbackM float64) Diff {
	var changes []change
	for _, kind := range []string{grid.Base, grid.Dedicated, grid.Void} {
		old, now := before.partsOf(kind), after.partsOf(kind)
		for len(old) > 0 || len(now) > 0 {
			switch order := compareFirst(old, now); {
			case order < 0:
				changes, old = append(changes, change{before: old[0]}), old[1:]
			case order > 0:
				changes, now = append(changes, change{after: now[0]}), now[1:]
			default:
				changes = append(changes, change{before: old[0], after: now[0]})
				old, now = old[1:], now[1:]
			}
		}
	}
	return newDiff(changes, fallbackM)
}

// Diff returns what differs between the base editions and the draft. Boxes are widened by the deployment's fallback distance. What
// it holds must not be changed.
func (d *Draft) Diff() Diff { return d.diff() }

func (d *Draft) findDiff() Diff {
	var changes []change
	for _, c := range d.changes() {
		changes = append(changes, change{newPart(c.before), newPart(c.after)})
	}
	fallbackM := d.city.settings.FallbackM
	diff := newDiff(changes, fallbackM)
	boxes := slices.Clone(diff.Boxes)
	for _, r := range d.outlines() {
		of := DivisionChange{Code: r.division.Code, Level: r.division.Level, Before: d.outlineOf(r.division.Code), After: r.area}
		diff.Divisions = append(diff.Divisions, of)
		// Where the outline was not what the grids dissolve to, it may move where no grid does.
		gone, made := edgesThatDiffer(of.Before, of.After)
		boxes = append(boxes, wideBox(boxOf(append(slices.Clone(gone), made...)), fallbackM))
	}
	diff.Boxes = mergeBoxes(boxes)
	return diff
}

// compareFirst compares the codes of the first of each; what has none left is last.
func compareFirst(old, now []*Part) int {
	switch {
	case len(old) == 0:
		return 1
	case len(now) == 0:
		return -1
	}
	return cmp.Compare(old[0].Code, now[0].Code)
}

// partsOf returns the parts of a kind by code, none of a nil edition.
func (e *Edition) partsOf(kind string) []*Part {
	if e == nil {
		return nil
	}
	var parts []*Part
	add := func(code string) { parts = append(parts, newPart(e.draftPart(partKey{kind, code}))) }
	switch kind {
	case grid.Base:
		for i := range e.base {
			add(e.base[i].Code)
		}
	case grid.Dedicated:
		for i := range e.dedicated {
			add(e.dedicated[i].Code)
		}
	case grid.Void:
		for i := range e.voids {
			add(e.voids[i].Code)
		}
	}
	return parts
}

// change is a part before and after, nil where it is not there. Both have the same kind and code.
type change struct{ before, after *Part }

// newDiff compares the two states of each part; those that do not differ are left out.
func newDiff(changes []change, fallbackM float64) Diff {
	var d Diff
	var boxes []geo.Box
	for _, c := range changes {
		p, box, differs := c.compare()
		if !differs {
			continue
		}
		d.Parts = append(d.Parts, p)
		if !box.Empty() {
			boxes = append(boxes, wideBox(box, fallbackM))
		}
	}
	slices.SortFunc(d.Parts, func(a, b PartDiff) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code)) })
	d.Boxes = mergeBoxes(boxes)
	d.BorderRedrawnM = redrawnM(d.Parts)
	for _, tiling := range []bool{true, false} {
		o := newOverlaps(d.Parts, tiling)
		if tiling {
			d.tiling = o
		}
		d.Lineage = append(d.Lineage, o.lineage()...)
		d.Moved = append(d.Moved, o.moved()...)
	}
	for _, m := range d.Moved {
		d.AreaMovedM2 += m.AreaM2
	}
	slices.SortFunc(d.Lineage, func(a, b grid.Lineage) int {
		return cmp.Or(cmp.Compare(a.FromCode, b.FromCode), cmp.Compare(a.ToCode, b.ToCode))
	})
	return d
}

// compare returns how the part differs and the box outside of which no answer does, empty when none does.
func (c change) compare() (p PartDiff, box geo.Box, differs bool) {
	p = PartDiff{Before: c.before, After: c.after}
	switch {
	case c.before == nil:
		p.Kind, p.Code, p.Change = c.after.Kind, c.after.Code, Created
		return p, c.after.Area.Box(), true
	case c.after == nil:
		p.Kind, p.Code, p.Change = c.before.Kind, c.before.Code, Retired
		return p, c.before.Area.Box(), true
	}
	p.Kind, p.Code = c.after.Kind, c.after.Code
	gone, made := edgesThatDiffer(c.before.Area, c.after.Area)
	box = boxOf(append(slices.Clone(gone), made...))
	moved := p.Kind != grid.Dedicated && c.before.Community() != c.after.Community()
	if moved {
		box = c.before.Area.Box().Union(c.after.Area.Box())
	}
	switch {
	case len(gone) == 0 && len(made) == 0:
		p.Change = Attributes
		return p, box, !equalParts(c.before.draft(), c.after.draft())
	case sameCourse(gone, made):
		p.Change = Bent
	default:
		p.Change = Redrawn
	}
	return p, box, true
}
