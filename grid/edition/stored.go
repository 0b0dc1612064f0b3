package edition

import "github.com/wangge/wangge/grid"

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

// storedPlace is what the parts of a community have in common.
type storedPlace struct {
	division   *grid.Division // nil for an unknown one
	assignment grid.Assignment
}

func newStored(c *City, e *Edition) stored {
	s := stored{rows: make([]storedRow, len(e.tiling))}
	type key struct {
		community string
		base      bool
	}
	places := map[key]int32{}
	for k := range e.tiling {
		at := spot{county: -1, edition: e}
		if k < len(e.base) {
			at.base = &e.base[k]
			s.rows[k].gridID = at.base.ID
		}
		of := key{e.community(k), at.base != nil}
		place, ok := places[of]
		if !ok {
			at.division = c.Division(of.community)
			place = int32(len(s.places))
			places[of] = place
			s.places = append(s.places, storedPlace{at.division, at.assignment()})
		}
		s.rows[k].place = place
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
