package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wangge/wangge/geo/mvt"
)

// TestTileOfAVersionIsOfIt: what is answered under the address of a version never changes, so that a tile which is made while somebody writes
// is not answered under the version of before, nor one of before under the version of after.
func TestTileOfAVersionIsOfIt(t *testing.T) {
	t.Parallel()
	s := New(Config{TileCache: 1 << 20})
	for name, test := range map[string]struct {
		asked, then    string
		status         int
		location, keep string
	}{
		"nobody writes":       {"a", "a", http.StatusOK, "", "public, max-age=31536000, immutable"},
		"somebody writes":     {"a", "b", http.StatusTemporaryRedirect, "?v=b", "no-store"},
		"somebody has":        {"0", "a", http.StatusTemporaryRedirect, "?v=a", "no-store"},
		"none is asked for":   {"", "b", http.StatusOK, "", "public, max-age=0, must-revalidate"},
		"the next is guessed": {"b", "b", http.StatusTemporaryRedirect, "?v=a", "no-store"},
	} {
		t.Run(name, func(t *testing.T) {
			now := "a"
			source := &tileSource{
				public: true,
				key:    func(context.Context) (string, error) { return now, nil },
				make: func(context.Context, mvt.TileID) ([]byte, error) {
					now = test.then
					return []byte("tile"), nil
				},
			}
			var q query
			if test.asked != "" {
				q.given = []parameter{{versionParam, test.asked}}
			}
			w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/tiles/grids/0/0/0.mvt", nil)
			moved, err := otherVersion(w, r, source, q)
			if !moved && err == nil {
				err = s.sendTile(w, r, source, mvt.TileID{}, `W/"`+name+`"`, q)
			}
			if err != nil || w.Code != test.status || w.Header().Get("Location") != test.location || w.Header().Get("Cache-Control") != test.keep {
				t.Errorf("got %d %v, %v", w.Code, w.Header(), err)
			}
			if w.Code != http.StatusOK && (w.Body.Len() > 0 || w.Header().Get("ETag") != "") {
				t.Errorf("it sends %q, %v", w.Body, w.Header())
			}
		})
	}
}

// TestTilesAreMadeAFewAtATime: however many cold tiles are asked for, no more are made at once than there are seats, those of memory go on while
// the database keeps all of its own, and who waits is told when time is up.
func TestTilesAreMadeAFewAtATime(t *testing.T) {
	t.Parallel()
	c := newTileCache(1<<20, prometheus.NewRegistry())
	var mu sync.Mutex
	now, most := 0, 0
	slow := make(chan struct{})
	makeSlowly := func(context.Context) ([]byte, error) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		<-slow
		mu.Lock()
		now--
		mu.Unlock()
		return []byte("tile"), nil
	}
	stored := &tileSource{stored: true}
	var all sync.WaitGroup
	for x := range uint32(5 * maxStoreTiles) {
		all.Go(func() {
			_, err := c.get(t.Context(), tileKey{id: mvt.TileID{Z: 10, X: x}}, func(ctx context.Context) ([]byte, error) { return c.seated(ctx, stored, makeSlowly) })
			if err != nil {
				t.Error(err)
			}
		})
	}
	for len(c.storeSeats) < maxStoreTiles {
		runtime.Gosched()
	}
	if body, err := c.seated(t.Context(), &tileSource{}, func(context.Context) ([]byte, error) { return []byte("grids"), nil }); err != nil || string(body) != "grids" {
		t.Errorf("a tile from memory: %q, %v", body, err)
	}
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.seated(late, stored, makeSlowly); !errors.Is(err, context.Canceled) {
		t.Errorf("one who has waited too long: %v", err)
	}
	close(slow)
	all.Wait()
	if most != maxStoreTiles {
		t.Errorf("%d tiles were made at once, want %d", most, maxStoreTiles)
	}
}
