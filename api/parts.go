package api

import (
	"net/http"

	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// partFeatures is a GeoJSON collection of grids and void areas, with what belongs to all of them beside.
type partFeatures struct {
	Type     string        `json:"type"`
	Features []partFeature `json:"features"`
}

// partFeature is a grid or void area, as it was or as it becomes; without a geometry where it is taken away.
type partFeature struct {
	Type       string            `json:"type"`
	Geometry   *geojson.Geometry `json:"geometry"`
	Properties partProperties    `json:"properties"`
}

type partProperties struct {
	Kind           string   `json:"kind"`
	Code           string   `json:"code"`
	Name           string   `json:"name"`
	CommunityCode  string   `json:"community_code"`
	CountyCode     string   `json:"county_code"`
	Change         string   `json:"change,omitempty"` // created, retired, boundary, bent, attributes
	State          string   `json:"state,omitempty"`  // before or after; base, current or draft
	Plan           string   `json:"plan,omitempty"`
	Seq            int      `json:"seq,omitempty"`
	Detail         string   `json:"detail,omitempty"`
	AreaM2         *float64 `json:"area_m2,omitempty"`
	PerimeterM     *float64 `json:"perimeter_m,omitempty"`
	Compactness    *float64 `json:"compactness,omitempty"`
	Households     *int     `json:"households,omitempty"`
	DedicatedKind  string   `json:"dedicated_kind,omitempty"`
	HostOrg        string   `json:"host_org_code,omitempty"`
	SupervisingOrg string   `json:"supervising_org_code,omitempty"`
	PostWorker     string   `json:"post_worker_code,omitempty"`
	Reason         string   `json:"reason,omitempty"` // of a void area

	Fixed bool `json:"fixed,omitempty"` // in a working set: there for the borders of the others alone

	Figures *partImpactJSON `json:"figures,omitempty"`
}

func newPartFeatures() partFeatures {
	return partFeatures{Type: "FeatureCollection", Features: []partFeature{}}
}

func gridFeature(g *grid.Grid) partFeature {
	area, perimeter, compactness := rounded(g.AreaM2, 2), rounded(g.PerimeterM, 2), rounded(g.Compactness, 4)
	return partFeature{"Feature", shapeOrNull(g.Boundary), partProperties{
		Kind: g.Kind, Code: g.Code, Name: g.Name, CommunityCode: g.CommunityCode, CountyCode: g.CountyCode, AreaM2: &area, PerimeterM: &perimeter,
		Compactness: &compactness, Households: g.Households, DedicatedKind: g.DedicatedKind, HostOrg: g.HostOrg, SupervisingOrg: g.SupervisingOrg,
	}}
}

func voidFeature(v *grid.VoidArea) partFeature {
	area := rounded(v.AreaM2, 2)
	return partFeature{"Feature", shapeOrNull(v.Boundary), partProperties{
		Kind: grid.Void, Code: v.Code, Name: v.Name, CommunityCode: v.CommunityCode, CountyCode: v.CountyCode, AreaM2: &area, Reason: v.Reason,
	}}
}

// featureOf shows a part of an edition or a draft.
func featureOf(p *edition.Part) partFeature {
	if p.Void != nil {
		return voidFeature(p.Void)
	}
	return gridFeature(p.Grid)
}

// diffFeatures shows every part that differs as it was and as it becomes.
func diffFeatures(d *edition.Diff) partFeatures {
	all := newPartFeatures()
	for i := range d.Parts {
		p := &d.Parts[i]
		for _, one := range []struct {
			state string
			part  *edition.Part
		}{{"before", p.Before}, {"after", p.After}} {
			if one.part == nil {
				continue
			}
			f := featureOf(one.part)
			f.Properties.State, f.Properties.Change = one.state, p.Change
			all.Features = append(all.Features, f)
		}
	}
	return all
}

// diffJSON is what differs between two states of the grids of a county or a plan.
type diffJSON struct {
	Parts          []partDiffJSON    `json:"parts"`
	Lineage        []lineageStepJSON `json:"lineage"`
	BorderRedrawnM float64           `json:"border_redrawn_m"`
	AreaMovedM2    float64           `json:"area_moved_m2"`
}

type partDiffJSON struct {
	Kind   string          `json:"kind"`
	Code   string          `json:"code"`
	Change string          `json:"change"`
	Before *partProperties `json:"before"`
	After  *partProperties `json:"after"`
}

type lineageStepJSON struct {
	From        string  `json:"from"`
	To          string  `json:"to"`
	Relation    string  `json:"relation"`
	ShareOfArea float64 `json:"share_of_area"`
}

func newDiffJSON(d *edition.Diff) diffJSON {
	j := diffJSON{
		Parts: make([]partDiffJSON, len(d.Parts)), Lineage: make([]lineageStepJSON, len(d.Lineage)),
		BorderRedrawnM: rounded(d.BorderRedrawnM, 2), AreaMovedM2: rounded(d.AreaMovedM2, 2),
	}
	for i := range d.Parts {
		p := &d.Parts[i]
		j.Parts[i] = partDiffJSON{p.Kind, p.Code, p.Change, propertiesOf(p.Before), propertiesOf(p.After)}
	}
	for i, l := range d.Lineage {
		j.Lineage[i] = lineageStepJSON{l.FromCode, l.ToCode, l.Relation, rounded(l.ShareOfArea, 6)}
	}
	return j
}

func propertiesOf(p *edition.Part) *partProperties {
	if p == nil {
		return nil
	}
	f := featureOf(p)
	return &f.Properties
}

// conflictFeatures shows what a plan conflicts with: each part as it was in the plan's base, as it is, and as the plan has it.
func conflictFeatures(conflicts []grid.PlanConflict) partFeatures {
	all := newPartFeatures()
	for i := range conflicts {
		c := &conflicts[i]
		none := true
		add := func(state string, shape *geojson.Geometry) {
			all.Features = append(all.Features, partFeature{"Feature", shape, partProperties{
				Kind: c.Kind, Code: c.Code, Name: c.Name, State: state, Plan: c.Plan, Seq: c.Seq, Detail: c.Detail,
			}})
		}
		if shape := shapeOrNull(c.Base); shape != nil {
			none = false
			add("base", shape)
		}
		if shape := shapeOrNull(c.Current); shape != nil {
			none = false
			add("current", shape)
		}
		if shape := shapeOrNull(c.Draft); shape != nil {
			none = false
			add("draft", shape)
		}
		if none {
			add("", nil)
		}
	}
	return all
}

// sendFeatures answers with a GeoJSON collection.
func sendFeatures(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/geo+json")
	return sendJSON(w, v)
}
