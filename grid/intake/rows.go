package intake

import (
	"bufio"
	"bytes"
	"io"
)

// rows hands out the rows of a file one by one, as they stand in it.
//
// next returns the row and the line where it begins, io.EOF after the last, and otherwise a *FileError or an error of
// the underlying reader. The bytes are valid until the next call.
type rows interface {
	next() (raw []byte, line int64, err error)
}

// lineReader reads lines of bounded length and counts them.
type lineReader struct {
	in        *bufio.Reader
	separator byte
	line      int64 // of the next byte, from 1
	long      []byte
}

// next returns the next line without its end. The bytes are valid until the next call.
func (l *lineReader) next() ([]byte, error) {
	text, err := l.in.ReadSlice(l.separator)
	if err == bufio.ErrBufferFull {
		l.long = append(l.long[:0], text...)
		for err == bufio.ErrBufferFull {
			text, err = l.in.ReadSlice(l.separator)
			if len(l.long)+len(text) > MaxRowBytes {
				return nil, tooLong(l.line)
			}
			l.long = append(l.long, text...)
		}
		text = l.long
	}
	if err != nil && (err != io.EOF || len(text) == 0) {
		return nil, err
	}
	if l.separator == '\n' {
		l.line++
		return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\r'}), nil
	}
	l.line += int64(bytes.Count(text, []byte{'\n'}))
	return bytes.TrimSuffix(text, []byte{l.separator}), nil
}

func tooLong(line int64) error {
	return fileErrorf(line, "a row longer than the limit of %d MiB begins here", MaxRowBytes>>20)
}

// jsonLines reads newline-delimited GeoJSON, or texts that follow record separators (RFC 8142), which may hold newlines.
type jsonLines struct{ lines lineReader }

func newJSONLines(in *bufio.Reader, separator byte) *jsonLines {
	return &jsonLines{lineReader{in: in, line: 1, separator: separator}}
}

func (j *jsonLines) next() ([]byte, int64, error) {
	for {
		at := j.lines.line
		text, err := j.lines.next()
		if err != nil {
			return nil, 0, err
		}
		if text = bytes.Trim(text, " \t\r\n\x1e"); len(text) > 0 {
			return text, at, nil
		}
	}
}
