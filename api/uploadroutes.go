package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/live"
)

const (
	maxFileName = 200
	// uploadIn bounds an upload of somebody who keeps up, and lookIn looking into the file.
	uploadIn = batchIn
	lookIn   = 30 * time.Second
)

type uploadJSON struct {
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	Bytes     int64             `json:"bytes"`
	Format    string            `json:"format"`
	Encoding  *string           `json:"encoding"`
	ExpiresAt time.Time         `json:"expires_at"`
	Layers    []uploadLayerJSON `json:"layers"`
	Warnings  []string          `json:"warnings"`
}

type uploadLayerJSON struct {
	Name      string             `json:"name"`
	Rows      *int64             `json:"rows"`
	Columns   []uploadColumnJSON `json:"columns"`
	Geometry  string             `json:"geometry"`
	CRS       *string            `json:"crs"`
	Suggested struct {
		Layer *string           `json:"layer"`
		Map   map[string]string `json:"map"`
	} `json:"suggested"`
}

type uploadColumnJSON struct {
	Name    string   `json:"name"`
	Samples []string `json:"samples"`
}

// given returns a pointer to a text, nil for "".
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (s *Server) uploadJSON(one *upload) uploadJSON {
	file, bytes, c := s.uploads.now(one)
	out := uploadJSON{
		ID: one.id, Name: file.Name, Bytes: bytes, Format: c.Format, Encoding: given(c.Encoding), ExpiresAt: one.expires.UTC().Truncate(time.Second),
		Layers: []uploadLayerJSON{}, Warnings: append([]string{}, c.Warnings...),
	}
	for _, l := range c.Layers {
		layer := uploadLayerJSON{Name: l.Name, Columns: []uploadColumnJSON{}, Geometry: l.Geometry, CRS: given(l.CRS)}
		if l.Rows >= 0 {
			layer.Rows = &l.Rows
		}
		for _, column := range l.Columns {
			layer.Columns = append(layer.Columns, uploadColumnJSON{column.Name, append([]string{}, column.Samples...)})
		}
		layer.Suggested.Layer, layer.Suggested.Map = given(l.Suggested), l.Map
		out.Layers = append(out.Layers, layer)
	}
	return out
}

// importer returns who may import, and send files for it: administrators. One of a division imports what lies in it, which the import
// looks at row by row. What they send is known by the token that sent it.
func (s *Server) importer(r *http.Request, state *live.State) (grid.Actor, error) {
	actor, err := s.authorizeSome(r, state, grid.Administer)
	actor.Ends = nil // of another address each time
	return actor, err
}

// createUpload answers POST /v1/uploads.
func (s *Server) createUpload(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "name", "encoding")
	if err != nil {
		return err
	}
	owner, err := s.importer(r, state)
	if err != nil {
		return err
	}
	name, err := q.fileName()
	if err != nil {
		return err
	}
	body, err := s.newUploadBody(w, r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), uploadIn+lookIn)
	defer cancel()
	one, err := s.uploads.receive(ctx, owner, name, q.text("encoding"), r.ContentLength, body)
	if err != nil {
		return bodyError(err)
	}
	setWriteDeadline(w, time.Now().Add(s.limits.answerIn))
	w.Header().Set("Location", "/v1/uploads/"+one.id)
	return sendStatus(w, http.StatusCreated, s.uploadJSON(one))
}

// newUploadBody bounds the body: its size, and how long the client may be waited for.
func (s *Server) newUploadBody(w http.ResponseWriter, r *http.Request) (io.Reader, error) {
	if r.ContentLength > maxUpload {
		return nil, &http.MaxBytesError{Limit: maxUpload}
	}
	if r.ContentLength == 0 {
		return nil, badParam("", "The body is empty: send the file as it is.")
	}
	end := time.Now().Add(uploadIn)
	return &pacedBody{
		ReadCloser: http.MaxBytesReader(w, r.Body, maxUpload), control: http.NewResponseController(w), end: end, pace: pace{limits: s.limits},
	}, nil
}

// bodyError says of a body that ends early what to do.
func bodyError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return badParam("", "The body ends too early: send the file again.")
	}
	return err
}

// fileName returns the parameter name: the last part of a path, without anything that could deceive whoever reads it.
func (q query) fileName() (string, error) {
	name := q.text("name")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxFileName || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", badParam("name", fmt.Sprintf("name is to be the file's name, in up to %d characters.", maxFileName))
	}
	return name, nil
}

// ownUpload returns the file that the path names, of whoever asks.
func (s *Server) ownUpload(r *http.Request, state *live.State) (*upload, error) {
	owner, err := s.importer(r, state)
	if err != nil {
		return nil, err
	}
	return s.uploads.of(owner, pathVar(r, "id"))
}

