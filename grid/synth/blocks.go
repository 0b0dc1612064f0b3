package synth

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The shape of streets.
const (
	blocksPerSuperblock = 10.5
	sharpestCorner      = 38 * math.Pi / 180 // no new street meets another at less
	bridgeEvery         = 2                  // of so many edges across the river one is a bridge
)

// manner is how a superblock is cut into blocks.
type manner uint8

const (
	cross      manner = iota // across the longer side, again and again
	strips                   // always along the longer side: long thin blocks
	roundabout               // streets from a square in the middle
	courtyard                // a block in the middle with blocks around it
)

// cutter cuts superblocks into blocks by straight streets. Every new street is checked not to meet anything on its way.
type cutter struct {
	*mesh
	super  []int32 // superblock by face
	loose  float64 // how far the next cut strays from the pattern, in radians
	target float64 // area of a block in square metres
	h      []int32
	ps     []vec
}

// cutBlocks splits every superblock on land and returns the superblock of each face and how it was cut. Guests are
// cut in the common manner.
func (p *plane) cutBlocks(m *mesh, grounds []ground, guest []bool) (super []int32, manners []manner) {
	n := len(m.first)
	c := &cutter{mesh: m, super: make([]int32, n)}
	for f := range n {
		c.super[f] = int32(f)
	}
	manners = make([]manner, n)
	want := rarer{courtyards: 2 + n/60, strips: 2 + n/50, roundabouts: 1 + n/40}
	for _, f := range shuffled(p.seed, n) {
		if grounds[f] != land {
			continue
		}
		area, at := areaAndCentroid(m.corners(f))
		pace := p.pace(at)
		r := random(p.seed, streamSplit, int(f))
		c.loose = pick(r, []float64{0.02, 0.05, 0.2})
		c.target = min(pace*pace/blocksPerSuperblock, area/3)
		if area > 7*c.target && !guest[f] {
			manners[f] = c.rarely(f, r, &want)
		}
		if manners[f] == cross {
			c.divide(f, r)
		}
	}
	return c.super, manners
}

// shuffled returns 0 to n-1 in an order by chance.
func shuffled(seed uint64, n int) []int32 {
	order := make([]int32, n)
	for i, k := range random(seed, streamSplit, -1).Perm(n) {
		order[i] = int32(k)
	}
	return order
}

// rarer counts the superblocks that are still to be cut in rarer manners.
type rarer struct{ courtyards, strips, roundabouts int }

// rarely cuts a superblock in one of the rarer manners that is still wanted and possible, and returns which; cross when
// it did nothing.
func (c *cutter) rarely(f int32, r *rand.Rand, want *rarer) manner {
	switch {
	case want.courtyards > 0 && c.courtyard(f, r):
		want.courtyards--
		return courtyard
	case want.strips > 0 && c.stripes(f, r):
		want.strips--
		return strips
	case want.roundabouts > 0 && c.roundabout(f, r):
		want.roundabouts--
		return roundabout
	}
	return cross
}

// stripes cuts a long superblock into four along its longer side.
func (c *cutter) stripes(f int32, r *rand.Rand) bool {
	c.load(f)
	if _, length, width := box(c.ps); length < 1.25*width || len(c.ps) > 7 {
		return false
	}
	c.loose = 0
	g, ok := c.halve(f, r, true, 0)
	if ok {
		c.halve(f, r, true, 1)
		c.halve(g, r, true, 1)
	}
	return ok
}

// divide cuts a face in two until the parts are small enough.
func (c *cutter) divide(f int32, r *rand.Rand) {
	type part struct {
		f     int32
		depth int
	}
	for todo := []part{{f, 0}}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		c.load(at.f)
		area, _ := areaAndCentroid(c.ps)
		if area < c.target*between(r, 1.1, 2.2) {
			continue
		}
		for try := range 8 {
			if g, ok := c.halve(at.f, r, try > 3, at.depth); ok {
				todo = append(todo, part{g, at.depth + 1}, part{at.f, at.depth + 1})
				break
			}
		}
	}
}

func (c *cutter) load(f int32) {
	c.h = c.loop(f, c.h[:0])
	c.ps = c.ps[:0]
	for _, h := range c.h {
		c.ps = append(c.ps, c.at(h))
	}
}

