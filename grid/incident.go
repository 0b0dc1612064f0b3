package grid

import (
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// Incident is something reported at a location that somebody must handle (DOMAIN 11.5).
type Incident struct {
	ID             int64  // 0 before it is stored
	Code           string // "" to have one made
	Kind           string
	Severity       string // "" for normal
	Source         string // "" for import
	ExternalCaseNo string
	Title          string
	Description    string

	// Shape is an orb.Point, orb.MultiLineString or orb.MultiPolygon on the lattice, lon/lat degrees on WGS 84.
	Shape             orb.Geometry
	InputCRS          string
	Original          *orb.Point // of a point: as it came, in InputCRS
	Address           string
	PositionAccuracyM *float64

	OccurredAt    *time.Time
	ReportedAt    time.Time
	PlaceCode     string
	FirstReceiver string
	LeadUnit      string
	HandlingUnits []string
	ItemCode      string
	State         string // one of IncidentStates, "" for reported
	Phase         string // "" for intake
	DueAt         *time.Time
	ResponseDueAt *time.Time
	Supervised    bool
	Handover      bool // its grid changed under it and nobody has handed it over yet (BR-39)
	ParentID      int64
	ClosedAt      *time.Time
	Outcome       string
	Satisfaction  *int // 1 to 5
	ExternalRefs  map[string]any

	Assignment Assignment
	// The codes of the grids of its assignment as it is stored, "" for none: one that has ended keeps grids that may have ended since.
	BaseGrid      string
	DedicatedGrid string
	Version       int
	CreatedAt     time.Time
	CreatedBy     string
	UpdatedAt     time.Time
	UpdatedBy     string
}

// endStates are the states after which nothing is to be done.
var endStates = []string{"closed", "rejected", "merged", "cancelled"}

// Open reports whether somebody still has to handle the incident.
func (i Incident) Open() bool { return !slices.Contains(endStates, i.State) }

// IncidentEvent is one entry of an incident's history, which only grows.
type IncidentEvent struct {
	At        time.Time
	Actor     string
	Action    string
	FromState string
	ToState   string
	Unit      string
	Text      string
}
