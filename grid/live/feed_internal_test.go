package live

import (
	"context"
	"testing"

	"github.com/wangge/wangge/grid"
)

// TestReadEventsStay: what a cursor has returned is still there after the ring has dropped it, however slow its reader.
func TestReadEventsStay(t *testing.T) {
	t.Parallel()
	f := &Feed{more: make(chan struct{})}
	last := int64(0)
	add := func(n int) {
		page := make([]grid.Happening, n)
		for i := range page {
			last++
			page[i].Number = last
		}
		f.add(newEvents(page))
	}
	for range ringEvents / pageEvents {
		add(pageEvents)
	}
	cursor := &Cursor{feed: f, known: true}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	events, err := cursor.Next(ctx)
	if err != nil || len(events) != pageEvents {
		t.Fatalf("got %d events, %v", len(events), err)
	}
	for range 2 { // the array of the ring may be a new one after the first
		add(pageEvents / 2)
	}
	for i, e := range events {
		if e == nil || e.Number != int64(i+1) {
			t.Fatalf("event %d is %v now", i+1, e)
		}
	}
}
