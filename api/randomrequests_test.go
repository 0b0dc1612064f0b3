package api_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// requestsEach is how many random requests are made of each operation.
const requestsEach = 24

// TestRandomRequests makes random requests of every GET operation that the OpenAPI documents have, with parameters as the document wants them,
// as it does not, and as nobody expects them: none is answered with 5xx, and every refusal is a problem document.
func TestRandomRequests(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planners(t, s)
	for _, e := range []exchange{
		{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "city", body: hazard(0.5, 0.5, `,"code":"h1"`)},
		{method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan},
	} {
		if answer := s.do(t, e); answer.StatusCode >= 300 {
			t.Fatal(answer.Status)
		}
	}
	s.refreshSearch(t)
	asked, answered := 0, map[int]int{}
	for _, address := range []string{"/openapi.json", "/ogc/api"} {
		doc, root := s.readDocument(t, address)
		for path, item := range doc.Paths.Map() {
			if item.Get == nil || path == "/v1/events" { // which does not end
				continue
			}
			t.Run(strings.Trim(strings.NewReplacer("/", "_", "{", "", "}", "").Replace(root+path), "_"), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(5, uint64(len(path))))
				for range requestsEach {
					r := randomRequest{rng: rng, plan: planCode(t, 1)}
					target := root + r.target(path, append(slices.Clone(item.Parameters), item.Get.Parameters...))
					asked++
					answered[s.noFault(t, rng, target)/100]++
				}
			})
		}
	}
	if asked < 1000 || answered[2] < asked/10 || answered[4] < asked/10 {
		t.Errorf("%d requests were answered %v by hundreds: the test asks too little, or too much amiss", asked, answered)
	}
}

// readDocument returns an OpenAPI document and what its paths begin with.
func (s *server) readDocument(t *testing.T, address string) (doc *openapi3.T, root string) {
	t.Helper()
	raw, err := io.ReadAll(s.do(t, exchange{target: address, header: "Accept: application/vnd.oai.openapi+json;version=3.0\n"}).Body)
	if err != nil {
		t.Fatal(err)
	}
	if doc, err = openapi3.NewLoader().LoadFromData(raw); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	if len(doc.Servers) > 0 {
		if u, err := url.Parse(doc.Servers[0].URL); err == nil {
			root = strings.TrimRight(u.Path, "/")
		}
	}
	return doc, root
}

// noFault asks as somebody, or nobody, and returns the status.
func (s *server) noFault(t *testing.T, rng *rand.Rand, target string) int {
	t.Helper()
	who := []string{"", "reader", "planner", "elsewhere", "city", "unknown"}
	e := exchange{target: target, as: who[rng.IntN(len(who))]}
	if rng.IntN(8) == 0 {
		e.method = http.MethodHead
	}
	answer := s.do(t, e)
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Errorf("%s: %v", target, err)
	}
	kind := answer.Header.Get("Content-Type")
	switch {
	case answer.StatusCode >= 500:
		t.Errorf("%s as %q: %s", target, e.as, answer.Status)
	case answer.StatusCode >= 400 && kind != "application/problem+json" && !strings.HasPrefix(kind, "text/html"):
		t.Errorf("%s as %q: %s is a %q", target, e.as, answer.Status, kind)
	}
	return answer.StatusCode
}

// randomRequest draws the parameters of a request.
type randomRequest struct {
	rng  *rand.Rand
	plan string
}

// oneOf returns one of the texts.
func (r *randomRequest) oneOf(texts ...string) string { return texts[r.rng.IntN(len(texts))] }