// upload answers GET /v1/uploads/{id}.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	one, err := s.ownUpload(r, state)
	if err != nil {
		return err
	}
	return sendJSON(w, s.uploadJSON(one))
}

// patchUpload answers PATCH /v1/uploads/{id}: the file is read in another encoding from now on.
func (s *Server) patchUpload(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	owner, err := s.importer(r, state)
	if err != nil {
		return err
	}
	var change struct {
		Encoding *string `json:"encoding"`
	}
	if err := readStrict(r, &change); err != nil {
		return err
	}
	one, release, err := s.uploads.take(owner, pathVar(r, "id"))
	if err != nil {
		return err
	}
	defer release()
	file, _, _ := s.uploads.now(one)
	file.Encoding = ""
	if change.Encoding != nil {
		file.Encoding = *change.Encoding
	}
	contents, err := s.uploads.inspect(r.Context(), file)
	if err != nil {
		return err
	}
	s.uploads.reread(one, file, &contents)
	return sendJSON(w, s.uploadJSON(one))
}

// readStrict reads a JSON object that has no other members than v.
func readStrict(r *http.Request, v any) error {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return unsupported("application/json")
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if _, err := parseMembers(raw); err != nil {
		return err
	}
	decode := json.NewDecoder(strings.NewReader(string(raw)))
	decode.DisallowUnknownFields()
	if err := decode.Decode(v); err != nil {
		return badParam("", "The body is not as it has to be: "+jsonMistake(err)+".")
	}
	return nil
}

// jsonMistake says what is wrong with a JSON text, by its members.
func jsonMistake(err error) string {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Sprintf("%s is not to be a JSON %s", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return fmt.Sprintf("a JSON object is expected, not %s", kind.Value)
	}
	return strings.ReplaceAll(strings.TrimPrefix(err.Error(), "json: "), "unknown field", "it has no member")
}

// deleteUpload answers DELETE /v1/uploads/{id}.
func (s *Server) deleteUpload(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	one, err := s.ownUpload(r, state)
	if err != nil {
		return err
	}
	s.uploads.remove(one)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// previewJSON is a GeoJSON FeatureCollection with members of its own.
type previewJSON struct {
	Type     string             `json:"type"`
	Rows     int                `json:"rows"`
	Skipped  int                `json:"skipped"`
	BBox     geojson.BBox       `json:"bbox,omitempty"`
	Features []*geojson.Feature `json:"features"`
}

// previewUpload answers GET /v1/uploads/{id}/preview.
func (s *Server) previewUpload(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "layer", "crs", "limit", "lon", "lat", "wkt")
	if err != nil {
		return err
	}
	owner, err := s.importer(r, state)
	if err != nil {
		return err
	}
	if !q.has("crs") {
		return badParam("crs", "crs is required: wgs84, cgcs2000, gcj02 or bd09.")
	}
	of := intake.PreviewOf{Layer: q.text("layer"), Columns: map[string]string{}}
	if of.CRS, err = q.system(); err != nil {
		return err
	}
	if of.Rows, err = q.integer("limit", 1, 2000, 500); err != nil {
		return err
	}
	for _, field := range []string{"lon", "lat", "wkt"} {
		if q.has(field) {
			of.Columns[field] = q.text(field)
		}
	}
	one, release, err := s.uploads.take(owner, pathVar(r, "id"))
	if err != nil {
		return err
	}
	defer release()
	file, _, _ := s.uploads.now(one)
	leave, err := s.uploads.look(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	preview, err := file.Preview(r.Context(), of)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/geo+json")
	return sendJSON(w, previewAnswer(preview))
}

func previewAnswer(p intake.Preview) previewJSON {
	out := previewJSON{Type: "FeatureCollection", Rows: p.Rows, Skipped: p.Skipped, Features: []*geojson.Feature{}}
	var box orb.Bound
	for i, f := range p.Features {
		feature := geojson.NewFeature(f.Geometry)
		feature.Properties = geojson.Properties{"row": f.Row}
		out.Features = append(out.Features, feature)
		if b := f.Geometry.Bound(); i == 0 {
			box = b
		} else {
			box = box.Union(b)
		}
	}
	if len(p.Features) > 0 {
		out.BBox = geojson.NewBBox(box)
	}
	return out
}

// problemOfFile says what is wrong with a file as a whole.
func problemOfFile(fault *intake.FileError) *problem {
	p := &problem{status: http.StatusUnprocessableEntity, slug: "invalid", code: "invalid", detail: (&intake.FileError{Line: fault.Line, Reason: fault.Reason}).Error()}
	if fault.File != "" {
		p.detail = fault.File + ": " + p.detail
	}
	if fault.Field != "" {
		p = p.with("field", fault.Field)
	}
	return p.with("rule", cmp.Or(fault.Rule, "file"))
}
