package synth

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/wangge/wangge/grid"
)

// worker is a grid worker with the posts that follow from the grid for which they were taken on.
type worker struct {
	code     string
	fullTime bool
	origin   string
	grade    string
	org      string
	posts    []post
}

type post struct {
	grid, kind string
	from       time.Time
	to         time.Time // zero for no end
	public     bool
}

// The shares of posts.
const (
	sharedWorkerOneIn = 17  // base grids looked after by the worker of the grid before
	uncoveredOneIn    = 250 // base grids without a full-time worker (BR-45)
	endedOneIn        = 30  // workers whose post has ended, with a successor
)

var partTimeOrigins = []string{"property_staff", "security_guard", "party_group_leader", "residents_group_leader", "building_leader", "volunteer"}

// staff calls yield with every worker, community by community, then those of hosts.
func (c *City) staff(yield func(worker) bool) {
	for i := range int32(len(c.communities)) {
		d := c.communities[i]
		office := c.streetOfficeCode(d.parent)
		leader := worker{code: "W-" + d.code + "-1", fullTime: true, origin: "selected", grade: "社区工作者", org: office}
		for g := d.first; g < d.last; g++ {
			leader.posts = append(leader.posts, post{c.gridCode(g), "grid_leader", c.monthsBefore(20), time.Time{}, true})
		}
		if len(leader.posts) > 0 && !yield(leader) {
			return
		}
		for g := d.first; g < d.last; g++ {
			for _, w := range c.gridStaff(g, g == d.first, office) {
				if !yield(w) {
					return
				}
			}
		}
	}
	for i, d := range c.dedicated {
		if w, ok := c.contact(i, d); ok && !yield(w) {
			return
		}
	}
}

// gridStaff returns those taken on for one base grid; a worker may look after the next grid as well.
func (c *City) gridStaff(g int32, first bool, office string) []worker {
	r := random(c.seed, streamWorkers, int(g))
	var staff []worker
	add := func(w worker) { staff = append(staff, w) }
	code := c.gridCode(g)
	name := func() string { return fmt.Sprintf("W-%s-%d", code, len(staff)+1) }
	from := c.monthsBefore(1 + r.IntN(40))
	if !c.shared(g, first) && r.IntN(uncoveredOneIn) != 0 {
		w := worker{code: name(), fullTime: true, origin: "recruited", grade: pick(r, []string{"一级", "二级", "三级"}), org: office}
		start := from
		if r.IntN(endedOneIn) == 0 {
			add(worker{w.code, true, "recruited", w.grade, office, []post{{code, "worker", from.AddDate(-2, 0, 0), from, true}}})
			w.code = name()
		}
		w.posts = append(w.posts, post{code, "worker", start, time.Time{}, true})
		if d := c.communities[c.community[g]]; g+1 < d.last && c.shared(g+1, false) {
			w.posts = append(w.posts, post{c.gridCode(g + 1), "worker", start, time.Time{}, true})
		}
		add(w)
	}
	for range 1 + r.IntN(3) {
		origin := pick(r, partTimeOrigins)
		org := office
		if origin == "property_staff" {
			org = propertyCode(c.streets[c.communities[c.community[g]].parent], r.IntN(propertyCompanies))
		}
		add(worker{name(), false, origin, "", org, []post{{code, "worker", c.monthsBefore(1 + r.IntN(30)), time.Time{}, r.IntN(3) > 0}}})
	}
	return staff
}

// shared reports whether a grid is looked after by the worker of the grid before.
func (c *City) shared(g int32, first bool) bool {
	is := func(g int32) bool { return mix(c.seed^mix(uint64(streamWorkers)<<40+uint64(g)))%sharedWorkerOneIn == 0 }
	return !first && is(g) && !is(g-1)
}