// target fills in a path and its query.
func (r *randomRequest) target(path string, parameters openapi3.Parameters) string {
	var query []string
	amiss := r.rng.IntN(3) == 0 // otherwise as the document wants it
	for _, ref := range parameters {
		p := ref.Value
		value := r.known(p)
		if amiss && r.rng.IntN(3) == 0 {
			value = r.junk()
		}
		switch {
		case p.In == openapi3.ParameterInPath:
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case p.In == openapi3.ParameterInQuery && (p.Required || r.rng.IntN(3) == 0):
			query = append(query, url.QueryEscape(p.Name)+"="+url.QueryEscape(value))
			if amiss && r.rng.IntN(10) == 0 {
				query = append(query, query[len(query)-1])
			}
		}
	}
	if amiss && r.rng.IntN(6) == 0 {
		query = append(query, r.oneOf("x=1", "%zz", "a;b", "=", "&&", "limit", "bbox=%00", url.QueryEscape(r.junk())))
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + strings.Join(query, "&")
}

// known returns a value that the parameter may have, often one that names something.
func (r *randomRequest) known(p *openapi3.Parameter) string {
	named := map[string][]string{
		"county": {binhu, liangxi, street}, "division": {binhu, lake, city, bridge}, "plan": {r.plan}, "number": {"1", "2"}, "from": {"1"}, "to": {"1", "2"},
		"code": {lake, binhu, lake + "001", "h1", "0001", r.plan}, "tileset": {"grids", "reference", "places", "incidents", "difference", "plan-" + r.plan},
		"collection": {"base", "divisions", "hazards", "incidents"}, "collectionId": {"base", "divisions", "hazards", "incidents"},
		"featureId": {lake + "001", lake, "h1"}, "id": {"1", "2"}, "version": {"1"}, "z": {"0", "14", "16"}, "x": {"0", "13667"}, "y": {"0", "6680"},
		"tileMatrix": {"0", "14"}, "tileRow": {"0", "6680"}, "tileCol": {"0", "13667"}, "tileMatrixSetId": {"WebMercatorQuad"},
		"bbox": {"120.3,31.5,120.31,31.51", "170,-10,-170,10", "0,0,0,0"}, "as_of": {"2099-01-01", "2026-11-22T00:00:00Z", "1999-12-31"},
		"datetime": {"2026-01-01T00:00:00Z/..", "2020-01-01T00:00:00Z"}, "filter": {"code LIKE '3202%'", "S_INTERSECTS(geometry, POINT(120.3 31.5))", "name IS NULL OR area_m2 > 5"},
		"lon": {"120.301"}, "lat": {"31.501"}, "q": {"水秀", "a b"}, "crs": {"wgs84", "gcj02", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}, "f": {"json", "html", "geojson"},
	}
	if values := named[p.Name]; values != nil && r.rng.IntN(4) > 0 {
		return r.oneOf(values...)
	}
	return r.bySchema(p.Schema)
}

func (r *randomRequest) bySchema(ref *openapi3.SchemaRef) string {
	if ref == nil || ref.Value == nil {
		return "1"
	}
	schema := ref.Value
	switch {
	case len(schema.Enum) > 0:
		return fmt.Sprint(schema.Enum[r.rng.IntN(len(schema.Enum))])
	case schema.Type.Is("boolean"):
		return r.oneOf("true", "false")
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		low, high := 0.0, 100.0
		if schema.Min != nil {
			low = *schema.Min
		}
		if high = max(high, low); schema.Max != nil {
			high = *schema.Max
		}
		v := low + r.rng.Float64()*(min(high, low+1000)-low)
		if schema.Type.Is("number") {
			return strconv.FormatFloat(v, 'f', 3, 64)
		}
		return strconv.Itoa(int(v))
	case schema.Type.Is("array"):
		n := int(max(schema.MinItems, 1))
		items := make([]string, n)
		for i := range items {
			items[i] = r.bySchema(schema.Items)
		}
		return strings.Join(items, ",")
	case schema.Format == "date-time":
		return r.oneOf("2026-01-01T00:00:00Z", "2026-06-30T12:00:00+08:00")
	case schema.Format == "date":
		return "2026-01-01"
	}
	return r.oneOf("320211", "abc", "水秀", "active", "1")
}

// junk is what nobody expects.
func (r *randomRequest) junk() string {
	return r.oneOf(
		"", " ", "-1", "0", "1e999", "NaN", "Infinity", "9223372036854775808", "99999999999999999999", "unlimited", "null", "true", "\x00", "\xff\xfe", "%", "..", "../../etc/passwd",
		"'; DROP TABLE grid; --", "1 OR 1=1", "((((((((((", strings.Repeat("(", 5000), strings.Repeat("9", 400), strings.Repeat("水", 3000), "<script>", "a/b/c", "1,2,3", "1,2,3,4,5,6,7",
		"NaN,NaN,NaN,NaN", "180,90,-180,-90", "-999,-999,999,999", "2026-13-99", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "plan-", "plan-x", "\u202e", "💥", "{z}", "NOT NOT NOT name = 'x'",
		"S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))", "name LIKE '%%%%%%%%%%%%%%%%%%%%%_'", "A_CONTAINS(a, (1,2))", "WGS84", "http://www.opengis.net/def/crs/EPSG/0/4490",
	)
}
