package geotest

import "fmt"

// TileEdge is a directed edge of a ring.
type TileEdge [2]TileNode

// Back returns the edge from its end to its start.
func (e TileEdge) Back() TileEdge { return TileEdge{e[1], e[0]} }

// Edges returns how often the polygons of the layer, drawn with a buffer, run along each directed edge that does not touch the border of the
// buffer.
func (l TileLayer) Edges(bufferPx int) map[TileEdge]int {
	lo, hi := int64(-bufferPx), int64(TileExtent+bufferPx)
	onBorder := func(p TileNode) bool { return p.X == lo || p.X == hi || p.Y == lo || p.Y == hi }
	edges := map[TileEdge]int{}
	for _, f := range l.Features {
		for _, r := range f.Parts {
			for i, p := range r {
				if q := r[(i+1)%len(r)]; f.Kind == 3 && !onBorder(p) && !onBorder(q) {
					edges[TileEdge{p, q}]++
				}
			}
		}
	}
	return edges
}

// Agrees returns an edge that only one of two tiles has although it lies in the buffers of both, at least two units from their borders, nil when
// there is none. Both are drawn with the buffer; the corner of the other tile lies at shift.
func (l TileLayer) Agrees(other TileLayer, shift TileNode, bufferPx int) error {
	lo, hi := int64(-bufferPx+2), int64(TileExtent+bufferPx-2)
	in := func(p, corner TileNode) bool {
		return p.X-corner.X >= lo && p.X-corner.X <= hi && p.Y-corner.Y >= lo && p.Y-corner.Y <= hi
	}
	inBoth := func(e TileEdge) bool {
		return in(e[0], TileNode{}) && in(e[1], TileNode{}) && in(e[0], shift) && in(e[1], shift)
	}
	edges, moved := l.Edges(bufferPx), map[TileEdge]int{}
	for e, n := range other.Edges(bufferPx) {
		moved[TileEdge{{e[0].X + shift.X, e[0].Y + shift.Y}, {e[1].X + shift.X, e[1].Y + shift.Y}}] = n
	}
	for e, n := range edges {
		if inBoth(e) && moved[e] != n {
			return fmt.Errorf("edge %v: drawn %d times, %d times by the neighbour", e, n, moved[e])
		}
	}
	for e, n := range moved {
		if inBoth(e) && edges[e] != n {
			return fmt.Errorf("edge %v: drawn %d times by the neighbour, %d times here", e, n, edges[e])
		}
	}
	return nil
}
