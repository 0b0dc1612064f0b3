package api

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorilla/mux"
)

// handler answers a request or returns why it cannot; an error before the first byte becomes a problem document.
type handler func(w http.ResponseWriter, r *http.Request) error

// The bounds of a request; a streamed batch sets its own.
const (
	maxBody = 16 << 20
	// workIn bounds the work for an answer, answerIn reading the request and writing the answer too, however slow the client.
	workIn   = 20 * time.Second
	answerIn = 60 * time.Second
	// stallIn is how long a client may be waited for until it has moved stallBytes: some 9 kB/s.
	stallIn    = 30 * time.Second
	stallBytes = 256 << 10
)

// bounded holds a request to those bounds.
func (s *Server) bounded(h handler) handler { return s.boundedBy(maxBody, workIn, h) }

// boundedBy holds a request to other bounds of its body and of the work for it.
func (s *Server) boundedBy(limit int64, work time.Duration, h handler) handler {
	return s.withDeadlines(limit, s.limits.answerIn+work-workIn, func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), work)
		defer cancel()
		return h(w, r.WithContext(ctx))
	})
}

// fromMemory is bounded for an answer that waits for nothing: a timer for its work would take longer than the work. What it may have to
// wait for bounds itself.
func (s *Server) fromMemory(h handler) handler { return s.withDeadlines(maxBody, s.limits.answerIn, h) }

// streamed is for a handler that bounds itself once it streams. A body that it leaves unread, as with a refusal, net/http waits for.
func (s *Server) streamed(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.Body != http.NoBody {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.limits.answerIn))
		}
		return h(w, r)
	}
}

// withDeadlines bounds the body, and the time for reading it and writing the answer.
func (s *Server) withDeadlines(limit int64, all time.Duration, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !isText(r.URL.Path) {
			return badParam("", "The path is not UTF-8 text.")
		}
		if r.ContentLength > limit {
			return &http.MaxBytesError{Limit: limit}
		}
		end := time.Now().Add(all)
		if r.Body != http.NoBody {
			control := http.NewResponseController(w)
			r.Body = &pacedBody{ReadCloser: http.MaxBytesReader(w, r.Body, limit), control: control, end: end, pace: pace{limits: s.limits}}
			_ = control.SetReadDeadline(end) // for a body that the handler leaves unread
		}
		setWriteDeadline(w, end)
		return h(w, r)
	}
}

// setWriteDeadline is http.ResponseController's where the connection has deadlines, as those of net/http do.
func setWriteDeadline(w http.ResponseWriter, end time.Time) {
	if rec, ok := w.(*recorder); ok {
		w = rec.ResponseWriter
	}
	if one, ok := w.(interface {
		SetWriteDeadline(deadline time.Time) error
	}); ok {
		_ = one.SetWriteDeadline(end)
	}
}

// The headers of every answer. Nothing changes their values.
var (
	nosniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	varyBy     = []string{"Accept-Encoding, Authorization"}
)

// wrap makes an http.Handler of h: request id, security headers, problem documents, one log line and the metrics of the
// route.
func (s *Server) wrap(route string, h handler) http.Handler {
	metrics := s.metrics.of(route)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w, status: http.StatusOK, start: time.Now(), id: [1]string{s.requestIDs.next()}, gzip: acceptsGzip(r), token: pathTokenOf(r)}
		header := rec.Header()
		header["X-Request-Id"] = rec.id[:]
		header["X-Content-Type-Options"] = nosniff
		header["Referrer-Policy"] = noReferrer
		header["Vary"] = varyBy
		defer func() {
			defer func() { metrics.observe(r, rec, time.Since(rec.start)) }()
			cause := recover()
			if cause == http.ErrAbortHandler { //nolint:errorlint // the very value that net/http looks for
				panic(cause)
			}
			if cause != nil {
				slog.ErrorContext(r.Context(), "panic", "request_id", rec.id[0], "cause", rec.token.hide(fmt.Sprint(cause)), "stack", rec.token.hide(string(debug.Stack())))
				if rec.wrote {
					panic(http.ErrAbortHandler)
				}
				sendProblem(rec, r, errors.New("panic"))
			}
		}()
		if err := h(rec, r); err != nil {
			if rec.wrote {
				// Half an answer is out: cut the connection, so that nobody takes it for a whole one. A stream of events has no whole.
				level := slog.LevelWarn
				if r.URL.Path == "/v1/events" {
					level = slog.LevelInfo
				}
				slog.Log(r.Context(), level, "answer cut short", "request_id", rec.id[0], "error", rec.token.hide(err.Error()))
				panic(http.ErrAbortHandler)
			}
			sendProblem(rec, r, err)
		}
	})
}

// methods are those that some route takes.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// observe counts and logs a request that has been answered.
func (m *routeMetrics) observe(r *http.Request, rec *recorder, took time.Duration) {
	m.count(r.Method, rec.status, took)
	route := m.route
	if rec.token != nil {
		route = pathRoot + "-" + route
	}
	line := requestLine{at: rec.start.Add(took), id: rec.id[0], method: r.Method, route: route, status: rec.status, bytes: rec.bytes, took: took}
	line.write(r.Context())
}

// requestIDs gives every request an id. They follow each other from a number by chance, mixed so that they look like nothing; no two of
// a process are the same.
type requestIDs struct {
	first uint64
	given atomic.Uint64
}

func newRequestIDs() *requestIDs {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return &requestIDs{first: binary.LittleEndian.Uint64(b[:])}
}

// next returns 16 hexadecimal digits. The mixing is splitmix64's (doi:10.1145/2714064.2660195), which maps no two numbers to one.
func (ids *requestIDs) next() string {
	n := ids.first + ids.given.Add(1)*0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], n^n>>31)
	var digits [16]byte
	hex.Encode(digits[:], raw[:])
	return string(digits[:])
}

// methodNotAllowed answers with the methods that the path has.
func methodNotAllowed(router *mux.Router) handler {
	return func(_ http.ResponseWriter, r *http.Request) error {
		var takes []string
		for _, method := range methods {
			probe := r.Clone(r.Context())
			probe.Method = method
			var match mux.RouteMatch
			if router.Match(probe, &match) && match.MatchErr == nil {
				takes = append(takes, method)
			}
		}
		allowed := strings.Join(takes, ", ")
		return (&problem{
			status: http.StatusMethodNotAllowed, slug: "method-not-allowed", code: "method_not_allowed",
			detail: r.Method + " is not for this path; it takes " + allowed + ".",
		}).withHeader("Allow", allowed)
	}
}
