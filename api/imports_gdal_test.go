package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportsOfGDAL imports what ogr2ogr makes of one file, the whole way: sent, looked into, drawn, tried, imported, and read again from
// the database.
func TestImportsOfGDAL(t *testing.T) {
	t.Parallel()
	ogr2ogr, err := exec.LookPath("ogr2ogr")
	if err != nil {
		t.Skip("ogr2ogr is missing: install it with scripts/setup gdal")
	}
	s := serveImports(t)
	for i, c := range []struct {
		name, file, encoding, crs string
		args                      []string
	}{
		{"shapefile_gbk", "shelters.shp", "gbk", "wgs84", []string{"-f", "ESRI Shapefile", "-lco", "ENCODING=GBK"}},
		{"shapefile_utf8", "shelters.shp", "utf-8", "wgs84", []string{"-f", "ESRI Shapefile", "-lco", "ENCODING=UTF-8"}},
		{"geopackage", "shelters.gpkg", "", "wgs84", []string{"-f", "GPKG", "-nln", "shelters"}},
		{"geopackage_4490", "shelters.gpkg", "", "cgcs2000", []string{"-f", "GPKG", "-nln", "shelters", "-a_srs", "EPSG:4490"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code := func(n int) string { return fmt.Sprintf("GDAL-%d-%d", i, n) }
			s.importsGDAL(t, code, c.crs, c.encoding, func(source string) string {
				path := filepath.Join(t.TempDir(), c.file)
				if out, err := exec.Command(ogr2ogr, append(c.args, path, source)...).CombinedOutput(); err != nil { //nolint:gosec // our own arguments
					t.Skipf("this ogr2ogr does not write it: %s", out)
				}
				if strings.HasSuffix(path, ".shp") {
					return zipped(t, filepath.Dir(path))
				}
				return path
			})
		})
	}
}

// importsGDAL imports two shelters, one of them outside of the city, from a file that convert makes of GeoJSON.
func (s importServer) importsGDAL(t *testing.T, code func(int) string, system, encoding string, convert func(source string) string) {
	t.Helper()
	inside, outside := `[120.3005, 31.5005]`, `[121.9, 31.5]`
	source := filepath.Join(t.TempDir(), "source.geojson")
	feature := func(n int, name, at string) string {
		return fmt.Sprintf(`{"type": "Feature", "properties": {"code": %q, "名称": %q}, "geometry": {"type": "Point", "coordinates": %s}}`, code(n), name, at)
	}
	text := `{"type": "FeatureCollection", "features": [` + feature(1, "水秀小学避难场所", inside) + "," + feature(2, "走失", outside) + `]}`
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	path := convert(source)
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	u := s.upload(t, "administrator", filepath.Base(path), string(body))
	l := u.Layers[0]
	if *l.Rows != 2 || l.Geometry != "point" || l.CRS == nil || *l.CRS != system || *l.Suggested.Layer != "shelters" {
		t.Errorf("looked into: %+v", u)
	}
	if encoding != "" && (u.Encoding == nil || !strings.EqualFold(*u.Encoding, encoding)) {
		t.Errorf("the encoding is said to be %v, want %s", u.Encoding, encoding)
	}
	samples := ""
	for _, column := range l.Columns {
		samples += column.Name + " " + strings.Join(column.Samples, " ") + "\n"
	}
	if !strings.Contains(samples, "名称 水秀小学避难场所") {
		t.Errorf("the columns are %s", samples)
	}
	var drawn struct {
		Features []struct {
			Geometry struct{ Coordinates [2]float64 }
		}
	}
	s.call(t, exchange{target: "/v1/uploads/" + u.ID + "/preview?crs=" + system, as: "administrator"}, http.StatusOK, &drawn)
	if len(drawn.Features) != 2 || drawn.Features[0].Geometry.Coordinates != [2]float64{120.3005, 31.5005} {
		t.Errorf("drawn: %+v", drawn)
	}
	request := `{"crs": "` + system + `", "dry_run": DRY, "sources": [{"upload": "` + u.ID + `", "layer": "shelters", "layer_in_file": "` + l.Name + `",
		"map": {"code": "code", "名称": "name"}, "set": {"shelter_level": "city", "host_kind": "stadium"}}]}`
	before := s.counts(t)
	for _, dry := range []string{"true", "false"} {
		done := s.importAll(t, "administrator", strings.ReplaceAll(request, "DRY", dry))
		if done.State != "done" || done.RowsRead != 2 || done.RowsAccepted != 1 || done.RowsRejected != 1 || len(done.Faults) != 1 {
			t.Fatalf("dry run %s: %+v", dry, done)
		}
		if after := s.counts(t); (after == before) != (dry == "true") {
			t.Errorf("dry run %s: %s, before %s", dry, after, before)
		}
	}
	var name string
	var lon, lat float64
	err = s.pool.QueryRow(t.Context(), `SELECT name, ST_X(shape), ST_Y(shape) FROM place WHERE code = $1`, code(1)).Scan(&name, &lon, &lat)
	if err != nil || name != "水秀小学避难场所" || lon != 120.3005 || lat != 31.5005 {
		t.Errorf("stored is %s at %v, %v: %v", name, lon, lat, err)
	}
}

// zipped makes an archive of the files in a directory, beside it.
func zipped(t *testing.T, dir string) (path string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		to, err := w.Create(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "shelters.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
