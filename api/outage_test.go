package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid/cluster"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/migrations"
)

// outageFor is how long the database is gone, unless WANGGE_OUTAGE_FOR says so; with -short a few seconds.
const outageFor = 30 * time.Second

// outage is a server whose database, on a cluster of its own, is stopped and started again.
type outage struct {
	*testing.T
	dir    string
	db     *cluster.Cluster
	pool   *pgxpool.Pool // of the test, beside the server's
	server *server
	city   *edition.City

	mu       sync.Mutex
	written  map[string]bool // codes of what was acknowledged
	refused  atomic.Int64
	answered atomic.Int64
	resumed  atomic.Int64 // the last that was heard by who comes back
}

func newOutage(t *testing.T) *outage {
	t.Helper()
	o := &outage{T: t, dir: filepath.Join(t.TempDir(), "db"), written: map[string]bool{}}
	o.start()
	t.Cleanup(func() { _ = o.db.Stop() })
	if err := o.db.CreateDatabase(t.Context(), "wangge"); err != nil {
		t.Fatal(err)
	}
	url := o.db.URL("wangge")
	if _, err := migrations.UpURL(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	var err error
	if o.pool, err = pgxpool.New(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.pool.Close)
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { l.Follow(ctx, time.Second) })
	app := api.New(api.Config{Store: s, Live: l})
	front := httptest.NewServer(app.Handler())
	t.Cleanup(func() {
		app.EndStreams()
		front.Close()
		cancel()
		following.Wait()
		s.Close()
	})
	o.server, o.city = &server{Server: front, store: s, live: l, secrets: map[string]string{"city": token(t, s, "administrator", "")}}, l.Now().City
	return o
}

// start starts the database, with what it had.
func (o *outage) start() {
	o.Helper()
	var err error
	if o.db, err = cluster.Start(o.Context(), cluster.Config{Dir: o.dir}); err != nil {
		o.Fatal(err)
	}
}

// crash ends the database at once, in the middle of whatever it does.
func (o *outage) crash() {
	o.Helper()
	pid, err := os.ReadFile(filepath.Join(o.dir, "data", "postmaster.pid"))
	if err != nil {
		o.Fatal(err)
	}
	number, _, _ := strings.Cut(string(pid), "\n")
	postmaster, err := strconv.Atoi(number)
	if err != nil {
		o.Fatal(err)
	}
	if err := syscall.Kill(postmaster, syscall.SIGQUIT); err != nil { // immediate shutdown
		o.Fatal(err)
	}
	<-o.db.Done()
	if err := o.db.Stop(); err != nil {
		o.Fatal(err)
	}
}

// TestDatabaseOutage stops the database for half a minute while many ask, write and listen. No question about a place or a tile fails, no
// write that was acknowledged is lost, and who listens, staying or coming back, hears of all that has happened, once and in order.
func TestDatabaseOutage(t *testing.T) {
	t.Parallel()
	lasts := outageFor
	if testing.Short() {
		lasts = 3 * time.Second
	}
	if text := os.Getenv("WANGGE_OUTAGE_FOR"); text != "" {
		var err error
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal("WANGGE_OUTAGE_FOR: ", err)
		}
	}
	o := newOutage(t)
	stays := o.server.listen(t, exchange{target: "/v1/events", as: "city", header: "Last-Event-ID: 0\n"})
	loading, stop := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	defer crowd.Wait()
	defer stop()
	for i := range uint64(2) {
		crowd.Go(func() { o.locates(loading, rand.New(rand.NewPCG(1, i))) })
		crowd.Go(func() { o.writes(loading, fmt.Sprint(i), rand.New(rand.NewPCG(2, i))) })
	}
	crowd.Go(func() { o.tiles(loading) })
	resuming, hush := context.WithCancel(t.Context())
	defer hush()
	var resumed []int64
	var listening sync.WaitGroup
	listening.Go(func() { resumed = o.resumes(resuming) })

	time.Sleep(2 * time.Second)
	o.crash()
	began := time.Now()
	becomes(t, "lost", func() bool { return !o.server.live.LostSince().IsZero() })
	o.holdLost()
	answered, refused := o.answered.Load(), o.refused.Load()
	time.Sleep(time.Until(began.Add(lasts)))
	if o.answered.Load() == answered || o.refused.Load() == refused {
		t.Error("nothing has been answered or nothing refused without the database")
	}
	o.start()
	o.pool.Reset()
	becomes(t, "back", func() bool { return o.server.live.LostSince().IsZero() })
	before := len(o.all())
	becomes(t, "written again", func() bool { return len(o.all()) > before+10 })
	stop()
	crowd.Wait()

	happened := o.happened()
	o.holdWritten()
	o.holdHeard("who stays", func() (heard []int64) {
		for len(heard) < len(happened) {
			f, open := stays.next()
			n, err := strconv.ParseInt(f.ID, 10, 64)
			if !open || err != nil || f.Event == "reset" {
				t.Fatalf("after %d of %d events: %v", len(heard), len(happened), f)
			}
			heard = append(heard, n)
		}
		return heard
	}(), happened)
	o.catchUp(happened)
	hush()
	listening.Wait()
	o.holdHeard("who comes back", resumed, happened)
	t.Logf("%d answered from memory or not, %d written, %d refused, %d happenings", o.answered.Load(), len(o.written), o.refused.Load(), len(happened))
}

