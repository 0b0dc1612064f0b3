package api

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
)

// TestDocumentHasEveryOperation holds the schemas of changes to the table by which they are read.
func TestDocumentHasEveryOperation(t *testing.T) {
	t.Parallel()
	schemas := loadDocument(t).Components.Schemas
	var alternatives []string
	for _, ref := range schemas["Change"].Value.OneOf {
		alternatives = append(alternatives, strings.TrimPrefix(ref.Ref, "#/components/schemas/"))
	}
	var want []string
	for _, f := range changeForms {
		want = append(want, f.schema)
		s := schemas[f.schema].Value
		if diff := cmp.Diff(slices.Concat([]string{"op"}, f.needs), s.Required); diff != "" {
			t.Errorf("%s needs other members (-table +document):\n%s", f.schema, diff)
		}
		var properties []string
		for name := range s.Properties {
			properties = append(properties, name)
		}
		slices.Sort(properties)
		if diff := cmp.Diff(slices.Sorted(slices.Values(f.members())), properties); diff != "" {
			t.Errorf("%s has other members (-table +document):\n%s", f.schema, diff)
		}
		if has := s.AdditionalProperties.Has; has == nil || *has {
			t.Errorf("%s takes unknown members", f.schema)
		}
		if ops := s.Properties["op"].Value.Enum; len(ops) != 1 || ops[0] != f.op {
			t.Errorf("%s is of the operation %v, want %s", f.schema, ops, f.op)
		}
	}
	if diff := cmp.Diff(want, alternatives); diff != "" {
		t.Errorf("Change has other forms (-table +document):\n%s", diff)
	}
}

// TestExamplesOfTheDocument reads the example of each operation as a body.
func TestExamplesOfTheDocument(t *testing.T) {
	t.Parallel()
	schemas := loadDocument(t).Components.Schemas
	for _, f := range changeForms {
		ch, err := parseChange(exampleOf(t, schemas[f.schema].Value), everywhere)
		if err != nil || ch.Op != f.op {
			t.Errorf("%s: got %+v, %v", f.schema, ch, err)
		}
	}
}

func exampleOf(t testing.TB, s *openapi3.Schema) []byte {
	t.Helper()
	raw, err := encodeJSON(s.Example)
	if err != nil || s.Example == nil {
		t.Fatalf("no example: %v", err)
	}
	return raw
}

func everywhere(geo.Point) bool { return true }

const (
	aLine  = `{"type":"LineString","coordinates":[[120.3015,31.4999],[120.3015,31.5011]]}`
	anArea = `{"type":"Polygon","coordinates":[[[120.3005,31.5002],[120.3012,31.5002],[120.3012,31.5008],[120.3005,31.5002]]]}`
)

