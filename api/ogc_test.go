package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/wangge/wangge/api"
)

// gis is a client of OGC API: as the suites of OGC it goes by the links and the OpenAPI document, and every answer that it gets it compares
// with that document.
type gis struct {
	*server
	document *openapi3.T
	router   routers.Router
	root     string // the address of the landing page
	as       string
}

const openAPIMedia = "application/vnd.oai.openapi+json;version=3.0"

// newGIS serves the town with some places and an incident.
func newGIS(t *testing.T, as string) *gis {
	t.Helper()
	s := serve(t, func(c *api.Config) { c.PublicURL = "" })
	s.secrets["planner"], s.secrets["bridge"] = token(t, s.store, "planner", ""), token(t, s.store, "reader", bridge)
	for _, x := range []float64{0.25, 0.5, 3} {
		s.create(t, "/v1/places", hazard(x, 0.5, ""))
	}
	s.create(t, "/v1/places", `{"kind":"shelter","name":"水秀小学","public":true,"geometry":`+geometry("Point", [2]float64{1.6, 0.3})+
		`,"crs":"wgs84","detail":{"shelter_level":"community","host_kind":"school"}}`)
	s.create(t, "/v1/incidents", `{"kind":"gas","source":"patrol","title":"有燃气味","reported_at":"2026-11-20T08:30:00+08:00","geometry":`+
		geometry("Point", [2]float64{0.25, 0.25})+`,"crs":"wgs84"}`)
	return s.gis(t, as)
}

func (s *server) create(t *testing.T, path, body string) {
	t.Helper()
	made := s.do(t, exchange{method: http.MethodPost, target: path, header: asJSON, as: "planner", body: body})
	if made.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(made.Body)
		t.Fatal(made.Status, string(text))
	}
}

// gis returns a client with the document that it gets as somebody.
func (s *server) gis(t *testing.T, as string) *gis { return s.gisAt(t, "/ogc", as) }

// gisAt is gis for a landing page at another path.
func (s *server) gisAt(t *testing.T, path, as string) *gis {
	t.Helper()
	g := &gis{server: s, root: s.URL + path, as: as}
	answer := s.do(t, exchange{target: path + "/api", header: "Accept: " + openAPIMedia, as: as})
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != openAPIMedia {
		t.Fatal(answer.Status, answer.Header, string(raw))
	}
	if g.document, err = openapi3.NewLoader().LoadFromData(raw); err != nil {
		t.Fatal(err)
	}
	if err := g.document.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g.router, err = gorillamux.NewRouter(g.document); err != nil {
		t.Fatal(err)
	}
	return g
}

// fetch gets an address, or a path below the landing page, and holds the answer to the document.
func (g *gis) fetch(t testing.TB, address, header string) (*http.Response, []byte) {
	t.Helper()
	if !strings.HasPrefix(address, "http") {
		address = g.root + address
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		request.Header.Add(name, value)
	}
	if g.as != "" {
		request.Header.Set("Authorization", "Bearer "+g.secrets[g.as])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read only
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	g.conforms(t, answer, body)
	return answer, body
}

func (g *gis) conforms(t testing.TB, answer *http.Response, body []byte) {
	t.Helper()
	asked := answer.Request.Clone(t.Context())
	if strings.HasSuffix(asked.URL.Path, "/ogc") {
		asked.URL.Path += "/"
	}
	route, values, err := g.router.FindRoute(asked)
	if err != nil {
		if answer.StatusCode < 400 {
			t.Errorf("%s: %v", answer.Request.URL, err)
		}
		return
	}
	if answer.Header.Get("Wangge-Edition") == "" && utf8.ValidString(asked.URL.Path) {
		t.Errorf("%s names no edition", answer.Request.URL)
	}
	input := &openapi3filter.RequestValidationInput{Request: asked, PathParams: values, Route: route}
	media := answer.Header.Get("Content-Type")
	input.Options = &openapi3filter.Options{
		IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeResponseBody: !strings.Contains(media, "json"),
	}
	if answer.StatusCode == http.StatusNotModified {
		return
	}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.StatusCode, Header: answer.Header, Body: io.NopCloser(bytes.NewReader(body)), Options: input.Options,
	})
	if err != nil {
		t.Errorf("%s is not as its document says: %v", answer.Request.URL, err)
	}
}

