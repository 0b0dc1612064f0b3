package grid

import (
	"time"

	"github.com/paulmach/orb"
)

// Organization is a body that hosts, supervises, manages or handles.
type Organization struct {
	Code         string
	Name         string
	Kind         string
	Level        string
	Department   string
	DivisionCode string
	ParentCode   string
	PublicPhone  string
	Public       bool
}

// Network is another service's division of the city: police, fire, urban management.
type Network struct {
	Code         string
	Name         string
	Kind         string
	OwnerOrg     string // code of the organisation
	HasFullCover bool
}

// ServiceUnit is one area of a network.
type ServiceUnit struct {
	NetworkCode  string
	ExternalCode string
	Name         string
	Org          string // code of the organisation
	Phone        string
	Boundary     orb.MultiPolygon // on the lattice, WGS 84
}

// Worker is a grid worker: name, work phone and organisation, nothing else (L8).
type Worker struct {
	Code        string
	Name        string
	RoleType    string
	Origin      string
	Grade       string
	ManagingOrg string // code of the organisation
	WorkPhone   string
	Active      bool
	Version     int
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Post is a worker's appointment to a grid for the half-open time from ValidFrom to ValidTo.
type Post struct {
	ID         int64
	WorkerCode string
	GridCode   string
	PostKind   string
	ValidFrom  time.Time
	ValidTo    *time.Time // nil for no end
	Public     bool
	Version    int

	// Of the grid and the worker, for who reads it.
	CountyCode    string
	CommunityCode string
	WorkerName    string
}

// Reference is a road, railway, river, footprint, water or green: what planners draw along and must not cut.
type Reference struct {
	Kind  string
	Name  string
	Class string
	Shape orb.Geometry // orb.MultiLineString or orb.MultiPolygon on the lattice, WGS 84
}
