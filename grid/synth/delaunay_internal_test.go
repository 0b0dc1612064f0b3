package synth

import (
	"math/rand/v2"
	"testing"
)

// TestTriangulate holds the circumcircle rule, the links between neighbours and Euler's count on random points.
func TestTriangulate(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{3, 4, 10, 200, 3000} {
		points := make([]vec, n)
		for i := range points {
			points[i] = vec{1e4 * rng.Float64(), 7e3 * rng.Float64()}
		}
		d := triangulate(points)
		hull := 0
		for e, o := range d.opposite {
			if d.left(int32(e)-int32(e)%3, d.points[d.corners[nextInTriangle(nextInTriangle(int32(e)-int32(e)%3))]]) <= 0 {
				t.Fatalf("%d points: triangle %d is not counter-clockwise", n, e/3)
			}
			if o < 0 {
				hull++
				continue
			}
			if d.opposite[o] != int32(e) || d.corners[o] != d.corners[nextInTriangle(int32(e))] {
				t.Fatalf("%d points: half-edges %d and %d are not the same edge", n, e, o)
			}
			if d.tooClose(int32(e), o) && n <= 200 {
				t.Errorf("%d points: a corner lies in the circumcircle of triangle %d", n, e/3)
			}
		}
		if triangles := len(d.corners) / 3; triangles != 2*n-2-hull {
			t.Errorf("%d points: %d triangles with %d edges on the hull, want %d", n, triangles, hull, 2*n-2-hull)
		}
	}
}
