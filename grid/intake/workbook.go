package intake

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of workbooks.
const (
	// maxStrings and maxStringBytes bound the texts that cells share, which are held in memory.
	maxStrings     = 8 << 20
	maxStringBytes = 256 << 20
	// maxPart bounds the parts of a workbook that are small: the list of sheets, the styles.
	maxPart = 16 << 20
	// maxMarkup is how long what lies between two “<” may be.
	maxMarkup = 1 << 20
)

// workbook reads the sheets of an XLSX file (ECMA-376) one row at a time. Only the texts that cells share are held in memory.
type workbook struct {
	archive
	sheets  []sheet
	texts   sharedTexts
	dates   []dateStyle // by the number of a cell's style
	from    int64       // the serial number of 1970-01-01: dates count from 1900 or 1904
	hasRead bool        // texts and styles
}

type sheet struct{ name, part string }

func openWorkbook(ctx context.Context, a archive) (container, error) {
	w := &workbook{archive: a, from: 25569}
	links, err := w.relations(ctx)
	if err != nil {
		return nil, err
	}
	err = w.each(ctx, "xl/workbook.xml", maxPart, func(x *xmlReader, start xml.StartElement) error {
		switch start.Name.Local {
		case "workbookPr":
			if on := attribute(start, "date1904"); on == "1" || on == "true" {
				w.from = 24107
			}
		case "sheet":
			s := sheet{attribute(start, "name"), links[attribute(start, "id")]}
			if state := attribute(start, "state"); s.part != "" && (state == "" || state == "visible") {
				w.sheets = append(w.sheets, s)
			}
		}
		return nil
	})
	return w, err
}

func (w *workbook) tables() []string {
	names := make([]string, len(w.sheets))
	for i, s := range w.sheets {
		names[i] = s.name
	}
	return names
}

func (w *workbook) close() {}

// open begins to read a sheet: it finds the header.
func (w *workbook) open(ctx context.Context, name string) (*table, error) {
	i := slices.IndexFunc(w.sheets, func(s sheet) bool { return s.name == name })
	if i < 0 {
		return nil, fileErrorf(0, "there is no sheet %s", shown(name))
	}
	if !w.hasRead {
		if err := w.readTexts(ctx); err != nil {
			return nil, err
		}
		if err := w.readStyles(ctx); err != nil {
			return nil, err
		}
		w.hasRead = true
	}
	f := w.part(w.sheets[i].part)
	if f == nil {
		return nil, fileErrorf(0, "the workbook lacks its sheet %s", shown(name))
	}
	r, err := w.unpack(ctx, f)
	if err != nil {
		return nil, err
	}
	rows := &sheetRows{book: w, xml: newXMLReader(r)}
	header, err := rows.begin()
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	return &table{rows: rows, header: header, delimiter: ',', read: w.read.Load, close: func() { _ = r.Close() }}, nil
}

// part returns the file of that name, nil for none.
func (w *workbook) part(name string) *zip.File {
	for _, f := range w.File {
		if strings.EqualFold(f.Name, name) {
			return f
		}
	}
	return nil
}

// each calls start with the elements of a small part; one that is not there has none.
func (w *workbook) each(ctx context.Context, part string, most int64, start func(*xmlReader, xml.StartElement) error) error {
	f := w.part(part)
	if f == nil {
		return nil
	}
	r, err := w.unpack(ctx, f)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // read only
	r.left = min(r.left, most)
	x := newXMLReader(r)
	for {
		t, err := x.token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if s, ok := t.(xml.StartElement); ok {
			if err := start(x, s); err != nil {
				return err
			}
		}
	}
}

// relations returns the parts of the workbook by the ids that it has for them.
func (w *workbook) relations(ctx context.Context) (map[string]string, error) {
	links := map[string]string{}
	err := w.each(ctx, "xl/_rels/workbook.xml.rels", maxPart, func(_ *xmlReader, s xml.StartElement) error {
		if s.Name.Local == "Relationship" {
			target := attribute(s, "Target")
			if !strings.HasPrefix(target, "/") {
				target = "/xl/" + target
			}
			links[attribute(s, "Id")] = strings.TrimPrefix(path.Clean(target), "/")
		}
		return nil
	})
	return links, err
}

