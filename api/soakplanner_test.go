package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// openPlans is how many plans the planners of a county have open at a time: they get in each other's way.
const openPlans = 4

// soakPlanner works on the plans of its county, together with others: it reads a plan, and does what can be done next.
type soakPlanner struct {
	*soak
	rng  *rand.Rand
	home int // county
}

// soakPlan is what a planner reads of a plan.
type soakPlan struct {
	Code        string
	State       grid.PlanState
	Version     int
	Position    int
	LastChange  int  `json:"last_change"`
	Checked     *int `json:"checked_position"`
	BaseCurrent bool `json:"base_current"`
	Counties    []struct {
		CountyCode string `json:"county_code"`
		Published  int    `json:"published_edition"`
	}
}

func (p *soakPlanner) work() {
	for p.going() {
		code := p.pick()
		var plan soakPlan
		if code == "" || !p.ask(p.rng, question{name: "GET plan", target: "/v1/plans/" + code, as: "planner"}).into(p, &plan) {
			continue
		}
		if p.rng.IntN(50) == 0 {
			p.ask(p.rng, question{name: "POST without a version", method: http.MethodPost, target: "/v1/plans/" + code + "/undo", as: "planner", refusals: []int{http.StatusPreconditionRequired}})
		}
		p.turn(&plan)
	}
}

// pick returns one of the county's open plans, or makes one.
func (p *soakPlanner) pick() string {
	county := soakCounty(p.home)
	p.mu.Lock()
	open, full := slices.Clone(p.plans[county]), len(p.plans[county])+p.making[county] >= openPlans
	if !full {
		p.making[county]++
	}
	p.mu.Unlock()
	if full && len(open) > 0 {
		return open[p.rng.IntN(len(open))]
	}
	if full {
		time.Sleep(time.Millisecond)
		return ""
	}
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.making[county]--
	}()
	counties := fmt.Sprintf("%q", county)
	if p.rng.IntN(4) == 0 {
		counties += fmt.Sprintf(",%q", soakCounty((p.home+1)%soakCounties))
	}
	var made soakPlan
	body := `{"counties":[` + counties + `],"title":"调整","reason":"workload"}`
	if p.ask(p.rng, question{name: "POST plan", method: http.MethodPost, target: "/v1/plans", as: "planner", body: body}).into(p, &made) {
		p.adopt(&made)
	}
	return made.Code
}

