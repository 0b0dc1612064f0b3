package api_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// pathToken makes a token for the path and returns its secret.
func pathToken(t testing.TB, s *store.Store, change func(*store.Token)) (secret string, id int64) {
	t.Helper()
	made := store.Token{User: "qgis", Role: grid.RoleReader, InPath: true}
	if change != nil {
		change(&made)
	}
	secret, made, err := s.CreateToken(t.Context(), importer, made)
	if err != nil {
		t.Fatal(err)
	}
	return secret, made.ID
}

// TestPathToken: what a token in the path reads, and what it does not open.
func TestPathToken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	past := time.Now().Add(-time.Hour)
	good, _ := pathToken(t, s.store, nil)
	expired, _ := pathToken(t, s.store, func(made *store.Token) { made.ExpiresAt = &past })
	revoked, id := pathToken(t, s.store, nil)
	if answer := s.do(t, exchange{target: "/t/" + revoked + "/tiles/places.json"}); answer.StatusCode != http.StatusOK {
		t.Errorf("before it is revoked: got %s", answer.Status)
	}
	if err := s.store.RevokeToken(t.Context(), importer, id); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, method, target string
		want                 int
	}{
		{"tiles of what is not public", "", "/t/" + good + "/tiles/places/14/0/0.mvt", 204},
		{"tiles of what is public", "", "/t/" + good + "/tiles/grids/9/427/208.mvt", 200},
		{"TileJSON", "", "/t/" + good + "/tiles/incidents.json", 200},
		{"HEAD", "HEAD", "/t/" + good + "/tiles/incidents.json", 200},
		{"OPTIONS", "OPTIONS", "/t/" + good + "/tiles/incidents.json", 204},
		{"a parameter too many", "", "/t/" + good + "/tiles/grids.json?token=x", 400},
		{"no such tile", "", "/t/" + good + "/tiles/grids/0/1/0.mvt", 404},
		{"no such tileset", "", "/t/" + good + "/tiles/nothing.json", 404},

		{"made up", "", "/t/ABCDEFGHIJKLMNOPQRSTUVWXYZ/tiles/grids.json", 401},
		{"what names its version", "", "/t/" + good + "/tiles/grids.json?versioned=true", 200},
		{"a file that anybody may have", "", "/t/" + good + "/v1/export/base.csv", 200},
		{"made up, to ask before", "OPTIONS", "/t/ABCDEFGHIJKLMNOPQRSTUVWXYZ/tiles/grids.json", 401},
		{"expired", "", "/t/" + expired + "/tiles/grids.json", 401},
		{"revoked", "", "/t/" + revoked + "/tiles/places.json", 401},
		{"revoked, for what is public", "", "/t/" + revoked + "/tiles/grids.json", 401},
		{"made for the header", "", "/t/" + s.secrets["planner"] + "/tiles/places.json", 401},
		{"small letters", "", "/t/" + strings.ToLower(good) + "/tiles/grids.json", 401},
		{"a part of it", "", "/t/" + good[:25] + "/tiles/grids.json", 401},
		{"more than it", "", "/t/" + good + "A/tiles/grids.json", 401},
		{"SQL", "", "/t/'%20OR%20true--/tiles/grids.json", 401},
		{"NUL", "", "/t/%00/tiles/grids.json", 401},
		{"no UTF-8", "", "/t/%ff/tiles/grids.json", 401},
		{"very long", "", "/t/" + strings.Repeat("A", 30_000) + "/tiles/grids.json", 401},
		{"empty", "", "/t//tiles/grids.json", 401},

		{"other paths", "", "/t/" + good + "/v1/places", 404},
		{"the page", "", "/t/" + good + "/", 404},
		{"the session", "", "/t/" + good + "/v1/session", 404},
		{"the metrics", "", "/t/" + good + "/metrics", 404},
		{"nothing after it", "", "/t/" + good, 404},
		{"alone", "", "/t/", 404},
		{"twice", "", "/t/" + good + "/t/" + good + "/tiles/grids.json", 404},
		{"upwards", "", "/t/" + good + "/tiles/../v1/places", 404},
		{"upwards, escaped", "", "/t/" + good + "/tiles/%2e%2e/v1/places", 404},
		{"upwards, slash escaped", "", "/t/" + good + "/tiles/..%2fv1%2fplaces", 404},
		{"empty segment", "", "/t/" + good + "//tiles/grids.json", 404},
		{"slash behind it escaped", "", "/t/" + good + "%2Ftiles/grids.json", 404},
		{"slash before it escaped", "", "/t%2F" + good + "/tiles/grids.json", 404},
		{"slash of the tiles escaped", "", "/t/" + good + "/tiles%2Fgrids.json", 404},
		{"letter of the tiles escaped", "", "/t/" + good + "/%74iles/grids.json", 404},

		{"POST", "POST", "/t/" + good + "/tiles/grids.json", 405},
		{"PATCH", "PATCH", "/t/" + good + "/tiles/places.json", 405},
		{"DELETE", "DELETE", "/t/" + good + "/tiles/places.json", 405},
		{"a method of its own", "BREW", "/t/" + good + "/tiles/places.json", 405},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "_"), func(t *testing.T) {
			answer := s.do(t, exchange{method: test.method, target: test.target, header: "Authorization: Bearer " + s.secrets["planner"] + "\n"})
			if answer.StatusCode != test.want {
				t.Errorf("got %s, want %d", answer.Status, test.want)
			}
			if origin, referrer := answer.Header.Get("Access-Control-Allow-Origin"), answer.Header.Get("Referrer-Policy"); origin != "*" || referrer != "no-referrer" {
				t.Errorf("got origin %q and referrer policy %q", origin, referrer)
			}
			if cache := answer.Header.Get("Cache-Control"); cache != "no-store" && !strings.HasPrefix(cache, "private") {
				t.Errorf("got Cache-Control %q", cache)
			}
			if allow := answer.Header.Get("Allow"); (answer.StatusCode == 405 || answer.StatusCode == 204 && test.method == http.MethodOptions) != (allow == "GET, HEAD, OPTIONS") {
				t.Errorf("got Allow %q", allow)
			}
			if location := answer.Header.Get("Location"); location != "" {
				t.Errorf("it leads to %s", location)
			}
		})
	}
	for _, target := range []string{"/v1/places", "/v1/session", "/tiles/places.json?x=1", "/tiles/places/14/0/0.mvt"} {
		answer := s.do(t, exchange{target: target, header: "Authorization: Bearer " + good + "\n"})
		if want := map[bool]int{true: 400, false: 401}[strings.Contains(target, "?")]; answer.StatusCode != want {
			t.Errorf("a token of the path in the head, GET %s: got %s, want %d", target, answer.Status, want)
		}
	}
}