func (c *City) contact(i int, d dedicated) (worker, bool) {
	r := random(c.seed, streamWorkers, -1-i)
	if r.IntN(uncontactedOneIn) == 0 {
		return worker{}, false
	}
	code := c.dedicatedCode(d)
	return worker{"W-" + code + "-1", false, "host_staff", "", c.hostCode(d), []post{{code, "dedicated_contact", c.monthsBefore(1 + r.IntN(24)), time.Time{}, true}}}, true
}

// monthsBefore returns the first of a month so many months before the city's last day.
func (c *City) monthsBefore(n int) time.Time {
	u := c.config.Until.In(Zone)
	return time.Date(u.Year(), u.Month()-time.Month(n), 1, 0, 0, 0, 0, Zone)
}

func (c *City) workers(yield func(grid.Record) bool) {
	n := uint64(0)
	c.staff(func(w worker) bool {
		n++
		role := "part_time"
		if w.fullTime {
			role = "full_time"
		}
		fields := map[string]any{
			"code": w.code, "name": fmt.Sprintf("网格员%04d", n), "role_type": role, "origin": w.origin, "managing_org_code": w.org,
			"work_phone": phone(n), "active": w.posts[0].to.IsZero(),
		}
		if w.grade != "" {
			fields["grade"] = w.grade
		}
		return yield(record(nil, fields))
	})
}

func (c *City) posts(yield func(grid.Record) bool) {
	c.staff(func(w worker) bool {
		for _, p := range w.posts {
			fields := map[string]any{
				"worker_code": w.code, "grid_code": p.grid, "post_kind": p.kind, "valid_from": p.from.Format(time.RFC3339), "is_public": p.public,
			}
			if !p.to.IsZero() {
				fields["valid_to"] = p.to.Format(time.RFC3339)
			}
			if !yield(record(nil, fields)) {
				return false
			}
		}
		return true
	})
}

// The shares of duty.
const (
	calendarOneIn = 3  // base grids of which a calendar is kept
	awayOneIn     = 8  // of their workers, who are away while somebody stands in
	dutyYears     = 20 // it goes on for so long that the city always has somebody on duty
)

// duty yields the calendar: on some grids the full-time worker is on, and a part-time one of the same grid stands in.
func (c *City) duty(yield func(grid.Record) bool) {
	from := c.monthsBefore(0)
	for i := range int32(len(c.communities)) {
		d := c.communities[i]
		for g := d.first; g < d.last; g++ {
			draw := mix(c.seed ^ mix(uint64(streamDuty)<<40+uint64(g)))
			if draw%calendarOneIn != 0 {
				continue
			}
			on, standIn := "", ""
			for _, w := range c.gridStaff(g, g == d.first, c.streetOfficeCode(d.parent)) {
				switch {
				case !w.posts[0].to.IsZero():
				case w.fullTime && on == "":
					on = w.code
				case !w.fullTime && standIn == "":
					standIn = w.code
				}
			}
			if on == "" {
				continue
			}
			fields := map[string]any{
				"worker_code": on, "grid_code": c.gridCode(g), "post_kind": "worker", "on_from": from.Format(time.RFC3339),
				"on_to": from.AddDate(dutyYears, 0, 0).Format(time.RFC3339), "stand_in_worker_code": standIn, "absent": draw/calendarOneIn%awayOneIn == 0,
			}
			if !yield(record(nil, fields)) {
				return
			}
		}
	}
}

// date and moment draw a day and a time of the last n days before the city's last day.
func (c *City) date(r *rand.Rand, days int) string {
	return c.config.Until.AddDate(0, 0, -1-r.IntN(days)).Format(time.DateOnly)
}

func (c *City) dayAhead(r *rand.Rand, days int) string {
	return c.config.Until.AddDate(0, 0, r.IntN(days)).Format(time.DateOnly)
}

func (c *City) moment(r *rand.Rand, days int) time.Time {
	return c.config.Until.Add(-time.Duration(r.IntN(days*24*60)+1) * time.Minute).In(Zone)
}
