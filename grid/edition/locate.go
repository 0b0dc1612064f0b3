package edition

import (
	"cmp"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
	"github.com/wangge/wangge/grid"
)

// Outcome is the kind of an answer.
type Outcome string

// The outcomes of locate. Served has a base grid; NoGrid is inside the city where no grid is (BR-25); NoService is a void
// area (BR-26); OutsideArea is outside the city.
const (
	Served      Outcome = "served"
	NoGrid      Outcome = "no_grid"
	NoService   Outcome = "no_service"
	OutsideArea Outcome = "outside_area"
)

// Answer says which grids are responsible at a point, for the editions that it names.
type Answer struct {
	Outcome    Outcome
	Editions   []grid.EditionInfo // of the counties that took part, in code order; the first decides unless Base says otherwise
	Base       *grid.Grid         // nil unless Served
	Dedicated  *grid.Grid         // nil for none
	Void       *grid.VoidArea     // nil unless NoService
	Division   *grid.Division     // the lowest division that the point belongs to; nil outside
	OnBoundary bool               // exactly on a border line of the tiling or of a dedicated grid
	Owners     []*grid.Grid       // on a boundary: the other base grids that cover the point, by code
	Near       []Near             // base grids within the near distance, without Base and Owners (BR-23)
	FallbackM  float64            // > 0: Base is the nearest grid of the community, this far away (BR-25)
}

// Near is a base grid close to a point that it does not own.
type Near struct {
	Grid      *grid.Grid
	DistanceM float64
}

// spot is the core of an answer: what Locate explains and Assign stores.
type spot struct {
	county    int   // number of the edition that decides, by the tiling; -1 when none does
	part      int32 // of its tiling
	edition   *Edition
	base      *grid.Grid
	void      *grid.VoidArea
	dedicated *grid.Grid
	division  *grid.Division // nil where part tells it, see divisionAt
	onBorder  bool
	fallbackM float64
}

// decision is the part of a tiling that owns a point, as the number of its edition and its own; county is -1 where no part covers it.
type decision struct {
	county, part int32
	onBorder     bool
}

// decide returns who owns p. It looks at no more of a grid than its place in the list unless several counties cover the point, and is
// as short as it is so that a processor waits for the memory of several look-ups at once.
func (c *City) decide(p geo.Point) decision {
	d := decision{county: -1}
	for _, i := range c.counties.at(p) {
		found, border := c.stored[i].find(p)
		d = c.weigh(d, i, found, border)
	}
	return d
}

// weigh returns the decision after what a later county has found too, -1 for no part.
func (c *City) weigh(d decision, county, found int32, border bool) decision {
	d.onBorder = d.onBorder || border
	if found >= 0 && (d.county < 0 || c.before(county, found, d.county, d.part)) {
		d.county, d.part = county, found
	}
	return d
}

// before reports whether a part of a later county goes before one of an earlier county, where both cover a point: a base grid before
// a void area, and the lower code of two base grids (BR-22).
func (c *City) before(county, part, earlier, its int32) bool {
	e, was := c.editions[county], c.editions[earlier]
	if int(part) >= len(e.base) {
		return false
	}
	return int(its) >= len(was.base) || e.base[part].Code < was.base[its].Code
}

// locate is the one function (L3). Same point and same editions, same answer.
func (c *City) locate(p geo.Point) spot {
	d := c.decide(p)
	county, part := d.county, d.part
	s := spot{county: int(county), part: part, onBorder: d.onBorder}
	switch {
	case county < 0:
		c.locateDivision(p, &s)
	case int(part) < len(c.editions[county].base):
		s.edition = c.editions[county]
		s.base = &s.edition.base[part]
	default:
		s.edition = c.editions[county]
		s.void = &s.edition.voids[int(part)-len(s.edition.base)]
	}
	if s.edition != nil && s.void == nil && len(s.edition.dedicated) > 0 {
		dedicated, onBorder := s.edition.findDedicated(p)
		s.dedicated = dedicated
		s.onBorder = s.onBorder || onBorder
	}
	return s
}

