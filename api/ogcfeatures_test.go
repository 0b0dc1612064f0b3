package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestFeaturesSuite repeats what the OGC's suite for Features looks at, row by row (ets-ogcapi-features10), as anybody and with a token.
func TestFeaturesSuite(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		test func(*testing.T, *gis)
	}{
		{"A.2.1 http", suiteHTTP},
		{"A.2.2 landing", suiteLanding},
		{"A.2.3 API", suiteAPI},
		{"A.2.4 conformance", suiteConformance},
		{"A.2.5 collections", suiteCollections},
		{"A.2.6 collection", suiteCollection},
		{"A.2.7 items", suiteItems},
		{"A.2.7 limit", suiteLimit},
		{"A.2.7 bbox", suiteBBox},
		{"A.2.7 datetime", suiteDatetime},
		{"A.2.7 errors", suiteErrors},
		{"A.2.7 numberMatched", suiteNumberMatched},
		{"A.2.8 feature", suiteFeature},
		{"Part 2", suiteCRS},
		{"paging quirk", suiteQuirk},
	}
	s := newGIS(t, "").server
	for _, as := range []string{"", "planner", "bridge"} {
		g := s.gis(t, as)
		for _, row := range rows {
			t.Run(strings.ReplaceAll(row.name+" as "+as, " ", "_"), func(t *testing.T) { row.test(t, g) })
		}
	}
}

func suiteHTTP(t *testing.T, g *gis) {
	answer, _ := g.fetch(t, "", "")
	if answer.Proto != "HTTP/1.1" {
		t.Error(answer.Proto)
	}
}

type ogcLanding struct {
	Title, Description string
	Links              ogcLinks
}

func suiteLanding(t *testing.T, g *gis) {
	for _, path := range []string{"", "/"} {
		var landing ogcLanding
		g.read(t, path, &landing)
		for _, rel := range []string{"service-desc", "service-doc", "conformance", "data", "self", "alternate"} {
			landing.Links.one(t, rel, "")
		}
		landing.Links.one(t, "data", "application/json") // by which QGIS begins
		for _, l := range landing.Links {
			if l.Rel == "" || l.Href == "" || l.Type == "" {
				t.Errorf("%+v", l)
			}
			if !l.Templated && g.status(t, l.Href) != http.StatusOK {
				t.Errorf("%s is not there", l.Href)
			}
		}
	}
}

func suiteAPI(t *testing.T, g *gis) {
	var landing ogcLanding
	g.read(t, "", &landing)
	answer, _ := g.fetch(t, landing.Links.one(t, "service-desc", openAPIMedia).Href, "Accept: "+openAPIMedia)
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != openAPIMedia {
		t.Error(answer.Status, answer.Header)
	}
	if !strings.HasPrefix(g.document.OpenAPI, "3.0.") {
		t.Error(g.document.OpenAPI)
	}
	for _, path := range []string{"/", "/conformance", "/collections", "/collections/base", "/collections/base/items", "/collections/base/items/{featureId}"} {
		if g.document.Paths.Value(path) == nil {
			t.Errorf("the document lacks %s", path)
		}
	}
	if got, want := g.document.Servers[0].URL, g.URL+"/ogc"; got != want {
		t.Errorf("got server %s, want %s", got, want)
	}
}

func suiteConformance(t *testing.T, g *gis) {
	var document struct{ ConformsTo []string }
	g.read(t, "/conformance", &document)
	if !slices.Contains(document.ConformsTo, "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core") {
		t.Error(document)
	}
}

func suiteCollections(t *testing.T, g *gis) {
	var document struct{ Links ogcLinks }
	g.read(t, "/collections", &document)
	if self := document.Links.one(t, "self", "application/json"); self.Href != g.URL+"/ogc/collections" {
		t.Error(self)
	}
	document.Links.one(t, "alternate", "text/html")
	for _, c := range g.collectionsOf(t) {
		if c.CRS[0] != "http://www.opengis.net/def/crs/OGC/1.3/CRS84" {
			t.Errorf("%s: %v", c.ID, c.CRS)
		}
	}
}

func suiteCollection(t *testing.T, g *gis) {
	for _, listed := range g.collectionsOf(t) {
		var one ogcCollection
		g.read(t, "/collections/"+listed.ID, &one)
		if one.ID == "" || one.Title == "" || one.Description == "" || len(one.Extent) == 0 || !reflect.DeepEqual(one, listed) {
			t.Errorf("listed as %+v, by itself %+v", listed, one)
		}
		for _, rel := range []string{"self", "alternate", "items", "http://www.opengis.net/def/rel/ogc/1.0/schema", "http://www.opengis.net/def/rel/ogc/1.0/queryables"} {
			one.Links.one(t, rel, "")
		}
		for _, l := range one.Links {
			if l.Rel == "" || l.Type == "" || g.status(t, l.Href) != http.StatusOK {
				t.Errorf("%s: %+v", one.ID, l)
			}
		}
	}
}

