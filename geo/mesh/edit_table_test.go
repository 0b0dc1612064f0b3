package mesh_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// tableWorld is a town of two communities. Faces 0, 1 and 2 are of group 0: two squares and a bar on top of them; 3 is of
// group 1, with 4 enclosed in it. 5 is not in use.
//
//	2000  ┌───────────┬───────┐
//	      │     2     │   3   │
//	1000  ├─────┬─────┤  ┌─┐  │
//	      │  0  │  1  │  │4│  │
//	   0  └─────┴─────┴──┴─┴──┘  (4 does not touch the lower side)
//	      0   1000  2000    3000
func tableWorld(t testing.TB) *world {
	return newWorld([]geo.MultiPolygon{
		geotest.Units(t, "POLYGON((0 0,1000 0,1000 1000,0 1000,0 0))"),
		geotest.Units(t, "POLYGON((1000 0,2000 0,2000 1000,1000 1000,1000 0))"),
		geotest.Units(t, "POLYGON((0 1000,1000 1000,2000 1000,2000 2000,0 2000,0 1000))"),
		geotest.Units(t, "POLYGON((2000 0,3000 0,3000 2000,2000 2000,2000 1000,2000 0),(2400 600,2400 1000,2600 1000,2600 600,2400 600))"),
		geotest.Units(t, "POLYGON((2400 600,2600 600,2600 1000,2400 1000,2400 600))"),
		nil,
	}, []int32{0, 0, 0, 1, 1, 0})
}

func line(xy ...int32) geo.Line {
	var l geo.Line
	for ; len(xy) > 0; xy = xy[2:] {
		l = append(l, geo.Point{X: xy[0], Y: xy[1]})
	}
	return l
}

func at(x, y int32) geo.Point { return geo.Point{X: x, Y: y} }

func boxRegion(x0, y0, x1, y1 int32) geo.MultiPolygon {
	return geo.MultiPolygon{{geo.Ring(line(x0, y0, x1, y0, x1, y1, x0, y1))}}
}

