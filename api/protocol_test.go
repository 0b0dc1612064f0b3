package api_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/web"
)

func TestProtocol(t *testing.T) {
	t.Parallel()
	s := serve(t, func(c *api.Config) {
		c.Page = fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}, "assets/index-1a2b.js": {Data: []byte("1")}}
	})
	preflight := "Origin: https://map.example\nAccess-Control-Request-Method: POST\nAccess-Control-Request-Headers: content-type\n"
	s.all(t, []exchange{
		{name: "health", target: "/healthz"},
		{name: "ready", target: "/readyz"},
		{name: "page", target: "/"},
		{name: "asset of the page", target: "/assets/index-1a2b.js"},
		{name: "folder of the page", target: "/assets"},
		{name: "unknown path", target: "/v2/locate"},
		{name: "path upwards", target: "/../../etc/passwd"},
		{name: "problem page", target: "/problems/no-service"},
		{name: "problem page unknown", target: "/problems/none"},
		{name: "method of locate", method: http.MethodDelete, target: "/v1/locate"},
		{name: "method of grids", method: http.MethodPost, target: "/v1/grids"},
		{name: "method of a place", method: http.MethodPut, target: "/v1/places/x"},
		{name: "method made up", method: "BREW", target: "/v1/codes"},
		{name: "preflight", method: http.MethodOptions, target: "/v1/locate", header: preflight},
		{name: "preflight of what is not public", method: http.MethodOptions, target: "/v1/places", header: preflight},
		{name: "min edition reached", target: "/v1/grids?limit=1&kind=dedicated", header: "Wangge-Min-Edition: " + binhu + "=1\n"},
		{name: "min edition of two counties", target: "/v1/divisions?level=city", header: "Wangge-Min-Edition: " + binhu + "=1, " + liangxi + "=1\n"},
		{name: "min edition not reached", target: "/v1/divisions?level=city", header: "Wangge-Min-Edition: " + binhu + "=2\n"},
		{name: "min edition of an unknown county", target: "/v1/divisions?level=city", header: "Wangge-Min-Edition: 1=1\n"},
		{name: "min edition malformed", target: "/v1/divisions?level=city", header: "Wangge-Min-Edition: 7\n"},
	})
}

// TestPageIsPacked: the page's files come gzipped where the client takes that, under a tag of their own.
func TestPageIsPacked(t *testing.T) {
	t.Parallel()
	script := strings.Repeat("const a = 1;\n", 1000)
	s := serve(t, func(c *api.Config) {
		c.Page = fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}, "assets/a.js": {Data: []byte(script)}, "assets/a.png": {Data: []byte(script)}}
	})
	get := func(target, header string) (*http.Response, string) {
		answer := s.do(t, exchange{target: target, header: header})
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, string(body)
	}
	packed, body := get("/assets/a.js", "Accept-Encoding: gzip\n")
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(z); err != nil || string(raw) != script {
		t.Errorf("gzip gives other bytes (%v)", err)
	}
	h := packed.Header
	if h.Get("Content-Encoding") != "gzip" || h.Get("Content-Type") != "text/javascript; charset=utf-8" || h.Get("ETag") == "" ||
		!strings.Contains(h.Get("Vary"), "Accept-Encoding") || !strings.Contains(h.Get("Cache-Control"), "immutable") || packed.ContentLength != int64(len(body)) {
		t.Errorf("got the headers %v", h)
	}
	if again, body := get("/assets/a.js", "Accept-Encoding: gzip\nIf-None-Match: "+h.Get("ETag")+"\n"); again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("with its tag: got %s", again.Status)
	}
	for _, e := range [][2]string{{"/assets/a.js", ""}, {"/assets/a.js", "Accept-Encoding: gzip;q=0, br\n"}, {"/assets/a.png", "Accept-Encoding: gzip\n"}} {
		if plain, body := get(e[0], e[1]); plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("ETag") == h.Get("ETag") || body != script {
			t.Errorf("%v: got %v", e, plain.Header)
		}
	}
}

