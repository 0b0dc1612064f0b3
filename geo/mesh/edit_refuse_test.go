package mesh_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
)

func TestEditsRefuse(t *testing.T) {
	t.Parallel()
	long := make(geo.Line, mesh.MaxDrawnVertices+1)
	for i := range long {
		long[i] = at(int32(i%2), int32(i))
	}
	tests := map[string]struct {
		edit func(p *mesh.Plane) (mesh.Edit, error)
		want geo.Rule
		at   geo.Point
	}{
		"split no face": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(5, line(0, 0, 1, 1), 0) }, mesh.RuleNoFace, at(0, 0),
		},
		"split beyond": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(-1, line(0, 0, 1, 1), 0) }, mesh.RuleNoFace, at(0, 0),
		},
		"split by nothing": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(0, nil, 0) }, geo.RuleEmpty, at(0, 0),
		},
		"split by a point": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(0, line(7, 7, 7, 7), 0) }, geo.RuleLineTooShort, at(7, 7),
		},
		"split by too much": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(0, long, 0) }, geo.RuleTooManyVertices, at(0, 0),
		},
		"split by a line around the globe": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(0, line(0, 0, 1_000_000_000, 0), 0) }, geo.RuleExtent, at(0, 0),
		},
		"split by a line that ends inside": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(0, line(1000, 500, 500, 500), 1) }, mesh.RuleNotDivided, at(1000, 500),
		},
		"split along the border": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(0, line(1000, 0, 1000, 1000), 1) }, mesh.RuleNotDivided, at(1000, 0),
		},
		"split elsewhere": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(0, line(5000, 0, 5000, 1000), 1) }, mesh.RuleNotDivided, at(5000, 0),
		},
		"split over the outline and back": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(0, line(1000, 500, 300, -200, 300, 1000), 0) }, mesh.RuleOutlineFixed, at(0, 0),
		},
		"split a strip off along the outline": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(0, line(0, 0, 100, 1, 200, -5), 0) }, mesh.RuleOutlineFixed, at(0, 0),
		},
		"merge one": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Merge(0) }, mesh.RuleNotNeighbours, at(0, 0),
		},
		"merge none": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Merge() }, mesh.RuleNoFace, at(0, 0),
		},
		"merge with itself": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Merge(0, 0) }, mesh.RuleNotNeighbours, at(0, 0),
		},
		"merge what is not in use": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Merge(0, 5) }, mesh.RuleNoFace, at(0, 0),
		},
		"merge communities": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Merge(1, 3) }, mesh.RuleGroupsMixed, at(2000, 0),
		},
		"reshape without contact": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Reshape(0, line(200, 200, 300, 300), 0) }, mesh.RuleNoContact, at(200, 200),
		},
		"reshape with one contact": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Reshape(0, line(900, 200, 1200, 200), 0) }, mesh.RuleNoContact, at(900, 200),
		},
		"reshape along the border": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Reshape(0, line(1000, 0, 1000, 1000), 0) }, mesh.RuleNoContact, at(1000, 0),
		},
		"reshape into another community": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Reshape(1, line(2000, 200, 2200, 300, 2000, 400), 0) }, mesh.RuleGroupsMixed, at(2000, 200),
		},
		"reshape over the outline": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Reshape(0, line(200, 0, 500, -200, 700, 0), 0) }, mesh.RuleOutlineFixed, at(0, 0),
		},
		"reshape gives up what nobody of the community can take": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Reshape(3, line(3000, 0, 2800, 1000, 3000, 2000), 0) }, mesh.RuleNoHeir, at(2800, 1000),
		},
		"move to no face": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Move(boxRegion(0, 0, 9, 9), nil, 5) }, mesh.RuleNoFace, at(0, 0),
		},
		"move to outside": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Move(boxRegion(0, 0, 9, 9), nil, mesh.Outside) }, mesh.RuleNoFace, at(0, 0),
		},
		"move nothing": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Move(boxRegion(100, 100, 900, 900), nil, 0) }, mesh.RuleNothingMoved, at(100, 100),
		},
		"move from another community": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Move(boxRegion(2100, 100, 2200, 200), []int32{3}, 1) }, mesh.RuleGroupsMixed, at(2100, 100),
		},
		"move a whole face": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Move(boxRegion(-9, -9, 1000, 1009), nil, 1) }, mesh.RuleFaceGone, at(0, 0),
		},
		"move an invalid region": {
			func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Move(geo.MultiPolygon{{geo.Ring(line(0, 0, 90, 90))}}, nil, 1)
			}, geo.RuleRingTooShort, at(0, 0),
		},
		"cut out of two communities": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.CutOut(boxRegion(1800, 100, 2200, 300), nil) }, mesh.RuleGroupsMixed, at(2000, 100),
		},
		"cut out a whole face": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.CutOut(boxRegion(2300, 500, 2700, 1100), []int32{4}) }, mesh.RuleFaceGone, at(2400, 600),
		},
		"move no vertex": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.MoveVertex(at(500, 500), at(0, 0)) }, mesh.RuleNoVertex, at(500, 500),
		},
		"move a vertex of the outline": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.MoveVertex(at(1000, 0), at(1100, 0)) }, mesh.RuleOutlineFixed, at(1000, 0),
		},
		"move a vertex between communities": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.MoveVertex(at(2000, 1000), at(1990, 1000)) }, mesh.RuleGroupFixed, at(2000, 1000),
		},
		"move a vertex over a border": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.MoveVertex(at(2400, 600), at(2700, 1100)) }, mesh.RuleBorderCrossed, at(2400, 1000),
		},
		"move a vertex away": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.MoveVertex(at(2400, 600), at(1_100_000_000, 0)) }, geo.RuleExtent, at(2400, 0),
		},
		"insert far from borders": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.InsertVertex(at(500, 500), 1) }, mesh.RuleNoVertex, at(500, 500),
		},
		"insert where one is": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.InsertVertex(at(1000, 1000), 1) }, mesh.RuleNoVertex, at(1000, 1000),
		},
		"insert into the outline": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.InsertVertex(at(300, 10), 1) }, mesh.RuleOutlineFixed, at(0, 0),
		},
		"insert between communities": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.InsertVertex(at(2010, 300), 1) }, mesh.RuleGroupFixed, at(2000, 300),
		},
		"remove no vertex": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.RemoveVertex(at(500, 500)) }, mesh.RuleNoVertex, at(500, 500),
		},
		"remove a junction": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.RemoveVertex(at(1000, 1000)) }, mesh.RuleJunction, at(1000, 1000),
		},
		"remove a corner of the outline": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.RemoveVertex(at(3000, 2000)) }, mesh.RuleOutlineFixed, at(3000, 2000),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := tt.edit(tableWorld(t).Plane)
			if got := rule(t, err); got != tt.want {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			var invalid *geo.InvalidError
			errors.As(err, &invalid)
			if invalid.At != tt.at.Orb() {
				t.Errorf("at %v, want %v", invalid.At, tt.at.Orb())
			}
			if !reflect.DeepEqual(e, mesh.Edit{}) {
				t.Errorf("an edit beside the error: %v", e)
			}
		})
	}
}

// TestEditsBoundWork: lines that cross themselves a million times are refused, in bounded time and memory, and those too long unseen.
func TestEditsBoundWork(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]geo.Rule{mesh.MaxDrawnVertices: mesh.RuleTooMuchWork, mesh.MaxDrawnVertices + 1: geo.RuleTooManyVertices} {
		tangled := make(geo.Line, n)
		for i := range tangled {
			tangled[i] = at(int32(i*7919%1009), int32(i*104729%1013))
		}
		w := tableWorld(t)
		_, split := w.Split(0, tangled, 1)
		_, reshape := w.Reshape(0, tangled, 1)
		for op, err := range map[string]error{"split": split, "reshape": reshape} {
			if got := rule(t, err); got != want {
				t.Errorf("%s by %d vertices: %v, want %s", op, n, err, want)
			}
		}
	}
}
