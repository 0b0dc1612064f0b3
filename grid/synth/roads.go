package synth

import "math"

// Roads are runs of streets that go straight on at crossings.
const (
	straightOn   = 32 * math.Pi / 180 // the sharpest bend of a road at a crossing
	longestRoad  = 80                 // pieces of street
	noRoad       = -1
	noContinuing = -1
)

// isRoad reports whether cars drive on the edge.
func (k roadClass) isRoad() bool { return k != waterEdge && k != outlineEdge }

// kin reports whether two pieces of street may be one road.
func (k roadClass) kin(o roadClass) bool {
	rank := func(k roadClass) int {
		switch k {
		case arterial, bridge:
			return 0
		case shore:
			return 1
		}
		return 2
	}
	return rank(k) == rank(o)
}

// traceRoads joins the streets to roads: roads holds the half-edges of each one after the other, roadOf the road of each
// edge, noRoad on water and outline.
func (t *territory) traceRoads() {
	on := t.continuations()
	t.roadOf = make([]int32, t.edges())
	for e := range t.roadOf {
		t.roadOf[e] = noRoad
	}
	t.roads.start = []int32{0}
	for e := range int32(t.edges()) {
		if t.roadOf[e] != noRoad || !t.class[e].isRoad() {
			continue
		}
		first := 2 * e
		for range longestRoad { // back to where the road begins
			before := on[first]
			if before == noContinuing || t.roadOf[before>>1] != noRoad || before>>1 == e {
				break
			}
			first = before ^ 1
		}
		id := int32(len(t.roads.start) - 1)
		for h, n := first, 0; n < longestRoad && t.roadOf[h>>1] == noRoad; n++ {
			t.roadOf[h>>1] = id
			t.roads.items = append(t.roads.items, h)
			next := on[h^1]
			if next == noContinuing {
				break
			}
			h = next
		}
		t.roads.start = append(t.roads.start, int32(len(t.roads.items)))
	}
}

// continuations returns for each half-edge the one that leaves the same node on the other side in the same direction.
func (t *territory) continuations() []int32 {
	on := make([]int32, len(t.org))
	for h := range on {
		on[h] = noContinuing
	}
	done := make([]bool, len(t.nodes))
	var out []int32
	for h := range int32(len(t.org)) {
		if done[t.org[h]] {
			continue
		}
		done[t.org[h]] = true
		out = t.leaving(h, out[:0])
		t.pairUp(out, on)
	}
	return on
}

// leaving appends the half-edges that leave the origin of h, h first.
func (m *mesh) leaving(h int32, dst []int32) []int32 {
	for at := h; ; {
		dst = append(dst, at)
		if at = m.next[at^1]; at == h {
			return dst
		}
	}
}

// pairUp joins the half-edges of a node that go straight on, the straightest first.
func (t *territory) pairUp(out []int32, on []int32) {
	for {
		best := math.Cos(straightOn)
		var a, b int32 = -1, -1
		for i, h := range out {
			if on[h] != noContinuing || !t.class[h>>1].isRoad() {
				continue
			}
			d := t.at(h ^ 1).sub(t.at(h)).unit()
			for _, o := range out[i+1:] {
				if on[o] != noContinuing || !t.class[h>>1].kin(t.class[o>>1]) || !t.class[o>>1].isRoad() {
					continue
				}
				if straight := -d.dot(t.at(o ^ 1).sub(t.at(o)).unit()); straight > best {
					best, a, b = straight, h, o
				}
			}
		}
		if a < 0 {
			return
		}
		on[a], on[b] = b, a
	}
}
