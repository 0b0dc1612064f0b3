package mesh_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

func build(t *testing.T, faces []geo.MultiPolygon) *mesh.Mesh {
	t.Helper()
	m, err := mesh.Build(faces)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// fromLowest returns m with every ring starting at its smallest vertex, and holes and polygons in their order.
func fromLowest(m geo.MultiPolygon) geo.MultiPolygon {
	first := func(r, s geo.Ring) int {
		if r[0].Less(s[0]) {
			return -1
		}
		return 1
	}
	var out geo.MultiPolygon
	for _, poly := range m {
		var p geo.Polygon
		for _, r := range poly {
			low := 0
			for i, v := range r {
				if v.Less(r[low]) {
					low = i
				}
			}
			p = append(p, append(slices.Clone(r[low:]), r[:low]...))
		}
		slices.SortFunc(p[1:], first)
		out = append(out, p)
	}
	slices.SortFunc(out, func(p, q geo.Polygon) int { return first(p[0], q[0]) })
	return out
}

func TestBuildTwoSquares(t *testing.T) {
	t.Parallel()
	m := build(t, []geo.MultiPolygon{square(0, 0, 10), square(10, 0, 10)})
	if got := len(m.Arcs()); got != 3 {
		t.Fatalf("%d arcs, want 3: %v", got, m.Arcs())
	}
	shared := slices.IndexFunc(m.Arcs(), func(a mesh.Arc) bool { return a.Right != mesh.Outside })
	if a := m.Arcs()[shared]; a.Left != 0 || a.Right != 1 || len(a.Line) != 2 {
		t.Errorf("shared arc %v", a)
	}
	n := m.Neighbours()
	height := geo.DistanceM(m.Arcs()[shared].Line[0], m.Arcs()[shared].Line[1])
	if len(n[1]) != 2 || n[1][0].Face != mesh.Outside || n[1][1] != (mesh.Neighbour{Face: 0, BorderM: height}) {
		t.Errorf("neighbours %v, want a border of %v m", n, height)
	}
}

func TestBuildEnclosed(t *testing.T) {
	t.Parallel()
	hole := slices.Clone(square(10, 10, 10)[0][0])
	slices.Reverse(hole)
	around := geo.MultiPolygon{{square(0, 0, 30)[0][0], hole}}
	for _, faces := range [][]geo.MultiPolygon{{around, square(10, 10, 10)}, {square(10, 10, 10), around}} {
		m := build(t, faces)
		if len(m.Arcs()) != 2 {
			t.Fatalf("%d arcs, want 2", len(m.Arcs()))
		}
		for k := range faces {
			if got, want := fromLowest(m.Face(int32(k))), fromLowest(faces[k]); !reflect.DeepEqual(got, want) {
				t.Errorf("face %d is %v, want %v", k, got, want)
			}
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	if _, err := mesh.Build([]geo.MultiPolygon{{{{{X: 1}, {X: 2}}}}}); err == nil {
		t.Error("a ring of two vertices was taken")
	}
}

func TestBuildPartitions(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 21))
		tiling := geotest.Partition(rng, 1+rng.IntN(60))
		m := build(t, tiling.Faces)
		for k, want := range tiling.Faces {
			if got := fromLowest(m.Face(int32(k))); !reflect.DeepEqual(got, fromLowest(want)) {
				t.Fatalf("seed %d: face %d came back as %v, want %v", seed, k, got, want)
			}
		}
		if again := build(t, tiling.Faces); !reflect.DeepEqual(again, m) {
			t.Fatalf("seed %d: a second build differs", seed)
		}
		checkArcs(t, m)
		if got := mesh.Dissolve(tiling.Faces); !reflect.DeepEqual(got, fromLowest(tiling.Outline)) {
			t.Fatalf("seed %d: dissolved to %v, want %v", seed, got, tiling.Outline)
		}
	}
}

// checkArcs holds what arcs promise: every edge once, neighbours symmetric, lengths adding up.
func checkArcs(t *testing.T, m *mesh.Mesh) {
	t.Helper()
	edges := make(map[[2]geo.Point]bool)
	for _, arc := range m.Arcs() {
		for i := 1; i < len(arc.Line); i++ {
			a, b := arc.Line[i-1], arc.Line[i]
			if edges[[2]geo.Point{a, b}] || edges[[2]geo.Point{b, a}] {
				t.Fatalf("edge %v %v is in two arcs", a, b)
			}
			edges[[2]geo.Point{a, b}] = true
		}
	}
	all := m.Neighbours()
	for k, list := range all {
		sum := 0.0
		for _, n := range list {
			sum += n.BorderM
			if n.Face != mesh.Outside && !slices.Contains(all[n.Face], mesh.Neighbour{Face: int32(k), BorderM: n.BorderM}) {
				t.Fatalf("%d has neighbour %v, but that has %v", k, n, all[n.Face])
			}
		}
		if want := geo.PerimeterM(m.Face(int32(k))); math.Abs(sum-want) > 1e-6*want {
			t.Fatalf("borders of face %d add up to %v m, its perimeter is %v m", k, sum, want)
		}
	}
}

func TestDissolveGroups(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 22))
		tiling := geotest.Partition(rng, 2+rng.IntN(60))
		groups := 1 + rng.IntN(5)
		group := make([]int32, len(tiling.Faces))
		for k := range group {
			group[k] = rng.Int32N(int32(groups)+1) - 1
		}
		all := build(t, tiling.Faces).Dissolve(group, groups)

		for g, m := range all {
			want := 0.0
			for k, face := range tiling.Faces {
				if group[k] == int32(g) {
					want += geo.AreaM2(face)
				}
			}
			if len(m) > 0 && geo.Check(m) != nil {
				t.Fatalf("seed %d: group %d: %v", seed, g, geo.Check(m))
			}
			if got := geo.AreaM2(m); math.Abs(got-want) > 1e-9*want+1e-6 {
				t.Fatalf("seed %d: group %d has %v m², its faces %v m²", seed, g, got, want)
			}
		}
		if faults := mesh.CheckDisjoint(all); len(faults) > 0 {
			t.Fatalf("seed %d: %v", seed, summary(faults))
		}
	}
}
