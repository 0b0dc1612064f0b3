package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}

// BenchmarkLocateHandler is GET /v1/locate without the network.
func BenchmarkLocateHandler(b *testing.B) {
	s := store.New(gridtest.Pool(b))
	box := wideTown(b, s, benchSize(b, "WANGGE_BENCH_GRIDS", 5000))
	l, err := live.Open(b.Context(), s)
	if err != nil {
		b.Fatal(err)
	}
	logToFile(b)
	handler := api.New(api.Config{Store: s, Live: l}).Handler()
	rng := rand.New(rand.NewPCG(1, 2))
	width, height := box.Max.X-box.Min.X, box.Max.Y-box.Min.Y
	requests := make([]*http.Request, 1<<12)
	for i := range requests {
		p := geo.Point{X: box.Min.X + width/20 + rng.Int32N(width/20*18), Y: box.Min.Y + height/20 + rng.Int32N(height/20*18)}.Orb()
		requests[i] = httptest.NewRequest("GET", fmt.Sprintf("/v1/locate?lon=%.7f&lat=%.7f", p[0], p[1]), nil)
		requests[i].Body = http.NoBody
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		handler.ServeHTTP(&sink{make(http.Header)}, requests[i%len(requests)])
	}
}
