package grid

import (
	"math"
	"slices"
)

// HouseholdsOf returns the households of a grid: those of its household points, or its own figure where it has no points and they do
// not tell that there are none.
func HouseholdsOf(g *Grid, c GridCounts) int {
	if c.HouseholdPoints == 0 && !c.Counted {
		return countOr0(g.Households)
	}
	return c.Households
}

// LoadOf weighs a grid by what is assigned to it (BR-73). weights are Settings.LoadWeights.
func LoadOf(g *Grid, c GridCounts, weights map[string]float64) float64 {
	residents := c.Residents
	if c.HouseholdPoints == 0 {
		residents = countOr0(g.Residents)
	}
	// In an order of their own, so that the sum is the same every time.
	inputs := make([]string, 0, len(weights))
	for input := range weights {
		inputs = append(inputs, input)
	}
	slices.Sort(inputs)
	load := 0.0
	for _, input := range inputs {
		switch input {
		case "households":
			load += weights[input] * float64(HouseholdsOf(g, c))
		case "residents":
			load += weights[input] * float64(residents)
		case "incidents":
			load += weights[input] * float64(c.IncidentsTotal)
		default:
			load += weights[input] * float64(c.Places[input])
		}
	}
	return load
}

// SpreadOf returns how loads spread, zero for none; CV is 0 where the mean is.
func SpreadOf(loads []float64) LoadSpread {
	if len(loads) == 0 {
		return LoadSpread{}
	}
	sum, squares := 0.0, 0.0
	for _, l := range loads {
		sum += l
	}
	s := LoadSpread{Grids: len(loads), Min: slices.Min(loads), Max: slices.Max(loads), Mean: sum / float64(len(loads))}
	for _, l := range loads {
		squares += (l - s.Mean) * (l - s.Mean)
	}
	if s.Mean != 0 {
		s.CV = math.Sqrt(squares/float64(len(loads))) / s.Mean
	}
	return s
}

func countOr0(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
