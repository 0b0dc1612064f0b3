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
	// HouseholdsMin and HouseholdsMax are the band of BR-41, AreaMinM2 and AreaMaxM2 one of area, 0 for none: a warning outside.
	HouseholdsMin float64 `json:"qc.households_min"`
	HouseholdsMax float64 `json:"qc.households_max"`
	AreaMinM2     float64 `json:"qc.area_min_m2"`
	AreaMaxM2     float64 `json:"qc.area_max_m2"`
	// Thinness is the ratio 4 pi A / P^2 below which a grid is a sliver (QC-07).
	Thinness float64 `json:"qc.thinness"`
	// KeepShare is how much of its area a part must have to keep the code of the grid that is split or merged (DOMAIN 14).
	KeepShare float64 `json:"plan.keep_share"`
	// DecidingLevel is whose body decides plans: county, street or city (BR-34).
	DecidingLevel string `json:"plan.deciding_level"`
	// ConsultDays is how long a body has to answer, FilingDays how long the county has to file after the decision (BR-35).
	ConsultDays int `json:"plan.consult_days"`
	FilingDays  int `json:"filing.days"`
	// FilingBeforeEffect keeps a plan from taking effect before it is filed.
	FilingBeforeEffect bool `json:"filing.before_effect"`
	// DedicatedSpan lets a dedicated grid span communities (BR-13).
	DedicatedSpan bool `json:"dedicated.span"`
	// BaseKinds are the kinds of incidents for which the base grid is responsible inside a dedicated one too (BR-15).
	BaseKinds []string `json:"precedence.base_kinds"`
	// WorkerMaxGrids is how many grids a worker may serve (BR-45).
	WorkerMaxGrids int `json:"worker.max_grids"`
	// DuplicateM and DuplicateHours are how near in space and time an incident of the same kind is suggested as the same one (BR-54).
	DuplicateM     float64 `json:"incident.dup_m"`
	DuplicateHours float64 `json:"incident.dup_hours"`
	// Deadlines are tried in their order: the first that fits an incident's kind and severity counts (BR-55).
	Deadlines []Deadline `json:"incident.deadlines"`
	// OverdueHours are how long after its deadline an open incident brings a reminder, a circular, an interview, listed supervision.
	OverdueHours [4]float64 `json:"incident.overdue_hours"`
	// UncheckedKinds may be closed by who handled them (BR-56).
	UncheckedKinds []string `json:"incident.unchecked_kinds"`
	// ReopenDays is how long after its end an incident may be reopened under its number.
	ReopenDays int `json:"incident.reopen_days"`
	// StraightTo are the levels, county or city, to which incidents of a severity are escalated at once (BR-51).
	StraightTo map[string]string `json:"incident.straight_to"`
	// JointHours is how long several departments have to agree on who leads (BR-52).
	JointHours float64 `json:"incident.joint_hours"`
	// FeedDays is how long what has happened is kept for who listens.
	FeedDays int `json:"feed.days"`
}

