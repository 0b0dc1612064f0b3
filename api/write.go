package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/live"
)

// body is a place or incident as a client sends it: the fields of its layer, and what is not a field of one.
type body struct {
	fields   map[string]any // as of grid.Record
	moves    bool           // geometry is given
	geometry orb.Geometry
	system   crs.System
	sha256   [32]byte // of the body as it came
}

// readBody reads a JSON object in which no member stands twice. A geometry needs its crs, and the other way round (QC-02).
func readBody(r *http.Request) (body, error) {
	b := body{system: crs.WGS84}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return b, unsupported("application/json")
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return b, err
	}
	b.sha256 = sha256.Sum256(raw)
	m, err := parseMembers(raw)
	if err != nil {
		return b, err
	}
	for _, name := range slices.Sorted(maps.Keys(m.values)) { // nothing stands twice in detail, geometry or references either
		if m.values[name][0] == '{' {
			if _, err := parseMembers(m.values[name]); err != nil {
				return b, err
			}
		}
	}
	decode := json.NewDecoder(bytes.NewReader(raw))
	decode.UseNumber()
	if err := decode.Decode(&b.fields); err != nil {
		return b, badParam("", "The body is to be one JSON object, in UTF-8.")
	}
	_, b.moves = b.fields["geometry"]
	return b, b.setGeometry(m.values["geometry"])
}

func (b *body) setGeometry(raw json.RawMessage) (err error) {
	name, named := b.fields["crs"]
	if named != b.moves {
		return &grid.RuleError{
			Rule: "QC-02", Field: "crs",
			Detail: "geometry and crs are required together: crs is wgs84, cgcs2000, gcj02 or bd09",
		}
	}
	delete(b.fields, "geometry")
	delete(b.fields, "crs")
	if !b.moves {
		return nil
	}
	text, _ := name.(string)
	if b.system, err = crs.Parse(text); err != nil {
		return &grid.RuleError{Rule: "QC-02", Field: "crs", Detail: err.Error()}
	}
	b.geometry, err = geometryOf(raw)
	return err
}

// unfold takes the fields of a member, such as detail, out of it. The error names what is no field of it.
func (b *body) unfold(member string, of []grid.Field) error {
	inner, given := b.fields[member]
	delete(b.fields, member)
	for _, f := range of {
		if _, outside := b.fields[f.Name]; outside {
			return &grid.RuleError{Rule: "unknown_field", Field: f.Name, Detail: "the field belongs into " + member}
		}
	}
	if !given {
		return nil
	}
	fields, ok := inner.(map[string]any)
	if !ok {
		return &grid.RuleError{Rule: "object", Field: member, Detail: "an object is expected"}
	}
	for name := range fields {
		if _, personal := grid.PersonalColumn(name); !personal && !has(of, name) {
			return &grid.RuleError{Rule: "unknown_field", Field: member + "." + name, Detail: "this kind has no such field"}
		}
	}
	maps.Copy(b.fields, fields)
	return nil
}

func has(fields []grid.Field, name string) bool {
	for _, f := range fields {
		if f.Name == name {
			return true
		}
	}
	return false
}

// fixed refuses a change of what never changes.
func (b *body) fixed(names ...string) error {
	for _, name := range names {
		if _, given := b.fields[name]; given {
			return &grid.RuleError{Rule: "fixed", Field: name, Detail: "this never changes: leave it out"}
		}
	}
	return nil
}

// byActs refuses what only acts bring about.
func (b *body) byActs(names ...string) error {
	for _, name := range names {
		if _, given := b.fields[name]; given {
			return &grid.RuleError{Rule: "acts_only", Field: name, Detail: "it is changed by an act: POST /v1/incidents/{code}/acts"}
		}
	}
	return nil
}

// over returns the record of a stored thing, whose fields and shape are given, with the changes of b.
func (b *body) over(stored map[string]any, shape orb.Geometry) grid.Record {
	maps.Copy(stored, b.fields)
	if b.moves {
		shape = b.geometry
	}
	return grid.Record{Geometry: shape, Fields: stored}
}

func (b *body) checker(state *live.State) intake.Checker {
	return intake.NewChecker(state.City, state.Codes, b.system)
}

// ifMatch returns the version that a change is based on.
func ifMatch(r *http.Request) (int, error) {
	tag := r.Header.Get("If-Match")
	if tag == "" {
		return 0, &problem{
			status: http.StatusPreconditionRequired, slug: "version-required", code: "version_required",
			detail: "Send If-Match with the ETag that you read, so that nobody's change is lost.",
		}
	}
	version, err := strconv.Atoi(strings.Trim(tag, `"`))
	if err != nil || tag != versionTag(version) {
		return 0, badParam("If-Match", `If-Match is to be the ETag that you read, with its quotes, as "4".`)
	}
	return version, nil
}

func versionTag(version int) string { return `"` + strconv.Itoa(version) + `"` }
