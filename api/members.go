package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// The bounds of what the members of a body hold. maxPlanBody bounds the body itself.
const (
	maxPlanBody = 4 << 20
	maxCode     = 64    // characters of a code
	maxName     = 200   // characters of a name or title
	maxProse    = 4_000 // characters of a note, an opinion, an announcement
	maxList     = 1_000 // texts of a list
)

// members are those of a JSON object that a client has sent, as they came. Every reader of one returns the zero value where it is
// absent or null. Where it is something else, err becomes a *grid.RuleError that names it; the first one stays.
type members struct {
	values map[string]json.RawMessage
	err    error
}

// readMembers reads a body of one JSON object whose members are known.
func readMembers(w http.ResponseWriter, r *http.Request, known ...string) (*members, error) {
	raw, err := readPlanBody(w, r)
	if err != nil {
		return nil, err
	}
	m, err := parseMembers(raw)
	if err != nil {
		return nil, err
	}
	return m, m.only(known...)
}

// noMembers refuses a body that holds anything, for an act that needs no words.
func noMembers(w http.ResponseWriter, r *http.Request) error {
	_, err := maybeMembers(w, r)
	return err
}

// maybeMembers is readMembers for a body that may be left out.
func maybeMembers(w http.ResponseWriter, r *http.Request, known ...string) (*members, error) {
	if r.ContentLength == 0 {
		return &members{}, nil
	}
	return readMembers(w, r, known...)
}

func readPlanBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return nil, unsupported("application/json")
	}
	if r.ContentLength > maxPlanBody {
		return nil, &http.MaxBytesError{Limit: maxPlanBody}
	}
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxPlanBody))
}

// parseMembers reads one JSON object. A member that is there twice is refused, since readers differ in which one counts.
func parseMembers(raw []byte) (*members, error) {
	notObject := badParam("", "The body is to be one JSON object, in UTF-8.")
	if !utf8.Valid(raw) {
		return nil, notObject
	}
	decode := json.NewDecoder(bytes.NewReader(raw))
	if open, err := decode.Token(); err != nil || open != json.Delim('{') {
		return nil, notObject
	}
	m := &members{values: map[string]json.RawMessage{}}
	for decode.More() {
		name, err := decode.Token()
		if err != nil {
			return nil, notObject
		}
		var value json.RawMessage
		if err := decode.Decode(&value); err != nil {
			return nil, notObject
		}
		key, _ := name.(string) // the decoder refuses anything else
		if _, twice := m.values[key]; twice {
			return nil, badParam("", "The field "+quoted(key)+" stands in the body more than once.")
		}
		m.values[key] = value
	}
	if _, err := decode.Token(); err != nil {
		return nil, notObject
	}
	if _, err := decode.Token(); !errors.Is(err, io.EOF) {
		return nil, badParam("", "Something follows the JSON object of the body.")
	}
	return m, nil
}

// only refuses members that are not known.
func (m *members) only(known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(m.values)) {
		if slices.Contains(known, name) {
			continue
		}
		if what, personal := grid.PersonalColumn(name); personal {
			return &grid.RuleError{Rule: "BR-60", Field: shortened(name), Detail: "the field is for personal data (" + what + "), which nothing here may hold"}
		}
		detail := "there is no such field here; there are: " + strings.Join(known, ", ")
		if len(known) == 0 {
			detail = "there is no such field here, nor any other"
		}
		return &grid.RuleError{Rule: "unknown_field", Field: shortened(name), Detail: detail}
	}
	return nil
}

// has reports whether the member is there and not null.
func (m *members) has(name string) bool {
	return len(m.values[name]) > 0 && string(m.values[name]) != "null"
}

// given reports whether the member is there, be it null.
func (m *members) given(name string) bool { return len(m.values[name]) > 0 }

func (m *members) fail(rule, name, detail string) {
	if m.err == nil {
		m.err = &grid.RuleError{Rule: rule, Field: name, Detail: detail}
	}
}

// need fails for the first of the members that is missing.
func (m *members) need(names ...string) {
	for _, name := range names {
		if !m.has(name) {
			m.fail("required", name, "the field is required")
		}
	}
}

// atMostOne refuses a body with more than one of the members.
func (m *members) atMostOne(names ...string) error {
	given := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !m.has(name) })
	if len(given) < 2 {
		return nil
	}
	return &grid.RuleError{Rule: "one_of", Field: given[1], Detail: "send only one of " + strings.Join(names, ", ")}
}

// text reads a text for people of up to most characters, which is held to BR-60.
func (m *members) text(name string, most int) string {
	if !m.has(name) {
		return ""
	}
	return m.textFrom(name, m.values[name], most)
}

func (m *members) textFrom(name string, raw json.RawMessage, most int) string {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		m.fail("text", name, "a text is expected")
	}
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > most {
		m.fail("text", name, fmt.Sprintf("the text is longer than %d characters", most))
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) }) {
		m.fail("text", name, "the text holds a control character")
	}
	if what, personal := grid.PersonalText(s); personal {
		m.fail("BR-60", name, "the text holds what looks like a personal "+what)
	}
	return s
}

