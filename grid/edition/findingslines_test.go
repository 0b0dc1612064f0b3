package edition_test

import (
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// lineCases are findings of how borders run over what stands on the ground.
func lineCases() []findingCase {
	ground := func(change func(q quarter), f func(ref *edition.Reference)) func(q quarter, ref *edition.Reference) {
		return func(q quarter, ref *edition.Reference) {
			change(q)
			f(ref)
		}
	}
	half := func(q quarter) { split(q, 1.5) }
	building := func(area geo.MultiPolygon) func(ref *edition.Reference) {
		return func(ref *edition.Reference) { ref.Buildings = []edition.Footprint{{Key: "7", Area: area}} }
	}
	// zigzag cuts W4 along a line that goes to both sides of x = 1.5.
	zigzag := func(xs ...float64) func(q quarter) {
		return func(q quarter) {
			left, right := [][2]float64{{1.5, 2}, {1, 2}, {1, 1}, {1.5, 1}}, [][2]float64{{1.5, 1}, {2, 1}, {2, 2}, {1.5, 2}}
			for i, x := range xs {
				left = append(left, [2]float64{x, 1 + float64(i+1)/float64(len(xs)+1)})
			}
			for i := len(xs) - 1; i >= 0; i-- {
				right = append(right, [2]float64{xs[i], 1 + float64(i+1)/float64(len(xs)+1)})
			}
			q.set(w(4), ring(left...))
			q.set(w(9), ring(right...))
			q.node()
		}
	}
	river := func(l geo.Line) func(ref *edition.Reference) {
		return func(ref *edition.Reference) {
			ref.Barriers = []edition.ReferenceLine{{Kind: "river", Name: "Wu", Lines: []geo.Line{l}}}
		}
	}
	road := func(ref *edition.Reference) {
		ref.Roads = []edition.ReferenceLine{{Kind: "road", Name: "Lu", Lines: []geo.Line{pathOf([2]float64{1.5, 0.5}, [2]float64{1.5, 2.5})}}}
	}
	return []findingCase{
		{name: "QC-14 a building in two", rule: "", change: ground(half, building(rect(1.4, 1.4, 1.6, 1.6))), want: []string{"QC-14 notice W004,W009"}},
		{name: "QC-14 a building beside the border", change: ground(half, building(rect(1.5, 1.4, 1.6, 1.6)))},
		{name: "QC-14 in two before already", change: ground(half, building(rect(0.9, 1.4, 1.1, 1.6)))},
		{name: "QC-14 a building half a metre over", change: ground(half, building(rect(1.4999, 1.48, 1.6, 1.5)))},
		{name: "QC-15 a campus in two", rule: "", change: ground(half, func(ref *edition.Reference) {
			ref.Sites = []edition.Footprint{{Key: "320211-KS-00000001", Name: "school", Area: rect(1.4, 1.4, 1.6, 1.6)}}
		}), want: []string{"QC-15 notice W004,W009"}},
		{name: "QC-15 the dedicated grid of a school", rule: "", change: func(q quarter, _ *edition.Reference) {
			q.edit(w(801), func(g *grid.Grid) { g.DedicatedKind = "school" })
			q.set(w(7), rect(0, 3, 0.5, 4))
			q.set(w(9), rect(0.5, 3, 1, 4))
			q.node()
		}, want: []string{"QC-06 error W007,W009", "QC-15 notice W007,W009"}}, // the cut ends on the county's line
		{name: "QC-15 of something else", rule: "QC-15", change: func(q quarter, _ *edition.Reference) {
			q.set(w(7), rect(0, 3, 0.5, 4))
			q.set(w(9), rect(0.5, 3, 1, 4))
		}},
		{name: "QC-16 once, from its line and back to it", rule: "", change: ground(zigzag(1.7, 1.3), river(pathOf([2]float64{1.5, 0.2}, [2]float64{1.5, 2.8})))},
		{
			name: "QC-16 there and back", rule: "", change: ground(zigzag(1.2, 1.8, 1.2), river(pathOf([2]float64{1.5, 0.2}, [2]float64{1.5, 2.8}))),
			want: []string{"QC-16 notice W004,W009"},
		},
		{name: "QC-16 once", change: ground(half, river(pathOf([2]float64{0.2, 1.5}, [2]float64{2.8, 1.55})))},
		{name: "QC-16 along", change: ground(half, river(pathOf([2]float64{1.5, 0.2}, [2]float64{1.5, 2.8})))},
		{name: "QC-16 weaving about it", change: ground(zigzag(1.505, 1.495, 1.505), river(pathOf([2]float64{1.5, 0.2}, [2]float64{1.5, 2.8})))},
		{name: "QC-16 around its end", change: ground(zigzag(1.2, 1.8, 1.2), river(pathOf([2]float64{1.5, 1.62}, [2]float64{1.5, 1.66})))},
		{name: "QC-21 to both sides of a road", rule: "", change: ground(func(q quarter) {
			q.set(w(4), rect(1, 1, 1.47, 2))
			q.set(w(10), rect(1.47, 1, 1.53, 2))
			q.set(w(9), rect(1.53, 1, 2, 2))
			q.node()
		}, road), want: []string{"QC-21 notice W004,W009,W010"}},
		{name: "QC-21 along its line", change: ground(half, road)},
		{name: "QC-21 on one side", change: ground(func(q quarter) { split(q, 1.53) }, road)},
		{name: "QC-21 a wide strip", change: ground(func(q quarter) {
			q.set(w(4), rect(1, 1, 1.4, 2))
			q.set(w(10), rect(1.4, 1, 1.6, 2))
			q.set(w(9), rect(1.6, 1, 2, 2))
			q.node()
		}, road)},
	}
}
