package mesh

import (
	"slices"

	"github.com/wangge/wangge/geo"
)

// holdFaces fails when a face vanishes that must not, or is not valid.
func (s *settlement) holdFaces(shapes map[int32]geo.MultiPolygon) error {
	for _, k := range sortedFaces(shapes) {
		m := shapes[k]
		if len(m) == 0 {
			if slices.Contains(s.gone, k) {
				continue
			}
			at := geo.Point{}
			if old := s.plane.Face(k); len(old) > 0 {
				at = old[0][0][0]
			}
			return refuse(RuleFaceGone, at)
		}
		if err := geo.Check(m); err != nil {
			return err
		}
		for _, poly := range m {
			for j, r := range poly {
				if (r.TwiceArea() > 0) != (j == 0) {
					return refuse(RuleBorderCrossed, r[0])
				}
			}
		}
	}
	return nil
}

func sortedFaces(shapes map[int32]geo.MultiPolygon) []int32 {
	out := make([]int32, 0, len(shapes))
	for k := range shapes {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// prove fails unless the edit leaves the plane whole: all borders near it meet in vertices only; and in a plane that
// tiles, the faces that change cover exactly what they covered before, to the edge and to the last square unit.
func (s *settlement) prove(shapes map[int32]geo.MultiPolygon) error {
	var strands []strand
	for i, seam := range s.overlay.seams {
		if left, right := s.sides(i); left != right {
			strands = append(strands, strand{seam.edge, int32(i)})
		}
	}
	tests := 0
	cuts, ok := findCuts(strands, &tests)
	if !ok {
		return refuse(RuleTooMuchWork, firstVertex(shapes))
	}
	if len(cuts) > 0 {
		return refuse(RuleBorderCrossed, pointOf(cuts[0].at))
	}
	if s.plane.loose {
		return nil
	}
	var twiceArea int64
	sum := make(map[latticeEdge]int)
	count := func(m geo.MultiPolygon, n int) {
		twiceArea += int64(n) * m.TwiceArea()
		for _, e := range appendStrips(nil, m, 0, 0) {
			if e.b.Less(e.a) {
				sum[latticeEdge{e.b, e.a}] -= n
			} else {
				sum[latticeEdge{e.a, e.b}] += n
			}
		}
	}
	for k, m := range shapes {
		count(s.plane.Face(k), 1)
		count(m, -1)
	}
	for _, n := range sum {
		if n != 0 {
			return refuse(RuleBroken, firstVertex(shapes))
		}
	}
	if twiceArea != 0 {
		return refuse(RuleBroken, firstVertex(shapes))
	}
	return nil
}

func firstVertex(shapes map[int32]geo.MultiPolygon) geo.Point {
	for _, k := range sortedFaces(shapes) {
		if m := shapes[k]; len(m) > 0 {
			return m[0][0][0]
		}
	}
	return geo.Point{}
}
