package cql2_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid/cql2"
)

var types = map[string]cql2.Type{
	"name": cql2.TextType, "n": cql2.NumberType, "m": cql2.NumberType, "open": cql2.BooleanType, "day": cql2.DateType, "at": cql2.TimestampType,
	"geometry": cql2.GeometryType, "refs": cql2.OtherType, "nothing": cql2.TextType, "no_number": cql2.NumberType,
}

// values is one feature; nothing and no_number are null.
func values() map[string]any {
	shape := geo.Shape{Points: []geo.Point{{X: 10_000_000, Y: 20_000_000}}}
	return map[string]any{
		"name": "Straße 100%", "n": int64(7), "m": 2.5, "open": true, "day": cql2.Day(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)),
		"at": time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC), "geometry": &shape, "refs": map[string]any{},
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"name = 'Straße 100%'": true, "name = 'strasse 100%'": false, "CASEI(name) = CASEI('STRASSE 100%')": true, "name <> 'x'": true,
		"name LIKE 'Stra_e%'": true, "name LIKE 'Stra'": false, `name LIKE '%\%'`: true, `name LIKE '%0\%'`: true, `name LIKE 'S%\_'`: false,
		"CASEI(name) LIKE CASEI('STRASSE%')": true, "name NOT LIKE 'S%'": false, "name LIKE '%%%%0%'": true, "name LIKE ''": false,
		"n = 7": true, "n > m": true, "7 = n AND m < 3": true, "n BETWEEN 7 AND 7": true, "n NOT BETWEEN 1 AND 6": true, "n IN (1, 7.0)": true,
		"n NOT IN (1, 2)": true, "open = TRUE": true, "open = false OR n = 7": true, "NOT open = TRUE": false,
		"day = DATE('2026-03-01')": true, "at = DATE('2026-03-01')": true, "at > DATE('2026-03-01')": false, "at >= DATE('2026-03-01')": true,
		"at < TIMESTAMP('2026-03-01T23:30:00.000001Z')": true, "day = TIMESTAMP('2026-03-01T08:00:00Z')": true, "day = at": true,
		"at BETWEEN DATE('2026-02-01') AND DATE('2026-03-01')": true,
		// What is null is neither so nor otherwise.
		"nothing = 'x'": false, "nothing <> 'x'": false, "NOT nothing = 'x'": false, "nothing IS NULL": true, "name IS NOT NULL": true,
		"(nothing = 'x') IS NULL": true, "nothing = 'x' OR n = 7": true, "NOT (nothing = 'x' AND n = 8)": true, "no_number IN (1)": false,
		"n IN (1, no_number)": false, "NOT n IN (1, no_number)": false, "n IN (7, no_number)": true, "NOT no_number BETWEEN 1 AND 2": false,
		"n BETWEEN 8 AND no_number": false, "NOT n BETWEEN 8 AND no_number": true, "CASEI(nothing) LIKE '%'": false, "TRUE": true, "FALSE": false,
		"refs IS NOT NULL":                   true,
		"S_INTERSECTS(geometry, POINT(1 2))": true, "S_INTERSECTS(geometry, POINT(1.0000001 2))": false, "S_INTERSECTS(BBOX(0,0,1,2), geometry)": true,
		"S_DISJOINT(geometry, BBOX(0,0,1,1.9999999))": true, "S_INTERSECTS(geometry, BBOX(-180,-90,180,90))": true,
		"S_INTERSECTS(geometry, BBOX(170,0,-170,10))": false, "S_INTERSECTS(geometry, LINESTRING(0 1, 2 3))": true,
		"S_INTERSECTS(geometry, POLYGON((0 1, 2 3, 0 3, 0 1)))": true, "S_INTERSECTS(geometry, POLYGON((0 1.0000001, 2 3.0000001, 0 3, 0 1.0000001)))": false,
		"S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(5 5), POINT(1 2)))": true,
	} {
		e, err := cql2.Parse(text)
		if err == nil {
			err = e.Check(types)
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		v := values()
		if got, err := e.Match(func(name string) any { return v[name] }); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"colour = 'red'":                       "there is no property colour",
		"NAME = 'x'":                           "do you mean name?",
		"name = 1":                             "a text is in single quotes",
		"n = 'x'":                              "cannot be compared",
		"at > '2026-03-01'":                    "write DATE('2026-03-01')",
		"open > FALSE":                         "use = or <>",
		"name BETWEEN n AND m":                 "cannot be compared",
		"n LIKE '1%'":                          "LIKE is for texts",
		"CASEI(n) = 'x'":                       "CASEI is for texts",
		"n + 1 = 2":                            "do not calculate",
		"ACCENTI(name) = 'x'":                  "ACCENTI is not carried out",
		"T_AFTER(at, DATE('2026-01-01'))":      "compare with",
		"A_CONTAINS(refs, ('a'))":              "not carried out",
		"S_WITHIN(geometry, POINT(1 2))":       "S_INTERSECTS and S_DISJOINT",
		"S_INTERSECTS(name, POINT(1 2))":       "is no geometry",
		"S_INTERSECTS(geometry, POINT(181 0))": "the geometry is not valid",
		"S_INTERSECTS(geometry, POLYGON((0 0,2 2,2 0,0 2,0 0)))": "the geometry is not valid",
		"geometry = n":     "can only be asked whether it IS NULL",
		"refs = 'x'":       "can only be asked whether it IS NULL",
		"pg_sleep(10) = 1": "there is no function pg_sleep",
		"pg_sleep(10)":     "there is no function pg_sleep",
	} {
		e, err := cql2.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		err = e.Check(types)
		var syntax *cql2.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("(", n) + "n = 1" + strings.Repeat(")", n) }
	for text, want := range map[string]string{
		"":                                "the filter ends",
		"n":                               "a filter is a condition",
		"n = ":                            "a value is missing",
		"n = 1; DROP TABLE place":         "';' has no meaning",
		"n = 1 --":                        "a value is missing",
		"n = 1 /* x */":                   "a value is missing",
		"n == 1":                          "a value is missing",
		"n = 1 n = 2":                     "should end before",
		"name = 'x":                       "no closing quote",
		"name = 'x' OR":                   "the filter ends",
		`"a b" = 1`:                       "in double quotes",
		"n IN ()":                         "empty",
		"n BETWEEN 1":                     "AND is missing",
		"n IS 1":                          "NULL is missing",
		"a = b = c":                       "cannot be an argument",
		"n = 1e999":                       "too large",
		"name LIKE name":                  "what follows LIKE",
		"d = DATE('2026-02-30')":          "no date",
		"d = TIMESTAMP('2026-02-03')":     "no timestamp",
		"name = '\x00'":                   "not UTF-8",
		"name = '\xff'":                   "not UTF-8",
		"S_INTERSECTS(geometry)":          "arguments",
		"S_INTERSECTS(geometry, BBOX(1))": "four numbers",
		"POINT(1 2)":                      "a filter is a condition",
		"n = 1" + strings.Repeat(" ", cql2.MaxText):                     "make it shorter",
		"n IN (" + strings.Repeat("1,", cql2.MaxNodes) + "1)":           "more than",
		strings.Repeat("NOT (", 40) + "n = 1" + strings.Repeat(")", 40): "deep",
		nested(4000):                             "deep",
		"n = " + strings.Repeat("-", 4000) + "1": "a value is missing",
	} {
		_, err := cql2.Parse(text)
		var syntax *cql2.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
	if _, err := cql2.Parse(nested(30)); err != nil {
		t.Errorf("30 parentheses: %v", err)
	}
	for _, raw := range []string{
		``, `null`, `1`, `{}`, `[]`, `{"op":"="}`, `{"op":"=","args":[1]}`, `{"op":"=","args":[null,1]}`, `{"op":"=","args":[{"property":"a b"},1]}`,
		`{"op":"and","args":[true]}`, `{"op":"=","args":[1,1]} x`, `{"op":"drop table","args":[]}`, `{"op":"=","args":[{"property":"n"},1e999]}`,
		`{"op":"=","args":[{"property":"a"},"x\\"]}`, `{"op":"=","args":[{"property":"a"},"\u0000"]}`,
		`{"op":"s_intersects","args":[{"property":"g"},{"type":"Point","coordinates":[1]}]}`,
		`{"op":"s_intersects","args":[{"property":"g"},{"type":"Polygon","coordinates":[]}]}`,
		strings.Repeat(`{"op":"not","args":[`, 100) + "true" + strings.Repeat("]}", 100), `"` + strings.Repeat("x", cql2.MaxJSON) + `"`,
	} {
		_, err := cql2.ParseJSON([]byte(raw))
		var syntax *cql2.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.60s: %v", raw, err)
		}
	}
}