func suiteItems(t *testing.T, g *gis) {
	for _, c := range g.collectionsOf(t) {
		var items ogcItems
		answer := g.read(t, c.Links.one(t, "items", "application/geo+json").Href, &items)
		if answer.Header.Get("Content-Type") != "application/geo+json" || len(answer.Header.Values("Link")) == 0 {
			t.Error(answer.Header)
		}
		items.Links.one(t, "self", "application/geo+json")
		items.Links.one(t, "alternate", "text/html")
		if *items.NumberReturned != len(items.Features) || items.TimeStamp.IsZero() {
			t.Errorf("%s: %+v", c.ID, items)
		}
		for _, f := range items.Features {
			for _, p := range f.Geometry.positions(t) {
				if west, south := at(-1, -1); p[0] < west || p[1] < south || p[0] > west+1 || p[1] > south+1 {
					t.Errorf("%s %s is at %v", c.ID, f.ID, p)
				}
			}
		}
	}
}

// parameterOf returns a parameter of a collection's items in the document.
func (g *gis) parameterOf(t *testing.T, collection, name string) *openapi3.Parameter {
	t.Helper()
	p := g.document.Paths.Value("/collections/"+collection+"/items").Get.Parameters.GetByInAndName("query", name)
	if p == nil {
		t.Fatalf("the document has no %s for %s", name, collection)
	}
	if p.Required || p.Style != "form" || p.Explode == nil || *p.Explode {
		t.Errorf("%+v", p)
	}
	return p
}

func suiteLimit(t *testing.T, g *gis) {
	for _, c := range g.collectionsOf(t) {
		schema := g.parameterOf(t, c.ID, "limit").Schema.Value
		if !schema.Type.Is("integer") || schema.Min == nil || *schema.Min != 1 || schema.Max == nil || *schema.Max != 10_000 || schema.Default != 100.0 {
			t.Errorf("%+v", schema)
		}
		for _, limit := range []string{"1", "2", "5000", "10000", "10001", "99999999999999999999999"} {
			if items := g.items(t, c.ID, url.Values{"limit": {limit}}); limit == "1" && len(items.Features) > 1 {
				t.Errorf("%d features", len(items.Features))
			}
		}
	}
	for _, limit := range []string{"unlimited", "0", "-1", "", "1.5", "+1", "0x10", "1e2"} {
		if status := g.status(t, "/collections/base/items?limit="+url.QueryEscape(limit)); status != http.StatusBadRequest {
			t.Errorf("limit=%s: %d", limit, status)
		}
	}
}

func suiteBBox(t *testing.T, g *gis) {
	schema := g.parameterOf(t, "base", "bbox").Schema.Value
	if !schema.Type.Is("array") || schema.MinItems != 4 || schema.MaxItems == nil || *schema.MaxItems != 6 || !schema.Items.Value.Type.Is("number") {
		t.Errorf("%+v", schema)
	}
	for _, box := range []string{
		"7,50.7,7.2,50.8", "-180,85,180,90", "-180,-90,180,-85", "177,65,-177,70", "-180,-90,180,90", "-180,-90,-100,180,90,100", "177,65,0,-177,70,0",
	} {
		g.items(t, "base", url.Values{"bbox": {box}})
	}
	whole, _ := at(0, 0)
	for _, c := range []struct{ name, collection, box, want string }{
		{"one grid", "base", degreesBox(0.2, 0.2, 0.1, 0.1), lake + "001"},
		{"a border is of both", "base", degreesBox(0.5, 0.5, 0.5, 0.1), lake + "001 " + lake + "002"},
		{"the real geometry, not its box", "base", degreesBox(0.2, 1.2, 0.1, 0.1), ""},
		{"a point", "base", degreesBox(1.5, 1.5, 0, 0), lake + "003"},
		{"across the antimeridian", "base", fmt.Sprintf("%.7f,31,-170,32", whole+0.0021), bridge + "001"},
		{"across the antimeridian, beside", "base", "121,31,-170,32", ""},
		{"dedicated", "dedicated", degreesBox(1.6, 0.3, 0.01, 0.01), lake + "801"},
	} {
		if got := g.items(t, c.collection, url.Values{"bbox": {c.box}}).ids(); got != c.want {
			t.Errorf("%s, %s: got %q, want %q", c.name, c.box, got, c.want)
		}
	}
	for _, box := range []string{"", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "NaN,0,1,1", "0,0,Inf,1", "0,10,1,5", "31,120,32,121", "200,0,201,1", "1,2,3,4;", "0x1,0,1,1"} {
		if status := g.status(t, "/collections/base/items?bbox="+url.QueryEscape(box)); status != http.StatusBadRequest {
			t.Errorf("bbox=%s: %d", box, status)
		}
	}
}

