package grid

// Impact is what a plan would do, before anyone decides: what publishing does, by the same function (L3).
type Impact struct {
	Before []EditionInfo
	Parts  []PartImpact // every grid and void area that changes, by kind and code

	AreaMovedM2     float64 // that has another base grid, void area or dedicated grid afterwards
	HouseholdsMoved float64
	// HouseholdsEstimated says that somewhere households were moved in proportion to area, for want of household points.
	HouseholdsEstimated bool
	BorderRedrawnM      float64 // length of borders that are not there afterwards

	Places    []Handover // places that change hands, by kind, code; at most MaxHandovers
	Incidents []Handover // open incidents that change hands
	// PlacesByKind and IncidentsByKind count all of them.
	PlacesByKind    map[string]int
	IncidentsByKind map[string]int
	LostPlaces      int // of them, those that have no base grid afterwards and had one (QC-19)

	Posts []PostImpact // appointments on grids that end or change

	LoadBefore, LoadAfter LoadSpread // over the base grids of the communities that are touched
	UnitsCut              []UnitCut  // units of other networks that were within one base grid of the touched and are not any more
}

// MaxHandovers is how many places and incidents an Impact lists each.
const MaxHandovers = 1000

// PartImpact is what becomes of one grid or void area.
type PartImpact struct {
	Kind, Code, Name, CommunityCode   string
	Change                            string // created, retired, boundary, bent (by a unit, or a vertex more), attributes
	AreaM2Before, AreaM2After         float64
	HouseholdsBefore, HouseholdsAfter float64
	LoadBefore, LoadAfter             float64 // of a base grid
}

// Handover is a place or incident that another grid is responsible for afterwards.
type Handover struct {
	Code, Kind, Name string
	FromBase, ToBase string // codes; "" for none
	FromDedicated    string
	ToDedicated      string
}

// PostImpact is an appointment that a plan touches, with the grid that it follows to (BR-39).
type PostImpact struct {
	WorkerCode, PostKind string
	GridCode             string
	ToGrid               string // "" when the post ends
}

// LoadSpread is how the load spreads over some base grids; CV is the standard deviation by the mean.
type LoadSpread struct {
	Grids              int
	Min, Mean, Max, CV float64
}

// UnitCut is a unit of another network with the base grids that it lies in afterwards.
type UnitCut struct {
	Network, Code, Name string
	GridCodes           []string
}