// text writes the faces of an edit in units, each from its smallest vertex on.
func text(faces map[int32]geo.MultiPolygon) string {
	var out []string
	for k, m := range faces {
		var rings []string
		for _, poly := range fromLowest(m) {
			for j, r := range poly {
				var pts []string
				for _, v := range r {
					pts = append(pts, fmt.Sprint(v.X, " ", v.Y))
				}
				rings = append(rings, map[bool]string{true: "+", false: "-"}[j == 0]+"("+strings.Join(pts, ",")+")")
			}
		}
		out = append(out, fmt.Sprint(k, ":", strings.Join(rings, "")))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestEdits(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		edit func(p *mesh.Plane) (mesh.Edit, error)
		want string // the faces that change
		ends string
	}{
		"split from border to border": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(2, line(500, 1000, 500, 2000), 0) },
			want: "0:+(0 0,1000 0,1000 1000,500 1000,0 1000)" +
				" 2:+(0 2000,500 1000,1000 1000,2000 1000,2000 2000)" +
				" 6:+(0 1000,500 1000,0 2000)",
			ends: "500 2000 to 0 2000",
		},
		"split between vertices": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(2, line(1000, 1000, 2000, 2000), 0) },
			want: "2:+(0 1000,1000 1000,2000 2000,0 2000)" +
				" 6:+(1000 1000,2000 1000,2000 2000)",
		},
		"split with tails in neighbours": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(0, line(1000, 1500, 1000, 1000, 0, 0), 0) },
			want: "0:+(0 0,1000 1000,0 1000)" +
				" 6:+(0 0,1000 0,1000 1000)",
		},
		"split off an enclosed part": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Split(2, line(500, 1400, 700, 1400, 700, 1600, 500, 1600, 500, 1400), 0)
			},
			want: "2:+(0 1000,1000 1000,2000 1000,2000 2000,0 2000)-(500 1400,500 1600,700 1600,700 1400)" +
				" 6:+(500 1400,700 1400,700 1600,500 1600)",
		},
		"split into three": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Split(1, line(1000, 300, 2500, 300, 2500, 700, 1000, 700), 0)
			},
			want: "0:+(0 0,1000 0,1000 300,1000 700,1000 1000,0 1000)" +
				" 1:+(1000 300,2000 300,2000 700,1000 700)" +
				" 3:+(2000 0,3000 0,3000 2000,2000 2000,2000 1000,2000 700,2000 300)-(2400 600,2400 1000,2600 1000,2600 600)" +
				" 6:+(1000 0,2000 0,2000 300,1000 300)" +
				" 7:+(1000 700,2000 700,2000 1000,1000 1000)",
		},
		"split with ends that fall short": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(1, line(1050, 500, 1950, 490), 1) },
			want: "0:+(0 0,1000 0,1000 500,1000 1000,0 1000)" +
				" 1:+(1000 500,1050 500,1950 490,2000 490,2000 1000,1000 1000)" +
				" 3:+(2000 0,3000 0,3000 2000,2000 2000,2000 1000,2000 490)-(2400 600,2400 1000,2600 1000,2600 600)" +
				" 6:+(1000 0,2000 0,2000 490,1950 490,1050 500,1000 500)",
			ends: "1050 500 to 1000 500, 1950 490 to 2000 490",
		},
		"split with ends beyond the outline": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(2, line(900, 900, 1900, 2500), 0) },
			want: "0:+(0 0,1000 0,1000 1000,963 1000,0 1000)" +
				" 2:+(0 1000,963 1000,2000 2000,0 2000)" +
				" 6:+(963 1000,1000 1000,2000 1000,2000 2000)",
			ends: "1588 2000 to 2000 2000",
		},
		"split around the enclosed": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Split(3, line(2000, 1000, 2400, 800, 2700, 800, 3000, 0), 0)
			},
			want: "3:+(2000 1000,2400 800,2400 1000,2600 1000,2600 800,2700 800,3000 0,3000 2000,2000 2000)" +
				" 4:+(2400 600,2600 600,2600 800,2600 1000,2400 1000,2400 800)" +
				" 6:+(2000 0,3000 0,2700 800,2600 800,2600 600,2400 600,2400 800,2000 1000)",
		},
		"merge two": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Merge(1, 0) },
			want: "0:" +
				" 1:+(0 0,1000 0,2000 0,2000 1000,1000 1000,0 1000)",
		},
		"merge three": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Merge(0, 1, 2) },
			want: "0:+(0 0,1000 0,2000 0,2000 1000,2000 2000,0 2000,0 1000)" +
				" 1:" +
				" 2:",
		},
		"merge the enclosed": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Merge(3, 4) },
			want: "3:+(2000 0,3000 0,3000 2000,2000 2000,2000 1000)" +
				" 4:",
		},
		"reshape gains": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Reshape(0, line(1000, 200, 1200, 400, 1000, 600), 0)
			},
			want: "0:+(0 0,1000 0,1000 200,1200 400,1000 600,1000 1000,0 1000)" +
				" 1:+(1000 0,2000 0,2000 1000,1000 1000,1000 600,1200 400,1000 200)",
		},
		"reshape gives up": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Reshape(0, line(1000, 200, 800, 400, 1000, 600), 0)
			},
			want: "0:+(0 0,1000 0,1000 200,800 400,1000 600,1000 1000,0 1000)" +
				" 1:+(800 400,1000 200,1000 0,2000 0,2000 1000,1000 1000,1000 600)",
		},
		"reshape gains and gives up": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Reshape(0, line(1000, 100, 900, 300, 1100, 500, 1000, 700), 0)
			},
			want: "0:+(0 0,1000 0,1000 100,900 300,1000 400,1100 500,1000 700,1000 1000,0 1000)" +
				" 1:+(900 300,1000 100,1000 0,2000 0,2000 1000,1000 1000,1000 700,1100 500,1000 400)",
		},
		"reshape moves a junction": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Reshape(0, line(1000, 500, 1300, 800, 1300, 1200, 600, 1000), 0)
			},
			want: "0:+(0 0,1000 0,1000 500,1300 800,1300 1000,1300 1200,600 1000,0 1000)" +
				" 1:+(1000 0,2000 0,2000 1000,1300 1000,1300 800,1000 500)" +
				" 2:+(0 1000,600 1000,1300 1200,1300 1000,2000 1000,2000 2000,0 2000)",
		},
		"reshape takes from the enclosing": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Reshape(4, line(2600, 700, 2800, 800, 2600, 900), 0)
			},
			want: "3:+(2000 0,3000 0,3000 2000,2000 2000,2000 1000)-(2400 600,2400 1000,2600 1000,2600 900,2800 800,2600 700,2600 600)" +
				" 4:+(2400 600,2600 600,2600 700,2800 800,2600 900,2600 1000,2400 1000)",
		},
		"reshape within a hole": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Reshape(3, line(2400, 700, 2500, 800, 2400, 900), 0)
			},
			want: "3:+(2000 0,3000 0,3000 2000,2000 2000,2000 1000)-(2400 600,2400 700,2500 800,2400 900,2400 1000,2600 1000,2600 600)" +
				" 4:+(2400 600,2600 600,2600 1000,2400 1000,2400 900,2500 800,2400 700)",
		},
		"reshape moves an end along the outline": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Reshape(0, line(1600, -100, 1000, 600), 0)
			},
			want: "0:+(0 0,1000 0,2000 0,1000 600,1000 1000,0 1000)" +
				" 1:+(1000 600,2000 0,2000 1000,1000 1000)",
			ends: "1514 0 to 2000 0",
		},
		"move a corner": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Move(boxRegion(900, 900, 1100, 1100), nil, 2) },
			want: "0:+(0 0,1000 0,1000 900,900 900,900 1000,0 1000)" +
				" 1:+(1000 0,2000 0,2000 1000,1100 1000,1100 900,1000 900)" +
				" 2:+(0 1000,900 1000,900 900,1000 900,1100 900,1100 1000,2000 1000,2000 2000,0 2000)",
		},
		"move from one face only": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Move(boxRegion(900, 900, 1100, 1100), []int32{0}, 2) },
			want: "0:+(0 0,1000 0,1000 900,900 900,900 1000,0 1000)" +
				" 1:+(1000 0,2000 0,2000 1000,1000 1000,1000 900)" +
				" 2:+(0 1000,900 1000,900 900,1000 900,1000 1000,2000 1000,2000 2000,0 2000)",
		},
		"move tears a face": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Move(boxRegion(1400, 500, 1600, 1500), nil, 2) },
			want: "1:+(1000 0,2000 0,2000 1000,1600 1000,1600 500,1400 500,1400 1000,1000 1000)" +
				" 2:+(0 1000,1000 1000,1400 1000,1400 500,1600 500,1600 1000,2000 1000,2000 2000,0 2000)",
		},
		"move across the outline": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Move(boxRegion(900, -500, 1100, 500), nil, 0) },
			want: "0:+(0 0,1000 0,1100 500,1000 500,1000 1000,0 1000)" +
				" 1:+(1000 0,2000 0,2000 1000,1000 1000,1000 500,1100 500)",
			ends: "1100 0 to 1000 0",
		},
		"cut out of three": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.CutOut(boxRegion(900, 900, 1100, 1100), nil) },
			want: "0:+(0 0,1000 0,1000 900,900 900,900 1000,0 1000)" +
				" 1:+(1000 0,2000 0,2000 1000,1100 1000,1100 900,1000 900)" +
				" 2:+(0 1000,900 1000,900 1100,1100 1100,1100 1000,2000 1000,2000 2000,0 2000)" +
				" 6:+(900 900,1000 900,1100 900,1100 1000,1100 1100,900 1100,900 1000)",
		},
		"cut out within one": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.CutOut(boxRegion(400, 400, 600, 600), nil) },
			want: "0:+(0 0,1000 0,1000 1000,0 1000)-(400 400,400 600,600 600,600 400)" +
				" 6:+(400 400,600 400,600 600,400 600)",
		},
		"cut out only of one community": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.CutOut(boxRegion(1800, 100, 2200, 300), []int32{1})
			},
			want: "1:+(1000 0,2000 0,2000 100,1800 100,1800 300,2000 300,2000 1000,1000 1000)" +
				" 3:+(2000 0,3000 0,3000 2000,2000 2000,2000 1000,2000 300,2000 100)-(2400 600,2400 1000,2600 1000,2600 600)" +
				" 6:+(1800 100,2000 100,2000 300,1800 300)",
		},
		"move a junction": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.MoveVertex(at(2400, 600), at(2300, 500)) },
			want: "3:+(2000 0,3000 0,3000 2000,2000 2000,2000 1000)-(2300 500,2400 1000,2600 1000,2600 600)" +
				" 4:+(2300 500,2600 600,2600 1000,2400 1000)",
		},
		"insert": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.InsertVertex(at(990, 500), 1) },
			want: "0:+(0 0,1000 0,1000 500,1000 1000,0 1000)" +
				" 1:+(1000 0,2000 0,2000 1000,1000 1000,1000 500)",
		},
		"remove": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.RemoveVertex(at(2600, 1000)) },
			want: "3:+(2000 0,3000 0,3000 2000,2000 2000,2000 1000)-(2400 600,2400 1000,2600 600)" +
				" 4:+(2400 600,2600 600,2400 1000)",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := tableWorld(t)
			e, err := tt.edit(w.Plane)
			if err != nil {
				t.Fatal(err)
			}
			if got := text(e.Faces); got != tt.want {
				t.Errorf("faces\n\t%s, want\n\t%s", got, tt.want)
			}
			var ends []string
			for _, end := range e.Ends {
				ends = append(ends, fmt.Sprintf("%d %d to %d %d", end.From.X, end.From.Y, end.To.X, end.To.Y))
				if want := geo.DistanceM(end.From, end.To); end.DistanceM != want {
					t.Errorf("end %v is %v m off", end, want)
				}
			}
			if got := strings.Join(ends, ", "); got != tt.ends {
				t.Errorf("ends %q, want %q", got, tt.ends)
			}
			w.apply(t, e)
			if again, err := tt.edit(w.Plane); err != nil || !reflect.DeepEqual(again, e) {
				t.Errorf("a second time: %v, %v", again, err)
			}
		})
	}
}

