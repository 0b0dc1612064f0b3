package synth_test

import (
	"encoding/json"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/synth"
)

// enumerations reads the codes of each enumeration from the migration that stores them.
func enumerations(t *testing.T) map[string][]string {
	t.Helper()
	sql, err := os.ReadFile("../../migrations/0003_codes.sql")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, m := range regexp.MustCompile(`\('([a-z_]+)', '([a-z0-9_]+)', '`).FindAllStringSubmatch(string(sql), -1) {
		all[m[1]] = append(all[m[1]], m[2])
	}
	if len(all) < 20 {
		t.Fatalf("found only %d enumerations", len(all))
	}
	return all
}

// TestFields checks every row of every layer against the layer table: names, types, enumerations, required fields, shape,
// lattice.
func TestFields(t *testing.T) {
	t.Parallel()
	codes := enumerations(t)
	c := city(t, 5, 300)
	var layers []string
	for layer, records := range c.Layers() {
		layers = append(layers, layer.Name)
		n := 0
		used := map[string]bool{}
		for r := range records {
			n++
			if r.Line != int64(n) {
				t.Fatalf("%s: line %d is row %d", layer.Name, r.Line, n)
			}
			checkRow(t, layer, codes, r)
			for name := range r.Fields {
				used[name] = true
			}
			if t.Failed() {
				break
			}
		}
		if n == 0 {
			t.Errorf("%s: no rows", layer.Name)
		}
		t.Logf("%s: %d rows, %d of %d fields", layer.Name, n, len(used), len(layer.Fields))
	}
	if len(layers) != len(grid.Layers) {
		t.Errorf("layers %v, want all %d", layers, len(grid.Layers))
	}
}

func checkRow(t *testing.T, layer *grid.Layer, codes map[string][]string, r grid.Record) {
	t.Helper()
	for _, f := range layer.Fields {
		v, ok := r.Fields[f.Name]
		if !ok {
			if f.Required {
				t.Errorf("%s %d: required field %s is missing: %v", layer.Name, r.Line, f.Name, r.Fields)
			}
			continue
		}
		if !fits(f, codes, v) {
			t.Errorf("%s %d: field %s of type %s holds %#v", layer.Name, r.Line, f.Name, f.Type, v)
		}
	}
	for name, v := range r.Fields {
		if _, ok := layer.Field(name); !ok {
			t.Errorf("%s %d: no field %s", layer.Name, r.Line, name)
		}
		if s, ok := v.(string); ok {
			contact := strings.Contains(name, "phone") || strings.Contains(name, "code") // these may look like a phone number
			if what, personal := grid.PersonalText(s); personal && (!contact || what == "ID number") {
				t.Errorf("%s %d: field %s looks like a personal %s: %s", layer.Name, r.Line, name, what, s)
			}
		}
	}
	checkShape(t, layer, r)
}

// fits reports whether a value is one of the field's type.
func fits(f grid.Field, codes map[string][]string, v any) bool {
	switch f.Type {
	case grid.Enum:
		allowed := f.Values
		if f.Enumeration != "" {
			allowed = codes[f.Enumeration]
		}
		s, ok := v.(string)
		return ok && slices.Contains(allowed, s)
	case grid.Code:
		s, ok := v.(string)
		return ok && grid.CheckCode(f.Name, s) == nil
	case grid.Integer:
		n, ok := v.(float64)
		return ok && n == math.Trunc(n) && n >= 0
	case grid.Number:
		n, ok := v.(float64)
		return ok && n >= 0
	case grid.Boolean:
		_, ok := v.(bool)
		return ok
	case grid.Date:
		return parses(v, time.DateOnly)
	case grid.Time:
		return parses(v, time.RFC3339)
	case grid.List:
		_, ok := v.([]any)
		return ok
	case grid.Object:
		_, ok := v.(map[string]any)
		return ok
	}
	s, ok := v.(string)
	return ok && s != ""
}

func parses(v any, layout string) bool {
	s, ok := v.(string)
	_, err := time.Parse(layout, s)
	return ok && err == nil
}

