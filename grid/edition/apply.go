package edition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wangge/wangge/grid"
)

// Apply returns the draft after one more change, and what the change did. used returns the codes ever used for parts of a kind in
// a community; those of this draft need not be among them. The same change on the same draft gives the same answer.
//
// The error is an *geo.InvalidError with the spot for geometry that cannot be taken, a *grid.RuleError for anything else that is
// wrong with the change, and a *grid.ConflictError when the base is unproven.
// OpImport and OpRestore are not for Apply, see Replace.
func (d *Draft) Apply(ch grid.Change, used func(community, kind string) []string) (*Draft, grid.ChangeResult, error) {
	for _, e := range d.bases {
		if !e.info.Proven {
			return nil, grid.ChangeResult{}, unproven(e.info)
		}
	}
	e := &edit{draft: d, change: ch, used: used, parts: map[partKey]*draftPart{}, given: map[partKey]bool{}}
	op, ok := operations[ch.Op]
	if !ok {
		return nil, grid.ChangeResult{}, refuse("op", "there is no operation %q: must be one of %s", ch.Op, strings.Join(operationNames(), ", "))
	}
	if err := op(e); err != nil {
		return nil, grid.ChangeResult{}, e.advised(err)
	}
	return e.done()
}

func unproven(info grid.EditionInfo) error {
	return &grid.ConflictError{Detail: fmt.Sprintf(
		"edition %d of county %s does not tile: clean it first with a plan that imports the whole county (wangge plan import --clean)",
		info.Number, info.CountyCode)}
}

// operations are what Apply can do.
var operations = map[string]func(*edit) error{
	grid.OpCreate:     (*edit).create,
	grid.OpSplit:      (*edit).split,
	grid.OpMerge:      (*edit).merge,
	grid.OpShift:      (*edit).shift,
	grid.OpTransfer:   (*edit).transfer,
	grid.OpRename:     (*edit).rename,
	grid.OpReclassify: (*edit).reclassify,
	grid.OpChangeHost: (*edit).changeHost,
	grid.OpRetire:     (*edit).retire,
	grid.OpCarveVoid:  (*edit).carveVoid,
	grid.OpFillVoid:   (*edit).fillVoid,
}

func operationNames() []string {
	var names []string
	for name := range operations {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Replace returns the draft after whole parts have become what is given, as an import or an undo makes them; nothing is checked
// but that every boundary is valid and of the draft's counties. The errors are those of City.Draft.
func (d *Draft) Replace(parts []grid.PlanPart) (*Draft, grid.ChangeResult, error) {
	e := &edit{draft: d, parts: map[partKey]*draftPart{}}
	for i := range parts {
		p, err := d.newPart(parts[i])
		if err != nil {
			return nil, grid.ChangeResult{}, err
		}
		e.parts[p.key()] = p
	}
	return e.done()
}

// edit is one change under way.
type edit struct {
	draft  *Draft
	change grid.Change
	used   func(community, kind string) []string
	parts  map[partKey]*draftPart // as the change makes them
	given  map[partKey]bool       // codes of new parts
	named  int                    // how many of the change's codes have been given
	result grid.ChangeResult
}

// done returns the next draft with what is different in it.
func (e *edit) done() (*Draft, grid.ChangeResult, error) {
	var changed []*draftPart
	for k, p := range e.parts {
		now := p
		if p.Removed {
			now = nil
		}
		if !equalParts(e.draft.part(k), now) {
			changed = append(changed, p)
		}
	}
	if len(changed) == 0 {
		return nil, grid.ChangeResult{}, &grid.RuleError{Rule: "no_change", Detail: "the draft is as this change would make it already"}
	}
	slices.SortFunc(changed, func(a, b *draftPart) int { return a.key().compare(b.key()) })
	for _, p := range changed {
		e.result.Parts = append(e.result.Parts, p.PlanPart)
	}
	return e.draft.with(changed), e.result, nil
}

// part returns a part as the change has made it so far, nil when there is none.
func (e *edit) part(k partKey) *draftPart {
	if p, ok := e.parts[k]; ok {
		if p.Removed {
			return nil
		}
		return p
	}
	return e.draft.part(k)
}

// grid returns a copy of a grid, to be changed and put back. field is where the change names it.
func (e *edit) grid(field, code string, kinds ...string) (*draftPart, error) {
	if code == "" {
		return nil, &grid.RuleError{Rule: "required", Field: field, Detail: "name a " + strings.Join(kinds, " or ")}
	}
	for _, kind := range kinds {
		if p := e.part(partKey{kind, code}); p != nil {
			return p.clone(), nil
		}
	}
	for _, kind := range []string{grid.Base, grid.Dedicated, grid.Void} {
		if e.part(partKey{kind, code}) != nil {
			return nil, refuse(field, "%s is %s, this takes %s", code, kindNames[kind], strings.Join(kinds, " or "))
		}
	}
	if g, _ := e.draft.city.Grid(code); g != nil && !slices.Contains(e.draft.counties, g.CountyCode) {
		return nil, refuse(field, "%s is of county %s, the plan of %s: make a plan of both", code, g.CountyCode, strings.Join(e.draft.counties, ", "))
	}
	return nil, &grid.RuleError{Rule: "unknown", Field: field, Detail: fmt.Sprintf("the draft has no %s %s", strings.Join(kinds, " or "), code)}
}

var kindNames = map[string]string{grid.Base: "a base grid", grid.Dedicated: "a dedicated grid", grid.Void: "a void area"}

// clone returns a copy that may be changed.
func (p *draftPart) clone() *draftPart {
	next := *p
	if p.Grid != nil {
		g := *p.Grid
		next.Grid = &g
	}
	if p.Void != nil {
		v := *p.Void
		next.Void = &v
	}
	return &next
}

// put takes a part as the change makes it.
func (e *edit) put(p *draftPart) { e.parts[p.key()] = p }

// remove takes a part away.
func (e *edit) remove(k partKey) {
	e.parts[k] = &draftPart{PlanPart: grid.PlanPart{Kind: k.kind, Code: k.code, Removed: true}}
}

// refuse returns a RuleError about a field of the change.
func refuse(field, format string, args ...any) error {
	return &grid.RuleError{Rule: "plan", Field: field, Detail: fmt.Sprintf(format, args...)}
}
