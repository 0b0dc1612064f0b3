package mesh_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// TestL7SimplifyKeepsBordersShared: however coarse, both sides of a border are the same vertices, no face turns over, loses
// a ring or becomes empty, and all are valid and disjoint, also long thin ones.
func TestL7SimplifyKeepsBordersShared(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 24))
		faces := geotest.Partition(rng, 1+rng.IntN(40)).Faces
		if seed%3 == 0 {
			faces = geotest.Thin(rng, 1+rng.IntN(20)).Faces
		}
		m := build(t, faces)
		s := m.Simplify(math.Ldexp(1, rng.IntN(24)))
		simple := make([]geo.MultiPolygon, len(faces))
		for k, was := range faces {
			is := s.Face(int32(k))
			simple[k] = is
			if err := geo.Check(is); err != nil {
				t.Fatalf("seed %d: face %d: %v", seed, k, err)
			}
			for i := range was {
				if len(is) != len(was) || len(is[i]) != len(was[i]) {
					t.Fatalf("seed %d: face %d lost a ring: %v, was %v", seed, k, is, was)
				}
				for j, r := range is[i] {
					if (r.TwiceArea() > 0) != (j == 0) || r.TwiceArea() == 0 {
						t.Fatalf("seed %d: a ring of face %d turned over: %v", seed, k, r)
					}
				}
			}
		}
		holdSharedAsBefore(t, m, s)
		for _, fault := range mesh.CheckLayer(simple) {
			if fault.Kind != mesh.Gap { // lakes stay, or close when they are narrower than the tolerance
				t.Fatalf("seed %d: %v", seed, fault)
			}
		}
		if is, was := len(mesh.CheckLayer(simple)), len(mesh.CheckLayer(faces)); is > was {
			t.Fatalf("seed %d: %d gaps, there were %d", seed, is, was)
		}
	}
}

// holdSharedAsBefore fails unless the simplified faces, put together anew, share the borders that they shared before.
func holdSharedAsBefore(t *testing.T, before, after *mesh.Mesh) {
	t.Helper()
	faces := make([]geo.MultiPolygon, after.Faces())
	for k := range faces {
		faces[k] = after.Face(int32(k))
	}
	was, is := before.Neighbours(), build(t, faces).Neighbours()
	for k := range was {
		if len(was[k]) != len(is[k]) {
			t.Fatalf("face %d has neighbours %v, had %v", k, is[k], was[k])
		}
		for i := range was[k] {
			if was[k][i].Face != is[k][i].Face {
				t.Fatalf("face %d has neighbours %v, had %v", k, is[k], was[k])
			}
		}
	}
}