func attribute(s xml.StartElement, name string) string {
	for _, a := range s.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// sharedTexts are the texts that cells name by number.
type sharedTexts struct {
	all  []byte
	ends []uint32
}

// at returns a text, which is not to be changed.
func (t *sharedTexts) at(i int) ([]byte, bool) {
	if i < 0 || i >= len(t.ends) {
		return nil, false
	}
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.all[from:t.ends[i]], true
}

func (w *workbook) readTexts(ctx context.Context) error {
	return w.each(ctx, "xl/sharedStrings.xml", maxUnpacked, func(x *xmlReader, s xml.StartElement) error {
		if s.Name.Local != "si" {
			return nil
		}
		text, err := x.text("si")
		if err != nil {
			return err
		}
		if len(w.texts.ends) == maxStrings || len(w.texts.all)+len(text) > maxStringBytes {
			return fileErrorf(0, "the workbook has too many texts: save the sheet as CSV")
		}
		w.texts.all = append(w.texts.all, text...)
		w.texts.ends = append(w.texts.ends, uint32(len(w.texts.all)))
		return nil
	})
}

// dateStyle says what of an instant the number of a cell stands for.
type dateStyle uint8

const (
	noDate dateStyle = iota
	aDate
	aTime // of a day
)

// readStyles finds out which styles show numbers as dates or times.
func (w *workbook) readStyles(ctx context.Context) error {
	formats := map[int]dateStyle{}
	inCells := false
	return w.each(ctx, "xl/styles.xml", maxPart, func(_ *xmlReader, s xml.StartElement) error {
		switch s.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attribute(s, "numFmtId")); err == nil && len(formats) < 10_000 {
				formats[id] = dateStyleOf(attribute(s, "formatCode"))
			}
		case "cellStyleXfs", "cellXfs", "cellStyles", "dxfs":
			inCells = s.Name.Local == "cellXfs"
		case "xf":
			if !inCells || len(w.dates) > 1<<16 {
				return nil
			}
			id, err := strconv.Atoi(attribute(s, "numFmtId"))
			if err != nil {
				id = 0
			}
			style, own := formats[id]
			if !own {
				style = builtInStyle(id)
			}
			w.dates = append(w.dates, style)
		}
		return nil
	})
}

// builtInStyle is of the formats that have a number and no code (ECMA-376-1, 18.8.30), those of Chinese and other East Asian programs included.
func builtInStyle(id int) dateStyle {
	switch {
	case id >= 18 && id <= 21, id >= 45 && id <= 47, id >= 32 && id <= 35, id == 55, id == 56:
		return aTime
	case id >= 14 && id <= 22, id >= 27 && id <= 36, id >= 50 && id <= 58:
		return aDate
	}
	return noDate
}

// quotedFormat is what of a format's code is shown as it stands, or is a condition or colour.
var quotedFormat = regexp.MustCompile(`"[^"]*"|\\.|\[[^\]]*\]|_.`)

func dateStyleOf(code string) dateStyle {
	code = strings.ToLower(quotedFormat.ReplaceAllString(code, ""))
	switch {
	case strings.ContainsAny(code, "yd"):
		return aDate
	case strings.Contains(code, "h"), strings.Contains(code, "s") && strings.Contains(code, "m"):
		return aTime
	}
	return noDate
}

// xmlReader reads the markup of a part. What could make the decoder take memory without end is refused: long names and texts, comments,
// declarations, and whatever else no spreadsheet program writes.
type xmlReader struct {
	*xml.Decoder
	guard *markupGuard
}

func newXMLReader(r io.Reader) *xmlReader {
	g := &markupGuard{r: r}
	x := &xmlReader{xml.NewDecoder(g), g}
	x.CharsetReader = func(string, io.Reader) (io.Reader, error) {
		return nil, fileErrorf(0, "the workbook is not in UTF-8: save it anew")
	}
	return x
}

// token returns the next token, whose bytes are valid until the next call. Errors are io.EOF, *FileError and the context's.
func (x *xmlReader) token() (xml.Token, error) {
	t, err := x.RawToken()
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		if x.guard.err != nil && x.guard.err != io.EOF {
			return nil, x.guard.err
		}
		return nil, fileErrorf(0, "the workbook is damaged: its markup is broken")
	}
	return t, err
}

// text returns the text in the element that has just begun, up to its end: that of its t elements, without phonetic hints.
func (x *xmlReader) text(element string) (string, error) {
	var out []byte
	inText, hints := false, 0
	for {
		t, err := x.token()
		if err == io.EOF {
			return "", fileErrorf(0, "the workbook is cut off")
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t"
			if t.Name.Local == "rPh" {
				hints++
			}
		case xml.EndElement:
			inText = false
			if t.Name.Local == "rPh" {
				hints--
			}
			if t.Name.Local == element {
				return unescaped(string(out)), nil
			}
		case xml.CharData:
			if inText && hints == 0 {
				out = append(out, t...)
			}
			if len(out) > maxMarkup {
				return "", fileErrorf(0, "a text of the workbook is longer than %d MiB", maxMarkup>>20)
			}
		}
	}
}

// escaped is a character that XML cannot hold, as spreadsheets write it.
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func unescaped(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(code string) string {
		n, err := strconv.ParseUint(code[2:6], 16, 16)
		if err != nil || !utf8.ValidRune(rune(n)) {
			return code
		}
		return string(rune(n))
	})
}

// markupGuard passes markup on as long as there is a “<” every now and then, and nothing but elements.
type markupGuard struct {
	r     io.Reader
	since int  // bytes since the last <
	open  bool // the last byte was a <
	began bool // an element has
	err   error
}

// Read implements io.Reader.
func (g *markupGuard) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.r.Read(p)
	g.err = err
	for i := 0; i < n; {
		if g.open {
			if p[i] == '!' || p[i] == '?' && g.began {
				g.err = fileErrorf(0, "the workbook holds comments or declarations, which none has: save it anew")
				return 0, g.err
			}
			g.open, g.began = false, g.began || p[i] != '?'
		}
		next := bytes.IndexByte(p[i:n], '<')
		if next < 0 {
			g.since += n - i
			break
		}
		g.since, g.open = 0, true
		i += next + 1
	}
	if g.since > maxMarkup {
		g.err = fileErrorf(0, "a text of the workbook is longer than %d MiB", maxMarkup>>20)
		return 0, g.err
	}
	return n, g.err
}
