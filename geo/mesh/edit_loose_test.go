package mesh_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// looseWorld has two squares that share a border, and one apart.
func looseWorld(t testing.TB) *mesh.Plane {
	return mesh.NewLoosePlane([]geo.MultiPolygon{
		geotest.Units(t, "POLYGON((0 0,1000 0,1000 1000,0 1000,0 0))"),
		geotest.Units(t, "POLYGON((1000 0,2000 0,2000 1000,1000 1000,1000 0))"),
		geotest.Units(t, "POLYGON((5000 0,6000 0,6000 1000,5000 1000,5000 0))"),
	})
}

func TestLooseEdits(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		edit func(p *mesh.Plane) (mesh.Edit, error)
		want string
	}{
		"a new face on free ground": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.CutOut(boxRegion(3000, 0, 4000, 900), nil) },
			"3:+(3000 0,4000 0,4000 900,3000 900)",
		},
		"a new face stops at others": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.CutOut(boxRegion(1900, 500, 2500, 700), nil) },
			"1:+(1000 0,2000 0,2000 500,2000 700,2000 1000,1000 1000) 3:+(2000 500,2500 500,2500 700,2000 700)",
		},
		"a new face takes from another": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.CutOut(boxRegion(1900, 500, 2500, 700), []int32{1}) },
			"1:+(1000 0,2000 0,2000 500,1900 500,1900 700,2000 700,2000 1000,1000 1000) " +
				"3:+(1900 500,2000 500,2500 500,2500 700,2000 700,1900 700)",
		},
		"a face grows": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Move(boxRegion(5900, 400, 6100, 600), nil, 2) },
			"2:+(5000 0,6000 0,6000 400,6100 400,6100 600,6000 600,6000 1000,5000 1000)",
		},
		"ground is given up": {
			func(p *mesh.Plane) (mesh.Edit, error) {
				return p.Move(boxRegion(5900, -100, 6100, 1100), []int32{2}, mesh.Outside)
			},
			"2:+(5000 0,5900 0,5900 1000,5000 1000)",
		},
		"the outer border moves freely": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Reshape(2, line(6000, 200, 6300, 500, 6000, 800), 0) },
			"2:+(5000 0,6000 0,6000 200,6300 500,6000 800,6000 1000,5000 1000)",
		},
		"given up to nobody": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Reshape(2, line(6000, 200, 5700, 500, 6000, 800), 0) },
			"2:+(5000 0,6000 0,6000 200,5700 500,6000 800,6000 1000,5000 1000)",
		},
		"neighbours follow": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.MoveVertex(at(1000, 1000), at(900, 1100)) },
			"0:+(0 0,1000 0,900 1100,0 1000) 1:+(900 1100,1000 0,2000 0,2000 1000)",
		},
		"merge": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Merge(0, 1) },
			"0:+(0 0,1000 0,2000 0,2000 1000,1000 1000,0 1000) 1:",
		},
		"split": {
			func(p *mesh.Plane) (mesh.Edit, error) { return p.Split(2, line(5500, -100, 5500, 1100), 0) },
			"2:+(5000 0,5500 0,5500 1000,5000 1000) 3:+(5500 0,6000 0,6000 1000,5500 1000)",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := looseWorld(t)
			e, err := tt.edit(p)
			if err != nil {
				t.Fatal(err)
			}
			if got := text(e.Faces); got != tt.want {
				t.Errorf("faces\n\t%s, want\n\t%s", got, tt.want)
			}
			holdLoose(t, p, p.Apply(e))
		})
	}
}

// holdLoose fails unless the faces are valid and none overlaps another.
func holdLoose(t testing.TB, before, after *mesh.Plane) {
	t.Helper()
	faces := all(after)
	for k, m := range faces {
		if len(m) == 0 {
			continue
		}
		if err := geo.Check(m); err != nil {
			t.Fatalf("face %d, which was %v: %v", k, before.Face(int32(k)), err)
		}
	}
	if faults := mesh.CheckDisjoint(faces); len(faults) > 0 {
		t.Fatalf("faces overlap: %+v", faults)
	}
}

// TestL1LooseEditsStayDisjoint does random edits on faces with gaps between them.
func TestL1LooseEditsStayDisjoint(t *testing.T) {
	t.Parallel()
	done := map[string]int{}
	for seed := range sequences(t, 60) {
		rng := rand.New(rand.NewPCG(seed, 42))
		faces := geotest.Partition(rng, 2+rng.IntN(16)).Faces
		for k := range faces {
			if k > 0 && rng.IntN(3) == 0 {
				faces[k] = nil
			}
		}
		w := &world{Plane: mesh.NewLoosePlane(faces)}
		for range 4 {
			op, e, err := w.step(rng)
			if err != nil {
				rule(t, err)
				continue
			}
			done[op]++
			next := w.Apply(e)
			holdLoose(t, w.Plane, next)
			for k, m := range all(w.Plane) {
				if _, changed := e.Faces[int32(k)]; !changed && !reflect.DeepEqual(m, next.Face(int32(k))) {
					t.Fatalf("seed %d: %s changed face %d unsaid", seed, op, k)
				}
			}
			w = &world{Plane: next}
		}
	}
	for _, op := range ops {
		if done[op] == 0 {
			t.Errorf("no %s was possible", op)
		}
	}
}
