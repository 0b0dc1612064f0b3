package live

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// The bounds of the feed. Whoever is further behind than the ring reads the database, a few at a time.
const (
	ringEvents     = 10_000
	ringBytes      = 32 << 20
	pageEvents     = 500
	mostCatchingUp = 4
	trimEvery      = time.Hour
)

// ErrMissed says that what comes after a cursor is not kept any more, or never was: whoever reads has to look at everything anew and go on
// from Feed.Last.
var ErrMissed = errors.New("what has happened since then is not known any more")

// Feed hands on what has happened in the order of its numbers. One reader for the whole server follows the database and keeps the last of
// it; those who listen have a cursor each and nothing else. It is part of a Live, and goes on while that is in Follow. Its methods are safe
// for concurrent use.
type Feed struct {
	store    *store.Store
	wake     chan struct{} // holds one
	catching chan struct{} // holds one for each cursor that reads the database
	doubt    atomic.Bool   // the database has been lost, and may be another one when it comes back

	mu     sync.Mutex
	ring   []*Event // everything after before and up to last, in order
	bytes  int      // of the ring's data
	before int64
	last   int64
	epoch  int           // of the database: another one when its numbers have gone back
	more   chan struct{} // closed when there is more
	lag    time.Duration // of the last that was read
}

// Event is something that has happened, in a form that all who listen share.
type Event struct {
	grid.Happening
	once sync.Once
	text []byte
}

// Text returns what make makes of the event, which is made once.
func (e *Event) Text(make func(*grid.Happening) []byte) []byte {
	e.once.Do(func() { e.text = make(&e.Happening) })
	return e.text
}

// openFeed begins with what happens from now on.
func openFeed(ctx context.Context, s *store.Store) (*Feed, error) {
	ctx, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	_, last, err := s.HappeningRange(ctx)
	return &Feed{
		store: s, wake: make(chan struct{}, 1), catching: make(chan struct{}, mostCatchingUp), more: make(chan struct{}), before: last, last: last,
	}, err
}

// Feed returns what has happened, for whoever listens.
func (l *Live) Feed() *Feed { return l.feed }

// Last returns the number of the last that is known to have happened, 0 before the first.
func (f *Feed) Last() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// FeedFigures say how the feed is doing.
type FeedFigures struct {
	Last   int64
	Events int           // in memory
	Bytes  int           // of their data
	Lag    time.Duration // from when the last was written until it was handed on; its transaction may have taken its time
}

// Figures returns how the feed is doing.
func (f *Feed) Figures() FeedFigures {
	f.mu.Lock()
	defer f.mu.Unlock()
	return FeedFigures{Last: f.last, Events: len(f.ring), Bytes: f.bytes, Lag: f.lag}
}

// Cursor is how far somebody has read. It is for one goroutine.
type Cursor struct {
	feed  *Feed
	after int64
	epoch int
	known bool // that the database has come as far
}

// After returns a cursor that goes on after a number.
func (f *Feed) After(number int64) *Cursor {
	f.mu.Lock()
	defer f.mu.Unlock()
	return &Cursor{feed: f, after: number, epoch: f.epoch, known: number <= f.last}
}

// Number returns how far the cursor has read.
func (c *Cursor) Number() int64 { return c.after }

