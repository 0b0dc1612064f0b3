package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// timed is a connection that notes its deadlines.
type timed struct {
	*httptest.ResponseRecorder
	reads, writes []time.Time
}

func (w *timed) SetReadDeadline(at time.Time) error  { w.reads = append(w.reads, at); return nil }
func (w *timed) SetWriteDeadline(at time.Time) error { w.writes = append(w.writes, at); return nil }

// TestDeadlines: a bounded request has one deadline, whatever its client does; a batch gets a new one with each read and
// write, so that only a client that stalls is cut off.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	within := func(what string, at []time.Time, n int, limit time.Duration) {
		t.Helper()
		if len(at) != n {
			t.Fatalf("%s: %d deadlines, want %d", what, len(at), n)
		}
		for _, d := range at {
			if d.Before(begun.Add(limit)) || d.After(time.Now().Add(limit)) {
				t.Errorf("%s: the deadline is %v from the start, want %v", what, d.Sub(begun), limit)
			}
		}
	}
	request := func() *http.Request {
		return httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("question"))
	}
	w := &timed{ResponseRecorder: httptest.NewRecorder()}
	server := New(Config{})
	err := server.bounded(func(w http.ResponseWriter, r *http.Request) error {
		if at, ok := r.Context().Deadline(); !ok || time.Until(at) > workIn {
			t.Errorf("the work ends at %v", at)
		}
		_, err := io.ReadAll(r.Body)
		return err
	})(&recorder{ResponseWriter: w}, request())
	if err != nil {
		t.Fatal(err)
	}
	within("bounded read", w.reads[:1], 1, answerIn)
	within("bounded read, piece by piece", w.reads[1:], len(w.reads)-1, stallIn)
	within("bounded write", w.writes, 1, answerIn)

	w = &timed{ResponseRecorder: httptest.NewRecorder()}
	s, err := server.newStream(&recorder{ResponseWriter: w}, request(), maxBatch)
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 4)
	for range 2 {
		if _, err := io.ReadFull(s, p); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	within("batch read", w.reads, 2, stallIn)
	within("batch write", w.writes, 2, stallIn)
	s.in.end = time.Now().Add(time.Second) // a client that keeps up, but without end
	_, _ = s.Read(p)
	_, _ = s.Write(p[:0])
	if read, write := w.reads[2], w.writes[2]; !read.Equal(s.in.end) || !write.Equal(s.in.end) {
		t.Errorf("the deadlines are %v and %v, want the end of the batch, %v", read, write, s.in.end)
	}
	if got := w.Body.String(); got != "question" {
		t.Errorf("got %q", got)
	}
}
