package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/wangge/wangge/grid"
)

// outBuffer is how much is written at once.
const outBuffer = 64 << 10

// jsonWriter writes GeoJSON (RFC 7946), or a feature a line. A document ends with how many features it has, so that one that was cut
// short is not taken for a whole one by whoever looks.
type jsonWriter struct {
	out     *bufio.Writer
	columns []column
	lines   bool
	name    string
	info    Info
	count   int64
	b       []byte // of one feature
}

func newJSONWriter(format Format, out io.Writer, c *grid.Collection, info Info) *jsonWriter {
	return &jsonWriter{out: bufio.NewWriterSize(out, outBuffer), columns: columnsOf(c, info), lines: format == NDJSON, name: c.ID, info: info}
}

// Write implements Writer.
func (w *jsonWriter) Write(f *grid.Feature) error {
	b, err := w.begin(w.b[:0])
	if err != nil {
		return err
	}
	w.count++
	b = appendText(append(b, `{"type":"Feature","id":`...), f.Code)
	b = append(b, `,"geometry":`...)
	if b, err = appendGeoJSON(b, f.Geometry); err != nil {
		return fmt.Errorf("%s: %w", f.Code, err)
	}
	b = append(b, `,"properties":{`...)
	for i := range w.columns {
		if i > 0 {
			b = append(b, ',')
		}
		c := &w.columns[i]
		b = append(appendText(b, c.Name), ':')
		if b, err = appendValue(b, c, f.Values[c.index]); err != nil {
			return fmt.Errorf("%s, %s: %w", f.Code, c.Name, err)
		}
	}
	b = append(b, "}}"...)
	if w.lines {
		b = append(b, '\n')
	}
	w.b = b
	_, err = w.out.Write(b)
	return err
}

// begin appends what stands before a feature: of the first one, what the document begins with.
func (w *jsonWriter) begin(b []byte) ([]byte, error) {
	switch {
	case w.lines:
		return b, nil
	case w.count > 0:
		return append(b, ",\n"...), nil
	}
	about, err := json.Marshal(struct {
		Editions string    `json:"editions"`
		At       time.Time `json:"at"`
	}{w.info.Editions, w.info.At.UTC()})
	b = append(appendText(append(b, `{"type":"FeatureCollection","name":`...), w.name), `,"wangge":`...)
	return append(append(b, about...), `,"features":[`+"\n"...), err
}

// Finish implements Writer.
func (w *jsonWriter) Finish() error {
	if !w.lines {
		var b []byte
		if w.count == 0 {
			var err error
			if b, err = w.begin(nil); err != nil {
				return err
			}
		}
		b = strconv.AppendInt(append(b, "\n],\"numberReturned\":"...), w.count, 10)
		if _, err := w.out.Write(append(b, "}\n"...)); err != nil {
			return err
		}
	}
	return w.out.Flush()
}

// Close implements Writer.
func (w *jsonWriter) Close() error { return nil }

// appendValue appends a property's value.
func appendValue(b []byte, c *column, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...), nil
	case string:
		return appendText(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return append(b, "null"...), nil
		}
	case bool:
		return strconv.AppendBool(b, v), nil
	case time.Time:
		return appendText(b, c.timeText(v)), nil
	case []string, map[string]any:
	default:
		return nil, fmt.Errorf("a value of %T is not written", value)
	}
	return appendJSON(b, value)
}

// appendText appends a JSON string.
func appendText(b []byte, s string) []byte {
	if !isPlain(s) {
		encoded, _ := appendJSON(b, s) // a string cannot fail
		return encoded
	}
	return append(append(append(b, '"'), s...), '"')
}

// isPlain reports whether JSON has a text as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return utf8.ValidString(s)
}

// appendJSON appends what encoding/json makes of a value, without escapes for HTML.
func appendJSON(b []byte, value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...), nil
}
