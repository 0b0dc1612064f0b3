package api

import (
	"net/http"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// planEditJSON is what a change of the draft has led to.
type planEditJSON struct {
	Plan     planJSON      `json:"plan"`
	Seq      int           `json:"seq"`
	Changed  partFeatures  `json:"changed"`
	Arcs     []arcJSON     `json:"arcs"`
	Bent     []bendJSON    `json:"bent"`
	Ends     []endJSON     `json:"ends"`
	Findings []findingJSON `json:"findings"`
	Impact   impactJSON    `json:"impact"`
}

type arcJSON struct {
	Geometry *geojson.Geometry `json:"geometry"`
	Left     *string           `json:"left"`
	Right    *string           `json:"right"`
}

type bendJSON struct {
	At     orb.Point `json:"at"`
	Codes  []string  `json:"codes"`
	MovedM float64   `json:"moved_m"`
}

type endJSON struct {
	From      orb.Point `json:"from"`
	To        orb.Point `json:"to"`
	DistanceM float64   `json:"distance_m"`
}

func newPlanEditJSON(state *live.State, e *store.PlanEdit) planEditJSON {
	j := planEditJSON{
		Plan: newPlanJSON(state, &e.Plan), Seq: e.Seq, Changed: newPartFeatures(), Arcs: make([]arcJSON, len(e.Arcs)),
		Bent: make([]bendJSON, len(e.Bent)), Ends: make([]endJSON, len(e.Ends)),
		Findings: newFindingList(e.Findings), Impact: newImpactJSON(&e.Impact),
	}
	figures := map[[2]string]*grid.PartImpact{}
	for i := range e.Impact.Parts {
		p := &e.Impact.Parts[i]
		figures[[2]string{p.Kind, p.Code}] = p
	}
	for i := range e.Parts {
		f := draftFeature(state, &e.Parts[i])
		if p := figures[[2]string{f.Properties.Kind, f.Properties.Code}]; p != nil {
			shown := newPartImpactJSON(p)
			f.Properties.Change, f.Properties.Figures = p.Change, &shown
		}
		j.Changed.Features = append(j.Changed.Features, f)
	}
	for i, a := range e.Arcs {
		j.Arcs[i] = arcJSON{geojson.NewGeometry(a.Line), orNull(a.Left), orNull(a.Right)}
	}
	for i, b := range e.Bent {
		j.Bent[i] = bendJSON{b.At, append([]string{}, b.Codes...), rounded(b.MovedM, 4)}
	}
	for i, end := range e.Ends {
		j.Ends[i] = endJSON{end.From, end.To, rounded(end.DistanceM, 4)}
	}
	return j
}

// draftFeature shows a part as the draft has it. One that is gone has no geometry, and the names of the edition in force.
func draftFeature(state *live.State, p *grid.PlanPart) partFeature {
	var f partFeature
	switch {
	case p.Void != nil:
		f = voidFeature(p.Void)
	case p.Grid != nil:
		f = gridFeature(p.Grid)
		f.Properties.PostWorker = p.PostWorker
	default:
		f = partFeature{Type: "Feature", Properties: partProperties{Kind: p.Kind, Code: p.Code}}
		if g, _ := state.City.Grid(p.Code); g != nil && g.Kind == p.Kind {
			f.Properties.Name, f.Properties.CommunityCode, f.Properties.CountyCode = g.Name, g.CommunityCode, g.CountyCode
		}
	}
	return f
}

// planChangeJSON is an operation as it was asked for.
type planChangeJSON struct {
	Seq     int         `json:"seq"`
	Op      string      `json:"op"`
	Undone  bool        `json:"undone"`
	Request grid.Change `json:"request"`
	Ends    []endJSON   `json:"ends"`
	Bent    []bendJSON  `json:"bent"`
	Actor   string      `json:"actor"`
	At      time.Time   `json:"at"`
}

// planChanges answers GET /v1/plans/{code}/changes.
func (s *Server) planChanges(w http.ResponseWriter, r *http.Request, state *live.State) error {
	p, err := s.partOfPlan(w, r, state)
	if err != nil {
		return err
	}
	changes, err := s.store.PlanChanges(r.Context(), p.Code)
	if err != nil {
		return err
	}
	j := page[planChangeJSON]{Items: []planChangeJSON{}}
	for i := range changes {
		c := &changes[i]
		one := planChangeJSON{
			Seq: c.Seq, Op: c.Change.Op, Undone: c.Undone, Request: c.Change, Ends: make([]endJSON, len(c.Ends)), Bent: make([]bendJSON, len(c.Bent)),
			Actor: c.Actor, At: c.At.UTC(),
		}
		for i, end := range c.Ends {
			one.Ends[i] = endJSON{end.From, end.To, rounded(end.DistanceM, 4)}
		}
		for i, b := range c.Bent {
			one.Bent[i] = bendJSON{b.At, append([]string{}, b.Codes...), rounded(b.MovedM, 4)}
		}
		j.Items = append(j.Items, one)
	}
	return sendJSON(w, j)
}

// partOfPlan returns the plan whose changes, findings or consultations are read, and sets the answer's tag to its version.
func (s *Server) partOfPlan(w http.ResponseWriter, r *http.Request, state *live.State) (grid.Plan, error) {
	if _, err := params(r); err != nil {
		return grid.Plan{}, err
	}
	p, err := s.readPlan(r, state)
	if err != nil {
		return p, err
	}
	s.stateKnowingPlan(w, r, state, &p)
	tagPlan(w, &p)
	return p, nil
}

// tagPlan names the plan's version, for If-Match. It is no tag for a cache: what an answer shows of editions and due dates changes
// without it.
func tagPlan(w http.ResponseWriter, p *grid.Plan) {
	w.Header().Set("ETag", versionTag(p.Version))
	w.Header().Set("Cache-Control", "private, no-cache")
}

// changePlan answers POST /v1/plans/{code}/changes.
func (s *Server) changePlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.planWriter(r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	ch, err := readChange(w, r, state.City)
	if err != nil {
		return err
	}
	edit, err := s.store.EditPlan(r.Context(), state.City, actor, pathVar(r, "code"), version, ch)
	if err != nil {
		return err
	}
	return s.sendPlanEdit(w, r, state, &edit)
}

// undoPlan answers POST /v1/plans/{code}/undo.
func (s *Server) undoPlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.wordlessWriter(w, r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	edit, err := s.store.UndoPlan(r.Context(), state.City, actor, pathVar(r, "code"), version)
	if err != nil {
		return err
	}
	return s.sendPlanEdit(w, r, state, &edit)
}

// redoPlan answers POST /v1/plans/{code}/redo.
func (s *Server) redoPlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.wordlessWriter(w, r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	edit, err := s.store.RedoPlan(r.Context(), state.City, actor, pathVar(r, "code"), version)
	if err != nil {
		return err
	}
	return s.sendPlanEdit(w, r, state, &edit)
}

func (s *Server) sendPlanEdit(w http.ResponseWriter, r *http.Request, state *live.State, e *store.PlanEdit) error {
	state = s.stateKnowingPlan(w, r, state, &e.Plan)
	tagPlan(w, &e.Plan)
	return sendJSON(w, newPlanEditJSON(state, e))
}

// planDraft answers GET /v1/plans/{code}/draft: what differs, before and after.
func (s *Server) planDraft(w http.ResponseWriter, r *http.Request, state *live.State) error {
	p, err := s.partOfPlan(w, r, state)
	if err != nil {
		return err
	}
	draft, err := s.store.PlanDraft(r.Context(), state.City, p.Code)
	if err != nil {
		return err
	}
	diff := draft.Diff()
	all := diffFeatures(&diff)
	posted := map[string]string{}
	for _, part := range draft.Parts() {
		posted[part.Code] = part.PostWorker
	}
	for i := range all.Features {
		if f := &all.Features[i].Properties; f.State == "after" && f.Kind != grid.Void {
			f.PostWorker = posted[f.Code]
		}
	}
	return sendFeatures(w, all)
}
