package edition

import (
	"slices"

	"github.com/wangge/wangge/grid"
)

// stored is what is stored of a point in each part of an edition's tiling, in as little memory as a look-up can wait for.
type stored struct {
	rows   []storedRow // of each part
	places []storedPlace
}

// storedRow is a part: its grid, 0 for a void area, and where it lies, in places.
type storedRow struct {
	gridID int64
	place  int32
}

// storedPlace is what the base grids of a community have in common, or its void areas.
type storedPlace struct {
	community  string
	isBase     bool
	division   *grid.Division // nil for an unknown one
	assignment grid.Assignment
}

func newStored(c *City, e *Edition) stored {
	s := stored{rows: make([]storedRow, len(e.tiling))}
	type key struct {
		community string
		isBase    bool
	}
	places := map[key]int32{}
	for k := range e.tiling {
		of := key{e.community(k), k < len(e.base)}
		if of.isBase {
			s.rows[k].gridID = e.base[k].ID
		}
		place, ok := places[of]
		if !ok {
			place = int32(len(s.places))
			places[of] = place
			s.places = append(s.places, newStoredPlace(c, e, of.community, of.isBase))
		}
		s.rows[k].place = place
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

// division returns the community of a part, nil for an unknown one.
func (s *stored) division(part int) *grid.Division { return s.places[s.rows[part].place].division }

// assignment returns what is stored of a point in a part, but for dedicated grid and border.
func (s *stored) assignment(part int32) grid.Assignment {
	row := s.rows[part]
	a := s.places[row.place].assignment
	a.BaseGridID = row.gridID
	return a
}
