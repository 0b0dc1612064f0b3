package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/api/basemap"
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/geo/pmtiles"
)

// TestBasemap hands out the tiles of a server and of a file, and says what the page must know of them.
func TestBasemap(t *testing.T) {
	t.Parallel()
	pixel := "\x89PNG\r\n\x1a\n pixel"
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/1/0/0":
			_, _ = io.WriteString(w, pixel)
		case "/1/1/0":
			http.NotFound(w, r)
		default:
			http.Error(w, "no", http.StatusInternalServerError)
		}
	}))
	t.Cleanup(source.Close)
	open := func(c basemap.Config) *basemap.Basemap {
		b, err := basemap.Open(c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = b.Close() })
		return b
	}
	with := func(b *basemap.Basemap) *server { return serve(t, func(c *api.Config) { c.Basemap = b }) }
	remote := with(open(basemap.Config{Source: source.URL + "/{z}/{x}/{y}", MaxZoom: 5, CRS: "gcj02", Attribution: "审图号：GS(2026)1号"}))
	file := with(open(basemap.Config{Source: basemapFile(t)}))
	none := serve(t)
	for name, tt := range map[string]struct {
		server       *server
		path, header string
		status       int
		kind, body   string
	}{
		"a tile":             {remote, "/basemap/1/0/0", "", 200, "image/png", pixel},
		"no tile":            {remote, "/basemap/1/1/0", "", 204, "", ""},
		"beyond the deepest": {remote, "/basemap/6/0/0", "", 204, "", ""},
		"a broken source":    {remote, "/basemap/2/0/0", "", 502, "application/problem+json", ""},
		"no number":          {remote, "/basemap/1/0/-1", "", 400, "application/problem+json", ""},
		"no file":            {remote, "/basemap.pmtiles", "", 404, "application/problem+json", ""},
		"none":               {none, "/basemap/1/0/0", "", 404, "application/problem+json", ""},
		"of the file":        {file, "/basemap/1/0/0", "", 200, "application/vnd.mapbox-vector-tile", "a tile"},
		"not in the file":    {file, "/basemap/1/0/1", "", 204, "", ""},
		"a range":            {file, "/basemap.pmtiles", "Range: bytes=0-6", 206, "application/vnd.pmtiles", "PMTiles"},
		"no range":           {file, "/basemap.pmtiles", "Range: bytes=99999999-", 416, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			answer := tt.server.do(t, exchange{target: tt.path, header: tt.header})
			body, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != tt.status || tt.kind != "" && answer.Header.Get("Content-Type") != tt.kind || tt.body != "" && string(body) != tt.body {
				t.Errorf("%d %s %.60q %v, want %d %s %q", answer.StatusCode, answer.Header.Get("Content-Type"), body, err, tt.status, tt.kind, tt.body)
			}
			if got := answer.Header.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("pages of %q may read it", got)
			}
			if got := answer.Header.Get("Cache-Control"); tt.status == http.StatusNoContent && got != "public, max-age=300" {
				t.Errorf("that there is none is kept for %q", got)
			}
			if answer.StatusCode != http.StatusRequestedRangeNotSatisfiable {
				conforms(t, answer, body)
			}
		})
	}
	var told struct{ Basemap *basemap.About }
	for s, want := range map[*server]*basemap.About{
		none:   nil,
		remote: {Format: "raster", Grid: "3857", CRS: "gcj02", MaxZoom: 5, Bounds: [4]float64{-180, -85.05112878, 180, 85.05112878}, Attribution: "审图号：GS(2026)1号"},
		file:   {Format: "vector", Grid: "3857", CRS: "wgs84", MinZoom: 1, MaxZoom: 1, Bounds: [4]float64{120, 31, 121, 32}},
	} {
		answer := s.do(t, exchange{target: "/v1/session"})
		body, err := io.ReadAll(answer.Body)
		if err == nil {
			told.Basemap = nil
			err = json.Unmarshal(body, &told)
		}
		if err != nil || (told.Basemap == nil) != (want == nil) || want != nil && *told.Basemap != *want {
			t.Errorf("told %+v, want %+v: %v", told.Basemap, want, err)
		}
		conforms(t, answer, body)
	}
}

// basemapFile writes a small PMTiles file and returns its path.
func basemapFile(t *testing.T) string {
	t.Helper()
	w, err := pmtiles.NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // of a test
	if err := w.Add(mvt.TileID{Z: 1}, []byte("a tile")); err != nil {
		t.Fatal(err)
	}
	a, err := w.Finish(pmtiles.Info{
		Bounds:   geo.Box{Min: geo.Point{X: 120e7, Y: 31e7}, Max: geo.Point{X: 121e7, Y: 32e7}},
		Metadata: json.RawMessage(`{"vector_layers":[]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "region.pmtiles")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.WriteTo(out); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
