package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/live"
)

// The bounds of cleaning a layer: some seconds of work and some hundred MB.
const (
	maxCleanBody     = 32 << 20
	maxCleanFeatures = 20_000
	maxCleanVertices = 2_000_000
	cleanIn          = 60 * time.Second
	maxCleans        = 2 // at the same time
)

// cleanRequest is a GeoJSON feature collection with a few members more.
type cleanRequest struct {
	Type     string          `json:"type"`
	CRS      json.RawMessage `json:"crs"`
	Features []cleanFeature  `json:"features"`
	Outline  json.RawMessage `json:"outline"` // a geometry or feature that the features are to tile
	AreaM2   *float64        `json:"area_m2"` // tolerances; those of the settings where they are not given
	WidthM   *float64        `json:"width_m"`
}

type cleanFeature struct {
	Type       string          `json:"type"`
	ID         json.RawMessage `json:"id,omitempty"`
	Properties json.RawMessage `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"`
}

// cleanAnswer is what cleaning made of a layer, and everything that it changed.
type cleanAnswer struct {
	Features cleanCollection   `json:"features"`
	Outline  *geojson.Geometry `json:"outline,omitempty"`
	*grid.CleanReport
	Places *geojson.FeatureCollection `json:"places"` // the changes, and what was left, to look at
}

type cleanCollection struct {
	Type     string         `json:"type"`
	Features []cleanFeature `json:"features"`
}

// cleanMesh answers POST /v1/mesh/clean. It stores nothing.
func (s *Server) cleanMesh(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	if _, err := s.authorizeSome(r, state, grid.WritePlans); err != nil {
		return err
	}
	select {
	case s.cleans <- struct{}{}:
		defer func() { <-s.cleans }()
	default:
		return busy()
	}
	request, err := readClean(r)
	if err != nil {
		return err
	}
	layer, codes, err := request.layer(r.Context())
	if err != nil {
		return err
	}
	options, err := request.options(state.City.Settings())
	if err != nil {
		return err
	}
	options.Stop = func() bool { return r.Context().Err() != nil }
	cleaned, err := mesh.Clean(layer, options)
	if errors.Is(err, mesh.ErrStopped) {
		return r.Context().Err()
	}
	if err != nil {
		return cleanProblem(codes, err)
	}
	answer, err := request.answer(codes, cleaned)
	if err != nil {
		return err
	}
	return sendJSON(w, answer)
}

func readClean(r *http.Request) (*cleanRequest, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" && media != "application/geo+json" {
		return nil, unsupported("application/geo+json or application/json")
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	request := &cleanRequest{}
	if err := json.Unmarshal(raw, request); err != nil || request.Type != "FeatureCollection" {
		return nil, badParam("", "The body is to be a GeoJSON FeatureCollection.")
	}
	if n := len(request.Features); n == 0 || n > maxCleanFeatures {
		return nil, &grid.RuleError{Rule: "features", Field: "features", Detail: fmt.Sprintf("there are %d features; 1 to %d are taken", n, maxCleanFeatures)}
	}
	return request, nil
}

// layer reads the geometries. Parts are named by the ids of their features, or else by their places in the list, from 0.
func (c *cleanRequest) layer(ctx context.Context) (l mesh.Layer, codes []string, err error) {
	var name string
	if json.Unmarshal(c.CRS, &name) != nil {
		name = ""
	}
	system, err := crs.Parse(name)
	if err != nil {
		return l, nil, &grid.RuleError{Rule: "QC-02", Field: "crs", Detail: "crs is required: wgs84, cgcs2000, gcj02 or bd09"}
	}
	vertices := 0
	for i, f := range c.Features {
		if i%100 == 0 && ctx.Err() != nil {
			return l, nil, ctx.Err()
		}
		codes = append(codes, featureCode(f.ID, i))
		m, err := cleanArea(system, f.Geometry, &vertices)
		if err != nil {
			return l, nil, cleanProblem(codes, &mesh.PartError{Part: i, Err: err})
		}
		l.Parts = append(l.Parts, m)
	}
	if len(c.Outline) == 0 || string(c.Outline) == "null" {
		return l, codes, nil
	}
	m, err := cleanArea(system, c.Outline, &vertices)
	if err != nil {
		return l, nil, cleanProblem(codes, &mesh.PartError{Part: ^0, Err: err})
	}
	l.Outlines = []geo.MultiPolygon{m}
	return l, codes, nil
}

// featureCode returns the text or number that a feature has for an id.
func featureCode(id json.RawMessage, i int) string {
	if text := strings.Trim(string(id), `"`); text != "" && text != "null" {
		var s string
		if json.Unmarshal(id, &s) == nil {
			return s
		}
		return text
	}
	return strconv.Itoa(i)
}

// cleanArea reads one area, counting its vertices.
func cleanArea(system crs.System, raw json.RawMessage, vertices *int) (geo.MultiPolygon, error) {
	g, err := geometryOf(raw)
	if err != nil {
		return nil, err
	}
	if *vertices += countPositions(g); *vertices > maxCleanVertices {
		return nil, &geo.InvalidError{Rule: geo.RuleTooManyVertices}
	}
	return geo.FromOrb(crs.ToWGS84(system, g))
}

// countPositions counts the vertices of an area.
func countPositions(g orb.Geometry) int {
	n := 0
	switch g := g.(type) {
	case orb.Polygon:
		for _, r := range g {
			n += len(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			n += countPositions(p)
		}
	}
	return n
}

// options returns the tolerances that are asked for.
func (c *cleanRequest) options(s grid.Settings) (mesh.CleanOptions, error) {
	opt := mesh.CleanOptions{AreaM2: s.QCAreaM2, WidthM: s.QCWidthM}
	for _, given := range []struct {
		name  string
		value *float64
		into  *float64
	}{{"area_m2", c.AreaM2, &opt.AreaM2}, {"width_m", c.WidthM, &opt.WidthM}} {
		if given.value == nil {
			continue
		}
		if !(*given.value >= 0 && *given.value <= 1e6) {
			return opt, &grid.RuleError{Rule: "range", Field: given.name, Detail: "a tolerance is between 0 and 1000000"}
		}
		*given.into = *given.value
	}
	return opt, nil
}

// answer puts the cleaned areas into the features as they came.
func (c *cleanRequest) answer(codes []string, cleaned mesh.Cleaned) (*cleanAnswer, error) {
	a := &cleanAnswer{
		Features:    cleanCollection{Type: "FeatureCollection", Features: c.Features},
		CleanReport: grid.NewCleanReport(codes, []string{"outline"}, cleaned),
		Places:      geojson.NewFeatureCollection(),
	}
	for i := range c.Features {
		f := &c.Features[i]
		if f.Type = "Feature"; len(f.Properties) == 0 {
			f.Properties = json.RawMessage("null")
		}
		shape, err := json.Marshal(geojson.NewGeometry(cleaned.Parts[i].Orb()))
		if err != nil {
			return nil, err
		}
		f.Geometry = shape
	}
	if len(cleaned.Outlines) > 0 {
		a.Outline = geojson.NewGeometry(cleaned.Outlines[0].Orb())
	}
	a.Places.Features = a.CleanReport.Features()
	return a, nil
}

// cleanProblem names the feature that is at fault.
func cleanProblem(codes []string, err error) error {
	var part *mesh.PartError
	if _, ofData := intake.Explain(err); !ofData || !errors.As(err, &part) {
		return err
	}
	p := problemOf(err)
	if part.Part < 0 {
		return p.with("feature", "outline")
	}
	return p.with("feature", codes[part.Part])
}
