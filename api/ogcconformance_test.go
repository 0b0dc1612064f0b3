package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const ogcSpec = "http://www.opengis.net/spec/"

// conformanceTests are what each class of the declaration is held to, by the last part of its URI.
var conformanceTests = map[string]func(*testing.T, *gis){
	"ogcapi-common-1/1.0/conf/core":         suiteHTTP,
	"ogcapi-common-1/1.0/conf/landing-page": suiteLanding,
	"ogcapi-common-1/1.0/conf/json":         everyResourceAsJSON,
	"ogcapi-common-1/1.0/conf/html":         everyResourceAsHTML,
	"ogcapi-common-1/1.0/conf/oas30":        suiteAPI,
	"ogcapi-common-2/1.0/conf/collections":  suiteCollections,

	"ogcapi-features-1/1.0/conf/core":    func(t *testing.T, g *gis) { suiteItems(t, g); suiteLimit(t, g); suiteErrors(t, g); suiteFeature(t, g) },
	"ogcapi-features-1/1.0/conf/oas30":   suiteAPI,
	"ogcapi-features-1/1.0/conf/geojson": suiteItems,
	"ogcapi-features-1/1.0/conf/html":    everyResourceAsHTML,
	"ogcapi-features-2/1.0/conf/crs":     suiteCRS,

	"ogcapi-features-3/1.0/conf/queryables":                  suiteQueryables,
	"ogcapi-features-3/1.0/conf/queryables-query-parameters": suiteQueryParameters,
	"ogcapi-features-3/1.0/conf/filter":                      suiteFilter,
	"ogcapi-features-3/1.0/conf/features-filter":             suiteFilter,
	"ogcapi-features-5/1.0/conf/schemas":                     suiteSchemas,

	"cql2/1.0/conf/cql2-text":                     suiteFilter,
	"cql2/1.0/conf/cql2-json":                     suiteFilterJSON,
	"cql2/1.0/conf/basic-cql2":                    filters("basic"),
	"cql2/1.0/conf/advanced-comparison-operators": filters("advanced"),
	"cql2/1.0/conf/case-insensitive-comparison":   filters("case"),
	"cql2/1.0/conf/basic-spatial-functions":       filters("spatial"),
	"cql2/1.0/conf/basic-spatial-functions-plus":  filters("plus"),

	"ogcapi-tiles-1/1.0/conf/core":             suiteAllTiles,
	"ogcapi-tiles-1/1.0/conf/tileset":          suiteAllTiles,
	"ogcapi-tiles-1/1.0/conf/tilesets-list":    suiteAllTiles,
	"ogcapi-tiles-1/1.0/conf/dataset-tilesets": suiteAllTiles,
	"ogcapi-tiles-1/1.0/conf/geodata-tilesets": suiteAllTiles,
	"ogcapi-tiles-1/1.0/conf/mvt":              suiteAllTiles,
	"ogcapi-tiles-1/1.0/conf/oas30":            suiteTileOperations,
}

// TestConformance runs a test for each class, under its name, and holds the declaration to exactly those.
func TestConformance(t *testing.T) {
	t.Parallel()
	g := newGIS(t, "")
	var declared struct{ ConformsTo []string }
	g.read(t, "/conformance", &declared)
	slices.Sort(declared.ConformsTo)
	var tested []string
	for _, class := range slices.Sorted(maps.Keys(conformanceTests)) {
		tested = append(tested, ogcSpec+class)
		t.Run(class, func(t *testing.T) { conformanceTests[class](t, g) })
	}
	if !slices.Equal(declared.ConformsTo, tested) {
		t.Errorf("declared %v\ntested %v", declared.ConformsTo, tested)
	}
}

