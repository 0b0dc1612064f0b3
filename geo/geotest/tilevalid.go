package geotest

import (
	"cmp"
	"fmt"
	"slices"
)

// TileExtent is the width of a tile in tile units.
const TileExtent = 4096

// Valid returns what is wrong with a feature of a tile that was drawn with a buffer, nil for nothing: it reaches beyond the buffer, repeats a
// position, or is a polygon that is not valid by OGC 06-103r4 or runs the wrong way round.
func (f TileFeature) Valid(bufferPx int) error {
	buffer := int64(bufferPx)
	for _, part := range f.Parts {
		for i, p := range part {
			if p.X < -buffer || p.X > TileExtent+buffer || p.Y < -buffer || p.Y > TileExtent+buffer {
				return fmt.Errorf("%v outside the buffer", p)
			}
			if i > 0 && p == part[i-1] {
				return fmt.Errorf("%v repeated", p)
			}
		}
	}
	if f.Kind == 3 {
		return validPolygons(f.Parts)
	}
	return nil
}

// tileSegment is an edge of a ring.
type tileSegment struct {
	a, b TileNode
	ring int
}

// validPolygons checks the whole of OGC validity: simple rings, winding, holes inside, nothing crosses, no edge shared, interiors of polygons
// disjoint.
func validPolygons(rings [][]TileNode) error {
	var segments []tileSegment
	outer := -1
	for i, r := range rings {
		seen := map[TileNode]bool{}
		for k, p := range r {
			if seen[p] {
				return fmt.Errorf("ring %d visits %v twice", i, p)
			}
			seen[p] = true
			segments = append(segments, tileSegment{p, r[(k+1)%len(r)], i})
		}
		switch a := TileRingArea2(r); {
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
	if err := segmentsApart(segments); err != nil {
		return err
	}
	return polygonsDisjoint(rings)
}

// segmentsApart compares every two edges whose spans in x meet.
func segmentsApart(segments []tileSegment) error {
	slices.SortFunc(segments, func(s, q tileSegment) int { return cmp.Compare(min(s.a.X, s.b.X), min(q.a.X, q.b.X)) })
	for i, s := range segments {
		end := max(s.a.X, s.b.X)
		for _, q := range segments[i+1:] {
			if min(q.a.X, q.b.X) > end {
				break
			}
			if !segmentsMeetWell(s.a, s.b, q.a, q.b, s.ring == q.ring) {
				return fmt.Errorf("edges %v-%v and %v-%v of rings %d and %d cross or overlap", s.a, s.b, q.a, q.b, s.ring, q.ring)
			}
		}
	}
	return nil
}

func polygonsDisjoint(rings [][]TileNode) error {
	for i, r := range rings {
		if TileRingArea2(r) < 0 {
			continue
		}
		// How often the other rings wind around a point of this ring's inside: nothing may but holes and outers that
		// cancel.
		wind := 0
		for k, q := range rings {
			if k != i && ringInside(r, q) {
				if TileRingArea2(q) > 0 {
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

// TileRingArea2 returns twice the area of a ring, positive for an outer one.
func TileRingArea2(r []TileNode) int64 {
	sum := int64(0)
	for i, p := range r {
		q := r[(i+1)%len(r)]
		sum += p.X*q.Y - p.Y*q.X
	}
	return sum
}

func tileTurn(a, b, c TileNode) int64 {
	return (b.X-a.X)*(c.Y-a.Y) - (b.Y-a.Y)*(c.X-a.X)
}

func onTileSegment(p, a, b TileNode) bool {
	return tileTurn(a, b, p) == 0 && min(a.X, b.X) <= p.X && p.X <= max(a.X, b.X) && min(a.Y, b.Y) <= p.Y && p.Y <= max(a.Y, b.Y)
}

// segmentsMeetWell reports whether two edges are apart or meet in one point as edges may: in a common end; and edges
// of different rings also where one ends on the other.
func segmentsMeetWell(a, b, c, d TileNode, sameRing bool) bool {
	if max(a.X, b.X) < min(c.X, d.X) || max(c.X, d.X) < min(a.X, b.X) || max(a.Y, b.Y) < min(c.Y, d.Y) || max(c.Y, d.Y) < min(a.Y, b.Y) {
		return true
	}
	touches := 0
	for _, hit := range []bool{onTileSegment(a, c, d), onTileSegment(b, c, d), onTileSegment(c, a, b), onTileSegment(d, a, b)} {
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
	return !(tileTurn(a, b, c) > 0 != (tileTurn(a, b, d) > 0) && tileTurn(c, d, a) > 0 != (tileTurn(c, d, b) > 0))
}

// ringInside reports whether ring r lies inside ring q, where the two do not cross.
func ringInside(r, q []TileNode) bool {
	for i := range r {
		// Twice the middle of an edge, so that touching corners do not decide.
		m := TileNode{r[i].X + r[(i+1)%len(r)].X, r[i].Y + r[(i+1)%len(r)].Y}
		inside, on := false, false
		for k, a := range q {
			b := q[(k+1)%len(q)]
			a, b := TileNode{2 * a.X, 2 * a.Y}, TileNode{2 * b.X, 2 * b.Y}
			on = on || onTileSegment(m, a, b)
			if (a.Y <= m.Y) != (b.Y <= m.Y) && (tileTurn(a, b, m) > 0) == (b.Y > a.Y) {
				inside = !inside
			}
		}
		if !on {
			return inside
		}
	}
	return false
}
