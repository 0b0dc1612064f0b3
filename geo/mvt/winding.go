package mvt

// keepOutline returns, of noded edges in the order of cancel, those that part spots that are wound around at least
// once from spots that are not, each once and directed with the former on its left (y down counted as up). It is for
// the rare polygons that cross themselves: their cost is the number of edges times the number of edges in a band of 32
// rows.
func keepOutline(edges []chain) []chain {
	if len(edges) == 0 {
		return edges
	}
	lo := edges[0].a.y
	bands := map[int32][]chain{}
	for _, e := range edges {
		for y := (e.a.y - lo) >> 5; y <= (e.b.y-lo)>>5; y++ { // a is never below b
			bands[y] = append(bands[y], e)
		}
	}
	var kept []chain
	for _, e := range edges {
		left, right := sideWindings(e, bands[(e.a.y+e.b.y-2*lo)>>6])
		if (left > 0) == (right > 0) {
			continue
		}
		e.net = 1
		if right > 0 {
			e.net = -1
		}
		kept = append(kept, e)
	}
	return kept
}

// sideWindings returns how often the others, with e itself among them, wind around the spots just left and just right
// of the middle of e.
func sideWindings(e chain, others []chain) (left, right int32) {
	// Twice the coordinates, so that the middle is whole.
	mx, my := int64(e.a.x)+int64(e.b.x), int64(e.a.y)+int64(e.b.y)
	wind := int32(0)
	for _, o := range others {
		ay, by := 2*int64(o.a.y), 2*int64(o.b.y)
		if (ay <= my) == (by <= my) || o.a == e.a && o.b == e.b {
			continue
		}
		// A ray in the direction of growing x; a is above b, so that o runs down the page.
		ax, bx := 2*int64(o.a.x), 2*int64(o.b.x)
		if (bx-ax)*(my-ay)-(by-ay)*(mx-ax) > 0 {
			wind += o.net
		}
	}
	if e.a.y == e.b.y {
		// The ray runs just beside the edge, on the side of growing y, which is left of a to b.
		return wind, wind - e.net
	}
	// The ray from the west side crosses e, the one from the east side does not; a to b has the west on its left.
	return wind + e.net, wind
}
