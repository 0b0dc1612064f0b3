package intake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// FileError is a fault of a file as a whole: nothing of it is stored. It is a grid.ErrInvalid.
type FileError struct {
	File   string // as the caller named it
	Line   int64  // where, 0 when it has no line
	Rule   string // "" or the rule that it breaks, such as BR-60
	Field  string // "" or the field whose value for every row breaks it
	Reason string

	notUTF8 bool // it may be in GB 18030
}

// Error implements error.
func (e *FileError) Error() string {
	s := e.Reason
	if e.Rule != "" {
		s = e.Rule + ": " + s
	}
	switch {
	case e.File != "" && e.Line > 0:
		return fmt.Sprintf("%s: line %d: %s", e.File, e.Line, s)
	case e.File != "":
		return e.File + ": " + s
	case e.Line > 0:
		return fmt.Sprintf("line %d: %s", e.Line, s)
	}
	return s
}

// Unwrap makes a FileError a grid.ErrInvalid.
func (e *FileError) Unwrap() error { return grid.ErrInvalid }

// fileErrorf makes a FileError without the file's name, which Run adds.
func fileErrorf(line int64, format string, args ...any) error {
	return &FileError{Line: line, Reason: fmt.Sprintf(format, args...)}
}

// Reject is a row that was not stored, as it stands in the rejects file: one JSON object a line.
type Reject struct {
	File   string     `json:"file,omitempty"`
	Layer  string     `json:"layer,omitempty"`
	Line   int64      `json:"line"`            // where the row begins in the file, from 1
	Number int64      `json:"number"`          // of the row among the rows of the file, from 1: many a GeoJSON is one line
	Field  string     `json:"field,omitempty"` // "" when the whole row is meant
	Rule   string     `json:"rule"`
	Reason string     `json:"reason"`
	At     *orb.Point `json:"at,omitempty"` // the spot, lon/lat degrees
	Row    string     `json:"row"`          // the row as the file has it
}

// Error implements error.
func (r *Reject) Error() string {
	return fmt.Sprintf("line %d: %s: %s", r.Line, r.Rule, r.Reason)
}

// reasons say what a rule of validity wants, for people.
var reasons = map[geo.Rule]string{
	geo.RulePosition:         "a position is not a finite longitude and latitude on the globe",
	geo.RuleEmpty:            "the geometry is missing or empty",
	geo.RuleType:             "the layer does not take this type of geometry",
	geo.RuleRingTooShort:     "a ring has fewer than three corners",
	geo.RuleLineTooShort:     "a line has fewer than two points",
	geo.RuleRingNotClosed:    "a ring does not end where it begins",
	geo.RuleRingCrossesSelf:  "a ring crosses itself",
	geo.RuleRingTouchesSelf:  "a ring touches itself",
	geo.RuleRingsCross:       "two rings cross",
	geo.RuleRingsShareEdge:   "two rings share an edge",
	geo.RuleHoleOutside:      "a hole lies outside its ring",
	geo.RuleHolesNested:      "a hole lies in another hole",
	geo.RuleInteriorNotWhole: "the holes cut the interior apart",
	geo.RulePartsOverlap:     "two parts overlap",
	geo.RuleExtent:           "the geometry is wider or higher than 90 degrees",
	geo.RuleAntimeridian:     "the geometry crosses the 180th meridian",
	geo.RuleTooManyVertices:  "the geometry has too many vertices",
	geo.RuleOutsideCity:      "the geometry lies outside the city's box and its margin",
	mesh.RuleFaceGone:        "the area would vanish",
	mesh.RuleTooMuchWork:     "the borders cross too often",
}

// rejectOf says why a row is not stored. An error that is no fault of a row comes back as it is.
func rejectOf(err error) (*Reject, error) {
	var rule *grid.RuleError
	var invalid *geo.InvalidError
	var reject *Reject
	switch {
	case errors.As(err, &reject):
		return reject, nil
	case errors.As(err, &rule):
		return &Reject{Field: rule.Field, Rule: rule.Rule, Reason: rule.Detail}, nil
	case errors.As(err, &invalid):
		r := &Reject{Field: "geometry", Rule: string(invalid.Rule), Reason: reasons[invalid.Rule]}
		if invalid.At != (orb.Point{}) && invalid.At[0] == invalid.At[0] && invalid.At[1] == invalid.At[1] {
			r.At = finite(invalid.At)
		}
		return r, nil
	}
	return nil, err
}

// finite returns the spot, or nil when JSON cannot write it.
func finite(p orb.Point) *orb.Point {
	for _, v := range p {
		if v-v != 0 { // an infinity or not a number
			return nil
		}
	}
	return &p
}

// writeReject writes one line of the rejects file.
func writeReject(w io.Writer, r *Reject) error {
	if w == nil {
		return nil
	}
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("writing the rejects file: %w", err)
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("writing the rejects file: %w", err)
	}
	return nil
}

// shown shortens what a row holds so that it can stand in a sentence.
func shown(s string) string {
	const most = 60
	if len(s) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return fmt.Sprintf("%q", s)
}

// inField names the field of a *grid.RuleError that names none.
func inField(err error, field string) error {
	var rule *grid.RuleError
	if errors.As(err, &rule) && rule.Field == "" {
		named := *rule
		named.Field = field
		return &named
	}
	return err
}
