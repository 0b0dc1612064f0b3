package mesh

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
)

// A Neighbour is a face that shares border with another.
type Neighbour struct {
	Face    int32   // or Outside
	BorderM float64 // length of the shared border in metres
}

// Neighbours returns for every face those that share an edge with it, ordered by number, Outside first. Faces that
// touch in points only are no neighbours.
func (m *Mesh) Neighbours() [][]Neighbour {
	all := make([][]Neighbour, len(m.faces))
	for _, arc := range m.arcs {
		if arc.Left == arc.Right {
			continue
		}
		length := geo.LengthM(arc.Line)
		all[arc.Left] = append(all[arc.Left], Neighbour{arc.Right, length})
		if arc.Right != Outside {
			all[arc.Right] = append(all[arc.Right], Neighbour{arc.Left, length})
		}
	}
	for k, list := range all {
		slices.SortStableFunc(list, func(a, b Neighbour) int { return cmp.Compare(a.Face, b.Face) })
		sum := list[:0]
		for _, n := range list {
			if last := len(sum) - 1; last >= 0 && sum[last].Face == n.Face {
				sum[last].BorderM += n.BorderM
			} else {
				sum = append(sum, n)
			}
		}
		all[k] = sum
	}
	return all
}
