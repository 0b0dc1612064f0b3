package intake

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// dbf reads the attributes of a shapefile (dBASE III and the forms that GIS programs make of it) row by row.
type dbf struct {
	in       *bufio.Reader
	fields   []dbfField
	record   []byte
	rows     uint32 // as the header says
	given    uint32
	encoding string
	guessed  bool
	decoder  *encoding.Decoder // nil for UTF-8
}

type dbfField struct {
	name     string
	kind     byte
	from, to int // in the record
}

// newDBF reads the header. The encoding is the one that is asked for, or that of the .cpg, or that of the header, or a guess.
func newDBF(in *bufio.Reader, asked, cpg string, guess func() (string, error)) (*dbf, error) {
	var head [32]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, cutOff(err, "the .dbf")
	}
	d := &dbf{in: in, rows: binary.LittleEndian.Uint32(head[4:])}
	length, recordBytes := int(binary.LittleEndian.Uint16(head[8:])), int(binary.LittleEndian.Uint16(head[10:]))
	if length < 33 || recordBytes < 1 {
		return nil, fileErrorf(0, "the .dbf is damaged")
	}
	descriptors := make([]byte, length-32)
	if _, err := io.ReadFull(in, descriptors); err != nil {
		return nil, cutOff(err, "the .dbf")
	}
	var err error
	d.encoding = cmp.Or(asked, encodingOfCPG(cpg), encodingOfLanguage(head[29]))
	if d.encoding == "" {
		d.guessed = true
		if d.encoding, err = guess(); err != nil {
			return nil, err
		}
	}
	enc, err := encodingNamed(d.encoding)
	if err != nil {
		return nil, err
	}
	if enc != nil {
		d.decoder = enc.NewDecoder()
	}
	d.record = make([]byte, recordBytes)
	return d, d.readFields(descriptors)
}

func (d *dbf) readFields(b []byte) error {
	at := 1
	for len(b) >= 32 && b[0] != '\r' {
		width := int(b[16])
		name, _, _ := bytes.Cut(b[:11], []byte{0})
		text, ok := d.decode(bytes.TrimSpace(name), true)
		if !ok {
			return fileErrorf(0, "the names of the .dbf's columns are not in %s: choose another encoding", d.encoding)
		}
		d.fields = append(d.fields, dbfField{text, b[11], at, at + width})
		at += width
		b = b[32:]
	}
	if at > len(d.record) || len(d.fields) > MaxColumns {
		return fileErrorf(0, "the .dbf is damaged: its columns are wider than its rows")
	}
	seen := map[string]bool{}
	for _, f := range d.fields {
		if seen[f.name] {
			return fileErrorf(0, "the column %s is there twice", shown(f.name))
		}
		seen[f.name] = true
	}
	return nil
}

func (d *dbf) names() []string {
	names := make([]string, len(d.fields))
	for i, f := range d.fields {
		names[i] = f.name
	}
	return names
}

// next writes the attributes of the next row as properties, unless it is marked as deleted. After the last row it is io.EOF; a *rowFault is
// of the row.
func (d *dbf) next(to *featureText) (deleted bool, err error) {
	if d.given == d.rows {
		return false, io.EOF
	}
	if mark, err := d.in.Peek(1); err == io.EOF || err == nil && mark[0] == 0x1a {
		return false, io.EOF
	} else if err != nil {
		return false, err
	}
	if _, err := io.ReadFull(d.in, d.record); err != nil {
		return false, cutOff(err, "the .dbf")
	}
	d.given++
	for i := range d.fields {
		c, good := d.cell(&d.fields[i])
		if !good && err == nil {
			err = rowFaultf("text", "the text in %s is not in %s: choose another encoding", shown(d.fields[i].name), d.encoding)
		}
		to.property(d.fields[i].name, c)
	}
	return d.record[0] == '*', err
}

// end makes sure that there are as many rows as shapes.
func (d *dbf) end(shapes int64) error {
	if int64(d.given) != int64(d.rows) {
		if mark, err := d.in.Peek(1); err == nil && mark[0] != 0x1a {
			return fileErrorf(0, "the .dbf has %d rows, the .shp %d shapes: the files do not belong together", d.rows, shapes)
		}
	}
	return io.EOF
}

