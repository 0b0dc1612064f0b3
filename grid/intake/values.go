package intake

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wangge/wangge/grid"
)

// values converts the cells of a row to what their fields hold: string (text, code, enum), int64, float64, bool,
// time.Time (date and time), []string (list), map[string]any (object); nil for absent.
type values struct {
	zone   *time.Location
	layout string // of --date-format in Go's terms, "" for none
	single bool   // for the API, which has no flags
}

func newValues(s grid.Settings, m Mapping) (*values, error) {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("%w: setting time_zone %q: %w", grid.ErrInvalid, s.TimeZone, err)
	}
	layout, err := dateLayout(m.DateFormat)
	return &values{zone: zone, layout: layout}, err
}

// dateLayout turns YYYY-MM-DD HH:mm:ss into Go's reference time.
func dateLayout(format string) (string, error) {
	if format == "" {
		return "", nil
	}
	out := strings.NewReplacer("YYYY", "2006", "MM", "01", "M", "1", "DD", "02", "D", "2", "HH", "15", "mm", "04", "ss", "05").Replace(format)
	if !strings.Contains(out, "2006") || strings.ContainsAny(strings.ReplaceAll(out, "T", ""), "ABCEFGHIJKLMNOPQRSUVWXY") {
		return "", fileErrorf(0, "the date format %s: write it with YYYY, MM or M, DD or D, HH, mm and ss", shown(format))
	}
	return out, nil
}

// of returns the value of a cell for the target. The error is a *grid.RuleError.
func (v *values) of(t *target, c cell) (any, error) {
	if t.always != nil {
		return t.always, nil
	}
	if t.values != nil {
		c = translated(t.values, c)
	}
	if c.kind == textCell {
		if c.text = strings.TrimSpace(c.text); c.text == "" {
			c.kind = noCell
		}
	}
	switch {
	case c.kind != noCell:
		return v.typed(t, c)
	case t.absent != nil:
		return t.absent, nil
	case t.field.Required:
		return nil, faultf("required", t.field.Name, missing(t))
	}
	return nil, nil
}

func missing(t *target) string {
	if t.source != "" && t.source != t.field.Name {
		return "the field is required, and " + shown(t.source) + " is empty"
	}
	return "the field is required"
}

// translated looks a value up; "" is an absent one and "*" every one that is not listed.
func translated(values map[string]string, c cell) cell {
	key := strings.TrimSpace(c.text)
	if c.kind == noCell {
		key = ""
	}
	to, ok := values[key]
	if !ok {
		if to, ok = values["*"]; !ok {
			return c
		}
	}
	return cell{textCell, to}
}

func (v *values) typed(t *target, c cell) (any, error) {
	f := &t.field
	switch f.Type {
	case grid.Integer:
		return integer(f, c.text)
	case grid.Number:
		n, err := strconv.ParseFloat(c.text, 64)
		if err != nil || n-n != 0 {
			return nil, faultf("number", f.Name, shown(c.text)+" is no finite number")
		}
		return n, f.CheckRange(n)
	case grid.Boolean:
		return boolean(f.Name, c.text)
	case grid.Date, grid.Time:
		return v.time(f, c.text)
	case grid.List:
		return list(f.Name, c)
	case grid.Object:
		return object(f.Name, c)
	}
	if c.kind == jsonCell {
		return nil, faultf("text", f.Name, "a text or number is expected, not an object or array")
	}
	if err := plain(f, c.text); err != nil {
		return nil, err
	}
	if t.allowed != nil && !t.allowed[c.text] {
		return nil, faultf("enum", f.Name, notAllowed(t.allowed, c.text))
	}
	return c.text, nil
}

// workContacts are the fields that may hold a phone number: those of offices and of workers on duty (L8).
var workContacts = map[string]bool{"work_phone": true, "public_phone": true, "phone": true}

// plain checks what every text has to keep: its length, no control characters, no ID or phone numbers (BR-60).
func plain(f *grid.Field, s string) error {
	if len(s) > maxText {
		return faultf("text", f.Name, fmt.Sprintf("the text is longer than %d KiB", maxText>>10))
	}
	digits := 0
	for i := range len(s) {
		if b := s[i]; b < ' ' && b != '\n' && b != '\t' && b != '\r' || b == 0x7f {
			return faultf("text", f.Name, "the text holds a control character")
		} else if b-'0' <= 9 || b == 0xef { // which begins a full-width digit
			digits++
		}
	}
	if f.Type == grid.Code {
		if err := grid.CheckCode(f.Name, s); err != nil {
			return err
		}
	}
	if f.Name == "title" { // names come from registers, as they are
		if err := oneLine(f, s); err != nil {
			return err
		}
	}
	if digits < 11 {
		return nil
	}
	what, personal := grid.PersonalText(s)
	if personal && what != "ID number" && (workContacts[f.Name] || f.Type == grid.Code) {
		return nil
	}
	if personal {
		return faultf("BR-60", f.Name, "the text holds what looks like a personal "+what)
	}
	return nil
}

