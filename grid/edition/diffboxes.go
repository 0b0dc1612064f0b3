package edition

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
)

// mostBoxes is how many boxes a Diff has at most: each is a search of its own in a database.
const mostBoxes = 32

// mergeBoxes returns few boxes that together contain all: those that overlap are one unless that is much larger than both.
func mergeBoxes(boxes []geo.Box) []geo.Box {
	var out []geo.Box
	for _, b := range boxes {
		for i := 0; i < len(out); i++ {
			if u := out[i].Union(b); out[i].Intersects(b) && boxArea(u) <= 1.2*(boxArea(out[i])+boxArea(b)) {
				b = u
				out = slices.Delete(out, i, i+1)
				i = -1 // the larger box may meet others
			}
		}
		out = append(out, b)
	}
	sortBoxes(out)
	for len(out) > mostBoxes {
		half := out[:0]
		for pair := range slices.Chunk(out, 2) {
			half = append(half, pair[0].Union(pair[len(pair)-1]))
		}
		out = half
	}
	return out
}

func sortBoxes(boxes []geo.Box) {
	slices.SortFunc(boxes, func(a, b geo.Box) int { return cmp.Or(cmp.Compare(a.Min.X, b.Min.X), cmp.Compare(a.Min.Y, b.Min.Y)) })
}

func boxArea(b geo.Box) float64 {
	return (float64(b.Max.X) - float64(b.Min.X) + 1) * (float64(b.Max.Y) - float64(b.Min.Y) + 1)
}
