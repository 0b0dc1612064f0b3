package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// frame is one server-sent event.
type frame struct {
	ID, Event string
	Data      map[string]any
	Arrived   time.Time
}

// stream is a listener's connection.
type stream struct {
	testing.TB
	answer *http.Response
	frames chan frame // closed at the end of the answer
	last   string     // the id that a browser would send to go on
	mu     sync.Mutex
	close  context.CancelFunc
}

// listen opens a stream, whose first words have arrived when it returns.
func (s *server) listen(t testing.TB, e exchange) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+e.target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(e.header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		request.Header.Set(name, value)
	}
	if e.as != "" {
		request.Header.Set("Authorization", "Bearer "+s.secrets[e.as])
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	st := &stream{TB: t, answer: answer, frames: make(chan frame, 100_000), close: cancel}
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", e.target, answer.Status)
	}
	begun := make(chan struct{})
	go st.read(begun)
	<-begun
	return st
}

// read parses the stream, as browsers do.
func (st *stream) read(begun chan struct{}) {
	defer close(st.frames)
	lines := bufio.NewScanner(st.answer.Body)
	lines.Buffer(nil, 1<<20)
	var f frame
	var once sync.Once
	defer once.Do(func() { close(begun) })
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			f.ID = value
		case "event":
			f.Event = value
		case "data":
			if err := json.Unmarshal([]byte(value), &f.Data); err != nil {
				st.Errorf("%q: %v", value, err)
			}
		case "":
			if lines.Text() != "" { // a comment
				continue
			}
			st.mu.Lock()
			st.last = f.ID
			st.mu.Unlock()
			once.Do(func() { close(begun) })
			if f.Data != nil {
				f.Arrived = time.Now()
				st.frames <- f
			}
			f = frame{}
		}
	}
}

// next waits for the next event; false at the end of the stream.
func (st *stream) next() (frame, bool) {
	st.Helper()
	select {
	case f, ok := <-st.frames:
		return f, ok
	case <-time.After(30 * time.Second):
		st.Fatal("no event within 30 s")
		return frame{}, false
	}
}

// until reads on to an event of that code and returns the codes until then, it included.
func (st *stream) until(code string) (codes []string) {
	st.Helper()
	for {
		f, ok := st.next()
		if !ok {
			st.Fatalf("the stream ends before %s; it had %v", code, codes)
		}
		got, _ := f.Data["code"].(string)
		if codes = append(codes, got); got == code {
			return codes
		}
	}
}

// lastID is what a browser sends when it connects again.
func (st *stream) lastID() string {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.last
}

// crier is a server that follows a database into whose outbox tests write.
type crier struct {
	*server
	app  *api.Server
	pool *pgxpool.Pool
}

// newCrier serves the town of a database of its own.
func newCrier(t testing.TB, change ...func(*api.Config)) *crier {
	t.Helper()
	pool := gridtest.Pool(t)
	fill(t, store.New(pool))
	for _, forget := range []string{`TRUNCATE outbox`, `ALTER SEQUENCE outbox_number RESTART`} { // that the town was imported
		if _, err := pool.Exec(t.Context(), forget); err != nil {
			t.Fatal(err)
		}
	}
	return crierOn(t, pool, 20*time.Millisecond, change...)
}

// crierOn is a server as wangge serve runs it, with connections of its own.
func crierOn(t testing.TB, pool *pgxpool.Pool, poll time.Duration, change ...func(*api.Config)) *crier {
	t.Helper()
	s, err := store.OpenConfig(t.Context(), pool.Config())
	if err != nil {
		t.Fatal(err)
	}
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { l.Follow(ctx, poll) })
	config := api.Config{Store: s, Live: l}
	for _, c := range change {
		c(&config)
	}
	app := api.New(config)
	front := httptest.NewServer(app.Handler())
	t.Cleanup(func() {
		app.EndStreams()
		front.Close()
		cancel()
		following.Wait()
		s.Close()
	})
	return &crier{server: &server{Server: front, store: s, live: l, secrets: map[string]string{}}, app: app, pool: pool}
}

// cry commits a happening.
func (c *crier) cry(t testing.TB, topic, code, data string, areas ...string) {
	t.Helper()
	_, err := c.pool.Exec(t.Context(), `
		WITH told AS (INSERT INTO outbox (topic, action, code, data, areas) VALUES ($1, 'act', $2, $3, $4))
		SELECT pg_notify('feed', '')`, topic, code, data, append([]string{}, areas...))
	if err != nil {
		t.Fatal(err)
	}
}

// knows waits until the server has taken in so many.
func (c *crier) knows(t testing.TB, n int64) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); c.live.Feed().Last() < n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the feed is at %d after 20 s, not at %d", c.live.Feed().Last(), n)
		}
	}
}

func sameCodes(t testing.TB, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
