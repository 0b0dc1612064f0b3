package synth

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// building is a house in a block, clear of the block's border.
type building struct {
	face       int32
	number     int // in its block, from 1
	corners    [4]vec
	storeys    int
	class      string
	households int
}

func (b building) centre() vec { return b.corners[0].to(b.corners[2], 0.5) }

// Houses stand in rows along the longest side of their block.
const (
	housesPerBlock = 6.5
	setbackM       = 7.0
	greenOneIn     = 19 // blocks that are parks
)

// isGreen reports whether a block is a park.
func (c *City) isGreen(f int32) bool {
	return c.grounds[f] == land && mix(c.seed^mix(uint64(streamBuildings)<<40+uint64(f)))%greenOneIn == 0
}

// buildings returns the houses of a base grid with its households shared out among the homes.
func (c *City) buildings(g int32) []building {
	var all []building
	total := 0.0
	for _, f := range c.faces.of(g) {
		if c.isGreen(f) {
			continue
		}
		all = c.blockBuildings(f, all)
	}
	for _, b := range all {
		total += b.room()
	}
	sum, given, want := 0.0, 0, int(c.households[g])
	for i := range all {
		if all[i].room() == 0 {
			continue
		}
		sum += all[i].room()
		upTo := int(math.Round(sum / total * float64(want)))
		all[i].households, given = upTo-given, upTo
	}
	return all
}

// room is the floor space for homes.
func (b building) room() float64 {
	if b.class != "residential" {
		return 0
	}
	return b.corners[0].dist(b.corners[1]) * b.corners[1].dist(b.corners[2]) * float64(b.storeys)
}

// blockBuildings appends the houses of a block to dst.
func (c *City) blockBuildings(f int32, dst []building) []building {
	r := random(c.seed, streamBuildings, int(f))
	ps := c.corners(f)
	axis, length, width := box(ps)
	centre := c.centroid[f]
	pitch := math.Sqrt(float64(c.area[f]) / housesPerBlock)
	long, deep := pitch*between(r, 1, 1.3), pitch*between(r, 0.62, 0.85)
	class := []string{"residential", "residential", "residential", "commercial", "industrial", "public"}[weighted(r, []float64{5, 3, 2, 1.2, 0.8 * (1.2 - c.urban(f)), 0.6})]
	storeys := 2 + r.IntN(5) + int(22*c.urban(f)*c.urban(f)*r.Float64())
	margin := setbackM + c.farthestSway(f)
	number := 0
	columns, rows := math.Ceil(length/long), math.Ceil(width/deep)
	for i := range int(columns) {
		for j := range int(rows) {
			at := centre.add(axis.times((float64(i) - columns/2 + 0.5) * long)).add(axis.left().times((float64(j) - rows/2 + 0.5) * deep))
			b := building{face: f, class: class, storeys: storeys + r.IntN(3)}
			u, v := axis.times(long*between(r, 0.3, 0.4)), axis.left().times(deep*between(r, 0.16, 0.3))
			b.corners = [4]vec{at.sub(u).sub(v), at.add(u).sub(v), at.add(u).add(v), at.sub(u).add(v)}
			if within(ps, b.corners[:], margin) {
				number++
				b.number = number
				dst = append(dst, b)
			}
		}
	}
	return dst
}

// farthestSway returns how far the border of a block may stray from its straight sides.
func (c *City) farthestSway(f int32) float64 {
	const octaves = 1.5 // the sum of the octaves' shares of the sway
	far := 0.0
	for _, h := range c.loop(f, nil) {
		far = max(far, c.sway(h&^1, c.length(h)))
	}
	return octaves * far
}

// urban is 1 in a town's centre to 0 at the fringe.
func (c *City) urban(f int32) float64 { return c.communities[c.communityOf(f)].urban }

// within reports whether all points lie at least margin metres inside the convex ring ps.
func within(ps, points []vec, margin float64) bool {
	for i, p := range ps {
		d := ps[(i+1)%len(ps)].sub(p).unit()
		for _, q := range points {
			if d.cross(q.sub(p)) < margin {
				return false
			}
		}
	}
	return true
}

func (c *City) footprint(b building) geo.MultiPolygon {
	ring := make(geo.Ring, 4)
	for i, v := range b.corners {
		ring[i] = c.locate(v)
	}
	return geo.MultiPolygon{{ring}}
}

func (c *City) buildingName(b building) string {
	return fmt.Sprintf("%s%d幢", c.estate(b.face), b.number)
}

func (c *City) buildingRows(yield func(grid.Record) bool) {
	for g := range int32(len(c.community)) {
		for _, b := range c.buildings(g) {
			if !yield(record(area(c.footprint(b)), map[string]any{"name": c.buildingName(b), "class": b.class, "kind": "building"})) {
				return
			}
		}
	}
}

// householdPoints yields a point for each house with homes, or one for a grid without a house.
func (c *City) householdPoints(yield func(grid.Record) bool) {
	put := func(at vec, f int32, name string, k uint64, households int) bool {
		return yield(record(c.point(at), map[string]any{
			"name": name, "address": c.address(f, k), "households": number(households), "residents": number(households * 26 / 10),
		}))
	}
	for g := range int32(len(c.community)) {
		given := 0
		for _, b := range c.buildings(g) {
			given += b.households
			if b.households > 0 && !put(b.centre(), b.face, c.buildingName(b), uint64(b.number), b.households) {
				return
			}
		}
		if rest := int(c.households[g]) - given; rest > 0 {
			if f := c.mainFace(c.faces.of(g)); !put(c.centroid[f], f, c.estate(f), 1, rest) {
				return
			}
		}
	}
}

func (c *City) point(v vec) orb.Point { return c.locate(v).Orb() }
