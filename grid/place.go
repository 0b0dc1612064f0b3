package grid

import (
	"time"

	"github.com/paulmach/orb"
)

// Place is anything with a location that belongs to a grid (DOMAIN 11.4): the attributes that every kind has, and those of
// its kind in Detail.
type Place struct {
	ID   int64  // 0 before it is stored
	Code string // "" to have one made
	Kind string // Layer.Kind
	Name string

	// Shape is an orb.Point, orb.MultiLineString or orb.MultiPolygon on the lattice, lon/lat degrees on WGS 84.
	Shape    orb.Geometry
	InputCRS string
	Original *orb.Point // of a point: as it came, in InputCRS

	Address           string
	AddressParts      map[string]any
	PlateCode         string
	PositionAccuracyM *float64
	OperatorOrg       string
	SupervisingOrg    string // code of the organisation
	Source            string
	State             string // "" for active
	Public            bool
	ExternalRefs      map[string]any

	// Detail holds the fields of the kind by Field.Name: string (text, code, enum), int64, float64, bool, time.Time (date,
	// time), []string, map[string]any. An absent or nil one becomes the field's default.
	Detail map[string]any

	Assignment Assignment
	Version    int // 1 for a new one, up by one with each change
	CreatedAt  time.Time
	CreatedBy  string
	UpdatedAt  time.Time
	UpdatedBy  string
}

// IsPublic reports whether anybody may see the place (BR-63): it is marked so, and is a shelter, or a danger zone that has
// been published.
func (p *Place) IsPublic(now time.Time) bool {
	if !p.Public || p.Kind == "shelter" {
		return p.Public
	}
	published, ok := p.Detail["published_at"].(time.Time)
	return p.Kind == "danger_zone" && ok && !published.After(now)
}

// HouseholdPoint counts the households of a building or compound, never persons (L8).
type HouseholdPoint struct {
	Name       string
	Address    string
	Households int
	Residents  *int
	Location   orb.Point // on the lattice, WGS 84
	InputCRS   string
	Assignment Assignment
}
