package grid

import (
	"math"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// The kinds of grids.
const (
	Base      = "base"
	Dedicated = "dedicated"
)

// Grid is a grid with the version of its attributes and boundary that an edition holds.
type Grid struct {
	ID             int64
	VersionID      int64
	Code           string
	Kind           string // Base or Dedicated
	Name           string
	CommunityCode  string
	CountyCode     string
	Boundary       orb.MultiPolygon // lon/lat degrees
	LabelPoint     orb.Point        // inside
	AreaM2         float64
	PerimeterM     float64
	Compactness    float64 // Polsby-Popper
	Households     *int
	Residents      *int
	Buildings      *int
	BoundsText     string
	DedicatedKind  string
	HostOrg        string // code of the organisation
	SupervisingOrg string
	SourceCRS      string
	Note           string
	ValidFrom      time.Time // when the edition came into force that made it as it is; zero for one that is not stored
	Plan           string    // code of the plan that made it as it is, "" for none
}

// SetBoundary sets the boundary of a grid, which is valid and not empty, and what follows from it: area, perimeter,
// compactness and label point.
func (g *Grid) SetBoundary(area geo.MultiPolygon) {
	g.Boundary, g.LabelPoint = area.Orb(), geo.PointOnSurface(area).Orb()
	g.AreaM2, g.PerimeterM, g.Compactness = geo.AreaM2(area), geo.PerimeterM(area), 0
	if g.PerimeterM > 0 {
		g.Compactness = 4 * math.Pi * g.AreaM2 / (g.PerimeterM * g.PerimeterM)
	}
}

// VoidArea is a “no grid here”: part of a community's tiling where nobody serves (BR-26).
type VoidArea struct {
	ID            int64
	Code          string
	CommunityCode string
	CountyCode    string
	Reason        string
	Name          string
	Boundary      orb.MultiPolygon
	AreaM2        float64
}

// SetBoundary sets the boundary of a void area, which is valid, and its area.
func (v *VoidArea) SetBoundary(area geo.MultiPolygon) {
	v.Boundary, v.AreaM2 = area.Orb(), geo.AreaM2(area)
}

// EditionInfo says which state of a county is meant, since when, and whether its tiling is proven (L1).
type EditionInfo struct {
	CountyCode  string
	Number      int
	InForceFrom time.Time
	Proven      bool
}

// Posting is a worker's post on a grid, as the answer to “who is responsible here” shows it. It holds public fields only
// when Public is set (BR-46).
type Posting struct {
	WorkerCode string
	Name       string
	WorkPhone  string
	RoleType   string
	PostKind   string
	PostID     int64
	GridID     int64
	GridCode   string
	ValidFrom  time.Time
	ValidTo    *time.Time
	Public     bool

	// Of the worker, for those who may read what is not public.
	Grade       string
	Origin      string
	ManagingOrg string // code of the organisation
}

// Assignment is what locate stores with a place or incident (L3).
type Assignment struct {
	CountyCode    string // "" outside every county
	CommunityCode string
	BaseGridID    int64 // 0 for none
	DedicatedID   int64 // 0 for none
	Edition       int   // 0 outside every county
	OnBoundary    bool
}
