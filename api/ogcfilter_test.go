package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// ogcFilters are filters of the collection base in both languages, with the grids that they choose: 1, 2 and 3 of lake, 4 of bridge.
var ogcFilters = []struct{ class, text, json, want string }{
	{"basic", "code = '" + lake + "001'", `{"op":"=","args":[{"property":"code"},"` + lake + `001"]}`, "1"},
	{"basic", "code <> '" + lake + "001'", `{"op":"<>","args":[{"property":"code"},"` + lake + `001"]}`, "2 3 4"},
	{"basic", "households > 300 AND households <= 350", `{"op":"and","args":[{"op":">","args":[{"property":"households"},300]},{"op":"<=","args":[{"property":"households"},350]}]}`, "1 4"},
	{"basic", "households < 300 OR households >= 400", `{"op":"or","args":[{"op":"<","args":[{"property":"households"},300]},{"op":">=","args":[{"property":"households"},400]}]}`, "2 3"},
	{"basic", "NOT (proven = true)", `{"op":"not","args":[{"op":"=","args":[{"property":"proven"},true]}]}`, "4"},
	{"basic", "residents IS NULL", `{"op":"isNull","args":[{"property":"residents"}]}`, "1 2 3 4"},
	{"basic", "host_org IS NOT NULL", `{"op":"not","args":[{"op":"isNull","args":[{"property":"host_org"}]}]}`, ""},
	{"basic", "valid_from > TIMESTAMP('2020-01-01T00:00:00Z')", `{"op":">","args":[{"property":"valid_from"},{"timestamp":"2020-01-01T00:00:00Z"}]}`, "1 2 3 4"},
	{"basic", "residents > 1", `{"op":">","args":[{"property":"residents"},1]}`, ""},
	{"basic", "NOT (residents > 1)", `{"op":"not","args":[{"op":">","args":[{"property":"residents"},1]}]}`, ""}, // unknown stays unknown
	{"advanced", "code LIKE '320211%'", `{"op":"like","args":[{"property":"code"},"320211%"]}`, "1 2 3"},
	{"advanced", "name LIKE '水秀第_网格'", `{"op":"like","args":[{"property":"name"},"水秀第_网格"]}`, "1 2 3"},
	{"advanced", "households BETWEEN 280 AND 312", `{"op":"between","args":[{"property":"households"},280,312]}`, "1 2"},
	{"advanced", "county_code IN ('320213000000','x')", `{"op":"in","args":[{"property":"county_code"},["320213000000","x"]]}`, "4"},
	{"advanced", "households NOT IN (280,350)", `{"op":"not","args":[{"op":"in","args":[{"property":"households"},[280,350]]}]}`, "1 3"},
	{"case", "CASEI(kind) = CASEI('BASE')", `{"op":"=","args":[{"op":"casei","args":[{"property":"kind"}]},{"op":"casei","args":["BASE"]}]}`, "1 2 3 4"},
	{"case", "CASEI(kind) LIKE CASEI('B%')", `{"op":"like","args":[{"op":"casei","args":[{"property":"kind"}]},{"op":"casei","args":["B%"]}]}`, "1 2 3 4"},
	{"spatial", "S_INTERSECTS(geometry,POINT(120.3005 31.5005))", `{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[120.3005,31.5005]}]}`, "1"},
	{"spatial", "S_INTERSECTS(geometry,BBOX(120.3005,31.5005,120.3015,31.5006))", `{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[120.3005,31.5005,120.3015,31.5006]}]}`, "1 2"},
	{
		"plus", "S_INTERSECTS(geometry,POLYGON((120.3012 31.5012,120.3016 31.5012,120.3016 31.5016,120.3012 31.5012)))",
		`{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[[[120.3012,31.5012],[120.3016,31.5012],[120.3016,31.5016],[120.3012,31.5012]]]}]}`, "3",
	},
	{
		"plus", "S_INTERSECTS(geometry,LINESTRING(120.3001 31.5002,120.3019 31.5002))",
		`{"op":"s_intersects","args":[{"property":"geometry"},{"type":"LineString","coordinates":[[120.3001,31.5002],[120.3019,31.5002]]}]}`, "1 2",
	},
}