// everyPath is one address of every resource.
func everyPath(g *gis) []string {
	var paths []string
	for path := range g.document.Paths.Map() {
		if !strings.Contains(path, "{tileMatrix}") {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	here := strings.NewReplacer("{tileMatrixSet}", "WebMercatorQuad")
	for i, path := range paths {
		code := lake + "001"
		switch {
		case strings.HasPrefix(path, "/collections/dedicated/"):
			code = lake + "801"
		case strings.HasPrefix(path, "/collections/divisions/"):
			code = lake
		case strings.HasPrefix(path, "/collections/shelters/"):
			code = "320211-SH-00000001"
		}
		paths[i] = here.Replace(strings.ReplaceAll(path, "{featureId}", code))
	}
	return slices.DeleteFunc(paths, func(path string) bool { return strings.HasPrefix(path, "/collections/danger_zones/items/") })
}

func everyResourceAsJSON(t *testing.T, g *gis) {
	for _, path := range everyPath(g) {
		for _, accept := range []string{"", "Accept: */*", "Accept: application/json", "Accept: application/geo+json, text/html;q=0.9", "Accept: text/html, application/json", "Accept: image/png"} {
			answer, body := g.fetch(t, path, accept)
			if answer.StatusCode != http.StatusOK || !strings.Contains(answer.Header.Get("Content-Type"), "json") || !json.Valid(body) {
				t.Errorf("%s, %s: %s %s", path, accept, answer.Status, answer.Header.Get("Content-Type"))
			}
			for _, name := range []string{"Accept", "Accept-Encoding"} {
				if !strings.Contains(answer.Header.Get("Vary"), name) {
					t.Errorf("%s varies by %s", path, answer.Header.Get("Vary"))
				}
			}
		}
		if answer, _ := g.fetch(t, path+"?f=json", browser); !strings.Contains(answer.Header.Get("Content-Type"), "json") {
			t.Errorf("%s: f=json does not go before Accept", path)
		}
	}
}

const browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

// everyResourceAsHTML: each is a page in two languages that loads nothing, from here or elsewhere, and links to its other form.
func everyResourceAsHTML(t *testing.T, g *gis) {
	for _, path := range everyPath(g) {
		answer, body := g.fetch(t, path, browser)
		page := string(body)
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.HasPrefix(page, "<!doctype html>") {
			t.Errorf("%s: %s %s", path, answer.Status, answer.Header.Get("Content-Type"))
		}
		policy := answer.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
			t.Errorf("%s: %s", path, policy)
		}
		for _, loads := range []string{"<script", "<img", "<iframe", "<object", "<embed", "src=", "@import", "url(", "style=", "rel=\"stylesheet\"", "onclick"} {
			if strings.Contains(page, loads) {
				t.Errorf("%s has %s", path, loads)
			}
		}
		if !strings.Contains(page, `rel="alternate" type="application/`) || !strings.Contains(page, "f=json") {
			t.Errorf("%s does not link to JSON", path)
		}
		if !strings.Contains(page, `lang="zh-CN"`) || !strings.ContainsFunc(page, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }) {
			t.Errorf("%s is not in Chinese too", path)
		}
		if forced, _ := g.fetch(t, path+"?f=html", "Accept: application/json"); !strings.HasPrefix(forced.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: f=html does not go before Accept", path)
		}
	}
}

type ogcSchema struct {
	Schema     string `json:"$schema"`
	ID         string `json:"$id"`
	Type       string
	Properties map[string]struct {
		Type   string
		Format string
		Enum   []string
		Role   string `json:"x-ogc-role"`
	}
	Required             []string
	AdditionalProperties *bool
}

func suiteQueryables(t *testing.T, g *gis) {
	for _, c := range g.collectionsOf(t) {
		link := c.Links.one(t, "http://www.opengis.net/def/rel/ogc/1.0/queryables", "application/schema+json")
		var queryables ogcSchema
		answer := g.read(t, link.Href, &queryables)
		if answer.Header.Get("Content-Type") != "application/schema+json" || queryables.ID != link.Href || queryables.Type != "object" ||
			queryables.Schema != "https://json-schema.org/draft/2020-12/schema" || queryables.AdditionalProperties == nil || *queryables.AdditionalProperties {
			t.Errorf("%+v", queryables)
		}
		for name, p := range queryables.Properties {
			if p.Type == "" && p.Role != "primary-geometry" || p.Type == "object" || p.Type == "array" {
				t.Errorf("%s of %s: %+v", name, c.ID, p)
			}
		}
	}
}

