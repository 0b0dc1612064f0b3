package intake

import (
	"encoding/xml"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	// headerWithin is how many rows may stand before the header, as titles do.
	headerWithin = 20
	maxSheetRow  = 1 << 20
)

// sheetRows reads the rows of a sheet as the records of a CSV. The header is the first row with several cells, or with any where none has
// more. A formula is the value that it had when the workbook was saved.
type sheetRows struct {
	book   *workbook
	xml    *xmlReader
	line   int64 // of the row that was read last, as the sheet numbers it
	cells  []string
	size   int        // of the texts of the row
	fault  error      // of the row
	column int        // of the next cell that does not say where it is
	before []sheetRow // rows that were read to find the header
	width  int        // of the header
	record []byte
}

type sheetRow struct {
	line  int64
	cells []string
	fault error // a *rowFault
}

// begin finds the header.
func (s *sheetRows) begin() ([]string, error) {
	at, size := -1, 0
	for len(s.before) < headerWithin {
		cells, err := s.row()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if size += s.size; size > MaxRowBytes {
			return nil, tooLong(s.line)
		}
		s.before = append(s.before, sheetRow{s.line, append([]string(nil), cells...), s.fault})
		if filled(cells) > 1 {
			at = len(s.before) - 1
			break
		}
	}
	if at < 0 && len(s.before) > 0 {
		at = 0
	}
	if at < 0 {
		return nil, fileErrorf(0, "the sheet is empty")
	}
	header := s.before[at]
	s.before = s.before[at+1:]
	if header.fault != nil {
		return nil, fileErrorf(header.line, "the header: %v", header.fault)
	}
	for i, name := range header.cells {
		if header.cells[i] = strings.TrimSpace(name); header.cells[i] != "" {
			s.width = i + 1
		}
	}
	header.cells = header.cells[:s.width]
	seen := map[string]bool{}
	for _, name := range header.cells {
		if seen[name] && name != "" {
			return nil, fileErrorf(header.line, "the column %s is there twice", shown(name))
		}
		seen[name] = true
	}
	return header.cells, nil
}

func filled(cells []string) (n int) {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

func (s *sheetRows) next() ([]byte, int64, error) {
	var one sheetRow
	if len(s.before) > 0 {
		one, s.before = s.before[0], s.before[1:]
	} else {
		cells, err := s.row()
		if err != nil {
			return nil, 0, err
		}
		one = sheetRow{s.line, cells, s.fault}
	}
	s.record = s.record[:0]
	for i := range s.width {
		text := ""
		if i < len(one.cells) {
			text = one.cells[i]
		}
		s.record = appendField(s.record, i > 0, text)
	}
	if len(s.record) > MaxRowBytes {
		return nil, 0, tooLong(one.line)
	}
	if one.fault != nil {
		return s.record, one.line, one.fault
	}
	for i := s.width; i < len(one.cells); i++ {
		if one.cells[i] != "" {
			return s.record, one.line, rowFaultf("xlsx", "there is %s to the right of the columns that have a header", shown(one.cells[i]))
		}
	}
	return s.record, one.line, nil
}

// row reads the next row that has any cell filled. The cells are valid until the next call.
func (s *sheetRows) row() ([]string, error) {
	inRow := false
	for {
		t, err := s.xml.token()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				inRow = true
				if err := s.number(attribute(t, "r")); err != nil {
					return nil, err
				}
				s.cells, s.column, s.size, s.fault = s.cells[:0], 0, 0, nil
			case "c":
				if inRow {
					if err := s.cell(t); err != nil {
						return nil, err
					}
				}
			}
		case xml.EndElement:
			if t.Name.Local == "row" && (filled(s.cells) > 0 || s.fault != nil) {
				return s.cells, nil
			}
			if t.Name.Local == "sheetData" {
				return nil, io.EOF
			}
		}
	}
}

// number notes the number of a row, which only grows; without one it is the next.
func (s *sheetRows) number(r string) error {
	if s.line++; r == "" {
		return nil
	}
	n, err := strconv.ParseInt(r, 10, 64)
	if err != nil || n < s.line || n > maxSheetRow {
		return fileErrorf(s.line, "the sheet's rows are not in order: save it anew")
	}
	s.line = n
	return nil
}

