package mesh_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tidwall/rtree"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// surroundings finds the faces of a layer by their boxes.
type surroundings struct {
	faces []geo.MultiPolygon
	tree  rtree.RTreeGN[int32, int]
}

func around(faces []geo.MultiPolygon) *surroundings {
	n := &surroundings{faces: faces}
	for k, face := range faces {
		box := face.Box()
		n.tree.Insert([2]int32{box.Min.X, box.Min.Y}, [2]int32{box.Max.X, box.Max.Y}, k)
	}
	return n
}

func (n *surroundings) find(box geo.Box, add func(geo.MultiPolygon)) {
	for _, k := range n.in(box, len(n.faces)) {
		add(n.faces[k])
	}
}

// in returns the numbers of at most so many faces whose boxes meet a box.
func (n *surroundings) in(box geo.Box, most int) (found []int) {
	n.tree.Search([2]int32{box.Min.X, box.Min.Y}, [2]int32{box.Max.X, box.Max.Y}, func(_, _ [2]int32, k int) bool {
		found = append(found, k)
		return len(found) < most
	})
	return found
}

// kept returns what a simplifier keeps of a face.
func kept(s *mesh.Simplifier, face geo.MultiPolygon) geo.MultiPolygon {
	stays := map[int]bool{}
	s.Keep(face, func(n int) { stays[n] = true })
	out, n := make(geo.MultiPolygon, len(face)), 0
	for i, poly := range face {
		out[i] = make(geo.Polygon, len(poly))
		for j, r := range poly {
			for _, v := range r {
				if stays[n] {
					out[i][j] = append(out[i][j], v)
				}
				n++
			}
		}
	}
	return out
}

// simplified returns each face as a simplifier of its own makes it, which knows of the others only what it asks for.
func simplified(faces []geo.MultiPolygon, tolerance float64) []geo.MultiPolygon {
	layer := around(faces)
	out := make([]geo.MultiPolygon, len(faces))
	for k, face := range faces {
		out[k] = kept(mesh.NewSimplifier(tolerance, layer.find), face)
	}
	return out
}

// layersToSimplify are random partitions, and layers of long thin faces.
func layerToSimplify(rng *rand.Rand, seed uint64) []geo.MultiPolygon {
	if seed%3 == 0 {
		return geotest.Thin(rng, 1+rng.IntN(20)).Faces
	}
	return geotest.Partition(rng, 1+rng.IntN(60)).Faces
}

// TestL7SimplifyKeepsBordersShared: however coarse, and though each face is simplified by itself, both sides of a border are the same
// vertices, no face turns over, loses a ring or becomes empty, and all are valid and disjoint, also long thin ones.
func TestL7SimplifyKeepsBordersShared(t *testing.T) {
	t.Parallel()
	for seed := range uint64(120) {
		rng := rand.New(rand.NewPCG(seed, 24))
		holdSimplified(t, seed, layerToSimplify(rng, seed), math.Ldexp(1, rng.IntN(24)))
	}
}

// holdSimplified fails unless the faces, each simplified by itself, are valid, have all their rings the right way around, do not overlap and
// share the borders that they shared.
func holdSimplified(t *testing.T, seed uint64, faces []geo.MultiPolygon, tolerance float64) {
	t.Helper()
	simple := simplified(faces, tolerance)
	for k, was := range faces {
		is := simple[k]
		if err := geo.Check(is); err != nil {
			t.Fatalf("seed %d: face %d: %v: %v, was %v", seed, k, err, is, was)
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
	holdSharedAsBefore(t, build(t, faces), simple)
	faults := mesh.CheckLayer(simple)
	for _, fault := range faults {
		if fault.Kind != mesh.Gap { // lakes stay, and may become smaller
			t.Fatalf("seed %d: %v", seed, fault)
		}
	}
	if was := len(mesh.CheckLayer(faces)); len(faults) != was {
		t.Fatalf("seed %d: %d gaps, there were %d", seed, len(faults), was)
	}
}

// holdSharedAsBefore fails unless the simplified faces, put together anew, share the borders that they shared before.
func holdSharedAsBefore(t *testing.T, before *mesh.Mesh, faces []geo.MultiPolygon) {
	t.Helper()
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

// TestL7SimplifyTogether: one simplifier for all faces, in any order, does what one for each does.
func TestL7SimplifyTogether(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 25))
		faces := layerToSimplify(rng, seed)
		tolerance := math.Ldexp(1, rng.IntN(22))
		alone := simplified(faces, tolerance)
		together := mesh.NewSimplifier(tolerance, around(faces).find)
		if seed%2 == 0 {
			together.Surround(faces[0].Box())
		}
		for _, k := range rng.Perm(len(faces)) {
			if got := kept(together, faces[k]); !same(got, alone[k]) {
				t.Fatalf("seed %d: face %d is %v, alone %v", seed, k, got, alone[k])
			}
		}
	}
}