// gridsOf returns the codes of base grids that are meant by their numbers.
func gridsOf(numbers string) string {
	codes := map[rune]string{'1': lake + "001", '2': lake + "002", '3': lake + "003", '4': bridge + "001", ' ': " "}
	text := ""
	for _, n := range numbers {
		text += codes[n]
	}
	return text
}

// filters returns the test of the filters of a class, in both languages.
func filters(class string) func(*testing.T, *gis) {
	return func(t *testing.T, g *gis) {
		for _, f := range ogcFilters {
			if f.class != class {
				continue
			}
			for _, asked := range []url.Values{
				{"filter": {f.text}},
				{"filter": {f.text}, "filter-lang": {"cql2-text"}, "filter-crs": {uriCRS84}},
				{"filter": {f.json}, "filter-lang": {"cql2-json"}},
			} {
				if got, want := g.items(t, "base", asked).ids(), gridsOf(f.want); got != want {
					t.Errorf("%v: got %q, want %q", asked, got, want)
				}
			}
		}
	}
}

func suiteFilter(t *testing.T, g *gis) {
	for _, class := range []string{"basic", "advanced", "case", "spatial", "plus"} {
		filters(class)(t, g)
	}
	for uri, compute := range ogcSystems {
		p, low, high := compute(120.3005, 31.5005), compute(120.3005, 31.5005), compute(120.3015, 31.5006)
		for text, want := range map[string]string{
			fmt.Sprintf("S_INTERSECTS(geometry,POINT(%.8f %.8f))", p[0], p[1]):                                          "1",
			fmt.Sprintf("S_INTERSECTS(geometry,BBOX(%.8f,%.8f,%.8f,%.8f))", low[0], low[1], high[0], high[1]):           "1 2",
			fmt.Sprintf("code LIKE '3%%' AND S_INTERSECTS(geometry,MULTIPOINT((%.8f %.8f),(%[1]f %[2]f)))", p[0], p[1]): "1",
		} {
			if got := g.items(t, "base", url.Values{"filter": {text}, "filter-crs": {uri}}).ids(); got != gridsOf(want) {
				t.Errorf("%s in %s: got %q, want %q", text, uri, got, want)
			}
		}
	}
	for _, bad := range []url.Values{
		{"filter": {"code ="}},
		{"filter": {"nothing = 1"}},
		{"filter": {"households = 'x'"}},
		{"filter": {"1=1; DROP TABLE place"}},
		{"filter": {"code = ''' OR 1=1 --"}},
		{"filter": {"((((((((((((((((((((((((((((((((((((((((code='x'"}},
		{"filter": {"S_INTERSECTS(geometry,POINT(500 500))"}},
		{"filter": {"S_CROSSES(geometry,POINT(1 1))"}},
		{"filter": {"code = 'x'"}, "filter-lang": {"cql-text"}},
		{"filter": {"code = 'x'"}, "filter-lang": {"cql2-json"}},
		{"filter": {"{}"}, "filter-lang": {"cql2-json"}},
		{"filter": {"code = 'x'"}, "filter-crs": {"http://www.opengis.net/def/crs/0/unsupported"}},
	} {
		answer, body := g.fetch(t, "/collections/base/items?"+bad.Encode(), "")
		var problem struct{ Code, Detail, Param string }
		if err := json.Unmarshal(body, &problem); err != nil || answer.StatusCode != http.StatusBadRequest || problem.Detail == "" || problem.Param == "" {
			t.Errorf("%v: %s %s", bad, answer.Status, body)
		}
	}
}

// suiteFilterJSON runs all filters as JSON.
func suiteFilterJSON(t *testing.T, g *gis) {
	for _, f := range ogcFilters {
		if got, want := g.items(t, "base", url.Values{"filter": {f.json}, "filter-lang": {"cql2-json"}}).ids(), gridsOf(f.want); got != want {
			t.Errorf("%s: got %q, want %q", f.json, got, want)
		}
	}
}
