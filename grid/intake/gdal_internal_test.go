package intake

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// TestGDAL reads what ogr2ogr makes of one file, in each format.
func TestGDAL(t *testing.T) {
	t.Parallel()
	ogr2ogr, err := exec.LookPath("ogr2ogr")
	if err != nil {
		t.Skip("ogr2ogr is missing: install it with scripts/setup gdal")
	}
	source := written(t, "source.geojson", `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"code":"A-1","name":"水秀社区","n":12},"geometry":{"type":"Polygon","coordinates":[[[120.3,31.5],[120.31,31.5],[120.31,31.51],[120.3,31.51],[120.3,31.5]],[[120.302,31.502],[120.302,31.504],[120.304,31.504],[120.304,31.502],[120.302,31.502]]]}},
		{"type":"Feature","properties":{"code":"A-2","name":"中桥社区","n":null},"geometry":{"type":"MultiPolygon","coordinates":[[[[120.4,31.5],[120.41,31.5],[120.41,31.51],[120.4,31.5]]],[[[120.5,31.5],[120.51,31.5],[120.51,31.51],[120.5,31.5]]]]}}]}`)
	for name, c := range map[string]struct {
		out  string
		args []string
		crs  string
	}{
		"geopackage":          {"a.gpkg", []string{"-f", "GPKG", "-nln", "a"}, crsWGS84},
		"geopackage_mercator": {"a.gpkg", []string{"-f", "GPKG", "-nln", "a", "-t_srs", "EPSG:3857"}, crsMercator},
		"geopackage_4490":     {"a.gpkg", []string{"-f", "GPKG", "-nln", "a", "-a_srs", "EPSG:4490"}, crsCGCS2000},
		"shapefile_gbk":       {"a.shp", []string{"-f", "ESRI Shapefile", "-lco", "ENCODING=GBK"}, crsWGS84},
		"shapefile_utf8":      {"a.shp", []string{"-f", "ESRI Shapefile", "-lco", "ENCODING=UTF-8"}, crsWGS84},
		"shapefile_z":         {"a.shp", []string{"-f", "ESRI Shapefile", "-lco", "ENCODING=UTF-8", "-dim", "XYZ"}, crsWGS84},
		"shapefile_mercator":  {"a.shp", []string{"-f", "ESRI Shapefile", "-lco", "ENCODING=UTF-8", "-t_srs", "EPSG:3857"}, crsMercator},
		"xlsx":                {"a.xlsx", []string{"-f", "XLSX", "-nln", "a"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, c.out)
			if out, err := exec.Command(ogr2ogr, append(c.args, path, source)...).CombinedOutput(); err != nil {
				t.Skipf("this ogr2ogr does not write it: %s", out)
			}
			if strings.HasSuffix(c.out, ".shp") {
				path = archived(t, "a.zip", filesOf(t, dir))
			}
			_, lines, err := read(t, path, "a", "")
			if err != nil || len(lines) != 2 {
				t.Fatalf("%v: %v", lines, err)
			}
			if !strings.Contains(lines[0], "A-1|水秀社区|12") || !strings.Contains(lines[1], "A-2|中桥社区|") {
				t.Errorf("got %s", strings.Join(lines, "\n"))
			}
			contents, err := File{Path: path, Name: filepath.Base(path)}.Inspect(t.Context())
			if err != nil || contents.Layers[0].CRS != c.crs || contents.Layers[0].Rows != 2 {
				t.Fatalf("%+v: %v", contents, err)
			}
			if c.crs != "" {
				sameShapes(t, path)
			}
		})
	}
}

func filesOf(t *testing.T, dir string) parts {
	t.Helper()
	out := parts{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(raw)
	}
	return out
}

// sameShapes fails unless the file has the areas of TestGDAL, on the lattice.
func sameShapes(t *testing.T, path string) {
	t.Helper()
	p, err := File{Path: path, Name: filepath.Base(path)}.Preview(t.Context(), PreviewOf{CRS: "wgs84", Rows: 10})
	if err != nil || len(p.Features) != 2 {
		t.Fatalf("%+v: %v", p, err)
	}
	count := func(g orb.Geometry) (rings, corners int) {
		polygons, several := g.(orb.MultiPolygon)
		if !several {
			polygons = orb.MultiPolygon{g.(orb.Polygon)}
		}
		for _, polygon := range polygons {
			for _, ring := range polygon {
				rings, corners = rings+1, corners+len(ring)
			}
		}
		return rings, corners
	}
	rings, corners := count(p.Features[0].Geometry)
	more, others := count(p.Features[1].Geometry)
	box := p.Features[0].Geometry.Bound()
	if rings != 2 || corners != 10 || more != 2 || others != 8 || box.Min != (orb.Point{120.3, 31.5}) || box.Max != (orb.Point{120.31, 31.51}) {
		t.Errorf("the shapes are %v", p.Features)
	}
}
