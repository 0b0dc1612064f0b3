package geotest

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/wangge/wangge/geo"
)

// Partition returns a random tiling with n faces, for properties; with package rapid draw a seed and use
// rand.New(rand.NewPCG(seed, 0)).
//
// Borders are wiggly, faces mostly not convex, and 3 to 6 borders meet in a node. From 8 faces on, one face lies
// enclosed in another, at least one has an exclave and the outline has a hole that no face covers; parts of a face may
// touch each other, and rings may touch, in single nodes. The place is near 120° E 31° N.
func Partition(rng *rand.Rand, n int) Tiling {
	for {
		m := newMesh(rng, n)
		label, ok := m.deal(rng, n)
		if !ok {
			continue
		}
		if t := m.tiling(label, n); n < 8 || t.varied() {
			return t
		}
	}
}

// varied reports whether t has an enclosed face, an exclave and a hole.
func (t Tiling) varied() bool {
	hole, exclave := false, false
	for _, f := range t.Faces {
		exclave = exclave || len(f) > 1
		for _, p := range f {
			hole = hole || len(p) > 1
		}
	}
	return hole && exclave && len(t.Outline[0]) > 1
}

// none is the label of cells that no face covers.
const none = -1

// A mesh is a jittered grid of cells, some cut along a diagonal, with wiggly arcs between them.
type mesh struct {
	nodes []geo.Point
	arcs  []arc
	cells []meshCell
	at    [][]int // the half-arcs that start in each node, counter-clockwise
}

// An arc runs from node a to node b. The half-arc 2i is arc i forwards, 2i+1 is arc i backwards.
type arc struct {
	a, b        int
	left, right int // cells, none outside the mesh
	inner       []geo.Point
}

type meshCell struct {
	nodes  []int // counter-clockwise
	arcs   []int
	centre [2]float64
}

func newMesh(rng *rand.Rand, n int) *mesh {
	side := int(math.Ceil(math.Sqrt(3*float64(n)))) + 5
	m := &mesh{}
	jitter := func() int { return rng.IntN(cellSize*2/5) - cellSize/5 }
	for j := range side + 1 {
		for i := range side + 1 {
			m.nodes = append(m.nodes, geo.Point{
				X: int32(1_200_000_000 + i*cellSize + jitter()),
				Y: int32(310_000_000 + j*cellSize + jitter()),
			})
		}
	}
	diagonals := make([]int, len(m.nodes)) // at each node, up to two: six borders
	for j := range side {
		for i := range side {
			c := [4]int{j*(side+1) + i, j*(side+1) + i + 1, (j+1)*(side+1) + i + 1, (j+1)*(side+1) + i}
			from := rng.IntN(2)
			if d, e := c[from], c[from+2]; rng.IntN(3) == 0 && diagonals[d] < 2 && diagonals[e] < 2 {
				diagonals[d]++
				diagonals[e]++
				m.addCell(d, c[from+1], e)
				m.addCell(e, c[(from+3)%4], d)
				continue
			}
			m.addCell(c[:]...)
		}
	}
	m.connect()
	for i := range m.arcs {
		m.bend(&m.arcs[i], rng)
	}
	return m
}

func (m *mesh) addCell(nodes ...int) {
	c := meshCell{nodes: nodes}
	for _, n := range nodes {
		c.centre[0] += float64(m.nodes[n].X) / float64(len(nodes))
		c.centre[1] += float64(m.nodes[n].Y) / float64(len(nodes))
	}
	m.cells = append(m.cells, c)
}

// connect makes the arcs between cells and orders them around the nodes.
func (m *mesh) connect() {
	known := map[[2]int]int{}
	m.at = make([][]int, len(m.nodes))
	for c := range m.cells {
		nodes := m.cells[c].nodes
		for i, a := range nodes {
			b := nodes[(i+1)%len(nodes)]
			if e, ok := known[[2]int{b, a}]; ok {
				m.arcs[e].right = c
				m.cells[c].arcs = append(m.cells[c].arcs, e)
				continue
			}
			e := len(m.arcs)
			known[[2]int{a, b}] = e
			m.arcs = append(m.arcs, arc{a: a, b: b, left: c, right: none})
			m.cells[c].arcs = append(m.cells[c].arcs, e)
			m.at[a] = append(m.at[a], 2*e)
			m.at[b] = append(m.at[b], 2*e+1)
		}
	}
	for n, halves := range m.at {
		angle := func(h int) float64 {
			p, q := m.nodes[n], m.nodes[m.end(h)]
			return math.Atan2(float64(q.Y-p.Y), float64(q.X-p.X))
		}
		slices.SortFunc(halves, func(g, h int) int {
			if angle(g) < angle(h) {
				return -1
			}
			return 1
		})
	}
}