// Next returns what comes next, some of it, in order: it waits until there is any or ctx ends. ErrMissed: something of it is not kept any
// more, or the number was never given. grid.ErrUnavailable: it has to be read from the database, which does not answer; the cursor stays as
// it is and may be asked again.
func (c *Cursor) Next(ctx context.Context) ([]*Event, error) {
	if !c.known {
		if err := c.feed.check(ctx, c.after); err != nil {
			return nil, err
		}
		c.known = true
	}
	for {
		events, more, err := c.inMemory()
		if err == nil && more == nil {
			events, err = c.feed.page(ctx, c.after)
		}
		if err != nil {
			return nil, err
		}
		if len(events) > 0 {
			c.after = events[len(events)-1].Number
			return events, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// inMemory returns what the ring has after the cursor, and what to wait for when that is nothing: nil when the cursor is behind the ring.
func (c *Cursor) inMemory() ([]*Event, <-chan struct{}, error) {
	f := c.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.epoch != f.epoch {
		return nil, nil, ErrMissed
	}
	if c.after < f.before {
		return nil, nil, nil
	}
	from := sort.Search(len(f.ring), func(i int) bool { return f.ring[i].Number > c.after })
	return slices.Clone(f.ring[from:min(from+pageEvents, len(f.ring))]), f.more, nil // add clears what it drops
}

// check returns ErrMissed when the database has not come as far as number. A server that is a moment behind another one, whose client
// comes here now, has not missed anything.
func (f *Feed) check(ctx context.Context, number int64) error {
	ctx, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	_, last, err := f.store.HappeningRange(ctx)
	if err == nil && number > last {
		return ErrMissed
	}
	return err
}

// page reads from the database what comes after a number, of which there has been something.
func (f *Feed) page(ctx context.Context, after int64) ([]*Event, error) {
	select {
	case f.catching <- struct{}{}:
		defer func() { <-f.catching }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	page, err := f.store.Happenings(ctx, after, pageEvents)
	if err != nil {
		return nil, err
	}
	// What is trimmed after the page was read is in it, so that the range of now says enough.
	first, _, err := f.store.HappeningRange(ctx)
	if err == nil && (first-1 > after || len(page) == 0) {
		err = ErrMissed
	}
	return newEvents(page), err
}

func newEvents(happenings []grid.Happening) []*Event {
	events := make([]*Event, len(happenings))
	for i := range happenings {
		events[i] = &Event{Happening: happenings[i]}
	}
	return events
}

// follow reads on whenever it is woken, and every so often, until ctx ends.
func (f *Feed) follow(ctx context.Context, tick <-chan time.Time, slowly func() bool) {
	for ticks := 1; ; ticks++ {
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		case <-tick:
			if slowly() && ticks%slowerWhileHeard != 0 {
				continue
			}
		}
		for more, err := true, error(nil); more; {
			if more, err = f.read(ctx); err != nil && ctx.Err() == nil && !f.doubt.Swap(true) {
				slog.WarnContext(ctx, "what happens cannot be read; listeners wait", "error", err)
			}
		}
	}
}

// tell wakes the reader. After a loss it looks whether it still reads the same database.
func (f *Feed) tell(afterLoss bool) {
	if afterLoss {
		f.doubt.Store(true)
	}
	select {
	case f.wake <- struct{}{}:
	default: // it has been woken already
	}
}

// read numbers what waits for it and takes in a page, and reports whether there may be more.
func (f *Feed) read(ctx context.Context) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	if f.doubt.Load() {
		_, last, err := f.store.HappeningRange(ctx)
		if err != nil {
			return false, err
		}
		f.rewind(last)
		f.doubt.Store(false)
	}
	numbered, err := f.store.NumberHappenings(ctx)
	if err != nil {
		return false, err
	}
	page, err := f.store.Happenings(ctx, f.Last(), pageEvents)
	if err != nil {
		return false, err
	}
	f.add(newEvents(page))
	return numbered >= pageEvents || len(page) == pageEvents, nil
}

// rewind begins anew when the database has not come as far as it had: somebody has put back an older one.
func (f *Feed) rewind(last int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if last >= f.last {
		return
	}
	f.ring, f.bytes, f.before, f.last = nil, 0, last, last
	f.epoch++
	f.broadcast()
}

// add takes in what comes next.
func (f *Feed) add(events []*Event) {
	if len(events) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range events {
		f.bytes += len(e.Data)
	}
	f.ring = append(f.ring, events...)
	drop := 0
	for len(f.ring)-drop > ringEvents || f.bytes > ringBytes {
		f.bytes -= len(f.ring[drop].Data)
		f.before = f.ring[drop].Number
		drop++
	}
	clear(f.ring[:drop]) // the array stays until it is grown
	f.ring = f.ring[drop:]
	newest := events[len(events)-1]
	f.last, f.lag = newest.Number, max(0, time.Since(newest.At))
	f.broadcast()
}

// broadcast wakes everybody who waits for more; f is locked.
func (f *Feed) broadcast() {
	close(f.more)
	f.more = make(chan struct{})
}

// trim deletes what has happened too long ago, now and then until ctx ends; the servers of a database do so at different times.
func (l *Live) trim(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(trimEvery/2 + rand.N(trimEvery)):
		}
		keep := time.Duration(l.Now().City.Settings().FeedDays) * 24 * time.Hour
		if n, err := l.store.TrimHappenings(ctx, keep); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "trimming what has happened", "error", err, "trimmed", n)
		}
	}
}
