package grid

// GridCounts are the things assigned to one grid, or to none where GridID is 0: what coverage weighs.
type GridCounts struct {
	GridID          int64
	Places          map[string]int // by place kind
	IncidentsOpen   int
	IncidentsTotal  int
	HouseholdPoints int
	Counted         bool // household points tell the households, even where there are none
	Households      int  // of the household points
	Residents       int  // of the household points
}
