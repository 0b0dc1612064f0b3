package api

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Log collects lines and writes them together, since a system call for each would be a tenth of the time of an answer from memory: every
// 100 ms, when there are many, and at once after a warning or an error. Make it with NewLog, and Flush it before the end of the process.
type Log struct {
	mu      sync.Mutex
	w       io.Writer
	lines   []byte
	pending bool // a timer runs that will write them
}

// The bounds of what a Log holds back.
const (
	logIn    = 100 * time.Millisecond
	logBytes = 32 << 10
)

// NewLog returns a log that writes to w.
func NewLog(w io.Writer) *Log { return &Log{w: w} }

// Handler returns the handler that writes to the log what format's handler formats.
func (l *Log) Handler(format func(io.Writer) slog.Handler) slog.Handler {
	return logHandler{Handler: format(l), log: l}
}

// JSONHandler returns the handler that writes JSON from a level on, as slog.NewJSONHandler. It is the faster one for the lines of requests.
func (l *Log) JSONHandler(level slog.Leveler) slog.Handler {
	return logHandler{Handler: slog.NewJSONHandler(l, &slog.HandlerOptions{Level: level}), log: l, plainJSON: true}
}

// Write implements io.Writer. The lines are kept; the error is that of w, when they have become too many to be.
func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line...)
	return len(line), l.grown()
}

// grown sees to it that what has been appended to the lines is written in time.
func (l *Log) grown() error {
	if len(l.lines) >= logBytes {
		return l.flush()
	}
	if !l.pending {
		l.pending = true
		time.AfterFunc(logIn, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.pending = false
			_ = l.flush() // there is nobody to tell, and no place to say it
		})
	}
	return nil
}

// Flush writes what is held back.
func (l *Log) Flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flush()
}

func (l *Log) flush() error {
	if len(l.lines) == 0 {
		return nil
	}
	_, err := l.w.Write(l.lines)
	l.lines = l.lines[:0]
	return err
}

// logHandler writes at once what is urgent.
type logHandler struct {
	slog.Handler
	log       *Log
	plainJSON bool // it is slog's handler of JSON without attributes or groups
}

// Handle implements slog.Handler.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		if flushErr := h.log.Flush(); err == nil {
			err = flushErr
		}
	}
	return err
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{Handler: h.Handler.WithAttrs(attrs), log: h.log}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{Handler: h.Handler.WithGroup(name), log: h.log}
}

// requestLine is what the log says of a request.
type requestLine struct {
	at                time.Time
	id, method, route string
	status            int
	bytes             int64
	took              time.Duration
}

func (line *requestLine) milliseconds() float64 { return float64(line.took.Microseconds()) / 1000 }

// write writes the line to the default log. What it cannot write stops nobody, as with slog itself.
func (line *requestLine) write(ctx context.Context) {
	handler := slog.Default().Handler()
	if !handler.Enabled(ctx, slog.LevelInfo) {
		return
	}
	if h, ok := handler.(logHandler); ok && h.plainJSON {
		h.log.request(line)
		return
	}
	_ = handler.Handle(ctx, line.record())
}

func (line *requestLine) record() slog.Record {
	r := slog.NewRecord(line.at, slog.LevelInfo, "request", 0) // where in the code it stands costs more than the line
	r.AddAttrs(
		slog.String("request_id", line.id), slog.String("method", line.method), slog.String("route", line.route),
		slog.Int("status", line.status), slog.Int64("bytes", line.bytes), slog.Float64("dur_ms", line.milliseconds()))
	return r
}

// request appends the line as slog's handler of JSON writes its record, which would take a tenth of the time of an answer from memory.
func (l *Log) request(line *requestLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	j := jsonOut{b: l.lines}
	j.open()
	j.key(`"time":`)
	j.b = append(line.at.AppendFormat(append(j.b, '"'), time.RFC3339Nano), '"')
	j.key(`"level":`)
	j.text("INFO")
	j.key(`"msg":`)
	j.text("request")
	j.key(`"request_id":`)
	j.text(line.id)
	j.key(`"method":`)
	j.text(line.method)
	j.key(`"route":`)
	j.text(line.route)
	j.key(`"status":`)
	j.int(int64(line.status))
	j.key(`"bytes":`)
	j.int(line.bytes)
	j.key(`"dur_ms":`)
	j.float(line.milliseconds())
	j.close()
	l.lines = append(j.b, '\n')
	_ = l.grown()
}
