package live

import (
	"slices"
	"time"

	"github.com/wangge/wangge/grid"
)

// Contact is one entry of the chain to contact (BR-29): a worker with a post on a grid, an organisation that answers for a division, or the
// division alone.
type Contact struct {
	Step         grid.ContactStep
	GridCode     string // of the grid by whose posts or duty this is somebody; "" above the grids
	DivisionCode string // "" for a worker
	Name         string // of the worker, the organisation or the division
	WorkPhone    string // "" for none that may be shown
	PostKind     string
	RoleType     string
	WorkerCode   string
	Organization string // code of the organisation that answers, or that manages the worker
	// Used is true of the one to ring: the first that is there.
	Used bool
	// Public is false of a post, or an organisation, that only who may read there may see.
	Public bool
}

// mostContacts is how many entries a chain usually has at most.
const mostContacts = 12

// Contact returns the chain to contact at an instant (BR-29) where responsible and base are the grids in charge, nil for none, and
// division the lowest one: who is on duty on the responsible grid, or is posted to it where no calendar is kept; who stands in; the grid
// leaders; whoever works on the base grid; then community and street, or what is above them where there is no street. One entry is Used.
// Whoever may not read what is not public there gets public posts and organisations only (BR-46). It is empty without a division.
func (s *State) Contact(responsible, base *grid.Grid, division *grid.Division, at time.Time, mayRead bool) []Contact {
	return s.AppendContact(make([]Contact, 0, mostContacts), responsible, base, division, at, mayRead)
}

// AppendContact is Contact with the entries behind those of to, which it does not look at. It allocates nothing while to has room.
func (s *State) AppendContact(to []Contact, responsible, base *grid.Grid, division *grid.Division, at time.Time, mayRead bool) []Contact {
	c := chain{to: to, first: len(to), at: at.UnixMicro(), all: mayRead}
	if responsible != nil {
		r := s.rosters[responsible.CountyCode]
		c.working(r, responsible, grid.StepOnDuty, grid.StepPosted, grid.StepStandIn)
		c.posted(r, responsible, grid.StepGridLeader, isLeader)
	}
	if base != nil && base != responsible {
		r := s.rosters[base.CountyCode]
		c.posted(r, base, grid.StepGridLeader, isLeader)
		c.working(r, base, grid.StepBaseWorker, grid.StepBaseWorker, grid.StepBaseWorker)
	}
	if base != nil && !c.used { // although the calendar says that nobody is on
		c.off(s.rosters[base.CountyCode], base)
	}
	c.above(s, division)
	return c.to
}

// chain is a chain to contact while it is made.
type chain struct {
	to    []Contact
	first int   // of its own in to
	at    int64 // microseconds since 1970
	all   bool  // what is not public too
	used  bool  // somebody has been found
}

func isWorker(p *posted) bool { return grid.PostServes(p.kind) }

func isLeader(p *posted) bool { return p.kind == "grid_leader" }

// working adds who works on a grid now: who is on duty and whoever stands in, or, where no calendar is kept, who is posted.
func (c *chain) working(r *roster, g *grid.Grid, onDuty, posted, standIn grid.ContactStep) {
	here := r.on(g.ID)
	if len(here.duties) == 0 {
		c.posted(r, g, posted, isWorker)
		return
	}
	for i := range here.duties {
		if d := &here.duties[i]; d.covers(c.at) && !d.absent {
			c.add(onDuty, g, &r.posts[d.post], true)
		}
	}
	// Whoever stands in for somebody who is there comes in no step that all use: he is shown, and rung only for who is absent.
	for i := range here.duties {
		d := &here.duties[i]
		if d.covers(c.at) && d.standIn > 0 && (d.absent || standIn == grid.StepStandIn) {
			c.add(standIn, g, &r.posts[d.standIn-1], d.absent)
		}
	}
}

func (d *duty) covers(at int64) bool { return d.from <= at && at < d.to }

