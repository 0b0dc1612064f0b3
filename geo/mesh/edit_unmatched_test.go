package mesh_test

import (
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// unmatched returns a random layer of two groups whose common line differs by up to a unit here and there, as those of counties may
// that were imported one by one; false when this one has no such place or would not be valid.
func unmatched(rng *rand.Rand) (faces []geo.MultiPolygon, groups []int32, ok bool) {
	tiling := geotest.Partition(rng, 2+rng.IntN(12))
	groups = make([]int32, len(tiling.Faces))
	beside := map[geo.Point]int{} // vertex → the groups there, as bits
	for k, m := range tiling.Faces {
		groups[k] = rng.Int32N(2)
		for v := range outlineVertices(m) {
			beside[v] |= 1 << groups[k]
		}
	}
	for k, m := range tiling.Faces {
		var moved geo.MultiPolygon
		for _, poly := range m {
			var rings geo.Polygon
			for _, r := range poly {
				var ring geo.Ring
				for _, v := range r {
					if groups[k] == 1 && beside[v] == 3 && v.X%3 == 0 {
						v = geo.Point{X: v.X + v.Y%3 - 1, Y: v.Y + v.X/3%3 - 1}
					}
					ring = append(ring, v)
				}
				rings = append(rings, ring)
			}
			moved = append(moved, rings)
		}
		if geo.Check(moved) != nil {
			return nil, nil, false
		}
		faces = append(faces, moved)
	}
	return faces, groups, len(mesh.CheckLayer(faces)) > 0
}

// TestL1EditsBesideUnmatchedLines edits layers that do not quite tile: an edit is refused, or makes nothing worse than it was.
func TestL1EditsBesideUnmatchedLines(t *testing.T) {
	t.Parallel()
	done := 0
	for seed := range sequences(t, 300) {
		rng := rand.New(rand.NewPCG(seed, 5))
		faces, groups, ok := unmatched(rng)
		if !ok {
			continue
		}
		was, wasM2 := extent(faces)
		w := &world{Plane: mesh.NewPlane(faces, groups), groups: groups}
		for range 6 {
			op, e, err := w.step(rng)
			if err != nil {
				if r := rule(t, err); r == mesh.RuleBroken {
					t.Errorf("seed %d: %s: %v", seed, op, err)
				}
				continue
			}
			done++
			next := all(w.Apply(e))
			for k := range e.Faces {
				if m := next[k]; len(m) > 0 && geo.Check(m) != nil {
					t.Errorf("seed %d: %s: face %d: %v", seed, op, k, geo.Check(m))
				}
			}
			if is, isM2 := extent(next); is != was || isM2 > wasM2*1.0001+1e-9 {
				t.Errorf("seed %d: %s: %d half units and faults of %v m² became %d and %v", seed, op, was, wasM2, is, isM2)
			}
		}
	}
	if done == 0 {
		t.Error("every edit was refused")
	}
}

// extent returns twice the area of faces together, and how many square metres are in faults.
func extent(faces []geo.MultiPolygon) (twiceArea int64, faultsM2 float64) {
	for _, m := range faces {
		twiceArea += m.TwiceArea()
	}
	for _, f := range mesh.CheckLayer(faces) {
		faultsM2 += f.AreaM2
	}
	return twiceArea, faultsM2
}
