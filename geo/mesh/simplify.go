package mesh

import (
	"math"

	"github.com/wangge/wangge/geo"
)

// Simplify returns the mesh with fewer vertices: every arc is simplified once, for both its sides, so that shared
// borders stay shared. Arcs, faces and nodes keep their numbers and places, and every vertex that stays was there
// before. No removed vertex lies further from its arc than toleranceUnits, counted in lattice units of latitude (1.1 cm).
//
// Every face stays valid, wound as before and not empty, and none overlaps another: an arc that would break this is
// simplified less, in the end not at all. So much is proven by geo.Check and CheckDisjoint on the result, as long as it
// held before.
//
// Source: D. Douglas, T. Peucker, Algorithms for the reduction of the number of points required to represent a
// digitized line, Cartographica 10 (1973), 112-122, doi:10.3138/FM57-6770-U75U-7727.
func (m *Mesh) Simplify(toleranceUnits float64) *Mesh {
	s := simplifier{
		from:      m,
		to:        &Mesh{arcs: make([]Arc, len(m.arcs)), faces: m.faces},
		tolerance: toleranceUnits,
		level:     make([]uint8, len(m.arcs)),
	}
	s.scaleX = s.lonScale()
	changed := make([]int32, len(m.faces))
	for k := range changed {
		changed[k] = int32(k)
	}
	for i := range m.arcs {
		s.simplify(int32(i))
	}
	for len(changed) > 0 {
		bad := s.invalid(changed)
		if len(bad) == 0 {
			bad = s.overlapping()
		}
		changed = s.backOff(bad)
	}
	return s.to
}

// simplifier is one run of Simplify.
type simplifier struct {
	from, to  *Mesh
	tolerance float64
	scaleX    float64 // the length of a unit of longitude in units of latitude
	level     []uint8 // by arc: how often its tolerance has been cut
}

// lastLevel is the level at which an arc stays as it was; each level before has a quarter of the tolerance.
const lastLevel = 3

// lonScale returns the cosine of the middle latitude.
func (s *simplifier) lonScale() float64 {
	box := geo.EmptyBox()
	for _, arc := range s.from.arcs {
		box = box.Extend(arc.Line[0])
	}
	lat := (float64(box.Min.Y) + float64(box.Max.Y)) / 2 / geo.UnitsPerDegree
	return math.Cos(lat * math.Pi / 180)
}

// simplify simplifies an arc at its level.
func (s *simplifier) simplify(i int32) {
	s.to.arcs[i] = s.from.arcs[i]
	if s.level[i] < lastLevel {
		s.to.arcs[i].Line = s.reduce(s.from.arcs[i].Line, math.Ldexp(s.tolerance, -2*int(s.level[i])))
	}
}

// reduce is the algorithm of Douglas and Peucker.
func (s *simplifier) reduce(line geo.Line, tolerance float64) geo.Line {
	keep := make([]bool, len(line))
	keep[0], keep[len(line)-1] = true, true
	kept := 2
	for stack := [][2]int{{0, len(line) - 1}}; len(stack) > 0; {
		from, to := stack[len(stack)-1][0], stack[len(stack)-1][1]
		stack = stack[:len(stack)-1]
		far, distance := 0, -1.0
		for i := from + 1; i < to; i++ {
			if d := s.distance2(line[i], line[from], line[to]); d > distance {
				far, distance = i, d
			}
		}
		if distance > tolerance*tolerance {
			keep[far] = true
			kept++
			stack = append(stack, [2]int{from, far}, [2]int{far, to})
		}
	}
	out := make(geo.Line, 0, kept)
	for i, v := range line {
		if keep[i] {
			out = append(out, v)
		}
	}
	return out
}

// distance2 returns the squared distance from p to the segment a b, in units of latitude.
func (s *simplifier) distance2(p, a, b geo.Point) float64 {
	px, py := float64(int64(p.X)-int64(a.X))*s.scaleX, float64(int64(p.Y)-int64(a.Y))
	dx, dy := float64(int64(b.X)-int64(a.X))*s.scaleX, float64(int64(b.Y)-int64(a.Y))
	if length2 := dx*dx + dy*dy; length2 > 0 {
		t := max(0, min(1, (px*dx+py*dy)/length2))
		px, py = px-t*dx, py-t*dy
	}
	return px*px + py*py
}

// invalid returns those of faces that are no longer valid or have turned over.
func (s *simplifier) invalid(faces []int32) []int32 {
	var bad []int32
	for _, k := range faces {
		face := s.to.Face(k)
		if turned(face) || geo.Check(face) != nil {
			bad = append(bad, k)
		}
	}
	return bad
}

// turned reports whether a ring of face has lost its area or its direction.
func turned(face geo.MultiPolygon) bool {
	for _, poly := range face {
		for j, r := range poly {
			if area := r.TwiceArea(); area == 0 || (area > 0) != (j == 0) {
				return true
			}
		}
	}
	return false
}

// overlapping returns the faces that overlap others.
func (s *simplifier) overlapping() []int32 {
	faces := make([]geo.MultiPolygon, len(s.to.faces))
	for k := range faces {
		faces[k] = s.to.Face(int32(k))
	}
	var bad []int32
	for _, fault := range CheckDisjoint(faces) {
		for _, k := range fault.Parts {
			bad = append(bad, int32(k))
		}
	}
	return bad
}

// backOff simplifies the arcs of faces less and returns the faces that this changes: none once all is as it was.
func (s *simplifier) backOff(faces []int32) []int32 {
	raised := make(map[int32]bool)
	touched := make(map[int32]bool)
	var changed []int32
	touch := func(face int32) {
		if face != Outside && !touched[face] {
			touched[face] = true
			changed = append(changed, face)
		}
	}
	for _, k := range faces {
		for _, poly := range s.from.faces[k] {
			for _, ring := range poly {
				for _, ref := range ring {
					i, _ := ref.Arc()
					if raised[i] || s.level[i] == lastLevel {
						continue
					}
					raised[i] = true
					s.level[i]++
					s.simplify(i)
					touch(s.from.arcs[i].Left)
					touch(s.from.arcs[i].Right)
				}
			}
		}
	}
	return changed
}
