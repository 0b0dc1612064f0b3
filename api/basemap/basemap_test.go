package basemap_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/wangge/wangge/api/basemap"
)

// TestOpen refuses what cannot be a basemap, and says what to write instead.
func TestOpen(t *testing.T) {
	t.Parallel()
	notes := filepath.Join(t.TempDir(), "notes.pmtiles")
	if err := os.WriteFile(notes, []byte("no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	tile := "http://10.1.2.3/{z}/{x}/{y}.png"
	for name, tt := range map[string]struct {
		config basemap.Config
		want   string
	}{
		"a file of tiles without numbers": {basemap.Config{Source: "http://10.1.2.3/tiles"}, "must hold {z}"},
		"another scheme":                  {basemap.Config{Source: "file:///etc/passwd?{z}{x}{y}"}, "must be the address of a tile"},
		"no address":                      {basemap.Config{Source: "tiles/{z}/{x}/{y}"}, "must be the address of a tile"},
		"a name and a password":           {basemap.Config{Source: "http://a:b@10.1.2.3/{z}/{x}/{y}"}, "must not hold a name and a password"},
		"a host from outside":             {basemap.Config{Source: "http://{z}.evil/{x}/{y}"}, "must be the address of a tile"},
		"a placeholder of another kind":   {basemap.Config{Source: tile + "?{secret}"}, "which a basemap of kind xyz does not have"},
		"an unknown kind":                 {basemap.Config{Source: tile, Kind: "tms"}, "use xyz, wmts, wms or pmtiles"},
		"an unknown system":               {basemap.Config{Source: tile, CRS: "bd09"}, "use 3857, 4490 or gcj02"},
		"degrees for mercator's tiles":    {basemap.Config{Source: tile, CRS: "4490"}, "has tiles of web mercator"},
		"too deep":                        {basemap.Config{Source: tile, MaxZoom: 40}, "it must be 0 to 22"},
		"a WMS without layers":            {basemap.Config{Source: "http://10.1.2.3/wms?service=WMS"}, "must name its layers"},
		"a WMS of one box":                {basemap.Config{Source: "http://10.1.2.3/wms?service=WMS&layers=a&bbox=1,2,3,4"}, "leave BBOX out"},
		"two lines":                       {basemap.Config{Source: tile, Attribution: "a\nb"}, "one line"},
		"no archive":                      {basemap.Config{Source: notes}, "does not begin with a PMTiles header"},
		"no file":                         {basemap.Config{Source: filepath.Join(t.TempDir(), "a.pmtiles")}, "no such file"},
		"a folder":                        {basemap.Config{Source: t.TempDir(), Kind: "pmtiles"}, "is no file"},
		"an archive elsewhere":            {basemap.Config{Source: "https://host/a.pmtiles"}, "copy the file here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.config.MaxZoom == 0 {
				tt.config.MaxZoom = 18
			}
			if _, err := basemap.Open(tt.config); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v does not say %q", err, tt.want)
			}
		})
	}
	if b, err := basemap.Open(basemap.Config{}); b != nil || err != nil {
		t.Errorf("nothing is %v, %v", b, err)
	}
}

