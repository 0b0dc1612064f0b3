package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestMeshClean cleans small layers: each answer is told in full.
func TestMeshClean(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", binhu)
	s.secrets["dispatcher"] = token(t, s.store, "dispatcher", "")
	const (
		west    = `{"type":"Feature","id":"west","properties":{"name":"西"},"geometry":{"type":"Polygon","coordinates":[[[120,31],[120.001,31],[120.001,31.002],[120,31.002],[120,31]]]}}`
		south   = `{"type":"Feature","id":7,"properties":null,"geometry":{"type":"Polygon","coordinates":[[[120.000999,31],[120.002,31],[120.002,31.00001],[120.000999,31.00001],[120.000999,31]]]}}`
		north   = `{"type":"Feature","properties":{},"geometry":{"type":"MultiPolygon","coordinates":[[[[120.001,31.00001],[120.002,31.00001],[120.002,31.002],[120.001,31.002],[120.001,31.00001]]]]}}`
		outline = `{"type":"Polygon","coordinates":[[[120,31],[120.002,31],[120.002,31.002],[120,31.002],[120,31]]]}`
		bowtie  = `{"type":"Feature","id":"b","properties":{},"geometry":{"type":"Polygon","coordinates":[[[120,31],[120.001,31.001],[120.001,31],[120,31.001],[120,31]]]}}`
	)
	layer := func(more string, features ...string) string {
		return `{"type":"FeatureCollection",` + more + `"features":[` + strings.Join(features, ",") + `]}`
	}
	const asGeoJSON = "Content-Type: application/geo+json\n"
	post := func(name, body string) exchange {
		return exchange{name: name, method: http.MethodPost, target: "/v1/mesh/clean", header: asGeoJSON, as: "planner", body: body}
	}
	for _, e := range []exchange{
		post("within an outline", layer(`"crs":"wgs84","outline":`+outline+`,`, west, south, north)),
		post("among themselves", layer(`"crs":"cgcs2000",`, west, south, north)),
		post("above the tolerances", layer(`"crs":"wgs84","area_m2":0.01,"width_m":0.01,"outline":`+outline+`,`, west, south, north)),
		post("without a crs", layer("", west)),
		post("with an old crs member", layer(`"crs":{"type":"name"},`, west)),
		post("an area that is not valid", layer(`"crs":"wgs84",`, west, bowtie)),
		post("an outline that is no area", layer(`"crs":"wgs84","outline":{"type":"Point","coordinates":[120,31]},`, west)),
		post("a tolerance below zero", layer(`"crs":"wgs84","area_m2":-1,`, west)),
		post("no features", layer(`"crs":"wgs84",`)),
		post("not a collection", west),
		{name: "as a dispatcher", method: http.MethodPost, target: "/v1/mesh/clean", header: asGeoJSON, as: "dispatcher", body: layer(`"crs":"wgs84",`, west)},
		{name: "as nobody", method: http.MethodPost, target: "/v1/mesh/clean", header: asGeoJSON, body: layer(`"crs":"wgs84",`, west)},
		{name: "as text", method: http.MethodPost, target: "/v1/mesh/clean", header: "Content-Type: text/plain\n", as: "planner", body: layer(`"crs":"wgs84",`, west)},
	} {
		s.check(t, e)
	}
	many := strings.Repeat(west+",", 20_000) + west
	if answer := s.do(t, post("", layer(`"crs":"wgs84",`, many))); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("20,001 features: %s", answer.Status)
	}
	// Not over a connection: a server that does not read on resets it, perhaps before the client has seen the answer.
	long := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/mesh/clean", strings.NewReader(strings.Repeat(" ", 33<<20)))
	long.Header.Set("Content-Type", "application/geo+json")
	long.Header.Set("Authorization", "Bearer "+s.secrets["planner"])
	answer := httptest.NewRecorder()
	if s.Config.Handler.ServeHTTP(answer, long); answer.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("33 MiB: %d", answer.Code)
	}
}
