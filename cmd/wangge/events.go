package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid/live"
)

// eventsCmd prints what happens.
type eventsCmd struct {
	Topics   []string `help:"Only these: edition, import, incident, place, plan, roster."`
	Division string   `help:"Only what is in the subtree of this division." placeholder:"CODE"`
	After    int64    `help:"Begin after the event of that number; without it, with what happens from now on." default:"-1" placeholder:"NUMBER"`
}

// Help shows what it prints.
func (eventsCmd) Help() string {
	return `Prints one line of JSON an event until it is stopped, as GET /v1/events sends them. Examples:
  wangge events --topics incident,place --division 320211001000
  wangge events --after 57                        what has happened since, too`
}

// eventsPoll is how often to look where nothing can be heard.
const eventsPoll = time.Second

// Run prints what happens to the operator until ctx ends.
func (c *eventsCmd) Run(ctx context.Context, all *cli) error {
	s, err := all.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	city, err := live.Open(ctx, s)
	if err != nil {
		return err
	}
	following, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	defer background.Wait()
	defer stop()
	background.Go(func() { city.Follow(following, eventsPoll) })
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/v1/events?"+c.query().Encode(), nil)
	if err != nil {
		return err
	}
	who := operator()
	w := &eventLines{header: http.Header{}, status: http.StatusOK}
	api.New(api.Config{Store: s, Live: city, Operator: &who}).Handler().ServeHTTP(w, r)
	if w.status >= http.StatusBadRequest {
		return problemError(w.rest)
	}
	return w.failed
}

func (c *eventsCmd) query() url.Values {
	q := url.Values{}
	if len(c.Topics) > 0 {
		q.Set("topics", strings.Join(c.Topics, ","))
	}
	if c.Division != "" {
		q.Set("division", c.Division)
	}
	if c.After >= 0 {
		q.Set("last_event_id", fmt.Sprint(c.After))
	}
	return q
}

// eventLines is an http.ResponseWriter that prints the data of events.
type eventLines struct {
	header http.Header
	status int
	rest   []byte // of a line that has not ended, or a problem document
	failed error
}

// Header implements http.ResponseWriter.
func (l *eventLines) Header() http.Header { return l.header }

// WriteHeader implements http.ResponseWriter.
func (l *eventLines) WriteHeader(status int) { l.status = status }

// Write implements http.ResponseWriter.
func (l *eventLines) Write(b []byte) (int, error) {
	l.rest = append(l.rest, b...)
	for l.status == http.StatusOK && l.failed == nil {
		line, after, ended := bytes.Cut(l.rest, []byte("\n"))
		if !ended {
			break
		}
		if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
			_, l.failed = fmt.Fprintf(os.Stdout, "%s\n", data)
		}
		l.rest = after
	}
	return len(b), l.failed
}

// FlushError implements what http.ResponseController looks for.
func (l *eventLines) FlushError() error { return l.failed }