// posted adds whose posts on a grid are of a kind.
func (c *chain) posted(r *roster, g *grid.Grid, step grid.ContactStep, is func(*posted) bool) {
	posts := r.on(g.ID).posts
	for i := range posts {
		if is(&posts[i]) {
			c.add(step, g, &posts[i], true)
		}
	}
}

// off adds whoever works on a grid, on duty or not, unless the calendar says that he is away.
func (c *chain) off(r *roster, g *grid.Grid) {
	here := r.on(g.ID)
	for i := range here.posts {
		if p := &here.posts[i]; isWorker(p) && !c.away(r, here, p.worker) {
			c.add(grid.StepBaseWorker, g, p, true)
		}
	}
}

func (c *chain) away(r *roster, here onGrid, w *worker) bool {
	for i := range here.duties {
		if d := &here.duties[i]; d.covers(c.at) && d.absent && r.posts[d.post].worker == w {
			return true
		}
	}
	return false
}

// add adds a worker, if the post is valid and may be seen, and he is not there by that step already. The first who is there is used.
func (c *chain) add(step grid.ContactStep, g *grid.Grid, p *posted, there bool) {
	if !p.validAt(c.at) || !p.public && !c.all {
		return
	}
	for i := c.first; i < len(c.to); i++ {
		if one := &c.to[i]; one.Step == step && one.GridCode == g.Code && one.WorkerCode == p.worker.code {
			if there && !one.Used && !c.used { // on duty for two, away for one of them
				one.Used, c.used = true, true
			}
			return
		}
	}
	c.to = append(c.to, Contact{
		Step: step, GridCode: g.Code, Name: p.worker.name, WorkPhone: p.worker.phone, PostKind: p.kind, RoleType: p.worker.about.role,
		WorkerCode: p.worker.code, Organization: p.worker.about.org, Used: there && !c.used, Public: p.public,
	})
	c.used = c.used || there
}

// above adds the divisions: community and street, or the first one above where there is no street. Where nobody has been found and none of them
// has an organisation that may be seen, the lowest is used.
func (c *chain) above(s *State, division *grid.Division) {
	first := len(c.to)
	for d, street := division, false; d != nil && !street; d = s.City.Division(d.ParentCode) {
		step := grid.StepAbove
		switch d.Level {
		case grid.LevelCommunity:
			step = grid.StepCommunity
		case grid.LevelStreet:
			step, street = grid.StepStreet, true
		}
		c.division(step, d, s.office(d, c.all))
		if step == grid.StepAbove {
			break
		}
	}
	if !c.used && len(c.to) > first {
		c.to[first].Used, c.used = true, true
	}
}

func (c *chain) division(step grid.ContactStep, d *grid.Division, office *grid.Organization) {
	one := Contact{Step: step, DivisionCode: d.Code, Name: d.Name, Public: true}
	if office != nil {
		one.Name, one.WorkPhone, one.Organization, one.Public = office.Name, office.PublicPhone, office.Code, office.Public
		one.Used = !c.used
		c.used = true
	}
	c.to = append(c.to, one)
}

// officeKinds are the kinds of organisations that answer for a division of a level, those to ask first before the others.
var officeKinds = map[string][]string{
	grid.LevelCommunity: {"committee", "governance_center"},
	grid.LevelStreet:    {"governance_center", "command_center", "street_office", "zone_committee"},
	grid.LevelCounty:    {"command_center", "governance_center", "grid_agency"},
	grid.LevelCity:      {"command_center", "governance_center", "grid_agency"},
}

// office returns the organisation that answers for a division, one with a phone rather than one without, nil for none that may be seen.
func (s *State) office(d *grid.Division, all bool) *grid.Organization {
	var best *grid.Organization
	rank := func(o *grid.Organization) int {
		r := slices.Index(officeKinds[d.Level], o.Kind)
		if r >= 0 && o.PublicPhone == "" {
			r += len(officeKinds[d.Level])
		}
		return r
	}
	for _, o := range s.OrganizationsOf(d.Code) {
		if r := rank(o); r >= 0 && (o.Public || all) && (best == nil || r < rank(best)) {
			best = o
		}
	}
	return best
}
