package grid

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
