package edition

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// City is every county's edition and all divisions at one moment: what a request is answered from. It is immutable; a
// new edition makes a new City that shares the others'. Make it with NewCity.
type City struct {
	settings  grid.Settings
	divisions map[string]*grid.Division
	redrawn   map[string]*grid.Division // take precedence over divisions: see redraw
	ordered   func() []grid.Division    // by code
	outlines  []outlines                // city, county, street, community
	within    func() map[string][]int   // the communities of each street, by their numbers in outlines; made when first asked for
	editions  []*Edition                // by county code
	counties  *counties                 // which editions may be at a point
	stored    []stored                  // of each edition
	box       geo.Box                   // of the city's outline
	tiles     *cityTiles                // what tiles are made from
}

// NewCity puts a city together. It keeps the divisions, which must not be changed afterwards. The error names a division whose outline
// is not valid, or a county that is not there.
func NewCity(divisions []grid.Division, editions []*Edition, settings grid.Settings) (*City, error) {
	return newCity(nil, inOrder(divisions), editions, settings)
}

// newCity takes over what old, if there is one, has. The divisions are by code.
func newCity(old *City, ordered []grid.Division, editions []*Edition, settings grid.Settings) (*City, error) {
	c := &City{
		settings:  settings,
		divisions: make(map[string]*grid.Division, len(ordered)),
		outlines:  make([]outlines, 4),
		box:       geo.EmptyBox(),
	}
	c.ordered = func() []grid.Division { return ordered }
	for i := range ordered {
		d := &ordered[i]
		rank := grid.LevelRank(d.Level)
		if rank < 0 {
			return nil, fmt.Errorf("division %s: no level %q", d.Code, d.Level)
		}
		part, err := old.outlineOf(d)
		if err != nil {
			return nil, fmt.Errorf("division %s: %w", d.Code, err)
		}
		o := &c.outlines[rank]
		o.divisions = append(o.divisions, d)
		o.parts = append(o.parts, part)
		o.boxes = append(o.boxes, part.Box())
		c.divisions[d.Code] = d
		c.box = c.box.Union(o.boxes[len(o.boxes)-1])
	}
	for i := range c.outlines {
		var was *outlines
		if old != nil {
			was = &old.outlines[i]
		}
		c.outlines[i].group(was)
	}
	communities := c.outlines[grid.LevelRank(grid.LevelCommunity)].divisions
	c.within = sync.OnceValue(func() map[string][]int { // which must not keep c: cities after it have it too
		within := map[string][]int{}
		for i, d := range communities {
			within[d.ParentCode] = append(within[d.ParentCode], i)
		}
		return within
	})
	return c, c.setEditions(old, editions, nil)
}

// outlineOf returns the outline of d on the lattice, from c where c, which may be nil, has the same. The error is an
// *geo.InvalidError.
func (c *City) outlineOf(d *grid.Division) (geo.MultiPolygon, error) {
	if c != nil {
		if was := c.Division(d.Code); was != nil && was.Level == d.Level && sameOutline(was.Outline, d.Outline) {
			o := &c.outlines[grid.LevelRank(d.Level)]
			return o.parts[o.number(d.Code)], nil
		}
	}
	return geo.FromOrb(d.Outline)
}

func sameOutline(a, b orb.MultiPolygon) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || a.Equal(b))
}

// With returns the city after the given editions have replaced those of their counties; divisions stay.
func (c *City) With(editions ...*Edition) (*City, error) { return c.with(nil, editions) }

// setEditions gives the city its editions. What old, if there is one, has of the same editions is taken over; others are the codes of
// the divisions in which c may differ from old, nil for all.
func (c *City) setEditions(old *City, editions []*Edition, others map[string]bool) error {
	c.editions = slices.Clone(editions)
	slices.SortFunc(c.editions, func(a, b *Edition) int { return cmp.Compare(a.info.CountyCode, b.info.CountyCode) })
	for _, e := range c.editions {
		if d := c.Division(e.info.CountyCode); d == nil || d.Level != grid.LevelCounty {
			return fmt.Errorf("edition of %s: there is no such county: %w", e.info.CountyCode, grid.ErrNotFound)
		}
	}
	c.stored = make([]stored, len(c.editions))
	for i, e := range c.editions {
		if old != nil {
			if k := old.number(e); k >= 0 {
				c.stored[i] = old.stored[k].in(c, e, others)
				continue
			}
		}
		c.stored[i] = newStored(c, e)
	}
	c.counties = nextCounties(old, c.editions)
	var was *cityTiles
	if old != nil {
		was = old.tiles
	}
	c.tiles = nextTiles(was)
	return nil
}

