package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/export"
)

// gdal runs a program of GDAL and returns what it prints.
func gdal(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is missing: install it with scripts/setup gdal", name)
	}
	var out, said bytes.Buffer
	command := exec.Command(name, args...)
	command.Stdout, command.Stderr = &out, &said
	if err := command.Run(); err != nil || strings.Contains(said.String(), "Warning") || strings.Contains(said.String(), "ERROR") {
		t.Fatalf("%s %v: %v\n%s", name, args, err, said.String())
	}
	return out.Bytes()
}

// TestGDAL: GDAL reads the four formats back, and every feature is there with every bit of its coordinates.
func TestGDAL(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"base", "shelters", "hazards", "incidents"} {
		for _, format := range export.Formats {
			t.Run(id+"/"+string(format), func(t *testing.T) {
				t.Parallel()
				c := collection(t, id)
				list := features(c, 60)
				file := filepath.Join(t.TempDir(), "out."+string(format))
				if err := os.WriteFile(file, write(t, format, c, list, info), 0o600); err != nil {
					t.Fatal(err)
				}
				source := file
				if format == export.NDJSON {
					source = "GeoJSONSeq:" + file
				}
				// 17 places are more than a float64 has.
				raw := gdal(t, "ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=17", "-lco", "SIGNIFICANT_FIGURES=17", "/vsistdout/", source)
				got, err := geojson.UnmarshalFeatureCollection(raw)
				if err != nil {
					t.Fatal(err)
				}
				if len(got.Features) != len(list) {
					t.Fatalf("%d features, want %d", len(got.Features), len(list))
				}
				for i := range list {
					compare(t, c, &list[i], got.Features[i])
				}
			})
		}
	}
}

func compare(t *testing.T, c *grid.Collection, want *grid.Feature, got *geojson.Feature) {
	t.Helper()
	if !orb.Equal(upright(want.Geometry), upright(got.Geometry)) {
		t.Errorf("%s: %v, want %v", want.Code, got.Geometry, want.Geometry)
	}
	for i, f := range c.Fields {
		if f.Type != grid.Number && f.Type != grid.Integer {
			continue
		}
		text := ""
		if v := got.Properties[f.Name]; v != nil {
			text = fmt.Sprint(v)
		}
		wanted := ""
		if v := want.Values[i]; v != nil {
			if n, ok := v.(int64); ok {
				v = float64(n)
			}
			wanted = fmt.Sprint(v)
		}
		if text != wanted {
			var number float64
			if json.Unmarshal([]byte(text), &number) != nil || fmt.Sprint(number) != wanted {
				t.Errorf("%s, %s: %s, want %s", want.Code, f.Name, text, wanted)
			}
		}
	}
}

// upright returns the shape with outer rings counter-clockwise and holes clockwise.
func upright(g orb.Geometry) orb.Geometry {
	polygons, ok := g.(orb.MultiPolygon)
	if !ok {
		return g
	}
	polygons = polygons.Clone()
	for _, p := range polygons {
		for i, ring := range p {
			if (ring.Orientation() == orb.CCW) != (i == 0) {
				slices.Reverse(ring)
			}
		}
	}
	return polygons
}

// TestGeoPackage asks SQLite and GDAL whether the file is what the standard wants.
func TestGeoPackage(t *testing.T) {
	t.Parallel()
	c := collection(t, "danger_zones")
	list := features(c, 500)
	file := filepath.Join(t.TempDir(), "zones.gpkg")
	if err := os.WriteFile(file, write(t, export.GeoPackage, c, list, info), 0o600); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(raw[:16]) != "SQLite format 3\x00" || string(raw[68:72]) != "GPKG" {
		t.Errorf("the head is %q", raw[:72])
	}
	summary := string(gdal(t, "ogrinfo", "-so", file, "danger_zones"))
	for _, want := range []string{"Feature Count: 500", "Geometry: Multi Polygon", `ID["EPSG",4326]`, "FID Column = fid", "Geometry Column NOT NULL = geom", "code: String", "published_at: Date "} {
		if !strings.Contains(summary, want) {
			t.Errorf("ogrinfo does not say %q:\n%s", want, summary)
		}
	}
	// The R-tree is used and right: a box that holds one feature finds it.
	box := list[7].Geometry.Bound()
	found := string(gdal(t, "ogrinfo", "-al", "-spat", fmt.Sprint(box.Min[0]), fmt.Sprint(box.Min[1]), fmt.Sprint(box.Max[0]), fmt.Sprint(box.Max[1]), file))
	if !strings.Contains(found, fmt.Sprintf("OGRFeature(danger_zones):%d\n", list[7].ID)) {
		t.Errorf("the box of feature %d does not find it:\n%s", list[7].ID, found)
	}
	// SQL of GDAL runs in SQLite.
	check := func(sql, want string) {
		t.Helper()
		if got := string(gdal(t, "ogrinfo", "-q", file, "-sql", sql)); !strings.Contains(got, want) {
			t.Errorf("%s: no %q in\n%s", sql, want, got)
		}
	}
	check(`SELECT integrity_check AS ok FROM pragma_integrity_check`, "= ok")
	check(`SELECT rtreecheck('rtree_danger_zones_geom') AS ok`, "= ok")
	check(`SELECT count(*) AS n FROM rtree_danger_zones_geom`, "= 500")
	check(`SELECT count(*) AS n FROM pragma_foreign_key_check`, "= 0")
	check(`SELECT count(*) AS n FROM gpkg_spatial_ref_sys WHERE srs_id IN (-1, 0, 4326, 4490)`, "= 4")
	check(`SELECT description AS d FROM gpkg_contents`, "320211=7")
	check(`SELECT last_change AS d FROM gpkg_contents`, "2026")
}

// TestGeoPackageIsEdited: whoever edits the file with GDAL keeps its R-tree right, by the triggers.
func TestGeoPackageIsEdited(t *testing.T) {
	t.Parallel()
	c := collection(t, "shelters")
	file := filepath.Join(t.TempDir(), "shelters.gpkg")
	if err := os.WriteFile(file, write(t, export.GeoPackage, c, features(c, 30), info), 0o600); err != nil {
		t.Fatal(err)
	}
	gdal(t, "ogrinfo", file, "-q", "-sql", `DELETE FROM shelters WHERE fid < 10`)
	if got := string(gdal(t, "ogrinfo", file, "-q", "-sql", `SELECT count(*) AS n FROM rtree_shelters_geom`)); !strings.Contains(got, "= 27") {
		t.Errorf("after three were deleted the R-tree has\n%s", got)
	}
}

func TestGeoPackageLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	c := collection(t, "base")
	var out bytes.Buffer
	w, err := export.NewWriter(export.GeoPackage, &out, c, export.Info{At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	list := features(c, 2)
	list[1].ID = list[0].ID
	if err := w.Write(&list[0]); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(&list[1]); err == nil {
		t.Error("two features with one id are taken")
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 || out.Len() > 0 {
		t.Errorf("left behind: %v and %d bytes", left, out.Len())
	}
}
