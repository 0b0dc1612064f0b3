package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// csvRows reads the records of a CSV (RFC 4180), which may hold newlines in quotes.
type csvRows struct {
	lines     lineReader
	delimiter byte
	header    []string
	record    []byte
}

// newCSVRows reads the header and tells the delimiter from it.
func newCSVRows(in *bufio.Reader) (*csvRows, error) {
	c := &csvRows{lines: lineReader{in: in, line: 1, separator: '\n'}, delimiter: ','}
	head, err := in.Peek(in.Buffered())
	if err != nil {
		return nil, err
	}
	c.delimiter = delimiter(head)
	raw, line, err := c.next()
	if err == io.EOF {
		return nil, fileErrorf(0, "the file has no header")
	}
	if err != nil {
		return nil, err
	}
	fields, err := split(string(raw), c.delimiter, nil)
	if err != nil {
		return nil, fileErrorf(line, "the header: %v", err)
	}
	if len(fields) > MaxColumns {
		return nil, fileErrorf(line, "the header has %d columns, the limit is %d", len(fields), MaxColumns)
	}
	seen := map[string]bool{}
	for _, f := range fields {
		f = strings.TrimSpace(f)
		if f != "" && seen[f] {
			return nil, fileErrorf(line, "the column %s is there twice", shown(f))
		}
		seen[f] = true
		c.header = append(c.header, f)
	}
	return c, nil
}

// delimiter returns the mark that splits the first line into most fields: comma, semicolon or tab.
func delimiter(head []byte) byte {
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	best, most := byte(','), 0
	for _, d := range []byte{',', ';', '\t'} {
		n, quoted := 0, false
		for _, b := range line {
			if b == '"' {
				quoted = !quoted
			} else if b == d && !quoted {
				n++
			}
		}
		if n > most {
			best, most = d, n
		}
	}
	return best
}

func (c *csvRows) next() ([]byte, int64, error) {
	for {
		start := c.lines.line
		text, err := c.lines.next()
		if err != nil {
			return nil, 0, err
		}
		if len(text) == 0 {
			continue
		}
		if bytes.IndexByte(text, '"') < 0 || !openQuote(text, c.delimiter, false) {
			return text, start, nil
		}
		c.record = append(c.record[:0], text...)
		for open := true; open; open = openQuote(text, c.delimiter, true) {
			if text, err = c.lines.next(); err == io.EOF {
				return nil, 0, fileErrorf(start, "a quote that opens in this row is never closed")
			} else if err != nil {
				return nil, 0, err
			}
			if len(c.record)+len(text) > MaxRowBytes {
				var limit *FileError
				if errors.As(tooLong(start), &limit) {
					limit.Reason += "; perhaps a quote is never closed"
				}
				return nil, 0, limit
			}
			c.record = append(append(c.record, '\n'), text...)
		}
		return c.record, start, nil
	}
}

// openQuote reports whether the line ends inside quotes; open says whether it begins so.
func openQuote(line []byte, delimiter byte, open bool) bool {
	for i := 0; i < len(line); {
		if !open && line[i] == '"' {
			open = true
			i++
			continue
		}
		if open {
			n := bytes.IndexByte(line[i:], '"')
			if n < 0 {
				return true
			}
			if i += n + 1; i < len(line) && line[i] == '"' {
				i++
				continue
			}
			open = false
		}
		n := bytes.IndexByte(line[i:], delimiter)
		if n < 0 {
			return false
		}
		i += n + 1
	}
	return open
}

var errAfterQuote = errors.New("something stands between a closing quote and the next delimiter")

// split appends the fields of a record to fields. A quote inside a field that does not begin with one is taken as it is.
func split(record string, delimiter byte, fields []string) ([]string, error) {
	for {
		if strings.HasPrefix(record, `"`) {
			end := closing(record)
			if end < 0 {
				return fields, errAfterQuote
			}
			fields = append(fields, strings.ReplaceAll(record[1:end], `""`, `"`))
			if record = record[end+1:]; record == "" {
				return fields, nil
			}
			if record[0] != delimiter {
				return fields, errAfterQuote
			}
			record = record[1:]
			continue
		}
		n := strings.IndexByte(record, delimiter)
		if n < 0 {
			return append(fields, record), nil
		}
		fields = append(fields, record[:n])
		record = record[n+1:]
	}
}

// closing returns the index of the quote that closes the field that record begins with, -1 for none.
func closing(record string) int {
	for i := 1; ; i += 2 {
		n := strings.IndexByte(record[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		if i+1 == len(record) || record[i+1] != '"' {
			return i
		}
	}
}