// code reads the code of something. BR-60 is not asked, since codes are digits that may look like anything.
func (m *members) code(name string) string {
	if !m.has(name) {
		return ""
	}
	return m.codeFrom(name, m.values[name])
}

func (m *members) codeFrom(name string, raw json.RawMessage) string {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		m.fail("text", name, "a code is expected, as a text: a number would lose digits")
	} else if s == "" || utf8.RuneCountInString(s) > maxCode || strings.ContainsFunc(s, unicode.IsControl) {
		m.fail("QC-11", name, fmt.Sprintf("a code has 1 to %d characters, none of them a control character", maxCode))
	}
	return s
}

// codes reads a list of codes.
func (m *members) codes(name string) []string { return m.list(name, m.codeFrom) }

// names reads a list of names.
func (m *members) names(name string) []string {
	return m.list(name, func(name string, raw json.RawMessage) string { return m.textFrom(name, raw, maxName) })
}

func (m *members) list(name string, one func(string, json.RawMessage) string) []string {
	if !m.has(name) {
		return nil
	}
	var raws []json.RawMessage
	if err := json.Unmarshal(m.values[name], &raws); err != nil || len(raws) > maxList {
		m.fail("list", name, fmt.Sprintf("a list of up to %d texts is expected", maxList))
		return nil
	}
	texts := make([]string, len(raws))
	for i, raw := range raws {
		texts[i] = one(name, raw)
	}
	return texts
}

// objects reads a list of JSON objects whose members are known. Whoever reads one looks at its err too.
func (m *members) objects(name string, known ...string) []*members {
	if !m.has(name) {
		return nil
	}
	var raws []json.RawMessage
	if err := json.Unmarshal(m.values[name], &raws); err != nil || len(raws) > maxList {
		m.fail("list", name, fmt.Sprintf("a list of up to %d objects is expected", maxList))
		return nil
	}
	objects := make([]*members, len(raws))
	for i, raw := range raws {
		o, err := parseMembers(raw)
		if err != nil {
			m.fail("list", name, fmt.Sprintf("entry %d of the list is no JSON object", i))
			return nil
		}
		o.err = o.only(known...)
		objects[i] = o
	}
	return objects
}

// oneOf reads a text that is one of the values.
func (m *members) oneOf(name string, values ...string) string {
	var s string
	if m.has(name) && (json.Unmarshal(m.values[name], &s) != nil || !slices.Contains(values, s)) {
		m.fail("enum", name, "it is to be one of "+strings.Join(values, ", "))
	}
	return s
}

// flag reads true or false.
func (m *members) flag(name string) (v bool) {
	if m.has(name) && json.Unmarshal(m.values[name], &v) != nil {
		m.fail("boolean", name, "true or false is expected")
	}
	return v
}

// number reads a number from lowest to highest.
func (m *members) number(name string, lowest, highest float64) (v float64) {
	if m.has(name) && (json.Unmarshal(m.values[name], &v) != nil || !(v >= lowest && v <= highest)) {
		m.fail("number", name, fmt.Sprintf("a number from %g to %g is expected", lowest, highest))
	}
	return v
}

// wholeNumbers reads a list of up to maxList whole numbers from lowest on.
func (m *members) wholeNumbers(name string, lowest int) (list []int) {
	if m.has(name) && (json.Unmarshal(m.values[name], &list) != nil || len(list) > maxList || len(list) > 0 && slices.Min(list) < lowest) {
		m.fail("list", name, fmt.Sprintf("a list of up to %d whole numbers from %d on is expected", maxList, lowest))
	}
	return list
}

// wholeNumber reads a whole number from lowest on.
func (m *members) wholeNumber(name string, lowest int64) (v int64) {
	if m.has(name) && (json.Unmarshal(m.values[name], &v) != nil || v < lowest) {
		m.fail("integer", name, fmt.Sprintf("a whole number from %d on is expected", lowest))
	}
	return v
}

// time reads an instant, or a date, which means its first instant in the zone of the deployment.
func (m *members) time(name string, state *live.State) *time.Time {
	if !m.has(name) {
		return nil
	}
	var s string
	if err := json.Unmarshal(m.values[name], &s); err == nil {
		if t, read := readInstant(s, state); read && t.Year() >= 1900 && t.Year() < 3000 {
			return &t
		}
	}
	m.fail("time", name, "an instant such as 2026-12-01T00:00:00+08:00 is expected, or a date, which means its beginning here")
	return nil
}

// shortened cuts what a client has named, for a message.
func shortened(s string) string {
	if runes := []rune(s); len(runes) > maxCode {
		return string(runes[:maxCode]) + "…"
	}
	return s
}

func quoted(s string) string { return strconv.Quote(shortened(s)) }
