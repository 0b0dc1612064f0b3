package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/features"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// everyFormat exports every collection in every format and has GDAL read it back: the same features, with the same bits of every
// coordinate, as the database and the city in memory have.
func everyFormat(t *testing.T, s *store.Store, state *live.State) {
	t.Helper()
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		t.Log("ogr2ogr is missing, so nobody else has read the files: install it with scripts/setup gdal")
		return
	}
	dir := t.TempDir()
	total := 0
	for i := range grid.Collections {
		c := &grid.Collections[i]
		want := map[string]string{}
		reader := features.Reader{Store: s}
		err := reader.Read(t.Context(), state, features.Query{Collection: c, Actor: operator()}, func(f grid.Feature) error {
			want[f.Code] = bitsOf(f.Geometry)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		total += len(want)
		for _, format := range []string{"geojson", "ndjson", "csv", "gpkg"} {
			file := filepath.Join(dir, c.ID+"."+format)
			if err := (&exportCmd{Name: c.ID, Output: file, Purpose: "test", MinZoom: -1, MaxZoom: -1}).Run(t.Context(), &cli{}); err != nil {
				t.Fatal(err)
			}
			if len(want) == 0 {
				continue // GDAL has no layer to read in a text of nothing
			}
			if got := readBack(t, file); !maps.Equal(got, want) {
				t.Errorf("%s: GDAL reads %d features back of %d, or with other coordinates", file, len(got), len(want))
			}
		}
	}
	if total < 500 {
		t.Errorf("only %d features were compared", total)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 4*len(grid.Collections) {
		t.Errorf("%d files: %v", len(files), err)
	}
}

// readBack returns the coordinates of the features of a file by their codes, as GDAL reads them.
func readBack(t *testing.T, file string) map[string]string {
	t.Helper()
	source := file
	if strings.HasSuffix(file, ".ndjson") {
		source = "GeoJSONSeq:" + file
	}
	raw, err := exec.Command("ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=17", "-lco", "SIGNIFICANT_FIGURES=17", "/vsistdout/", source).Output()
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var doc struct{ Features []json.RawMessage }
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, one := range doc.Features {
		f, err := geojson.UnmarshalFeature(one)
		if err != nil {
			t.Fatal(err)
		}
		got[fmt.Sprint(f.Properties["code"])] = bitsOf(f.Geometry)
	}
	return got
}

// bitsOf writes out a shape with the bits of its coordinates, rings turned the same way.
func bitsOf(g orb.Geometry) string {
	polygons, ok := g.(orb.MultiPolygon)
	if !ok {
		return fmt.Sprintf("%T %v", g, hex(g))
	}
	var parts []string
	for _, p := range polygons {
		for i, ring := range p {
			ring = slices.Clone(ring)
			if (ring.Orientation() == orb.CCW) != (i == 0) {
				slices.Reverse(ring)
			}
			parts = append(parts, hex(ring))
		}
		parts = append(parts, ";")
	}
	return strings.Join(parts, "|")
}

func hex(g any) string {
	switch g := g.(type) {
	case orb.Point:
		return fmt.Sprintf("%x,%x", math.Float64bits(g[0]), math.Float64bits(g[1]))
	case orb.LineString:
		return joined(g)
	case orb.Ring:
		return joined(g)
	case orb.MultiLineString:
		text := ""
		for _, line := range g {
			text += "(" + joined(line) + ")"
		}
		return text
	}
	return fmt.Sprintf("%v", g)
}

func joined(points []orb.Point) string {
	parts := make([]string, len(points))
	for i, p := range points {
		parts[i] = hex(p)
	}
	return strings.Join(parts, " ")
}