// locateDivision answers for a point in no grid and no void area: the lowest division that covers it and, in a
// community, its nearest grid within the fallback distance (BR-25).
func (c *City) locateDivision(p geo.Point, s *spot) {
	for rank := len(c.outlines) - 1; rank >= 0; rank-- {
		o := &c.outlines[rank]
		part := o.find(p)
		if part < 0 {
			continue
		}
		s.division = o.divisions[part]
		s.edition = c.Edition(s.division.CountyCode)
		break
	}
	if s.division == nil || s.edition == nil || s.division.Level != grid.LevelCommunity {
		return
	}
	var buf [16]index.Neighbour
	for _, n := range s.edition.tilingIndex.Near(p, c.settings.FallbackM, buf[:0]) {
		if int(n.Part) >= len(s.edition.base) {
			continue
		}
		// Parts come in the order of their codes: the first of equal distances has the lowest.
		if g := &s.edition.base[n.Part]; g.CommunityCode == s.division.Code && (s.base == nil || n.DistanceM < s.fallbackM) {
			s.base, s.fallbackM = g, n.DistanceM
		}
	}
}

// Locate says which grids are responsible at p. accuracyM is the stated accuracy of the position in metres, 0 when there is
// none; it widens the near distance (BR-23).
func (c *City) Locate(p geo.Point, accuracyM float64) Answer {
	s := c.locate(p)
	s.division = c.divisionAt(s)
	a := Answer{
		Base: s.base, Dedicated: s.dedicated, Void: s.void, Division: s.division,
		OnBoundary: s.onBorder, FallbackM: s.fallbackM,
	}
	switch {
	case s.base != nil:
		a.Outcome = Served
	case s.void != nil:
		a.Outcome = NoService
	case s.division != nil:
		a.Outcome = NoGrid
	default:
		a.Outcome = OutsideArea
	}
	c.neighbours(p, s, accuracyM, &a)
	return a
}

// neighbours fills what the answer says beyond its core: the other owners, the grids near by, the editions.
func (c *City) neighbours(p geo.Point, s spot, accuracyM float64, a *Answer) {
	radiusM := max(c.settings.NearM, accuracyM)
	var buf [16]int32
	for _, i := range c.around(p, radiusM, s, buf[:0]) {
		e := c.editions[i]
		took := e == s.edition
		var owners [16]int32
		covering := owners[:0]
		if s.onBorder {
			covering = e.tilingIndex.All(p, covering)
		}
		for _, part := range covering {
			if int(part) < len(e.base) && &e.base[part] != s.base {
				a.Owners = append(a.Owners, &e.base[part])
				took = true
			}
		}
		var buf [32]index.Neighbour
		for _, n := range e.tilingIndex.Near(p, radiusM, buf[:0]) {
			if int(n.Part) >= len(e.base) || &e.base[n.Part] == s.base || slices.Contains(covering, n.Part) {
				continue
			}
			a.Near = append(a.Near, Near{Grid: &e.base[n.Part], DistanceM: n.DistanceM})
			took = true
		}
		if took {
			a.Editions = append(a.Editions, e.info)
		}
	}
	slices.SortFunc(a.Owners, func(x, y *grid.Grid) int { return cmp.Compare(x.Code, y.Code) })
	slices.SortFunc(a.Near, func(x, y Near) int {
		return cmp.Or(cmp.Compare(x.DistanceM, y.DistanceM), cmp.Compare(x.Grid.Code, y.Grid.Code))
	})
}

// around appends the numbers of the editions that may have something within radiusM metres of a spot, and of the one that decides
// there, to dst, in code order.
func (c *City) around(p geo.Point, radiusM float64, s spot, dst []int32) []int32 {
	if !(radiusM > 0) {
		radiusM = 0
	}
	dst = c.counties.meeting(wideBox(geo.Box{Min: p, Max: p}, min(radiusM, index.MaxNearM)), dst)
	if s.edition == nil {
		return dst
	}
	decides := int32(c.number(s.edition))
	if i, ok := slices.BinarySearch(dst, decides); !ok {
		dst = slices.Insert(dst, i, decides)
	}
	return dst
}

// divisionAt returns the lowest division of a spot, nil outside the city.
func (c *City) divisionAt(s spot) *grid.Division {
	if s.county >= 0 {
		return c.stored[s.county].division(int(s.part))
	}
	return s.division
}

// assignment returns what is stored of a spot. Its division, if it has one, is known.
func (s spot) assignment() grid.Assignment {
	var a grid.Assignment
	if s.division != nil {
		a.CountyCode = s.division.CountyCode
		if s.division.Level == grid.LevelCommunity {
			a.CommunityCode = s.division.Code
		}
	}
	if s.edition != nil {
		a.CountyCode, a.Edition = s.edition.info.CountyCode, s.edition.info.Number
	}
	if s.base != nil {
		a.BaseGridID, a.CommunityCode = s.base.ID, s.base.CommunityCode
	}
	if s.dedicated != nil {
		a.DedicatedID = s.dedicated.ID
	}
	a.OnBoundary = s.onBorder
	return a
}