// TestEditArcs: the arcs of an edit are the borders that are new or between other faces, whole.
func TestEditArcs(t *testing.T) {
	t.Parallel()
	e, err := tableWorld(t).Split(1, line(1000, 300, 2500, 300), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, arc := range e.Arcs {
		got = append(got, fmt.Sprint(arc.Left, arc.Right, arc.Line))
	}
	slices.Sort(got)
	want := []string{
		"0 1 [{1000 300} {1000 1000}]",
		"0 6 [{1000 0} {1000 300}]",
		"1 3 [{2000 300} {2000 1000}]",
		"1 6 [{1000 300} {2000 300}]",
		"3 6 [{2000 300} {2000 0}]",
		"6 -1 [{1000 0} {2000 0}]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("arcs\n%s", strings.Join(got, "\n"))
	}
}

// TestEditBends: a vertex that comes close to a border which nobody drew on bends it, and the edit says so.
func TestEditBends(t *testing.T) {
	t.Parallel()
	w := newWorld([]geo.MultiPolygon{
		geotest.Units(t, "POLYGON((0 0,1000 1,1000 1000,0 1000,0 0))"),
		geotest.Units(t, "POLYGON((0 0,0 -1000,1000 -1000,1000 1,0 0))"),
	}, []int32{0, 0})
	e, err := w.CutOut(geo.MultiPolygon{{geo.Ring(line(400, 500, 500, 1, 600, 500))}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.apply(t, e)
	if len(e.Bent) > 0 {
		t.Errorf("the new border ends at %v, nothing else is bent", e.Bent)
	}
	// The vertex at 400 lies below the border, within half a unit; 600 is where the new face really ends.
	e, err = w.CutOut(geo.MultiPolygon{{geo.Ring(line(300, 0, 700, 0, 500, 500))}}, []int32{0})
	if err != nil {
		t.Fatal(err)
	}
	w.apply(t, e)
	for _, b := range e.Bent {
		if b.MovedM > 0.008 || !slices.Equal(b.Faces, []int32{0, 1}) {
			t.Errorf("bent %v", b)
		}
	}
}

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
