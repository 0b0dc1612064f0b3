package grid_test

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/grid"
)

// tree is a city of divisions, grids and organisations, for tests of what needs no geometry.
type tree struct {
	divisions map[string]*grid.Division
	codes     []string // of the divisions, city first
	lowest    []string // communities
	units     []grid.Unit
	at        map[grid.Unit]string
}

// newTree returns a city of counties, streets and communities, so many in each.
func newTree(counties, streets, communities int) *tree {
	t := &tree{divisions: map[string]*grid.Division{}, at: map[grid.Unit]string{}}
	add := func(code, level, parent string) string {
		t.divisions[code] = &grid.Division{Code: code, Level: level, ParentCode: parent}
		t.codes = append(t.codes, code)
		t.unit(grid.UnitDivision, code, code)
		t.unit(grid.UnitOrg, "O"+code, code)
		return code
	}
	city := add("c", grid.LevelCity, "")
	for i := range counties {
		county := add(fmt.Sprintf("%s%d", city, i), grid.LevelCounty, city)
		for j := range streets {
			street := add(fmt.Sprintf("%s%d", county, j), grid.LevelStreet, county)
			for k := range communities {
				community := add(fmt.Sprintf("%s%d", street, k), grid.LevelCommunity, street)
				t.lowest = append(t.lowest, community)
				for g := range 2 {
					t.unit(grid.UnitGrid, fmt.Sprintf("%sg%d", community, g), community)
				}
			}
		}
	}
	return t
}

func (t *tree) unit(kind, code, division string) {
	u := grid.NewUnit(kind, code)
	t.units = append(t.units, u)
	t.at[u] = division
}

func randomTree(r *rapid.T) *tree {
	some := func(what string) int { return rapid.IntRange(1, 3).Draw(r, what) }
	return newTree(some("counties"), some("streets"), some("communities"))
}

func (t *tree) chain(code string) []*grid.Division {
	var chain []*grid.Division
	for d := t.divisions[code]; d != nil; d = t.divisions[d.ParentCode] {
		chain = append(chain, d)
	}
	return chain
}

// covers reports whether a division lies in the subtree of a scope; codes of this tree begin with their parent's.
func (t *tree) covers(scope, division string) bool {
	return scope == "" || len(division) >= len(scope) && division[:len(scope)] == scope
}

// where returns the division of a unit, that of the incident for one that nobody knows.
func (t *tree) where(u grid.Unit, in *grid.Incident) string {
	if at := t.at[u]; at != "" {
		return at
	}
	return in.Assignment.CommunityCode
}

// circumstances returns those of an act without a gate.
func (t *tree) circumstances(s *grid.Settings, actor grid.Actor) grid.IncidentCircumstances {
	return grid.IncidentCircumstances{
		Settings: s, Actor: actor, Chain: t.chain, DivisionOf: func(u grid.Unit) string { return t.at[u] },
		Gate: func(grid.Unit) (string, int, error) { return "", 0, nil },
	}
}

// common returns the lowest division that covers all.
func (t *tree) common(divisions []string) string {
	common := ""
	for _, code := range t.codes {
		if len(code) > len(common) && !slices.ContainsFunc(divisions, func(d string) bool { return !t.covers(code, d) }) {
			common = code
		}
	}
	return common
}
