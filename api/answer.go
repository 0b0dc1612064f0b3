package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// recorder remembers what was answered, and whether the client takes gzip.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	wrote  bool
	gzip   bool
	start  time.Time
	token  *pathToken // that came in the path; nil for none
	id     [1]string  // of the request, as a header's values
}

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
		w.token.private(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	if !w.wrote {
		w.wrote = true
		w.token.private(w.Header())
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// requestID returns the id of the request that w answers.
func requestID(w http.ResponseWriter) string {
	if rec, ok := w.(*recorder); ok {
		return rec.id[0]
	}
	return ""
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// sendJSON answers v as JSON with status 200.
func sendJSON(w http.ResponseWriter, v any) error { return sendStatus(w, http.StatusOK, v) }

func sendStatus(w http.ResponseWriter, status int, v any) error {
	body, err := encodeJSON(v)
	if err != nil {
		return fmt.Errorf("encoding the answer: %w", err)
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	return sendBody(w, status, body)
}

// encodeJSON leaves <, > and & as they are: nobody takes the answer for HTML, since its type says otherwise and may not be
// guessed (nosniff).
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	encode := json.NewEncoder(&b)
	encode.SetEscapeHTML(false)
	err := encode.Encode(v)
	return b.Bytes(), err
}

// minGzip is from how many bytes on gzip is worth its work.
const minGzip = 1 << 10

// shortBody is up to how many bytes net/http itself says how long a body is, once the handler has returned: for less than a header more
// would take, of which it copies all.
const shortBody = 2 << 10

// sendBody answers the body, gzipped where the client takes that.
func sendBody(w http.ResponseWriter, status int, body []byte) error {
	if rec, ok := w.(*recorder); ok && rec.gzip && len(body) >= minGzip {
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
		if err != nil {
			return err
		}
		if _, err := z.Write(body); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		body = packed.Bytes()
		w.Header().Set("Content-Encoding", "gzip")
	}
	if len(body) > shortBody {
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}

// acceptsGzip reads Accept-Encoding as far as gzip is concerned.
func acceptsGzip(r *http.Request) bool {
	accepts := r.Header.Get("Accept-Encoding")
	if accepts == "" {
		return false
	}
	for one := range strings.SplitSeq(accepts, ",") {
		coding, weight, _ := strings.Cut(one, ";")
		if coding = strings.TrimSpace(coding); !strings.EqualFold(coding, "gzip") && coding != "*" {
			continue
		}
		name, q, _ := strings.Cut(strings.TrimSpace(weight), "=")
		if !strings.EqualFold(name, "q") {
			return true
		}
		none, err := strconv.ParseFloat(q, 64)
		return err != nil || none > 0
	}
	return false
}
