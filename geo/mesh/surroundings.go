package mesh

import (
	"math"
	"slices"

	"github.com/wangge/wangge/geo"
)

// know makes known what lies in a box.
func (s *Simplifier) know(box geo.Box) {
	if s.knows(box) {
		return
	}
	s.near(box, func(m geo.MultiPolygon) {
		for _, poly := range m {
			for _, r := range poly {
				s.add(r, box)
			}
		}
	})
	s.covered = append(s.covered, box)
}

// reach widens a box by as far as things matter to what lies in it.
func (s *Simplifier) reach(box geo.Box) geo.Box {
	// What a part of a border may become a line for lies within the tolerance from that line, and so does the part itself.
	return widened(box, int64(math.Ceil(3*s.tolerance/scale(box.Min.Y)))+1)
}

// widened returns a box with so many units more on each side.
func widened(box geo.Box, by int64) geo.Box {
	clamp := func(v int64) int32 { return int32(max(math.MinInt32, min(math.MaxInt32, v))) }
	return geo.Box{
		Min: geo.Point{X: clamp(int64(box.Min.X) - by), Y: clamp(int64(box.Min.Y) - by)},
		Max: geo.Point{X: clamp(int64(box.Max.X) + by), Y: clamp(int64(box.Max.Y) + by)},
	}
}

func (s *Simplifier) knows(box geo.Box) bool {
	for _, c := range s.covered {
		if c.Contains(box.Min) && c.Contains(box.Max) {
			return true
		}
	}
	return false
}

// add adds the edges of a ring that meet a box.
func (s *Simplifier) add(r geo.Ring, box geo.Box) {
	if len(r) <= longRing {
		s.addRun(r[len(r)-1], r, box)
		return
	}
	boxes, ok := s.runs[&r[0]]
	if !ok {
		boxes = runBoxes(r)
		s.runs[&r[0]] = boxes
	}
	for i, run := range boxes {
		if run.Intersects(box) {
			from := i * runLength
			s.addRun(r[(from+len(r)-1)%len(r)], r[from:min(from+runLength, len(r))], box)
		}
	}
}

// A ring with more vertices than longRing, which may be asked for again and again, is looked through by runs of runLength.
const (
	longRing  = 512
	runLength = 64
)

// runBoxes returns the boxes of the runs of a ring, each with the vertex before it.
func runBoxes(r geo.Ring) []geo.Box {
	boxes := make([]geo.Box, 0, len(r)/runLength+1)
	for from := 0; from < len(r); from += runLength {
		box := geo.EmptyBox().Extend(r[(from+len(r)-1)%len(r)])
		for _, v := range r[from:min(from+runLength, len(r))] {
			box = box.Extend(v)
		}
		boxes = append(boxes, box)
	}
	return boxes
}

// addRun adds the edges from u along some vertices that meet a box.
func (s *Simplifier) addRun(u geo.Point, vertices []geo.Point, box geo.Box) {
	from := int32(notThere)
	for _, v := range vertices {
		if max(u.X, v.X) < box.Min.X || min(u.X, v.X) > box.Max.X || max(u.Y, v.Y) < box.Min.Y || min(u.Y, v.Y) > box.Max.Y {
			u, from = v, notThere
			continue
		}
		if from == notThere {
			from = s.place(u)
		}
		to := s.place(v)
		if s.join(from, to) {
			s.join(to, from)
		}
		u, from = v, to
	}
}

// place returns where the corner at a vertex is, a new one if there was none.
func (s *Simplifier) place(v geo.Point) int32 {
	place, isNew := s.places.add(v, int32(len(s.corners)))
	if isNew {
		s.corners = append(s.corners, corner{at: v, on: notThere})
	}
	return place
}

// join notes that there is an edge from one corner to another, and reports whether that was new.
func (s *Simplifier) join(from, to int32) bool {
	c := &s.corners[from]
	for _, end := range c.ends[:min(c.n, 3)] {
		if end == to {
			return false
		}
	}
	if slices.Contains(c.more, to) {
		return false
	}
	if c.n < 3 {
		c.ends[c.n] = to
	} else {
		c.more = append(c.more, to)
	}
	c.n++
	return true
}

// surroundRing makes the surroundings of a ring known, a piece at a time since a ring can go around a whole city: pieces that are large beside
// how far things matter, so that few are made known twice.
func (s *Simplifier) surroundRing(r []geo.Point) {
	for from := 0; from < len(r); {
		box := geo.EmptyBox().Extend(r[from])
		wide := 8 * (int64(box.Min.X) - int64(s.reach(box).Min.X))
		for i := from; ; {
			i++
			box = box.Extend(r[i%len(r)])
			if i == len(r) || i-from >= 64 && max(int64(box.Max.X)-int64(box.Min.X), int64(box.Max.Y)-int64(box.Min.Y)) >= wide {
				from = i
				break
			}
		}
		s.Surround(box)
	}
}
