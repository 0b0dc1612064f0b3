package mvt_test

import (
	"fmt"
	"testing"

	"github.com/paulmach/orb"
	orbmvt "github.com/paulmach/orb/encoding/mvt"

	"github.com/wangge/wangge/geo/mvt"
)

// mustDecode decodes a tile strictly, and with orb's decoder too, and checks that every feature is valid.
func mustDecode(t *testing.T, b []byte, bufferPx int) map[string]decodedLayer {
	t.Helper()
	layers, err := decodeTile(b)
	if err != nil {
		t.Fatalf("decoding: %v", err)
	}
	theirs, err := orbmvt.Unmarshal(b)
	if err != nil {
		t.Fatalf("orb decoding: %v", err)
	}
	if len(theirs) != len(layers) {
		t.Fatalf("orb sees %d layers, want %d", len(theirs), len(layers))
	}
	byName := map[string]decodedLayer{}
	for i, l := range layers {
		byName[l.name] = l
		if l.extent != mvt.Extent || len(theirs[i].Features) != len(l.features) {
			t.Fatalf("layer %s: extent %d, %d features, orb sees %d", l.name, l.extent, len(l.features), len(theirs[i].Features))
		}
		for k, f := range l.features {
			if err := validFeature(f, int64(bufferPx)); err != nil {
				t.Fatalf("layer %s feature %d: %v\n%v", l.name, f.id, err, f.parts)
			}
			if got, want := orbParts(theirs[i].Features[k].Geometry), len(f.parts); got != want {
				t.Fatalf("layer %s feature %d: orb sees %d parts, want %d", l.name, f.id, got, want)
			}
		}
	}
	return byName
}

func orbParts(g orb.Geometry) int {
	switch g := g.(type) {
	case orb.Polygon:
		return len(g)
	case orb.MultiPolygon:
		n := 0
		for _, p := range g {
			n += len(p)
		}
		return n
	case orb.MultiLineString:
		return len(g)
	case orb.MultiPoint:
		return len(g)
	}
	return 1
}

func validFeature(f decodedFeature, buffer int64) error {
	for _, part := range f.parts {
		for i, p := range part {
			if p.x < -buffer || p.x > mvt.Extent+buffer || p.y < -buffer || p.y > mvt.Extent+buffer {
				return fmt.Errorf("%v outside the buffer", p)
			}
			if i > 0 && p == part[i-1] {
				return fmt.Errorf("%v repeated", p)
			}
		}
	}
	if f.kind == 3 {
		return validPolygons(f.parts)
	}
	return nil
}

// validPolygons checks the whole of OGC validity by brute force: simple rings, winding, holes inside, nothing crosses,
// no edge shared, interiors of polygons disjoint.
func validPolygons(rings [][]node) error {
	type segment struct {
		a, b node
		ring int
	}
	var segments []segment
	outer := -1
	for i, r := range rings {
		seen := map[node]bool{}
		for k, p := range r {
			if seen[p] {
				return fmt.Errorf("ring %d visits %v twice", i, p)
			}
			seen[p] = true
			segments = append(segments, segment{p, r[(k+1)%len(r)], i})
		}
		switch a := ringArea2(r); {
		case a == 0:
			return fmt.Errorf("ring %d has no area", i)
		case a > 0:
			outer = i
		case outer < 0:
			return fmt.Errorf("a hole comes first")
		default:
			if !ringInside(r, rings[outer]) {
				return fmt.Errorf("hole %d is not inside its ring %d", i, outer)
			}
		}
	}
	for i, s := range segments {
		for _, q := range segments[:i] {
			if !segmentsMeetWell(s.a, s.b, q.a, q.b, s.ring == q.ring) {
				return fmt.Errorf("edges %v-%v and %v-%v of rings %d and %d cross or overlap", s.a, s.b, q.a, q.b, s.ring, q.ring)
			}
		}
	}
	return polygonsDisjoint(rings)
}

func polygonsDisjoint(rings [][]node) error {
	for i, r := range rings {
		if ringArea2(r) < 0 {
			continue
		}
		// How often the other rings wind around a point of this ring's inside: nothing may but holes and outers that
		// cancel.
		wind := 0
		for k, q := range rings {
			if k != i && ringInside(r, q) {
				if ringArea2(q) > 0 {
					wind++
				} else {
					wind--
				}
			}
		}
		if wind != 0 {
			return fmt.Errorf("outer ring %d lies inside another polygon", i)
		}
	}
	return nil
}

func ringArea2(r []node) int64 {
	sum := int64(0)
	for i, p := range r {
		q := r[(i+1)%len(r)]
		sum += p.x*q.y - p.y*q.x
	}
	return sum
}

func turn(a, b, c node) int64 {
	return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x)
}

func onSegment(p, a, b node) bool {
	return turn(a, b, p) == 0 && min(a.x, b.x) <= p.x && p.x <= max(a.x, b.x) && min(a.y, b.y) <= p.y && p.y <= max(a.y, b.y)
}

// segmentsMeetWell reports whether two edges are apart or meet in one point as edges may: in a common end; and edges
// of different rings also where one ends on the other.
func segmentsMeetWell(a, b, c, d node, sameRing bool) bool {
	if max(a.x, b.x) < min(c.x, d.x) || max(c.x, d.x) < min(a.x, b.x) || max(a.y, b.y) < min(c.y, d.y) || max(c.y, d.y) < min(a.y, b.y) {
		return true
	}
	touches := 0
	for _, hit := range []bool{onSegment(a, c, d), onSegment(b, c, d), onSegment(c, a, b), onSegment(d, a, b)} {
		if hit {
			touches++
		}
	}
	shared := a == c || a == d || b == c || b == d
	if touches > 0 {
		if shared {
			return touches == 2
		}
		return !sameRing && touches == 1
	}
	return !(turn(a, b, c) > 0 != (turn(a, b, d) > 0) && turn(c, d, a) > 0 != (turn(c, d, b) > 0))
}

// ringInside reports whether ring r lies inside ring q, where the two do not cross.
func ringInside(r, q []node) bool {
	for i := range r {
		// Twice the middle of an edge, so that touching corners do not decide.
		m := node{r[i].x + r[(i+1)%len(r)].x, r[i].y + r[(i+1)%len(r)].y}
		inside, on := false, false
		for k, a := range q {
			b := q[(k+1)%len(q)]
			a, b := node{2 * a.x, 2 * a.y}, node{2 * b.x, 2 * b.y}
			on = on || onSegment(m, a, b)
			if (a.y <= m.y) != (b.y <= m.y) && (turn(a, b, m) > 0) == (b.y > a.y) {
				inside = !inside
			}
		}
		if !on {
			return inside
		}
	}
	return false
}
