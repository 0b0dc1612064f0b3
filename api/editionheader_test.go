package api_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/yaml"
)

// ofNoEdition are the paths whose answers depend on no grids.
var ofNoEdition = []string{"/v1/codes", "/openapi.json", "/problems/", "/healthz", "/readyz", "/metrics", "/v1/mesh/clean", "/basemap"}

// TestL5EveryAnswerNamesItsEdition asks every path of the document, with every method: whatever is answered, a refusal too, names the
// editions that it is of, and none is answered that is older than Wangge-Min-Edition asks for.
func TestL5EveryAnswerNamesItsEdition(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["city"] = token(t, s.store, "administrator", "")
	source, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := yaml.YAMLToJSON(source)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("{county}", binhu, "{division}", binhu, "{tileset}", "grids", "{z}", "0", "{x}", "0", "{y}", "0",
		"{number}", "1", "{version}", "1", "{id}", "1", "{code}", lake+"001", "{slug}", "conflict")
	asked := 0
	var waiting sync.WaitGroup
	defer waiting.Wait()
	for path, item := range doc.Paths.Map() {
		if hasPrefix(path, ofNoEdition) {
			continue
		}
		for method := range item.Operations() {
			if path == "/v1/events" { // which has no end
				method = http.MethodHead
			}
			e := exchange{method: method, target: fill.Replace(path), as: "city"}
			if method != http.MethodGet && method != http.MethodHead {
				e.header, e.body = asJSON, "{}"
			}
			answer := s.do(t, e)
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(answer.Header.Get("Wangge-Edition"), binhu+"=1") {
				t.Errorf("%s %s: %s %s names the editions %q", method, path, answer.Status, body, answer.Header.Get("Wangge-Edition"))
			}
			asked++
			e.header += "Wangge-Min-Edition: " + liangxi + "=7\n"
			waiting.Go(func() { // each for its second
				answer := s.do(t, e)
				if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
					t.Errorf("%s %s: %s, though edition 7 is not there yet", method, path, answer.Status)
				}
			})
		}
	}
	if asked < 40 {
		t.Errorf("asked %d questions", asked)
	}
}

func hasPrefix(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}