func same(a, b geo.MultiPolygon) bool {
	return slices.EqualFunc(a, b, func(p, q geo.Polygon) bool {
		return slices.EqualFunc(p, q, func(r, s geo.Ring) bool { return slices.Equal(r, s) })
	})
}

// TestSimplify: no vertex that is left out lies further from its border than the tolerance, and most are left out.
func TestSimplify(t *testing.T) {
	t.Parallel()
	for seed := range uint64(80) {
		rng := rand.New(rand.NewPCG(seed, 23))
		tiling := geotest.Partition(rng, 1+rng.IntN(60))
		tolerance := math.Ldexp(1, rng.IntN(18))
		before, after := 0, 0
		for k, simple := range simplified(tiling.Faces, tolerance) {
			face := tiling.Faces[k]
			for i, poly := range face {
				for j, r := range poly {
					before, after = before+len(r), after+len(simple[i][j])
					for _, v := range r {
						if d := farFrom(v, simple[i][j]); d > tolerance*1.001+1e-6 {
							t.Fatalf("seed %d, tolerance %v: %v of face %d lies %v from its border", seed, tolerance, v, k, d)
						}
					}
				}
			}
		}
		if tolerance >= 4096 && len(tiling.Faces) > 5 && after*2 > before {
			t.Errorf("seed %d, tolerance %v: %d of %d vertices left", seed, tolerance, after, before)
		}
	}
}

// farFrom returns the distance of p from a ring, in units of latitude.
func farFrom(p geo.Point, r geo.Ring) float64 {
	scale := math.Cos(float64(p.Y) / geo.UnitsPerDegree * math.Pi / 180)
	least := math.Inf(1)
	u := r[len(r)-1]
	for _, v := range r {
		px, py := float64(p.X-u.X)*scale, float64(p.Y-u.Y)
		dx, dy := float64(v.X-u.X)*scale, float64(v.Y-u.Y)
		if n := dx*dx + dy*dy; n > 0 {
			f := max(0, min(1, (px*dx+py*dy)/n))
			px, py = px-f*dx, py-f*dy
		}
		least = min(least, math.Hypot(px, py))
		u = v
	}
	return least
}

// TestSimplifyPastIsland has a border that bends around an exclave: straightened, it would swallow it.
func TestSimplifyPastIsland(t *testing.T) {
	t.Parallel()
	at := func(x, y int32) geo.Point { return geo.Point{X: 1_200_000_000 + x, Y: 310_000_000 + y} }
	bay := geo.MultiPolygon{{{at(0, 0), at(1000, 0), at(1000, 1000), at(600, 1000), at(600, 950), at(400, 950), at(400, 1000), at(0, 1000)}}}
	island := square(480, 970, 10)
	s := simplified([]geo.MultiPolygon{bay, island}, 60)
	if got := mesh.CheckDisjoint(s); len(got) > 0 {
		t.Errorf("faces overlap: %v", got)
	}
	alone := simplified([]geo.MultiPolygon{bay}, 60)
	if got := len(alone[0][0][0]); got > 4 {
		t.Errorf("without the island %d vertices are left, want at most 4", got)
	}
}

// TestSimplifyTwins: two pieces of border between the same two nodes do not become one line, whichever side asks.
func TestSimplifyTwins(t *testing.T) {
	t.Parallel()
	at := func(x, y int32) geo.Point { return geo.Point{X: 1_200_000_000 + x, Y: 310_000_000 + y} }
	// A lens between a lower and an upper face, which meet at its ends.
	lens := geo.MultiPolygon{{{at(300, 500), at(500, 490), at(700, 500), at(500, 510)}}}
	lower := geo.MultiPolygon{{{at(0, 0), at(1000, 0), at(1000, 500), at(700, 500), at(500, 490), at(300, 500), at(0, 500)}}}
	upper := geo.MultiPolygon{{{at(0, 500), at(300, 500), at(500, 510), at(700, 500), at(1000, 500), at(1000, 1000), at(0, 1000)}}}
	faces := []geo.MultiPolygon{lens, lower, upper}
	simple := simplified(faces, 100)
	for k, face := range simple {
		if err := geo.Check(face); err != nil {
			t.Errorf("face %d: %v", k, err)
		}
	}
	if faults := mesh.CheckLayer(simple); len(faults) > 0 {
		t.Errorf("faults: %v", faults)
	}
	holdSharedAsBefore(t, build(t, faces), simple)
}