// TestInjectionsAreValues: whatever stands in quotes is one text, in both forms.
func TestInjectionsAreValues(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"'; DROP TABLE place; --", "x' OR '1'='1", "$1", "\\' OR 1=1 --", "%s", "name\"; SELECT 1", "'||pg_sleep(9)||'", "\u2019 OR TRUE", "/*", "\n;\r",
	} {
		e := &cql2.Expr{Op: cql2.Equal, Args: []*cql2.Expr{{Op: cql2.Property, Name: "name"}, {Op: cql2.String, Value: text}}}
		roundTrip(t, e)
		again, err := cql2.Parse(e.Text())
		if err != nil || again.Op != cql2.Equal || again.Args[1].Value != text {
			t.Errorf("%s is %v, %v", e.Text(), again, err)
		}
	}
}

// TestFoldings: what SQL takes the short way with has no case, apart from ASCII.
func TestFoldings(t *testing.T) {
	t.Parallel()
	from, to := cql2.Foldings()
	if len(from) < 1400 || len(from) != len(to) {
		t.Errorf("%d foldings, %d results", len(from), len(to))
	}
	for _, r := range from {
		if 0x2E80 <= r && r <= 0xA63F || r < 0x80 && to[r] != strings.ToLower(string(r)) {
			t.Errorf("%U becomes %q", r, to[r])
		}
	}
	for r := rune(0); r < 0x20000; r++ {
		if _, folded := to[r]; !folded && unicode.SimpleFold(r) != r && unicode.IsUpper(r) {
			t.Errorf("%U %c is not folded", r, r)
		}
	}
	if got := cql2.Fold("ΣΊΣΥΦΟΣ ﬁ İ"); got != "σίσυφοσ fi i̇" {
		t.Errorf("folded: %q", got)
	}
}

