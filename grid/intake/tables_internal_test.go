package intake

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb/encoding/wkt"
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
		"booleans, formulas":         {`<row><c t="b"><v>1</v></c><c/><c/><c><f>1+1</f><v>2</v></c></row>`, []string{"true|||2"}},
		"an error":                   {`<row><c t="e"><v>#N/A</v></c><c><v>1</v></c></row><row><c><v>2</v></c></row>`, []string{"bad", "2|||"}},
		"blank rows":                 {`<row r="4"/><row r="9"><c r="A9" t="s"><v>2</v></c></row><row r="12"><c r="B12"><v>7</v></c></row>`, []string{"|7||"}},
		"a value beside the columns": {`<row><c r="F4"><v>7</v></c></row>`, []string{"bad"}},
		"quotes and commas":          {`<row><c t="str"><v>a,"b"</v></c><c t="str"><v>"</v></c></row>`, []string{`a,"b"|"||`}},
		"a text that is not there":   {`<row><c t="s"><v>99</v></c><c><v>1</v></c></row><row><c t="s"><v>99</v></c></row><row><c t="s"/><c><v>1</v></c></row>`, []string{"bad", "bad", "|1||"}},
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

// TestErrorCells: what a formula shows as an error is no value of a row, and no column.
func TestErrorCells(t *testing.T) {
	t.Parallel()
	rows := &sheetRows{book: &workbook{}, xml: newXMLReader(strings.NewReader(
		`<row><c t="str"><v>a</v></c><c r="AB1" t="str"><v>b</v></c></row><row r="7"><c r="AB7" t="e"><v>#REF!</v></c></row>`))}
	if _, err := rows.begin(); err != nil {
		t.Fatal(err)
	}
	_, line, err := rows.next()
	var fault *rowFault
	if !errors.As(err, &fault) || line != 7 || !strings.Contains(err.Error(), `the cell AB7 shows the error "#REF!"`) {
		t.Errorf("line %d: got %v", line, err)
	}
	_, _, err = read(t, archived(t, "book.xlsx", book(`<row><c t="e"><v>#N/A</v></c><c t="str"><v>b</v></c></row>`)), "", "")
	var whole *FileError
	if !errors.As(err, &whole) || !strings.Contains(whole.Reason, "the header: ") {
		t.Errorf("in the header: got %v", err)
	}
}

// TestSharedTextManyTimes: cells that name the same long text take no more memory than a row may.
func TestSharedTextManyTimes(t *testing.T) {
	long := strings.Repeat(`<c t="s"><v>0</v></c>`, 600)
	blank := `<row>` + strings.Repeat(`<c t="s"><v>1</v></c>`, 10) + `</row>`
	for name, rows := range map[string]string{
		"in the header":     `<row>` + long + `</row>`,
		"in a row":          bookHeader + `<row r="4">` + long + `</row>`,
		"before the header": strings.Repeat(blank[:len(blank)-len(`</row>`)]+`<c><v>1</v></c></row>`, 19),
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			files := book(rows)
			files["xl/sharedStrings.xml"] = `<sst><si><t>` + strings.Repeat("a", 1_000_000) + `</t></si><si><t>` + strings.Repeat(" ", 1_000_000) + `</t></si></sst>`
			path := archived(t, "book.xlsx", files)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := read(t, path, "", "")
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), "the limit of 16 MiB") {
				t.Errorf("got %v, want the limit of 16 MiB", err)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 100<<20 {
				t.Errorf("%d MiB were allocated in all", grown>>20)
			}
		})
	}
}
