package geotest

import "github.com/wangge/wangge/geo"

// tiling traces the faces 0 … n-1 and the outline of a labelled mesh.
func (m *mesh) tiling(label []int, n int) Tiling {
	t := Tiling{Faces: make([]geo.MultiPolygon, n)}
	for _, cells := range m.components(label) {
		l := label[cells[0]]
		t.Faces[l] = append(t.Faces[l], m.polygon(cells))
	}
	covered := make([]int, len(label))
	for c, l := range label {
		covered[c] = min(l, 0)
	}
	for _, cells := range m.components(covered) {
		t.Outline = append(t.Outline, m.polygon(cells))
	}
	return t
}

// components returns the cells with a label in groups of the same label that hang together across arcs.
func (m *mesh) components(label []int) [][]int {
	var out [][]int
	seen := make([]bool, len(label))
	for c := range label {
		if seen[c] || label[c] == none {
			continue
		}
		seen[c] = true
		group := []int{c}
		for i := 0; i < len(group); i++ {
			for _, a := range m.cells[group[i]].arcs {
				if d := m.across(a, group[i]); d != none && !seen[d] && label[d] == label[c] {
					seen[d] = true
					group = append(group, d)
				}
			}
		}
		out = append(out, group)
	}
	return out
}

// polygon returns the union of cells that hang together: one outer ring, then the holes.
func (m *mesh) polygon(cells []int) geo.Polygon {
	in := map[int]bool{}
	for _, c := range cells {
		in[c] = true
	}
	border := func(h int) bool { return in[m.left(h)] && !in[m.left(h^1)] }
	poly := geo.Polygon{nil}
	seen := map[int]bool{}
	for _, c := range cells {
		for _, a := range m.cells[c].arcs {
			for _, h := range [...]int{2 * a, 2*a + 1} {
				if !border(h) || seen[h] {
					continue
				}
				for _, loop := range m.loops(h, border, seen) {
					if r := m.ring(loop); r.TwiceArea() > 0 {
						poly[0] = r
					} else {
						poly = append(poly, r)
					}
				}
			}
		}
	}
	return poly
}

// loops follows the border from half-arc h back to it, with the interior on the left, and cuts the way where it comes
// by the same node twice: a ring must not touch itself.
func (m *mesh) loops(h int, border func(int) bool, seen map[int]bool) [][]int {
	var out [][]int
	var way []int
	for ; !seen[h]; h = m.next(h, border) {
		seen[h] = true
		way = append(way, h)
		for i := range way {
			if m.start(way[i]) == m.end(h) {
				out = append(out, append([]int(nil), way[i:]...))
				way = way[:i]
				break
			}
		}
	}
	return out
}

// next returns the half-arc that goes on from h around the same sector of the interior: the first one clockwise.
func (m *mesh) next(h int, border func(int) bool) int {
	halves := m.at[m.end(h)]
	i := 0
	for halves[i] != h^1 {
		i++
	}
	for {
		i = (i + len(halves) - 1) % len(halves)
		if border(halves[i]) {
			return halves[i]
		}
	}
}

func (m *mesh) ring(loop []int) geo.Ring {
	var r geo.Ring
	for _, h := range loop {
		r = append(r, m.nodes[m.start(h)])
		inner := m.arcs[h/2].inner
		if h%2 == 0 {
			r = append(r, inner...)
			continue
		}
		for i := len(inner) - 1; i >= 0; i-- {
			r = append(r, inner[i])
		}
	}
	return r
}
