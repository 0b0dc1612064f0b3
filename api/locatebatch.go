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
	"os"
	"runtime"
	"slices"
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
	// maxItems bounds one JSON document, whose items are held in memory together.
	maxItems = 100_000
)

// maxBatches is how many batches and discs run at the same time: one that has begun keeps a core busy, and anybody may ask for it.
func maxBatches() int { return max(16, 2*runtime.GOMAXPROCS(0)) }

// locateBatch answers POST /v1/locate in the form of the question, in its order, with errors in place: newline-delimited
// JSON, CSV with the columns lon and lat, or one JSON document (a geometry, a feature, a collection, or an array of points).
func (s *Server) locateBatch(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, slices.Concat([]string{"crs", asOfParam, planParam}, questionParams)...)
	if err != nil {
		return err
	}
	system, err := q.system()
	if err != nil {
		return err
	}
	asked, err := q.question(state)
	if err != nil {
		return err
	}
	l, err := s.locator(w, r, state)
	if err != nil {
		return err
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	leave, err := s.busyWith()
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.batchIn)
	defer cancel()
	b := &batch{locator: l, ctx: ctx, system: system, asked: asked}
	switch media {
	case "application/json", "application/geo+json":
		body, err := s.newStream(w, r, maxBody)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		return b.document(body)
	case "application/x-ndjson", "application/geo+json-seq":
		body, err := s.newStream(w, r, maxBatch)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		return b.lines(body)
	case "text/csv":
		for _, name := range questionParams[1:] { // its columns are fixed; the kind decides about one of them
			if q.has(name) {
				return badParam(name, name+" is not for CSV: send newline-delimited JSON.")
			}
		}
		body, err := s.newStream(w, r, maxBatch)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		return b.csv(body)
	}
	return unsupported("application/json, application/geo+json, application/x-ndjson or text/csv")
}

// busyWith begins a batch or a disc, until leave is called, or says that there are too many.
func (s *Server) busyWith() (leave func(), err error) {
	select {
	case s.batches <- struct{}{}:
		return func() { <-s.batches }, nil
	default:
		return nil, busy()
	}
}

func busy() error {
	return (&problem{
		status: http.StatusServiceUnavailable, slug: "busy", code: "busy",
		detail: "As many batches are running as may at the same time: try again in a few seconds.",
	}).withHeader("Retry-After", "5")
}

// batch locates many places for one state of the city.
type batch struct {
	*locator
	ctx    context.Context // of the request: one batch is one
	system crs.System
	asked  question // of places that do not say otherwise
	json   jsonOut
}

// pointJSON is a place of a batch: lon and lat, with what is asked there, or a GeoJSON object, whose other members are its own.
type pointJSON struct {
	Lon       *float64        `json:"lon"`
	Lat       *float64        `json:"lat"`
	CRS       string          `json:"crs"`
	Kind      json.RawMessage `json:"kind"`
	AccuracyM json.RawMessage `json:"accuracy_m"`
	RadiusM   json.RawMessage `json:"radius_m"`
}

// question is what is asked at the point: what it says itself, else what the batch does.
func (p *pointJSON) question(state *live.State, asked question) (question, error) {
	kind := asked.kind
	if len(p.Kind) > 0 {
		if json.Unmarshal(p.Kind, &kind) != nil {
			return asked, badParam("kind", "kind is to be a text.")
		}
	}
	var err error
	if asked.kind, err = incidentKind(state, kind); err != nil {
		return asked, err
	}
	if err := memberBetween(p.AccuracyM, "accuracy_m", 0, maxAccuracyM, &asked.accuracyM); err != nil {
		return asked, err
	}
	return asked, memberBetween(p.RadiusM, "radius_m", geo.MinDiscM, maxRadiusM, &asked.radiusM)
}

// memberBetween reads a number into value; one that is not there, or null, leaves it.
func memberBetween(raw json.RawMessage, name string, lowest, highest float64, value *float64) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if json.Unmarshal(raw, value) != nil || *value < lowest || *value > highest {
		return notBetween(name, lowest, highest)
	}
	return nil
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
		asked, err := p.question(b.state, b.asked)
		if err != nil {
			return nil, err
		}
		return b.point(system, orb.Point{*p.Lon, *p.Lat}, asked)
	}
	g, err := geometryOf(raw)
	if err != nil {
		return nil, err
	}
	if p, ok := g.(orb.Point); ok {
		return b.point(system, p, b.asked)
	}
	if b.asked.radiusM > 0 {
		return nil, badParam("radius_m", "radius_m is for points: leave it out, or send lines and areas by themselves.")
	}
	a, _, err := b.shape(b.ctx, crs.ToWGS84(system, g), b.asked)
	return a, err
}

// snap puts a position on the lattice.
func (b *batch) snap(system crs.System, lonLat orb.Point) (geo.Point, error) {
	p, err := geo.Snap(lonLat)
	if err != nil || system == crs.WGS84 || system == crs.CGCS2000 {
		return p, err
	}
	return geo.Snap(system.ToWGS84(lonLat)) // the conversion may move what is no position back onto the globe: hence both
}

func (b *batch) point(system crs.System, lonLat orb.Point, asked question) (*answer, error) {
	p, err := b.snap(system, lonLat)
	if err != nil {
		return nil, err
	}
	a, _, err := b.place(b.ctx, p, asked)
	return a, err
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

// row returns the JSON of the answer to one place of a batch, or of why there is none, with a line's end. It is valid until the next one.
func (b *batch) row(raw []byte) ([]byte, error) {
	a, err := b.one(raw)
	if err != nil {
		return encodeJSON(errorRow(err))
	}
	b.json.b, b.json.err = b.json.b[:0], nil
	a.appendJSON(&b.json)
	b.json.b = append(b.json.b, '\n')
	return b.json.b, b.json.err
}

func (b *batch) writeRow(out *bufio.Writer, raw []byte) error {
	row, err := b.row(raw)
	if err != nil {
		return err
	}
	_, err = out.Write(row)
	return err
}

func errorRow(err error) map[string]any {
	p := problemOf(err)
	row := map[string]any{"code": p.code, "detail": p.detail}
	for key, value := range p.extra {
		row[key] = value
	}
	return map[string]any{"error": row}
}

// lines answers newline-delimited JSON line by line; empty lines have no answer.
func (b *batch) lines(body *stream) error {
	in := bufio.NewScanner(body)
	in.Buffer(make([]byte, 64<<10), maxBatchLine)
	out := bufio.NewWriterSize(body, 64<<10)
	for in.Scan() {
		line := bytes.Trim(in.Bytes(), "\x1e \t\r")
		if len(line) == 0 {
			continue
		}
		if err := cmp.Or(b.ctx.Err(), b.writeRow(out, line)); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		row, err := encodeJSON(errorRow(bodyFailed(err)))
		if err != nil {
			return err
		}
		_, _ = out.Write(row) // Flush returns what goes wrong
	}
	return out.Flush()
}

// bodyFailed says why there is no more of a body.
func bodyFailed(err error) error {
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return lineTooLong()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return badParam("", "The body was cut short: the answers above are for what came of it.")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &problem{
			status: http.StatusServiceUnavailable, slug: "timeout", code: "timeout",
			detail: "The rest of the body did not come in time: send it again from here.",
		}
	}
	return err
}

func lineTooLong() error {
	return badParam("", fmt.Sprintf("A line is over the limit of %d bytes.", maxBatchLine))
}
