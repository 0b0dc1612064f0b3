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
	parts          map[string][]int // of the tiling, by community
}

// New indexes the grids of a county. Parts are numbered by code, base grids before void areas, so that a point on
// several borders goes to the base grid with the lowest code (BR-22). The error is an *geo.InvalidError, wrapped with the
// grid's code, when a boundary is not valid.
func New(c Contents) (*Edition, error) {
	e := &Edition{
		info:      c.Info,
		base:      slices.Clone(c.Base),
		voids:     slices.Clone(c.Voids),
		dedicated: slices.Clone(c.Dedicated),
		box:       geo.EmptyBox(),
		parts:     map[string][]int{},
	}
	byCode := func(a, b grid.Grid) int { return cmp.Compare(a.Code, b.Code) }
	slices.SortFunc(e.base, byCode)
	slices.SortFunc(e.dedicated, byCode)
	slices.SortFunc(e.voids, func(a, b grid.VoidArea) int { return cmp.Compare(a.Code, b.Code) })

	for i := range e.base {
		part, err := geo.FromOrb(e.base[i].Boundary)
		if err != nil {
			return nil, fmt.Errorf("grid %s: %w", e.base[i].Code, err)
		}
		e.tiling = append(e.tiling, part)
		e.box = e.box.Union(part.Box())
	}
	for i := range e.voids {
		part, err := geo.FromOrb(e.voids[i].Boundary)
		if err != nil {
			return nil, fmt.Errorf("void area %s: %w", e.voids[i].Code, err)
		}
		e.tiling = append(e.tiling, part)
		e.box = e.box.Union(part.Box())
	}
	for i := range e.dedicated {
		part, err := geo.FromOrb(e.dedicated[i].Boundary)
		if err != nil {
			return nil, fmt.Errorf("dedicated grid %s: %w", e.dedicated[i].Code, err)
		}
		e.dedicatedParts = append(e.dedicatedParts, part)
	}
	for k := range e.tiling {
		e.parts[e.community(k)] = append(e.parts[e.community(k)], k)
	}
	e.tilingIndex = index.Build(e.tiling)
	e.dedicatedIndex = index.Build(e.dedicatedParts)
	return e, nil
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

// find returns the part of the tiling at p, -1 for none.
func (e *Edition) find(p geo.Point) (part int32, onBorder bool) {
	if !e.box.Contains(p) {
		return -1, false
	}
	return e.tilingIndex.Find(p)
}

// findDedicated returns the dedicated grid at p, nil for none.
func (e *Edition) findDedicated(p geo.Point) (g *grid.Grid, onBorder bool) {
	part, onBorder := e.dedicatedIndex.Find(p)
	if part < 0 {
		return nil, onBorder
	}
	return &e.dedicated[part], onBorder
}
