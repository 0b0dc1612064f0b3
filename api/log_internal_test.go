package api

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// written is what a log has written, write by write.
type written struct {
	mu    sync.Mutex
	parts []string
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.parts = append(w.parts, string(p))
	return len(p), nil
}

func (w *written) writes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.parts)
}

func (w *written) lines() []string {
	return strings.Split(strings.TrimSuffix(strings.Join(w.writes(), ""), "\n"), "\n")
}

// messages formats nothing but the message.
func messages(w io.Writer) slog.Handler {
	return slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return a
	}})
}

// TestLogHoldsBack: lines wait for each other a tenth of a second, not a warning; the lines before it go with it.
func TestLogHoldsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &written{}
		l := NewLog(w)
		log := slog.New(l.Handler(messages)).With("a", 1)
		log.Info("one")
		log.Info("two")
		time.Sleep(logIn - 1)
		if synctest.Wait(); len(w.writes()) != 0 {
			t.Fatalf("written too early: %q", w.writes())
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		log.Info("three")
		log.WithGroup("g").Warn("four", "b", 2)
		log.Info("five")
		if err := l.Flush(); err != nil {
			t.Fatal(err)
		}
		want := []string{"msg=one a=1\nmsg=two a=1\n", "msg=three a=1\nmsg=four a=1 g.b=2\n", "msg=five a=1\n"}
		if got := w.writes(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		time.Sleep(time.Second)
		if synctest.Wait(); len(w.writes()) != len(want) {
			t.Errorf("written again: %q", w.writes())
		}
	})
}

// TestLogLosesNothing: lines of many goroutines all arrive, whole and once, and are never held back without bound.
func TestLogLosesNothing(t *testing.T) {
	t.Parallel()
	w := &written{}
	l := NewLog(w)
	log := slog.New(l.Handler(messages))
	var running sync.WaitGroup
	want := map[string]bool{}
	const writers, each = 8, 2000
	for i := range writers {
		for k := range each {
			want[fmt.Sprintf("msg=%d.%d", i, k)] = true
		}
		running.Go(func() {
			for k := range each {
				log.Info(fmt.Sprintf("%d.%d", i, k))
			}
		})
	}
	running.Wait()
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, line := range w.lines() {
		if !want[line] {
			t.Fatalf("got %q, which was not logged or has come before", line)
		}
		delete(want, line)
	}
	if len(want) > 0 {
		t.Errorf("%d lines are missing", len(want))
	}
	for _, part := range w.parts {
		if len(part) > logBytes+100 {
			t.Errorf("%d bytes were held back", len(part))
		}
	}
}

// TestRequestLine: the line of a request is what slog's handler writes of its record.
func TestRequestLine(t *testing.T) {
	t.Parallel()
	for _, line := range []requestLine{
		{at: time.Date(2026, 11, 22, 13, 40, 7, 123456789, time.UTC), id: "0123456789abcdef", method: "GET", route: "/v1/locate", status: 200, bytes: 1900, took: 123456 * time.Nanosecond},
		{at: time.Date(2026, 11, 22, 21, 40, 7, 0, time.FixedZone("", 8*3600)), method: "POST", route: "/v1/plans/{code}/acts", status: 404, took: time.Microsecond - 1},
		{at: time.Now(), id: "0", method: "M-SEARCH", route: "other", status: 405, bytes: 1 << 40, took: time.Hour},
		{at: time.Now().Local(), id: "网格", method: `a"b`, route: "<x>&", status: 500, bytes: 1, took: 12 * time.Second},
		{at: time.Unix(0, 0), took: 1500 * time.Microsecond},
	} {
		var want, got written
		if err := slog.NewJSONHandler(&want, nil).Handle(t.Context(), line.record()); err != nil {
			t.Fatal(err)
		}
		l := NewLog(&got)
		l.request(&line)
		if err := l.Flush(); err != nil {
			t.Fatal(err)
		}
		if got.parts[0] != want.parts[0] {
			t.Errorf("got\n%swant\n%s", got.parts[0], want.parts[0])
		}
	}
}

// TestRequestLineHandlers: what the log's handler is told to do holds for the lines of requests.
func TestRequestLineHandlers(t *testing.T) {
	t.Parallel()
	l := NewLog(&written{})
	plain := l.JSONHandler(slog.LevelInfo)
	for name, test := range map[string]struct {
		handler slog.Handler
		fast    bool
	}{
		"JSON":       {plain, true},
		"attributes": {plain.WithAttrs([]slog.Attr{slog.Int("a", 1)}), false},
		"a group":    {plain.WithGroup("g"), false},
		"text":       {l.Handler(messages), false},
	} {
		if h := test.handler.(logHandler); h.plainJSON != test.fast {
			t.Errorf("%s: %v, want %v", name, h.plainJSON, test.fast)
		}
	}
	if l.JSONHandler(slog.LevelWarn).Enabled(t.Context(), slog.LevelInfo) {
		t.Error("the level is lost")
	}
}
