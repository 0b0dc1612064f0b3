package edition

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// line returns the drawn line.
func (e *edit) line() (geo.Line, error) {
	if e.change.Line == nil || e.change.Line.Geometry() == nil {
		return nil, &grid.RuleError{Rule: "required", Field: "line", Detail: "draw the line"}
	}
	lines, err := geo.LineFromOrb(e.change.Line.Geometry())
	if err != nil {
		return nil, fmt.Errorf("the drawn line: %w", err)
	}
	if len(lines) != 1 {
		return nil, &grid.RuleError{Rule: "geometry", Field: "line", Detail: "draw one line, not several"}
	}
	return lines[0], nil
}

// area returns the drawn area.
func (e *edit) area() (geo.MultiPolygon, error) {
	if e.change.Area == nil || e.change.Area.Geometry() == nil {
		return nil, &grid.RuleError{Rule: "required", Field: "area", Detail: "draw the area"}
	}
	area, err := geo.FromOrb(e.change.Area.Geometry())
	if err != nil {
		return nil, fmt.Errorf("the drawn area: %w", err)
	}
	return area, nil
}

// maxAreaWork bounds the vertices of a drawn area times the parts whose boxes it meets: each pair costs a hundred nanoseconds.
const maxAreaWork = maxShapeWork / 5

// bounded fails for an area of too many vertices for the faces that it is compared with.
func bounded(area geo.MultiPolygon, faces []int32) error {
	n := 0
	for _, poly := range area {
		for _, r := range poly {
			n += len(r)
		}
	}
	if n*len(faces) > maxAreaWork {
		return fmt.Errorf("the drawn area has too many vertices, %d, for the %d grids near it: simplify it: %w", n, len(faces),
			&geo.InvalidError{Rule: geo.RuleTooManyVertices, At: area[0][0][0].Orb()})
	}
	return nil
}

// snapM returns how far a drawn end may be from the border that it is meant for.
func (e *edit) snapM() float64 {
	if e.change.SnapM > 0 {
		return e.change.SnapM
	}
	return e.draft.city.settings.QCWidthM
}

// planeOf returns the plane that a part lies in, with its face.
func (e *edit) planeOf(p *draftPart) (*plane, int32) {
	of := e.draft.planes.tiling
	if p.Kind == grid.Dedicated {
		of = e.draft.planes.dedicated[slices.Index(e.draft.counties, p.county())]
	}
	plane := of()
	return plane, plane.number(p)
}

// faces returns the faces of parts.
func faces(p *plane, parts []*draftPart) []int32 {
	numbers := make([]int32, len(parts))
	for i, part := range parts {
		numbers[i] = p.number(part)
	}
	return numbers
}

// advice says what to do about the rules that refuse an edit; GRID is the one that the change names.
var advice = map[geo.Rule]string{
	mesh.RuleGroupsMixed:   "borders between communities stay: split the piece off the grid that has it and transfer it to the other community",
	mesh.RuleGroupFixed:    "borders between communities stay: draw the border of GRID up to the vertex that is named",
	mesh.RuleOutlineFixed:  "the outline of the plan's counties stays: draw the border of GRID to the vertex that is named, or make a plan of both counties",
	mesh.RuleNotDivided:    "the line does not divide GRID: let both its ends reach the border",
	mesh.RuleNoContact:     "the line does not meet the border of GRID twice: let it begin and end on the border, and run between where the new border is to be",
	mesh.RuleNothingMoved:  "the area takes nothing from grids that it may be taken from: draw it over them",
	mesh.RuleNotNeighbours: "GRID and the others do not hang together by shared borders: name neighbours",
	mesh.RuleFaceGone:      "nothing would be left of a grid: merge or retire it instead",
	mesh.RuleNoHeir:        "GRID has no neighbour in its community that could take what it gives up there: move an area into another grid instead",
	mesh.RuleNoVertex:      "there is no border of GRID near enough: name a vertex that is there",
	mesh.RuleJunction:      "other borders meet that of GRID in this vertex: move it instead of removing it",
	mesh.RuleBorderCrossed: "the border of GRID would cross another: draw around what lies there",
	mesh.RuleBentTooFar:    "the border of GRID would come too close to another: draw it farther off, or through a vertex that is there",
	mesh.RuleTooMuchWork:   "what is drawn for GRID crosses itself or borders too often: draw it more simply, or in several changes",
}

