package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
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
)

type requestIDKey struct{}

// bounded holds a request to those bounds.
func bounded(h handler) handler { return boundedBy(maxBody, workIn, h) }

// boundedBy holds a request to other bounds of its body and of the work for it.
func boundedBy(limit int64, work time.Duration, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !isText(r.URL.Path) {
			return badParam("", "The path is not UTF-8 text.")
		}
		if r.ContentLength > limit {
			return &http.MaxBytesError{Limit: limit}
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		control, end := http.NewResponseController(w), time.Now().Add(answerIn+work-workIn)
		_ = control.SetReadDeadline(end) // not every connection has deadlines; those of net/http do
		_ = control.SetWriteDeadline(end)
		ctx, cancel := context.WithTimeout(r.Context(), work)
		defer cancel()
		return h(w, r.WithContext(ctx))
	}
}

func requestID(r *http.Request) string {
	id, _ := r.Context().Value(requestIDKey{}).(string)
	return id
}

// wrap makes an http.Handler of h: request id, security headers, problem documents, one log line and the metrics of the
// route.
func (s *Server) wrap(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := newRequestID()
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		rec := &recorder{ResponseWriter: w, status: http.StatusOK, gzip: acceptsGzip(r)}
		header := rec.Header()
		header.Set("X-Request-Id", id)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Vary", "Accept-Encoding, Authorization")
		defer func() {
			defer func() { s.observe(r, rec, id, time.Since(start)) }()
			cause := recover()
			if cause == http.ErrAbortHandler { //nolint:errorlint // the very value that net/http looks for
				panic(cause)
			}
			if cause != nil {
				slog.ErrorContext(r.Context(), "panic", "request_id", id, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
				if rec.wrote {
					panic(http.ErrAbortHandler)
				}
				sendProblem(rec, r, errors.New("panic"))
			}
		}()
		if err := h(rec, r); err != nil {
			if rec.wrote {
				// Half an answer is out: cut the connection, so that nobody takes it for a whole one.
				slog.WarnContext(r.Context(), "answer cut short", "request_id", id, "error", err)
				panic(http.ErrAbortHandler)
			}
			sendProblem(rec, r, err)
		}
	})
}

// methods are those that some route takes.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodOptions}

func (s *Server) observe(r *http.Request, rec *recorder, id string, took time.Duration) {
	route := "other"
	if current := mux.CurrentRoute(r); current != nil {
		if template, err := current.GetPathTemplate(); err == nil {
			route = template
		}
	}
	method := r.Method
	if !slices.Contains(methods, method) {
		method = "other" // what a client makes up is no label
	}
	s.metrics.requests.WithLabelValues(route, method, strconv.Itoa(rec.status)).Inc()
	s.metrics.seconds.WithLabelValues(route).Observe(took.Seconds())
	slog.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("request_id", id), slog.String("method", r.Method), slog.String("route", route),
		slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Float64("dur_ms", float64(took.Microseconds())/1000))
}

func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return hex.EncodeToString(b[:])
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
