package synth_test

import (
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/synth"
)

// city makes a city or fails the test.
func city(t testing.TB, seed uint64, grids int) *synth.City {
	t.Helper()
	c, err := synth.New(synth.Config{Seed: seed, Grids: grids})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// read returns the records of a layer.
func read(t testing.TB, c *synth.City, layer string) []grid.Record {
	t.Helper()
	rows, err := c.Layer(layer)
	if err != nil {
		t.Fatal(err)
	}
	var rs []grid.Record
	for r := range rows {
		rs = append(rs, r)
	}
	return rs
}

func shape(t testing.TB, g orb.Geometry) geo.MultiPolygon {
	t.Helper()
	m, err := geo.FromOrb(g)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTiling proves L1 on every level: grids and void areas tile their community, communities their street, streets
// their county, counties the city, borders matched vertex for vertex.
func TestTiling(t *testing.T) {
	t.Parallel()
	for _, size := range []struct {
		seed  uint64
		grids int
	}{{1, 60}, {2, 97}, {3, 500}, {4, 1500}} {
		c := city(t, size.seed, size.grids)
		outlines := map[string]geo.MultiPolygon{}
		parts := map[string][]geo.MultiPolygon{}
		for _, r := range read(t, c, "divisions") {
			m := shape(t, r.Geometry)
			outlines[r.Fields["code"].(string)] = m
			if parent, ok := r.Fields["parent_code"].(string); ok {
				parts[parent] = append(parts[parent], m)
			}
		}
		for _, layer := range []string{"base_grids", "void_areas"} {
			for _, r := range read(t, c, layer) {
				code := r.Fields["community_code"].(string)
				parts[code] = append(parts[code], shape(t, r.Geometry))
			}
		}
		if len(parts) != len(outlines) {
			t.Fatalf("%d divisions have parts, of %d", len(parts), len(outlines))
		}
		for code, ps := range parts {
			for _, f := range mesh.Check(ps, outlines[code]) {
				t.Errorf("seed %d, %d grids: division %s: %v of %.3f m² at %v", size.seed, size.grids, code, f.Kind, f.AreaM2, f.At)
			}
		}
	}
}
