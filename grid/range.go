package grid

import "fmt"

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
