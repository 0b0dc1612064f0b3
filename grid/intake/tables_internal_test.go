package intake

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"golang.org/x/text/encoding/simplifiedchinese"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/export"
)

// parts are the files of an archive by name.
type parts map[string]string

// archived writes a ZIP file and returns its path.
func archived(t testing.TB, name string, files parts) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		f, err := w.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, files[n]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return written(t, name, b.String())
}

func written(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read returns the rows of a table as lines: the values in the order of the columns, then the geometry. A row that would be rejected
// is its fault.
func read(t testing.TB, path, table, encoding string) (header string, lines []string, err error) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // read only
	opened, err := openTable(t.Context(), Source{Name: filepath.Base(path), Reader: file, Table: table, Encoding: encoding}, nil)
	if err != nil {
		return "", nil, err
	}
	defer opened.close()
	l, err := newLooker(opened, Mapping{})
	if err != nil {
		return "", nil, err
	}
	for {
		row, err := l.next()
		if err == io.EOF {
			return strings.Join(l.names, "|"), lines, nil
		}
		if err != nil {
			return "", lines, err
		}
		if row.bad {
			lines = append(lines, "bad")
			continue
		}
		var values []string
		for i := range l.names {
			values = append(values, row.cells[i].text)
		}
		if row.geometry != nil {
			values = append(values, wkt.MarshalString(row.geometry))
		}
		lines = append(lines, strings.Join(values, "|"))
	}
}

// same fails unless a table holds these rows.
func same(t *testing.T, path, table, encoding, header string, lines ...string) {
	t.Helper()
	gotHeader, got, err := read(t, path, table, encoding)
	if err != nil {
		t.Fatal(err)
	}
	if gotHeader != header {
		t.Errorf("the columns are %s, want %s", gotHeader, header)
	}
	if diff := cmp.Diff(lines, got); diff != "" {
		t.Errorf("the rows differ (-want +got):\n%s", diff)
	}
}

// book is a workbook of one sheet, Sheet1, with these rows in it.
func book(rows string) parts {
	return parts{
		"[Content_Types].xml": `<?xml version="1.0"?><Types/>`,
		"xl/workbook.xml": `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns:r="r"><sheets><sheet name="台账" sheetId="1" r:id="rId1"/>` +
			`<sheet name="hidden" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Target="/xl/worksheets/sheet1.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst><si><t>名称</t></si><si><r><t>中</t></r><r><t xml:space="preserve">桥 </t></r><rPh><t>ignored</t></rPh></si><si><t/></si><si><t>a_x000A_b</t></si></sst>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="165" formatCode="&quot;day&quot;0.00"/></numFmts>` +
			`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="165"/><xf numFmtId="20"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<?xml version="1.0"?><worksheet><dimension ref="A1:XFD1048576"/><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

const bookHeader = `<row r="1"><c r="A1" t="inlineStr"><is><t>滨湖区台账</t></is></c></row><row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="inlineStr"><is><t>编码</t></is></c>` +
	`<c r="D3" t="str"><v>日期</v></c></row>`

func TestWorkbook(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rows string
		want []string
	}{
		"texts":                {`<row r="4"><c r="A4" t="s"><v>1</v></c><c r="B4" t="s"><v>3</v></c></row>`, []string{"中桥 |a\nb||"}},
		"a code as a number":   {`<row><c><v>1</v></c><c><v>3.20211001001E11</v></c></row>`, []string{"1|320211001001||"}},
		"digits that are lost": {`<row><c/><c><v>3.2021100100100001E+17</v></c></row>`, []string{"|3.2021100100100001E+17||"}},
		"dates": {
			`<row r="4"><c r="D4" s="1"><v>46053</v></c></row><row r="5"><c r="D5" s="2"><v>46053.5</v></c></row><row r="6"><c r="D6" s="3"><v>46053.25</v></c></row>` +
				`<row r="7"><c r="D7" s="4"><v>46053</v></c></row><row r="8"><c r="D8" s="5"><v>0.75</v></c></row><row r="9"><c r="D9" s="1"><v>1</v></c></row>`,
			[]string{"|||2026-01-31", "|||2026-01-31 12:00:00", "|||2026-01-31 06:00:00", "|||46053", "|||18:00:00", "|||1900-01-01"},
		},
		"booleans, faults, formulas": {
			`<row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c/><c><f>1+1</f><v>2</v></c></row>`, []string{"true|#N/A||2"},
		},
		"blank rows":                 {`<row r="4"/><row r="9"><c r="A9" t="s"><v>2</v></c></row><row r="12"><c r="B12"><v>7</v></c></row>`, []string{"|7||"}},
		"a value beside the columns": {`<row><c r="F4"><v>7</v></c></row>`, []string{"bad"}},
		"quotes and commas":          {`<row><c t="str"><v>a,"b"</v></c><c t="str"><v>"</v></c></row>`, []string{`a,"b"|"||`}},
		"a text that is not there":   {`<row><c t="s"><v>99</v></c><c><v>1</v></c></row>`, []string{"|1||"}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			path := archived(t, "book.xlsx", book(bookHeader+c.rows))
			same(t, path, "", "", "名称|编码||日期", c.want...)
		})
	}
}

// TestWorkbookIsHostile: what is not as spreadsheets write it is refused, in time and in bounded memory.
func TestWorkbookIsHostile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rows, want string
	}{
		"row numbers that go back": {`<row r="9"><c><v>1</v></c></row><row r="4"><c><v>1</v></c></row>`, "not in order"},
		"row number too large":     {`<row r="99999999999"><c><v>1</v></c></row>`, "not in order"},
		"cells that go back":       {`<row><c r="C4"><v>1</v></c><c r="A4"><v>1</v></c></row>`, "not in order"},
		"a column beyond all":      {`<row><c r="ZZZZZZZ4"><v>1</v></c></row>`, "not in order"},
		"too many columns":         {`<row><c r="XFD4"><v>1</v></c></row>`, "more than 2000 columns"},
		"a comment":                {`<!-- ` + strings.Repeat("<", 100) + ` -->`, "comments"},
		"an entity":                {`<row><c><v>&lol;</v></c></row>`, "markup is broken"},
		"a text without end":       {`<row><c><v>` + strings.Repeat("1", 3<<20) + `</v></c></row>`, "longer than 1 MiB"},
		"a tag without end":        {`<row ` + strings.Repeat("a", 3<<20), "longer than 1 MiB"},
		"a declaration in between": {`<?xml version="1.0"?>`, "comments or declarations"},
		"cut off":                  {`<row><c><v>1`, "cut off"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			_, _, err := read(t, archived(t, "book.xlsx", book(bookHeader+c.rows)), "", "")
			var fault *FileError
			if !errors.As(err, &fault) || !strings.Contains(fault.Reason, c.want) {
				t.Errorf("got %v, want a fault of the file with %q", err, c.want)
			}
		})
	}
}

// shape is a shapefile of one layer: its records, and a .dbf with the columns NAME (C 8), N (N 20.5), DAY (D), OK (L).
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

// FuzzWKB: well-known binary is a geometry or a fault, and takes no more memory than it has bytes.
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