// advised puts the advice to the error of an edit.
func (e *edit) advised(err error) error {
	var invalid *geo.InvalidError
	if errors.As(err, &invalid) && advice[invalid.Rule] != "" {
		return fmt.Errorf("%s: %w", strings.ReplaceAll(advice[invalid.Rule], "GRID", e.subject()), err)
	}
	return err
}

// subject names what the change is about.
func (e *edit) subject() string {
	named := cmp.Or(e.change.Grid, e.change.Into)
	if named == "" && len(e.change.Grids) > 0 {
		named = e.change.Grids[0]
	}
	return cmp.Or(named, "the grids there")
}

// adopt takes over what an edit of a plane changes. made says which part the faces are that are new or have another code
// afterwards; others keep theirs. Parts in gone are removed.
func (e *edit) adopt(p *plane, m mesh.Edit, made map[int32]*draftPart, gone ...*draftPart) {
	key := func(face int32) partKey {
		if part := made[face]; part != nil {
			return part.key()
		}
		return p.key(face)
	}
	for _, part := range gone {
		e.remove(part.key())
	}
	for face, area := range m.Faces {
		part := made[face]
		if part == nil && len(area) > 0 {
			part = e.draft.part(p.key(face)).clone()
		}
		if part == nil {
			continue
		}
		part.area = area
		e.draft.settle(part)
		e.put(part)
	}
	e.tell(m, key)
}

// tell puts into the result where borders run.
func (e *edit) tell(m mesh.Edit, key func(face int32) partKey) {
	code := func(face int32) string {
		if face == mesh.Outside {
			return ""
		}
		return key(face).code
	}
	for _, a := range m.Arcs {
		e.result.Arcs = append(e.result.Arcs, grid.PlanArc{Line: a.Line.Orb(), Left: code(a.Left), Right: code(a.Right)})
	}
	for _, b := range m.Bent {
		bend := grid.PlanBend{At: b.At.Orb(), MovedM: b.MovedM}
		for _, face := range b.Faces {
			bend.Codes = append(bend.Codes, code(face))
		}
		e.result.Bent = append(e.result.Bent, bend)
	}
	for _, end := range m.Ends {
		e.result.Ends = append(e.result.Ends, grid.PlanEnd{From: end.From.Orb(), To: end.To.Orb(), DistanceM: end.DistanceM})
	}
}

// newGrid returns a new grid like another, without what is said of that one alone.
func newGrid(like *draftPart, code, name string) *draftPart {
	p := like.clone()
	p.Code, p.PostWorker = code, ""
	p.Grid.Code, p.Grid.Name = code, name
	p.Grid.BoundsText, p.Grid.Note = "", ""
	return p
}

// freeName returns a name like that of another grid that no grid of its community has.
func (e *edit) freeName(like *draftPart) string {
	has := map[string]bool{}
	for _, base := range e.draft.bases {
		for _, grids := range [][]grid.Grid{base.base, base.dedicated} {
			for i := range grids {
				if grids[i].CommunityCode == like.community() {
					has[grids[i].Name] = true
				}
			}
		}
	}
	for _, parts := range []map[partKey]*draftPart{e.draft.parts, e.parts} {
		for _, p := range parts {
			if p.Grid != nil && p.community() == like.community() {
				has[p.Grid.Name] = true
			}
		}
	}
	return nextBehind(like.Grid.Name, has)
}
