package intake

import (
	"bufio"
	"errors"
	"io"
)

// jsonRows reads one JSON text: a FeatureCollection feature by feature, an array element by element, or a single Feature
// or geometry as one row. Only the outermost brackets are looked at here; each row is parsed by itself, so that one bad
// feature is one reject.
type jsonRows struct {
	in    *bufio.Reader
	line  int64
	state jsonState
	first bool // no element of the list was read yet
	kind  string
	row   []byte
}

type jsonState int

const (
	atStart jsonState = iota
	inFeatures
	inArray
	atEnd
)

func newJSONRows(in *bufio.Reader) *jsonRows { return &jsonRows{in: in, line: 1} }

func (j *jsonRows) next() ([]byte, int64, error) {
	switch j.state {
	case atStart:
		c, err := j.peek()
		if err != nil {
			return nil, 0, err
		}
		if c == '{' {
			return j.object()
		}
		j.state, j.first = inArray, true
		j.skip()
	case atEnd:
		return nil, 0, j.end()
	}
	return j.element()
}

// object reads the outermost object up to its features, or as a whole when it has none.
func (j *jsonRows) object() ([]byte, int64, error) {
	start := j.line
	j.row = append(j.row[:0], '{')
	j.skip()
	for {
		c, err := j.peek()
		if err != nil {
			return nil, 0, err
		}
		if c == '}' {
			j.skip()
			j.state = atEnd
			if j.kind == "FeatureCollection" {
				return nil, 0, fileErrorf(start, "the FeatureCollection has no features")
			}
			return append(j.row, '}'), start, nil
		}
		list, err := j.member(len(j.row) == 1)
		if err != nil {
			return nil, 0, err
		}
		if list {
			j.state, j.first = inFeatures, true
			return j.element()
		}
	}
}

// member reads one member of the outermost object and reports whether it is the list of features, which is left to be
// read.
func (j *jsonRows) member(first bool) (list bool, err error) {
	c, _ := j.peek()
	if !first {
		if c != ',' {
			return false, fileErrorf(j.line, "not JSON: a comma is missing")
		}
		j.row = append(j.row, ',')
		j.skip()
		c, err = j.peek()
	}
	if err != nil || c != '"' {
		return false, orElse(err, fileErrorf(j.line, "not JSON: a name in quotes is missing"))
	}
	at := len(j.row)
	if err := j.value(); err != nil {
		return false, err
	}
	key := cursor{s: string(j.row[at:])}
	name, err := key.text()
	if err != nil {
		return false, fileErrorf(j.line, "not JSON: %v", err)
	}
	if c, err = j.peek(); err != nil || c != ':' {
		return false, orElse(err, fileErrorf(j.line, "not JSON: a colon is missing"))
	}
	j.skip()
	j.row = append(j.row, ':')
	if c, err = j.peek(); err != nil {
		return false, err
	}
	if name == "features" {
		if c != '[' {
			return false, fileErrorf(j.line, "the member features is not an array")
		}
		j.skip()
		return true, nil
	}
	at = len(j.row)
	if err := j.value(); err != nil {
		return false, err
	}
	return false, j.known(name, string(j.row[at:]))
}

// known looks at the members of the outermost object that decide whether the file can be read.
func (j *jsonRows) known(name, value string) error {
	switch name {
	case "type":
		c := cursor{s: value}
		kind, err := c.text()
		if err != nil {
			return fileErrorf(j.line, "the member type is not a text")
		}
		if kind == "Topology" {
			return fileErrorf(j.line, "this is TopoJSON; read are %s", Formats)
		}
		if j.kind != "" {
			return fileErrorf(j.line, "the member type is there twice")
		}
		j.kind = kind
	case "crs":
		if what := foreignCRS(value); what != "" {
			return fileErrorf(j.line, "the file's crs member says %s; coordinates have to be longitude and latitude in degrees", shown(what))
		}
	}
	return nil
}

