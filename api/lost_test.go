package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// link forwards connections to a database until it is cut.
type link struct {
	listener net.Listener
	mu       sync.Mutex
	open     []net.Conn
}

func newLink(t *testing.T, network, address string) *link {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &link{listener: listener}
	t.Cleanup(l.cut)
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial(network, address)
			if err != nil {
				_ = near.Close()
				continue
			}
			l.mu.Lock()
			l.open = append(l.open, near, far)
			l.mu.Unlock()
			go func() { _, _ = io.Copy(far, near) }()
			go func() { _, _ = io.Copy(near, far) }()
		}
	}()
	return l
}

func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.listener.Close()
	for _, c := range l.open {
		_ = c.Close()
	}
}

// TestWithoutTheDatabase: what is in memory is answered on and says since when that is all, the rest says that it cannot be.
func TestWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	direct := store.New(pool)
	fill(t, direct)
	database := pool.Config().ConnConfig
	network, address := "tcp", net.JoinHostPort(database.Host, strconv.Itoa(int(database.Port)))
	if strings.HasPrefix(database.Host, "/") {
		network, address = "unix", filepath.Join(database.Host, fmt.Sprintf(".s.PGSQL.%d", database.Port))
	}
	link := newLink(t, network, address)
	host, port, err := net.SplitHostPort(link.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	linked, err := store.Open(t.Context(), fmt.Sprintf("host=%s port=%s user='%s' password='%s' dbname='%s' sslmode=disable",
		host, port, database.User, database.Password, database.Database))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(linked.Close)
	state, err := live.Open(t.Context(), linked)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { state.Follow(ctx, 10*time.Millisecond) })
	front := httptest.NewServer(api.New(api.Config{Store: linked, Live: state}).Handler())
	t.Cleanup(func() { front.Close(); cancel(); following.Wait() })
	s := &server{Server: front, secrets: map[string]string{"planner": token(t, direct, "planner", "")}}

	if lost := s.do(t, exchange{target: where(0.5, 0.5)}).Header.Get("Wangge-Database-Lost"); lost != "" {
		t.Errorf("the database counts as lost since %s", lost)
	}
	link.cut()
	becomes(t, "lost", func() bool { return !state.LostSince().IsZero() })
	for _, test := range []struct {
		exchange
		want int
	}{
		{exchange{target: where(0.5, 0.5)}, http.StatusOK},
		{exchange{target: "/tiles/grids/0/0/0.mvt"}, http.StatusOK},
		{exchange{target: "/v1/grids"}, http.StatusOK},
		{exchange{target: "/healthz"}, http.StatusOK},
		{exchange{target: "/v1/places", as: "planner"}, http.StatusServiceUnavailable},
		{exchange{method: http.MethodPost, target: "/v1/places", as: "planner", header: asJSON, body: hazard(0.5, 0.5, "")}, http.StatusServiceUnavailable},
		{exchange{target: "/v1/grids", header: "Wangge-Min-Edition: " + binhu + "=2\n"}, http.StatusServiceUnavailable},
	} {
		answer := s.do(t, test.exchange)
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != test.want {
			t.Errorf("%s %s: got %s %s, want %d", test.method, test.target, answer.Status, body, test.want)
		}
		lost := answer.Header.Get("Wangge-Database-Lost")
		if since, err := time.Parse(time.RFC3339, lost); test.target != "/healthz" && (err != nil || time.Since(since) > time.Hour) {
			t.Errorf("%s %s: the database is said to be lost since %q", test.method, test.target, lost)
		}
		if test.want == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s: refused without Retry-After", test.method, test.target)
		}
		conforms(t, answer, body)
	}
	// Nobody can say whose the token is: the caller gets what anybody gets, and is told so.
	for _, target := range []string{where(0.5, 0.5), strings.Replace(where(0.5, 0.5), "locate", "locate/all", 1)} {
		if a := s.ask(t, target, "planner", http.StatusOK); !slices.Equal(a.warned(), []string{"token_unchecked"}) || a.Contact == nil {
			t.Errorf("%s with a token: %+v", target, a)
		}
	}
	if lines := s.lines(t, "", "planner", point(0.5, 0.5)); !strings.Contains(string(lines[0]), `"token_unchecked"`) {
		t.Errorf("a batch with a token: %s", lines)
	}
	var ready struct{ Status, Writes string }
	answer := s.do(t, exchange{target: "/readyz"})
	if err := json.NewDecoder(answer.Body).Decode(&ready); err != nil || answer.StatusCode != http.StatusOK || ready.Writes != "unavailable" {
		t.Errorf("readyz: got %s %+v (%v)", answer.Status, ready, err)
	}
}
