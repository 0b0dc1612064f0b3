package intake

import (
	"context"
	"fmt"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// CountyContents is what the files of a county would make of it.
type CountyContents struct {
	Edition store.NewEdition // proven when it has no Faults; with Config.Clean its Outlines follow the grids
	Imports []*store.Import  // the files
	Summary Summary          // of the files; Summary.Cleaned has the report of cleaning
}

// County reads the base grids, dedicated grids and void areas of one county as Run does, cleans and proves them, and stores nothing:
// the county may have an edition, which these contents are to replace by a plan. Codes that the county's edition has are taken
// for the same grids. Rows of other counties are rejected. The error is a *FileError when a file is at fault as a whole, or when
// the rows need a division that is not there.
func County(ctx context.Context, cfg Config, county string) (CountyContents, error) {
	cfg.DryRun = true
	s, err := newSession(ctx, cfg)
	if err != nil {
		return CountyContents{}, err
	}
	s.replaces = county
	groups := s.groups()
	if len(groups) != 1 || together[groups[0][0].Layer] != "grids" {
		return CountyContents{}, fmt.Errorf("give base grids, and with them dedicated grids and void areas: %w", grid.ErrInvalid)
	}
	if s.city, err = cfg.Store.City(ctx); err != nil {
		return CountyContents{}, err
	}
	if d := s.city.Division(county); d == nil || d.Level != grid.LevelCounty {
		return CountyContents{}, fmt.Errorf("county %s: %w", county, grid.ErrNotFound)
	}
	read, err := s.readParts(ctx, groups[0])
	if err != nil {
		return CountyContents{}, err
	}
	if len(read.tree.derived) > 0 {
		return CountyContents{}, fileErrorf(0, "there is no division for all rows: %s would have to be made", read.tree.derived[0].Code)
	}
	sortParts(read.parts)
	e, err := s.edition(read.tree, county, read.parts)
	if err != nil {
		return CountyContents{}, err
	}
	s.summary.Draft = true
	s.sumUp(read.reports, read.tree, []store.NewEdition{e})
	return CountyContents{Edition: e, Imports: read.imports, Summary: s.summary}, nil
}

// replaced reports whether a thing of that code is in the edition that is being replaced, and of the same kind.
func (s *session) replaced(p *part) bool {
	e := s.city.Edition(s.replaces)
	if s.replaces == "" || e == nil {
		return false
	}
	if p.void == nil {
		g, of := s.city.Grid(p.code())
		return g != nil && of == e && g.Kind == p.grid.Kind
	}
	for _, v := range e.Voids() {
		if v.Code == p.code() {
			return true
		}
	}
	return false
}
