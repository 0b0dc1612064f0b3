package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid"
)

// TestEventsByScope tells everybody what they may hear of, and nothing else.
func TestEventsByScope(t *testing.T) {
	t.Parallel()
	c := newCrier(t)
	for name, scope := range map[string]string{"city": "", "lake": lake, "binhu": binhu, "bridge": bridge} {
		c.secrets[name] = token(t, c.store, "dispatcher", scope)
	}
	listeners := map[string]exchange{
		"anybody":           {target: "/v1/events"},
		"city":              {target: "/v1/events", as: "city"},
		"lake":              {target: "/v1/events", as: "lake"},
		"binhu":             {target: "/v1/events", as: "binhu"},
		"bridge":            {target: "/v1/events", as: "bridge"},
		"incidents of lake": {target: "/v1/events?topics=incident,edition&division=" + lake, as: "city"},
	}
	streams := map[string]*stream{}
	for name, e := range listeners {
		streams[name] = c.listen(t, e)
	}
	c.cry(t, grid.TopicIncident, "in-lake", `{"kind": "gas"}`, lake)
	c.cry(t, grid.TopicIncident, "lake-to-bridge", `{}`, lake, bridge)
	c.cry(t, grid.TopicPlace, "place-in-bridge", `{}`, bridge)
	c.cry(t, grid.TopicPlace, "place-in-binhu", `{}`, binhu) // in no community
	c.cry(t, grid.TopicImport, "hazards", `{}`)
	c.cry(t, grid.TopicImport, "shelters", `{}`, binhu)
	c.cry(t, grid.TopicPlan, "plan-of-binhu", `{}`, binhu)
	c.cry(t, grid.TopicIncident, "in-no-division", `{}`, "999999")
	c.cry(t, grid.TopicRoster, binhu, `{}`, binhu)
	c.cry(t, grid.TopicEdition, liangxi, `{"edition": 2}`)
	c.cry(t, grid.TopicEdition, binhu, `{"edition": 2}`)
	for name, want := range map[string][]string{
		"anybody": {binhu, liangxi, binhu},
		"city": {
			"in-lake", "lake-to-bridge", "place-in-bridge", "place-in-binhu", "hazards", "shelters", "plan-of-binhu", "in-no-division",
			binhu, liangxi, binhu,
		},
		"lake":              {"in-lake", "lake-to-bridge", "plan-of-binhu", binhu, liangxi, binhu},
		"binhu":             {"in-lake", "lake-to-bridge", "place-in-binhu", "shelters", "plan-of-binhu", binhu, liangxi, binhu},
		"bridge":            {"lake-to-bridge", "place-in-bridge", binhu, liangxi, binhu},
		"incidents of lake": {"in-lake", "lake-to-bridge", binhu},
	} {
		var got []string
		for range want {
			f, _ := streams[name].next()
			got = append(got, fmt.Sprint(f.Data["code"]))
		}
		sameCodes(t, name, got, want)
		if len(streams[name].frames) > 0 {
			t.Errorf("%s hears more", name)
		}
	}
}

// TestEventsForm sends events as the standard and the document have them, unpacked, each with what it tells.
func TestEventsForm(t *testing.T) {
	t.Parallel()
	c := newCrier(t)
	c.secrets["city"] = token(t, c.store, "reader", "")
	known, anybody := c.listen(t, exchange{target: "/v1/events", as: "city", header: "Accept-Encoding: gzip\n"}), c.listen(t, exchange{target: "/v1/events"})
	header := known.answer.Header
	if header.Get("Content-Type") != "text/event-stream" || header.Get("Content-Encoding") != "" || header.Get("Cache-Control") != "no-store" ||
		header.Get("Wangge-Edition") == "" || header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("the headers are %v", header)
	}
	c.cry(t, grid.TopicIncident, "I1", `{"kind": "gas", "lon": 120.31, "code": "other", "number": 0}`, lake)
	c.cry(t, grid.TopicRoster, binhu, `{"posts": 3}`, binhu)
	for i, want := range []map[string]any{
		{"topic": "incident", "action": "act", "code": "I1", "kind": "gas", "lon": 120.31, "number": 1.0},
		{"topic": "roster", "action": "act", "code": binhu, "posts": 3.0, "number": 2.0},
	} {
		f, _ := known.next()
		if at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(f.Data["at"])); err != nil || time.Since(at) > time.Hour {
			t.Errorf("event %d is of %v", i, f.Data["at"])
		}
		delete(f.Data, "at")
		f.Arrived = time.Time{}
		if diff := cmp.Diff(frame{ID: fmt.Sprint(i + 1), Event: fmt.Sprint(want["topic"]), Data: want}, f); diff != "" {
			t.Errorf("event %d (-want +got):\n%s", i, diff)
		}
	}
	f, _ := anybody.next()
	delete(f.Data, "at")
	f.Arrived = time.Time{}
	want := frame{ID: "2", Event: "roster", Data: map[string]any{"topic": "roster", "action": "act", "code": binhu, "number": 2.0}}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("anybody hears of the roster (-want +got):\n%s", diff)
	}
}

