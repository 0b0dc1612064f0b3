package api

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"unicode"
	"unicode/utf8"
)

// csvRows reads the rows of a CSV. A line without a quote it splits itself; all that is not so plain it leaves to encoding/csv, whose
// rules are the ones that hold.
type csvRows struct {
	body  *rowBudget
	in    *bufio.Reader
	rules *csv.Reader // reads from in, without a buffer of its own: bufio.NewReader takes one that is there
	used  int         // bytes of in that the last row has given out
	store []byte      // of the cells of a row that encoding/csv has read
}

// csvRow is a row whose cells are valid until the next one is read.
type csvRow struct {
	cells [][]byte
	// line is the row as it came, nil when a writer of CSV would write it in another way.
	line []byte
}

const csvBuffer = 64 << 10

func newCSVRows(body io.Reader) *csvRows {
	r := &csvRows{body: &rowBudget{in: body}}
	r.in = bufio.NewReaderSize(r.body, csvBuffer)
	r.rules = csv.NewReader(r.in)
	r.rules.ReuseRecord = true
	r.rules.FieldsPerRecord = -1
	return r
}

// next reads the next row into row. The error is encoding/csv's, or why there is no more of the body.
func (r *csvRows) next(row *csvRow) error {
	for {
		_, _ = r.in.Discard(r.used) // of what is buffered: it cannot fail
		r.used = 0
		r.body.left = maxBatchLine
		line := r.peekLine()
		if line == nil || !row.split(line) {
			return r.byTheRules(row)
		}
		if r.used = len(line); len(row.cells) > 0 { // an empty line is no row
			return nil
		}
	}
}

// peekLine returns the next line with its end, nil when the buffer does not get to hold it.
func (r *csvRows) peekLine() []byte {
	for seen := 0; ; {
		buffered, _ := r.in.Peek(r.in.Buffered())
		if end := bytes.IndexByte(buffered[seen:], '\n'); end >= 0 {
			return buffered[:seen+end+1]
		}
		seen = len(buffered)
		if _, err := r.in.Peek(seen + 1); err != nil {
			return nil
		}
	}
}

// byTheRules reads the next row with encoding/csv.
func (r *csvRows) byTheRules(row *csvRow) error {
	row.cells, row.line = row.cells[:0], nil
	record, err := r.rules.Read()
	if err != nil {
		return err
	}
	size := 0
	for _, cell := range record {
		size += len(cell)
	}
	r.store = append(r.store[:0], make([]byte, size)...)
	rest := r.store
	for _, cell := range record {
		n := copy(rest, cell)
		row.cells, rest = append(row.cells, rest[:n:n]), rest[n:]
	}
	return nil
}

// split makes a row of a line with its end; an empty one has no cells. It reports whether the line is plain.
func (row *csvRow) split(line []byte) bool {
	row.cells, row.line = row.cells[:0], nil
	end := len(line) - 1
	if end > 0 && line[end-1] == '\r' {
		end--
	}
	if end == 0 {
		return true
	}
	line = line[:end]
	begin, asItCame := 0, true
	for i, c := range line {
		if c > ',' { // what means something is none of the letters, digits, points and minus signs
			continue
		}
		switch c {
		case ',':
			cell := line[begin:i:i]
			row.cells, begin = append(row.cells, cell), i+1
			asItCame = asItCame && !oddBegin(cell)
		case '"':
			return false
		case '\r':
			asItCame = false
		}
	}
	last := line[begin:]
	row.cells = append(row.cells, last)
	if asItCame && !oddBegin(last) {
		row.line = line
	}
	return true
}

// oddBegin reports whether a cell without comma, quote or end of line may need quotes all the same.
func oddBegin(cell []byte) bool {
	return len(cell) > 0 && (cell[0] <= ' ' || cell[0] == '\\' || cell[0] >= utf8.RuneSelf)
}

// appendCells appends the cells of a row, as many as the width says.
func (row *csvRow) appendCells(out []byte, width int) []byte {
	if row.line != nil && len(row.cells) == width {
		return append(out, row.line...)
	}
	for i := range width {
		if i > 0 {
			out = append(out, ',')
		}
		if i < len(row.cells) {
			out = appendCell(out, row.cells[i])
		}
	}
	return out
}

// appendCell appends a cell as encoding/csv writes it.
func appendCell[T string | []byte](out []byte, cell T) []byte {
	if !needsQuotes(cell) {
		return append(out, cell...)
	}
	out = append(out, '"')
	for i := range len(cell) {
		if cell[i] == '"' {
			out = append(out, '"')
		}
		out = append(out, cell[i])
	}
	return append(out, '"')
}

func needsQuotes[T string | []byte](cell T) bool {
	for i := range len(cell) {
		if c := cell[i]; c <= ',' && (c == ',' || c == '"' || c == '\n' || c == '\r') {
			return true
		}
	}
	if len(cell) == 0 || cell[0] > ' ' && cell[0] != '\\' && cell[0] < utf8.RuneSelf {
		return false
	}
	first, _ := utf8.DecodeRuneInString(string(cell[:min(len(cell), utf8.UTFMax)]))
	return unicode.IsSpace(first) || string(cell) == `\.` // the latter ends a COPY of PostgreSQL
}

// rowBudget fails a row that is over its limit, so that one without an end does not fill the memory. What has failed once keeps
// failing in the same way.
type rowBudget struct {
	in   io.Reader
	left int
	err  error
}

// Read implements io.Reader.
func (b *rowBudget) Read(p []byte) (int, error) {
	if b.err == nil && b.left <= 0 {
		b.err = lineTooLong()
	}
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.in.Read(p)
	b.left -= n
	b.err = err
	return n, err
}
