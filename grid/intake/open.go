package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// bufferBytes is how much of a file is read at a time, and how much is looked at to tell its format.
const bufferBytes = 256 << 10

type format int

// separator is the byte before each record of a JSON text sequence.
const separator = 0x1e

const (
	formatJSON     format = iota // one JSON text
	formatLines                  // one JSON text a line
	formatSequence               // JSON texts after record separators (RFC 8142)
	formatCSV
	formatXLSX
	formatGeoPackage
	formatShapefile
)

// open returns the UTF-8 text of a file, unpacked and without byte order mark, and what it is. encoding is "" where the
// file is in UTF-8 or says by its byte order mark that it is in UTF-16; used is the one that it is read in. Errors are *FileError or those of r.
func open(name string, r io.Reader, encodingName string) (text *bufio.Reader, f format, used string, err error) {
	in := bufio.NewReaderSize(r, bufferBytes)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, 0, "", gzipError(err)
		}
		in = bufio.NewReaderSize(gzipReader{z}, bufferBytes)
	}
	head, err := in.Peek(512)
	if err != nil && err != io.EOF {
		return nil, 0, "", err
	}
	if what := foreign(head); what != "" {
		return nil, 0, "", fileErrorf(0, "this is %s; read are %s", what, Formats)
	}
	if text, used, err = decode(in, head, encodingName); err != nil {
		return nil, 0, "", err
	}
	head, err = text.Peek(bufferBytes)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return nil, 0, "", err
	}
	f, err = sniff(name, head)
	return text, f, used, err
}

// gzipReader says in plain words what is wrong with a gzip stream.
type gzipReader struct{ z *gzip.Reader }

func (g gzipReader) Read(p []byte) (int, error) {
	n, err := g.z.Read(p)
	if err != nil && err != io.EOF {
		err = gzipError(err)
	}
	return n, err
}

func gzipError(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fileErrorf(0, "the gzip stream ends too early: the file is cut off")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return fileErrorf(0, "the gzip stream is damaged: %v", err)
	}
	var corrupt interface{ Error() string }
	if errors.As(err, &corrupt) && strings.HasPrefix(corrupt.Error(), "flate:") {
		return fileErrorf(0, "the gzip stream is damaged: %v", err)
	}
	return err
}

// foreign names the format of a file that is told by its first bytes and that is not read.
func foreign(head []byte) string {
	for _, m := range []struct{ magic, what string }{
		{"PK\x03\x04", "a ZIP archive, which has to be a file by itself, neither gzipped nor through a pipe"},
		{"SQLite format 3\x00", "a GeoPackage or another SQLite database, which has to be a file by itself, neither gzipped nor through a pipe"},
		{"\x00\x00\x27\x0a", "one file of a shapefile: put it into a ZIP archive with the .dbf, .prj and .cpg of its name"},
		{"%PDF", "a PDF"},
		{"fgb", "a FlatGeobuf"},
		{"PAR1", "a Parquet file"},
		{"\xd0\xcf\x11\xe0", "an XLS or another old Office file"},
		{"Rar!", "a RAR archive"},
		{"7z\xbc\xaf", "a 7z archive"},
		{"BZh", "a bzip2 file"},
		{"\xfd7zXZ", "an xz file"},
		{"\x28\xb5\x2f\xfd", "a zstd file"},
		{"\x1f\x8b", "a gzip file inside a gzip file"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.what
		}
	}
	return ""
}

// sniff tells the format from the first bytes of the text and, where those leave it open, from the file's name.
func sniff(name string, head []byte) (format, error) {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	text := bytes.TrimLeft(head, " \t\r\n\x1e")
	if len(text) == 0 {
		return 0, fileErrorf(0, "the file is empty")
	}
	switch c := text[0]; {
	case c == '<':
		return 0, fileErrorf(1, "this is HTML or XML; read are %s", Formats)
	case c == '{' || c == '[':
		if bytes.IndexByte(head[:len(head)-len(text)], separator) >= 0 {
			return formatSequence, nil
		}
		switch path.Ext(name) {
		case ".ndjson", ".jsonl", ".geojsonl", ".geojsons", ".geojsonseq", ".ndgeojson":
			return formatLines, nil
		}
		if c == '{' && oneALine(text) {
			return formatLines, nil
		}
		return formatJSON, nil
	case strings.HasSuffix(name, "json"):
		return 0, fileErrorf(1, "this is not GeoJSON: it begins with %s; read are %s", shown(string(text[:min(len(text), 20)])), Formats)
	}
	if control(text) {
		return 0, fileErrorf(0, "this is no text file; read are %s", Formats)
	}
	return formatCSV, nil
}

// oneALine reports whether the first line is a whole JSON object and something follows it.
func oneALine(text []byte) bool {
	line, rest, more := bytes.Cut(text, []byte{'\n'})
	c := cursor{s: string(line)}
	if !more || len(line) > bufferBytes/2 || c.skip() != nil {
		return false
	}
	c.space()
	return c.i == len(c.s) && bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n\x1e"), []byte{'{'})
}

// control reports whether text has control characters that no CSV has.
func control(text []byte) bool {
	for _, b := range text[:min(len(text), 4096)] {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != 0x1e {
			return true
		}
	}
	return false
}
