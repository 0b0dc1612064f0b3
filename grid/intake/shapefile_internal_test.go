package intake

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// shape1 returns the .shp and .shx of these records.
func shape1(kind uint32, records ...[]byte) (shp, shx string) {
	var body, index bytes.Buffer
	head := func(bytes int) []byte {
		h := make([]byte, 100)
		binary.BigEndian.PutUint32(h, 9994)
		binary.BigEndian.PutUint32(h[24:], uint32((bytes+100)/2))
		binary.LittleEndian.PutUint32(h[28:], 1000)
		binary.LittleEndian.PutUint32(h[32:], kind)
		return h
	}
	for i, r := range records {
		_ = binary.Write(&index, binary.BigEndian, [2]uint32{uint32(100+body.Len()) / 2, uint32(len(r) / 2)})
		_ = binary.Write(&body, binary.BigEndian, [2]uint32{uint32(i + 1), uint32(len(r) / 2)})
		body.Write(r)
	}
	return string(head(body.Len())) + body.String(), string(head(index.Len())) + index.String()
}

func pointRecord(x, y float64) []byte {
	b := make([]byte, 20)
	b[0] = 1
	binary.LittleEndian.PutUint64(b[4:], math.Float64bits(x))
	binary.LittleEndian.PutUint64(b[12:], math.Float64bits(y))
	return b
}

// polygonRecord is of rings, with heights where kind is PolygonZ.
func polygonRecord(kind byte, rings ...[]orb.Point) []byte {
	b := make([]byte, 44)
	b[0] = kind
	n := 0
	for _, r := range rings {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
		n += len(r)
	}
	binary.LittleEndian.PutUint32(b[36:], uint32(len(rings)))
	binary.LittleEndian.PutUint32(b[40:], uint32(n))
	for _, r := range rings {
		for _, p := range r {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[0]))
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[1]))
		}
	}
	if kind == 15 {
		b = append(b, make([]byte, 16+8*n)...)
	}
	return b
}

// dbfOf has the columns NAME, N, DAY and OK in each row of 1+8+20+8+1 bytes.
func dbfOf(language byte, rows ...string) string {
	h := make([]byte, 32)
	h[0], h[29] = 3, language
	binary.LittleEndian.PutUint32(h[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(h[8:], 32+4*32+1)
	binary.LittleEndian.PutUint16(h[10:], 38)
	for _, f := range []struct {
		name string
		kind byte
		size byte
	}{{"NAME", 'C', 8}, {"N", 'N', 20}, {"DAY", 'D', 8}, {"OK", 'L', 1}} {
		d := make([]byte, 32)
		copy(d, f.name)
		d[11], d[16] = f.kind, f.size
		h = append(h, d...)
	}
	return string(h) + "\r" + strings.Join(rows, "") + "\x1a"
}

func dbfRow(mark, name, number, day, ok string) string {
	return mark + fmt.Sprintf("%s%s%20s%8s%1s", name, strings.Repeat(" ", max(0, 8-len(name))), number, day, ok)
}

func gbk(t testing.TB, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	wgs84Prj    = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	mercatorPrj = `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]]],PROJECTION["Mercator_Auxiliary_Sphere"]]`
	gaussPrj    = `PROJCS["CGCS2000_3_Degree_GK_Zone_40",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]]],PROJECTION["Gauss_Kruger"]]`
)

func TestShapefile(t *testing.T) {
	t.Parallel()
	shp, shx := shape1(1, pointRecord(120.3, 31.5), pointRecord(120.4, 31.6), pointRecord(120.5, 31.7))
	row := func(name string) string { return dbfRow(" ", name, "3.20211001001e+011", "20260131", "T") }
	good := func(name string) []string {
		return []string{name + "|320211001001|2026-01-31|true|POINT(120.3 31.5)", "|||false|POINT(120.5 31.7)"}
	}
	rows := func(name string) []string {
		return []string{row(name), dbfRow("*", "gone", "1", "", ""), dbfRow(" ", "", "********************", "00000000", "F")}
	}
	for name, c := range map[string]struct {
		files    parts
		encoding string
		want     []string
	}{
		"utf-8 by cpg":     {parts{"a.cpg": "UTF-8", "a.dbf": dbfOf(0, rows("中桥")...)}, "", good("中桥")},
		"gbk by cpg":       {parts{"a.cpg": "GBK\r\n", "a.dbf": dbfOf(0, rows(gbk(t, "中桥社区"))...)}, "", good("中桥社区")},
		"gbk by language":  {parts{"a.dbf": dbfOf(0x4d, rows(gbk(t, "中桥社区"))...)}, "", good("中桥社区")},
		"gbk as asked":     {parts{"a.cpg": "UTF-8", "a.dbf": dbfOf(0, rows(gbk(t, "中桥社区"))...)}, "gbk", good("中桥社区")},
		"gbk by guess":     {parts{"a.dbf": dbfOf(0x57, rows(gbk(t, "中桥"))...)}, "", good("中桥")},
		"utf-8 by guess":   {parts{"a.dbf": dbfOf(0, rows("中桥")...)}, "", good("中桥")},
		"a character cut":  {parts{"a.cpg": "UTF-8", "a.dbf": dbfOf(0, rows("中桥社"[:8])...)}, "", good("中桥")},
		"cpg lies":         {parts{"a.cpg": "UTF-8", "a.dbf": dbfOf(0, rows(gbk(t, "中桥"))...)}, "", []string{"bad", good("")[1]}},
		"without an index": {parts{"a.shx": "", "a.dbf": dbfOf(0x4d, rows(gbk(t, "中桥"))...)}, "", good("中桥")},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			c.files["a.shp"], c.files["a.prj"] = shp, wgs84Prj
			if _, none := c.files["a.shx"]; none {
				delete(c.files, "a.shx")
			} else {
				c.files["a.shx"] = shx
			}
			same(t, archived(t, "a.zip", c.files), "", c.encoding, "NAME|N|DAY|OK", c.want...)
		})
	}
}