func TestParseChange(t *testing.T) {
	t.Parallel()
	line := make([]string, maxChangeVertices+1)
	for i := range line {
		line[i] = fmt.Sprintf("[120.3,%g]", 31+float64(i)/1e6)
	}
	long := `{"type":"LineString","coordinates":[` + strings.Join(line, ",") + `]}`
	split := func(more string) string {
		return `{"op":"split","grid":"1","line":` + aLine + `,"crs":"wgs84"` + more + `}`
	}
	tests := []struct {
		name, body string
		rule       string // of a RuleError or an InvalidError, a problem's code for anything else
		field      string
	}{
		{"empty", ``, "bad_request", ""},
		{"not JSON", `<html>`, "bad_request", ""},
		{"not UTF-8", "{\"op\":\"\xff\"}", "bad_request", ""},
		{"null", `null`, "bad_request", ""},
		{"array", `[]`, "bad_request", ""},
		{"cut short", `{"op":"split"`, "bad_request", ""},
		{"two documents", split("") + `{}`, "bad_request", ""},
		{"deep", `{"op":` + strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000) + `}`, "bad_request", ""},
		{"deep geometry", `{"op":"split","grid":"1","crs":"wgs84","line":{"type":"LineString","coordinates":` + strings.Repeat(`[`, 9_000) + strings.Repeat(`]`, 9_000) + `}}`, "geojson", "geometry"},
		{"a member twice", `{"op":"retire","op":"merge","grid":"1"}`, "bad_request", ""},
		{"op missing", `{}`, "required", "op"},
		{"op unknown", `{"op":"explode"}`, "enum", "op"},
		{"op of another way", `{"op":"import"}`, "enum", "op"},
		{"op is no text", `{"op":7}`, "enum", "op"},
		{"member unknown", split(`,"colour":"red"`), "unknown_field", "colour"},
		{"member of another operation", split(`,"into":"2"`), "unknown_field", "into"},
		{"member in other letters", `{"op":"retire","Grid":"1"}`, "unknown_field", "Grid"},
		{"BR-60 member", split(`,"tenant":"x"`), "BR-60", "tenant"},
		{"member missing", `{"op":"split","line":` + aLine + `,"crs":"wgs84"}`, "required", "grid"},
		{"member null", `{"op":"retire","grid":null}`, "required", "grid"},
		{"QC-02 crs missing", `{"op":"split","grid":"1","line":` + aLine + `}`, "QC-02", "crs"},
		{"QC-02 crs unknown", `{"op":"split","grid":"1","line":` + aLine + `,"crs":"epsg:4326"}`, "QC-02", "crs"},
		{"QC-02 crs is no text", `{"op":"split","grid":"1","line":` + aLine + `,"crs":{}}`, "QC-02", "crs"},
		{"kind of a new grid missing", `{"op":"create","area":` + anArea + `,"crs":"wgs84"}`, "required", "kind"},
		{"kind of a new grid void", `{"op":"create","kind":"void","area":` + anArea + `,"crs":"wgs84"}`, "enum", "kind"},
		{"shift of nothing", `{"op":"shift","grid":"1","crs":"wgs84"}`, "required", "line"},
		{"shift along a line and of an area", `{"op":"shift","grid":"1","line":` + aLine + `,"area":` + anArea + `,"crs":"wgs84"}`, "unknown_field", "area"},
		{"shift action unknown", `{"op":"shift","vertex":[1,2],"action":"spin","crs":"wgs84"}`, "enum", "action"},
		{"merge of one", `{"op":"merge","grids":["1"]}`, "required", "grids"},
		{"merge of what is no list", `{"op":"merge","grids":"1,2"}`, "list", "grids"},
		{"merge of numbers", `{"op":"merge","grids":[1,2]}`, "text", "grids"},
		{"merge of too many", `{"op":"merge","grids":["1"` + strings.Repeat(`,"1"`, maxList) + `]}`, "list", "grids"},
		{"code a number", `{"op":"retire","grid":320211001001001}`, "text", "grid"},
		{"code empty", `{"op":"retire","grid":""}`, "QC-11", "grid"},
		{"code too long", `{"op":"retire","grid":"` + strings.Repeat("1", maxCode+1) + `"}`, "QC-11", "grid"},
		{"code with a control character", `{"op":"retire","grid":"1\u0000"}`, "QC-11", "grid"},
		{"name too long", `{"op":"rename","grid":"1","name":"` + strings.Repeat("网", maxName+1) + `"}`, "text", "name"},
		{"BR-60 in a name", `{"op":"rename","grid":"1","name":"张三 13800138000"}`, "BR-60", "name"},
		{"BR-60 in a note", `{"op":"retire","grid":"1","note":"11010519491231002X"}`, "BR-60", "note"},
		{"snap_m negative", split(`,"snap_m":-1`), "number", "snap_m"},
		{"snap_m NaN", split(`,"snap_m":NaN`), "bad_request", ""},
		{"snap_m infinite", split(`,"snap_m":1e999`), "number", "snap_m"},
		{"line missing its type", `{"op":"split","grid":"1","line":{"coordinates":[]},"crs":"wgs84"}`, "geojson", "geometry"},
		{"line a text", `{"op":"split","grid":"1","line":"LINESTRING (0 0, 1 1)","crs":"wgs84"}`, "geojson", "geometry"},
		{"line an area", `{"op":"split","grid":"1","line":` + anArea + `,"crs":"wgs84"}`, "geojson", "line"},
		{"line of one point", `{"op":"split","grid":"1","line":{"type":"LineString","coordinates":[[1,2]]},"crs":"wgs84"}`, "line_has_fewer_than_two_points", ""},
		{"line empty", `{"op":"split","grid":"1","line":{"type":"LineString","coordinates":[]},"crs":"wgs84"}`, "geometry_empty", ""},
		{"line off the globe", `{"op":"split","grid":"1","line":{"type":"LineString","coordinates":[[1,2],[1,92]]},"crs":"bd09"}`, "position_not_finite_or_off_globe", ""},
		{"line of texts", `{"op":"split","grid":"1","line":{"type":"LineString","coordinates":[["1","2"],["3","4"]]},"crs":"wgs84"}`, "geojson", "geometry"},
		{"line too long", `{"op":"split","grid":"1","line":` + long + `,"crs":"wgs84"}`, "too_many_vertices", "line"},
		{"area not closed", `{"op":"shift","grid":"1","area":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]},"crs":"wgs84"}`, "ring_not_closed", ""},
		{"area crosses itself", `{"op":"shift","grid":"1","area":{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]},"crs":"wgs84"}`, "ring_crosses_itself", ""},
		{"vertex of three", `{"op":"shift","vertex":[1,2,3],"to":[1,2],"crs":"wgs84"}`, "position", "vertex"},
		{"vertex an object", `{"op":"shift","vertex":{"lon":1,"lat":2},"to":[1,2],"crs":"wgs84"}`, "position", "vertex"},
		{"vertex off the globe", `{"op":"shift","vertex":[190,2],"to":[1,2],"crs":"gcj02"}`, "position_not_finite_or_off_globe", ""},
	}
	for _, test := range tests {
		t.Run(strings.ReplaceAll(test.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			_, err := parseChange([]byte(test.body), everywhere)
			rule, field := ruleOf(err)
			if rule != test.rule || field != test.field {
				t.Errorf("got %q of %q (%v), want %q of %q", rule, field, err, test.rule, test.field)
			}
		})
	}
}

