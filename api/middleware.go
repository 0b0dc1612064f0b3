package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
)

// handler answers a request or returns why it cannot; an error before the first byte becomes a problem document.
type handler func(w http.ResponseWriter, r *http.Request) error

// maxBody bounds every body but those of the batch, which is streamed with a bound of its own.
const maxBody = 16 << 20

type (
	requestIDKey struct{}
	wholeBodyKey struct{}
)

// unlimited returns the body of a request before its bound, for the few that set one of their own.
func unlimited(r *http.Request) io.ReadCloser {
	body, _ := r.Context().Value(wholeBodyKey{}).(io.ReadCloser)
	return body
}

func requestID(r *http.Request) string {
	id, _ := r.Context().Value(requestIDKey{}).(string)
	return id
}

// wrap makes an http.Handler of h: request id, bounded body, security headers, problem documents, one log line and the
// metrics of the route.
func (s *Server) wrap(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := newRequestID()
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		header := rec.Header()
		header.Set("X-Request-Id", id)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Vary", "Accept, Accept-Encoding, Authorization")
		if r.Body != nil {
			r = r.WithContext(context.WithValue(r.Context(), wholeBodyKey{}, r.Body))
			r.Body = http.MaxBytesReader(rec, r.Body, maxBody)
		}
		defer func() {
			defer func() { s.observe(r, rec, id, time.Since(start)) }()
			cause := recover()
			if cause == http.ErrAbortHandler { //nolint:errorlint // the very value that net/http looks for
				panic(cause)
			}
			if cause != nil {
				slog.ErrorContext(r.Context(), "panic", "request_id", id, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
				if !rec.wrote {
					sendProblem(rec, r, errors.New("panic"))
				}
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

func (s *Server) observe(r *http.Request, rec *recorder, id string, took time.Duration) {
	route := "other"
	if current := mux.CurrentRoute(r); current != nil {
		if template, err := current.GetPathTemplate(); err == nil {
			route = template
		}
	}
	s.metrics.requests.WithLabelValues(route, r.Method, strconv.Itoa(rec.status)).Inc()
	s.metrics.seconds.WithLabelValues(route).Observe(took.Seconds())
	slog.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("request_id", id), slog.String("method", r.Method), slog.String("route", route),
		slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Float64("dur_ms", float64(took.Microseconds())/1000))
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	wrote  bool
}

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	w.wrote = true
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return hex.EncodeToString(b[:])
}

// metrics are counted per route template, never per raw path.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wangge_http_requests_total", Help: "Requests by route, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "wangge_http_request_seconds", Help: "Time to answer by route.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
	}
	r.MustRegister(m.requests, m.seconds)
	return m
}

// sendJSON answers v as JSON with status 200.
func sendJSON(w http.ResponseWriter, v any) error { return sendStatus(w, http.StatusOK, v) }

func sendStatus(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding the answer: %w", err)
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

// methodNotAllowed answers with the methods that the path has.
func (s *Server) methodNotAllowed(router *mux.Router) handler {
	return func(_ http.ResponseWriter, r *http.Request) error {
		allowed := ""
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch} {
			probe := r.Clone(r.Context())
			probe.Method = method
			var match mux.RouteMatch
			if router.Match(probe, &match) && match.MatchErr == nil {
				if allowed != "" {
					allowed += ", "
				}
				allowed += method
			}
		}
		return (&problem{
			status: http.StatusMethodNotAllowed, slug: "method-not-allowed", code: "method_not_allowed",
			detail: r.Method + " is not for this path; it takes " + allowed + ".",
		}).withHeader("Allow", allowed)
	}
}
