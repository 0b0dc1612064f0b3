package grid

import (
	"fmt"
	"time"
)

// atLeast are the numbers below which a field makes no sense; the database holds the same.
var atLeast = map[string]float64{
	"households": 0, "residents": 0, "buildings": 0, "position_accuracy_m": 0, "rooms": 0, "beds": 0, "capacity": 0,
	"effective_area_m2": 0, "service_radius_m": 0, "patrol_interval_days": 1, "satisfaction": 1,
}

// atMost are the numbers above which a field makes no sense.
var atMost = map[string]float64{"satisfaction": 5}

// CheckRange returns a *RuleError when the number is not one that the field takes.
func (f Field) CheckRange(n float64) error {
	if low, ok := atLeast[f.Name]; ok && n < low {
		return &RuleError{Rule: "range", Field: f.Name, Detail: fmt.Sprintf("%v is less than %v", n, low)}
	}
	if high, ok := atMost[f.Name]; ok && n > high {
		return &RuleError{Rule: "range", Field: f.Name, Detail: fmt.Sprintf("%v is more than %v", n, high)}
	}
	return nil
}

// clocksDiffer is how far ahead of ours the clock of whoever reports something may be.
const clocksDiffer = 10 * time.Minute

// CheckTime returns a *RuleError when the time is not one that the field takes: an incident neither occurs nor is reported in the future,
// and nobody reported one here before 2000.
func (f Field) CheckTime(t, now time.Time) error {
	if f.Name != "reported_at" && f.Name != "occurred_at" {
		return nil
	}
	if t.After(now.Add(clocksDiffer)) {
		return &RuleError{Rule: "range", Field: f.Name, Detail: t.Format(time.RFC3339) + " is in the future: send when it was, with its zone"}
	}
	if f.Name == "reported_at" && t.Year() < 2000 {
		return &RuleError{Rule: "range", Field: f.Name, Detail: t.Format(time.RFC3339) + " is before 2000: send when it was reported"}
	}
	return nil
}
