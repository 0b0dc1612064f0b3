package intake

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// tree is the divisions, those stored and those under way, with what is needed to find parents.
type tree struct {
	scheme  grid.CodeScheme
	byCode  map[string]*node
	byLevel [4][]*node
	derived []*node // made for missing levels
}

type node struct {
	grid.Division
	area geo.MultiPolygon
	box  geo.Box
}

func (s *session) newTree() (*tree, error) {
	t := &tree{scheme: s.settings.CodeScheme, byCode: map[string]*node{}}
	for _, d := range s.city.Divisions() {
		area, err := geo.FromOrb(d.Outline)
		if err != nil {
			return nil, fmt.Errorf("division %s: %w", d.Code, err)
		}
		t.add(&node{Division: d, area: area, box: area.Box()})
	}
	return t, nil
}

func (t *tree) add(n *node) {
	t.byCode[n.Code] = n
	rank := grid.LevelRank(n.Level)
	t.byLevel[rank] = append(t.byLevel[rank], n)
}

// city returns the city, nil when there is none.
func (t *tree) city() *node {
	if len(t.byLevel[0]) == 0 {
		return nil
	}
	return t.byLevel[0][0]
}

// above returns the division of the given level that something belongs to: the one that is named, or the one that its
// code tells, or else, and inferred is true then, the one that holds the largest share of its area. Levels that are
// missing in between are made. code is the thing's own. The error is a *grid.RuleError.
func (t *tree) above(level, named, code string, area geo.MultiPolygon) (n *node, inferred bool, err error) {
	if named != "" {
		n = t.byCode[named]
		if n == nil {
			return nil, false, faultf("unknown", "", "there is no division "+shown(named))
		}
		if grid.LevelRank(n.Level) > grid.LevelRank(level) {
			return nil, false, faultf("level", "", fmt.Sprintf("%s is a %s, not a %s or above", n.Code, n.Level, level))
		}
		if n.Level != level && t.hasBelow(n, level) {
			n, inferred = t.largest(area, level, n), true
			if n == nil {
				return nil, false, faultf("outside", "geometry", "it lies in no "+level+" of "+shown(named))
			}
		}
	}
	if n == nil {
		n = t.byItsCode(level, code)
	}
	for rank := grid.LevelRank(level); n == nil && rank >= 0; rank-- {
		n, inferred = t.largest(area, t.levelName(rank), nil), true
	}
	if n == nil {
		return nil, false, faultf("outside", "geometry", "it lies in no division")
	}
	n, err = t.down(n, level, code)
	return n, inferred, err
}

func (t *tree) levelName(rank int) string {
	return []string{grid.LevelCity, grid.LevelCounty, grid.LevelStreet, grid.LevelCommunity}[rank]
}

// byItsCode finds the division of that level, or else the lowest one above it, that the code itself tells.
func (t *tree) byItsCode(level, code string) *node {
	if !t.scheme.LevelFromZeros || len(code) < 12 {
		return nil
	}
	for up := cutCode(code, level); up != ""; up = t.scheme.Parent(up) {
		if n := t.byCode[up]; n != nil && grid.LevelRank(n.Level) <= grid.LevelRank(level) {
			return n
		}
	}
	return nil
}

// cutCode returns the statistical code of the division of that level that a longer or lower code is in.
func cutCode(code, level string) string {
	switch level {
	case grid.LevelCounty:
		return code[:6] + "000000"
	case grid.LevelStreet:
		return code[:9] + "000"
	case grid.LevelCommunity:
		return code[:12]
	}
	return code[:4] + "00000000"
}

// hasBelow reports whether a division of that level, which was not made for a missing one, lies under n.
func (t *tree) hasBelow(n *node, level string) bool {
	return slices.ContainsFunc(t.byLevel[grid.LevelRank(level)], func(d *node) bool { return !d.Derived && t.under(d, n) })
}

func (t *tree) under(d, n *node) bool {
	for d != nil && d != n {
		d = t.byCode[d.ParentCode]
	}
	return d == n
}

// largest returns the division of the level, under root unless that is nil, that shares most area with area; nil when
// none does. Equal shares go to the lowest code.
func (t *tree) largest(area geo.MultiPolygon, level string, root *node) *node {
	box := area.Box()
	var best *node
	most := 0.0
	for _, n := range t.byLevel[grid.LevelRank(level)] {
		if !n.box.Intersects(box) || root != nil && !t.under(n, root) {
			continue
		}
		share := geo.OverlapArea(area, n.area)
		if share > most || share == most && share > 0 && n.Code < best.Code {
			best, most = n, share
		}
	}
	return best
}

// down makes the levels that are missing between n and level and returns the one of that level.
func (t *tree) down(n *node, level, code string) (*node, error) {
	for n.Level != level {
		next := t.levelName(grid.LevelRank(n.Level) + 1)
		made := t.derivedCode(n, next, code)
		if there := t.byCode[made]; there != nil {
			if there.Level != next {
				return nil, faultf("level", "", fmt.Sprintf("the missing %s would have the code %s, which a %s has", next, made, there.Level))
			}
			n = there
			continue
		}
		if err := t.scheme.CheckDivision(made, next); err != nil {
			return nil, err
		}
		d := &node{Division: n.Division, area: n.area, box: n.box}
		d.Code, d.Level, d.ParentCode, d.Derived, d.Inferred = made, next, n.Code, true, false
		d.Kind, d.UrbanRuralClass, d.Households, d.Residents, d.CountedOn = "", "", nil, nil, nil
		if next == grid.LevelCounty {
			d.CountyCode = made
		}
		t.add(d)
		t.derived = append(t.derived, d)
		n = d
	}
	return n, nil
}

// derivedCode is the code of a division made for a missing level: what the code of the thing below tells, or else the
// parent's code with the level behind it.
func (t *tree) derivedCode(parent *node, level, code string) string {
	if !t.scheme.LevelFromZeros || len(code) < 12 {
		return parent.Code + "-" + level
	}
	made := cutCode(code, level)
	if made == parent.Code && level == grid.LevelCounty { // a city without counties, such as 441900000000
		return code[:4] + "01000000"
	}
	return made
}

// made returns the divisions made for missing levels, by code.
func (t *tree) made() []grid.Division {
	var out []grid.Division
	for _, n := range t.derived {
		out = append(out, n.Division)
	}
	slices.SortFunc(out, func(a, b grid.Division) int { return cmp.Compare(a.Code, b.Code) })
	return out
}