func suiteDatetime(t *testing.T, g *gis) {
	for _, c := range g.collectionsOf(t) {
		if !g.parameterOf(t, c.ID, "datetime").Schema.Value.Type.Is("string") {
			t.Error(c.ID)
		}
		for _, text := range []string{
			"2018-02-12T23:20:52Z", "2018-02-12T00:00:00Z/2018-03-18T12:31:12Z", "2018-02-12T00:00:00Z/P1M6DT12H31M12S", "P1Y2M/2018-02-12T00:00:00Z",
			"2018-02-12T00:00:00Z/..", "../2018-03-18T12:31:12Z", "2018-02-12T00:00:00Z/", "/2018-03-18T12:31:12Z", "2018-02-12", "2018-02-12/2018-02-13", "2018-02-12T00:00:00.5+08:00",
		} {
			g.items(t, c.ID, url.Values{"datetime": {text}})
		}
	}
	since := url.Values{"datetime": {"2020-01-01/.."}}
	if got, all := g.items(t, "base", since).ids(), g.items(t, "base", nil).ids(); got != all || got == "" {
		t.Errorf("got %s, want %s", got, all)
	}
	if got := g.items(t, "base", url.Values{"datetime": {"../2020-01-01"}}).ids(); got != "" {
		t.Errorf("before the first edition: %s", got)
	}
	for _, text := range []string{"", "/", "../..", "P1D/P1D", "../P1D", "yesterday", "2018-13-01", "2019-01-01/2018-01-01", "2018-01-01/2019-01-01/2020-01-01", "2018-01-01/P", "2018-01-01/PT", "2018-01-01/P1H", "2018-01-01/P1D1Y", "2018-01-01/P99999999999D"} {
		if status := g.status(t, "/collections/base/items?datetime="+url.QueryEscape(text)); status != http.StatusBadRequest {
			t.Errorf("datetime=%s: %d", text, status)
		}
	}
}

func suiteErrors(t *testing.T, g *gis) {
	for _, path := range []string{"", "/conformance", "/api", "/collections", "/collections/base", "/collections/base/items", "/collections/base/schema", "/collections/base/queryables", "/collections/base/items/" + lake + "001", "/tiles", "/tileMatrixSets"} {
		for _, bad := range []string{"unknownQueryParameter12345=1", "f=xml", "f=json&f=html", "%ff=1", "a%00b=1", ";", "%zz"} {
			answer, body := g.fetch(t, path+"?"+bad, "")
			var problem struct{ Code, Detail, Param string }
			if err := json.Unmarshal(body, &problem); err != nil || answer.StatusCode != http.StatusBadRequest || problem.Code != "bad_request" ||
				answer.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s?%s: %s %s", path, bad, answer.Status, body)
			}
		}
	}
	for path, want := range map[string]int{
		"/collections/nothing": 404, "/collections/nothing/items": 404, "/collections/base/items/nothing": 404, "/collections/base/items/%ff": 400,
		"/collections/dedicated/items/" + lake + "001": 404, "/tileMatrixSets/nothing": 404, "/nothing": 404, "/collections/base/items?cursor=!": 400, "/collections/base/items?cursor=": 400,
		"/collections/divisions/items?cursor=AA": 400, "/collections/base/items?filter=": 400, "/collections/base/items?filter-lang=cql2-text": 400,
	} {
		if status := g.status(t, path); status != want {
			t.Errorf("%s: got %d, want %d", path, status, want)
		}
	}
}

func suiteNumberMatched(t *testing.T, g *gis) {
	for _, c := range g.collectionsOf(t) {
		for _, limit := range []string{"1", "2", "3", "100"} {
			all := g.all(t, c.ID, url.Values{"limit": {limit}})
			if all.NumberMatched == nil || *all.NumberMatched != len(all.Features) {
				t.Errorf("%s by %s: %v matched, %d found", c.ID, limit, all.NumberMatched, len(all.Features))
			}
			seen := map[string]bool{}
			for _, f := range all.Features {
				if seen[f.ID] {
					t.Errorf("%s twice", f.ID)
				}
				seen[f.ID] = true
			}
		}
	}
}
