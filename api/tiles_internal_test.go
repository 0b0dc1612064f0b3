package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

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
