package mvt

// vec is a position in sub-units from the tile's north-west corner, y down: 2^frac sub-units are one tile unit. Every
// World is a whole number of sub-units at every zoom, so that no position is rounded before the one rounding to px.
type vec struct{ x, y int64 }

// tileGrid maps World to the integer grid of one tile and its buffer.
type tileGrid struct {
	up, frac         uint
	half             int64
	originX, originY int64
	lo, hi           int32 // tile and buffer in tile units
	// lines are the coordinates, in sub-units, of the lines at which edges are split, ascending: the clip line, the
	// tile's two edges, the clip line; linePx the same in tile units.
	lines  [4]int64
	linePx [4]int32
}

func newTileGrid(t TileID, bufferPx int) tileGrid {
	g := tileGrid{up: 1, frac: 1}
	// A tile unit is 2^(20-z) world units. One more bit gives every tile unit a middle.
	if t.Z > 20 {
		g.up = uint(t.Z) - 20 + 1
	}
	if t.Z < 20 {
		g.frac = 20 - uint(t.Z) + 1
	}
	g.half = 1 << (g.frac - 1)
	g.originX = int64(t.X) * Extent << g.frac
	g.originY = int64(t.Y) * Extent << g.frac
	b := int32(bufferPx)
	g.lo, g.hi = -b, Extent+b
	g.linePx = [4]int32{-b, 0, Extent, Extent + b}
	for i, l := range g.linePx {
		g.lines[i] = int64(l) << g.frac
	}
	return g
}

func (g *tileGrid) local(w World) vec {
	return vec{int64(w.X)<<g.up - g.originX, int64(w.Y)<<g.up - g.originY}
}

// far bounds the tile units of vertices outside the tile; only the side on which they lie matters.
const far = 1 << 29

// round returns the tile unit nearest to v; a tie goes up, so that it does not depend on the tile.
func (g *tileGrid) round(v int64) int32 {
	return int32(min(max((v+g.half)>>g.frac, -far), far))
}

func (g *tileGrid) node(v vec) px { return px{g.round(v.x), g.round(v.y)} }

// within reports whether v lies in the tile itself, where an edge between two such points crosses no line.
func (g *tileGrid) within(v vec) bool {
	const size = Extent
	return uint64(v.x) < size<<g.frac && uint64(v.y) < size<<g.frac
}

// slab says between which of the four lines v lies: 0 before the first, 4 at or after the last.
func (g *tileGrid) slab(v int64) int {
	n := 0
	for _, l := range g.lines {
		if v >= l {
			n++
		}
	}
	return n
}

// lineNodes appends to dst the nodes at which the edge from a to b crosses the four vertical and the four horizontal
// lines. They are exact crossings rounded once, so that the direction of the edge does not matter.
func (g *tileGrid) lineNodes(a, b vec, dst []px) []px {
	if i, j := order(g.slab(a.x), g.slab(b.x)); i < j {
		for ; i < j; i++ {
			y := a.y + mulDivFloor(g.lines[i]-a.x, b.y-a.y, b.x-a.x)
			dst = append(dst, px{g.linePx[i], g.round(y)})
		}
	}
	if i, j := order(g.slab(a.y), g.slab(b.y)); i < j {
		for ; i < j; i++ {
			x := a.x + mulDivFloor(g.lines[i]-a.y, b.x-a.x, b.y-a.y)
			dst = append(dst, px{g.round(x), g.linePx[i]})
		}
	}
	return dst
}

func order(i, j int) (int, int) { return min(i, j), max(i, j) }

// outside reports whether the whole edge lies beyond one of the clip lines, at least one tile unit away: it meets no
// node of the tile.
func (g *tileGrid) outside(a, b px) bool {
	return a.x < g.lo && b.x < g.lo || a.x > g.hi && b.x > g.hi || a.y < g.lo && b.y < g.lo || a.y > g.hi && b.y > g.hi
}

// beside reports whether all of the box lies beyond one of the clip lines, as outside does for an edge.
func (g *tileGrid) beside(box worldRange) bool {
	corner := func(x, y int64) px { return g.node(vec{x<<g.up - g.originX, y<<g.up - g.originY}) }
	return g.outside(corner(box.minX, box.minY), corner(box.maxX, box.maxY))
}

// clamp returns the point of the tile and its buffer nearest to p.
func (g *tileGrid) clamp(p px) px {
	return px{min(max(p.x, g.lo), g.hi), min(max(p.y, g.lo), g.hi)}
}
