package intake

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"
)

// textReader passes UTF-8 on and refuses bytes that are none, naming the line.
type textReader struct {
	src     io.Reader
	decoded bool  // from another encoding, whose faults come as U+FFFD
	line    int64 // the line of the next byte
	tail    []byte
	err     error
}

// Read implements io.Reader. Bytes before a fault are passed on, so that the fault comes at its place.
func (t *textReader) Read(p []byte) (int, error) {
	if t.err != nil {
		return 0, t.err
	}
	n, err := t.src.Read(p)
	good := t.check(p[:n])
	if good < n {
		t.line += int64(bytes.Count(p[:good], []byte{'\n'}))
		t.err = t.fault(p[good])
		return good, t.err
	}
	t.line += int64(bytes.Count(p[:n], []byte{'\n'}))
	if err == io.EOF && len(t.tail) > 0 {
		err = t.fault(t.tail[0])
	}
	t.err = err
	return n, err
}

// check returns how many bytes of p are text, given the unfinished character of the read before.
func (t *textReader) check(p []byte) int {
	start := 0
	for len(t.tail) > 0 && start < len(p) {
		t.tail = append(t.tail, p[start])
		start++
		if r, size := utf8.DecodeRune(t.tail); utf8.FullRune(t.tail) {
			if r == utf8.RuneError && (size == 1 || t.decoded) {
				return 0
			}
			if size < len(t.tail) { // cannot be: one byte was added at a time
				return 0
			}
			t.tail = t.tail[:0]
		}
	}
	body := p[start:]
	cut := len(body)
	for back := 1; back < utf8.UTFMax && back <= len(body); back++ {
		if utf8.RuneStart(body[len(body)-back]) {
			if !utf8.FullRune(body[len(body)-back:]) {
				cut = len(body) - back
			}
			break
		}
	}
	if !utf8.Valid(body[:cut]) || bytes.IndexByte(body[:cut], 0) >= 0 || t.decoded && bytes.Contains(body[:cut], replacement) {
		return start + t.firstBad(body[:cut])
	}
	if cut < len(body) {
		t.tail = append(t.tail[:0], body[cut:]...)
	}
	return len(p)
}

var replacement = []byte(string(utf8.RuneError))

func (t *textReader) firstBad(b []byte) int {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == 0 || r == utf8.RuneError && (size == 1 || t.decoded) {
			return i
		}
		i += size
	}
	return len(b)
}

func (t *textReader) fault(b byte) error {
	switch {
	case t.decoded:
		return fileErrorf(t.line, "bytes that are not in the declared encoding")
	case b == 0:
		return fileErrorf(t.line, "a zero byte: this is no text, or UTF-16 without a byte order mark (then declare the encoding utf-16le)")
	}
	return &FileError{
		Line: t.line, notUTF8: true,
		Reason: fmt.Sprintf("byte 0x%02x is not UTF-8; if the file is in GBK, declare the encoding gb18030", b),
	}
}
