package edition

import (
	"cmp"
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// counted are the figures of a grid that follow its area.
func counted(g *grid.Grid) []**int { return []**int{&g.Households, &g.Residents, &g.Buildings} }

// slightShare is the share of a grid that may come from one whose figures nobody knows without its own being unknown: what
// rounding moves.
const slightShare = 1e-6

// recount gives the base grids that a change has made or redrawn the households, residents and buildings of what they cover, in
// proportion to area. Void areas have none: what they cover leaves its figures to the rest of the grid. Figures are rounded so that their
// sums stay. A figure stays unknown where it was, and is unknown for a new grid with a part of such a grid and for one that takes
// such a grid over.
func (e *edit) recount() {
	var before, after []*draftPart
	for k, p := range e.parts {
		if k.kind != grid.Base {
			continue
		}
		if old := e.draft.part(k); old != nil {
			before = append(before, old)
		}
		if !p.Removed {
			after = append(after, p)
		}
	}
	byCode := func(a, b *draftPart) int { return cmp.Compare(a.Code, b.Code) }
	slices.SortFunc(before, byCode)
	slices.SortFunc(after, byCode)
	overlaps := overlapsOf(before, after)
	for figure := range counted(&grid.Grid{}) {
		recountOne(before, after, overlaps, figure)
	}
}

// overlapsOf returns the planar area that each part before has in common with each after.
func overlapsOf(before, after []*draftPart) [][]float64 {
	boxes := make([]geo.Box, len(after))
	for j, now := range after {
		boxes[j] = now.area.Box()
	}
	overlaps := make([][]float64, len(before))
	for i, old := range before {
		overlaps[i] = make([]float64, len(after))
		box := old.area.Box()
		for j, now := range after {
			if box.Intersects(boxes[j]) {
				overlaps[i][j] = geo.OverlapArea(old.area, now.area)
			}
		}
	}
	return overlaps
}

// recountOne is recount for one figure.
func recountOne(before, after []*draftPart, overlaps [][]float64, figure int) {
	sums, unknown := make([]int, len(after)), make([]bool, len(after))
	has := func(parts []*draftPart, code string) bool {
		return slices.ContainsFunc(parts, func(p *draftPart) bool { return p.Code == code })
	}
	for j, now := range after {
		isNew := !has(before, now.Code)
		for i, old := range before {
			takes := overlaps[i][j] > slightShare*geo.PlanarArea(now.area) && (isNew || !has(after, old.Code))
			if *counted(old.Grid)[figure] == nil && (old.Code == now.Code || takes) {
				unknown[j] = true
			}
		}
	}
	for i, old := range before {
		if n := *counted(old.Grid)[figure]; n != nil {
			for j, share := range apportion(*n, overlaps[i]) {
				sums[j] += share
			}
		}
	}
	for j, now := range after {
		to := counted(now.Grid)[figure]
		if *to = nil; !unknown[j] {
			sum := sums[j]
			*to = &sum
		}
	}
}

// apportion divides n in proportion to weights, rounded so that the shares add up to n: the largest remainders round up, of equal
// ones the first. Nothing is given when all weights are 0.
func apportion(n int, weights []float64) []int {
	shares := make([]int, len(weights))
	whole := 0.0
	for _, w := range weights {
		whole += w
	}
	if whole <= 0 {
		return shares
	}
	order := make([]int, len(weights))
	remainders := make([]float64, len(weights))
	rest := n
	for i, w := range weights {
		exact := float64(n) * (w / whole)
		shares[i] = int(math.Floor(exact))
		remainders[i], order[i] = exact-math.Floor(exact), i
		rest -= shares[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for _, i := range order {
		if rest > 0 && weights[i] > 0 {
			shares[i]++
			rest--
		}
	}
	return shares
}
