package live_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// happen commits so many happenings.
func happen(t *testing.T, pool *pgxpool.Pool, n int) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `
		WITH told AS (INSERT INTO outbox (topic, action, code) SELECT 'import', 'import', i::text FROM generate_series(1, $1) AS i)
		SELECT pg_notify('feed', '')`, n)
	if err != nil {
		t.Fatal(err)
	}
}

// numbers reads on until it has n events, and returns their numbers.
func numbers(t *testing.T, c *live.Cursor, n int) []int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var read []int64
	for len(read) < n {
		events, err := c.Next(ctx)
		if err != nil {
			t.Fatalf("after %d of %d events: %v", len(read), n, err)
		}
		for _, e := range events {
			read = append(read, e.Number)
		}
	}
	return read
}

// nothing fails when there is more.
func nothing(t *testing.T, c *live.Cursor) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if events, err := c.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("there are %d more, %v", len(events), err)
	}
}

func count(from, n int64) []int64 {
	var all []int64
	for i := range n {
		all = append(all, from+i)
	}
	return all
}

// endConnections ends all connections to a database but those of pool.
func endConnections(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `
		SELECT pg_terminate_backend(pid)
		FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'wangge listen'`)
	if err != nil {
		t.Fatal(err)
	}
}

// TestFeed hears on two servers, without any poll, what has happened: each listener once and in order, one that comes later from where it
// was, and across a connection that was lost.
func TestFeed(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	happen(t, pool, 3) // before any server
	first, second := openServer(t, pool.Config()), openServer(t, pool.Config())
	cursors := []*live.Cursor{first.Feed().After(0), second.Feed().After(0)}
	follow(t, first.Live, time.Hour)
	follow(t, second.Live, time.Hour)
	within(t, "listening", func() bool { return listeners(t, pool) == 2 })
	happen(t, pool, 2)
	for _, c := range cursors {
		if got := numbers(t, c, 5); !slices.Equal(got, count(1, 5)) {
			t.Errorf("got %v", got)
		}
		nothing(t, c)
	}
	late := first.Feed().After(2)
	if got := numbers(t, late, 3); !slices.Equal(got, count(3, 3)) {
		t.Errorf("after 2 come %v", got)
	}

	endConnections(t, pool)
	happen(t, pool, 4)
	for _, c := range append(cursors, late) {
		if got := numbers(t, c, 4); !slices.Equal(got, count(6, 4)) {
			t.Errorf("after the loss come %v", got)
		}
		nothing(t, c)
	}
}

// TestFeedByPolling follows where nothing can be heard.
func TestFeedByPolling(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := openServer(t, pool.Config())
	follow(t, s.Live, 10*time.Millisecond)
	within(t, "listening", func() bool { return listeners(t, pool) == 1 })
	c := s.Feed().After(0)
	if _, err := pool.Exec(t.Context(), `INSERT INTO outbox (topic, action, code) VALUES ('plan', 'submit', 'P')`); err != nil {
		t.Fatal(err)
	}
	if got := numbers(t, c, 1); got[0] != 1 {
		t.Errorf("got %v", got)
	}
}

// TestFeedIsBounded keeps the last of what has happened in memory; who is further behind reads it from the database.
func TestFeedIsBounded(t *testing.T) {
	t.Parallel()
	const n = 12_000
	pool := gridtest.Pool(t)
	s := openServer(t, pool.Config())
	behind := s.Feed().After(0)
	follow(t, s.Live, time.Hour)
	happen(t, pool, n)
	within(t, "all of it", func() bool { return s.Feed().Last() == n })
	if f := s.Feed().Figures(); f.Events > 10_000 || f.Events < 9_000 || f.Bytes != 2*f.Events {
		t.Errorf("in memory are %+v", f)
	}
	for _, c := range []*live.Cursor{behind, s.Feed().After(0)} {
		if !slices.Equal(numbers(t, c, n), count(1, n)) {
			t.Error("who was behind has not read all of it in order")
		}
		nothing(t, c)
	}
}

// TestFeedMissed says so when what comes next has been trimmed, or when the number was never given, and not when another server is ahead.
func TestFeedMissed(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	happen(t, pool, 5)
	if _, err := store.New(pool).NumberHappenings(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `DELETE FROM outbox WHERE number <= 3`); err != nil {
		t.Fatal(err)
	}
	s := openServer(t, pool.Config())
	for after, want := range map[int64]error{0: live.ErrMissed, 2: live.ErrMissed, 3: nil, 6: live.ErrMissed} {
		_, err := s.Feed().After(after).Next(t.Context())
		if !errors.Is(err, want) {
			t.Errorf("after %d: %v, want %v", after, err, want)
		}
	}

	happen(t, pool, 1) // numbered by another server, whose client comes here
	if _, err := store.New(pool).NumberHappenings(t.Context()); err != nil {
		t.Fatal(err)
	}
	ahead := s.Feed().After(6)
	nothing(t, ahead)
	follow(t, s.Live, time.Hour)
	happen(t, pool, 1)
	if got := numbers(t, ahead, 1); got[0] != 7 {
		t.Errorf("got %v", got)
	}
}

// TestFeedOfAnotherDatabase tells listeners when somebody has put back an older database.
func TestFeedOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	happen(t, pool, 5)
	s := openServer(t, pool.Config())
	follow(t, s.Live, time.Hour)
	within(t, "listening", func() bool { return listeners(t, pool) == 1 })
	c := s.Feed().After(0)
	numbers(t, c, 5)
	if _, err := pool.Exec(t.Context(), `WITH gone AS (DELETE FROM outbox WHERE number > 2) SELECT setval('outbox_number', 2)`); err != nil {
		t.Fatal(err)
	}
	endConnections(t, pool)
	if _, err := c.Next(t.Context()); !errors.Is(err, live.ErrMissed) {
		t.Errorf("got %v", err)
	}
	happen(t, pool, 1)
	if got := numbers(t, s.Feed().After(2), 1); got[0] != 3 {
		t.Errorf("got %v", got)
	}
}
