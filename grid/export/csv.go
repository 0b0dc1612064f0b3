package export

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wangge/wangge/grid"
)

// csvWriter writes CSV (RFC 4180, lines ending as texts keep theirs: with a line feed) that spreadsheets and GDAL read alike: UTF-8 with a byte-order mark, without which Excel takes
// Chinese for something else, and the geometry as well-known text in the last column, WKT, where GDAL finds it and nobody has to
// scroll past it. Lists and objects are JSON. See defused for texts that a spreadsheet would compute.
type csvWriter struct {
	out     *bufio.Writer
	rows    *csv.Writer
	columns []column
	row     []string
	shape   []byte
}

const byteOrderMark = "\ufeff"

func newCSVWriter(out io.Writer, c *grid.Collection, info Info) (*csvWriter, error) {
	w := &csvWriter{out: bufio.NewWriterSize(out, outBuffer), columns: columnsOf(c, info)}
	w.rows = csv.NewWriter(w.out)
	if _, err := w.out.WriteString(byteOrderMark); err != nil {
		return nil, err
	}
	for _, c := range w.columns {
		w.row = append(w.row, c.Name)
	}
	return w, w.rows.Write(append(w.row, "WKT"))
}

// Write implements Writer.
func (w *csvWriter) Write(f *grid.Feature) error {
	w.row = w.row[:0]
	for i := range w.columns {
		cell, err := w.columns[i].cell(f.Values[w.columns[i].index])
		if err != nil {
			return fmt.Errorf("%s, %s: %w", f.Code, w.columns[i].Name, err)
		}
		w.row = append(w.row, cell)
	}
	var err error
	if w.shape, err = appendWKT(w.shape[:0], f.Geometry); err != nil {
		return fmt.Errorf("%s: %w", f.Code, err)
	}
	return w.rows.Write(append(w.row, string(w.shape)))
}

// cell is a property's value as a cell, empty for none.
func (c *column) cell(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return defused(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case bool:
		return strconv.FormatBool(v), nil
	case time.Time:
		return c.timeText(v), nil
	case []string, map[string]any:
		text, err := appendJSON(nil, value)
		return string(text), err
	}
	return "", fmt.Errorf("a value of %T is not written", value)
}

// formulaSigns are what spreadsheets take for the beginning of a formula, in some languages in full width too.
const formulaSigns = "=+-@\t\r\n＝＋－＠"

// defused returns a text with an apostrophe before it where a spreadsheet would compute it (CWE-1236): texts come from anybody who reports
// something. A text that begins with an apostrophe gets another one, so that taking one away always gives the text back.
func defused(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size > 0 && (first == '\'' || strings.ContainsRune(formulaSigns, first)) {
		return "'" + text
	}
	return text
}

// Finish implements Writer.
func (w *csvWriter) Finish() error {
	w.rows.Flush()
	if err := w.rows.Error(); err != nil {
		return err
	}
	return w.out.Flush()
}

// Close implements Writer.
func (w *csvWriter) Close() error { return nil }
