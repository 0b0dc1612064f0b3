package grid_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid"
)

func TestSettingsCheck(t *testing.T) {
	t.Parallel()
	defaults := grid.DefaultSettings()
	if err := defaults.Check(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	for _, test := range []struct {
		key    string
		says   string
		change func(*grid.Settings)
	}{
		{"near_m", "between 0 and 1000", func(s *grid.Settings) { s.NearM = -1 }},
		{"near_m", "between 0 and 1000", func(s *grid.Settings) { s.NearM = math.NaN() }},
		{"fallback_m", "between 0 and 1000", func(s *grid.Settings) { s.FallbackM = 1000.5 }},
		{"fallback_m", "between 0 and 1000", func(s *grid.Settings) { s.FallbackM = math.Inf(1) }},
		{"city_margin_deg", "between 0 and 1", func(s *grid.Settings) { s.CityMarginDeg = 1.01 }},
		{"qc.area_m2", "between 0 and 1e+06", func(s *grid.Settings) { s.QCAreaM2 = 1e7 }},
		{"qc.width_m", "between 0 and 1e+06", func(s *grid.Settings) { s.QCWidthM = -0.1 }},
		{"load_weights", "households, residents", func(s *grid.Settings) { s.LoadWeights = map[string]float64{"cats": 1} }},
		{"load_weights", "between 0 and 1000000", func(s *grid.Settings) { s.LoadWeights = map[string]float64{"hazard": -1} }},
		{"load_weights", "between 0 and 1000000", func(s *grid.Settings) { s.LoadWeights = map[string]float64{"residents": math.Inf(1)} }},
		{"time_zone", "Mars/Olympus", func(s *grid.Settings) { s.TimeZone = "Mars/Olympus" }},
		{"time_zone", "name of a zone", func(s *grid.Settings) { s.TimeZone = "" }},
		{"time_zone", "name of a zone", func(s *grid.Settings) { s.TimeZone = "Local" }},
		{"code_scheme", "", func(s *grid.Settings) { s.CodeScheme = grid.CodeScheme{GridPattern: "("} }},
	} {
		s := grid.DefaultSettings()
		test.change(&s)
		err := s.Check()
		var rule *grid.RuleError
		if !errors.As(err, &rule) || rule.Field != test.key || !strings.Contains(err.Error(), test.says) || !errors.Is(err, grid.ErrInvalid) {
			t.Errorf("%s: got %v, want it to say %q", test.key, err, test.says)
		}
	}
	s := grid.DefaultSettings()
	s.NearM, s.FallbackM, s.CityMarginDeg, s.QCAreaM2, s.QCWidthM = 1000, 0, 1, 0, 1e6
	s.LoadWeights = map[string]float64{"households": 0, "residents": 0.5, "incidents": 2, "shelter": 1e6}
	if err := s.Check(); err != nil {
		t.Errorf("limits: %v", err)
	}
}
