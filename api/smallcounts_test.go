package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBR64Anybody: nothing that anybody is answered tells how much there is of what is not public, not even whether there is any. Every
// route that is read is asked by nobody before and after such things are stored, and says the same.
func TestBR64Anybody(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "administrator", "")
	spot := geometry("Point", [2]float64{0.5, 0.5})
	area := geometry("Polygon", [2]float64{0.2, 0.2}, [2]float64{0.8, 0.2}, [2]float64{0.8, 0.8}, [2]float64{0.2, 0.2})
	place := func(code, kind, shape, public, detail string) string {
		return `{"code":"` + code + `","kind":"` + kind + `","name":"水秀","source":"普查","public":` + public + `,"geometry":` + shape + `,"crs":"wgs84","detail":{` + detail + `}}`
	}
	store := func(target, body string) {
		t.Helper()
		if made := s.do(t, exchange{method: http.MethodPost, target: target, header: asJSON, as: "planner", body: body}); made.StatusCode != http.StatusCreated {
			text, _ := io.ReadAll(made.Body)
			t.Fatalf("POST %s: %s\n%s", target, made.Status, text)
		}
	}
	const shelter, zone = `"shelter_level":"city","host_kind":"school"`, `"zone_kind":"flood","risk_level":"red"`
	store("/v1/places", place("shelter", "shelter", spot, "true", shelter)) // public, so that lists are not empty

	asked := publicQuestions(t, s)
	before := answers(t, s, asked)
	for _, code := range []string{"secret-1", "secret-2", "secret-3"} {
		store("/v1/places", hazard(0.5, 0.5, `,"code":"`+code+`"`))
		store("/v1/incidents", `{"kind":"gas","source":"patrol","title":"水秀","reported_at":"2026-11-22T09:00:00+08:00","crs":"wgs84","geometry":`+spot+`}`)
	}
	store("/v1/places", place("secret-shelter", "shelter", spot, "false", shelter))
	store("/v1/places", place("secret-zone", "danger_zone", area, "true", zone))
	store("/v1/plans", `{"title":"水秀","reason":"other","counties":["`+binhu+`"]}`)
	if diff := cmp.Diff(before, answers(t, s, asked)); diff != "" {
		t.Errorf("anybody is answered otherwise (-before +after):\n%s", diff)
	}
	answered := 0
	for _, answer := range before {
		if strings.HasPrefix(answer, "200") {
			answered++
		}
	}
	if answered < len(asked)/4 {
		t.Errorf("of %d questions only %d are answered: they prove nothing", len(asked), answered)
	}
}

// notAsked are routes that change by themselves, and why they tell nothing.
var notAsked = map[string]string{
	"/v1/events": "a stream; cut to what concerns the caller, as its tests hold",
	"/metrics":   "for who runs the server: sums of everything, of no area",
	"/readyz":    "of the server, not of the city",
}

// publicQuestions are all paths that are read, by the documents of the interfaces, with values for their parameters.
func publicQuestions(t *testing.T, s *server) []string {
	t.Helper()
	values := map[string][]string{
		"code": {lake + "001", lake, binhu, "secret-1", "secret-shelter", "shelter", "320211-20261122-000001", "320211-2026-001"}, "division": {city, binhu, lake},
		"county": {binhu}, "number": {"1"}, "version": {"1"}, "id": {"1"}, "slug": {"not-found"}, "name": {"light"},
		"tileset": {"grids", "reference", "places", "incidents", "plan-320211-2026-001"}, "featureId": {lake + "001", "secret-1", "shelter"}, "tileMatrixSet": {"WebMercatorQuad"},
		"collection": {"base", "shelters", "hazards", "incidents"}, "format": {"geojson", "csv"},
	}
	queries := map[string][]string{
		"/v1/locate": {"?lon=120.305&lat=31.505", "?lon=120.305&lat=31.505&radius_m=50"}, "/v1/locate/all": {"?lon=120.305&lat=31.505"}, "/v1/search": {"?q=水秀"},
		"/v1/places": {"", "?kind=shelter", "?kind=hazard"}, "/v1/items": {"", "?county=" + binhu},
	}
	var asked []string
	for root, document := range map[string]string{"": "/openapi.json", "/ogc": "/ogc/api"} {
		var api struct {
			Paths map[string]map[string]any `json:"paths"`
		}
		if err := json.Unmarshal([]byte(body(t, s, exchange{target: document})), &api); err != nil {
			t.Fatal(err)
		}
		for path, methods := range api.Paths {
			if methods["get"] == nil || notAsked[root+path] != "" {
				continue
			}
			full := strings.TrimSuffix(root+path, "/")
			ends := queries[full]
			if root != "" && !strings.Contains(full, "{tileRow}") {
				ends = []string{"?f=json", "?f=html"}
			}
			if ends == nil {
				ends = []string{""}
			}
			for _, target := range filled(full, values) {
				for _, end := range ends {
					asked = append(asked, target+end)
				}
			}
		}
	}
	slices.Sort(asked)
	return asked
}

var pathParam = regexp.MustCompile(`\{(\w+)\}`)

// filled puts every value in for every parameter; tiles are those of the town, near and far.
func filled(path string, values map[string][]string) []string {
	paths := []string{path}
	for _, tile := range []string{"{z}/{x}/{y}", "{tileMatrix}/{tileRow}/{tileCol}"} {
		if head, tail, found := strings.Cut(path, tile); found {
			paths = []string{head + "0/0/0" + tail, head + "9/427/208" + tail}
			if strings.Contains(tile, "Row") {
				paths[1] = head + "9/208/427" + tail
			}
		}
	}
	for param := range values {
		var next []string
		for _, one := range paths {
			if !strings.Contains(one, "{"+param+"}") {
				next = append(next, one)
				continue
			}
			for _, value := range values[param] {
				next = append(next, strings.ReplaceAll(one, "{"+param+"}", value))
			}
		}
		paths = next
	}
	return paths
}

// moment is when an answer was made.
var moment = regexp.MustCompile(`"(?:timeStamp|at)": ?"[^"]*"`)

func answers(t *testing.T, s *server, asked []string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, target := range asked {
		if pathParam.MatchString(target) {
			t.Errorf("no value for %s", target)
			continue
		}
		answer := s.do(t, exchange{target: target})
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, header := range []string{"ETag", "OGC-NumberMatched", "Link", "Location"} {
			text = append(text, "\n"+header+": "+answer.Header.Get(header)...)
		}
		all[target] = answer.Status + "\n" + moment.ReplaceAllString(string(text), "")
	}
	return all
}
