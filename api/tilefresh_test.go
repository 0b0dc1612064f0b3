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

// TestL5EditThenFetch publishes random plans and writes places and incidents on one of two servers, and fetches tiles from the other, which
// had answered them before: what shows the change has another tag and the bytes of the server that wrote, what is far from it is answered by
// 304, and no 304 hides anything.
func TestL5EditThenFetch(t *testing.T) {
	t.Parallel()
	p := newFreshPair(t, 1)
	for round := range 12 {
		if p.rng.IntN(2) == 0 {
			p.one, p.other = p.other, p.one
		}
		if round%2 == 0 {
			p.publish()
		} else {
			p.touch()
		}
	}
	t.Log(p.counts)
	if p.counts["published"] < 4 || p.counts["near"] < 20 || p.counts["far"] < 100 {
		t.Error("too little was done: the test is worth nothing")
	}
}
