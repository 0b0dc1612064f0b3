package api

import (
	"io"
	"net/http"
	"time"
)

// limits hold a client to its part, so that one which stalls, or sends and reads byte by byte, is cut off before others feel it.
type limits struct {
	headerIn   time.Duration // for the head of a request
	idleIn     time.Duration // between two requests of a connection
	answerIn   time.Duration // for reading a request and writing its answer, both in all
	batchIn    time.Duration // the same for a streamed batch
	stallIn    time.Duration // how long a client may be waited for, in all,
	stallBytes int           // until it has sent, or taken, as many bytes: see pace
}

func usualLimits() limits {
	return limits{headerIn: 10 * time.Second, idleIn: 2 * time.Minute, answerIn: answerIn, batchIn: batchIn, stallIn: stallIn, stallBytes: stallBytes}
}

// HTTP returns the HTTP server with all routes, and the time that clients have for their requests.
func (s *Server) HTTP() *http.Server {
	return &http.Server{Handler: s.Handler(), ReadHeaderTimeout: s.limits.headerIn, IdleTimeout: s.limits.idleIn, MaxHeaderBytes: 64 << 10}
}

// pace is how a client keeps up in one direction. For every stallBytes it may be waited for stallIn, no matter how that is spread: one
// that stops, and one that is too slow, is late. The time that we take ourselves does not count.
type pace struct {
	limits
	waited time.Duration
	moved  int
}

// until returns when a read or write that begins now is late.
func (p *pace) until(now time.Time) time.Time { return now.Add(p.stallIn - p.waited) }

// note counts the bytes that have been read or written since it began.
func (p *pace) note(n int, since time.Time) {
	p.waited += time.Since(since)
	if p.moved += n; p.moved >= p.stallBytes {
		p.waited, p.moved = 0, 0
	}
}

// pacedBody is the body of a request. A read that is late fails with os.ErrDeadlineExceeded.
type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	end     time.Time // however well the client keeps up
	pace    pace
}

// Read implements io.Reader.
func (b *pacedBody) Read(p []byte) (int, error) {
	now := time.Now()
	_ = b.control.SetReadDeadline(earlier(b.pace.until(now), b.end)) // not every connection has deadlines; those of net/http do
	n, err := b.ReadCloser.Read(p)
	b.pace.note(n, now)
	return n, err
}

// stream is a batch on its way through: it may take as long as the client keeps up, up to its end.
type stream struct {
	in   *pacedBody
	out  io.Writer
	pace pace // of the answers
}

// newStream bounds the body; reading goes on while the answer is written.
func (s *Server) newStream(w http.ResponseWriter, r *http.Request, limit int64) (*stream, error) {
	if r.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex() // HTTP/1.1; elsewhere it is so anyway
	return newStream(http.MaxBytesReader(w, r.Body, limit), w, control, s.limits), nil
}

func newStream(in io.ReadCloser, out io.Writer, control *http.ResponseController, l limits) *stream {
	end := time.Now().Add(l.batchIn)
	return &stream{in: &pacedBody{ReadCloser: in, control: control, end: end, pace: pace{limits: l}}, out: out, pace: pace{limits: l}}
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) { return s.in.Read(p) }

// Write implements io.Writer.
func (s *stream) Write(p []byte) (int, error) {
	now := time.Now()
	_ = s.in.control.SetWriteDeadline(earlier(s.pace.until(now), s.in.end))
	n, err := s.out.Write(p)
	s.pace.note(n, now)
	return n, err
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