// TestBoxes: what an expression says about where features are.
func TestBoxes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"n = 1": "[]",
		"n = 1 AND S_INTERSECTS(geometry, BBOX(1,2,3,4))": "[{{10000000 20000000} {30000000 40000000}}]",
		"n = 1 OR S_INTERSECTS(geometry, BBOX(1,2,3,4))":  "[]",
		"NOT S_INTERSECTS(geometry, BBOX(1,2,3,4))":       "[]",
		"S_DISJOINT(geometry, BBOX(1,2,3,4))":             "[]",
		"S_INTERSECTS(POINT(1 2), geometry)":              "[{{10000000 20000000} {10000000 20000000}}]",
		"S_INTERSECTS(geometry, BBOX(179,0,-179,1))":      "[{{-1800000000 0} {-1790000000 10000000}} {{1790000000 0} {1800000000 10000000}}]",
	} {
		e, err := cql2.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(e.Boxes()); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// FuzzParse: whatever is read is written so that it is read again as the same, in both forms.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"a = 'b''c'", "NOT (a + 2) * -b ^ 3 >= c div 4 AND d IS NOT NULL", "A_EQUALS(('a', (1), (x, 2)), b)", "f((1), TRUE, a = 1) = -a",
		"T_DURING(INTERVAL(a, '..'), INTERVAL('2020-01-01', '2021-01-01T00:00:00Z'))", `"date" LIKE CASEI('%\_\'') OR x IN (1, .5e-3)`,
		"S_INTERSECTS(g, GEOMETRYCOLLECTION Z (POINT Z (1 2 3), MULTIPOLYGON(((0 0,1 0,1 1,0 0)))))", "S_TOUCHES(g, BBOX(1,2,3,4))",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := cql2.Parse(text)
		if err != nil {
			return
		}
		fuzzed(t, e)
	})
}

// FuzzParseJSON is FuzzParse for the other form.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{
		`{"op":"=","args":[{"property":"a"},"b'\\'c"]}`, `{"op":"a_equals","args":[[["x"]],{"op":"f","args":[[1]]}]}`,
		`{"op":"s_within","args":[{"type":"MultiPoint","coordinates":[[1,2],[3,4,5]]},{"bbox":[1,2,3,4,5,6]}]}`,
		`{"op":"t_after","args":[{"interval":["..","2020-01-01"]},{"timestamp":"2020-01-01T00:00:00.5Z"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := cql2.ParseJSON(raw)
		if err != nil {
			return
		}
		fuzzed(t, e)
	})
}

// fuzzed checks an expression that was read: it goes round as long as it is not too long for the other form, and neither Check nor Match
// stumbles over it.
func fuzzed(t *testing.T, e *cql2.Expr) {
	t.Helper()
	if len(e.Text()) <= cql2.MaxText && len(e.JSON()) <= cql2.MaxJSON {
		roundTrip(t, e)
	}
	v := values()
	checked := e.Check(types)
	if _, err := e.Match(func(name string) any { return v[name] }); checked == nil && err != nil {
		t.Fatalf("%s passes Check: %v", e.Text(), err)
	}
	e.Boxes()
}
