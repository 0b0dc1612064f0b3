package api

import (
	"github.com/wangge/wangge/grid"
)

// impactJSON is what a plan would do.
type impactJSON struct {
	Before              []editionJSON    `json:"before"`
	Parts               []partImpactJSON `json:"parts"`
	AreaMovedM2         float64          `json:"area_moved_m2"`
	HouseholdsMoved     float64          `json:"households_moved"`
	HouseholdsEstimated bool             `json:"households_estimated"`
	BorderRedrawnM      float64          `json:"border_redrawn_m"`
	Places              handoversJSON    `json:"places"`
	Incidents           handoversJSON    `json:"incidents"`
	LostPlaces          int              `json:"lost_places"`
	Posts               []postImpactJSON `json:"posts"`
	Load                loadChangeJSON   `json:"load"`
	UnitsCut            []unitCutJSON    `json:"units_cut"`
}

type partImpactJSON struct {
	Kind             string  `json:"kind"`
	Code             string  `json:"code"`
	Name             string  `json:"name"`
	CommunityCode    string  `json:"community_code"`
	Change           string  `json:"change"`
	AreaM2Before     float64 `json:"area_m2_before"`
	AreaM2After      float64 `json:"area_m2_after"`
	HouseholdsBefore float64 `json:"households_before"`
	HouseholdsAfter  float64 `json:"households_after"`
	LoadBefore       float64 `json:"load_before"`
	LoadAfter        float64 `json:"load_after"`
}

func newPartImpactJSON(p *grid.PartImpact) partImpactJSON {
	return partImpactJSON{
		Kind: p.Kind, Code: p.Code, Name: p.Name, CommunityCode: p.CommunityCode, Change: p.Change,
		AreaM2Before: rounded(p.AreaM2Before, 2), AreaM2After: rounded(p.AreaM2After, 2),
		HouseholdsBefore: rounded(p.HouseholdsBefore, 2), HouseholdsAfter: rounded(p.HouseholdsAfter, 2),
		LoadBefore: rounded(p.LoadBefore, 4), LoadAfter: rounded(p.LoadAfter, 4),
	}
}

// handoversJSON are places or incidents that change hands: all of them counted, the first ones listed.
type handoversJSON struct {
	Total  int            `json:"total"`
	ByKind map[string]int `json:"by_kind"`
	Items  []handoverJSON `json:"items"`
}

type handoverJSON struct {
	Code          string  `json:"code"`
	Kind          string  `json:"kind"`
	Name          string  `json:"name"`
	FromBase      *string `json:"from_base"`
	ToBase        *string `json:"to_base"`
	FromDedicated *string `json:"from_dedicated"`
	ToDedicated   *string `json:"to_dedicated"`
}

type postImpactJSON struct {
	WorkerCode string  `json:"worker_code"`
	PostKind   string  `json:"post_kind"`
	GridCode   string  `json:"grid_code"`
	ToGrid     *string `json:"to_grid"`
}

type loadChangeJSON struct {
	Before loadSpreadJSON `json:"before"`
	After  loadSpreadJSON `json:"after"`
}

type loadSpreadJSON struct {
	Grids int     `json:"grids"`
	Min   float64 `json:"min"`
	Mean  float64 `json:"mean"`
	Max   float64 `json:"max"`
	CV    float64 `json:"cv"`
}

type unitCutJSON struct {
	Network   string   `json:"network"`
	Code      string   `json:"code"`
	Name      string   `json:"name"`
	GridCodes []string `json:"grid_codes"`
}

func newImpactJSON(in *grid.Impact) impactJSON {
	j := impactJSON{
		Before: []editionJSON{}, Parts: make([]partImpactJSON, len(in.Parts)), AreaMovedM2: rounded(in.AreaMovedM2, 2),
		HouseholdsMoved: rounded(in.HouseholdsMoved, 2), HouseholdsEstimated: in.HouseholdsEstimated, BorderRedrawnM: rounded(in.BorderRedrawnM, 2),
		Places: newHandoversJSON(in.Places, in.PlacesByKind), Incidents: newHandoversJSON(in.Incidents, in.IncidentsByKind),
		LostPlaces: in.LostPlaces, Posts: make([]postImpactJSON, len(in.Posts)), UnitsCut: make([]unitCutJSON, len(in.UnitsCut)),
		Load: loadChangeJSON{newLoadSpreadJSON(in.LoadBefore), newLoadSpreadJSON(in.LoadAfter)},
	}
	for _, e := range in.Before {
		j.Before = append(j.Before, editionJSON{e.CountyCode, e.Number, e.InForceFrom, e.Proven})
	}
	for i := range in.Parts {
		j.Parts[i] = newPartImpactJSON(&in.Parts[i])
	}
	for i, p := range in.Posts {
		j.Posts[i] = postImpactJSON{p.WorkerCode, p.PostKind, p.GridCode, orNull(p.ToGrid)}
	}
	for i, u := range in.UnitsCut {
		j.UnitsCut[i] = unitCutJSON{u.Network, u.Code, u.Name, append([]string{}, u.GridCodes...)}
	}
	return j
}

func newHandoversJSON(list []grid.Handover, byKind map[string]int) handoversJSON {
	j := handoversJSON{ByKind: map[string]int{}, Items: make([]handoverJSON, len(list))}
	for kind, n := range byKind {
		j.ByKind[kind] = n
		j.Total += n
	}
	for i, h := range list {
		j.Items[i] = handoverJSON{
			Code: h.Code, Kind: h.Kind, Name: h.Name, FromBase: orNull(h.FromBase), ToBase: orNull(h.ToBase),
			FromDedicated: orNull(h.FromDedicated), ToDedicated: orNull(h.ToDedicated),
		}
	}
	return j
}

func newLoadSpreadJSON(l grid.LoadSpread) loadSpreadJSON {
	return loadSpreadJSON{Grids: l.Grids, Min: rounded(l.Min, 4), Mean: rounded(l.Mean, 4), Max: rounded(l.Max, 4), CV: rounded(l.CV, 4)}
}
