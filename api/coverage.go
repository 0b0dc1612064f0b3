package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/coverage"
	"github.com/wangge/wangge/grid/live"
)

// coverageJSON is the JSON of a coverage report.
type coverageJSON struct {
	Division   divisionRef        `json:"division"`
	Editions   []editionJSON      `json:"editions"`
	Proven     bool               `json:"proven"`
	AreaM2     float64            `json:"area_m2"`
	CoveredM2  float64            `json:"covered_m2"`
	VoidM2     float64            `json:"void_m2"`
	Gaps       []faultJSON        `json:"gaps"`
	Overlaps   []faultJSON        `json:"overlaps"`
	Other      []faultJSON        `json:"other_faults"`
	Households int                `json:"households"`
	Norm       normJSON           `json:"households_norm"`
	Load       loadJSON           `json:"load"`
	Grids      []coverageGridJSON `json:"grids"`
	Divisions  []coveredJSON      `json:"divisions"`
	Unassigned unassignedJSON     `json:"unassigned"`
	timeJSON
}

type faultJSON struct {
	Kind      string    `json:"kind"`
	Community string    `json:"community_code"`
	Grids     []string  `json:"grids"`
	AreaM2    float64   `json:"area_m2"`
	WidthM    float64   `json:"width_m"`
	At        orb.Point `json:"at"`
	Polygon   any       `json:"polygon"`
}

type loadJSON struct {
	Weights map[string]float64 `json:"weights"`
	Min     float64            `json:"min"`
	Mean    float64            `json:"mean"`
	Max     float64            `json:"max"`
	CV      float64            `json:"cv"`
}

// normJSON is the band of households that a base grid is to have (BR-41); null is no bound.
type normJSON struct {
	Min *float64 `json:"min"`
	Max *float64 `json:"max"`
}

func newNormJSON(s grid.Settings) normJSON {
	bound := func(households float64) *float64 {
		if households == 0 {
			return nil
		}
		return &households
	}
	return normJSON{bound(s.HouseholdsMin), bound(s.HouseholdsMax)}
}

type countsJSON struct {
	Places    map[string]int `json:"places"`
	Incidents struct {
		Open  int `json:"open"`
		Total int `json:"total"`
	} `json:"incidents"`
}

// unassignedJSON counts what lies in no base grid.
type unassignedJSON struct {
	Places    map[string]int `json:"places"`
	Incidents int            `json:"incidents"`
}

type coverageGridJSON struct {
	gridRef
	Community   string  `json:"community_code"`
	AreaM2      float64 `json:"area_m2"`
	Compactness float64 `json:"compactness"`
	Households  int     `json:"households"`
	Load        float64 `json:"load"`
	Workers     int     `json:"workers"`
	countsJSON
}

// coveredJSON is how much of a division its grids cover.
type coveredJSON struct {
	divisionRef
	Parent    *string `json:"parent_code"`
	AreaM2    float64 `json:"area_m2"`
	CoveredM2 float64 `json:"covered_m2"`
	VoidM2    float64 `json:"void_m2"`
	Gaps      int     `json:"gaps"`
	Overlaps  int     `json:"overlaps"`
	Other     int     `json:"other_faults"`
}

// coverage answers GET /v1/coverage/{division}; with plan, as it is and as it would be.
func (s *Server) coverage(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, asOfParam, planParam)
	if err != nil {
		return err
	}
	code := pathVar(r, "division")
	d := state.City.Division(code)
	if d == nil {
		return notFound("There is no division " + code + ": GET /v1/divisions lists them.")
	}
	if _, err := s.authorize(r, state, grid.ReadPlaces, code); err != nil {
		return err
	}
	if plan := q.text(planParam); plan != "" {
		if !state.At.IsZero() {
			return badParam(planParam, "Send as_of or plan, not both: a plan's draft is of no time.")
		}
		return s.draftCoverage(w, r, state, code, plan)
	}
	then, err := past(r, state, false)
	if err != nil {
		return err
	}
	var counts map[int64]grid.GridCounts
	if then {
		counts, err = s.store.CoverageCountsAt(r.Context(), d, state.At)
	} else {
		counts, state, err = s.countsOfOneState(r.Context(), code, state)
	}
	if err != nil {
		return err
	}
	if d = state.City.Division(code); d == nil {
		return notFound("There is no division " + code + ": GET /v1/divisions lists them.")
	}
	report := coverage.Of(state.City, d, counts)
	editionHeader(w, report.Editions)
	j := newCoverageJSON(state, report)
	j.timeJSON = newTimeJSON(state)
	return sendJSON(w, j)
}

// draftCoverageJSON is a division as it is, and as it would be with a plan in force.
type draftCoverageJSON struct {
	Plan   string       `json:"plan"`
	Before coverageJSON `json:"before"`
	After  coverageJSON `json:"after"`
}