// TestRemote asks each kind of server for the tile that it means, and takes nothing but images from it.
func TestRemote(t *testing.T) {
	t.Parallel()
	var pixel bytes.Buffer
	if err := png.Encode(&pixel, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex // what is seen over the network is no order for the race detector
	var asked string
	var answer func(w http.ResponseWriter, r *http.Request)
	next := func(a func(w http.ResponseWriter, r *http.Request)) {
		mu.Lock()
		defer mu.Unlock()
		asked, answer = "", a
	}
	was := func() string {
		mu.Lock()
		defer mu.Unlock()
		return asked
	}
	good := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(pixel.Bytes()) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = r.URL.RequestURI()
		respond := answer
		mu.Unlock()
		respond(w, r)
	}))
	t.Cleanup(server.Close)
	open := func(t *testing.T, c basemap.Config) *basemap.Basemap {
		t.Helper()
		c.Source, c.MaxZoom = server.URL+c.Source, 18
		b, err := basemap.Open(c)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, tt := range map[string]struct {
		config basemap.Config
		want   string
	}{
		"xyz":         {basemap.Config{Source: "/{z}/{x}/{y}.png?key=a%20b"}, "/3/6/2.png?key=a%20b"},
		"tms":         {basemap.Config{Source: "/{z}/{x}/{-y}.png"}, "/3/6/5.png"},
		"wmts":        {basemap.Config{Source: "/wmts?SERVICE=WMTS&TileMatrix=EPSG:3857:{TileMatrix}&TileRow={TileRow}&TileCol={TileCol}"}, "/wmts?SERVICE=WMTS&TileMatrix=EPSG:3857:3&TileRow=2&TileCol=6"},
		"wmts 4490":   {basemap.Config{Source: "/wmts/{TileMatrix}/{TileRow}/{TileCol}", CRS: "4490", FirstMatrix: 1}, "/wmts/3/2/6"},
		"wmts from 0": {basemap.Config{Source: "/wmts/{TileMatrix}/{TileRow}/{TileCol}", CRS: "4490"}, "/wmts/2/2/6"},
		"wms": {
			basemap.Config{Source: "/wms?SERVICE=WMS&LAYERS=a,b"},
			"/wms?SERVICE=WMS&LAYERS=a,b&VERSION=1.1.1&REQUEST=GetMap&STYLES=&FORMAT=image/png&SRS=EPSG:3857&WIDTH=256&HEIGHT=256&BBOX=10018754.17139462,5009377.085697312,15028131.257091936,10018754.171394622",
		},
		"wms 4490, latitudes first": {
			basemap.Config{Source: "/wms?SERVICE=WMS&LAYERS=a&VERSION=1.3.0", CRS: "4490"},
			"/wms?SERVICE=WMS&LAYERS=a&VERSION=1.3.0&REQUEST=GetMap&STYLES=&FORMAT=image/png&CRS=EPSG:4490&WIDTH=256&HEIGHT=256&BBOX=-45,90,0,135",
		},
	} {
		t.Run(name, func(t *testing.T) {
			next(good)
			got, err := open(t, tt.config).Tile(t.Context(), 3, 6, 2)
			if err != nil || was() != tt.want || got.Type != "image/png" || !bytes.Equal(got.Bytes, pixel.Bytes()) {
				t.Errorf("asked %s, want %s: %s %v", was(), tt.want, got.Type, err)
			}
		})
	}
	b := open(t, basemap.Config{Source: "/{z}/{x}/{y}.png?key=secret"})
	for name, tt := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		want   error
	}{
		"no tile":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, basemap.ErrNone},
		"a failure": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, basemap.ErrSource},
		"a page": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("<html><script>alert(1)</script>"))
		}, basemap.ErrSource},
		"too much": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(append(pixel.Bytes(), make([]byte, 5<<20)...))
		}, basemap.ErrSource},
		"another host": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://localhost:1/", http.StatusFound)
		}, basemap.ErrSource},
		"hanging up": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, basemap.ErrSource},
	} {
		t.Run(name, func(t *testing.T) {
			next(tt.answer)
			_, err := b.Tile(t.Context(), 3, 6, 2)
			if !errors.Is(err, tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%v, want %v without the key", err, tt.want)
			}
		})
	}
	next(good)
	for _, at := range [][3]int{{19, 0, 0}, {3, 8, 0}, {3, 0, 8}, {-1, 0, 0}, {3, -1, 0}} {
		if _, err := b.Tile(t.Context(), at[0], at[1], at[2]); !errors.Is(err, basemap.ErrNone) {
			t.Errorf("%v: %v", at, err)
		}
	}
	if got := was(); got != "" {
		t.Errorf("the server was asked for %s, which no basemap has", got)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := b.Tile(ended, 3, 6, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that left: %v", err)
	}
}

// TestTileOnce fetches a tile once for all who wait for it, and again for those who stay when the first one goes.
func TestTileOnce(t *testing.T) {
	t.Parallel()
	var pixel bytes.Buffer
	if err := png.Encode(&pixel, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	const waiting = 40
	asked, release := make(chan struct{}, 2*waiting), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-release:
			_, _ = w.Write(pixel.Bytes())
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	b, err := basemap.Open(basemap.Config{Source: server.URL + "/{z}/{x}/{y}", MaxZoom: 5})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(ctx context.Context) <-chan error {
		done := make(chan error, 1)
		go func() {
			tile, err := b.Tile(ctx, 1, 0, 0)
			if err == nil && !bytes.Equal(tile.Bytes, pixel.Bytes()) {
				err = errors.New("another tile")
			}
			done <- err
		}()
		return done
	}
	ctx, leave := context.WithCancel(t.Context())
	first := ask(ctx)
	<-asked
	var others []<-chan error
	for range waiting {
		others = append(others, ask(t.Context()))
	}
	leave()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	<-asked // by one of those who stay
	close(release)
	for _, other := range others {
		if err := <-other; err != nil {
			t.Errorf("who stayed got %v", err)
		}
	}
	if len(asked) >= waiting-1 {
		t.Errorf("the source was asked by each of %d", waiting)
	}
}