func TestShapefileShapes(t *testing.T) {
	t.Parallel()
	ring := func(x, y, w float64, hole bool) []orb.Point {
		r := []orb.Point{{x, y}, {x, y + w}, {x + w, y + w}, {x + w, y}, {x, y}} // clockwise
		if hole {
			slices.Reverse(r)
		}
		return r
	}
	shp, _ := shape1(5,
		polygonRecord(5, ring(0, 0, 8, false)),
		polygonRecord(15, ring(1, 1, 2, true), ring(20, 0, 4, false), ring(0, 0, 8, false), ring(21, 1, 1, true)),
		polygonRecord(5, ring(0, 0, 9, false), ring(1, 1, 7, true), ring(2, 2, 3, false), ring(3, 3, 1, true)), // an island in a lake
		polygonRecord(5, ring(0, 0, 2, true)),  // one that runs the wrong way
		polygonRecord(3, ring(0, 0, 1, false)), // a line
		[]byte{0, 0, 0, 0},
		polygonRecord(7, ring(0, 0, 1, false)),
		polygonRecord(5, ring(0, 0, 8, false))[:60],
	)
	path := archived(t, "Ring.ZIP", parts{"folder/A.SHP": shp, "folder/A.prj": wgs84Prj, "__MACOSX/folder/._A.SHP": "x"})
	same(t, path, "A", "", "",
		"MULTIPOLYGON(((0 0,0 8,8 8,8 0,0 0)))",
		"MULTIPOLYGON(((20 0,20 4,24 4,24 0,20 0),(21 1,22 1,22 2,21 2,21 1)),((0 0,0 8,8 8,8 0,0 0),(1 1,3 1,3 3,1 3,1 1)))",
		"MULTIPOLYGON(((2 2,2 5,5 5,5 2,2 2),(3 3,4 3,4 4,3 4,3 3)),((0 0,0 9,9 9,9 0,0 0),(1 1,8 1,8 8,1 8,1 1)))",
		"MULTIPOLYGON(((0 0,2 0,2 2,0 2,0 0)))",
		"MULTILINESTRING((0 0,0 1,1 1,1 0,0 0))",
		"", "bad", "bad",
	)
}

