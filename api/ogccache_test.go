package api_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestBR63OGCCaching: every answer says how long it may be kept and by whom; what a token is for nobody else keeps.
func TestBR63OGCCaching(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	public, private := "no-cache", "private, no-cache"
	tagged := "public, max-age=0, must-revalidate"
	for _, test := range []struct{ path, anybody, planner string }{
		{"", public, public},
		{"/conformance", public, public},
		{"/collections", public, private},
		{"/collections/base", public, public},
		{"/collections/base/items", tagged, tagged},
		{"/collections/shelters", public, private},
		{"/collections/shelters/items", public, private},
		{"/collections/shelters/queryables", public, private},
		{"/collections/hazards/items", "no-store", private},
		{"/collections/hazards/tiles", "no-store", private},
		{"/tiles", public, public},
	} {
		for as, want := range map[string]string{"": test.anybody, "planner": test.planner} {
			answer := s.do(t, exchange{target: "/ogc" + test.path, as: as})
			if got := answer.Header.Get("Cache-Control"); got != want {
				t.Errorf("%s as %q: %s, Cache-Control %q, want %q", test.path, as, answer.Status, got, want)
			}
			if vary := answer.Header.Get("Vary"); !strings.Contains(vary, "Authorization") {
				t.Errorf("%s: Vary %q", test.path, vary)
			}
		}
	}
}

// TestOGCTagOfAFilterThatIsNone: what cannot be answered has not stayed as it was, whatever the client says that it has.
func TestOGCTagOfAFilterThatIsNone(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	for _, filter := range []string{"colour = 'red'", "code = 1", "code ="} {
		answer := s.do(t, exchange{target: "/ogc/collections/base/items?filter=" + url.QueryEscape(filter), header: "If-None-Match: *\n"})
		if answer.StatusCode != http.StatusBadRequest || answer.Header.Get("ETag") != "" {
			t.Errorf("%s: %s, ETag %q", filter, answer.Status, answer.Header.Get("ETag"))
		}
	}
}

// TestOGCFormKeepsParameters: who asks again by the form of a page asks with all that stood in its address, but for the position.
func TestOGCFormKeepsParameters(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	const system = "http://www.opengis.net/def/crs/EPSG/0/4326"
	answer := s.do(t, exchange{target: "/ogc/collections/base/items?f=html&limit=1&kind=base&filter-lang=cql2-text&filter=" + url.QueryEscape("code <> '\"'") +
		"&crs=" + url.QueryEscape(system)})
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status, err, string(body))
	}
	for name, value := range map[string]string{"kind": "base", "filter-lang": "cql2-text", "crs": system, "f": "html"} {
		if field := `<input type="hidden" name="` + name + `" value="` + value + `">`; strings.Count(string(body), field) != 1 {
			t.Errorf("the page has no %s", field)
		}
	}
	blank := s.do(t, exchange{target: "/ogc/collections/base/items?f=html&limit=&bbox=&filter=&filter-lang=cql2-text"})
	if blank.StatusCode != http.StatusOK {
		t.Errorf("a form with nothing in it: %s", blank.Status)
	}
}

// TestOGCNextPageToLookAt: who turns the pages in a browser comes to the end, with the filter kept.
func TestOGCNextPageToLookAt(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	next := regexp.MustCompile(`<a rel="next" href="([^"]*)">`)
	target, pages := "/ogc/collections/base/items?f=html&limit=1&filter="+url.QueryEscape("kind = 'base'"), 0
	for ; target != "" && pages < 20; pages++ {
		answer := s.do(t, exchange{target: target})
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(body), "<h1") {
			t.Fatal(answer.Status, err, string(body))
		}
		target = ""
		if found := next.FindSubmatch(body); found != nil {
			at, err := url.Parse(html.UnescapeString(string(found[1])))
			if err != nil || at.Query().Get("filter") != "kind = 'base'" || at.Query().Get("f") != "html" {
				t.Fatalf("the next page is %s (%v)", found[1], err)
			}
			target = at.RequestURI()
		}
	}
	if pages < 2 || pages == 20 {
		t.Errorf("%d pages of one grid each", pages)
	}
}

// TestL5OGCTagsOfRegisters: who has a page of places or incidents reads none of them again until one has changed, whoever changes it, and
// another token has another page.
func TestL5OGCTagsOfRegisters(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	tag := func(target, as, had string) (string, int) {
		t.Helper()
		e := exchange{target: "/ogc/collections/" + target, as: as}
		if had != "" {
			e.header = "If-None-Match: " + had + "\n"
		}
		answer := s.do(t, e)
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode == http.StatusNotModified && len(body) > 0 || !strings.HasPrefix(answer.Header.Get("ETag"), `W/"`) {
			t.Fatalf("%s: %s, ETag %q, %d bytes, %v", target, answer.Status, answer.Header.Get("ETag"), len(body), err)
		}
		return answer.Header.Get("ETag"), answer.StatusCode
	}
	near, far := "bbox="+degreesBox(0, 0, 0.9, 0.9), "bbox="+degreesBox(40, 40, 1, 1)
	targets := []string{
		"hazards/items", "hazards/items?" + near, "hazards/items?limit=1", "hazards/items?f=html", "hazards/items?filter=level%3D%27general%27", "shelters/items",
		"incidents/items", "incidents/items?" + near, "hazards/items/320211-HZ-00000001", "hazards/items?" + far,
	}
	had, seen := map[string]string{}, map[string]string{}
	for _, target := range targets {
		for _, as := range []string{"planner", "bridge", ""} {
			if as == "" && !strings.HasPrefix(target, "shelters") || as == "bridge" && strings.Contains(target, "HZ-") {
				continue
			}
			got, status := tag(target, as, "")
			if key := as + " " + target; status != http.StatusOK || seen[got] != "" {
				t.Errorf("%s: %d, the tag of %q", key, status, seen[got])
			} else {
				seen[got], had[key] = key, got
			}
			if _, status := tag(target, as, got); status != http.StatusNotModified {
				t.Errorf("%s as %q again: %d", target, as, status)
			}
		}
	}
	s.create(t, "/v1/places", hazard(0.3, 0.5, ""))
	for key, was := range had {
		as, target, _ := strings.Cut(key, " ")
		want := http.StatusNotModified
		if strings.HasPrefix(target, "hazards/items") && !strings.Contains(target, "HZ-") && target != "hazards/items?"+far || strings.HasPrefix(target, "shelters") && as != "" {
			want = http.StatusOK // all places are counted together, and anybody is told only of what they see
		}
		if _, status := tag(target, as, was); status != want {
			t.Errorf("%s after a write: %d, want %d", key, status, want)
		}
	}
	patch := exchange{method: http.MethodPatch, target: "/v1/places/320211-HZ-00000001", header: "Content-Type: application/json\nIf-Match: \"1\"\n", as: "planner", body: `{"name":"已清理"}`}
	if answer := s.do(t, patch); answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status)
	}
	if _, status := tag("hazards/items/320211-HZ-00000001", "planner", had["planner hazards/items/320211-HZ-00000001"]); status != http.StatusOK {
		t.Errorf("a changed feature: %d", status)
	}
}