// element reads the next element of the list, or what follows the list.
func (j *jsonRows) element() ([]byte, int64, error) {
	c, err := j.peek()
	if err != nil {
		return nil, 0, err
	}
	if c == ']' {
		j.skip()
		return nil, 0, j.afterList()
	}
	if !j.first {
		if c != ',' {
			return nil, 0, fileErrorf(j.line, "not JSON: a comma is missing between features")
		}
		j.skip()
		if c, err = j.peek(); err != nil {
			return nil, 0, err
		}
	}
	if c == ']' || c == ',' {
		return nil, 0, fileErrorf(j.line, "not JSON: a feature is missing between commas")
	}
	j.first = false
	start := j.line
	j.row = j.row[:0]
	if err := j.value(); err != nil {
		return nil, 0, err
	}
	return j.row, start, nil
}

// afterList reads the rest of the text after the list; its error is io.EOF when all is well.
func (j *jsonRows) afterList() error {
	if j.state == inArray {
		j.state = atEnd
		return j.end()
	}
	for {
		c, err := j.peek()
		if err != nil {
			return err
		}
		if c == '}' {
			break
		}
		j.row = j.row[:0]
		list, err := j.member(false)
		if err != nil {
			return err
		}
		if list {
			return fileErrorf(j.line, "the member features is there twice")
		}
	}
	j.skip()
	j.state = atEnd
	if j.kind != "FeatureCollection" {
		return fileErrorf(j.line, "the file has features but its type is %s, not FeatureCollection", shown(j.kind))
	}
	return j.end()
}

// end makes sure that nothing follows.
func (j *jsonRows) end() error {
	_, err := j.peek()
	var fault *FileError
	switch {
	case err == nil:
		return fileErrorf(j.line, "something follows the end of the JSON text")
	case errors.As(err, &fault) && fault.Reason == endsEarly:
		return io.EOF
	}
	return err
}

const endsEarly = "the JSON text ends too early: the file is cut off"

// peek returns the next byte that is no blank. The end of the file is a FileError, since JSON says itself when it ends.
func (j *jsonRows) peek() (byte, error) {
	for {
		c, err := j.in.ReadByte()
		if err == io.EOF {
			return 0, fileErrorf(j.line, endsEarly)
		}
		if err != nil {
			return 0, err
		}
		switch c {
		case '\n':
			j.line++
		case ' ', '\t', '\r', 0x1e:
		default:
			return c, j.in.UnreadByte()
		}
	}
}

// skip drops the byte that peek returned.
func (j *jsonRows) skip() { _, _ = j.in.Discard(1) }

// value appends the next JSON value to the row, by its brackets and quotes only.
func (j *jsonRows) value() error {
	depth, quoted, escaped, scalar := 0, false, false, true
	start := j.line
	for {
		if _, err := j.in.Peek(1); err == io.EOF {
			return fileErrorf(j.line, endsEarly)
		} else if err != nil {
			return err
		}
		chunk, _ := j.in.Peek(j.in.Buffered())
		n, done := 0, false
	scan:
		for ; n < len(chunk); n++ {
			c := chunk[n]
			if c == '\n' {
				j.line++
			}
			switch {
			case escaped:
				escaped = false
			case quoted:
				if c == '\\' {
					escaped = true
				} else if c == '"' {
					quoted = false
					if depth == 0 {
						n, done = n+1, true
						break scan
					}
				}
			case c == '"':
				quoted, scalar = true, false
			case c == '{' || c == '[':
				depth, scalar = depth+1, false
			case c == '}' || c == ']':
				if depth--; depth < 0 { // the end of a bare word
					done = true
					break scan
				}
				if depth == 0 {
					n, done = n+1, true
					break scan
				}
			case scalar && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t'):
				if c == '\n' {
					j.line--
				}
				done = true
				break scan
			}
		}
		if len(j.row)+n > MaxRowBytes {
			return tooLong(start)
		}
		j.row = append(j.row, chunk[:n]...)
		_, _ = j.in.Discard(n)
		if done {
			return nil
		}
	}
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