func TestProjections(t *testing.T) {
	t.Parallel()
	for prj, want := range map[string]string{
		"": "", wgs84Prj: crsWGS84, mercatorPrj: crsMercator,
		`GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000"]]`:       crsCGCS2000,
		`GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000"]]`: crsCGCS2000,
		`PROJCS["WGS 84 / Pseudo-Mercator",GEOGCS["WGS 84"]]`:                       crsMercator,
		`GEOGCRS["WGS 84",DATUM["World Geodetic System 1984"]]`:                     crsWGS84,
	} {
		if got, err := projection(prj); got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", prj, got, err, want)
		}
	}
	for _, prj := range []string{gaussPrj, `GEOGCS["GCS_Beijing_1954"]`, `GEOGCS["Xian 1980"]`, `LOCAL_CS["x"]`, "]["} {
		_, err := projection(prj)
		if err == nil || !strings.Contains(err.Error(), "EPSG:4490") {
			t.Errorf("%s: got %v, want a refusal that says what to do", prj, err)
		}
	}
}

// TestShapefileIsHostile: files that lie about themselves are refused.
func TestShapefileIsHostile(t *testing.T) {
	t.Parallel()
	shp, shx := shape1(1, pointRecord(1, 1), pointRecord(2, 2))
	backwards := []byte(shx)
	copy(backwards[108:], backwards[100:104])
	two := dbfOf(0, dbfRow(" ", "a", "1", "", ""), dbfRow(" ", "b", "1", "", ""))
	wide := []byte(two)
	wide[10] = 20
	huge := []byte(shp)
	binary.BigEndian.PutUint32(huge[104:], 1<<30)
	for name, c := range map[string]struct {
		files parts
		want  string
	}{
		"more shapes":     {parts{"a.shp": shp, "a.dbf": dbfOf(0, dbfRow(" ", "a", "1", "", ""))}, "do not belong together"},
		"more rows":       {parts{"a.shp": shp[:128], "a.dbf": two}, "do not belong together"},
		"dbf cut off":     {parts{"a.shp": shp, "a.dbf": two[:200]}, "cut off"},
		"narrow rows":     {parts{"a.shp": shp, "a.dbf": string(wide)}, "damaged"},
		"shp cut off":     {parts{"a.shp": shp[:140]}, "cut off"},
		"a huge shape":    {parts{"a.shp": string(huge)}, "longer than the limit"},
		"out of order":    {parts{"a.shp": shp, "a.shx": string(backwards)}, "out of order"},
		"no shapefile":    {parts{"a.shp": strings.Repeat("x", 200)}, "no part of a shapefile"},
		"gauss-krueger":   {parts{"a.shp": shp, "a.prj": gaussPrj}, "EPSG:4490"},
		"unknown charset": {parts{"a.shp": shp, "a.dbf": two, "a.cpg": "KOI8-R"}, "there is no encoding"},
		"nothing to read": {parts{"readme.txt": "x"}, "no shapefile and no workbook"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			_, _, err := read(t, archived(t, "a.zip", c.files), "", "")
			var fault *FileError
			if !errors.As(err, &fault) || !strings.Contains(fault.Reason, c.want) {
				t.Errorf("got %v, want a fault of the file with %q", err, c.want)
			}
		})
	}
}

// TestArchiveWithManyFiles: the list of an archive's files is bounded before it is read, whatever its end says.
func TestArchiveWithManyFiles(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range 60_000 {
		if _, err := w.Create(fmt.Sprintf("%080d.shp", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	for name, change := range map[string]func(end []byte){
		"as it is": func([]byte) {},
		"which lies": func(end []byte) {
			binary.LittleEndian.PutUint32(end[12:], 100)
		},
	} {
		changed := slices.Clone(raw)
		change(changed[len(changed)-22:])
		_, _, err := read(t, written(t, "many.zip", string(changed)), "", "")
		if err == nil || !strings.Contains(err.Error(), "too many files") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