// adopt puts a plan that was made among the open ones.
func (p *soakPlanner) adopt(made *soakPlan) {
	for version := range made.Version { // of a plan that takes another back, its restoration is the second
		p.acted(made.Code, version+1)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plans[soakCounty(p.home)] = append(p.plans[soakCounty(p.home)], made.Code)
}

func (p *soakPlanner) drop(code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	county := soakCounty(p.home)
	p.plans[county] = slices.DeleteFunc(slices.Clone(p.plans[county]), func(c string) bool { return c == code })
}

// act does something to the plan at the version that was read, and reports whether it was done.
func (p *soakPlanner) act(plan *soakPlan, as, what, body string, refusals ...int) bool {
	r := p.ask(p.rng, question{
		name: "POST " + path.Base(what), method: http.MethodPost, target: "/v1/plans/" + plan.Code + "/" + what, as: as, body: body, ifMatch: plan.Version,
		refusals: append(refusals, http.StatusConflict, http.StatusPreconditionFailed),
	})
	var made struct {
		soakPlan
		Plan struct{ Version int }
	}
	if !r.into(p, &made) {
		return false
	}
	version := made.Version + made.Plan.Version // one of them is 0
	if version != plan.Version+1 {
		p.Errorf("%s of plan %s at version %d made version %d", what, plan.Code, plan.Version, version)
	}
	if what == "publish" {
		p.holdPublished(&made.soakPlan, r)
	}
	p.acted(plan.Code, version)
	return true
}

// holdPublished fails unless the server that has published a plan answers from its editions, and any other from then on to whoever asks for
// them.
func (p *soakPlanner) holdPublished(plan *soakPlan, got reply) {
	var wanted []string
	for _, c := range plan.Counties {
		wanted = append(wanted, fmt.Sprint(c.CountyCode, "=", c.Published))
	}
	box := squares(0, 0, 2*soakSide, 2*soakSide).Box()
	corner := fmt.Sprintf(`[{"lon":%.7f,"lat":%.7f}]`, box.Min.Orb()[0], box.Min.Orb()[1])
	other := p.ask(p.rng, question{
		name: "batch of editions", method: http.MethodPost, target: "/v1/locate", body: corner, minEdition: strings.Join(wanted, ","),
	})
	for _, r := range []reply{got, other} {
		numbers, err := parseHeader(r.header.Get("Wangge-Edition"))
		for _, c := range plan.Counties {
			if err != nil || c.Published == 0 || numbers[c.CountyCode] < c.Published {
				p.Errorf("plan %s has made %v, an answer after that is of %s (%v)", plan.Code, wanted, r.header.Get("Wangge-Edition"), err)
			}
		}
	}
}

// chance is true in so many of a hundred cases.
func (p *soakPlanner) chance(percent int) bool { return p.rng.IntN(100) < percent }

// turn does what can be done next.
func (p *soakPlanner) turn(plan *soakPlan) {
	if !plan.BaseCurrent && plan.State.Open() && !p.chance(10) {
		if !p.act(plan, "planner", "rebase", "") && p.chance(30) {
			p.act(plan, "city", "withdraw", `{"reason":"已变"}`)
		}
		return
	}
	switch plan.State {
	case grid.Draft, grid.Revised:
		p.draw(plan)
	case grid.Checked, grid.Consulting:
		p.hear(plan)
	case grid.Submitted:
		p.decide(plan)
	case grid.Decided:
		switch {
		case p.chance(20):
			p.act(plan, "planner", "file", `{"receiver_org_code":"org-school"}`)
		case p.chance(3):
			p.act(plan, "city", "withdraw", `{"reason":"不再需要"}`) // which only who has decided may do
		default:
			p.act(plan, "city", "publish", "")
		}
	case grid.Effective:
		p.drop(plan.Code)
		p.after(plan)
	default:
		p.drop(plan.Code)
	}
}

// draw changes a draft, or checks it.
func (p *soakPlanner) draw(plan *soakPlan) {
	switch {
	case plan.Checked != nil && *plan.Checked == plan.Position:
		p.waive(plan)
	case plan.Position > 0 && p.chance(10):
		p.act(plan, "planner", "undo", "")
	case plan.LastChange > plan.Position && p.chance(50):
		p.act(plan, "planner", "redo", "")
	case plan.Position > 0 && p.chance(5):
		p.preview(plan)
	case plan.Position > 0 && p.chance(15+10*plan.Position):
		p.act(plan, "planner", "check", "")
	case p.chance(2):
		p.act(plan, "planner", "withdraw", `{"reason":"重来"}`)
	default:
		p.act(plan, "planner", "changes", p.change(plan), http.StatusUnprocessableEntity, http.StatusNotFound)
	}
}

// waive does what keeps a checked draft from going on: errors are waived, a change that cannot be waived is taken back.
func (p *soakPlanner) waive(plan *soakPlan) {
	var found struct {
		Items []struct {
			ID             int64
			Open, Waivable bool
		}
	}
	p.ask(p.rng, question{name: "GET findings", target: "/v1/plans/" + plan.Code + "/findings", as: "planner"}).into(p, &found)
	for _, f := range found.Items {
		switch {
		case f.Open && !f.Waivable:
			p.act(plan, "planner", "undo", "")
			return
		case f.Open:
			if !p.act(plan, "planner", fmt.Sprintf("findings/%d/waiver", f.ID), `{"reason":"现状如此"}`, http.StatusNotFound) {
				return
			}
			plan.Version++
		}
	}
	if plan.Position == 0 || !p.act(plan, "planner", "check", "") {
		p.act(plan, "planner", "changes", p.change(plan), http.StatusUnprocessableEntity, http.StatusNotFound)
	}
}

// preview asks for what a draft would do.
func (p *soakPlanner) preview(plan *soakPlan) {
	refusals := []int{http.StatusConflict}
	for _, what := range []string{"impact", "draft", "changes"} {
		p.ask(p.rng, question{name: "GET " + what, target: "/v1/plans/" + plan.Code + "/" + what, as: "planner", refusals: refusals})
	}
	lon, lat := at(p.rng.Float64()*2*soakSide, p.rng.Float64()*2*soakSide)
	p.ask(p.rng, question{
		name: "locate in a plan", target: fmt.Sprintf("/v1/locate?lon=%.7f&lat=%.7f&plan=%s", lon, lat, plan.Code), as: "planner",
		refusals: []int{http.StatusConflict, http.StatusNotFound},
	})
}

// hear takes a plan that is checked through the consultation.
func (p *soakPlanner) hear(plan *soakPlan) {
	if plan.State == grid.Checked && p.chance(70) || p.chance(10) {
		p.act(plan, "planner", "consultations", `{"method":"meeting"}`)
		return
	}
	if p.chance(3) {
		p.act(plan, "planner", "changes", p.change(plan), http.StatusUnprocessableEntity, http.StatusNotFound)
		return
	}
	var asked struct {
		Items []struct {
			ID      int64
			Version int
			Opinion *string
		}
	}
	bodies := "/v1/plans/" + plan.Code + "/consultations"
	p.ask(p.rng, question{name: "GET consultations", target: bodies, as: "planner"}).into(p, &asked)
	for _, c := range asked.Items {
		if c.Opinion != nil {
			continue
		}
		r := p.ask(p.rng, question{
			name: "PATCH consultation", method: http.MethodPatch, target: fmt.Sprintf("%s/%d", bodies, c.ID), as: "city", ifMatch: c.Version, body: `{"opinion":"agree"}`,
			refusals: []int{http.StatusConflict, http.StatusPreconditionFailed},
		})
		if r.status == http.StatusOK {
			p.acted(plan.Code, 0)
			plan.Version++
		}
	}
	p.act(plan, "planner", "submit", "")
}

func (p *soakPlanner) decide(plan *soakPlan) {
	body := `{"decision":"approve","decision_doc_no":"锡政发7号"}`
	switch {
	case p.chance(8):
		body = `{"decision":"return","reason":"再议"}`
	case p.chance(4):
		body = `{"decision":"reject","reason":"不妥"}`
	case p.chance(20):
		body = fmt.Sprintf(`{"decision":"approve","effective_at":%q}`, time.Now().Add(time.Second).Format(time.RFC3339))
	}
	p.act(plan, "city", "decide", body, http.StatusUnprocessableEntity)
}

// after is what may follow once a plan is in force.
func (p *soakPlanner) after(plan *soakPlan) {
	if p.chance(50) {
		p.act(plan, "planner", "announce", `{"channel":"公开栏","text":"自即日起调整"}`)
	}
	if p.chance(30) {
		var made soakPlan
		r := p.ask(p.rng, question{
			name: "POST revert", method: http.MethodPost, target: "/v1/plans/" + plan.Code + "/revert", as: "planner",
			refusals: []int{http.StatusConflict, http.StatusUnprocessableEntity},
		})
		if r.into(p, &made) {
			p.adopt(&made)
		}
	}
}

// units returns a vertex in units from the south-west corner.
func units(v geo.Point) [2]float64 {
	return [2]float64{float64(v.X-1_203_000_000) / unit, float64(v.Y-315_000_000) / unit}
}

// change draws an operation of the plan's counties, as they are now; some are refused.
func (p *soakPlanner) change(plan *soakPlan) string {
	county := plan.Counties[p.rng.IntN(len(plan.Counties))].CountyCode
	e := p.servers[p.rng.IntN(len(p.servers))].live.Now().City.Edition(county)
	g := &e.Base()[p.rng.IntN(len(e.Base()))]
	shape, err := geo.FromOrb(g.Boundary)
	if err != nil {
		p.Error(err)
		return "{}"
	}
	box := shape.Box()
	low, high := units(box.Min), units(box.Max)
	middle := [2]float64{(low[0] + high[0]) / 2, (low[1] + high[1]) / 2}
	if p.chance(30) {
		middle[0] += (p.rng.Float64() - 0.5) * (high[0] - low[0]) * 0.6
	}
	corner := units(shape[0][0][p.rng.IntN(len(shape[0][0]))])
	aside := func() float64 { return 0.1 + 0.3*p.rng.Float64() }
	switch p.rng.IntN(13) {
	case 0, 1, 2:
		return change("split", fmt.Sprintf(`"grid":%q,`, g.Code)+line([2]float64{middle[0], low[1] - 0.01}, [2]float64{middle[0], high[1] + 0.01}))
	case 3, 4, 5, 6:
		beside := p.neighbour(e.Base(), g)
		return change("merge", fmt.Sprintf(`"grids":[%q,%q]`, g.Code, beside))
	case 7, 8:
		return change("shift", fmt.Sprintf(`"into":%q,`, g.Code)+area(corner[0]-aside(), corner[1]-aside(), 0.5, 0.5))
	case 9:
		return change("transfer", fmt.Sprintf(`"grid":%q,"community_code":%q`, g.Code, p.otherCommunity(g.CommunityCode)))
	case 10:
		return change("carve_void", `"reason":"water",`+area(middle[0]-0.05, middle[1]-0.05, 0.1, 0.1))
	case 11:
		if len(e.Voids()) > 0 {
			v := e.Voids()[p.rng.IntN(len(e.Voids()))]
			return change("fill_void", fmt.Sprintf(`"grid":%q,"into":%q`, v.Code, g.Code))
		}
		return change("create", fmt.Sprintf(`"kind":"dedicated","name":"园区","dedicated_kind":"school","host_org_code":"org-school","post_worker_code":%q,`,
			"w"+soakCommunity(p.home, 0, 0)+"001")+area(middle[0]-0.2, middle[1]-0.2, 0.4, 0.3))
	}
	return change("rename", fmt.Sprintf(`"grid":%q,"name":"网格改%d"`, g.Code, p.rng.IntN(1000)))
}

// neighbour returns the code of a grid of the same community whose box touches that of g, or of any other.
func (p *soakPlanner) neighbour(all []grid.Grid, g *grid.Grid) string {
	var beside []string
	for i := range all {
		if all[i].Code != g.Code && all[i].CommunityCode == g.CommunityCode && all[i].Boundary.Bound().Intersects(g.Boundary.Bound()) {
			beside = append(beside, all[i].Code)
		}
	}
	if len(beside) == 0 {
		return all[p.rng.IntN(len(all))].Code
	}
	return beside[p.rng.IntN(len(beside))]
}

// otherCommunity returns a community of the same county.
func (p *soakPlanner) otherCommunity(code string) string {
	return fmt.Sprintf("%s%03d%03d", code[:6], 1+p.rng.IntN(2), 1+p.rng.IntN(2))
}