func (m *mesh) bend(a *arc, rng *rand.Rand) {
	p, q := m.nodes[a.a], m.nodes[a.b]
	left, right := newBay(p, q, m.cells[a.left].centre), bay{foot: 0.5}
	if a.right != none {
		right = newBay(p, q, m.cells[a.right].centre)
	}
	a.inner = appendArc(nil, p, q, left, right, rng.IntN(9), func() float64 { return 2*rng.Float64() - 1 })
}

// start and end return the nodes of a half-arc, left the cell on its left.
func (m *mesh) start(h int) int { return m.end(h ^ 1) }

func (m *mesh) end(h int) int {
	if h%2 == 0 {
		return m.arcs[h/2].b
	}
	return m.arcs[h/2].a
}

func (m *mesh) left(h int) int {
	if h%2 == 0 {
		return m.arcs[h/2].left
	}
	return m.arcs[h/2].right
}

// across returns the cell on the other side of arc a from cell c.
func (m *mesh) across(a, c int) int { return m.arcs[a].left + m.arcs[a].right - c }

// deal gives every cell the number of a face, or none for a hole. It reports false when a face got no cell.
func (m *mesh) deal(rng *rand.Rand, n int) ([]int, bool) {
	label := make([]int, len(m.cells))
	for c := range label {
		label[c] = none
	}
	m.grow(rng, label, n)
	if n >= 8 {
		m.addExclave(rng, label)
		m.enclose(rng, label, n-1)
		m.addHole(rng, label)
	}
	cells := make([]int, n)
	for _, l := range label {
		if l != none {
			cells[l]++
		}
	}
	return label, slices.Min(cells) > 0
}

// grow deals all cells to faces that start in random cells and take over random neighbours.
func (m *mesh) grow(rng *rand.Rand, label []int, n int) {
	var front [][2]int // a cell and the face that may take it
	take := func(c, l int) {
		label[c] = l
		for _, a := range m.cells[c].arcs {
			if d := m.across(a, c); d != none {
				front = append(front, [2]int{d, l})
			}
		}
	}
	for l, c := range rng.Perm(len(m.cells))[:n] {
		take(c, l)
	}
	for len(front) > 0 {
		i := rng.IntN(len(front))
		next := front[i]
		front[i] = front[len(front)-1]
		front = front[:len(front)-1]
		if label[next[0]] == none {
			take(next[0], next[1])
		}
	}
}

// around returns the cells that share a node with c, and whether c and they all lie off the edge of the mesh.
func (m *mesh) around(c int) ([]int, bool) {
	var out []int
	inner := true
	for _, n := range m.cells[c].nodes {
		for _, h := range m.at[n] {
			d := m.left(h)
			if d == none || m.left(h^1) == none {
				inner = false
			} else if d != c && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out, inner
}

// innerCell returns a random cell that does not touch the edge of the mesh, and the cells around it.
func (m *mesh) innerCell(rng *rand.Rand) (int, []int) {
	for {
		c := rng.IntN(len(m.cells))
		if around, inner := m.around(c); inner {
			return c, around
		}
	}
}

// addExclave gives one cell to a face that is not next to it.
func (m *mesh) addExclave(rng *rand.Rand, label []int) {
	for range 100 {
		c, around := m.innerCell(rng)
		l := label[rng.IntN(len(label))]
		if l != label[c] && !slices.ContainsFunc(around, func(d int) bool { return label[d] == l }) {
			label[c] = l
			return
		}
	}
}

// enclose makes face l a single cell within another face; what l had goes to that face.
func (m *mesh) enclose(rng *rand.Rand, label []int, l int) {
	c, around := m.innerCell(rng)
	outer := label[c]
	for outer == l {
		outer = rng.IntN(l)
	}
	for d := range label {
		if label[d] == l {
			label[d] = outer
		}
	}
	for _, d := range around {
		label[d] = outer
	}
	label[c] = l
}

// addHole takes one cell, not next to the edge, away from its face.
func (m *mesh) addHole(rng *rand.Rand, label []int) {
	c, _ := m.innerCell(rng)
	label[c] = none
}