// ruleOf returns what a refused body breaks.
func ruleOf(err error) (rule, field string) {
	var (
		broken  *grid.RuleError
		invalid *geo.InvalidError
		p       *problem
	)
	switch {
	case errors.As(err, &broken):
		return broken.Rule, broken.Field
	case errors.As(err, &invalid):
		return string(invalid.Rule), ""
	case errors.As(err, &p):
		return p.code, ""
	}
	return fmt.Sprint(err), ""
}

// TestChangeIsConverted: geometry goes to WGS 84 vertex by vertex, and onto the lattice (QC-02, L2).
func TestChangeIsConverted(t *testing.T) {
	t.Parallel()
	want := orb.LineString{{120.3015, 31.4999}, {120.3015, 31.5011}}
	for _, system := range []crs.System{crs.WGS84, crs.CGCS2000, crs.GCJ02, crs.BD09} {
		a, b := system.FromWGS84(want[0]), system.FromWGS84(want[1])
		body := fmt.Sprintf(`{"op":"split","grid":"1","line":{"type":"LineString","coordinates":[[%.12f,%.12f],[%.12f,%.12f,7]]},"crs":%q}`,
			a[0], a[1], b[0], b[1], strings.ToUpper(string(system)))
		ch, err := parseChange([]byte(body), everywhere)
		if err != nil {
			t.Fatal(err)
		}
		if got := ch.Line.Geometry(); !orb.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", system, got, want)
		}
		ch, err = parseChange(fmt.Appendf(nil, `{"op":"shift","vertex":[%.12f,%.12f],"to":[%.12f,%.12f],"crs":%q}`, a[0], a[1], b[0], b[1], system), everywhere)
		if err != nil || *ch.Vertex != want[0] || *ch.To != want[1] || ch.Action != "move" {
			t.Errorf("%s: got %+v, %v", system, ch, err)
		}
	}
}

// FuzzChange: whatever comes is refused by name or is a change that stands to be done: of a known operation, with its geometry on the
// lattice and within bounds.
func FuzzChange(f *testing.F) {
	schemas := loadDocument(f).Components.Schemas
	for _, form := range changeForms {
		f.Add(exampleOf(f, schemas[form.schema].Value))
	}
	f.Add([]byte(`{"op":"shift","vertex":[1e308,-0],"to":[null,1],"action":"move","crs":"bd09"}`))
	f.Add([]byte(`{"op":"merge","grids":["\ud800","1"],"codes":[],"name":"\u0000"}`))
	box := geo.Box{Min: geo.Point{X: 1_200_000_000, Y: 310_000_000}, Max: geo.Point{X: 1_210_000_000, Y: 320_000_000}}
	f.Fuzz(func(t *testing.T, body []byte) {
		ch, err := parseChange(body, box.Contains)
		if err != nil {
			if rule, _ := ruleOf(err); rule == "" || problemOf(err).status >= 500 {
				t.Fatalf("refused without a rule: %v", err)
			}
			if _, err := encodeJSON(problemOf(err).extra); err != nil {
				t.Fatal(err)
			}
			return
		}
		if !slices.Contains(changeOps(), ch.Op) {
			t.Fatalf("the operation %q", ch.Op)
		}
		for _, p := range []*orb.Point{ch.Vertex, ch.To} {
			if p != nil {
				onLattice(t, box, *p)
			}
		}
		if ch.Line != nil {
			for _, p := range vertices(ch.Line.Geometry()) {
				onLattice(t, box, p)
			}
		}
		if ch.Area != nil {
			for _, p := range vertices(ch.Area.Geometry()) {
				onLattice(t, box, p)
			}
		}
	})
}

func onLattice(t *testing.T, box geo.Box, p orb.Point) {
	t.Helper()
	at, err := geo.Snap(p)
	if err != nil || at.Orb() != p || !box.Contains(at) {
		t.Fatalf("%v: %v, on the lattice it is %v", p, err, at.Orb())
	}
}