// halve tries one street through the face, across its longer side or along it.
func (c *cutter) halve(f int32, r *rand.Rand, along bool, depth int) (int32, bool) {
	c.load(f)
	axis, length, width := box(c.ps)
	_, centre := areaAndCentroid(c.ps)
	street := axis.left()
	if along {
		street, length = axis, width
		axis = axis.left()
	}
	through := centre.add(axis.times(length * between(r, -0.13, 0.13)))
	street = street.turned(between(r, -1, 1) * c.loose)
	a, okA := c.hit(through, street, 1)
	b, okB := c.hit(through, street, -1)
	if !okA || !okB || !c.clear(a, b) {
		return 0, false
	}
	class := local
	if depth == 0 {
		class = collector
	}
	return c.split(c.node(a), c.node(b), class), true
}

// spot is a place on the loop in c.h: on edge i at share t of its length; t is 0 for the node itself.
type spot struct {
	i int
	t float64
}

// box returns the direction of the longer side of the smallest rectangle around ps, and its sides.
func box(ps []vec) (axis vec, length, width float64) {
	least := math.Inf(1)
	for i, p := range ps {
		u := ps[(i+1)%len(ps)].sub(p).unit()
		v := u.left()
		lo, hi := vec{math.Inf(1), math.Inf(1)}, vec{math.Inf(-1), math.Inf(-1)}
		for _, q := range ps {
			x, y := q.dot(u), q.dot(v)
			lo, hi = vec{min(lo.x, x), min(lo.y, y)}, vec{max(hi.x, x), max(hi.y, y)}
		}
		dx, dy := hi.x-lo.x, hi.y-lo.y
		if dx*dy >= least*(1-1e-9) {
			continue
		}
		least = dx * dy
		axis, length, width = u, dx, dy
		if dy > dx {
			axis, length, width = v, dy, dx
		}
	}
	return axis, length, width
}

// hit finds where the street from a point in the face in one direction (sense 1 or -1) meets the loop, and moves it to
// a node that is near.
func (c *cutter) hit(from, street vec, sense float64) (spot, bool) {
	street = street.times(sense)
	for i, p := range c.ps {
		q := c.ps[(i+1)%len(c.ps)]
		d := q.sub(p)
		k := d.cross(street)
		if k >= 0 { // the loop runs counter-clockwise, so a way out crosses its edges from the left
			continue
		}
		t := from.sub(p).cross(street) / k
		if t < 0 || t > 1 || p.add(d.times(t)).sub(from).dot(street) <= 0 {
			continue
		}
		near := 0.24 * math.Sqrt(c.target)
		length := d.length()
		switch {
		case t*length < near && t < 0.5:
			return spot{i, 0}, true
		case (1-t)*length < near:
			return spot{(i + 1) % len(c.ps), 0}, true
		}
		return spot{i, t}, true
	}
	return spot{}, false
}

func (c *cutter) position(s spot) vec {
	if s.t == 0 {
		return c.ps[s.i]
	}
	return c.ps[s.i].to(c.ps[(s.i+1)%len(c.ps)], s.t)
}

// clear reports whether a straight street from a to b stays inside the face and meets its edges at good angles.
func (c *cutter) clear(a, b spot) bool {
	if a.i == b.i {
		return false
	}
	pa, pb := c.position(a), c.position(b)
	street := pb.sub(pa)
	if !c.square(a, street) || !c.square(b, street.times(-1)) {
		return false
	}
	return c.beside(a, b, street.times(-1)) && c.beside(b, a, street)
}

// beside reports whether the corners of the loop after from and before to lie to the left of a direction, with room for
// a street to bend.
func (c *cutter) beside(from, to spot, street vec) bool {
	const room = 4.0 // metres
	n := len(c.ps)
	last := to.i
	if to.t == 0 {
		last = (to.i + n - 1) % n
	}
	if from.i == last {
		return false // along an edge
	}
	origin, limit := c.position(from), room*street.length()
	for i := (from.i + 1) % n; ; i = (i + 1) % n {
		if street.cross(c.ps[i].sub(origin)) < limit {
			return false
		}
		if i == last {
			return true
		}
	}
}

