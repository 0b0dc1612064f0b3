package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var (
	han     = regexp.MustCompile(`\p{Han}`)
	letters = regexp.MustCompile(`\pL`)
)

// TestOGCLanguage: every text for people is in one language, that of lang or else of Accept-Language, Chinese without either; names of
// properties and codes are the same in both.
func TestOGCLanguage(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	for _, path := range []string{
		"", "/conformance", "/api", "/collections", "/collections/base", "/collections/hazards", "/collections/base/schema", "/collections/hazards/schema",
		"/collections/incidents/queryables", "/collections/base/tiles", "/collections/base/tiles/WebMercatorQuad", "/tiles", "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad",
	} {
		for _, language := range []string{"zh", "en"} {
			body := s.language(t, path+"?f=json&lang="+language, "", language)
			var document any
			if err := json.Unmarshal(body, &document); err != nil {
				t.Fatal(path, err)
			}
			eachText(document, "", func(at, text string) {
				if isChinese := han.MatchString(text); isChinese != (language == "zh") && letters.MatchString(text) {
					t.Errorf("%s in %s: %s is %q", path, language, at, text)
				}
			})
			page := string(s.language(t, path+"?f=html&lang="+language, "", language))
			shown := strings.ReplaceAll(page, "中文", "") // the link to the other language
			if isChinese := han.MatchString(shown); isChinese != (language == "zh") || !strings.Contains(page, `hreflang="`+map[string]string{"zh": "en", "en": "zh-CN"}[language]) {
				t.Errorf("the page of %s in %s: %q", path, language, han.FindString(shown))
			}
		}
	}
}

// eachText calls say with the titles, descriptions and summaries of a document.
func eachText(document any, at string, say func(at, text string)) {
	switch v := document.(type) {
	case map[string]any:
		for name, one := range v {
			text, isText := one.(string)
			if isText && (name == "title" || name == "description" || name == "summary") && !(name == "title" && text == "Wangge") {
				say(at+"."+name, text)
			}
			eachText(one, at+"."+name, say)
		}
	case []any:
		for i, one := range v {
			eachText(one, fmt.Sprint(at, i), say)
		}
	}
}

// language gets an address below /ogc, which must be in a language.
func (s *server) language(t *testing.T, address, accept, want string) []byte {
	t.Helper()
	exchange := exchange{target: "/ogc" + address, as: "planner"}
	if accept != "" {
		exchange.header = "Accept-Language: " + accept + "\n"
	}
	answer := s.do(t, exchange)
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v %s", address, answer.Status, err, body)
	}
	named := map[string]string{"zh": "zh-CN", "en": "en"}[want]
	if got := answer.Header.Get("Content-Language"); got != named || !strings.Contains(answer.Header.Get("Vary"), "Accept-Language") {
		t.Errorf("%s with %q is in %q, want %q; Vary %q", address, accept, got, named, answer.Header.Get("Vary"))
	}
	return body
}

func TestOGCAcceptLanguage(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	for accept, want := range map[string]string{
		"": "zh", "zh-CN,zh;q=0.9,en;q=0.8": "zh", "en-GB,en;q=0.9": "en", "en;q=0.5, zh;q=0.4": "en", "de": "zh", "*": "zh", "fr, en;q=0.3": "en",
		"zh;q=0, *": "en", "en;q=x": "en", "EN-us": "en", ",;q=,": "zh",
	} {
		s.language(t, "/collections/base?f=json", accept, want)
	}
	body := s.language(t, "/collections/base?lang=zh", "en", "zh")
	if !strings.Contains(string(body), "lang=zh") {
		t.Errorf("the language that was asked for is lost in the links: %s", body)
	}
	if body := s.language(t, "/collections/base", "en", "en"); strings.Contains(string(body), "lang=") {
		t.Errorf("links fix a language that nobody asked for: %s", body)
	}
	if answer := s.do(t, exchange{target: "/ogc?lang=fr"}); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("lang=fr: %s", answer.Status)
	}
	tags := map[string]bool{}
	for _, accept := range []string{"zh", "en"} {
		answer := s.do(t, exchange{target: "/ogc/collections/base/items?limit=1", header: "Accept-Language: " + accept + "\n"})
		tags[answer.Header.Get("ETag")] = true
	}
	if len(tags) != 2 || tags[""] {
		t.Errorf("tags %v: want one for each language", tags)
	}
}

// TestOGCNamesOfValues: a page shows what codes mean, data keep the codes.
func TestOGCNamesOfValues(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	for language, want := range map[string][]string{
		"zh": {`<td title="base">基础网格</td>`, "<th>类别 <small>kind</small></th>", "<td>是</td>"},
		"en": {`<td title="base">base grid</td>`, "<th>kind <small>kind</small></th>", "<td>yes</td>"},
	} {
		page := string(s.language(t, "/collections/base/items?f=html&limit=1&lang="+language, "", language))
		for _, part := range want {
			if !strings.Contains(page, part) {
				t.Errorf("the page in %s has no %s", language, part)
			}
		}
		if data := string(s.language(t, "/collections/base/items?f=json&limit=1&lang="+language, "", language)); !strings.Contains(data, `"kind":"base"`) {
			t.Errorf("the data in %s: %s", language, data)
		}
	}
	var schema struct {
		Properties map[string]struct {
			Title string
			Enum  []string
			OneOf []struct{ Const, Title string }
		}
	}
	if err := json.Unmarshal(s.language(t, "/collections/hazards/schema?lang=en", "", "en"), &schema); err != nil {
		t.Fatal(err)
	}
	level := schema.Properties["level"]
	if level.Title != "level" || len(level.Enum) == 0 || len(level.OneOf) != len(level.Enum) || level.OneOf[0].Const != level.Enum[0] || level.OneOf[0].Title == "" {
		t.Errorf("level is %+v", level)
	}
}
