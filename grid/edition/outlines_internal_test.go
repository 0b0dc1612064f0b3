package edition

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/index"
	"github.com/wangge/wangge/grid"
)

// TestOutlinesRedrawn redraws outlines again and again, so that they overlap too, and compares what is found with an index that is
// made anew.
func TestOutlinesRedrawn(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	tiling := geotest.Partition(rng, 150)
	o := outlines{parts: tiling.Faces}
	for i, face := range tiling.Faces {
		o.boxes = append(o.boxes, face.Box())
		o.divisions = append(o.divisions, &grid.Division{Code: fmt.Sprintf("%04d", i), CountyCode: fmt.Sprint(rng.IntN(3))})
	}
	o.group(nil)
	box := tiling.Outline.Box()
	for round := range 12 {
		var redrawn []redrawnDivision
		for range rng.IntN(12) {
			redrawn = append(redrawn, redrawnDivision{o.divisions[rng.IntN(len(o.divisions))], tiling.Faces[rng.IntN(len(tiling.Faces))]})
		}
		before := o.parts
		o = o.with(redrawn)
		if len(redrawn) > 0 && &before[0] == &o.parts[0] {
			t.Fatal("the outlines from before have changed")
		}
		for i := range o.parts {
			if o.boxes[i] != o.parts[i].Box() {
				t.Fatalf("round %d: outline %d has another box", round, i)
			}
		}
		fresh := index.Build(o.parts)
		for range 2000 {
			p := geo.Point{X: box.Min.X + rng.Int32N(box.Max.X-box.Min.X), Y: box.Min.Y + rng.Int32N(box.Max.Y-box.Min.Y)}
			if face := tiling.Faces[rng.IntN(len(tiling.Faces))]; rng.IntN(2) == 0 {
				p = face[0][0][rng.IntN(len(face[0][0]))]
			}
			if want, _ := fresh.Find(p); o.find(p) != want {
				t.Fatalf("round %d, %d redrawn: at %v is %d, want %d", round, len(o.redrawn), p, o.find(p), want)
			}
			near := geo.Box{Min: p, Max: geo.Point{X: p.X + rng.Int32N(2000), Y: p.Y + rng.Int32N(2000)}}
			if got, want := o.overlapping(near), fresh.Overlapping(near, nil); !containsAll(got, want, o.parts, near) {
				t.Fatalf("round %d, %d redrawn: in %v are %v, want %v", round, len(o.redrawn), near, got, want)
			}
		}
	}
}

// containsAll reports whether got is ascending and has those of want that have a vertex in the box or cover its corner.
func containsAll(got, want []int32, parts []geo.MultiPolygon, box geo.Box) bool {
	for _, k := range want {
		meets := geo.Locate(parts[k], box.Min) != geo.Outside || slices.ContainsFunc(parts[k][0][0], box.Contains)
		if meets && !slices.Contains(got, k) {
			return false
		}
	}
	return slices.IsSorted(got)
}