// read gets a JSON document with status 200.
func (g *gis) read(t testing.TB, address string, into any) *http.Response {
	t.Helper()
	answer, body := g.fetch(t, address, "Accept: application/json")
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", address, answer.Status, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return answer
}

// status gets the status of an answer alone.
func (g *gis) status(t testing.TB, address string) int {
	t.Helper()
	answer, _ := g.fetch(t, address, "")
	return answer.StatusCode
}

type ogcLink struct {
	Href, Rel, Type string
	Templated       bool
}

type ogcLinks []ogcLink

// one returns the link of a relation and a media type, "" for any.
func (l ogcLinks) one(t testing.TB, rel, media string) ogcLink {
	t.Helper()
	for _, one := range l {
		if one.Rel == rel && (media == "" || one.Type == media) {
			return one
		}
	}
	t.Fatalf("no link %s %s in %v", rel, media, l)
	return ogcLink{}
}

func (l ogcLinks) has(rel string) bool {
	return slices.ContainsFunc(l, func(one ogcLink) bool { return one.Rel == rel })
}

type ogcCollection struct {
	ID, Title, Description string
	Extent                 json.RawMessage
	CRS                    []string
	StorageCRS             string
	Links                  ogcLinks
}

type ogcItems struct {
	Type           string
	TimeStamp      time.Time
	NumberReturned *int
	NumberMatched  *int
	Links          ogcLinks
	Features       []ogcFeature
}

type ogcFeature struct {
	Type, ID   string
	Geometry   ogcGeometry
	Properties map[string]any
	Links      ogcLinks
}

type ogcGeometry struct {
	Type        string
	Coordinates json.RawMessage
}

// positions returns all positions of a geometry, whatever its type.
func (g ogcGeometry) positions(t testing.TB) [][2]float64 {
	t.Helper()
	var value any
	if err := json.Unmarshal(g.Coordinates, &value); err != nil {
		t.Fatal(err)
	}
	var list [][2]float64
	var walk func(any)
	walk = func(v any) {
		all, _ := v.([]any)
		if x, ok := all[0].(float64); ok {
			y, _ := all[1].(float64)
			list = append(list, [2]float64{x, y})
			return
		}
		for _, one := range all {
			walk(one)
		}
	}
	walk(value)
	return list
}

func (i ogcItems) ids() string {
	var ids []string
	for _, f := range i.Features {
		ids = append(ids, f.ID)
	}
	return strings.Join(ids, " ")
}

// items gets features of a collection.
func (g *gis) items(t testing.TB, collection string, parameters url.Values) ogcItems {
	t.Helper()
	var items ogcItems
	g.read(t, "/collections/"+collection+"/items?"+parameters.Encode(), &items)
	if items.Type != "FeatureCollection" || items.NumberReturned == nil || *items.NumberReturned != len(items.Features) || items.TimeStamp.IsZero() {
		t.Fatalf("%s %v: %+v", collection, parameters, items)
	}
	return items
}

// all follows the links next to the end.
func (g *gis) all(t testing.TB, collection string, parameters url.Values) ogcItems {
	t.Helper()
	all := g.items(t, collection, parameters)
	for page := all; page.Links.has("next"); {
		var next ogcItems
		g.read(t, page.Links.one(t, "next", "application/geo+json").Href, &next)
		if len(next.Features) == 0 {
			t.Fatal("a page that there need not be")
		}
		all.Features = append(all.Features, next.Features...)
		page = next
	}
	return all
}

// collectionsOf gets the collections that the client sees.
func (g *gis) collectionsOf(t testing.TB) []ogcCollection {
	t.Helper()
	var document struct {
		Links       ogcLinks
		Collections []ogcCollection
	}
	g.read(t, "/collections", &document)
	return document.Collections
}

func degreesBox(x, y, width, height float64) string {
	west, south := at(x, y)
	east, north := at(x+width, y+height)
	return fmt.Sprintf("%.7f,%.7f,%.7f,%.7f", west, south, east, north)
}
