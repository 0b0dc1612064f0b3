package geo

import "slices"

// A spoke is an edge seen from one of its ends.
type spoke struct {
	ring      int32
	insideCCW bool // the interior lies on its counter-clockwise side, the outside on the other
}

// after returns the polygon that lies counter-clockwise of k, nobody when none does.
func (s *sweep) after(k spoke) int32 {
	if k.insideCCW {
		return s.rings[k.ring].polygon
	}
	return nobody
}

// before returns the polygon that lies clockwise of k.
func (s *sweep) before(k spoke) int32 {
	if k.insideCCW {
		return nobody
	}
	return s.rings[k.ring].polygon
}

// checkNode judges the edges around p, with south the next edge on the sweep line below it.
func (s *sweep) checkNode(p Point, south int32) error {
	s.spokes = s.spokes[:0]
	for _, e := range s.starts {
		s.spokes = append(s.spokes, spoke{s.edges[e].ring, s.edges[e].insideAbove})
	}
	for _, e := range slices.Backward(s.here) {
		s.spokes = append(s.spokes, spoke{s.edges[e].ring, !s.edges[e].insideAbove})
	}
	if len(s.spokes) > 2 {
		if err := s.checkTouching(p); err != nil {
			return err
		}
	}
	if len(s.here) == 0 {
		return s.checkSurroundings(p, south)
	}
	return nil
}

// checkTouching judges a vertex where more than two edges meet: no ring comes by twice, the sectors between the
// edges agree, and no rings of one polygon enclose a part of its interior.
func (s *sweep) checkTouching(p Point) error {
	s.ringsHere = s.ringsHere[:0]
	for _, k := range s.spokes {
		s.ringsHere = append(s.ringsHere, k.ring)
	}
	slices.Sort(s.ringsHere) // also puts the rings of a polygon together
	for i := 2; i < len(s.ringsHere); i++ {
		if ring := s.ringsHere[i]; ring == s.ringsHere[i-2] {
			return &InvalidError{Rule: s.selfTouchRule(ring), At: p.Orb()}
		}
	}
	for i, k := range s.spokes {
		next := s.spokes[(i+1)%len(s.spokes)]
		if s.after(k) != s.before(next) {
			return &InvalidError{Rule: s.sectorRule(k.ring, next.ring), At: p.Orb()}
		}
	}
	for i := 2; i < len(s.ringsHere); i += 2 {
		a, b := s.ringsHere[i-2], s.ringsHere[i]
		if s.rings[a].polygon == s.rings[b].polygon && !s.touch.join(a, b) {
			return &InvalidError{Rule: RuleInteriorNotWhole, At: p.Orb()}
		}
	}
	return nil
}

// selfTouchRule tells a ring that crosses itself in the current vertex from one that only touches itself there: then
// its edges lead in and out by turns.
func (s *sweep) selfTouchRule(ring int32) Rule {
	first, last := nobody, nobody
	turn := func(inside bool) int32 {
		if inside {
			return 1
		}
		return 0
	}
	for _, k := range s.spokes {
		if k.ring != ring {
			continue
		}
		t := turn(k.insideCCW)
		if first == nobody {
			first = t
		} else if t == last {
			return RuleRingCrossesSelf
		}
		last = t
	}
	if first == last {
		return RuleRingCrossesSelf
	}
	return RuleRingTouchesSelf
}

// sectorRule names the fault when the sector between an edge of ring i and the next edge, of ring j, is claimed by
// one side only.
func (s *sweep) sectorRule(i, j int32) Rule {
	a, b := s.rings[i], s.rings[j]
	switch {
	case a.polygon != b.polygon:
		return RulePartsOverlap
	case s.interleaved(i, j):
		return RuleRingsCross
	case a.hole && b.hole:
		return RuleHolesNested
	}
	return RuleHoleOutside
}

// interleaved reports whether the edges of rings i and j alternate around the current vertex.
func (s *sweep) interleaved(i, j int32) bool {
	last, alternate := nobody, 0
	for _, k := range s.spokes {
		if k.ring != i && k.ring != j {
			continue
		}
		if k.ring != last {
			alternate++
		}
		last = k.ring
	}
	return alternate == 4
}

// checkSurroundings judges a vertex that the sweep reaches from outside its ring: what lies around it is what lies
// above the edge south of it.
func (s *sweep) checkSurroundings(p Point, south int32) error {
	around := nobody
	inHole := false
	if south != nobody {
		e := s.edges[south]
		if e.insideAbove {
			around = s.rings[e.ring].polygon
		}
		inHole = !e.insideAbove && s.rings[e.ring].hole
	}
	k := s.spokes[0]
	if s.before(k) == around {
		return nil
	}
	r := s.rings[k.ring]
	rule := RuleHoleOutside
	switch {
	case !r.hole:
		rule = RulePartsOverlap
	case inHole && s.rings[s.edges[south].ring].polygon == r.polygon:
		rule = RuleHolesNested
	}
	return &InvalidError{Rule: rule, At: p.Orb()}
}

// unionFind keeps sets of rings.
type unionFind []int32

func newUnionFind(n int) unionFind {
	u := make(unionFind, n)
	for i := range u {
		u[i] = int32(i)
	}
	return u
}

func (u unionFind) find(i int32) int32 {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

// join unites the sets of i and j and reports false when they were one already.
func (u unionFind) join(i, j int32) bool {
	i, j = u.find(i), u.find(j)
	u[i] = j
	return i != j
}
