package intake

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// cursor reads one JSON text strictly and without allocating more than the texts that are asked for.
type cursor struct {
	s     string
	i     int
	depth int
}

var (
	errJSONEnd    = errors.New("the JSON ends too early")
	errJSONDeep   = errors.New("the JSON nests too deep")
	errJSONText   = errors.New("a text is not closed or holds a bad escape")
	errJSONNumber = errors.New("a number is malformed")
)

// space skips blanks.
func (c *cursor) space() {
	for c.i < len(c.s) {
		switch c.s[c.i] {
		case ' ', '\t', '\n', '\r':
			c.i++
		default:
			return
		}
	}
}

// peek returns the next byte that is no blank, 0 at the end.
func (c *cursor) peek() byte {
	c.space()
	if c.i == len(c.s) {
		return 0
	}
	return c.s[c.i]
}

// take skips the next byte when it is b.
func (c *cursor) take(b byte) bool {
	if c.peek() != b || b == 0 {
		return false
	}
	c.i++
	return true
}

// text reads a JSON string.
func (c *cursor) text() (string, error) {
	if !c.take('"') {
		return "", errors.New("a text in quotes is expected")
	}
	start := c.i
	for plain := true; c.i < len(c.s); c.i++ {
		switch b := c.s[c.i]; {
		case b == '"':
			c.i++
			if plain {
				return c.s[start : c.i-1], nil
			}
			var out string
			if json.Unmarshal([]byte(c.s[start-1:c.i]), &out) != nil {
				return "", errJSONText
			}
			return out, nil
		case b == '\\':
			plain = false
			c.i++
		case b < ' ':
			return "", errJSONText
		}
	}
	return "", errJSONText
}

// number reads a JSON number and returns it as it is written.
func (c *cursor) number() (string, error) {
	c.space()
	start := c.i
	digits := func() bool {
		from := c.i
		for c.i < len(c.s) && c.s[c.i]-'0' <= 9 {
			c.i++
		}
		return c.i > from
	}
	if c.i < len(c.s) && c.s[c.i] == '-' {
		c.i++
	}
	first := c.i
	if !digits() || c.s[first] == '0' && c.i > first+1 {
		return "", errJSONNumber
	}
	if c.i < len(c.s) && c.s[c.i] == '.' {
		if c.i++; !digits() {
			return "", errJSONNumber
		}
	}
	if c.i < len(c.s) && (c.s[c.i] == 'e' || c.s[c.i] == 'E') {
		if c.i++; c.i < len(c.s) && (c.s[c.i] == '+' || c.s[c.i] == '-') {
			c.i++
		}
		if !digits() {
			return "", errJSONNumber
		}
	}
	return c.s[start:c.i], nil
}

// float reads a number as a float64.
func (c *cursor) float() (float64, error) {
	s, err := c.number()
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(s, 64)
}

// word reads true, false or null.
func (c *cursor) word() (string, error) {
	c.space()
	for _, w := range []string{"null", "true", "false"} {
		if strings.HasPrefix(c.s[c.i:], w) {
			c.i += len(w)
			return w, nil
		}
	}
	if c.i == len(c.s) {
		return "", errJSONEnd
	}
	return "", errors.New("not a JSON value: " + shown(c.s[c.i:min(len(c.s), c.i+10)]))
}

// skip reads any value and forgets it.
func (c *cursor) skip() error {
	switch b := c.peek(); {
	case b == '{':
		return c.object(func(string) error { return c.skip() })
	case b == '[':
		return c.array(c.skip)
	case b == '"':
		_, err := c.text()
		return err
	case b == '-' || b-'0' <= 9:
		_, err := c.number()
		return err
	}
	_, err := c.word()
	return err
}

// object reads an object; member has to read the value of each name.
func (c *cursor) object(member func(name string) error) error {
	return c.list('{', '}', func() error {
		name, err := c.text()
		if err != nil {
			return err
		}
		if !c.take(':') {
			return errors.New("a colon is missing")
		}
		return member(name)
	})
}

// array reads an array; element has to read each value.
func (c *cursor) array(element func() error) error { return c.list('[', ']', element) }

func (c *cursor) list(from, to byte, item func() error) error {
	if !c.take(from) {
		return errors.New("expected " + string(from))
	}
	if c.depth++; c.depth > maxDepth {
		return errJSONDeep
	}
	defer func() { c.depth-- }()
	if c.take(to) {
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if c.take(to) {
			return nil
		}
		if !c.take(',') {
			if c.peek() == 0 {
				return errJSONEnd
			}
			return errors.New("a comma is missing before " + shown(c.s[c.i:min(len(c.s), c.i+10)]))
		}
	}
}

// value reads any value as a cell.
func (c *cursor) value() (cell, error) {
	switch b := c.peek(); {
	case b == '"':
		s, err := c.text()
		return cell{textCell, s}, err
	case b == '-' || b-'0' <= 9:
		s, err := c.number()
		return cell{numberCell, s}, err
	case b == '{' || b == '[':
		start := c.i
		err := c.skip()
		return cell{jsonCell, c.s[start:c.i]}, err
	}
	w, err := c.word()
	if w == "null" || err != nil {
		return cell{}, err
	}
	return cell{boolCell, w}, nil
}
