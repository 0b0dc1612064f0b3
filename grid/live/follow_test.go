package live_test

import (
	"context"
	"errors"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// within waits for what is to come soon, and fails when it does not come at all.
func within(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}

// server is one of several that follow a database, with connections of its own.
type server struct {
	*live.Live
	store *store.Store
}

func openServer(t *testing.T, config *pgxpool.Config) server {
	t.Helper()
	s, err := store.OpenConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return server{l, s}
}

// follow runs Follow until the test ends or stop is called, which waits for it.
func follow(t *testing.T, l *live.Live, every time.Duration) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); l.Follow(ctx, every) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// listeners counts the connections that listen.
func listeners(t *testing.T, pool *pgxpool.Pool) int {
	t.Helper()
	var n int
	err := pool.QueryRow(t.Context(), `
		SELECT count(*)
		FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'wangge listen'`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// set commits a setting that both can see.
func set(t *testing.T, s *store.Store, nearM float64) {
	t.Helper()
	err := s.Set(t.Context(), grid.Actor{Name: "test", Role: grid.RoleAdministrator}, "near_m", nearM)
	if err != nil {
		t.Fatal(err)
	}
}

func nearIs(l *live.Live, nearM float64) func() bool {
	return func() bool { return l.Now().City.Settings().NearM == nearM }
}

// TestL5FollowByListening sees a commit on every server without any poll, and goes on after the connection was lost: what was
// committed meanwhile is there, and what is committed next is heard.
func TestL5FollowByListening(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	first, second := openServer(t, pool.Config()), openServer(t, pool.Config())
	before := runtime.NumGoroutine()
	stopFirst, stopSecond := follow(t, first.Live, time.Hour), follow(t, second.Live, time.Hour)
	within(t, "listening", func() bool { return listeners(t, pool) == 2 })

	fill(t, first.store, "divisions", "base_grids", "void_areas")
	for _, s := range []server{first, second} {
		within(t, "the grids of somebody's import", func() bool { return len(s.Now().City.Editions()) > 0 })
	}
	set(t, second.store, 17)
	for _, s := range []server{first, second} {
		within(t, "a setting", nearIs(s.Live, 17))
	}

	_, err := pool.Exec(t.Context(), `
		SELECT pg_terminate_backend(pid)
		FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'wangge listen'`)
	if err != nil {
		t.Fatal(err)
	}
	set(t, first.store, 18)
	for _, s := range []server{first, second} {
		within(t, "what was committed while nobody listened", nearIs(s.Live, 18))
	}
	within(t, "listening again", func() bool { return listeners(t, pool) == 2 })
	set(t, second.store, 19)
	for _, s := range []server{first, second} {
		within(t, "what was committed after that", nearIs(s.Live, 19))
		if since := s.LostSince(); !since.IsZero() {
			t.Errorf("the database counts as lost since %v", since)
		}
	}

	stopFirst()
	stopSecond()
	within(t, "the connections that listened are closed", func() bool { return listeners(t, pool) == 0 })
	if leaked := runtime.NumGoroutine() - before; leaked > 20 { // pools and other tests have some too
		t.Errorf("%d goroutines are left", leaked)
	}
}

// TestL5EditionsAreTold: whoever listens is told of each county's new edition at its commit. What is notified arrives in the order of commits,
// so that a setting marks where the import of the grids begins and ends.
func TestL5EditionsAreTold(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	fill(t, s, "divisions")
	heard := make(chan string, 1000)
	ctx, stop := context.WithCancel(t.Context())
	var listening sync.WaitGroup
	listening.Go(func() {
		err := s.Listen(ctx, func(channel, payload string) { heard <- strings.TrimSpace(channel + " " + payload) })
		if ctx.Err() == nil {
			t.Errorf("listening has ended: %v", err)
		}
	})
	defer listening.Wait()
	defer stop()
	until := func(last string) (told []string) {
		t.Helper()
		for {
			select {
			case what := <-heard:
				if what == last {
					return told
				}
				told = append(told, what)
			case <-time.After(20 * time.Second):
				t.Fatalf("%q is not heard within 20 s, but %q", last, told)
			}
		}
	}
	until("") // from here on everything is heard
	set(t, s, 16)
	until("settings near_m")
	fill(t, s, "base_grids", "void_areas")
	set(t, s, 17)
	told := until("settings near_m")
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	editions := l.Now().City.Editions()
	if len(editions) == 0 {
		t.Fatal("there are no editions")
	}
	for _, e := range editions {
		if !slices.Contains(told, "edition "+e.Info().CountyCode) {
			t.Errorf("the edition of %s is not told, only %q", e.Info().CountyCode, told)
		}
	}
}

// TestFollowWithoutListening polls where a connection of its own cannot be had.
func TestFollowWithoutListening(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	config := pool.Config()
	config.MaxConns, config.MinConns = 2, 0
	full := new(atomic.Bool)
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if full.Load() {
			return nil, errors.New("no more connections")
		}
		return dial(ctx, network, address)
	}
	s := openServer(t, config)
	full.Store(true)
	follow(t, s.Live, 10*time.Millisecond)
	set(t, store.New(pool), 21)
	within(t, "a setting", nearIs(s.Live, 21))
}

// TestListenNeedsPool says that a transaction cannot listen, so that whoever follows polls.
func TestListenNeedsPool(t *testing.T) {
	t.Parallel()
	err := store.New(gridtest.Tx(t)).Listen(t.Context(), func(string, string) {})
	if !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("listening in a transaction: %v", err)
	}
}

// TestUnloadableIsNotLost: a database that answers with what cannot be loaded is not lost, and what comes after it is loaded again.
func TestUnloadableIsNotLost(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := openServer(t, pool.Config())
	follow(t, s.Live, 10*time.Millisecond)
	if _, err := pool.Exec(t.Context(), `INSERT INTO setting (key, value) VALUES ('near_m', '"far"')`); err != nil {
		t.Fatal(err)
	}
	if err := s.Refresh(t.Context()); err == nil || errors.Is(err, grid.ErrUnavailable) {
		t.Fatalf("a setting that is no number: %v", err)
	}
	for range 10 {
		time.Sleep(10 * time.Millisecond) // polls that fail
		if since := s.LostSince(); !since.IsZero() {
			t.Fatalf("the database counts as lost since %v, and it answers", since)
		}
	}
	set(t, store.New(pool), 23)
	within(t, "a setting", nearIs(s.Live, 23))
}

// TestL5PutBack: after the database was put back to an earlier time, another edition may come to have the number of the one in memory.
func TestL5PutBack(t *testing.T) {
	t.Parallel()
	pool, l := filled(t)
	e := l.Now().City.Editions()[0].Info()
	other := e.InForceFrom.Add(time.Hour)
	for _, statement := range []string{`ALTER TABLE edition DISABLE TRIGGER USER`, `UPDATE edition SET in_force_from = in_force_from + interval '1 hour'`} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := l.Now().City.Edition(e.CountyCode).Info().InForceFrom; !got.Equal(other) {
		t.Errorf("edition %d of %s is in force from %v, want %v", e.Number, e.CountyCode, got, other)
	}
}
