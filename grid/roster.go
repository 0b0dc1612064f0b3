package grid

import "time"

// Duty says that a post is on from OnFrom to OnTo, half-open, and which post stands in for it while it is absent.
type Duty struct {
	ID        int64
	PostID    int64
	StandIn   int64 // post, 0 for none
	OnFrom    time.Time
	OnTo      time.Time
	Absent    bool
	Cancelled bool
	Version   int
	UpdatedAt time.Time
	UpdatedBy string

	CountyCode string

	// Of the two posts, for who reads it.
	GridID        int64
	GridCode      string
	WorkerCode    string
	PostKind      string
	StandInWorker string // code, "" for none
}

// ContactStep is one step of the chain to contact (BR-29).
type ContactStep string

// The steps, in the order in which they are tried. Posted takes the place of OnDuty for a grid of which no calendar is kept: whoever is
// posted to it.
const (
	StepOnDuty     ContactStep = "on_duty"
	StepPosted     ContactStep = "posted"
	StepStandIn    ContactStep = "stand_in"
	StepGridLeader ContactStep = "grid_leader"
	StepBaseWorker ContactStep = "base_worker"
	StepCommunity  ContactStep = "community"
	StepStreet     ContactStep = "street"
	StepAbove      ContactStep = "above" // the county or the city, where there is no street
)
