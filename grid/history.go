package grid

import (
	"time"

	"github.com/paulmach/orb"
)

// EditionRecord is an edition of a county with what made it and what it made different.
type EditionRecord struct {
	EditionInfo
	Plan    string // code of the plan that made it, "" for an import
	Actor   string
	Created int // grids and void areas that the edition before did not have
	Changed int // those that it had otherwise
	Retired int // those that it had
}

// Period is from when to when something held, half-open, and who made it so.
type Period struct {
	From  time.Time
	Until *time.Time // nil: it still holds
	Plan  string     // code of the plan that made it so, "" for an import or a write
	Actor string
}

// GridVersion is a grid as it stood from one edition to another.
type GridVersion struct {
	Grid
	Period
	FromEdition int
	ToEdition   *int // the first edition that has it otherwise or not at all; nil for none
}

// GridLineage is one step from grid to grid.
type GridLineage struct {
	Lineage
	Edition int // that made it
	At      time.Time
	Plan    string
	Actor   string
}

// GridHistory is a grid's versions, oldest first, with the grids that it came from and those that came from it.
type GridHistory struct {
	Code     string
	Kind     string
	County   string
	Versions []GridVersion
	Before   []GridLineage
	After    []GridLineage
}

// AssignmentPeriod is an assignment with the codes of its grids and the time for which it held.
type AssignmentPeriod struct {
	Assignment
	Period
	BaseGrid      string // code, "" for none
	DedicatedGrid string
}

// DivisionVersion is how a division was divided from one edition of its county to the next that made it different.
type DivisionVersion struct {
	Period
	FromEdition int      // that made it so; 0 in a county without grids
	ToEdition   *int     // the next that made it different; nil for none
	Created     []string // codes of grids and void areas in the division
	Changed     []string
	Retired     []string
	Redrawn     bool // the outline is not the one before
	Outline
}

// Outline is a division's shape, for the editions in which it has it.
type Outline struct {
	Outline    orb.MultiPolygon // lon/lat degrees
	LabelPoint orb.Point
	AreaM2     float64
}
