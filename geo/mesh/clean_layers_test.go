package mesh_test

import (
	"maps"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
)

// kinds counts changes by kind and what was left by its reason.
func kinds(c mesh.Cleaned) (changes map[mesh.CleanKind]int, left map[string]int) {
	changes, left = map[mesh.CleanKind]int{}, map[string]int{}
	for _, ch := range c.Changes {
		changes[ch.Kind]++
	}
	for _, f := range c.Left {
		left[string(f.Kind)+" "+string(f.Why)]++
	}
	return changes, left
}

// TestCleanRealLayers cleans real layers within their own outlines: what is left is above the tolerances, and no part is lost.
func TestCleanRealLayers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		file []string
		want map[string]int // what is left
	}{
		{"precincts", []string{"washington-dc", "grid_voting_precinct_2012.geojson.gz"}, map[string]int{"gap too_large": 37, "overlap too_large": 24}},
		{"sub-neighbourhoods", []string{"washington-dc", "grid_assessment_sub_neighborhood.geojson.gz"}, map[string]int{"gap too_large": 18, "overlap too_large": 23}},
		{"output areas", []string{"london-output-areas", "oa.geojson.gz"}, map[string]int{"gap too_large": 15}},
		{"villages", []string{"taichung-villages", "village.geojson.gz"}, map[string]int{"gap too_large": 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			parts, _ := layer(t, tt.file...)
			cleaned, err := mesh.Clean(mesh.Layer{Parts: parts}, tolerances)
			if err != nil {
				t.Fatal(err)
			}
			changes, left := kinds(cleaned)
			var gained, lost float64
			for _, s := range cleaned.Sums {
				gained, lost = gained+s.GainedM2, lost+s.LostM2
			}
			t.Logf("%d parts: %v, left %v, %.2f m² gained, %.2f m² lost", len(parts), changes, left, gained, lost)
			if !maps.Equal(left, tt.want) {
				t.Errorf("left %v, want %v", left, tt.want)
			}
			holdCleaned(t, parts, nil, tolerances, cleaned)
		})
	}
}

// TestCleanIntoOutline cleans London's areas into the outline that the clean ones have, less every tenth vertex of the outline
// on a straight line: legacy outlines lack what only the layer below has.
func TestCleanIntoOutline(t *testing.T) {
	t.Parallel()
	parts, _ := layer(t, "taichung-villages", "village.geojson.gz")
	cleaned, err := mesh.Clean(mesh.Layer{Parts: parts}, tolerances)
	if err != nil {
		t.Fatal(err)
	}
	outline := mesh.Dissolve(cleaned.Parts)
	sparse := make(geo.MultiPolygon, len(outline))
	for i, poly := range outline {
		for _, r := range poly {
			var thin geo.Ring
			for k, v := range r {
				a, b := r[(k+len(r)-1)%len(r)], r[(k+1)%len(r)]
				if geo.Orient(a, v, b) != 0 || k%10 != 0 {
					thin = append(thin, v)
				}
			}
			sparse[i] = append(sparse[i], thin)
		}
	}
	again, err := mesh.Clean(into(cleaned.Parts, sparse), tolerances)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Proven() {
		t.Error(done(again))
	}
	holdCleaned(t, cleaned.Parts, sparse, tolerances, again)
}
