package intake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/export"
)

func TestOwnGeoPackage(t *testing.T) {
	t.Parallel()
	collection, _ := grid.CollectionByID("hazards")
	path := filepath.Join(t.TempDir(), "hazards.gpkg")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := export.NewWriter("gpkg", out, collection, export.Info{At: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	area := orb.MultiPolygon{{{{120.3, 31.5}, {120.31, 31.5}, {120.31, 31.51}, {120.3, 31.5}}}}
	for i, g := range []orb.Geometry{orb.Point{120.3000001, 31.5}, area} {
		f := grid.Feature{ID: int64(i + 1), Code: fmt.Sprintf("HZ-%d", i), Geometry: g, Values: make([]any, len(collection.Fields))}
		for k, field := range collection.Fields {
			switch field.Name {
			case "code":
				f.Values[k] = f.Code
			case "name":
				f.Values[k] = "占道"
			}
		}
		if err := w.Write(&f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	header, lines, err := read(t, path, "", "")
	if err != nil || len(lines) != 2 {
		t.Fatalf("%v: %v", lines, err)
	}
	if !strings.Contains(header, "code|") || !strings.Contains(lines[0], "HZ-0|") || !strings.Contains(lines[0], "占道") ||
		!strings.HasSuffix(lines[0], "POINT(120.3000001 31.5)") || !strings.HasSuffix(lines[1], wkt.MarshalString(area)) {
		t.Errorf("%s\n%s", header, strings.Join(lines, "\n"))
	}
}

// gpkgWith is a GeoPackage in which somebody has run a script.
func gpkgWith(t testing.TB, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.gpkg")
	db, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	err = sqlitex.ExecuteScript(db, `
		CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
		CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, srs_id INTEGER);
		CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);`+script, nil)
	if closeErr := db.Close(); err != nil || closeErr != nil {
		t.Fatal(err, closeErr)
	}
	return path
}

func TestGeoPackageIsHostile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, want string }{
		"a view": {`CREATE TABLE t (a); CREATE VIEW v AS SELECT hex(randomblob(1e9)) AS a FROM t; INSERT INTO gpkg_contents VALUES ('v', 'attributes', 0);`, "nothing that can be read"},
		"a computed column": {`CREATE TABLE t (a TEXT, b TEXT AS (hex(zeroblob(100000000)))); INSERT INTO t VALUES ('x');
			INSERT INTO gpkg_contents VALUES ('t', 'attributes', 0);`, "computes"},
		"contents that are computed": {`DROP TABLE gpkg_contents; CREATE TABLE gpkg_contents (x, table_name TEXT AS ('t'), data_type, srs_id);`, "computes"},
		"contents that are a view":   {`DROP TABLE gpkg_contents; CREATE VIEW gpkg_contents AS SELECT 'sqlite_schema' AS table_name, 'attributes' AS data_type, 0 AS srs_id;`, "no GeoPackage"},
		"a virtual table":            {`CREATE VIRTUAL TABLE t USING fts5(a); INSERT INTO gpkg_contents VALUES ('t', 'attributes', 0);`, "nothing that can be read"},
		"a virtual table in disguise": {`CREATE VIRTUAL TABLE t USING fts5(a); INSERT INTO gpkg_contents VALUES ('t', 'attributes', 0);
			PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'CREATE VIRTUAL', 'CREATE  VIRTUAL') WHERE name = 't';`, "nothing that can be read"},
		"a virtual table named as a plain one": {"CREATE TABLE \u212a (a); CREATE VIRTUAL TABLE k USING fts5(a); INSERT INTO gpkg_contents VALUES ('k', 'attributes', 0);", "nothing that can be read"},
		"another projection": {`CREATE TABLE t (geom BLOB); INSERT INTO gpkg_contents VALUES ('t', 'features', 4528); INSERT INTO gpkg_geometry_columns VALUES ('t', 'geom', 4528);
			INSERT INTO gpkg_spatial_ref_sys VALUES ('CGCS2000 / 3-degree Gauss-Kruger zone 40', 4528, 'EPSG', 4528, '');`, "EPSG:4490"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			_, _, err := read(t, gpkgWith(t, c.script), "", "")
			var fault *FileError
			if !errors.As(err, &fault) || !strings.Contains(fault.Reason, c.want) {
				t.Errorf("got %v, want a fault of the file with %q", err, c.want)
			}
		})
	}
}

// TestGeoPackageStaysGuarded: after a table that is refused the next one is not trusted either.
func TestGeoPackageStaysGuarded(t *testing.T) {
	t.Parallel()
	path := gpkgWith(t, `CREATE TABLE t (a TEXT, b TEXT AS (a || 'x')); CREATE TABLE plain (a TEXT);
		INSERT INTO gpkg_contents VALUES ('t', 'attributes', 0);`)
	c, err := openGeoPackage(t.Context(), path, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if _, err := c.open(t.Context(), "t"); err == nil {
		t.Error("the computed column is not refused")
	}
	none := func(*sqlite.Stmt) error { return nil }
	if err := c.(*geoPackage).query(`SELECT upper(a) FROM plain`, none); err == nil || !strings.Contains(err.Error(), "not authorized") {
		t.Errorf("a function is called: %v", err)
	}
	if err := c.(*geoPackage).query(`SELECT a FROM plain`, none); err != nil {
		t.Errorf("a plain table is not read: %v", err)
	}
}

// TestTablesThatAreLeftOut: what is not listed of a file is told.
func TestTablesThatAreLeftOut(t *testing.T) {
	t.Parallel()
	script := `CREATE TABLE bad (name TEXT, id_card TEXT); INSERT INTO gpkg_contents VALUES ('bad', 'attributes', 0);`
	for i := range maxTables + 1 {
		script += fmt.Sprintf(`CREATE TABLE t%d (a TEXT); INSERT INTO gpkg_contents VALUES ('t%d', 'attributes', 0);`, i, i)
	}
	got, err := File{Path: gpkgWith(t, script), Name: "a.gpkg"}.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Layers) != maxTables-1 || got.Layers[0].Name != "t0" {
		t.Errorf("%d layers, the first %+v", len(got.Layers), got.Layers[0])
	}
	told := strings.Join(got.Warnings, "\n")
	if !strings.Contains(told, `2 of its 202 tables are not listed, "t199"`) || !strings.Contains(told, "bad: ") || !strings.Contains(told, "BR-60") {
		t.Errorf("the warnings are %s", told)
	}
}
