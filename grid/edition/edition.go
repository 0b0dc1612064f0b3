// Package edition is the state of the grids as immutable values: one county's edition, and the city that they make
// together. It holds locate, the one function that says which grids are responsible at a place (BR-21 to BR-26, law L3):
// the API, the import, the batch and every stored assignment go through it.
//
// Points are on the lattice (geo.Point), geometries in signatures are orb's in degrees, lon/lat. All values are safe
// for concurrent use.
package edition

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
	"github.com/wangge/wangge/grid"
)

// Contents is what an edition is made of: one county's grids and void areas.
type Contents struct {
	Info      grid.EditionInfo
	Base      []grid.Grid
	Dedicated []grid.Grid
	Voids     []grid.VoidArea
}

// Edition is the numbered, immutable state of one county's grids. Make it with New.
type Edition struct {
	info      grid.EditionInfo
	base      []grid.Grid     // by code
	voids     []grid.VoidArea // by code
	dedicated []grid.Grid     // by code

	tiling         []geo.MultiPolygon // base grids, then void areas: the parts of tilingIndex
	dedicatedParts []geo.MultiPolygon
	tilingIndex    *index.Index
	dedicatedIndex *index.Index
	box            geo.Box
	footprint      footprint                   // of the tiling
	parts          map[string][]int            // of the tiling, by community
	gridsByID      func() map[int64]*grid.Grid // made when first asked for
	planes         func() *editionPlanes       // the same
}

// New indexes the grids of a county. Parts are numbered by code, base grids before void areas, so that a point on
// several borders goes to the base grid with the lowest code (BR-22). The error is an *geo.InvalidError, wrapped with the
// grid's code, when a boundary is not valid.
func New(c Contents) (*Edition, error) { return newEdition(nil, c) }

// Next is New for the edition after e: a boundary that e has is known to be valid, so that it costs what has changed, and the index.
func (e *Edition) Next(c Contents) (*Edition, error) { return newEdition(e, c) }

// newEdition takes over what old, if there is one, has.
func newEdition(old *Edition, c Contents) (*Edition, error) {
	if old == nil {
		old = &Edition{}
	}
	l := layers{info: c.Info}
	var err error
	if l.base, err = pieces(c.Base, boundaryOf("grid "), knownGrid(old.base, old.tiling)); err != nil {
		return nil, err
	}
	if l.dedicated, err = pieces(c.Dedicated, boundaryOf("dedicated grid "), knownGrid(old.dedicated, old.dedicatedParts)); err != nil {
		return nil, err
	}
	voidBoundary := func(v *grid.VoidArea) (string, orb.MultiPolygon) { return "void area " + v.Code, v.Boundary }
	if l.voids, err = pieces(c.Voids, voidBoundary, func(*grid.VoidArea) geo.MultiPolygon { return nil }); err != nil {
		return nil, err
	}
	e := l.edition()
	e.pack()
	return e, nil
}

func boundaryOf(kind string) func(*grid.Grid) (name string, boundary orb.MultiPolygon) {
	return func(g *grid.Grid) (string, orb.MultiPolygon) { return kind + g.Code, g.Boundary }
}

// knownGrid returns a function that finds the area of a grid with the same boundary among grids, which have these areas; nil for none.
func knownGrid(grids []grid.Grid, areas []geo.MultiPolygon) func(*grid.Grid) geo.MultiPolygon {
	return func(g *grid.Grid) geo.MultiPolygon {
		if i := gridNumber(grids, g.Code); i >= 0 && grids[i].Boundary.Equal(g.Boundary) {
			return areas[i]
		}
		return nil
	}
}

// placed is a grid or void area with its area on the lattice.
type placed[T any] struct {
	of   *T
	area geo.MultiPolygon
}

// layers is what an edition is made of, with the areas on the lattice.
type layers struct {
	info            grid.EditionInfo
	base, dedicated []placed[grid.Grid]
	voids           []placed[grid.VoidArea]
}