func (s *Server) draftCoverage(w http.ResponseWriter, r *http.Request, state *live.State, division, plan string) error {
	draft, err := s.draftOf(w, r, state, plan)
	if err != nil {
		return err
	}
	before, after := draft.Before.City, draft.After.City
	d, redrawn := before.Division(division), after.Division(division)
	if d == nil || redrawn == nil {
		return notFound("There is no division " + division + ": GET /v1/divisions lists them.")
	}
	old, next, err := s.store.DraftCounts(r.Context(), before, &draft.Plan, draft.Draft, &draft.Diff, d)
	if errors.Is(err, grid.ErrConflict) {
		return &problem{
			status: http.StatusConflict, slug: "conflict", code: "rebase_needed",
			detail: "The plan is not drawn over the editions in force, or a new one came while this was counted: rebase it, or try again.",
		}
	}
	if err != nil {
		return err
	}
	nameState(w, draft.After)
	j := draftCoverageJSON{
		Plan: draft.Plan.Code, Before: newCoverageJSON(draft.Before, coverage.Of(before, d, old)),
		After: newCoverageJSON(draft.After, coverage.Of(after, redrawn, next)),
	}
	return sendJSON(w, j)
}

// countsOfOneState counts in the database what lies in a division, and returns the state that the counts are of: the given
// one, or a newer one when the database is ahead of it (L5). Editions only grow: when they are the same after the counting as
// before, they were so while it was done.
func (s *Server) countsOfOneState(ctx context.Context, division string, state *live.State) (map[int64]grid.GridCounts, *live.State, error) {
	for range 3 {
		d := state.City.Division(division)
		if d == nil {
			break
		}
		counts, err := s.store.CoverageCounts(ctx, d)
		if err != nil {
			return counts, state, err
		}
		if err := s.live.Refresh(ctx); err != nil { // not s.refresh: one that has begun earlier says nothing
			return counts, state, err
		}
		now := s.live.Now()
		if editionText(editionsOf(now)) == editionText(editionsOf(state)) {
			return counts, now, nil
		}
		state = now
	}
	return nil, state, notReached("New editions came while this was counted: try again in a second.")
}

// newCoverageJSON shows a report, with who works on its grids by the state that it is of.
func newCoverageJSON(state *live.State, r coverage.Report) coverageJSON {
	j := coverageJSON{
		Division: divisionRef{r.Division.Level, r.Division.Code, r.Division.Name}, Proven: len(r.Editions) > 0,
		AreaM2: rounded(r.AreaM2, 2), CoveredM2: rounded(r.CoveredM2, 2), VoidM2: rounded(r.VoidM2, 2),
		Gaps: faultList(r.Gaps), Overlaps: faultList(r.Overlaps), Other: faultList(r.Other),
		Households: r.Households, Norm: newNormJSON(state.City.Settings()), Load: loadJSON{r.Load.Weights, r.Load.Min, rounded(r.Load.Mean, 4), r.Load.Max, rounded(r.Load.CV, 4)},
		Editions: []editionJSON{}, Grids: []coverageGridJSON{}, Divisions: []coveredJSON{},
		Unassigned: unassignedJSON{newCountsJSON(r.Unassigned).Places, r.Unassigned.IncidentsTotal},
	}
	for _, e := range r.Editions {
		j.Editions = append(j.Editions, editionJSON{e.CountyCode, e.Number, e.InForceFrom, e.Proven})
		j.Proven = j.Proven && e.Proven
	}
	var posts []grid.Posting
	for _, g := range r.Grids {
		posts = state.AppendPosts(posts[:0], g.Grid, state.Time())
		j.Grids = append(j.Grids, coverageGridJSON{
			gridRef: refOf(g.Grid), Community: g.CommunityCode, AreaM2: rounded(g.AreaM2, 2), Compactness: rounded(g.Compactness, 4),
			Households: g.Households, Load: g.Load, Workers: workersOf(posts), countsJSON: newCountsJSON(g.Counts),
		})
	}
	for _, d := range r.Divisions {
		j.Divisions = append(j.Divisions, coveredJSON{
			divisionRef{d.Level, d.Code, d.Name},
			orNull(d.ParentCode), rounded(d.AreaM2, 2), rounded(d.CoveredM2, 2), rounded(d.VoidM2, 2),
			d.Gaps, d.Overlaps, d.Other,
		})
	}
	return j
}

// workersOf counts who serves among those posts of one grid, each person once; leading and advising do not count.
func workersOf(posts []grid.Posting) int {
	serving := map[string]bool{}
	for i := range posts {
		if posts[i].PostKind == "worker" {
			serving[posts[i].WorkerCode] = true
		}
	}
	return len(serving)
}

func newCountsJSON(c grid.GridCounts) countsJSON {
	j := countsJSON{Places: c.Places}
	if j.Places == nil {
		j.Places = map[string]int{}
	}
	j.Incidents.Open, j.Incidents.Total = c.IncidentsOpen, c.IncidentsTotal
	return j
}

func faultList(faults []grid.EditionFault) []faultJSON {
	list := []faultJSON{}
	for _, f := range faults {
		j := faultJSON{Kind: f.Kind, Community: f.CommunityCode, Grids: f.GridCodes, AreaM2: rounded(f.AreaM2, 4), WidthM: rounded(f.WidthM, 4), At: f.At}
		if j.Grids == nil {
			j.Grids = []string{}
		}
		if f.Polygon != nil {
			j.Polygon = geojson.NewGeometry(f.Polygon)
		}
		list = append(list, j)
	}
	return list
}