// cell reads a cell to its end and puts it into its column.
func (s *sheetRows) cell(start xml.StartElement) error {
	column, ok := s.column, true
	if ref := attribute(start, "r"); ref != "" {
		column, ok = columnOf(ref)
	}
	if !ok || column < s.column || column >= 1<<14 {
		return fileErrorf(s.line, "the sheet's cells are not in order: save it anew")
	}
	s.column = column + 1
	kind, style := attribute(start, "t"), attribute(start, "s")
	text, err := s.content(kind)
	if err != nil {
		return err
	}
	if text, err = s.value(kind, style, text); err != nil {
		return err
	}
	if text == "" {
		return nil
	}
	if column >= MaxColumns {
		return fileErrorf(s.line, "the sheet has more than %d columns", MaxColumns)
	}
	for len(s.cells) < column {
		s.cells = append(s.cells, "")
	}
	if s.size += len(text); s.size > MaxRowBytes {
		return tooLong(s.line)
	}
	s.cells = append(s.cells, text)
	return nil
}

// bad notes why the row of the cell that is being read cannot be taken; its first reason stays.
func (s *sheetRows) bad(why string) {
	if s.fault == nil {
		s.fault = rowFaultf("xlsx", "the cell %s%d %s", columnName(s.column-1), s.line, why)
	}
}

// columnName is what a spreadsheet calls a column, from 0.
func columnName(n int) (name string) {
	for n++; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// columnOf returns the column of a reference such as C7, from 0.
func columnOf(ref string) (int, bool) {
	n := 0
	for i := range len(ref) {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			return n - 1, i > 0
		}
		if n = n*26 + int(c-'A') + 1; n > 1<<14 {
			return 0, false
		}
	}
	return 0, false
}

// content reads what stands in a cell, up to its end.
func (s *sheetRows) content(kind string) (string, error) {
	if kind == "inlineStr" {
		return s.xml.text("c")
	}
	var out []byte
	inValue := false
	for {
		t, err := s.xml.token()
		if err == io.EOF {
			return "", fileErrorf(s.line, "the sheet is cut off")
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			inValue = t.Name.Local == "v"
		case xml.EndElement:
			inValue = false
			if t.Name.Local == "c" {
				return string(out), nil
			}
		case xml.CharData:
			if inValue {
				out = append(out, t...)
			}
			if len(out) > maxMarkup {
				return "", fileErrorf(s.line, "a text of the workbook is longer than %d MiB", maxMarkup>>20)
			}
		}
	}
}

// value is the text of a cell's content by its kind and style. What is no value is a fault of the row.
func (s *sheetRows) value(kind, style, text string) (string, error) {
	switch kind {
	case "s":
		return s.shared(strings.TrimSpace(text))
	case "e":
		s.bad("shows the error " + shown(text) + ": mend it, or clear the cell")
		return text, nil
	case "b":
		if strings.TrimSpace(text) == "1" {
			return "true", nil
		}
		return "false", nil
	case "str":
		return unescaped(text), nil
	case "inlineStr", "d":
		return text, nil
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", nil
	}
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(s.book.dates) && s.book.dates[i] != noDate {
		if instant, ok := s.book.instant(text, s.book.dates[i]); ok {
			return instant, nil
		}
	}
	return wholeNumber(text), nil
}

// shared is the text of that number. Many cells may have the same long one, so it is held against the room of the row before it is copied.
func (s *sheetRows) shared(number string) (string, error) {
	if number == "" {
		return "", nil
	}
	i, err := strconv.Atoi(number)
	text, ok := s.book.texts.at(i)
	if err != nil || !ok {
		s.bad("names a text that the workbook lacks: save it anew")
		return "", nil
	}
	if s.size+len(text) > MaxRowBytes {
		return "", tooLong(s.line)
	}
	return string(text), nil
}

// instant writes the number of a date, which counts days, as other files have dates and times.
func (w *workbook) instant(text string, style dateStyle) (string, bool) {
	days, err := strconv.ParseFloat(text, 64)
	if err != nil || !(days >= 0 && days < 2_958_466) { // the end of the year 9999
		return "", false
	}
	const leapDay = 60 // spreadsheets take 1900 for a leap year
	if w.from == 25569 && days < leapDay && style == aDate {
		days++
	}
	seconds := math.Round(days * 86400)
	at := time.Unix(int64(seconds)-w.from*86400, 0).UTC()
	switch {
	case style == aTime && days < 1:
		return at.Format("15:04:05"), true
	case style == aDate && int64(seconds)%86400 == 0:
		return at.Format("2006-01-02"), true
	}
	return at.Format("2006-01-02 15:04:05"), true
}
