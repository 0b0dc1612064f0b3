package api

import (
	"syscall"
	"testing"
	"time"
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

// ProcessorTime returns how much processor time this process has taken.
func ProcessorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
