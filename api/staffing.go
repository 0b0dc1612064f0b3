package api

import (
	"net/http"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// staffingJSON says which grids of a division want people (BR-45). Lists are cut at maxStaffing entries; their counts are not.
type staffingJSON struct {
	DivisionCode     string              `json:"division_code"`
	At               time.Time           `json:"at"`
	Base             int                 `json:"base_grids"`
	Dedicated        int                 `json:"dedicated_grids"`
	MaxGrids         int                 `json:"worker_max_grids"`
	WithoutAnyone    listed[gridRef]     `json:"without_anyone"`
	WithoutFullTime  listed[gridRef]     `json:"base_without_full_time"`
	DedicatedWithout listed[gridRef]     `json:"dedicated_without_post"`
	NobodyOn         listed[gridRef]     `json:"nobody_on_now"`
	OverLimit        listed[servingJSON] `json:"workers_over_limit"`
	LostDuties       listed[lostDuty]    `json:"duties_without_post"`
}

type listed[T any] struct {
	Count int `json:"count"`
	Items []T `json:"items"`
}

type servingJSON struct {
	WorkerCode string   `json:"worker_code"`
	Name       string   `json:"name"`
	Grids      []string `json:"grid_codes"`
}

type lostDuty struct {
	DutyID   int64  `json:"duty_id"`
	GridCode string `json:"grid_code"`
}

// maxStaffing is how many entries a list has at most.
const maxStaffing = 1000

func list[S, T any](found []S, show func(S) T) listed[T] {
	l := listed[T]{Count: len(found), Items: []T{}}
	for _, one := range found[:min(len(found), maxStaffing)] {
		l.Items = append(l.Items, show(one))
	}
	return l
}

// staffing answers GET /v1/staffing/{division}.
func (s *Server) staffing(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r, asOfParam); err != nil {
		return err
	}
	code := pathVar(r, "division")
	if state.City.Division(code) == nil {
		return notFound("There is no division " + code + ": GET /v1/divisions lists them.")
	}
	if _, err := s.authorize(r, state, grid.ReadPlaces, code); err != nil {
		return err
	}
	at := state.Time()
	found := state.Staffing(gridsIn(state, code, ""), at)
	j := staffingJSON{
		DivisionCode: code, At: at.UTC(), Base: found.Base, Dedicated: found.Dedicated, MaxGrids: state.City.Settings().WorkerMaxGrids,
		WithoutAnyone: list(found.WithoutAnyone, refOf), WithoutFullTime: list(found.WithoutFullTime, refOf),
		DedicatedWithout: list(found.DedicatedWithout, refOf), NobodyOn: list(found.NobodyOn, refOf),
		OverLimit:  list(found.OverLimit, func(l live.Load) servingJSON { return servingJSON{l.WorkerCode, l.Name, l.Grids} }),
		LostDuties: list(found.DutiesWithoutPosts, func(d live.LostDuty) lostDuty { return lostDuty{d.DutyID, d.Grid.Code} }),
	}
	return sendJSON(w, j)
}
