package synth

import (
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// spot draws are where a place or incident lies. Most lie in a block; a few exactly on a border between grids, in the
// water, or outside every grid but in the city's box.
const (
	onBorderOneIn = 150
	inWaterOneIn  = 500
	outsideOneIn  = 700
)

// location draws a position for something in block f of grid g.
func (c *City) location(r *rand.Rand, g, f int32) orb.Point {
	switch {
	case r.IntN(onBorderOneIn) == 0:
		if p, ok := c.borderVertex(r, g); ok {
			return p.Orb()
		}
	case r.IntN(inWaterOneIn) == 0 && len(c.voids) > 0:
		v := c.voids[r.IntN(len(c.voids))]
		return c.point(c.inFace(r, pick(r, v.faces)))
	case r.IntN(outsideOneIn) == 0:
		if p, ok := c.beyond(r); ok {
			return p.Orb()
		}
	}
	return c.point(c.inFace(r, f))
}

// inFace draws a point well inside a block.
func (c *City) inFace(r *rand.Rand, f int32) vec {
	ps := c.corners(f)
	i := r.IntN(len(ps))
	side := ps[i].to(ps[(i+1)%len(ps)], r.Float64())
	return c.centroid[f].to(side, 0.88*math.Sqrt(r.Float64()))
}

// borderVertex draws a vertex on the border of a grid.
func (c *City) borderVertex(r *rand.Rand, g int32) (geo.Point, bool) {
	var border []int32
	for _, f := range c.faces.of(g) {
		for _, h := range c.loop(f, nil) {
			if c.onBorder(h, func(f int32) bool { return c.grid[f] == g }) {
				border = append(border, h)
			}
		}
	}
	if len(border) == 0 {
		return geo.Point{}, false
	}
	h := pick(r, border)
	return pick(r, c.arc(h, []geo.Point{c.points[c.org[h]]})), true
}

// beyond draws a point outside the city's outline in its box.
func (c *City) beyond(r *rand.Rand) (geo.Point, bool) {
	for range 60 {
		angle := between(r, 0, 2*math.Pi)
		rim := polar(angle, c.edge(angle))
		v := rim.add(polar(angle, between(r, 0.9, 1.6)*c.pace(rim)))
		if p := c.locate(v); c.box.Contains(p) && !c.inside(v, -0.6*c.pace(rim)) {
			return p, true
		}
	}
	return geo.Point{}, false
}

// blob returns a rounded area around a point, of about that radius.
func (c *City) blob(r *rand.Rand, at vec, radius float64) geo.MultiPolygon {
	a, b := between(r, 0, 2*math.Pi), between(r, 0, 2*math.Pi)
	var ring geo.Ring
	const corners = 28
	for i := range corners {
		angle := 2 * math.Pi * float64(i) / corners
		ring = append(ring, c.locate(at.add(polar(angle, radius*(1+0.2*math.Cos(2*angle+a)+0.1*math.Cos(3*angle+b))))))
	}
	return geo.MultiPolygon{{ring}}
}

// stretchOfRoad returns a piece of a road beside block f.
func (c *City) stretchOfRoad(r *rand.Rand, f int32) orb.LineString {
	hs := c.roads.of(c.roadBy(f, r.Uint64()))
	from := r.IntN(len(hs))
	return c.path(hs[from:min(from+1+r.IntN(4), len(hs))])
}

// house returns a building of the grid, false when there is none.
func (c *City) house(r *rand.Rand, f int32) (building, bool) {
	bs := c.blockBuildings(f, nil)
	if len(bs) == 0 || c.isGreen(f) {
		return building{}, false
	}
	return pick(r, bs), true
}