// TestFirstLoad: the built page comes in at most 200 kB.
func TestFirstLoad(t *testing.T) {
	t.Parallel()
	if !web.Built() {
		t.Skip("the page is not built: make build builds it")
	}
	s := serve(t, func(c *api.Config) { c.Page = web.Files() })
	const most = 200_000
	sum := 0
	get := func(target string) string {
		body, err := io.ReadAll(s.do(t, exchange{target: target, header: "Accept-Encoding: gzip\n"}).Body)
		if err != nil {
			t.Fatal(err)
		}
		sum += len(body)
		return string(body)
	}
	index, err := fs.ReadFile(web.Files(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	get("/")
	for _, m := range regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllSubmatch(index, -1) {
		get(string(m[1]))
	}
	if sum > most {
		t.Errorf("the first load is %d bytes, want at most %d", sum, most)
	}
	t.Logf("the first load is %d bytes", sum)
}

func TestEveryGetTakesHead(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["reader"] = token(t, s.store, "reader", "")
	for _, target := range []string{
		where(0.5, 0.5), "/v1/divisions", "/v1/divisions/" + binhu, "/v1/grids", "/v1/grids/" + lake + "001", "/v1/workers", "/v1/organizations", "/v1/codes", "/v1/session",
		"/v1/coverage/" + binhu, "/v1/plans", "/v1/editions?county=" + binhu, "/v1/editions/" + binhu + "/1", "/v1/grids/" + lake + "001/history",
		"/v1/divisions/" + lake + "/history", "/v1/places", "/v1/incidents", "/tiles/grids.json", "/tiles/grids/0/0/0.mvt", "/openapi.json",
		"/problems/invalid", "/healthz", "/readyz", "/metrics",
	} {
		get := s.do(t, exchange{target: target, as: "reader"})
		head := s.do(t, exchange{method: http.MethodHead, target: target, as: "reader"})
		body, err := io.ReadAll(head.Body)
		if err != nil || len(body) > 0 {
			t.Errorf("HEAD %s has the body %q (%v)", target, body, err)
		}
		for _, name := range []string{"Content-Type", "ETag", "Wangge-Edition"} {
			if g, h := get.Header.Get(name), head.Header.Get(name); g != h {
				t.Errorf("%s: %s is %q with GET, %q with HEAD", target, name, g, h)
			}
		}
		if head.StatusCode != get.StatusCode || get.StatusCode > 204 {
			t.Errorf("%s: GET %s, HEAD %s", target, get.Status, head.Status)
		}
	}
}

// TestMinEditionArrives asks for an edition that is imported while the request waits.
func TestMinEditionArrives(t *testing.T) {
	t.Parallel()
	s := serve(t)
	go func() {
		time.Sleep(150 * time.Millisecond)
		if err := addCounty(t.Context(), s.store); err != nil {
			t.Error(err)
		}
	}()
	answer := s.do(t, exchange{target: "/v1/divisions?level=city", header: "Wangge-Min-Edition: " + newCounty + "=1\n"})
	if want := binhu + "=1," + liangxi + "=1," + newCounty + "=1"; answer.StatusCode != 200 || answer.Header.Get("Wangge-Edition") != want {
		t.Errorf("got %s of %s, want %s", answer.Status, answer.Header.Get("Wangge-Edition"), want)
	}
}

// TestDatabaseAhead: what the database counts or holds of a newer edition is not answered under the name of the old one.
func TestDatabaseAhead(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	if err := addCounty(t.Context(), s.store); err != nil {
		t.Fatal(err)
	}
	answer := s.do(t, exchange{target: "/v1/coverage/" + city, as: "planner"})
	body, err := io.ReadAll(answer.Body)
	if want := newCounty + "=1"; err != nil || !strings.Contains(answer.Header.Get("Wangge-Edition"), want) || !strings.Contains(string(body), "春丰第一网格") {
		t.Errorf("got %s of %s, want %s: %s (%v)", answer.Status, answer.Header.Get("Wangge-Edition"), want, body, err)
	}
}

// TestNotText: what no database takes as text is refused as what it is.
func TestNotText(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	for _, target := range []string{
		"/v1/places/%00", "/v1/places/%FF", "/v1/incidents/a%00b", "/v1/incidents/%C0%80", "/v1/coverage/%FF", "/v1/divisions/%00", "/v1/grids/%ED%A0%80",
		"/v1/places?division=%00", "/v1/places?grid=%FF", "/v1/incidents?cursor=%00", "/v1/grids?%00=1", "/v1/grids?%FF=1", "/tiles/%FF.json", "/%00", "/%FF",
	} {
		answer := s.do(t, exchange{target: target, as: "planner"})
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: got %s %s (%v), want 400", target, answer.Status, body, err)
		}
	}
	for _, field := range []string{`,"name":"a\u0000b"`, `,"address":"\u0000"`, `,"code":"\u0000"`, `,"external_refs":{"a":"\u0000"}`, `,"external_refs":{"\u0000":1}`} {
		answer := s.do(t, exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "planner", body: hazard(0.5, 0.5, field)})
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusBadRequest && answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %s %s (%v), want 400 or 422", field, answer.Status, body, err)
		}
	}
	patch := exchange{method: http.MethodPatch, target: "/v1/places/%00", header: asJSON + `If-Match: "1"`, as: "planner", body: `{"name":"x"}`}
	if answer := s.do(t, patch); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("PATCH: got %s, want 400", answer.Status)
	}
}

// TestListBegunBeforeAnEdition goes on with a cursor after the edition has changed.
func TestListBegunBeforeAnEdition(t *testing.T) {
	t.Parallel()
	s := serve(t)
	var page struct{ Next string }
	if err := json.NewDecoder(s.do(t, exchange{target: "/v1/grids?limit=1"}).Body).Decode(&page); err != nil || page.Next == "" {
		t.Fatalf("no next page: %v", err)
	}
	if err := addCounty(t.Context(), s.store); err != nil {
		t.Fatal(err)
	}
	if err := s.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer := s.do(t, exchange{target: "/v1/grids?limit=1&cursor=" + page.Next})
	if answer.StatusCode != http.StatusConflict {
		t.Errorf("got %s, want 409", answer.Status)
	}
}

func TestBodyOverTheLimit(t *testing.T) {
	t.Parallel()
	store, l := newTown(t)
	h := api.New(api.Config{Store: store, Live: l}).Handler()
	secret := token(t, store, "planner", "")
	for _, test := range []struct {
		path      string
		announced int64
		limit     int64
	}{{"/v1/places", 1 << 30, 16 << 20}, {"/v1/places", -1, 16 << 20}, {"/v1/plans", 1 << 23, 4 << 20}, {"/v1/plans", -1, 4 << 20}} {
		announced := test.announced
		body := &repeated{head: `{"name":"`, line: "x", n: 1 << 30}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, test.path, body)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+secret)
		request.ContentLength = announced
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, request)
		if answer.Code != http.StatusRequestEntityTooLarge || !strings.Contains(answer.Body.String(), fmt.Sprint(test.limit)) {
			t.Errorf("%s, announced %d: got %d %s", test.path, announced, answer.Code, answer.Body)
		}
		if read := 1<<30 - body.n; int64(read) > test.limit+1<<20 {
			t.Errorf("%s, announced %d: read %d bytes", test.path, announced, read)
		}
	}
}
