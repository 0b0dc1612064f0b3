package geotest_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
)

// checkTiling proves a tiling: all valid, areas add up exactly, and every directed edge of a face has its reverse in
// another face or lies on the outline.
func checkTiling(t *testing.T, tiling geotest.Tiling) (degrees map[int]int) {
	t.Helper()
	if err := geo.Check(tiling.Outline); err != nil {
		t.Fatalf("outline: %v", err)
	}
	type edge struct{ a, b geo.Point }
	owner := map[edge]int{}
	var sum int64
	for i, f := range tiling.Faces {
		if err := geo.Check(f); err != nil {
			t.Fatalf("face %d: %v", i, err)
		}
		if f.TwiceArea() <= 0 {
			t.Fatalf("face %d is wound the wrong way", i)
		}
		sum += f.TwiceArea()
		eachEdge(f, func(a, b geo.Point) {
			if _, ok := owner[edge{a, b}]; ok {
				t.Fatalf("edge %v %v belongs to two faces", a, b)
			}
			owner[edge{a, b}] = i
		})
	}
	if got, want := sum, tiling.Outline.TwiceArea(); got != want {
		t.Errorf("faces have area %d, outline %d", got, want)
	}
	outer := 0
	eachEdge(tiling.Outline, func(a, b geo.Point) {
		if _, ok := owner[edge{a, b}]; !ok {
			t.Errorf("edge %v %v of the outline belongs to no face", a, b)
		}
		outer++
	})
	borders := map[geo.Point]int{}
	for e := range owner {
		borders[e.a]++
		if _, ok := owner[edge{e.b, e.a}]; !ok {
			outer--
			borders[e.b]++
		}
	}
	if outer != 0 {
		t.Errorf("%d edges of faces match no other", -outer)
	}
	degrees = map[int]int{}
	for _, d := range borders {
		degrees[d]++
	}
	return degrees
}

func eachEdge(m geo.MultiPolygon, f func(a, b geo.Point)) {
	for _, p := range m {
		for _, r := range p {
			a := r[len(r)-1]
			for _, b := range r {
				f(a, b)
				a = b
			}
		}
	}
}

func TestPartition(t *testing.T) {
	t.Parallel()
	degrees := map[int]int{}
	for seed := range uint64(60) {
		n := 1 + int(seed)
		tiling := geotest.Partition(rand.New(rand.NewPCG(seed, 0)), n)
		if len(tiling.Faces) != n {
			t.Fatalf("seed %d: %d faces, want %d", seed, len(tiling.Faces), n)
		}
		for d, k := range checkTiling(t, tiling) {
			degrees[d] += k
		}
		if n < 8 {
			continue
		}
		holes, parts := 0, 0
		for _, f := range tiling.Faces {
			parts += len(f) - 1
			for _, p := range f {
				holes += len(p) - 1
			}
		}
		if holes == 0 || parts == 0 || len(tiling.Outline[0]) < 2 {
			t.Errorf("seed %d: %d holes, %d further parts, outline %d rings; want some of each",
				seed, holes, parts, len(tiling.Outline[0]))
		}
	}
	for d := 3; d <= 6; d++ {
		if degrees[d] == 0 {
			t.Errorf("no node with %d borders: %v", d, degrees)
		}
	}
}

func TestPartitionIsDeterministic(t *testing.T) {
	t.Parallel()
	a := geotest.Partition(rand.New(rand.NewPCG(7, 0)), 30)
	b := geotest.Partition(rand.New(rand.NewPCG(7, 0)), 30)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
}

func TestThin(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		n := 1 + int(seed)
		tiling := geotest.Thin(rand.New(rand.NewPCG(seed, 0)), n)
		if len(tiling.Faces) != n {
			t.Fatalf("seed %d: %d faces, want %d", seed, len(tiling.Faces), n)
		}
		checkTiling(t, tiling)
	}
}

func TestBig(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ faces, vertices int }{{1, 4}, {2, 60}, {7, 12}, {100, 60}, {101, 60}, {20, 1000}} {
		tiling := geotest.Big(c.faces, c.vertices)
		if len(tiling.Faces) != c.faces {
			t.Errorf("%d faces, want %d", len(tiling.Faces), c.faces)
		}
		checkTiling(t, tiling)
		if n := len(tiling.Faces[0][0][0]); n < c.vertices-4 || n > c.vertices+4 {
			t.Errorf("%d vertices, want about %d", n, c.vertices)
		}
	}
}

func BenchmarkBig(b *testing.B) {
	for b.Loop() {
		geotest.Big(50_000, 60)
	}
}
