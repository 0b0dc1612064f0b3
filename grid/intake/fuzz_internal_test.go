package intake

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
)

// FuzzFile: whatever a file says of itself, looking into it ends, without a panic, in rows or a fault of the file.
func FuzzFile(f *testing.F) {
	add := func(path string) {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	shp, shx := shape1(1, pointRecord(120.3, 31.5))
	add(archived(f, "a.zip", parts{"a.shp": shp, "a.shx": shx, "a.prj": wgs84Prj, "a.dbf": dbfOf(0x4d, dbfRow(" ", gbk(f, "中桥"), "1", "20260131", "T"))}))
	add(archived(f, "a.xlsx", book(bookHeader+`<row r="4"><c r="A4" t="s"><v>1</v></c></row>`)))
	add(gpkgWith(f, `CREATE TABLE t (a TEXT, geom BLOB); INSERT INTO t VALUES ('x', x'4750000100000000010100000000000000000000000000000000000000');
		INSERT INTO gpkg_contents VALUES ('t', 'features', 0); INSERT INTO gpkg_geometry_columns VALUES ('t', 'geom', 0);`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := written(t, "file", string(raw))
		looks(t, path)
	})
}

// looks fails unless a file can be looked into, or is at fault.
func looks(t *testing.T, path string) {
	t.Helper()
	file := File{Path: path, Name: filepath.Base(path)}
	_, err := file.Inspect(t.Context())
	if err == nil {
		_, err = file.Preview(t.Context(), PreviewOf{CRS: "wgs84", Rows: 100})
	}
	var fault *FileError
	if err != nil && !errors.As(err, &fault) {
		t.Errorf("got %v, which is no fault of the file", err)
	}
}

// FuzzShapes: the parts of a shapefile as they are, not packed.
func FuzzShapes(f *testing.F) {
	shp, shx := shape1(5, polygonRecord(15, []orb.Point{{0, 0}, {0, 1}, {1, 1}, {0, 0}}))
	f.Add([]byte(shp), []byte(shx), []byte(dbfOf(0x4d, dbfRow(" ", gbk(f, "中桥"), "1", "20260131", "T"))), wgs84Prj)
	shp, shx = shape1(1, pointRecord(120.3, 31.5), []byte{0, 0, 0, 0})
	f.Add([]byte(shp), []byte(shx), []byte(dbfOf(0, dbfRow("*", "a", "*", "", ""), dbfRow(" ", "b", "1e5", "", "?"))), mercatorPrj)
	f.Fuzz(func(t *testing.T, shp, shx, dbf []byte, prj string) {
		looks(t, archived(t, "a.zip", parts{"a.shp": string(shp), "a.shx": string(shx), "a.dbf": string(dbf), "a.prj": prj}))
	})
}

// FuzzSheet: the parts of a workbook as they are, not packed.
func FuzzSheet(f *testing.F) {
	f.Add(bookHeader+`<row r="4"><c r="A4" t="s"><v>1</v></c><c r="D4" s="2"><v>46053</v></c></row>`, book("")["xl/styles.xml"], book("")["xl/sharedStrings.xml"])
	f.Fuzz(func(t *testing.T, rows, styles, texts string) {
		files := book(rows)
		files["xl/styles.xml"], files["xl/sharedStrings.xml"] = styles, texts
		looks(t, archived(t, "a.xlsx", files))
	})
}

// FuzzWKB: well-known binary is a geometry or a fault of its row.
func FuzzWKB(f *testing.F) {
	f.Add([]byte("\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("\x01\x06\x00\x00\x00\xff\xff\xff\xff\x01\x03\x00\x00\x00\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := readWKB(raw); err != nil {
			if _, fatal := rejectOf(err); fatal != nil {
				t.Errorf("got %v, which is no fault of a row", err)
			}
		}
	})
}