// TestPathTokenScope: a token in the path reads its division, as one in the head does.
func TestPathTokenScope(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	for _, x := range []float64{0.5, 2.5} {
		made := s.do(t, exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "planner", body: hazard(x, 0.5, "")})
		if made.StatusCode != http.StatusCreated {
			t.Fatal(made.Status)
		}
	}
	sizes := map[string]int{}
	for name, scope := range map[string]string{"city": "", "binhu": binhu, "liangxi": liangxi, "lake": lake} {
		secret, _ := pathToken(t, s.store, func(made *store.Token) { made.Scope = scope })
		s.secrets[name] = token(t, s.store, "reader", scope)
		inPath, inHead := body(t, s, exchange{target: "/t/" + secret + "/tiles/places/9/427/208.mvt"}), body(t, s, exchange{target: "/tiles/places/9/427/208.mvt", as: name})
		if inPath != inHead {
			t.Errorf("%s: the token in the path reads something else than the one in the head", name)
		}
		sizes[name] = len(inPath)
	}
	if sizes["city"] <= sizes["binhu"] || sizes["binhu"] == 0 || sizes["liangxi"] == 0 || sizes["lake"] != sizes["binhu"] {
		t.Errorf("got tiles of %v bytes", sizes)
	}
}

func body(t *testing.T, s *server, e exchange) string {
	t.Helper()
	answer := s.do(t, e)
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		t.Fatalf("GET %s: %s, %v", e.target, answer.Status, err)
	}
	return string(text)
}

