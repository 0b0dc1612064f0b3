package mesh

import "math"

// A grid sorts edges into square cells, to find those near each other.
type grid struct {
	origin     vec
	shift      uint // a cell is 1<<shift fine steps wide
	cols, rows int64
	starts     []uint32 // by cell: where its edges begin in edges; one more at the end
	edges      []int32
}

// newGrid sorts n edges into about as many cells. Each cell lists, ascending, the edges that meet it or nearly do.
func newGrid(n int, at func(i int) edge) *grid {
	g := &grid{}
	if n == 0 {
		g.starts = make([]uint32, 1)
		return g
	}
	lo, hi := at(0).a, at(0).a
	span := 0.0
	for i := range n {
		e := at(i)
		lo = vec{min(lo.x, e.a.x, e.b.x), min(lo.y, e.a.y, e.b.y)}
		hi = vec{max(hi.x, e.a.x, e.b.x), max(hi.y, e.a.y, e.b.y)}
		span += math.Abs(float64(e.b.x-e.a.x)) + math.Abs(float64(e.b.y-e.a.y))
	}
	g.origin = lo
	for limit := int64(2*n) + 16; ; g.shift++ {
		g.cols, g.rows = (hi.x-lo.x)>>g.shift+1, (hi.y-lo.y)>>g.shift+1
		if max(g.cols, g.rows) <= limit && g.cols*g.rows <= limit && math.Ldexp(span, -int(g.shift)) <= float64(4*n) {
			break
		}
	}
	g.starts = make([]uint32, g.cols*g.rows+1)
	for i := range n {
		g.eachCell(at(i), func(c int64) { g.starts[c]++ })
	}
	total := uint32(0)
	for c, k := range g.starts {
		total += k
		g.starts[c] = total
	}
	g.edges = make([]int32, total)
	for i := n - 1; i >= 0; i-- {
		g.eachCell(at(i), func(c int64) {
			g.starts[c]--
			g.edges[g.starts[c]] = int32(i)
		})
	}
	return g
}

// cells returns the number of cells.
func (g *grid) cells() int64 { return g.cols * g.rows }

// cell returns the edges of a cell.
func (g *grid) cell(c int64) []int32 { return g.edges[g.starts[c]:g.starts[c+1]] }

// eachCell calls visit for every cell that e meets and perhaps for some that it nearly meets.
func (g *grid) eachCell(e edge, visit func(c int64)) {
	a, b := e.a, e.b
	if b.y < a.y {
		a, b = b, a
	}
	row0, row1 := (a.y-g.origin.y)>>g.shift, (b.y-g.origin.y)>>g.shift
	slope := 0.0
	if a.y != b.y {
		slope = float64(b.x-a.x) / float64(b.y-a.y)
	}
	for row := row0; row <= row1; row++ {
		x0, x1 := a.x, b.x
		if row0 != row1 {
			bottom := max(g.origin.y+row<<g.shift, a.y)
			top := min(g.origin.y+(row+1)<<g.shift, b.y)
			x0 = a.x + int64(math.Round(float64(bottom-a.y)*slope))
			x1 = a.x + int64(math.Round(float64(top-a.y)*slope))
		}
		// Rounding is under two steps; a margin of two keeps the list complete.
		col0 := max((min(x0, x1)-2-g.origin.x)>>g.shift, 0)
		col1 := min((max(x0, x1)+2-g.origin.x)>>g.shift, g.cols-1)
		for col := col0; col <= col1; col++ {
			visit(row*g.cols + col)
		}
	}
}

// west calls visit for edges of the cells that the ray from p to the west meets: at least once for every edge that
// crosses it.
func (g *grid) west(p vec, visit func(e int32)) {
	row := (p.y - g.origin.y) >> g.shift
	for col := (p.x - g.origin.x) >> g.shift; col >= 0; col-- {
		for _, e := range g.cell(row*g.cols + col) {
			visit(e)
		}
	}
}