// maxTitle is the most characters of a title.
const maxTitle = 200

// oneLine checks a title, which stands in lists in one line: no breaks, nothing that turns the text around it about, and its length.
func oneLine(f *grid.Field, s string) error {
	if strings.ContainsFunc(s, breaksLine) {
		return faultf("text", f.Name, "the text is to be one line without control characters: no line breaks, tabs or marks that change the direction of writing")
	}
	if n := utf8.RuneCountInString(s); n > maxTitle {
		return faultf("text", f.Name, fmt.Sprintf("the text has %d characters, more than %d: the rest belongs into description", n, maxTitle))
	}
	return nil
}

func breaksLine(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func integer(f *grid.Field, s string) (any, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil { // 12.0 is a whole number as many tools write it
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || x != math.Trunc(x) || math.Abs(x) > math.MaxInt32 {
			return nil, faultf("integer", f.Name, shown(s)+" is no whole number")
		}
		n = int64(x)
	}
	if n < math.MinInt32 || n > math.MaxInt32 { // what the database's integer holds
		return nil, faultf("integer", f.Name, fmt.Sprintf("%d is out of range", n))
	}
	return n, f.CheckRange(float64(n))
}

func boolean(name, s string) (any, error) {
	switch strings.ToLower(s) {
	case "true", "t", "yes", "y", "1", "是":
		return true, nil
	case "false", "f", "no", "n", "0", "否":
		return false, nil
	}
	return nil, faultf("boolean", name, shown(s)+" is neither true nor false")
}

// times are the ways in which a date or time is written, besides RFC 3339 and --date-format.
var times = []string{"2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006/01/02", "2006/01/02 15:04:05"}

func (v *values) time(f *grid.Field, s string) (any, error) {
	t, ok := v.instant(s)
	if !ok || t.Year() < 1 || t.Year() > 9999 {
		hint := "; declare another date format"
		if v.single {
			hint = ""
		}
		return nil, faultf(string(f.Type), f.Name, shown(s)+" is no "+string(f.Type)+" as 2006-01-02T15:04:05+08:00 or 2006-01-02"+hint)
	}
	if f.Type == grid.Date {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), nil
	}
	return t, f.CheckTime(t, time.Now())
}

func (v *values) instant(s string) (time.Time, bool) {
	if v.layout != "" {
		if t, err := time.ParseInLocation(v.layout, s, v.zone); err == nil {
			return t, true
		}
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, true
	}
	for _, layout := range times {
		if len(layout) != len(s) {
			continue
		}
		if t, err := time.ParseInLocation(layout, s, v.zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func list(name string, c cell) (any, error) {
	var out []string
	if c.kind == jsonCell || strings.HasPrefix(c.text, "[") { // as our own exports write one
		if json.Unmarshal([]byte(c.text), &out) != nil {
			return nil, faultf("list", name, "a list of texts is expected")
		}
	} else {
		for part := range strings.SplitSeq(c.text, ";") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	for _, s := range out {
		if err := plain(&grid.Field{Name: name, Type: grid.Text}, s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func object(name string, c cell) (any, error) {
	var out map[string]any
	if json.Unmarshal([]byte(c.text), &out) != nil {
		return nil, faultf("object", name, "a JSON object is expected")
	}
	if err := cleanObject(name, out); err != nil {
		return nil, err
	}
	return out, nil
}

// cleanObject holds the names and texts in an object to BR-60 as well.
func cleanObject(name string, v any) error {
	switch v := v.(type) {
	case string:
		return plain(&grid.Field{Name: name, Type: grid.Text}, v)
	case []any:
		for _, e := range v {
			if err := cleanObject(name, e); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, e := range v {
			if what, personal := grid.PersonalColumn(key); personal {
				return faultf("BR-60", name, "the member "+shown(key)+" is for personal data ("+what+")")
			}
			if err := plain(&grid.Field{Name: name, Type: grid.Text}, key); err != nil {
				return err
			}
			if err := cleanObject(name, e); err != nil {
				return err
			}
		}
	}
	return nil
}