// TestPathTokenLinks: links lead on below the token, and have none where none was sent.
func TestPathTokenLinks(t *testing.T) {
	t.Parallel()
	s := serve(t)
	secret, _ := pathToken(t, s.store, nil)
	const public = "https://grid.example.cn"
	own := regexp.MustCompile(`(?:href|src)="?/|"url": ?"/`)
	for _, target := range []string{
		"/tiles/grids.json", "/tiles/places.json", "/tiles/incidents.json", "/ogc", "/ogc?f=html", "/ogc/api", "/ogc/api?f=html", "/ogc/conformance?f=html",
		"/ogc/collections", "/ogc/collections?f=html", "/ogc/collections/base", "/ogc/collections/base/schema", "/ogc/collections/base/queryables",
		"/ogc/collections/base/items?limit=1", "/ogc/collections/base/items?limit=1&f=html", "/ogc/collections/base/items/" + lake + "001", "/ogc/collections/base/items/" + lake + "001?f=html",
		"/ogc/collections/base/tiles", "/ogc/collections/base/tiles/WebMercatorQuad", "/ogc/tiles", "/ogc/tileMatrixSets",
	} {
		with, without := body(t, s, exchange{target: "/t/" + secret + target}), body(t, s, exchange{target: target})
		if strings.Contains(without, "/t/") || !strings.Contains(without, public) {
			t.Errorf("%s: got %s without a token", target, without)
		}
		if strings.Count(with, public) != strings.Count(with, public+"/t/"+secret) {
			t.Errorf("%s: some link leads away from the token: %s", target, with)
		}
		if link := own.FindString(with); link != "" {
			t.Errorf("%s: a link begins at the root, without the token: %s", target, link)
		}
	}
	answer := s.do(t, exchange{target: "/t/" + secret + "/ogc/collections/base/items?limit=1"})
	if link := answer.Header.Get("Link"); strings.Count(link, public) != strings.Count(link, secret) {
		t.Errorf("the header Link leads away from the token: %s", link)
	}
}

// TestPathTokenIsNotTold: neither the log, nor the metrics, nor any refusal holds a token that came in a path. It does not run beside
// others, whose log it takes.
func TestPathTokenIsNotTold(t *testing.T) {
	s := serve(t)
	good, _ := pathToken(t, s.store, nil)
	revoked, id := pathToken(t, s.store, nil)
	if err := s.store.RevokeToken(t.Context(), importer, id); err != nil {
		t.Fatal(err)
	}
	before := slog.Default()
	defer slog.SetDefault(before)
	log := &heard{}
	slog.SetDefault(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true})))
	asked, told := 0, strings.Builder{}
	for _, secret := range []string{good, revoked, "ABCDEFGHIJKLMNOPQRSTUVWXY2"} {
		for _, rest := range []string{
			"/tiles/grids.json", "/tiles/places.json", "/tiles/places/14/0/0.mvt", "/tiles/places/14/0/0.mvt?x=1", "/tiles/no/14/0/0.mvt",
			"/styles/light.json", "/ogc/collections", "/ogc/collections/base/items?limit=no", "/v1/export/base.csv", "/v1/places", "", "//tiles",
			"/tiles/../x", "/tiles/%ff.json", "/tiles/%2e%2e.json",
		} {
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
				answer := s.do(t, exchange{method: method, target: "/t/" + secret + rest, header: "Referer: " + s.URL + "/t/" + secret + "\n"})
				text, _ := io.ReadAll(answer.Body)
				if asked++; answer.StatusCode >= 300 {
					told.WriteString(show(answer, text))
				}
			}
		}
	}
	becomes(t, "a line for each", func() bool { return strings.Count(log.all(), "msg=request") == asked })
	metrics := body(t, s, exchange{target: "/metrics"})
	for where, text := range map[string]string{"the log": log.all(), "the metrics": metrics, "an answer": told.String()} {
		for _, secret := range []string{good, revoked, "ABCDEFGHIJKLMNOPQRSTUVWXY2"} {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s holds the token: %.300s", where, text[max(0, at-150):])
			}
		}
	}
	if want := "route=/t/-/tiles/{tileset}.json"; !strings.Contains(log.all(), want) {
		t.Errorf("the log lacks %s", want)
	}
	if _, err := url.Parse(s.URL); err != nil || strings.Contains(metrics, `route="/t/`) {
		t.Error("a token's requests have metrics of their own")
	}
}
