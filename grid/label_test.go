package grid_test

import (
	"testing"

	"github.com/wangge/wangge/grid"
)

// TestLabels: every property of every collection, every field of every layer, and every value that a fixed list allows, has a name in both languages.
func TestLabels(t *testing.T) {
	all := append([]grid.Collection{grid.AllPlaces}, grid.Collections...)
	codes := grid.Codes{"made_up": {{Code: "a", ZH: "甲", EN: "first"}}}
	for i := range all {
		for _, f := range all[i].Fields {
			if l := f.Label(); l.ZH == "" || l.EN == "" {
				t.Errorf("%s.%s is called %q and %q", all[i].ID, f.Name, l.ZH, l.EN)
			}
			labels := codes.Labels(f)
			if len(labels) != len(f.Values) {
				t.Errorf("%s.%s: %d of %d values have names", all[i].ID, f.Name, len(labels), len(f.Values))
			}
			for k, l := range labels {
				if l.Code != f.Values[k] || l.ZH == "" || l.EN == "" {
					t.Errorf("%s.%s: %+v for %s", all[i].ID, f.Name, l, f.Values[k])
				}
			}
		}
	}
	for i := range grid.Layers {
		for _, f := range grid.Layers[i].Fields {
			if l := f.Label(); l.ZH == "" || l.EN == "" {
				t.Errorf("the layer %s: %s is called %q and %q", grid.Layers[i].Name, f.Name, l.ZH, l.EN)
			}
		}
	}
	if got := codes.Labels(grid.Field{Type: grid.Enum, Enumeration: "made_up"}); len(got) != 1 || got[0].EN != "first" {
		t.Errorf("a city's own code: %v", got)
	}
	if got := codes.Labels(grid.Field{Type: grid.Text}); got != nil {
		t.Errorf("values of a text: %v", got)
	}
}
