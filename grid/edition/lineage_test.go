package edition_test

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
)

// TestLineageOfSplits: lines that end between vertices bend the borders of neighbours by less than a unit. What one grid gains or
// loses by that makes no merge of a split, and no grid the neighbours' child.
func TestLineageOfSplits(t *testing.T) {
	t.Parallel()
	city := bigCounty(t, 16)
	d := draft(t, city, cty)
	parts := map[string]int{} // by the grid that was split
	for _, g := range city.Edition(cty).Base() {
		b := g.Boundary.Bound()
		across := orb.LineString{{b.Min[0], b.Center()[1] + 1.23e-5}, {b.Max[0], b.Center()[1] - 3.21e-5}}
		next, _, err := d.Apply(grid.Change{Op: grid.OpSplit, Grid: g.Code, Line: geojson.NewGeometry(across)}, nil)
		if err == nil { // not along the county's line, where no junction may be made
			d, parts[g.Code] = next, 0
		}
	}
	for _, l := range d.Diff().Lineage {
		if parts[l.FromCode]++; l.Relation != "split" {
			t.Errorf("%+v", l)
		}
	}
	if len(parts) < 8 {
		t.Fatalf("only %d grids could be split", len(parts))
	}
	for code, n := range parts {
		if n != 2 {
			t.Errorf("%s: %d rows of lineage, want 2", code, n)
		}
	}
}
