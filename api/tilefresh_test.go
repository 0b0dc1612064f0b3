package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid/live"
)

// TestColdTileIsMadeOnce asks 10,000 times at once for a tile that nobody has asked for.
func TestColdTileIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, func(c *api.Config) { c.TileCache = 8 << 20 })
	lon, lat := at(1.5, 0.5)
	tile := maptile.At(orb.Point{lon, lat}, 13)
	target := fmt.Sprintf("/tiles/grids/13/%d/%d.mvt", tile.X, tile.Y)
	handler := s.Config.Handler
	start := make(chan struct{})
	var all sync.WaitGroup
	var wrong sync.Map
	for range 10_000 {
		all.Go(func() {
			<-start
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, target, nil))
			if answer.Code != http.StatusOK {
				wrong.Store(answer.Code, true)
			}
		})
	}
	close(start)
	all.Wait()
	wrong.Range(func(status, _ any) bool {
		t.Errorf("status %v", status)
		return true
	})
	body, err := io.ReadAll(s.do(t, exchange{target: "/metrics"}).Body)
	if err != nil || !strings.Contains(string(body), `wangge_tiles_total{by="made"} 1`+"\n") {
		for line := range strings.Lines(string(body)) {
			if strings.HasPrefix(line, "wangge_tile") {
				t.Error(line)
			}
		}
	}
}

// TestTileCodings asks for a tile in each coding, with HEAD, and again by its tag.
func TestTileCodings(t *testing.T) {
	t.Parallel()
	s := serve(t, func(c *api.Config) { c.TileCache = 8 << 20 })
	lon, lat := at(1.5, 0.5)
	tile := maptile.At(orb.Point{lon, lat}, 12)
	target := fmt.Sprintf("/tiles/grids/12/%d/%d.mvt", tile.X, tile.Y)
	tags := map[string]bool{}
	for accepts, want := range map[string]string{
		"identity": "", "gzip": "gzip", "zstd": "zstd", "gzip, zstd": "zstd", "gzip, zstd;q=0.5": "gzip", "br": "", "*": "zstd", "zstd;q=0, *": "gzip", "GZIP;q=0": "",
	} {
		answer := s.do(t, exchange{target: target, header: "Accept-Encoding: " + accepts + "\n"})
		if got := answer.Header.Get("Content-Encoding"); answer.StatusCode != 200 || got != want {
			t.Errorf("%q: %s in %q, want %q", accepts, answer.Status, got, want)
		}
		tag := answer.Header.Get("ETag")
		tags[tag] = true
		for _, match := range []string{tag, strings.TrimPrefix(tag, "W/"), `"x", ` + tag, "*"} {
			if again := s.do(t, exchange{target: target, header: "Accept-Encoding: " + accepts + "\nIf-None-Match: " + match + "\n"}); again.StatusCode != http.StatusNotModified {
				t.Errorf("%q with %s: %s", accepts, match, again.Status)
			}
		}
		if head := s.do(t, exchange{method: http.MethodHead, target: target, header: "Accept-Encoding: " + accepts + "\n"}); head.StatusCode != 200 || head.Header.Get("ETag") != tag {
			t.Errorf("HEAD: %s", head.Status)
		}
	}
	if len(tags) != 3 {
		t.Errorf("tags %v: want one for each coding", tags)
	}
	if options := s.do(t, exchange{method: http.MethodOptions, target: target}); options.StatusCode != http.StatusNoContent {
		t.Errorf("OPTIONS: %s", options.Status)
	}
}

// TestL5EditThenFetch has two servers on one database: they agree on tags, and after a place was written through one, the other answers
// the tile that shows it anew, and all others with 304.
func TestL5EditThenFetch(t *testing.T) {
	t.Parallel()
	one := serve(t)
	one.secrets["city"] = token(t, one.store, "administrator", "")
	follower, err := live.Open(t.Context(), one.store)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(api.New(api.Config{Store: one.store, Live: follower, TileCache: 8 << 20}).Handler())
	t.Cleanup(front.Close)
	other := &server{Server: front, store: one.store, live: follower, secrets: one.secrets}
	tileAt := func(tileset string, x float64) string {
		lon, lat := at(x, 0.5)
		tile := maptile.At(orb.Point{lon, lat}, 16)
		return fmt.Sprintf("/tiles/%s/16/%d/%d.mvt", tileset, tile.X, tile.Y)
	}
	tags := func(s *server, target string) string {
		return s.do(t, exchange{target: target, as: "city"}).Header.Get("ETag")
	}
	near, far := tileAt("grids", 0.25), tileAt("grids", 60)
	nearTag, farTag := tags(other, near), tags(other, far)
	if tags(one, near) != nearTag || tags(one, far) != farTag {
		t.Error("the servers do not agree on tags")
	}
	places, elsewhere := tileAt("places", 0.25), tileAt("places", 60)
	placesTag, elsewhereTag := tags(other, places), tags(other, elsewhere)
	if made := one.do(t, exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "city", body: hazard(0.25, 0.5, "")}); made.StatusCode != http.StatusCreated {
		t.Fatal(made.Status)
	}
	for _, test := range []struct {
		target, tag string
		status      int
	}{{places, placesTag, 200}, {elsewhere, elsewhereTag, 304}, {near, nearTag, 304}, {far, farTag, 304}} {
		if got := other.do(t, exchange{target: test.target, as: "city", header: "If-None-Match: " + test.tag + "\n"}); got.StatusCode != test.status {
			t.Errorf("%s: %s, want %d", test.target, got.Status, test.status)
		}
	}
}
