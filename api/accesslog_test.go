package api_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// heard is what is logged.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (h *heard) Write(line []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(line)
}

func (h *heard) all() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// TestBR64Log: no line of the log says where somebody asked, what was searched for, or by which token. It does not run beside others, whose
// log it takes.
func TestBR64Log(t *testing.T) {
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	before := slog.Default()
	defer slog.SetDefault(before)
	log := &heard{}
	slog.SetDefault(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	place := `{"lon":120.1234567,"lat":31.7654321}`
	asked := []exchange{
		{target: "/v1/locate?lon=120.1234567&lat=31.7654321", as: "planner"},
		{target: "/v1/locate?lon=120.1234567&lat=31.7654321&radius_m=50"},
		{target: "/v1/locate?lon=120.1234567&lat=317654321"},
		{target: "/v1/locate/120.1234567/31.7654321"},
		{target: "/v1/search?q=120.1234567"},
		{method: http.MethodPost, target: "/v1/locate", header: asJSON, body: place},
		{method: http.MethodPost, target: "/v1/locate", header: asLines, body: place + "\n" + place + "}\n"},
		{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "planner", body: hazard(120.1234567, 31.7654321, "")},
		{target: "/v1/places", header: "Authorization: Bearer wgt-1234567\n"},
	}
	for _, e := range asked {
		answer := s.do(t, e)
		_, _ = io.Copy(io.Discard, answer.Body)
	}
	becomes(t, "a line for each", func() bool { return strings.Count(log.all(), "msg=request") == len(asked) })
	for _, secret := range []string{"1234567", "7654321", "120.1", "31.7", s.secrets["planner"]} {
		if strings.Contains(log.all(), secret) {
			t.Errorf("%q is logged:\n%s", secret, log.all())
		}
	}
}
