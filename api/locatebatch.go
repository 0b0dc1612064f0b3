package api

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid/live"
)

const (
	// maxBatch bounds a streamed batch: some three million points.
	maxBatch = 256 << 20
	// maxBatchLine bounds one line of it.
	maxBatchLine = 1 << 20
)

// locateBatch answers POST /v1/locate in the form of the question, in its order, with errors in place: newline-delimited
// JSON, CSV with the columns lon and lat, or one JSON document (a geometry, a feature, a collection, or an array of points).
func (s *Server) locateBatch(w http.ResponseWriter, r *http.Request) error {
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
	b := &batch{state: s.live.Now(), system: system, at: time.Now()}
	editionHeader(w, editionsOf(b.state))
	switch media {
	case "application/json", "application/geo+json":
		return b.document(w, r.Body)
	case "application/x-ndjson", "application/geo+json-seq":
		w.Header().Set("Content-Type", "application/x-ndjson")
		return b.lines(w, s.stream(w, r))
	case "text/csv":
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		return b.csv(w, s.stream(w, r))
	}
	return &problem{
		status: http.StatusUnsupportedMediaType, slug: "unsupported-media", code: "unsupported_media",
		detail: "Send application/json, application/geo+json, application/x-ndjson or text/csv.",
	}
}

// stream returns the body of a streamed request with the larger bound; reading goes on while the answer is written.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) io.Reader {
	_ = http.NewResponseController(w).EnableFullDuplex() // HTTP/1.1; elsewhere it is so anyway
	return http.MaxBytesReader(w, unlimited(r), maxBatch)
}

// batch locates many places for one state of the city.
type batch struct {
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
			return nil, badParam("crs", err.Error())
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
	found, err := b.state.City.LocateShape(crs.ToWGS84(system, g))
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
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return nil, badParam("", "This is not GeoJSON.")
	}
	var g orb.Geometry
	if kind.Type == "Feature" {
		f, err := geojson.UnmarshalFeature(raw)
		if err != nil {
			return nil, badParam("", "This is not a GeoJSON feature.")
		}
		g = f.Geometry
	} else {
		j, err := geojson.UnmarshalGeometry(raw)
		if err != nil {
			return nil, badParam("", "This is not a GeoJSON geometry: it takes Point, LineString, MultiLineString, Polygon and MultiPolygon.")
		}
		g = j.Geometry()
	}
	if g == nil {
		return nil, &geo.InvalidError{Rule: geo.RuleEmpty}
	}
	return g, nil
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
func (b *batch) document(w http.ResponseWriter, body io.Reader) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	var list []json.RawMessage
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && trimmed[0] == '[' {
		if err := json.Unmarshal(raw, &list); err != nil {
			return badParam("", "The body is not JSON.")
		}
	} else {
		var collection struct {
			Type     string            `json:"type"`
			Features []json.RawMessage `json:"features"`
		}
		if err := json.Unmarshal(raw, &collection); err != nil {
			return badParam("", "The body is not JSON.")
		}
		if collection.Type != "FeatureCollection" {
			a, err := b.one(raw)
			if err != nil {
				return err
			}
			return sendJSON(w, a)
		}
		list = collection.Features
	}
	rows := make([]any, len(list))
	for i, one := range list {
		rows[i] = b.row(one)
	}
	return sendJSON(w, map[string]any{"answers": rows})
}

// lines answers newline-delimited JSON line by line; empty lines have no answer.
func (b *batch) lines(w io.Writer, body io.Reader) error {
	in := bufio.NewScanner(body)
	in.Buffer(make([]byte, 64<<10), maxBatchLine)
	out := bufio.NewWriterSize(w, 64<<10)
	encode := json.NewEncoder(out)
	for in.Scan() {
		line := bytes.Trim(in.Bytes(), "\x1e \t\r")
		if len(line) == 0 {
			continue
		}
		if err := encode.Encode(b.row(line)); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = badParam("", fmt.Sprintf("A line is over the limit of %d bytes.", maxBatchLine))
		}
		if encodeErr := encode.Encode(errorRow(err)); encodeErr != nil {
			return encodeErr
		}
	}
	return out.Flush()
}

// csvColumns are what a batch in CSV adds to its rows.
var csvColumns = []string{"outcome", "base_grid", "dedicated_grid", "responsible_grid", "community", "edition", "on_boundary", "error"}

// csv answers each row with its own columns and the answer's behind them.
func (b *batch) csv(w io.Writer, body io.Reader) error {
	in := csv.NewReader(body)
	in.ReuseRecord = true
	in.FieldsPerRecord = -1
	head, err := in.Read()
	if err != nil {
		return badParam("", "The CSV has no header line: it needs the columns lon and lat.")
	}
	lon, lat := column(head, "lon", "lng", "longitude", "经度"), column(head, "lat", "latitude", "纬度")
	if lon < 0 || lat < 0 {
		return badParam("", "The CSV needs the columns lon and lat; it has "+strings.Join(head, ", ")+".")
	}
	width := len(head)
	out := csv.NewWriter(w)
	row := append(append([]string{}, head...), csvColumns...)
	if err := out.Write(row); err != nil {
		return err
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		row = row[:0]
		for i := range width {
			value := ""
			if err == nil && i < len(record) {
				value = record[i]
			}
			row = append(row, value)
		}
		row = append(row, b.csvAnswer(record, lon, lat, err)...)
		if writeErr := out.Write(row); writeErr != nil {
			return writeErr
		}
		var syntax *csv.ParseError
		if err != nil && !errors.As(err, &syntax) {
			break // the body itself has failed: the row says so
		}
	}
	out.Flush()
	return out.Error()
}

func (b *batch) csvAnswer(record []string, lon, lat int, err error) []string {
	if err == nil && (lon >= len(record) || lat >= len(record)) {
		err = badParam("", "The row has too few columns.")
	}
	var a *answer
	if err == nil {
		a, err = b.csvPoint(record[lon], record[lat])
	} else if problemOf(err).status == http.StatusInternalServerError {
		err = badParam("", "The row is not CSV.")
	}
	if err != nil {
		p := problemOf(err)
		return []string{"", "", "", "", "", "", "", p.code + ": " + p.detail}
	}
	cells := []string{a.Outcome, "", "", "", "", "", strconv.FormatBool(a.OnBoundary), ""}
	if a.Base != nil {
		cells[1] = a.Base.Code
	}
	if a.Dedicated != nil {
		cells[2] = a.Dedicated.Code
	}
	if a.Responsible != nil {
		cells[3] = a.Responsible.Code
	}
	if len(a.Divisions) > 0 {
		cells[4] = a.Divisions[0].Code
	}
	if a.Edition != nil {
		cells[5] = a.Edition.CountyCode + "=" + strconv.Itoa(a.Edition.Number)
	}
	return cells
}

func (b *batch) csvPoint(lon, lat string) (*answer, error) {
	x, errX := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	y, errY := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	if errX != nil || errY != nil || math.IsNaN(x) || math.IsNaN(y) {
		return nil, badParam("lon", "lon and lat are to be numbers.")
	}
	return b.point(b.system, orb.Point{x, y})
}

// column returns the place of the first of the names in the header, -1 when it has none of them.
func column(head []string, names ...string) int {
	for _, name := range names {
		for i, h := range head {
			if strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")), name) {
				return i
			}
		}
	}
	return -1
}
