package api

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/live"
)

// The bounds of a streamed batch: some three million points, and a client that keeps up.
const (
	maxBatch     = 256 << 20
	maxBatchLine = 1 << 20
	batchIn      = 30 * time.Minute
	stallIn      = 30 * time.Second
)

// locateBatch answers POST /v1/locate in the form of the question, in its order, with errors in place: newline-delimited
// JSON, CSV with the columns lon and lat, or one JSON document (a geometry, a feature, a collection, or an array of points).
func (s *Server) locateBatch(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "crs")
	if err != nil {
		return err
	}
	system, err := q.system()
	if err != nil {
		return err
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	ctx, cancel := context.WithTimeout(r.Context(), batchIn)
	defer cancel()
	b := &batch{ctx: ctx, state: state, system: system, at: time.Now()}
	switch media {
	case "application/json", "application/geo+json":
		body, err := newStream(w, r, maxBody)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		return b.document(body)
	case "application/x-ndjson", "application/geo+json-seq":
		body, err := newStream(w, r, maxBatch)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		return b.lines(body)
	case "text/csv":
		body, err := newStream(w, r, maxBatch)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		return b.csv(body)
	}
	return unsupported("application/json, application/geo+json, application/x-ndjson or text/csv")
}

// stream is a batch on its way through: it may take as long as the client does not stall.
type stream struct {
	in      io.Reader
	out     io.Writer
	control *http.ResponseController
}

// newStream bounds the body; reading goes on while the answer is written.
func newStream(w http.ResponseWriter, r *http.Request, limit int64) (*stream, error) {
	if r.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	s := &stream{in: http.MaxBytesReader(w, r.Body, limit), out: w, control: http.NewResponseController(w)}
	_ = s.control.EnableFullDuplex() // HTTP/1.1; elsewhere it is so anyway
	return s, nil
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	_ = s.control.SetReadDeadline(time.Now().Add(stallIn)) // not every connection has deadlines; those of net/http do
	return s.in.Read(p)
}

// Write implements io.Writer.
func (s *stream) Write(p []byte) (int, error) {
	_ = s.control.SetWriteDeadline(time.Now().Add(stallIn))
	return s.out.Write(p)
}

// batch locates many places for one state of the city.
type batch struct {
	ctx    context.Context // of the request: one batch is one
	state  *live.State
	system crs.System
	at     time.Time
}

// pointJSON is a place of a batch: lon and lat, or a GeoJSON object.
type pointJSON struct {
	Lon *float64 `json:"lon"`
	Lat *float64 `json:"lat"`
	CRS string   `json:"crs"`
}

// one locates what a JSON value describes.
func (b *batch) one(raw []byte) (*answer, error) {
	var p pointJSON
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, badParam("", "This is not a JSON object with lon and lat, nor GeoJSON.")
	}
	system := b.system
	if p.CRS != "" {
		var err error
		if system, err = crs.Parse(p.CRS); err != nil {
			return nil, badParam("crs", err.Error()+".")
		}
	}
	if p.Lon != nil || p.Lat != nil {
		if p.Lon == nil || p.Lat == nil {
			return nil, badParam("lon", "lon and lat are both needed.")
		}
		return b.point(system, orb.Point{*p.Lon, *p.Lat})
	}
	g, err := geometryOf(raw)
	if err != nil {
		return nil, err
	}
	return b.shape(system, g)
}

func (b *batch) point(system crs.System, lonLat orb.Point) (*answer, error) {
	if _, err := geo.Snap(lonLat); err != nil { // before the conversion, which may move it back onto the globe
		return nil, err
	}
	p, err := geo.Snap(system.ToWGS84(lonLat))
	if err != nil {
		return nil, err
	}
	found := b.state.City.Locate(p, 0)
	if err := missing(b.state, found); err != nil {
		return nil, err
	}
	a := newAnswer(b.state, found, b.at)
	o := p.Orb()
	a.Location = &lonLatJSON{o[0], o[1]}
	return a, nil
}

func (b *batch) shape(system crs.System, g orb.Geometry) (*answer, error) {
	if p, ok := g.(orb.Point); ok {
		return b.point(system, p)
	}
	found, err := b.state.City.LocateShape(b.ctx, crs.ToWGS84(system, g))
	if err != nil {
		return nil, err
	}
	if err := missing(b.state, found.Answer); err != nil {
		return nil, err
	}
	return newShapeAnswer(b.state, found, g, b.at), nil
}

// geometryOf returns the geometry of a GeoJSON geometry or feature.
func geometryOf(raw []byte) (orb.Geometry, error) {
	var feature struct {
		Type     string          `json:"type"`
		Geometry json.RawMessage `json:"geometry"`
	}
	if err := json.Unmarshal(raw, &feature); err != nil {
		return nil, badParam("", "This is not GeoJSON.")
	}
	if feature.Type == "Feature" {
		raw = feature.Geometry
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil, &geo.InvalidError{Rule: geo.RuleEmpty}
	}
	return intake.Geometry(raw)
}

// row is the answer to one place of a batch: an answer, or why there is none.
func (b *batch) row(raw []byte) any {
	a, err := b.one(raw)
	if err != nil {
		return errorRow(err)
	}
	return a
}

func errorRow(err error) map[string]any {
	p := problemOf(err)
	row := map[string]any{"code": p.code, "detail": p.detail}
	for key, value := range p.extra {
		row[key] = value
	}
	return map[string]any{"error": row}
}

// document answers one JSON document; a list is answered by {"answers": […]}.
func (b *batch) document(body *stream) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	list, isList, err := listOf(raw)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(body, 64<<10)
	encode := json.NewEncoder(out)
	encode.SetEscapeHTML(false)
	if !isList {
		a, err := b.one(raw)
		if err != nil {
			return err
		}
		if err := encode.Encode(a); err != nil {
			return err
		}
		return out.Flush()
	}
	// Answers are much longer than questions: they are written one by one.
	_, _ = out.WriteString(`{"answers":[`) // Flush returns what goes wrong
	for i, one := range list {
		if i > 0 {
			_ = out.WriteByte(',')
		}
		if err := cmp.Or(b.ctx.Err(), encode.Encode(b.row(one))); err != nil {
			return err
		}
	}
	_, _ = out.WriteString("]}")
	return out.Flush()
}

// listOf returns the items of a JSON array or the features of a collection.
func listOf(raw []byte) (list []json.RawMessage, isList bool, err error) {
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && trimmed[0] == '[' {
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, false, badParam("", "The body is not JSON.")
		}
		return list, true, nil
	}
	var collection struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(raw, &collection); err != nil {
		return nil, false, badParam("", "The body is not JSON.")
	}
	return collection.Features, collection.Type == "FeatureCollection", nil
}

// lines answers newline-delimited JSON line by line; empty lines have no answer.
func (b *batch) lines(body *stream) error {
	in := bufio.NewScanner(body)
	in.Buffer(make([]byte, 64<<10), maxBatchLine)
	out := bufio.NewWriterSize(body, 64<<10)
	encode := json.NewEncoder(out)
	encode.SetEscapeHTML(false)
	for in.Scan() {
		line := bytes.Trim(in.Bytes(), "\x1e \t\r")
		if len(line) == 0 {
			continue
		}
		if err := cmp.Or(b.ctx.Err(), encode.Encode(b.row(line))); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = lineTooLong()
		}
		if encodeErr := encode.Encode(errorRow(err)); encodeErr != nil {
			return encodeErr
		}
	}
	return out.Flush()
}

func lineTooLong() error {
	return badParam("", fmt.Sprintf("A line is over the limit of %d bytes.", maxBatchLine))
}
