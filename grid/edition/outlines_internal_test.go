package edition

import (
	"fmt"
	"math/rand/v2"
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
	for i := range tiling.Faces {
		o.divisions = append(o.divisions, &grid.Division{Code: fmt.Sprintf("%04d", i)})
	}
	o.index = index.Build(o.parts)
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
		fresh := index.Build(o.parts)
		for range 2000 {
			p := geo.Point{X: box.Min.X + rng.Int32N(box.Max.X-box.Min.X), Y: box.Min.Y + rng.Int32N(box.Max.Y-box.Min.Y)}
			if face := tiling.Faces[rng.IntN(len(tiling.Faces))]; rng.IntN(2) == 0 {
				p = face[0][0][rng.IntN(len(face[0][0]))]
			}
			if want, _ := fresh.Find(p); o.find(p) != want {
				t.Fatalf("round %d, %d redrawn: at %v is %d, want %d", round, len(o.redrawn), p, o.find(p), want)
			}
		}
	}
}
