package api

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/wangge/wangge/geo"
)

// What the tests of the package's outside need to know of its inside.
const TileEncoding = tileEncoding

var MaxBatches = maxBatches

// Hurry gives clients little time, so that a test need not wait long for one that is late.
func (s *Server) Hurry(late time.Duration, bytes int) {
	s.limits.headerIn, s.limits.answerIn, s.limits.stallIn, s.limits.stallBytes = late, 4*late, late, bytes
}

// Occupy makes the server as busy as it may be until leave is called.
func (s *Server) Occupy() (leave func()) {
	for range cap(s.batches) {
		s.batches <- struct{}{}
	}
	return func() {
		for range cap(s.batches) {
			<-s.batches
		}
	}
}

// OccupyExports makes the server export as much of a kind as it may at once, until leave is called.
func (s *Server) OccupyExports(stranger, registers bool) (leave func(), n int) {
	var leaves []func()
	for {
		one, err := s.exports.take(stranger, registers)
		if err != nil {
			return func() {
				for _, l := range leaves {
					l()
				}
			}, len(leaves)
		}
		leaves = append(leaves, one)
	}
}

// WriteExport writes a file of that many bytes as exports are written.
func WriteExport(w http.ResponseWriter, late time.Duration, lateBytes, size int) error {
	l := usualLimits()
	l.stallIn, l.stallBytes = late, lateBytes
	out := &exportOut{w: w, stream: newStream(http.NoBody, w, http.NewResponseController(w), l)}
	_, err := io.CopyN(out, rand.Reader, int64(size))
	return err
}

// ProcessorTime returns how much processor time this process has taken.
func ProcessorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// LocateAt is the body of the answer that locate gives anybody of the present at another instant, as if the clock showed it; and whether it
// has been there before.
func (s *Server) LocateAt(ctx context.Context, at time.Time, p geo.Point, kind string) (body []byte, known bool, err error) {
	l := newLocator(s.live.Now())
	l.at, l.kept = at, s.kept
	found := l.state.City.Locate(p, 0)
	if key, ok := l.partKey(&found, question{kind: kind, layer: "all", boundary: noBoundary}); ok {
		known = l.findPart(&key) != nil
	}
	a, _, err := l.place(ctx, p, question{kind: kind, layer: "all", boundary: noBoundary})
	if err != nil {
		return nil, false, err
	}
	j := jsonOut{b: []byte{}}
	a.appendJSON(&j)
	return j.b, known, j.err
}

// KeepNothing makes every answer of locate anew.
func (s *Server) KeepNothing() { s.kept = nil }