func checkShape(t *testing.T, layer *grid.Layer, r grid.Record) {
	t.Helper()
	shape := grid.NoShape
	switch g := r.Geometry.(type) {
	case orb.Point:
		shape = grid.PointShape
		if p, err := geo.Snap(g); err != nil || p.Orb() != g {
			t.Errorf("%s %d: %v is off the lattice", layer.Name, r.Line, g)
		}
	case orb.LineString:
		shape = grid.LineShape
		if _, err := geo.LineFromOrb(g); err != nil {
			t.Errorf("%s %d: %v", layer.Name, r.Line, err)
		}
	case orb.Polygon, orb.MultiPolygon:
		shape = grid.PolygonShape
		if m, err := geo.FromOrb(g); err != nil || !sameVertices(m, g) {
			t.Errorf("%s %d: %v", layer.Name, r.Line, err)
		}
	}
	if layer.Shape != shape && (layer.Shape != grid.AnyShape || shape == grid.NoShape) {
		t.Errorf("%s %d: shape %s, want %s", layer.Name, r.Line, shape, layer.Shape)
	}
}

// sameVertices reports whether snapping left every vertex as it was.
func sameVertices(m geo.MultiPolygon, g orb.Geometry) bool {
	want, ok := g.(orb.MultiPolygon)
	if !ok {
		want = orb.MultiPolygon{g.(orb.Polygon)}
	}
	var got, all []orb.Point
	for _, p := range m.Orb() {
		for _, r := range p {
			got = append(got, r[1:]...)
		}
	}
	for _, p := range want {
		for _, r := range p {
			all = append(all, r[1:]...)
		}
	}
	less := func(a, b orb.Point) int {
		if a[0] != b[0] {
			return int(math.Copysign(1, a[0]-b[0]))
		}
		return int(math.Copysign(1, a[1]-b[1]))
	}
	slices.SortFunc(got, less)
	slices.SortFunc(all, less)
	return slices.Equal(got, all)
}

// TestCounts checks that places and incidents come out exactly as many as asked for, and grids too.
func TestCounts(t *testing.T) {
	t.Parallel()
	c, err := synth.New(synth.Config{Seed: 6, Grids: 123, Places: 4567, Incidents: 891})
	if err != nil {
		t.Fatal(err)
	}
	places := 0
	for layer, records := range c.Layers() {
		n := 0
		for range records {
			n++
		}
		switch {
		case layer.Kind != "":
			places += n
		case layer.Name == "incidents" && n != 891, layer.Name == "base_grids" && n != 123:
			t.Errorf("%s: %d rows", layer.Name, n)
		}
	}
	if places != 4567 {
		t.Errorf("%d places, want 4567", places)
	}
	for _, bad := range []int{-1, 0, synth.MinGrids - 1, synth.MaxGrids + 1} {
		if _, err := synth.New(synth.Config{Grids: bad}); err == nil {
			t.Errorf("a city of %d grids was made", bad)
		}
	}
	if _, err := c.Layer("nothing"); err == nil {
		t.Error("a layer of nothing was found")
	}
}

// TestWriteFiles reads back what was written: every coordinate and value as it was.
func TestWriteFiles(t *testing.T) {
	t.Parallel()
	c := city(t, 7, 60)
	dir := t.TempDir()
	if err := synth.WriteFiles(dir, c, false, nil); err != nil {
		t.Fatal(err)
	}
	for layer, records := range c.Layers() {
		b, err := os.ReadFile(dir + "/" + synth.FileName(layer, false))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
		if layer.Shape == grid.NoShape {
			lines = lines[1:]
		}
		i := 0
		for r := range records {
			if layer.Shape != grid.NoShape {
				compareFeature(t, layer.Name, r, lines[i])
			}
			i++
		}
		if i != len(lines) {
			t.Errorf("%s: %d lines for %d rows", layer.Name, len(lines), i)
		}
	}
}

func compareFeature(t *testing.T, layer string, r grid.Record, line string) {
	t.Helper()
	var f struct {
		Geometry   struct{ Coordinates any }
		Properties map[string]any
	}
	if err := json.Unmarshal([]byte(line), &f); err != nil {
		t.Fatalf("%s %d: %v", layer, r.Line, err)
	}
	if got, want := flat(f.Geometry.Coordinates), flat(toAny(t, r.Geometry)); !slices.Equal(got, want) {
		t.Fatalf("%s %d: coordinates %v, want %v", layer, r.Line, got, want)
	}
	if got, want := len(f.Properties), len(r.Fields); got != want {
		t.Fatalf("%s %d: %d properties, want %d", layer, r.Line, got, want)
	}
}

func toAny(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var a any
	if err := json.Unmarshal(b, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// flat lists the numbers in nested arrays.
func flat(v any) []float64 {
	switch v := v.(type) {
	case float64:
		return []float64{v}
	case []any:
		var all []float64
		for _, o := range v {
			all = append(all, flat(o)...)
		}
		return all
	}
	return nil
}
