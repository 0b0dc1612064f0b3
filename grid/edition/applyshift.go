package edition

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// The actions of a shift of a vertex.
const (
	moveVertex   = "move"
	insertVertex = "insert"
	removeVertex = "remove"
)

// shift moves borders, in one of three ways, never across a community: the border of Grid runs along Line, between where the line
// meets it first and last; or Area goes to Into, out of From or of any base grid of that community, and for a dedicated Grid
// without Into becomes its area; or Vertex goes to To, or is added to a border, or removed, as Action says. The vertex is one of the
// dedicated Grid if that is named, else one of the tiling.
func (e *edit) shift() error {
	ways := 0
	for _, given := range []bool{e.change.Line != nil, e.change.Area != nil, e.change.Vertex != nil} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return refuse("line", "give one of line, area and vertex")
	}
	switch {
	case e.change.Line != nil:
		return e.reshape()
	case e.change.Vertex != nil:
		return e.shiftVertex()
	case e.change.Into != "":
		return e.moveInto()
	}
	return e.replaceArea()
}

// reshape lets the border of Grid run along Line.
func (e *edit) reshape() error {
	part, err := e.grid("grid", e.change.Grid, grid.Base, grid.Dedicated, grid.Void)
	if err != nil {
		return err
	}
	line, err := e.line()
	if err != nil {
		return err
	}
	p, face := e.planeOf(part)
	m, err := p.Reshape(face, line, e.snapM())
	if err != nil {
		return err
	}
	e.adopt(p, m, nil)
	e.recount()
	return nil
}

// moveInto gives what lies in Area to Into.
func (e *edit) moveInto() error {
	into, err := e.grid("into", e.change.Into, grid.Base, grid.Dedicated, grid.Void)
	if err != nil {
		return err
	}
	area, err := e.area()
	if err != nil {
		return err
	}
	p, face := e.planeOf(into)
	var from []int32
	if into.Kind == grid.Dedicated {
		for _, code := range e.change.From {
			part, err := e.grid("from", code, grid.Dedicated)
			if err != nil {
				return err
			}
			from = append(from, p.number(part))
		}
	} else if from, err = e.from(p, area, into.community()); err != nil {
		return err
	}
	m, err := p.Move(area, from, face)
	if err != nil {
		return err
	}
	e.adopt(p, m, nil)
	e.recount()
	return nil
}

// replaceArea makes Area the area of the dedicated Grid.
func (e *edit) replaceArea() error {
	part, err := e.grid("grid", e.change.Grid, grid.Dedicated)
	if err != nil {
		return fmt.Errorf("name the grid that the area goes to in into, or the dedicated grid that it becomes in grid: %w", err)
	}
	area, err := e.area()
	if err != nil {
		return err
	}
	if _, err := e.home(area); err != nil {
		return err
	}
	of, face := e.planeOf(part)
	without := *of
	without.Plane = of.Apply(mesh.Edit{Faces: map[int32]geo.MultiPolygon{face: nil}})
	return e.lay(&without, part, area)
}

// shiftVertex moves, adds or removes a vertex.
func (e *edit) shiftVertex() error {
	p, err := e.planeOfVertex()
	if err != nil {
		return err
	}
	at, err := geo.Snap(*e.change.Vertex)
	if err != nil {
		return err
	}
	var m mesh.Edit
	switch action := e.change.Action; {
	case action == removeVertex:
		m, err = p.RemoveVertex(at)
	case action == insertVertex:
		m, err = p.InsertVertex(at, e.snapM())
	case action != moveVertex && action != "":
		return refuse("action", "is %q: must be %s", action, strings.Join([]string{moveVertex, insertVertex, removeVertex}, ", "))
	case e.change.To == nil:
		return &grid.RuleError{Rule: "required", Field: "to", Detail: "say where the vertex goes"}
	default:
		var to geo.Point
		if to, err = geo.Snap(*e.change.To); err != nil {
			return err
		}
		m, err = p.MoveVertex(at, to)
	}
	if err != nil {
		return err
	}
	e.adopt(p, m, nil)
	e.recount()
	return nil
}

// planeOfVertex returns the plane that the vertex of the change is one of.
func (e *edit) planeOfVertex() (*plane, error) {
	if e.change.Grid == "" {
		return e.draft.planes.tiling(), nil
	}
	part, err := e.grid("grid", e.change.Grid, grid.Base, grid.Dedicated, grid.Void)
	if err != nil {
		return nil, err
	}
	p, _ := e.planeOf(part)
	return p, nil
}

// position writes a spot as messages do.
func position(p orb.Point) string { return fmt.Sprintf("[%.7f, %.7f]", p[0], p[1]) }