// TestEventsResume goes on where a client was, and says so when that cannot be.
func TestEventsResume(t *testing.T) {
	t.Parallel()
	c := newCrier(t)
	c.secrets["city"] = token(t, c.store, "reader", "")
	for i := range 5 {
		c.cry(t, grid.TopicPlace, fmt.Sprint("P", i+1), `{}`, lake)
	}
	c.knows(t, 5)
	now := c.listen(t, exchange{target: "/v1/events", as: "city"})
	if now.lastID() != "5" {
		t.Errorf("a stream from now on begins after %s", now.lastID())
	}
	since := c.listen(t, exchange{target: "/v1/events?last_event_id=3", as: "city"})
	again := c.listen(t, exchange{target: "/v1/events?last_event_id=0", as: "city", header: "Last-Event-ID: 4\n"})
	sameCodes(t, "after 3", since.until("P5"), []string{"P4", "P5"})
	sameCodes(t, "after 4", again.until("P5"), []string{"P5"})
	c.cry(t, grid.TopicPlace, "P6", `{}`, lake)
	for name, st := range map[string]*stream{"from now on": now, "since 3": since, "again": again} {
		sameCodes(t, name, st.until("P6"), []string{"P6"})
		st.close()
	}

	if _, err := c.pool.Exec(t.Context(), `DELETE FROM outbox WHERE number <= 3`); err != nil {
		t.Fatal(err)
	}
	other := crierOn(t, c.pool, time.Second) // whose memory begins with what has happened until now
	other.secrets = c.secrets
	for _, after := range []string{"2", "7000"} {
		late := other.listen(t, exchange{target: "/v1/events", as: "city", header: "Last-Event-ID: " + after + "\n"})
		if f, _ := late.next(); f.Event != "reset" || f.ID != "6" {
			t.Errorf("after %s comes %v", after, f)
		}
	}
	sameCodes(t, "after 3", other.listen(t, exchange{target: "/v1/events?last_event_id=3", as: "city"}).until("P6"), []string{"P4", "P5", "P6"})
}

// TestEventsRefused says what is wrong with a question before any stream.
func TestEventsRefused(t *testing.T) {
	t.Parallel()
	c := newCrier(t)
	c.secrets["lake"] = token(t, c.store, "reader", lake)
	for _, test := range []struct {
		exchange
		want int
	}{
		{exchange{target: "/v1/events?topics=weather"}, http.StatusBadRequest},
		{exchange{target: "/v1/events?topics=edition,incident"}, http.StatusUnauthorized},
		{exchange{target: "/v1/events?last_event_id=-1"}, http.StatusBadRequest},
		{exchange{target: "/v1/events", header: "Last-Event-ID: seven\n"}, http.StatusBadRequest},
		{exchange{target: "/v1/events?since=7"}, http.StatusBadRequest},
		{exchange{target: "/v1/events?division=999999"}, http.StatusBadRequest},
		{exchange{target: "/v1/events", header: "Authorization: Bearer nobody\n"}, http.StatusUnauthorized},
		{exchange{method: http.MethodPost, target: "/v1/events"}, http.StatusMethodNotAllowed},
		{exchange{method: http.MethodHead, target: "/v1/events", as: "lake"}, http.StatusOK},
		{exchange{method: http.MethodOptions, target: "/v1/events", header: "Access-Control-Request-Headers: Last-Event-ID\n"}, http.StatusNoContent},
	} {
		answer := c.do(t, test.exchange)
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != test.want {
			t.Errorf("%s %s %s: %s %s (%v), want %d", test.method, test.target, test.header, answer.Status, body, err, test.want)
		}
		conforms(t, answer, body)
	}
}

// TestEventsOnTheOpenDemo lets the page there hear everything without a token, and no page of another site.
func TestEventsOnTheOpenDemo(t *testing.T) {
	t.Parallel()
	c := newCrier(t, func(config *api.Config) { config.OpenReads = true })
	st := c.listen(t, exchange{target: "/v1/events", header: "Origin: https://elsewhere.example\n"})
	if origin := st.answer.Header.Get("Access-Control-Allow-Origin"); origin != "" {
		t.Errorf("%s may read it", origin)
	}
	c.cry(t, grid.TopicIncident, "I1", `{}`, lake)
	sameCodes(t, "the demo", st.until("I1"), []string{"I1"})
}

