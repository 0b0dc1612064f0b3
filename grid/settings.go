package grid

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Settings is what a deployment may set, by the keys that its JSON has; where it sets none, DefaultSettings is in force.
type Settings struct {
	CodeScheme CodeScheme `json:"code_scheme"`
	// QCAreaM2 and QCWidthM are the tolerances below which a gap or an overlap is small (BR-02).
	QCAreaM2 float64 `json:"qc.area_m2"`
	QCWidthM float64 `json:"qc.width_m"`
	// NearM is how near a border a point is warned of it (BR-23), FallbackM how far the nearest grid may be (BR-25).
	NearM     float64 `json:"near_m"`
	FallbackM float64 `json:"fallback_m"`
	// CityMarginDeg widens the city's box in degrees: what lies outside is refused (DOMAIN 7.4).
	CityMarginDeg float64 `json:"city_margin_deg"`
	// LoadWeights weigh BR-73's inputs: households, residents, incidents, and any place kind.
	LoadWeights map[string]float64 `json:"load_weights"`
	// TimeZone reads dates and times that come without one.
	TimeZone string `json:"time_zone"`
}

// DefaultSettings are the values in force where a deployment sets none.
func DefaultSettings() Settings {
	return Settings{
		CodeScheme:    StatisticalScheme,
		QCAreaM2:      1.0,
		QCWidthM:      0.5,
		NearM:         15,
		FallbackM:     50,
		CityMarginDeg: 0.05,
		LoadWeights:   map[string]float64{"households": 1},
		TimeZone:      "Asia/Shanghai",
	}
}

// Check returns the first setting that is out of its range, as a RuleError with its key.
func (s *Settings) Check() error {
	for _, n := range []struct {
		key         string
		value, most float64
	}{
		{"qc.area_m2", s.QCAreaM2, 1e6},
		{"qc.width_m", s.QCWidthM, 1e6},
		{"near_m", s.NearM, 1000},
		{"fallback_m", s.FallbackM, 1000},
		{"city_margin_deg", s.CityMarginDeg, 1},
	} {
		if !(n.value >= 0 && n.value <= n.most) { // nor NaN
			return settingError(n.key, "is %v, must be between 0 and %v", n.value, n.most)
		}
	}
	for _, input := range slices.Sorted(maps.Keys(s.LoadWeights)) {
		switch _, isKind := PlaceLayer(input); {
		case !isKind && input != "households" && input != "residents" && input != "incidents":
			return settingError("load_weights", "weighs %q: must be households, residents, incidents or a place kind", input)
		case !(s.LoadWeights[input] >= 0 && s.LoadWeights[input] <= 1e6):
			return settingError("load_weights", "weighs %s by %v: must be between 0 and 1000000", input, s.LoadWeights[input])
		}
	}
	if s.TimeZone == "" || s.TimeZone == "Local" { // which would be another one on each machine
		return settingError("time_zone", "is %q, must be the name of a zone such as Asia/Shanghai", s.TimeZone)
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		return settingError("time_zone", "is %q, must be the name of a zone such as Asia/Shanghai", s.TimeZone)
	}
	if err := s.CodeScheme.Check(); err != nil {
		return settingError("code_scheme", "%v", err)
	}
	return nil
}

func settingError(key, format string, args ...any) error {
	return &RuleError{Rule: "setting", Field: key, Detail: fmt.Sprintf(format, args...)}
}

// CodeLabel is a value of an enumeration with its names.
type CodeLabel struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// Codes are the reference codes of a deployment by enumeration.
type Codes map[string][]CodeLabel

// Has reports whether the enumeration has the code.
func (c Codes) Has(enumeration, code string) bool {
	for _, l := range c[enumeration] {
		if l.Code == code {
			return true
		}
	}
	return false
}
