package api

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestPathTokenIsNotToldByFailures: a handler that fails with the token on its lips does not bring it into the log or the answer. It does
// not run beside others, whose log it takes.
func TestPathTokenIsNotToldByFailures(t *testing.T) {
	s := New(Config{})
	before := slog.Default()
	defer slog.SetDefault(before)
	var log bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	const secret = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for name, h := range map[string]handler{
		"panic": func(_ http.ResponseWriter, r *http.Request) error { panic(s.base(r)) },
		"error": func(_ http.ResponseWriter, r *http.Request) error { return errors.New("no way to " + s.base(r)) },
		"late error": func(w http.ResponseWriter, r *http.Request) error {
			w.WriteHeader(http.StatusOK)
			return errors.New("half way to " + s.base(r))
		},
		"late panic": func(w http.ResponseWriter, r *http.Request) error {
			w.WriteHeader(http.StatusOK)
			panic(s.base(r))
		},
	} {
		t.Run(name, func(t *testing.T) {
			log.Reset()
			answer := httptest.NewRecorder()
			request := httptest.NewRequestWithContext(
				context.WithValue(t.Context(), pathTokenKey{}, &pathToken{secret: secret}), http.MethodGet, "/tiles/grids.json", nil)
			func() {
				defer func() {
					if cause := recover(); cause != nil && cause != http.ErrAbortHandler { //nolint:errorlint // the very value
						t.Errorf("it panics with %v", cause)
					}
				}()
				s.wrap("/tiles/{tileset}.json", h).ServeHTTP(answer, request)
			}()
			if log.Len() == 0 || strings.Contains(log.String(), secret) || strings.Contains(answer.Body.String(), secret) {
				t.Errorf("logged %s\nanswered %s", log.String(), answer.Body)
			}
		})
	}
}