// Deadline is how long there is for incidents of a kind and severity, "" for any.
type Deadline struct {
	Kind          string  `json:"kind"`
	Severity      string  `json:"severity"`
	ResponseHours float64 `json:"response_hours"` // until whom it was given to takes it up
	DoneHours     float64 `json:"done_hours"`     // until it is done
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
		HouseholdsMin: 300,
		HouseholdsMax: 500,
		Thinness:      0.05,
		KeepShare:     0.8,
		DecidingLevel: LevelCounty,
		ConsultDays:   10,
		FilingDays:    15,

		WorkerMaxGrids: 3,
		DuplicateM:     50,
		DuplicateHours: 24,
		Deadlines: []Deadline{
			{Severity: "extreme", ResponseHours: 0.25, DoneHours: 12},
			{Severity: "grave", ResponseHours: 0.5, DoneHours: 24},
			{Severity: "serious", ResponseHours: 1, DoneHours: 48},
			{ResponseHours: 4, DoneHours: 120},
		},
		OverdueHours:   [4]float64{0, 24, 72, 168},
		UncheckedKinds: []string{"service_request", "opinion"},
		ReopenDays:     30,
		StraightTo:     map[string]string{"grave": LevelCounty, "extreme": LevelCity},
		JointHours:     48,
		FeedDays:       7,
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
		{"qc.households_min", s.HouseholdsMin, 1e6},
		{"qc.households_max", s.HouseholdsMax, 1e6},
		{"qc.area_min_m2", s.AreaMinM2, 1e12},
		{"qc.area_max_m2", s.AreaMaxM2, 1e12},
		{"qc.thinness", s.Thinness, 1},
		{"plan.consult_days", float64(s.ConsultDays), 365},
		{"filing.days", float64(s.FilingDays), 365},
		{"worker.max_grids", float64(s.WorkerMaxGrids), 1000},
		{"incident.dup_m", s.DuplicateM, 1000},
		{"incident.dup_hours", s.DuplicateHours, 24 * 365},
		{"incident.reopen_days", float64(s.ReopenDays), 3650},
		{"incident.joint_hours", s.JointHours, 24 * 365},
		{"feed.days", float64(s.FeedDays), 365},
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
	if !(s.KeepShare > 0.5 && s.KeepShare <= 1) { // so that two parts can never both keep it
		return settingError("plan.keep_share", "is %v, must be more than 0.5 and at most 1", s.KeepShare)
	}
	if s.DecidingLevel != LevelCity && s.DecidingLevel != LevelCounty && s.DecidingLevel != LevelStreet {
		return settingError("plan.deciding_level", "is %q, must be city, county or street", s.DecidingLevel)
	}
	if s.TimeZone == "" || s.TimeZone == "Local" { // which would be another one on each machine
		return settingError("time_zone", "is %q, must be the name of a zone such as Asia/Shanghai", s.TimeZone)
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		return settingError("time_zone", "is %q, must be the name of a zone such as Asia/Shanghai", s.TimeZone)
	}
	if err := s.checkIncidents(); err != nil {
		return err
	}
	if err := s.CodeScheme.Check(); err != nil {
		return settingError("code_scheme", "%v", err)
	}
	return nil
}

// checkIncidents is the part of Check that is about incidents.
func (s *Settings) checkIncidents() error {
	if s.FeedDays < 1 {
		return settingError("feed.days", "is %d, must be at least 1", s.FeedDays)
	}
	for _, d := range s.Deadlines {
		if !(d.ResponseHours > 0 && d.DoneHours >= d.ResponseHours && d.DoneHours <= 24*365) {
			return settingError("incident.deadlines", "has %v hours to respond and %v until done: must be more than 0, in this order, and at most a year", d.ResponseHours, d.DoneHours)
		}
	}
	last := 0.0
	for _, h := range s.OverdueHours {
		if !(h >= last && h <= 24*365) {
			return settingError("incident.overdue_hours", "is %v: must be four numbers from 0 to 8760, none less than the one before", s.OverdueHours)
		}
		last = h
	}
	for _, severity := range slices.Sorted(maps.Keys(s.StraightTo)) {
		if level := s.StraightTo[severity]; level != LevelCounty && level != LevelCity {
			return settingError("incident.straight_to", "sends %s to %q: must be county or city", severity, level)
		}
	}
	return nil
}

// DeadlineOf returns how long there is for an incident of that kind and severity, false for no limit.
func (s *Settings) DeadlineOf(kind, severity string) (Deadline, bool) {
	for _, d := range s.Deadlines {
		if (d.Kind == "" || d.Kind == kind) && (d.Severity == "" || d.Severity == severity) {
			return d, true
		}
	}
	return Deadline{}, false
}

// BaseFirst reports whether the base grid is responsible for incidents of that kind inside a dedicated grid too (BR-15); no kind, "", is
// never one of those.
func (s *Settings) BaseFirst(kind string) bool {
	return kind != "" && slices.Contains(s.BaseKinds, kind)
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
