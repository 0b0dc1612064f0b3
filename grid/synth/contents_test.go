package synth_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/synth"
)

// TestCodes checks the codes of divisions and grids by the scheme and that they nest and are numbered without a gap.
func TestCodes(t *testing.T) {
	t.Parallel()
	c := city(t, 3, 700)
	scheme := grid.StatisticalScheme
	seen := map[string]bool{}
	for _, r := range read(t, c, "divisions") {
		code, level := r.Fields["code"].(string), r.Fields["level"].(string)
		if err := scheme.CheckDivision(code, level); err != nil {
			t.Error(err)
		}
		parent, _ := r.Fields["parent_code"].(string)
		if parent != scheme.Parent(code) || parent != "" && !seen[parent] || seen[code] || !strings.HasPrefix(code, "9901") {
			t.Errorf("division %s: parent %q, seen before: %v", code, parent, seen[code])
		}
		seen[code] = true
	}
	last := map[string]int{}
	for _, r := range read(t, c, "base_grids") {
		code, community := r.Fields["code"].(string), r.Fields["community_code"].(string)
		if err := scheme.CheckGrid(code, grid.Base, community); err != nil {
			t.Error(err)
		}
		if last[community]++; code != fmt.Sprintf("%s%03d", community, last[community]) || !seen[community] {
			t.Errorf("grid %s is number %d of its community", code, last[community])
		}
	}
	dedicated := map[string]int{}
	for _, r := range read(t, c, "dedicated_grids") {
		code, community := r.Fields["code"].(string), r.Fields["community_code"].(string)
		if err := scheme.CheckGrid(code, grid.Dedicated, community); err != nil {
			t.Error(err)
		}
		if dedicated[code]++; dedicated[code] > 1 {
			t.Errorf("dedicated grid %s twice", code)
		}
	}
}

// TestReferences checks that what a row names is there, and was there before it.
func TestReferences(t *testing.T) {
	t.Parallel()
	c := city(t, 8, 400)
	have := map[string]map[string]bool{}
	refers := map[string][]string{ // field: layers that it may refer to
		"parent_code": {"divisions", "organizations"}, "division_code": {"divisions"}, "community_code": {"divisions"}, "host_org_code": {"organizations"},
		"supervising_org_code": {"organizations"}, "managing_org_code": {"organizations"}, "owner_org_code": {"organizations"}, "org_code": {"organizations"},
		"network_code": {"networks"}, "worker_code": {"workers"}, "stand_in_worker_code": {"workers"}, "grid_code": {"base_grids", "dedicated_grids"},
	}
	for layer, records := range c.Layers() {
		have[layer.Name] = map[string]bool{}
		for r := range records {
			for field, layers := range refers {
				to, ok := r.Fields[field].(string)
				if ok && !slices.ContainsFunc(layers, func(l string) bool { return have[l][to] }) {
					t.Fatalf("%s %d: %s names %s, which was not there before", layer.Name, r.Line, field, to)
				}
			}
			code, ok := r.Fields["code"].(string)
			if ok && have[layer.Name][code] {
				t.Fatalf("%s %d: code %s twice", layer.Name, r.Line, code)
			}
			have[layer.Name][code] = true
		}
	}
}

// TestDedicated checks that dedicated grids are disjoint, most have a contact and some none.
func TestDedicated(t *testing.T) {
	t.Parallel()
	c := city(t, 9, 1500)
	var shapes []geo.MultiPolygon
	codes := map[string]bool{}
	for _, r := range read(t, c, "dedicated_grids") {
		shapes = append(shapes, shape(t, r.Geometry))
		codes[r.Fields["code"].(string)] = true
	}
	for _, f := range mesh.CheckDisjoint(shapes) {
		t.Errorf("%v of %.3f m² at %v", f.Kind, f.AreaM2, f.At)
	}
	with := 0
	for _, r := range read(t, c, "posts") {
		if codes[r.Fields["grid_code"].(string)] {
			with++
		}
	}
	if len(codes) < 60 || with < len(codes)*8/10 || with == len(codes) {
		t.Errorf("%d dedicated grids, %d with a contact", len(codes), with)
	}
}

// TestPeople checks the households: their norm, and that the points in a grid add up to its number; and that no house is
// cut by a border.
func TestPeople(t *testing.T) {
	t.Parallel()
	c := city(t, 10, 200)
	grids, counted, points := read(t, c, "base_grids"), map[string]float64{}, read(t, c, "household_points")
	houses := read(t, c, "buildings")
	normal, onBorder := 0, 0
	for _, g := range grids {
		m := shape(t, g.Geometry)
		for _, p := range points {
			at, err := geo.Snap(p.Geometry.(orb.Point))
			if err == nil && m.Box().Contains(at) && geo.Locate(m, at) == geo.Inside {
				counted[g.Fields["code"].(string)] += p.Fields["households"].(float64)
			}
		}
		n, code := g.Fields["households"].(float64), g.Fields["code"].(string)
		if counted[code] != n {
			t.Errorf("grid %s has %v households, its points %v", code, n, counted[code])
		}
		if n >= 300 && n <= 500 {
			normal++
		}
		onBorder += cut(t, m, houses)
	}
	if normal < 3*len(grids)/4 || normal == len(grids) {
		t.Errorf("%d of %d grids have 300 to 500 households", normal, len(grids))
	}
	if onBorder > 0 {
		t.Errorf("%d houses are cut by a border", onBorder)
	}
}

// cut counts the houses with corners inside and outside m.
func cut(t *testing.T, m geo.MultiPolygon, houses []grid.Record) int {
	t.Helper()
	n := 0
	for _, h := range houses {
		inside := 0
		ring := h.Geometry.(orb.Polygon)[0][1:]
		for _, v := range ring {
			if p, err := geo.Snap(v); err == nil && m.Box().Contains(p) && geo.Locate(m, p) != geo.Outside {
				inside++
			}
		}
		if inside != 0 && inside != len(ring) {
			n++
		}
	}
	return n
}

// TestEdgesOfPlaces checks that some places lie exactly on a border and some outside every grid, in the city's box.
func TestEdgesOfPlaces(t *testing.T) {
	t.Parallel()
	c, err := synth.New(synth.Config{Seed: 4, Grids: 100, Places: 20_000})
	if err != nil {
		t.Fatal(err)
	}
	whole := shape(t, read(t, c, "divisions")[0].Geometry)
	vertices := map[geo.Point]bool{}
	for _, g := range read(t, c, "base_grids") {
		for _, p := range shape(t, g.Geometry) {
			for _, v := range p[0] {
				vertices[v] = true
			}
		}
	}
	border, outside := 0, 0
	for _, layer := range []string{"hazards", "rental_premises", "response_points", "incidents"} {
		for _, r := range read(t, c, layer) {
			at, ok := r.Geometry.(orb.Point)
			if !ok {
				continue
			}
			p, err := geo.Snap(at)
			if err != nil || !whole.Box().Contains(p) {
				t.Fatalf("%s: %v is out of the city's box", layer, at)
			}
			if vertices[p] {
				border++
			} else if geo.Locate(whole, p) == geo.Outside {
				outside++
			}
		}
	}
	if border < 20 || outside < 5 || outside > 100 {
		t.Errorf("%d places on a border and %d outside", border, outside)
	}
}
