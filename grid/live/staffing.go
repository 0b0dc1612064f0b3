package live

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/wangge/wangge/grid"
)

// Staffing says which grids want people, and who has too many grids (BR-45).
type Staffing struct {
	Base, Dedicated int // grids looked at

	WithoutAnyone      []*grid.Grid // nobody is posted, whatever for
	WithoutFullTime    []*grid.Grid // base grids without a full-time worker
	DedicatedWithout   []*grid.Grid // dedicated grids to which nobody is posted to serve: the base grid answers (BR-16)
	NobodyOn           []*grid.Grid // a calendar is kept, and nobody is on, nor stands in
	OverLimit          []Load       // workers of more grids than a worker may serve
	DutiesWithoutPosts []LostDuty   // on the calendar, but the post has ended, ends before, or its worker has left
}

// Load is a worker and the grids that he serves, by code. Leading and advising do not count.
type Load struct {
	WorkerCode string
	Name       string
	Grids      []string
}

// LostDuty is a duty that nobody can do.
type LostDuty struct {
	DutyID int64
	Grid   *grid.Grid
}

// Staffing looks at those grids, which are in force, at an instant. A worker's load counts his grids everywhere.
func (s *State) Staffing(grids []*grid.Grid, at time.Time) Staffing {
	c := staffingCheck{state: s, at: at.UnixMicro(), serving: map[string]*Load{}}
	for _, g := range grids {
		c.look(g)
	}
	c.overLimit()
	c.lost(grids)
	return c.found
}

type staffingCheck struct {
	state   *State
	at      int64
	found   Staffing
	serving map[string]*Load // workers of the grids, by code
}

func (c *staffingCheck) look(g *grid.Grid) {
	r := c.state.rosters[g.CountyCode]
	here := r.on(g.ID)
	anyone, serving, fullTime := false, false, false
	for i := range here.posts {
		p := &here.posts[i]
		if !p.validAt(c.at) {
			continue
		}
		anyone, serving = true, serving || isWorker(p)
		fullTime = fullTime || p.kind == "worker" && p.worker.about.role == "full_time"
		if isWorker(p) && c.serving[p.worker.code] == nil {
			c.serving[p.worker.code] = &Load{WorkerCode: p.worker.code, Name: p.worker.name}
		}
	}
	add := func(list *[]*grid.Grid, when bool) {
		if when {
			*list = append(*list, g)
		}
	}
	if g.Kind == grid.Base {
		c.found.Base++
	} else {
		c.found.Dedicated++
	}
	add(&c.found.WithoutAnyone, !anyone)
	add(&c.found.WithoutFullTime, g.Kind == grid.Base && !fullTime)
	add(&c.found.DedicatedWithout, g.Kind == grid.Dedicated && !serving)
	add(&c.found.NobodyOn, len(here.duties) > 0 && !c.somebodyOn(r, here))
}

func (c *staffingCheck) somebodyOn(r *roster, here onGrid) bool {
	for i := range here.duties {
		d := &here.duties[i]
		if !d.covers(c.at) {
			continue
		}
		if !d.absent && r.posts[d.post].validAt(c.at) || d.absent && d.standIn > 0 && r.posts[d.standIn-1].validAt(c.at) {
			return true
		}
	}
	return false
}

// overLimit counts the grids of those who serve one of these, wherever they are.
func (c *staffingCheck) overLimit() {
	for _, e := range c.state.City.Editions() {
		r := c.state.rosters[e.Info().CountyCode]
		for _, of := range [][]grid.Grid{e.Base(), e.Dedicated()} {
			for i := range of {
				c.count(r, &of[i])
			}
		}
	}
	most := c.state.City.Settings().WorkerMaxGrids
	for _, l := range c.serving {
		slices.Sort(l.Grids)
		if l.Grids = slices.Compact(l.Grids); len(l.Grids) > most {
			c.found.OverLimit = append(c.found.OverLimit, *l)
		}
	}
	slices.SortFunc(c.found.OverLimit, func(a, b Load) int {
		return cmp.Or(cmp.Compare(len(b.Grids), len(a.Grids)), cmp.Compare(a.WorkerCode, b.WorkerCode))
	})
}

func (c *staffingCheck) count(r *roster, g *grid.Grid) {
	posts := r.on(g.ID).posts
	for i := range posts {
		if p := &posts[i]; isWorker(p) && p.validAt(c.at) {
			if l := c.serving[p.worker.code]; l != nil {
				l.Grids = append(l.Grids, g.Code)
			}
		}
	}
}

// lost lists the duties from the instant on that nobody can do.
func (c *staffingCheck) lost(grids []*grid.Grid) {
	byID := make(map[int64]*grid.Grid, len(grids))
	for _, g := range grids {
		byID[g.ID] = g
		r := c.state.rosters[g.CountyCode]
		for _, d := range r.on(g.ID).duties {
			if d.to > c.at && d.to > r.posts[d.post].to {
				c.found.DutiesWithoutPosts = append(c.found.DutiesWithoutPosts, LostDuty{d.id, g})
			}
		}
	}
	for _, county := range countiesOfGrids(grids) {
		if r := c.state.rosters[county]; r != nil {
			for _, o := range r.orphans {
				if g := byID[o.grid]; g != nil {
					c.found.DutiesWithoutPosts = append(c.found.DutiesWithoutPosts, LostDuty{o.duty, g})
				}
			}
		}
	}
	slices.SortFunc(c.found.DutiesWithoutPosts, func(a, b LostDuty) int { return cmp.Compare(a.DutyID, b.DutyID) })
}

func countiesOfGrids(grids []*grid.Grid) []string {
	counties := map[string]bool{}
	for _, g := range grids {
		counties[g.CountyCode] = true
	}
	return slices.Sorted(maps.Keys(counties))
}
