package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// asker asks the API of this program, inside this process and as the person at the terminal: what a command can do and what it
// prints is what HTTP clients get.
type asker struct {
	store   *store.Store
	live    *live.Live
	handler http.Handler
}

// ask opens the database and everything that the API answers from. Close ends it.
func (c *cli) ask(ctx context.Context) (*asker, error) {
	operator := operator()
	return c.askAs(ctx, api.Config{Operator: &operator})
}

// askAs is ask with what else the API is to know.
func (c *cli) askAs(ctx context.Context, config api.Config) (*asker, error) {
	s, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	city, err := live.Open(ctx, s)
	if err != nil {
		s.Close()
		return nil, err
	}
	config.Store, config.Live = s, city
	return &asker{store: s, live: city, handler: api.New(config).Handler()}, nil
}

// Close ends the connections.
func (a *asker) Close() { a.store.Close() }

// answer is what the API answered: the body as JSON, and the tag that a write to it needs.
type answer struct {
	body json.RawMessage
	tag  string
}

// request asks for method and path with a body that marshals as JSON, nil for none, and If-Match where tag is not "". The error is what the
// problem document says.
func (a *asker) request(ctx context.Context, method, path, tag string, body any) (answer, error) {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return answer{}, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(content))
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if tag != "" {
		r.Header.Set("If-Match", tag)
	}
	w := &kept{header: http.Header{}, status: http.StatusOK}
	if whole := a.serve(w, r); !whole {
		return answer{}, fmt.Errorf("the answer to %s is a stream, or was cut short: events are for “wangge events”", path)
	}
	if err := ctx.Err(); err != nil {
		return answer{}, err
	}
	if w.status >= http.StatusBadRequest {
		return answer{}, problemError(w.body.Bytes())
	}
	return answer{body: w.body.Bytes(), tag: w.header.Get("ETag")}, nil
}

// serve has the handler answer, and reports whether it has done so to the end: where it cannot, it panics as net/http wants it.
func (a *asker) serve(w http.ResponseWriter, r *http.Request) (whole bool) {
	defer func() {
		if cause := recover(); cause != nil && cause != http.ErrAbortHandler { //nolint:errorlint // the very value
			panic(cause)
		}
	}()
	a.handler.ServeHTTP(w, r)
	return true
}

// kept is an http.ResponseWriter that keeps the answer.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (k *kept) Header() http.Header { return k.header }

// WriteHeader implements http.ResponseWriter.
func (k *kept) WriteHeader(status int) { k.status = status }

// Write implements http.ResponseWriter.
func (k *kept) Write(b []byte) (int, error) { return k.body.Write(b) }

// get asks for path.
func (a *asker) get(ctx context.Context, path string) (answer, error) {
	return a.request(ctx, http.MethodGet, path, "", nil)
}

// problemError makes an error of a problem document.
func problemError(raw []byte) error {
	var p struct {
		Title, Detail, Rule string
		At                  []float64
		Param               string
		Current             int `json:"current_version"`
	}
	if err := json.Unmarshal(raw, &p); err != nil || p.Title == "" && p.Detail == "" {
		return errors.New(strings.TrimSpace(string(raw)))
	}
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	if p.Rule != "" && !strings.Contains(text, p.Rule) {
		text += " (" + p.Rule + ")"
	}
	if len(p.At) == 2 {
		text += fmt.Sprintf(" at %v, %v", p.At[0], p.At[1])
	}
	if p.Current > 0 {
		text += fmt.Sprintf(" Version %d is stored now.", p.Current)
	}
	return errors.New(text)
}

// show prints JSON, indented.
func show(raw json.RawMessage) error {
	var out bytes.Buffer
	if err := json.Indent(&out, bytes.TrimSpace(raw), "", "  "); err != nil {
		return err
	}
	out.WriteByte('\n')
	_, err := out.WriteTo(os.Stdout)
	return err
}
