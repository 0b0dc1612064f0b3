package intake_test

import (
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
)

// repeated gives a head and then the same text n times, and notes how large the heap was meanwhile.
type repeated struct {
	head, body string
	n          int
	rest       string
	peak       *atomic.Uint64
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.n == 0 {
			return 0, io.EOF
		}
		r.rest, r.head = r.head+r.body, ""
		if r.n--; r.n%500 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			r.peak.Store(max(r.peak.Load(), m.HeapAlloc))
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestMemory reads a file of 200 MB that nobody has to store: the heap does not grow with it.
func TestMemory(t *testing.T) {
	s := newTown(t)
	row := `120.005,31.015,"` + strings.Repeat("网格", 3000) + "\",2026-01-01,other,x\n"
	n := 200 << 20 / len(row)
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	peak := new(atomic.Uint64)
	summary, err := intake.Run(t.Context(), intake.Config{
		Store: s.Store, Actor: grid.Actor{Name: "test"}, CRS: crs.WGS84, DryRun: true, Sources: []intake.Source{{
			Layer: "incidents", Name: "long.csv",
			Reader: &repeated{head: "lon,lat,description,reported_at,kind,title\n", body: row, n: n, peak: peak},
		}},
	})
	if err != nil || summary.Files[0].Stored != int64(n) {
		t.Fatalf("%v %v", summary.Text(), err)
	}
	if grown := int64(peak.Load()) - int64(before.HeapAlloc); grown > 100<<20 {
		t.Errorf("the heap grew by %d MiB while reading 200 MiB", grown>>20)
	} else {
		t.Logf("the heap grew by %d MiB while reading 200 MiB", grown>>20)
	}
}