// square reports whether a street that leaves s in a direction makes no sharp corner with the loop there.
func (c *cutter) square(s spot, street vec) bool {
	n := len(c.ps)
	after := c.ps[(s.i+1)%n].sub(c.ps[s.i])
	before := after.times(-1)
	if s.t == 0 {
		before = c.ps[(s.i+n-1)%n].sub(c.ps[s.i])
	}
	limit := math.Cos(sharpestCorner)
	return street.unit().dot(after.unit()) < limit && street.unit().dot(before.unit()) < limit
}

// node returns the half-edge of the loop that starts at s, splitting an edge when there is none.
func (c *cutter) node(s spot) int32 {
	if s.t == 0 {
		return c.h[s.i]
	}
	return c.splitEdge(c.h[s.i], c.position(s))
}

// roundabout joins the middle of the face to its corners and to the middles of its longer edges, 5 to 10 streets.
func (c *cutter) roundabout(f int32, r *rand.Rand) bool {
	_, centre := areaAndCentroid(c.corners(f))
	for {
		c.load(f)
		longest, at := 0.0, 0
		for i, p := range c.ps {
			if l := p.dist(c.ps[(i+1)%len(c.ps)]); l > longest {
				longest, at = l, i
			}
		}
		if len(c.ps) >= 6+r.IntN(4) || longest < 1.1*math.Sqrt(c.target) {
			break
		}
		c.splitEdge(c.h[at], c.position(spot{at, between(r, 0.45, 0.55)}))
	}
	c.load(f)
	if len(c.ps) < 5 || len(c.ps) > 10 || !spread(c.ps, centre) {
		return false
	}
	c.spokes(c.h, centre)
	return true
}

// spread reports whether streets from centre to the corners of ps are well apart, from each other and from the sides.
func spread(ps []vec, centre vec) bool {
	n := len(ps)
	for i, p := range ps {
		next := ps[(i+1)%n]
		a, b := p.sub(centre).unit(), next.sub(centre).unit()
		if a.cross(b) < math.Sin(0.4) && a.dot(b) > 0 {
			return false
		}
		before, after := ps[(i+n-1)%n].sub(p).unit(), next.sub(p).unit()
		if before.dot(after) > math.Cos(1.7*sharpestCorner) {
			return false
		}
	}
	return true
}

// spokes splits the face of the loop hs by streets from its corners to a new node in its middle.
func (c *cutter) spokes(hs []int32, centre vec) {
	hub := c.spur(hs[0], centre)
	for _, h := range hs[1:] {
		hub = c.join(h, hub)
	}
}

// spur adds a street with a dead end at p from the origin of h, and returns the half-edge that leaves the dead end.
func (c *cutter) spur(h int32, p vec) int32 {
	n := int32(len(c.nodes))
	c.nodes = append(c.nodes, p)
	e := c.newEdge(c.org[h], n, collector)
	c.face[e], c.face[e^1] = c.face[h], c.face[h]
	c.link(c.prev[h], e)
	c.link(e, e^1)
	c.link(e^1, h)
	return e ^ 1
}

// join cuts off the part of the face between h2 and h1 and returns the new half-edge of the rest, which leaves the
// origin of h2.
func (c *cutter) join(h1, h2 int32) int32 {
	c.split(h1, h2, collector)
	return int32(len(c.org)) - 1
}

// split is splitFace that keeps count of superblocks.
func (c *cutter) split(h1, h2 int32, class roadClass) int32 {
	g := c.splitFace(h1, h2, class)
	c.super = append(c.super, c.super[c.face[h1]])
	return g
}

// courtyard puts a smaller copy of the face into its middle and joins their corners.
func (c *cutter) courtyard(f int32, r *rand.Rand) bool {
	c.load(f)
	_, centre := areaAndCentroid(c.ps)
	if len(c.ps) > 8 || !spread(c.ps, centre) {
		return false
	}
	outer, corners := slices.Clone(c.h), slices.Clone(c.ps)
	k := between(r, 0.5, 0.6)
	hub := c.spur(outer[0], centre.to(corners[0], k))
	inner := int32(-1)
	for i := 1; i < len(outer); i++ {
		hub = c.spur(hub, centre.to(corners[i], k))
		if i == 1 {
			inner = hub ^ 1
		}
		hub = c.join(outer[i], hub)
	}
	c.join(hub, inner)
	return true
}