// holdLost fails unless the server says since when it has no database.
func (o *outage) holdLost() {
	o.Helper()
	var ready struct {
		Writes string
		Since  time.Time
	}
	answer, body := o.get("/readyz")
	if err := json.Unmarshal(body, &ready); err != nil || answer.StatusCode != http.StatusOK || ready.Writes != "unavailable" || time.Since(ready.Since) > time.Minute {
		o.Errorf("readyz: %s", body)
	}
	for _, target := range []string{where(0.5, 0.5), "/tiles/grids/0/0/0.mvt"} {
		answer, _ := o.get(target)
		if since, err := time.Parse(time.RFC3339, answer.Header.Get("Wangge-Database-Lost")); err != nil || !since.Equal(ready.Since) {
			o.Errorf("%s: the database is said to be lost since %q, by readyz since %v", target, answer.Header.Get("Wangge-Database-Lost"), ready.Since)
		}
	}
}

// all returns the codes of what is stored.
func (o *outage) all() map[string]bool {
	o.Helper()
	rows, err := o.pool.Query(o.Context(), `SELECT code FROM place UNION ALL SELECT code FROM incident`)
	if err != nil {
		o.Fatal(err)
	}
	defer rows.Close()
	codes := map[string]bool{}
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			o.Fatal(err)
		}
		codes[code] = true
	}
	if rows.Err() != nil {
		o.Fatal(rows.Err())
	}
	return codes
}

func (o *outage) holdWritten() {
	o.Helper()
	stored := o.all()
	for code := range o.written {
		if !stored[code] {
			o.Errorf("%s was acknowledged and is not there", code)
		}
	}
	told := map[string]bool{}
	list, err := o.server.store.Happenings(o.Context(), 0, 1_000_000)
	if err != nil {
		o.Fatal(err)
	}
	for _, h := range list {
		told[h.Code] = true
	}
	for code := range stored {
		if !told[code] {
			o.Errorf("nobody was told of %s", code)
		}
	}
}

// happened returns the numbers of all that has happened, once each has one.
func (o *outage) happened() (numbers []int64) {
	o.Helper()
	becomes(o.T, "numbered", func() bool {
		var waiting bool
		err := o.pool.QueryRow(o.Context(), `SELECT EXISTS (SELECT FROM outbox WHERE number IS NULL)`).Scan(&waiting)
		return err == nil && !waiting
	})
	list, err := o.server.store.Happenings(o.Context(), 0, 1_000_000)
	if err != nil {
		o.Fatal(err)
	}
	for _, h := range list {
		numbers = append(numbers, h.Number)
	}
	return numbers
}

// catchUp waits until the feed, and who comes back, have come to the end of what has happened.
func (o *outage) catchUp(happened []int64) {
	o.Helper()
	last := slices.Max(happened)
	becomes(o.T, "caught up", func() bool { return o.server.live.Feed().Last() == last })
	becomes(o.T, "heard by who comes back", func() bool { return o.resumed.Load() == last })
}

func (o *outage) holdHeard(who string, heard, happened []int64) {
	o.Helper()
	if !slices.Equal(heard, happened) {
		at := 0
		for at < min(len(heard), len(happened)) && heard[at] == happened[at] {
			at++
		}
		o.Errorf("%s has heard %d events, %d have happened; they differ at %d: %v, %v", who, len(heard), len(happened), at,
			heard[at:min(at+3, len(heard))], happened[at:min(at+3, len(happened))])
	}
}
