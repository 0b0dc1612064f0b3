package edition

import (
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
	"github.com/wangge/wangge/grid"
)

// stored is what a look-up needs of an edition: its index, and what is stored of a point in each part of the tiling. It lies in as little
// memory as a look-up can wait for, and what it needs at one time is not to be waited for one after the other.
type stored struct {
	box    geo.Box // of the edition
	index  *index.Index
	grids  []int64 // by part: the id of the grid, 0 for a void area
	place  []int32 // by part: where it lies, in places
	places []storedPlace

	dedicated bool // the edition has dedicated grids
}

// storedPlace is what the base grids of a community have in common, or its void areas.
type storedPlace struct {
	community  string
	isBase     bool
	division   *grid.Division // nil for an unknown one
	assignment grid.Assignment
}

func newStored(c *City, e *Edition) stored {
	s := stored{box: e.box, index: e.tilingIndex, grids: make([]int64, len(e.tiling)), place: make([]int32, len(e.tiling)), dedicated: len(e.dedicated) > 0}
	type key struct {
		community string
		isBase    bool
	}
	places := map[key]int32{}
	for k := range e.tiling {
		of := key{e.community(k), k < len(e.base)}
		if of.isBase {
			s.grids[k] = e.base[k].ID
		}
		place, ok := places[of]
		if !ok {
			place = int32(len(s.places))
			places[of] = place
			s.places = append(s.places, newStoredPlace(c, e, of.community, of.isBase))
		}
		s.place[k] = place
	}
	return s
}

func newStoredPlace(c *City, e *Edition, community string, isBase bool) storedPlace {
	p := storedPlace{community: community, isBase: isBase, division: c.Division(community)}
	p.assignment = spot{county: -1, edition: e, division: p.division}.assignment()
	if isBase {
		p.assignment.CommunityCode = community
	}
	return p
}

// in returns the same for another city, of whose divisions those of the given codes may be others; nil for all.
func (s stored) in(c *City, e *Edition, others map[string]bool) stored {
	stale := func(p storedPlace) bool {
		return (others == nil || others[p.community]) && p.division != c.Division(p.community)
	}
	if !slices.ContainsFunc(s.places, stale) {
		return s
	}
	s.places = slices.Clone(s.places)
	for i, p := range s.places {
		if stale(p) {
			s.places[i] = newStoredPlace(c, e, p.community, p.isBase)
		}
	}
	return s
}

// find returns the part of the tiling at p, -1 for none.
func (s *stored) find(p geo.Point) (part int32, onBorder bool) {
	if !s.box.Contains(p) {
		return -1, false
	}
	return s.index.Find(p)
}

// division returns the community of a part, nil for an unknown one.
func (s *stored) division(part int) *grid.Division { return s.places[s.place[part]].division }

// assignment returns what is stored of a point in a part, but for dedicated grid and border.
func (s *stored) assignment(part int32) grid.Assignment {
	a := s.places[s.place[part]].assignment
	a.BaseGridID = s.grids[part]
	return a
}
