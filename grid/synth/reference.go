package synth

import (
	"math"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

var roadClasses = map[roadClass]string{arterial: "arterial", collector: "collector", local: "local", shore: "collector", bridge: "arterial"}

func (c *City) roadRows(yield func(grid.Record) bool) {
	for i := range int32(c.roads.len()) {
		hs := c.roads.of(i)
		class := roadClasses[c.class[hs[0]>>1]]
		if !yield(record(c.path(hs), map[string]any{"name": c.roadName(i), "class": class, "kind": "road"})) {
			return
		}
	}
}

// path returns the line along half-edges that follow each other.
func (c *City) path(hs []int32) orb.LineString {
	var l geo.Line
	for _, h := range hs {
		l = c.arc(h, append(l, c.points[c.org[h]]))
	}
	return line(append(l, c.points[c.end(hs[len(hs)-1])]))
}

func line(l geo.Line) orb.LineString {
	o := make(orb.LineString, len(l))
	for i, p := range l {
		o[i] = p.Orb()
	}
	return o
}

// track returns the line on the board from a to b, bent as the warp bends it: the longest piece of it in the city.
func (c *City) track(a, b vec) orb.LineString {
	const stepM = 150
	n := int(a.dist(b)/stepM) + 1
	var l, longest geo.Line
	for i := range n + 1 {
		v := a.to(b, float64(i)/float64(n))
		if !c.inside(v, 0) {
			l = nil
			continue
		}
		if l = append(l, c.locate(v)); len(l) > len(longest) {
			longest = l
		}
	}
	return line(longest)
}

// railways cross the city on lines of their own.
func (c *City) railwayRows(yield func(grid.Record) bool) {
	r := random(c.seed, streamReference, 0)
	for i := range 2 + len(c.towns)/4 {
		angle := between(r, 0.3, 1.2) + float64(i)*1.1
		side := polar(angle, 1).left().times(c.radius * between(r, -0.5, 0.5))
		far := polar(angle, 1.4*c.radius)
		if l := c.track(side.sub(far), side.add(far)); len(l) > 1 {
			if !yield(record(l, map[string]any{"name": word(commonWords, c.seed, 60+i) + "铁路", "class": "rail", "kind": "railway"})) {
				return
			}
		}
	}
}

func (c *City) riverRows(yield func(grid.Record) bool) {
	far := 1.5 * c.radius
	yield(record(c.track(vec{-far, c.riverY}, vec{far, c.riverY}), map[string]any{"name": c.riverName(), "class": "river", "kind": "river"}))
}

// waterRows yields the river and each lake whole, whatever communities they lie in.
func (c *City) waterRows(yield func(grid.Record) bool) {
	wet := make([]int32, len(c.first)) // 1 for the river, 2 and up for lakes, 0 for land
	counts := 1 + len(c.lakes)
	bodies := make([][]int32, counts)
	for f := range wet {
		k := -1
		switch c.grounds[f] {
		case river:
			k = 0
		case lakeWater:
			k = 1 + c.lakeAt(c.centroid[f])
		default:
			continue
		}
		wet[f] = int32(k + 1)
		bodies[k] = append(bodies[k], int32(f))
	}
	for k, faces := range bodies {
		if len(faces) == 0 {
			continue
		}
		name, class := c.riverName(), "river"
		if k > 0 {
			name, class = c.lakeName(k-1), "lake"
		}
		shape := c.outline(faces, func(f int32) bool { return wet[f] == int32(k+1) })
		if !yield(record(area(shape), map[string]any{"name": name, "class": class, "kind": "water"})) {
			return
		}
	}
}

// lakeAt returns the nearest lake.
func (c *City) lakeAt(v vec) int {
	best, least := 0, math.Inf(1)
	for i, l := range c.lakes {
		if d := l.centre.dist(v) - l.radius; d < least {
			best, least = i, d
		}
	}
	return best
}

func (c *City) greenRows(yield func(grid.Record) bool) {
	for f := range int32(len(c.first)) {
		if c.isGreen(f) {
			if !yield(record(area(c.insetArea(f, 0.86)), map[string]any{"name": word(commonWords, c.seed+uint64(f), 2) + "公园", "class": "park", "kind": "green"})) {
				return
			}
		}
	}
}
