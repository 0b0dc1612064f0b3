package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

func TestCleanReportName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		clean, ok bool
	}{
		{"", false, true}, {"", true, true}, {"a.json", true, true}, {"a.geojson", true, true}, {"a.json", false, false}, {"a.txt", true, false},
	} {
		if err := checkReportName(tt.name, tt.clean); (err == nil) != tt.ok {
			t.Errorf("%q, clean %v: %v", tt.name, tt.clean, err)
		}
	}
}

func TestWriteCleanReport(t *testing.T) {
	t.Parallel()
	r := &grid.CleanReport{
		CountyCode: "N", Parts: 2,
		Changes: []grid.CleanChange{{Kind: mesh.VertexAdded, Code: "a", At: orb.Point{120, 31}}},
		Left:    []grid.CleanLeft{{Kind: mesh.Gap, Why: mesh.TooLarge, Polygon: orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}}}},
	}
	dir := t.TempDir()
	read := func(name string, reports ...*grid.CleanReport) []byte {
		path := filepath.Join(dir, name)
		if err := writeCleanReport(path, reports); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	var document struct{ Counties []grid.CleanReport }
	if err := json.Unmarshal(read("a.json", r), &document); err != nil || len(document.Counties) != 1 || document.Counties[0].Changes[0].Code != "a" {
		t.Errorf("%v: %+v", err, document)
	}
	fc, err := geojson.UnmarshalFeatureCollection(read("a.geojson", r))
	if err != nil || len(fc.Features) != 2 || fc.Features[1].Properties["left"] != "too_large" {
		t.Errorf("%v: %+v", err, fc)
	}
	if fc, err := geojson.UnmarshalFeatureCollection(read("empty.geojson")); err != nil || len(fc.Features) != 0 {
		t.Errorf("nothing cleaned: %v", err)
	}
}
