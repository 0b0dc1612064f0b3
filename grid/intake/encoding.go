package intake

import (
	"bufio"
	"bytes"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// Encodings are the values of Source.Encoding; "" is what the file says itself, or UTF-8.
var Encodings = []string{utf8Name, "utf-16le", "utf-16be", gbkName, gb18030Name, "big5", "iso-8859-1"}

const (
	utf8Name    = "utf-8"
	gbkName     = "gbk"
	gb18030Name = "gb18030"
)

// encodingNamed returns the encoding of that name, nil for UTF-8. The error is a *FileError.
func encodingNamed(name string) (encoding.Encoding, error) {
	switch strings.ToLower(name) {
	case "", utf8Name, "utf8":
		return nil, nil
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), nil
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), nil
	case gbkName:
		return simplifiedchinese.GBK, nil
	case gb18030Name:
		return simplifiedchinese.GB18030, nil
	case "big5":
		return traditionalchinese.Big5, nil
	case "iso-8859-1":
		return charmap.ISO8859_1, nil
	}
	return nil, fileErrorf(0, "there is no encoding %q; known are %s", name, strings.Join(Encodings, ", "))
}

// decode returns the text in UTF-8, and the name of the encoding that it is in.
func decode(in *bufio.Reader, head []byte, name string) (*bufio.Reader, string, error) {
	mark := 0
	used := strings.ToLower(name)
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		mark, used = 3, utf8Name
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		mark, used = 2, "utf-16le"
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		mark, used = 2, "utf-16be"
	case used == "" || used == "utf8":
		used = utf8Name
	}
	enc, err := encodingNamed(used)
	if err != nil {
		return nil, "", err
	}
	if _, err := in.Discard(mark); err != nil {
		return nil, "", err
	}
	text := &textReader{src: in, line: 1}
	if enc != nil {
		text.src, text.decoded = enc.NewDecoder().Reader(in), true
	}
	return bufio.NewReaderSize(text, bufferBytes), used, nil
}