// TestEventsOfARevokedToken looks at the token again, and takes a lost database for no word against it.
func TestEventsOfARevokedToken(t *testing.T) {
	t.Parallel()
	c := newCrier(t)
	secret := token(t, c.store, "reader", lake)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/events", nil)
	request.Header.Set("Authorization", "Bearer "+secret)
	if !api.StillMay(c.app, request) {
		t.Error("a valid token does not go on")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if !api.StillMay(c.app, request.WithContext(ended)) {
		t.Error("a token that cannot be looked at counts as revoked")
	}
	if _, err := c.pool.Exec(t.Context(), `UPDATE token SET revoked_at = now()`); err != nil {
		t.Fatal(err)
	}
	if api.StillMay(c.app, request) {
		t.Error("a revoked token goes on")
	}
}

// deaf is a client that goes on without taking anything in.
type deaf struct{ header http.Header }

func (d *deaf) Header() http.Header         { return d.header }
func (d *deaf) WriteHeader(int)             {}
func (d *deaf) Write(b []byte) (int, error) { return len(b), nil }
func (d *deaf) FlushError() error           { return nil }

// TestEventsHaveFewListeners refuses more than a thousand, half of them without a token, and takes new ones when others have gone.
func TestEventsHaveFewListeners(t *testing.T) {
	t.Parallel()
	c := newCrier(t)
	c.secrets["city"] = token(t, c.store, "reader", "")
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	handler := c.app.Handler()
	listen := func(n int, as string) {
		for range n {
			request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/events", nil)
			if as != "" {
				request.Header.Set("Authorization", "Bearer "+c.secrets[as])
			}
			go handler.ServeHTTP(&deaf{header: http.Header{}}, request)
		}
	}
	status := func(as string) int {
		answer := c.do(t, exchange{method: http.MethodHead, target: "/v1/events", as: as})
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") == "" {
			t.Error("refused without Retry-After")
		}
		return answer.StatusCode
	}
	listen(api.MaxStrangers, "")
	becomes(t, "refused to strangers", func() bool { return status("") == http.StatusServiceUnavailable })
	if got := status("city"); got != http.StatusOK {
		t.Errorf("strangers keep out who has a token: %d", got)
	}
	listen(api.MaxListeners-api.MaxStrangers, "city")
	becomes(t, "refused to all", func() bool { return status("city") == http.StatusServiceUnavailable })
	leave()
	becomes(t, "taken again", func() bool { return status("") == http.StatusOK && status("city") == http.StatusOK })
	becomes(t, "all seats are free", func() bool { return c.app.Listeners() == 0 })
}

// becomes waits for what is to come, and fails when it does not.
func becomes(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 30 s", what)
		}
	}
}

// TestEventsCutWhoDoesNotRead cuts off a client that takes nothing in, while another one hears everything.
func TestEventsCutWhoDoesNotRead(t *testing.T) {
	t.Parallel()
	c := newCrier(t)
	c.secrets["city"] = token(t, c.store, "reader", "")
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", c.secrets["city"]); err != nil {
		t.Fatal(err)
	}
	reads := c.listen(t, exchange{target: "/v1/events", as: "city"})
	becomes(t, "two listen", func() bool { return c.app.Listeners() == 2 })
	const n = 9_000 // more than what the kernel keeps for a connection
	_, err = c.pool.Exec(t.Context(), `
		WITH told AS (
			INSERT INTO outbox (topic, action, code, areas, data)
			SELECT 'place', 'create', i::text, ARRAY[$2], jsonb_build_object('name', repeat('x', 1500)) FROM generate_series(1, $1) AS i
		)
		SELECT pg_notify('feed', '')`, n, lake)
	if err != nil {
		t.Fatal(err)
	}
	if got := reads.until(fmt.Sprint(n)); len(got) != n {
		t.Errorf("who reads has heard %d of %d", len(got), n)
	}
	becomes(t, "one is cut off", func() bool { return c.app.Listeners() == 1 })
	c.cry(t, grid.TopicPlace, "after", `{}`, lake)
	reads.until("after")
}

// TestEventsEnd ends all streams at once when the server is to end, so that nobody waits for them.
func TestEventsEnd(t *testing.T) {
	t.Parallel()
	c := newCrier(t)
	c.Config.RegisterOnShutdown(c.app.EndStreams)
	st := c.listen(t, exchange{target: "/v1/events"})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := c.Config.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if f, more := st.next(); more {
		t.Errorf("after the end comes %v", f)
	}
}
