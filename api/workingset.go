package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// maxWorkingSet is how many grids and void areas are handed out to be drawn on at once.
const maxWorkingSet = 400

// workingSetJSON is what somebody draws on: parts of a draft at full precision, with what lies below if it was asked for.
type workingSetJSON struct {
	partFeatures
	Plan       string          `json:"plan"`
	Version    int             `json:"version"`
	References []referenceJSON `json:"references,omitempty"`
	// ReferencesComplete is false where more lie there than are handed out.
	ReferencesComplete *bool `json:"references_complete,omitempty"`
}

type referenceJSON struct {
	Kind     string            `json:"kind"`
	Name     string            `json:"name"`
	Class    string            `json:"class"`
	Geometry *geojson.Geometry `json:"geometry"`
}

// workingSet answers GET /v1/plans/{code}/workingset.
func (s *Server) workingSet(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "bbox", "references")
	if err != nil {
		return err
	}
	boxes, err := q.boxes()
	if err != nil {
		return err
	}
	if boxes == nil {
		return badParam("bbox", "Say which part of the draft: bbox=west,south,east,north in degrees.")
	}
	below, err := q.flag("references")
	if err != nil {
		return err
	}
	d, err := s.draftOf(w, r, state, pathVar(r, "code"))
	if err != nil {
		return err
	}
	s.stateKnowingPlan(w, r, state, &d.Plan)
	tagPlan(w, &d.Plan) // and no 304: what is fixed, and what lies below, changes without the plan
	set, ok := d.After.City.WorkingSet(d.Plan.Counties, boxes, maxWorkingSet)
	if !ok {
		return badParam("bbox", fmt.Sprintf("More than %d grids lie there: ask for a smaller part, by zooming in.", maxWorkingSet))
	}
	j := workingSetJSON{partFeatures: newPartFeatures(), Plan: d.Plan.Code, Version: d.Plan.Version}
	for i := range set {
		f := featureOf(&set[i].Part)
		f.Properties.Fixed = set[i].Fixed
		j.Features = append(j.Features, f)
	}
	if below {
		if err := s.referencesIn(r, &j, boxes); err != nil {
			return err
		}
	}
	return sendFeatures(w, j)
}

// referencesIn puts the roads, rivers and buildings of boxes into a working set.
func (s *Server) referencesIn(r *http.Request, j *workingSetJSON, boxes []geo.Box) error {
	all := true
	j.References = []referenceJSON{}
	for _, box := range boxes {
		found, complete, err := s.store.References(r.Context(), box)
		if err != nil {
			return err
		}
		all = all && complete
		for _, f := range found {
			j.References = append(j.References, referenceJSON{f.Kind, f.Name, f.Class, geojson.NewGeometry(f.Shape)})
		}
	}
	j.ReferencesComplete = &all
	return nil
}

// blockJSON is the block of streets about a spot in a grid.
type blockJSON struct {
	Grid string `json:"grid"`
	// Geometry is a polygon that reaches a little beyond the grid, null where no street or river divides the grid.
	Geometry *geojson.Geometry `json:"geometry"`
}

// planBlock answers GET /v1/plans/{code}/block.
func (s *Server) planBlock(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "lon", "lat", "crs", "grid")
	if err != nil {
		return err
	}
	at, err := q.point()
	if err != nil {
		return err
	}
	d, err := s.draftOf(w, r, state, pathVar(r, "code"))
	if err != nil {
		return err
	}
	code := strings.TrimSpace(q.text("grid"))
	g, _ := d.After.City.Grid(code)
	if g == nil || g.Kind != grid.Base {
		return badParam("grid", "grid is to be the code of a base grid of the draft.")
	}
	area, err := geo.FromOrb(g.Boundary)
	if err != nil {
		return err
	}
	s.stateKnowingPlan(w, r, state, &d.Plan)
	tagPlan(w, &d.Plan)
	block, divided, err := s.store.Block(r.Context(), area, at)
	if err != nil {
		return err
	}
	j := blockJSON{Grid: code}
	if divided && len(block) > 0 {
		onLattice, err := geo.FromOrb(block)
		if err != nil {
			return err
		}
		j.Geometry = geojson.NewGeometry(onLattice.Orb())
	}
	return sendJSON(w, j)
}
