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
	return logHandler{format(l), l}
}

// Write implements io.Writer. The lines are kept; the error is that of w, when they have become too many to be.
func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line...)
	if len(l.lines) >= logBytes {
		return len(line), l.flush()
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
	return len(line), nil
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
	log *Log
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
	return logHandler{h.Handler.WithAttrs(attrs), h.log}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name), h.log}
}
