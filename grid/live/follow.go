package live

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// The waits of following. While commits are heard, the poll is only a safety net and gets slower.
const (
	slowerWhileHeard = 5
	retryFirst       = 100 * time.Millisecond
	retryMost        = 30 * time.Second
)

// Follow refreshes when a commit is heard of, and every interval (every fifth while the database can be heard), until ctx ends; what it
// started has ended when it returns. A database that does not answer leaves the state as it is and starts LostSince. Where
// notifications do not arrive, as behind a transaction pooler, the poll alone does it. The feed is followed by the same connection, and
// what is too old in it is deleted now and then.
func (l *Live) Follow(ctx context.Context, every time.Duration) {
	f := follower{live: l, news: make(chan struct{}, 1)}
	var background sync.WaitGroup
	background.Go(func() { f.listen(ctx) })
	defer background.Wait()
	tick, feedTick := time.NewTicker(every), time.NewTicker(every)
	defer tick.Stop()
	defer feedTick.Stop()
	background.Go(func() { l.feed.follow(ctx, feedTick.C, f.heard.Load) })
	background.Go(func() { l.trim(ctx) })
	background.Go(func() { l.followSearch(ctx) })
	for ticks := 1; ; ticks++ {
		select {
		case <-ctx.Done():
			return
		case <-f.news: // several at once are one: whatever they were about, the refresh sees it
		case <-tick.C:
			if f.heard.Load() && ticks%slowerWhileHeard != 0 {
				continue
			}
		}
		l.refreshOrLose(ctx)
	}
}

// refreshOrLose refreshes and keeps LostSince. A database that answers with what cannot be loaded is not lost: the state stays as it is,
// and the log says why, once.
func (l *Live) refreshOrLose(ctx context.Context) {
	err := l.Refresh(ctx)
	if ctx.Err() != nil {
		return
	}
	if errors.Is(err, grid.ErrUnavailable) {
		if l.lost.Load() == nil {
			now := time.Now()
			l.lost.Store(&now)
			slog.WarnContext(ctx, "the database does not answer; locate and grid tiles go on from memory", "error", err)
		}
		return
	}
	if l.lost.Swap(nil) != nil {
		slog.InfoContext(ctx, "the database answers again")
	}
	trouble := ""
	if err != nil {
		trouble = err.Error()
	}
	if last := l.trouble.Swap(&trouble); err != nil && (last == nil || *last != trouble) {
		slog.ErrorContext(ctx, "what has changed cannot be loaded; this server goes on with what it has", "error", err)
	}
}

// follower is one run of Follow.
type follower struct {
	live  *Live
	news  chan struct{} // holds one
	heard atomic.Bool   // whether commits are heard now
}

// listen hears the database until ctx ends. After a connection that was lost it begins anew, at first at once, then with longer and
// longer waits.
func (f *follower) listen(ctx context.Context) {
	wait := retryFirst
	for ctx.Err() == nil {
		err := f.live.store.Listen(ctx, func(channel, _ string) {
			if !f.heard.Swap(true) {
				wait = retryFirst
			}
			if channel == store.FeedChannel || channel == "" {
				f.live.feed.tell(channel == "")
			}
			if channel != store.FeedChannel {
				f.tell()
			}
		})
		if ctx.Err() != nil {
			return
		}
		if f.heard.Swap(false) {
			slog.InfoContext(ctx, "commits are not heard any more; following by polling", "error", err)
			f.tell() // what came while the connection broke, and whether the database is there
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait/2 + rand.N(wait)): // not all servers at the same time
		}
		wait = min(2*wait, retryMost)
	}
}

func (f *follower) tell() {
	select {
	case f.news <- struct{}{}:
	default: // there is one already
	}
}