func (d *dbf) cell(f *dbfField) (c cell, good bool) {
	raw := d.record[f.from:f.to]
	switch f.kind {
	case 'C':
		text, good := d.decode(bytes.TrimRight(raw, " \x00"), len(bytes.TrimRight(raw, " \x00")) < len(raw))
		if text = strings.TrimSpace(text); text == "" {
			return cell{}, good
		}
		return cell{textCell, text}, good
	case 'N', 'F':
		text := strings.Trim(string(raw), " \x00")
		if text == "" || strings.Trim(text, "*") == "" {
			return cell{}, true
		}
		return cell{textCell, strings.ToValidUTF8(wholeNumber(text), "\ufffd")}, true
	case 'D':
		text := strings.Trim(string(raw), " \x00")
		if len(text) != 8 || strings.Trim(text, "0") == "" {
			return cell{}, true
		}
		return cell{textCell, strings.ToValidUTF8(text[:4]+"-"+text[4:6]+"-"+text[6:], "\ufffd")}, true
	case 'L':
		switch raw = bytes.TrimSpace(raw); {
		case bytes.ContainsAny(raw, "TtYy"):
			return cell{boolCell, "true"}, true
		case bytes.ContainsAny(raw, "FfNn"):
			return cell{boolCell, "false"}, true
		}
	case 'I':
		if len(raw) == 4 {
			return cell{numberCell, strconv.Itoa(int(int32(binary.LittleEndian.Uint32(raw))))}, true
		}
	}
	return cell{}, true
}

// decode returns a text in UTF-8. Where it fills its field, a program may have cut the last character in half, which is left out.
func (d *dbf) decode(raw []byte, whole bool) (string, bool) {
	text := string(raw)
	if d.decoder != nil {
		var err error
		if text, err = d.decoder.String(text); err != nil {
			return "", false
		}
		if !whole {
			text = strings.TrimSuffix(text, string(utf8.RuneError))
		}
		return text, !strings.Contains(text, string(utf8.RuneError))
	}
	for cut := 0; !whole && cut < utf8.UTFMax-1 && len(text) > 0 && !utf8.ValidString(text); cut++ {
		text = text[:len(text)-1]
	}
	if !utf8.ValidString(text) {
		return "", false
	}
	return text, true
}

// encodingOfCPG returns the encoding that a .cpg names, "" for none; one that is not known is returned as it is.
func encodingOfCPG(cpg string) string {
	name := strings.ToLower(strings.TrimSpace(cpg))
	switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(name) {
	case "":
		return ""
	case "utf8", "65001", "cp65001":
		return utf8Name
	case "gbk", "gb2312", "936", "cp936", "ms936", "windows936", "euccn", "ansi936", "oem936":
		return gbkName
	case "gb18030", "54936", "cp54936":
		return gb18030Name
	case "big5", "950", "cp950", "ansi950":
		return "big5"
	case "iso88591", "latin1", "1252", "cp1252", "ansi1252", "88591", "windows1252":
		return "iso-8859-1"
	}
	return name
}

// encodingOfLanguage returns the encoding of a language driver in the header of a .dbf, "" where it does not tell. 0x57 is whatever the
// machine had that wrote it.
func encodingOfLanguage(id byte) string {
	switch id {
	case 0x4d, 0x7a:
		return gbkName
	case 0x4f, 0x78:
		return "big5"
	case 0x03, 0x58, 0x59:
		return "iso-8859-1"
	}
	return ""
}

// guess tells the encoding of a .dbf that does not: UTF-8 if all of it, up to a size, can be, else GB 18030.
func (s *shapefiles) guess(ctx context.Context, f *zip.File) (string, error) {
	r, err := s.unpack(ctx, f)
	if err != nil {
		return "", err
	}
	defer r.Close() //nolint:errcheck // read only
	const most = 16 << 20
	b, err := io.ReadAll(io.LimitReader(r, most))
	if err != nil {
		return "", err
	}
	head := 32
	if len(b) > head {
		head = min(int(binary.LittleEndian.Uint16(b[8:])), len(b))
	}
	body := b[head:]
	for cut := 0; cut < utf8.UTFMax && len(body) > 0 && len(b) == most && !utf8.Valid(body); cut++ {
		body = body[:len(body)-1]
	}
	if utf8.Valid(body) {
		return utf8Name, nil
	}
	return gb18030Name, nil
}
