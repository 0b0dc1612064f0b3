package api_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/wangge/wangge/api"
)

// The test's server waits this long for a client, until it has moved so much.
const (
	late      = 300 * time.Millisecond
	lateBytes = 64 << 10
)

// hurried is the town behind the server that wangge serve runs, with little patience.
func hurried(t *testing.T) *server {
	t.Helper()
	s, l := newTown(t)
	app := api.New(api.Config{Store: s, Live: l})
	app.Hurry(late, lateBytes)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front := app.HTTP()
	go func() { _ = front.Serve(listener) }()
	t.Cleanup(func() { _ = front.Close() })
	return &server{Server: &httptest.Server{URL: "http://" + listener.Addr().String()}, store: s, live: l, secrets: map[string]string{}}
}

func (s *server) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	tcp := c.(*net.TCPConn)
	_ = tcp.SetReadBuffer(4 << 10)
	_ = tcp.SetDeadline(time.Now().Add(time.Minute)) // the end of a test that fails
	return tcp
}

// trickle sends text byte by byte, over and over, until nobody takes it.
func trickle(c net.Conn, text string) error {
	for i := 0; ; i = (i + 1) % len(text) {
		if _, err := io.WriteString(c, text[i:i+1]); err != nil {
			return err
		}
		time.Sleep(late / 30)
	}
}

const batchHead = "POST /v1/locate HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 200000000\r\n\r\nlon,lat\n"

// TestStalledClients: whoever stalls, or sends or reads byte by byte, is cut off, in a batch, in a request and in its head, with a
// token in its path too.
func TestStalledClients(t *testing.T) {
	t.Parallel()
	s := hurried(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	lon, lat := at(0.5, 0.5)
	row := fmt.Sprintf("%g,%g\n", lon, lat)
	get := "GET " + where(0.5, 0.5) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
	post := "POST /v1/places HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer " + s.secrets["planner"] + "\r\nContent-Length: 1000000\r\n\r\n{"
	secret, _ := pathToken(t, s.store, nil)
	inPath := "/t/" + secret
	silent := func(net.Conn, string) error { return nil }
	for _, test := range []struct {
		name, head string
		send       func(net.Conn, string) error // until it fails
		body       string
		reads      bool // all that is answered
		want       string
	}{
		{"batch that stops", batchHead, silent, "", true, "timeout: The rest of the body did not come in time"},
		{"batch byte by byte", batchHead, trickle, row, true, "timeout: The rest of the body did not come in time"},
		{"batch that is not read", batchHead, flood, strings.Repeat(row, 1000), false, ""},
		{"batch that is refused", strings.Replace(batchHead, "/v1/locate", "/v1/locate?no=1", 1), trickle, " ", true, "HTTP/1.1 400 "},
		{"refused batch byte by byte", strings.Replace(strings.Replace(batchHead, "/v1/locate", "/v1/locate?no=1", 1), "200000000", "200000", 1), trickle, " ", true, "HTTP/1.1 400 "},
		{"listener with a body", "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n", silent, "", true, "HTTP/1.1 400 "},
		{"body that stops", post, silent, "", true, "HTTP/1.1 408 "},
		{"body byte by byte", post, trickle, " ", true, "HTTP/1.1 408 "},
		{"head that stops", "GET /v1/locate HTTP/1.1\r\nX: ", silent, "", true, ""},
		{"head byte by byte", "GET /v1/locate HTTP/1.1\r\nX: ", trickle, "x", true, ""},
		{"answers that are not read", "", flood, strings.Repeat(get, 1000), false, ""},
		{"tiles that are not read", "", flood, strings.Repeat(askTile(""), 1000), false, ""},
		{"tiles by a token in the path that are not read", "", flood, strings.Repeat(askTile(inPath), 1000), false, ""},
		{"token in the path that stops", "GET /t/" + secret[:5], silent, "", true, ""},
		{"token in the path byte by byte", "GET /t/", trickle, secret, true, ""},
		{"token in the path with a body that stops", strings.Replace(askTile(inPath), "\r\n\r\n", "\r\nContent-Length: 100\r\n\r\n", 1), silent, "", true, ""},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			c := s.dial(t)
			if _, err := io.WriteString(c, test.head); err != nil {
				t.Fatal(err)
			}
			if !test.reads {
				if err := test.send(c, test.body); errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error("the connection stays open")
				}
				return
			}
			go func() { _ = test.send(c, test.body) }()
			answer, err := io.ReadAll(c) // ends when the server has closed the connection
			if errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(string(answer), test.want) {
				t.Errorf("got %q (%v), want %q", answer, err, test.want)
			}
		})
	}
}

