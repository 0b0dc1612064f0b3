package mesh_test

import (
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
		"split with ends that go just beyond": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(1, line(990, 500, 2010, 490), 1) },
			want: "0:+(0 0,1000 0,1000 500,1000 1000,0 1000) " +
				"1:+(1000 500,2000 490,2000 1000,1000 1000) " +
				"3:+(2000 0,3000 0,3000 2000,2000 2000,2000 1000,2000 490)-(2400 600,2400 1000,2600 1000,2600 600) " +
				"6:+(1000 0,2000 0,2000 490,1000 500)",
		},
		"split with an end that crosses back at once": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Split(1, line(1010, 500, 990, 520, 1100, 600, 2000, 600), 1)
			},
			want: "0:+(0 0,1000 0,1000 527,1000 1000,0 1000) " +
				"1:+(1000 0,2000 0,2000 600,1100 600,1000 527) " +
				"3:+(2000 0,3000 0,3000 2000,2000 2000,2000 1000,2000 600)-(2400 600,2400 1000,2600 1000,2600 600) " +
				"6:+(1000 527,1100 600,2000 600,2000 1000,1000 1000)",
		},
		"reshape with an end that falls short outside": {
			edit: func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Reshape(0, line(1020, 200, 1200, 400, 1020, 600), 1)
			},
			want: "0:+(0 0,1000 0,1000 200,1020 200,1200 400,1020 600,1000 600,1000 1000,0 1000) " +
				"1:+(1000 0,2000 0,2000 1000,1000 1000,1000 600,1020 600,1200 400,1020 200,1000 200)",
			ends: "1020 200 to 1000 200, 1020 600 to 1000 600",
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