// suiteQueryParameters: each property that features can be chosen by is a parameter, and chooses what the filter chooses.
func suiteQueryParameters(t *testing.T, g *gis) {
	for _, c := range g.collectionsOf(t) {
		var queryables ogcSchema
		g.read(t, "/collections/"+c.ID+"/queryables", &queryables)
		items := g.items(t, c.ID, nil)
		for name, p := range queryables.Properties {
			if p.Role == "primary-geometry" {
				continue
			}
			g.parameterOf(t, c.ID, name)
			for _, f := range items.Features {
				value, found := f.Properties[name], false
				if value == nil {
					continue
				}
				text, ok := value.(string)
				if !ok {
					raw, _ := json.Marshal(value)
					text = string(raw)
				}
				for _, one := range g.items(t, c.ID, url.Values{name: {text}}).Features {
					found = found || one.ID == f.ID
					if one.Properties[name] != value {
						t.Errorf("%s=%s finds one with %v", name, text, one.Properties[name])
					}
				}
				if !found {
					t.Errorf("%s: %s=%s does not find %s", c.ID, name, text, f.ID)
				}
				break
			}
		}
	}
	both := url.Values{"community_code": {lake}, "kind": {"base"}, "filter": {"households > 300"}, "bbox": {degreesBox(-1, -1, 9, 9)}}
	if got, want := g.items(t, "base", both).ids(), lake+"001 "+lake+"003"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, bad := range []string{"households=many", "proven=yes", "valid_from=today", "households=NaN", "geometry=x", "nothing=1"} {
		if status := g.status(t, "/collections/base/items?"+bad); status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, status)
		}
	}
}

func suiteSchemas(t *testing.T, g *gis) {
	formats := map[string][]string{"Point": {"geometry-point", "geometry-any"}, "MultiPolygon": {"geometry-multipolygon", "geometry-any"}}
	for _, c := range g.collectionsOf(t) {
		link := c.Links.one(t, "http://www.opengis.net/def/rel/ogc/1.0/schema", "application/schema+json")
		var schema ogcSchema
		answer := g.read(t, link.Href, &schema)
		if answer.Header.Get("Content-Type") != "application/schema+json" || schema.ID != link.Href || schema.Properties["code"].Role != "id" ||
			schema.Properties["geometry"].Role != "primary-geometry" {
			t.Errorf("%+v", schema)
		}
		for _, f := range g.items(t, c.ID, nil).Features {
			if !slices.Contains(formats[f.Geometry.Type], schema.Properties["geometry"].Format) {
				t.Errorf("%s is a %s, the schema has %s", f.ID, f.Geometry.Type, schema.Properties["geometry"].Format)
			}
			for name, value := range f.Properties {
				p, described := schema.Properties[name]
				if text, ok := value.(string); !described || ok && len(p.Enum) > 0 && !slices.Contains(p.Enum, text) {
					t.Errorf("%s: %s=%v, the schema has %+v", f.ID, name, value, p)
				}
				if value == nil && slices.Contains(schema.Required, name) {
					t.Errorf("%s: %s is required and null", f.ID, name)
				}
			}
			if len(f.Properties) != len(schema.Properties)-1 {
				t.Errorf("%s has %d properties, its schema %d", f.ID, len(f.Properties), len(schema.Properties)-1)
			}
		}
	}
}

func suiteAllTiles(t *testing.T, g *gis) {
	suiteTilesets(t, g, g.URL+"/ogc/tiles?f=json")
	for _, c := range []string{"base", "dedicated", "divisions"} {
		suiteTilesets(t, g, g.URL+"/ogc/collections/"+c+"/tiles?f=json")
	}
}
