// Package synth makes synthetic cities: divisions, grids, places, incidents, workers, and the ground they stand on.
//
// A city is made from a seed and a number of base grids, and is the same every time. It is drawn on a flat board in
// metres: seeds of superblocks are placed in districts of different street patterns, along a river, a lake, ring roads
// and squares; their Voronoi cells are the superblocks; straight streets cut these into blocks. Communities are unions of
// superblocks and base grids unions of blocks, so every border is shared vertex for vertex by all that lie on it. A
// one-to-one warp bends the board onto the map and every vertex is put on the lattice of 1e-7 degrees (WGS 84).
//
// Nothing in it is real: the names are invented, the codes begin with 9901, which no division has, and the phone numbers
// begin with 000.
package synth

import (
	"fmt"
	"time"

	"github.com/wangge/wangge/geo"
)

// The sizes that New takes.
const (
	MinGrids = 60
	MaxGrids = 1_000_000
)

// Config says how large a city is wanted.
type Config struct {
	Seed      uint64
	Grids     int       // base grids, exactly; MinGrids to MaxGrids
	Places    int       // of all place kinds together; 40 a grid when 0, none when negative
	Incidents int       // half as many as places when 0, none when negative
	Until     time.Time // the day on which the last year of incidents ends; 1 January 2026 when zero
}

// City is a synthetic city. Its grids are held; places, household points and incidents are made when they are asked for.
// It is safe for concurrent use.
type City struct {
	config Config
	territory
	points []geo.Point // of the mesh's nodes
	box    geo.Box     // of the points
	width  []float32   // by face, roughly half its width in metres

	households []int32 // by grid
	dedicated  []dedicated
}

// New makes a city. The error says which part of the configuration is out of bounds.
func New(config Config) (*City, error) {
	if config.Grids < MinGrids || config.Grids > MaxGrids {
		return nil, fmt.Errorf("%d grids: a city has %d to %d", config.Grids, MinGrids, MaxGrids)
	}
	config.complete()
	p := newPlane(config.Seed, config.Grids)
	m, centres, grounds := p.newSites(config.Grids).voronoi()
	m.classify(grounds)
	tree := p.divide(m, centres, grounds, config.Grids)
	super, manners := p.cutBlocks(m, grounds, tree.guest)
	c := &City{config: config, territory: territory{plane: p, mesh: m, tree: tree, super: super}}
	c.settleGrounds(grounds, manners)
	if err := c.drawGrids(config.Grids, manners); err != nil {
		return nil, err
	}
	c.traceRoads()
	c.codeDivisions()
	c.countHouseholds()
	c.draw()
	c.drawDedicated()
	return c, nil
}

func (c *Config) complete() {
	if c.Places == 0 {
		c.Places = 40 * c.Grids
	}
	c.Places = max(c.Places, 0)
	if c.Incidents == 0 {
		c.Incidents = c.Places / 2
	}
	c.Incidents = max(c.Incidents, 0)
	if c.Until.IsZero() {
		c.Until = time.Date(2026, 1, 1, 0, 0, 0, 0, Zone)
	}
	y, m, d := c.Until.In(Zone).Date()
	c.Until = time.Date(y, m, d, 0, 0, 0, 0, Zone)
}

// Zone is the time zone of every city's times: UTC+8 without summer time.
var Zone = time.FixedZone("UTC+8", 8*60*60)

// settleGrounds carries the ground of superblocks over to their blocks, and closes a few blocks to grids.
func (t *territory) settleGrounds(grounds []ground, manners []manner) {
	t.grounds = make([]ground, len(t.first))
	for f, s := range t.super {
		t.grounds[f] = grounds[s]
		const oneIn = 2500
		if grounds[s] == land && manners[s] == cross && mix(t.seed+uint64(f)*3)%oneIn == 0 {
			t.grounds[f] = military
		}
	}
}

// draw puts the nodes on the lattice.
func (c *City) draw() {
	c.points = make([]geo.Point, len(c.nodes))
	c.box = geo.EmptyBox()
	for i, v := range c.nodes {
		c.points[i] = c.locate(v)
		c.box = c.box.Extend(c.points[i])
	}
	c.width = make([]float32, len(c.first))
	for f := range c.first {
		c.width[f] = float32(narrowness(c.corners(int32(f))))
	}
}

// classify marks the edges along and in the water.
func (m *mesh) classify(grounds []ground) {
	bridges := 0
	for h := int32(0); h < int32(len(m.org)); h += 2 {
		f, g := m.face[h], m.face[h^1]
		if f < 0 || g < 0 || grounds[f] == land && grounds[g] == land {
			continue
		}
		m.class[h>>1] = shore
		if grounds[f] != land && grounds[g] != land {
			m.class[h>>1] = waterEdge
			if bridges++; grounds[f] == river && grounds[g] == river && bridges%bridgeEvery == 0 {
				m.class[h>>1] = bridge
			}
		}
	}
}