// Settings returns the deployment's settings.
func (c *City) Settings() grid.Settings { return c.settings }

// Editions returns the counties' editions in code order. The slice must not be changed.
func (c *City) Editions() []*Edition { return c.editions }

// Edition returns the edition of a county, nil when it has none.
func (c *City) Edition(county string) *Edition {
	i, ok := c.county(county)
	if !ok {
		return nil
	}
	return c.editions[i]
}

// county returns where the edition of a county stands, or would.
func (c *City) county(code string) (int, bool) {
	return slices.BinarySearchFunc(c.editions, code, func(e *Edition, code string) int {
		return cmp.Compare(e.info.CountyCode, code)
	})
}

// number returns where the edition stands, -1 when the city does not have it.
func (c *City) number(e *Edition) int {
	if i, ok := c.county(e.info.CountyCode); ok && c.editions[i] == e {
		return i
	}
	return -1
}

// Divisions returns all divisions by code. The slice must not be changed.
func (c *City) Divisions() []grid.Division { return c.ordered() }

// Division returns the division of that code, nil when there is none.
func (c *City) Division(code string) *grid.Division {
	if d := c.redrawn[code]; d != nil {
		return d
	}
	return c.divisions[code]
}

// Chain returns the division of that code and those above it, up to the city; empty for an unknown code.
func (c *City) Chain(code string) []*grid.Division {
	return slices.Collect(c.Above(code))
}

// Above is Chain one by one.
func (c *City) Above(code string) iter.Seq[*grid.Division] {
	return func(yield func(*grid.Division) bool) {
		d := c.Division(code)
		for n := 0; d != nil && n < 4 && yield(d); n++ {
			d = c.Division(d.ParentCode)
		}
	}
}

// ChainCodes returns the codes of Chain: what grid.Actor.May asks for.
func (c *City) ChainCodes(code string) []string {
	chain := c.Chain(code)
	codes := make([]string, len(chain))
	for i, d := range chain {
		codes[i] = d.Code
	}
	return codes
}

// Grid returns the grid of that code with its edition, nil when no current edition has it.
func (c *City) Grid(code string) (*grid.Grid, *Edition) {
	for _, e := range c.editions {
		if i := gridNumber(e.base, code); i >= 0 {
			return &e.base[i], e
		}
		if i := gridNumber(e.dedicated, code); i >= 0 {
			return &e.dedicated[i], e
		}
	}
	return nil, nil
}

// gridNumber returns where the grid of that code is among grids, which are in code order; -1 when it is not.
func gridNumber(grids []grid.Grid, code string) int {
	i, ok := slices.BinarySearchFunc(grids, code, func(g grid.Grid, code string) int { return cmp.Compare(g.Code, code) })
	if !ok {
		return -1
	}
	return i
}

// GridByID returns the grid of that id, nil when no current edition has it.
func (c *City) GridByID(id int64) *grid.Grid {
	for _, e := range c.editions {
		if g := e.gridsByID()[id]; g != nil {
			return g
		}
	}
	return nil
}

// Box returns the bounding box of the city's divisions, empty when there are none.
func (c *City) Box() geo.Box { return c.box }

// InBox reports whether p lies in the city's box widened by the deployment's margin: what lies outside is a mistake, not a
// place (DOMAIN 7.4). A city without divisions takes nothing.
func (c *City) InBox(p geo.Point) bool {
	if c.box.Empty() {
		return false
	}
	margin := int64(c.settings.CityMarginDeg * geo.UnitsPerDegree)
	x, y := int64(p.X), int64(p.Y)
	return int64(c.box.Min.X)-margin <= x && x <= int64(c.box.Max.X)+margin &&
		int64(c.box.Min.Y)-margin <= y && y <= int64(c.box.Max.Y)+margin
}
