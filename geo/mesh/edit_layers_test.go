package mesh_test

import (
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
)

// TestEditsOfRealLayers does random edits on real layers that tile but for gaps, in one plane each: whatever is wrong with
// the layer before is as wrong after, nothing more, and the exact area stays.
func TestEditsOfRealLayers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		file []string
	}{
		{"single-member districts", []string{"washington-dc", "grid_smd_2013.geojson.gz"}},
		{"block groups", []string{"washington-dc", "grid_census_block_group_2010.geojson.gz"}},
		{"police service areas", []string{"washington-dc", "grid_police_service_area.geojson.gz"}},
		{"output areas", []string{"london-output-areas", "oa.geojson.gz"}},
		{"villages", []string{"taichung-villages", "village.geojson.gz"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			parts, _ := layer(t, tt.file...)
			rng := rand.New(rand.NewPCG(7, 43))
			w := &world{Plane: mesh.NewPlane(parts, nil)}
			done := map[string]int{}
			refused := map[string]int{}
			for range sequences(t, 60) {
				op, e, err := w.step(rng)
				if err != nil {
					r := rule(t, err)
					if r == mesh.RuleBroken {
						t.Errorf("%s: %v", op, err)
					}
					refused[op+": "+string(r)]++
					continue
				}
				done[op]++
				for k, m := range e.Faces {
					if len(m) > 0 && geo.Check(m) != nil {
						t.Fatalf("%s: face %d: %v", op, k, geo.Check(m))
					}
				}
				w = &world{Plane: w.Apply(e)}
			}
			t.Log(done, refused)
			holdSameFaults(t, parts, all(w.Plane))
		})
	}
}

// holdSameFaults fails unless two layers of one area leave the same gaps and have the same area and outline.
func holdSameFaults(t *testing.T, before, after []geo.MultiPolygon) {
	t.Helper()
	used := after[:0:0]
	for _, m := range after {
		if len(m) > 0 {
			used = append(used, m)
		}
	}
	var was, is int64
	for _, m := range before {
		was += m.TwiceArea()
	}
	for _, m := range used {
		is += m.TwiceArea()
	}
	if was != is {
		t.Errorf("twice the area is %d, was %d", is, was)
	}
	a, b := mesh.CheckLayer(before), mesh.CheckLayer(used)
	if len(a) != len(b) {
		t.Fatalf("%d faults, before %d: %v", len(b), len(a), count(b))
	}
	for i := range a {
		if a[i].Kind != b[i].Kind || a[i].AreaM2 != b[i].AreaM2 {
			t.Errorf("fault %v, before %v", b[i], a[i])
		}
	}
	if faults := mesh.Check(used, mesh.Dissolve(before)); len(faults) != len(mesh.Check(before, mesh.Dissolve(before))) {
		t.Errorf("%d faults within the outline from before", len(faults))
	}
}
