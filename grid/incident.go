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
	ParentCode    string // of the parent, where it is read
	ClosedAt      *time.Time
	Outcome       string
	Satisfaction  *int // 1 to 5
	ExternalRefs  map[string]any

	TransferTo       Unit       // who is asked to take over
	ProposedUnit     Unit       // who would be responsible since it was moved, or since boundaries were (BR-39, BR-53)
	UnitDivisions    []string   // where the units that have to do with it are
	RespondedAt      *time.Time // first taken up by whom it was given to
	FinishedBy       string     // who said that it is done
	JointDueAt       *time.Time // until when several departments have to agree on who leads
	OverdueStep      int        // how many of reminder, circular, interview and listed supervision there were (BR-55)
	ResponseReminded bool       // that nobody had taken it up in time (BR-55)
	ItemListVersion  int        // of the county's list when it was given to a grid, 0 for none (BR-47)

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

// IncidentActFields are the fields of an incident that only acts bring about; state too, but for what a new one begins with.
var IncidentActFields = []string{"phase", "lead_unit", "handling_units", "item_code", "supervised", "closed_at", "outcome", "satisfaction"}

// endStates are the states after which nothing is to be done.
var endStates = []string{"closed", "rejected", "merged", "cancelled"}

// Open reports whether somebody still has to handle the incident.
func (i Incident) Open() bool { return !slices.Contains(endStates, i.State) }

// Areas returns the codes of the divisions that have to do with the incident: the lowest one in which it lies, and those of its units. Who
// may read in one of them may read it.
func (i Incident) Areas() []string {
	areas := slices.Clone(i.UnitDivisions)
	if own := i.Assignment.Division(); own != "" {
		areas = append(areas, own)
	}
	slices.Sort(areas)
	return slices.Compact(areas)
}

// Units returns the units that have to do with the incident, each once: who received it first, leads, is asked to, and handles it.
func (i Incident) Units() []Unit {
	var units []Unit
	for _, u := range append([]Unit{Unit(i.FirstReceiver), Unit(i.LeadUnit), i.TransferTo}, unitsOf(i.HandlingUnits)...) {
		if u != "" && !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	return units
}

func unitsOf(names []string) []Unit {
	units := make([]Unit, len(names))
	for n, name := range names {
		units[n] = Unit(name)
	}
	return units
}

// IncidentEvent is one entry of an incident's history, which only grows.
type IncidentEvent struct {
	ID        int64 // 0 before it is stored
	At        time.Time
	Actor     string
	Action    string
	FromState string
	ToState   string
	Unit      string
	Text      string
	Data      map[string]any // what else the act says; nil for nothing
}
