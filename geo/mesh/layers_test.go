package mesh_test

import (
	"compress/gzip"
	"io"
	"maps"
	"math"
	"os"
	"testing"

	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// layer reads the polygons of a gzipped GeoJSON file of the shared data. invalid counts those left out.
func layer(t testing.TB, elem ...string) (parts []geo.MultiPolygon, invalid int) {
	t.Helper()
	f, err := os.Open(geotest.Data(t, elem...))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	fc, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fc.Features {
		m, err := geo.FromOrb(f.Geometry)
		if err != nil {
			invalid++
			continue
		}
		parts = append(parts, m)
	}
	return parts, invalid
}

// count returns how many faults there are of every kind.
func count(faults []mesh.Fault) map[mesh.Kind]int {
	n := make(map[mesh.Kind]int)
	for _, f := range faults {
		n[f.Kind]++
	}
	return n
}

// TestRealLayers checks layers whose defects the data's own pages tell: the first group has none, precincts have "80
// slivers/holes" and overlap by 1.2e-5 of their area, and of the output areas 14 invalid ones are missing here.
func TestRealLayers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		file []string
		want map[mesh.Kind]int
	}{
		{"single-member districts", []string{"washington-dc", "grid_smd_2013.geojson.gz"}, map[mesh.Kind]int{}},
		{"block groups", []string{"washington-dc", "grid_census_block_group_2010.geojson.gz"}, map[mesh.Kind]int{}},
		{"police service areas", []string{"washington-dc", "grid_police_service_area.geojson.gz"}, map[mesh.Kind]int{}},
		{"precincts", []string{"washington-dc", "grid_voting_precinct_2012.geojson.gz"}, map[mesh.Kind]int{mesh.Gap: 85, mesh.Overlap: 81, mesh.UnmatchedBorder: 52}},
		{"sub-neighbourhoods", []string{"washington-dc", "grid_assessment_sub_neighborhood.geojson.gz"}, map[mesh.Kind]int{mesh.Gap: 113, mesh.Overlap: 126, mesh.UnmatchedBorder: 8}},
		{"output areas", []string{"london-output-areas", "oa.geojson.gz"}, map[mesh.Kind]int{mesh.Gap: 15}},
		{"villages", []string{"taichung-villages", "village.geojson.gz"}, map[mesh.Kind]int{mesh.Gap: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			parts, invalid := layer(t, tt.file...)
			faults := mesh.CheckLayer(parts)
			t.Logf("%d parts, %d invalid, %v m² of faults: %v", len(parts), invalid, sums(faults), count(faults))
			if got := count(faults); !maps.Equal(got, tt.want) {
				t.Errorf("faults %v, want %v", got, tt.want)
			}
			if len(tt.want) == 0 {
				if faults := mesh.Check(parts, mesh.Dissolve(parts)); len(faults) > 0 {
					t.Errorf("against its own outline: %v", faults[0])
				}
			}
			holdBalance(t, parts, faults)
		})
	}
}

// holdBalance checks the faults of a layer with its union as PostGIS would measure it: the outline that the parts
// and gaps dissolve to covers what parts cover less what they cover twice.
func holdBalance(t *testing.T, parts []geo.MultiPolygon, faults []mesh.Fault) {
	t.Helper()
	box := geo.EmptyBox()
	for _, m := range parts {
		box = box.Union(m.Box())
	}
	around := geo.MultiPolygon{{{box.Min, {X: box.Max.X, Y: box.Min.Y}, box.Max, {X: box.Min.X, Y: box.Max.Y}}}}
	inBox := sums(mesh.Check(parts, around))
	got := geo.AreaM2(around) - inBox[mesh.Gap] + inBox[mesh.Overlap]
	if want := area(parts); math.Abs(got-want) > 1e-6*want {
		t.Errorf("box less gaps plus overlaps is %v m², parts are %v m²", got, want)
	}
	if a, b := inBox[mesh.Overlap], sums(faults)[mesh.Overlap]; math.Abs(a-b) > 1e-6*a+1e-3 {
		t.Errorf("overlaps of %v m² in a box, %v m² without", a, b)
	}
}