// askTile is a request for the tile that shows the town, behind a prefix of the path.
func askTile(before string) string {
	lon, lat := at(0.5, 0.5)
	tile := maptile.At(orb.Point{lon, lat}, 14)
	return fmt.Sprintf("GET %s/tiles/grids/14/%d/%d.mvt HTTP/1.1\r\nHost: localhost\r\n\r\n", before, tile.X, tile.Y)
}

// TestStalledTilesHoldNobody: while many ask for a tile over and over and read it byte by byte, others get the same tile; those are cut off.
func TestStalledTilesHoldNobody(t *testing.T) {
	t.Parallel()
	s := hurried(t)
	request := askTile("")
	var stalled sync.WaitGroup
	for range 40 {
		c := s.dial(t)
		stalled.Go(func() {
			done := make(chan struct{})
			defer close(done)
			go func() {
				for one := make([]byte, 1); ; time.Sleep(late / 30) {
					select {
					case <-done:
						return
					default:
						_, _ = c.Read(one)
					}
				}
			}()
			if err := flood(c, strings.Repeat(request, 1000)); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection stays open")
			}
		})
	}
	_, target, _ := strings.Cut(request, " ")
	target, _, _ = strings.Cut(target, " ")
	for range 20 {
		if answer := s.do(t, exchange{target: target}); answer.StatusCode != http.StatusOK {
			t.Errorf("meanwhile: %s", answer.Status)
		}
	}
	stalled.Wait()
}

// flood sends text over and over as fast as it is taken, until nobody does.
func flood(c net.Conn, text string) error {
	for {
		if _, err := io.WriteString(c, text); err != nil {
			return err
		}
	}
}

// TestStalledBatchesMakeRoom: batches that stall, as many as may run, are cut off, and the next one is answered; single questions are
// all the time.
func TestStalledBatchesMakeRoom(t *testing.T) {
	t.Parallel()
	s := hurried(t)
	var stalled sync.WaitGroup
	for range api.MaxBatches() {
		c := s.dial(t)
		if _, err := io.WriteString(c, batchHead); err != nil {
			t.Fatal(err)
		}
		stalled.Go(func() {
			go func() { _ = trickle(c, " ") }()
			_, _ = io.Copy(io.Discard, c)
		})
	}
	if answer := s.do(t, exchange{target: where(0.5, 0.5)}); answer.StatusCode != http.StatusOK {
		t.Errorf("meanwhile: %s", answer.Status)
	}
	stalled.Wait()
	lon, lat := at(0.5, 0.5)
	answer := s.do(t, exchange{method: http.MethodPost, target: "/v1/locate", header: asCSV, body: fmt.Sprintf("lon,lat\n%g,%g\n", lon, lat)})
	if body, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(body), lake+"001") {
		t.Errorf("afterwards: %s %s (%v)", answer.Status, body, err)
	}
}

// TestSlowClientIsServed: one that is slow, but keeps up, gets its whole answer.
func TestSlowClientIsServed(t *testing.T) {
	t.Parallel()
	s := hurried(t)
	lon, lat := at(0.5, 0.5)
	row := fmt.Sprintf("%g,%g\n", lon, lat)
	rows := 4 * lateBytes / len(row)
	c := s.dial(t)
	head := strings.Replace(batchHead, "200000000", fmt.Sprint(len("lon,lat\n")+rows*len(row)), 1)
	if _, err := io.WriteString(c, head); err != nil {
		t.Fatal(err)
	}
	go func() {
		part := strings.Repeat(row, rows/40)
		for sent := 0; sent < rows; sent += rows / 40 {
			if _, err := io.WriteString(c, part[:min(len(part), (rows-sent)*len(row))]); err != nil {
				return // as the answer shows
			}
			time.Sleep(late / 60)
		}
	}()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if got := strings.Count(string(body), ",served,"); err != nil || got != rows {
		t.Errorf("got %d answers (%v), want %d", got, err, rows)
	}
}

// TestBusy: while as many batches run as may, more of them and discs wait; points are answered.
func TestBusy(t *testing.T) {
	t.Parallel()
	c := newCrier(t)
	status := func(method, target string) int {
		answer := c.do(t, exchange{method: method, target: target, header: asCSV, body: "lon,lat\n"})
		defer answer.Body.Close()
		if answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s is refused without Retry-After", method, target)
		}
		return answer.StatusCode
	}
	held := func(want int) {
		t.Helper()
		for _, got := range []int{status(http.MethodGet, where(0.5, 0.5)+"&radius_m=50"), status(http.MethodPost, "/v1/locate")} {
			if got != want {
				t.Errorf("got %d, want %d", got, want)
			}
		}
		if got := status(http.MethodGet, where(0.5, 0.5)); got != http.StatusOK {
			t.Errorf("a point: got %d", got)
		}
	}
	leave := c.app.Occupy()
	held(http.StatusServiceUnavailable)
	leave()
	held(http.StatusOK)
}