// pieces puts the boundaries on the lattice, as known has them if it does; errors begin with the name that of gives.
func pieces[T any](all []T, of func(*T) (name string, boundary orb.MultiPolygon), known func(*T) geo.MultiPolygon) ([]placed[T], error) {
	out := make([]placed[T], len(all))
	for i := range all {
		name, boundary := of(&all[i])
		area := known(&all[i])
		if area == nil {
			var err error
			if area, err = geo.FromOrb(boundary); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		out[i] = placed[T]{&all[i], area}
	}
	packAreas(out)
	return out, nil
}

// edition puts the edition together: it sorts the layers by code and indexes them.
func (l *layers) edition() *Edition {
	byCode := func(a, b placed[grid.Grid]) int { return cmp.Compare(a.of.Code, b.of.Code) }
	slices.SortFunc(l.base, byCode)
	slices.SortFunc(l.dedicated, byCode)
	slices.SortFunc(l.voids, func(a, b placed[grid.VoidArea]) int { return cmp.Compare(a.of.Code, b.of.Code) })
	e := &Edition{info: l.info, box: geo.EmptyBox(), parts: map[string][]int{}}
	e.base, e.tiling = unzip(l.base, make([]geo.MultiPolygon, 0, len(l.base)+len(l.voids)))
	e.voids, e.tiling = unzip(l.voids, e.tiling)
	e.dedicated, e.dedicatedParts = unzip(l.dedicated, nil)
	for k, area := range e.tiling {
		e.box = e.box.Union(area.Box())
		e.parts[e.community(k)] = append(e.parts[e.community(k)], k)
	}
	e.footprint = newFootprint(e.box, e.tiling)
	e.tilingIndex = index.Build(e.tiling)
	e.dedicatedIndex = index.Build(e.dedicatedParts)
	e.gridsByID = sync.OnceValue(e.indexGrids)
	e.planes = sync.OnceValue(e.newPlanes)
	return e
}

// unzip copies what pieces are of, and appends their areas to areas.
func unzip[T any](all []placed[T], areas []geo.MultiPolygon) ([]T, []geo.MultiPolygon) {
	of := make([]T, len(all))
	for i, p := range all {
		of[i] = *p.of
		areas = append(areas, p.area)
	}
	return of, areas
}

func (e *Edition) indexGrids() map[int64]*grid.Grid {
	byID := make(map[int64]*grid.Grid, len(e.base)+len(e.dedicated))
	for _, grids := range [][]grid.Grid{e.base, e.dedicated} {
		for i := range grids {
			byID[grids[i].ID] = &grids[i]
		}
	}
	return byID
}

// Info returns the county, number and standing of the edition.
func (e *Edition) Info() grid.EditionInfo { return e.info }

// Base returns the base grids by code. The slice must not be changed.
func (e *Edition) Base() []grid.Grid { return e.base }

// Dedicated returns the dedicated grids by code. The slice must not be changed.
func (e *Edition) Dedicated() []grid.Grid { return e.dedicated }

// Voids returns the void areas by code. The slice must not be changed.
func (e *Edition) Voids() []grid.VoidArea { return e.voids }

// Tiling returns the parts that tile the communities, on the lattice: the base grids in the order of Base, then the void
// areas in the order of Voids. The slice must not be changed.
func (e *Edition) Tiling() []geo.MultiPolygon { return e.tiling }

// Parts returns the numbers in Tiling of the parts of a community, ascending. The slice must not be changed.
func (e *Edition) Parts(community string) []int { return e.parts[community] }

// findDedicated returns the dedicated grid at p, nil for none.
func (e *Edition) findDedicated(p geo.Point) (g *grid.Grid, onBorder bool) {
	part, onBorder := e.dedicatedIndex.Find(p)
	if part < 0 {
		return nil, onBorder
	}
	return &e.dedicated[part], onBorder
}
