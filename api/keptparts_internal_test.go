package api

import (
	"strings"
	"sync"
	"testing"
)

// TestKeptPartsAreBounded keeps more at once than may be kept: the bytes that are counted are there, and no more than the bound.
func TestKeptPartsAreBounded(t *testing.T) {
	t.Parallel()
	kept := newKeptParts()
	text := []byte(strings.Repeat("x", 4<<10))
	var running sync.WaitGroup
	for n := range 4 {
		running.Go(func() {
			for i := range maxParts / 2 {
				kept.put(&keptPart{key: partKey{base: int64(i * (n + 1)), dedicated: int64(n)}, json: text[:1<<10*(1+i%4)]})
			}
		})
	}
	running.Wait()
	var parts, bytes int64
	for i := range kept.slots {
		if part := kept.slots[i].Load(); part != nil {
			parts, bytes = parts+1, bytes+part.size()
		}
	}
	if bytes != kept.bytes.Load() || bytes > maxPartBytes || bytes < maxPartBytes*9/10 || parts == 0 {
		t.Errorf("%d parts of %d bytes, counted %d", parts, bytes, kept.bytes.Load())
	}
}
