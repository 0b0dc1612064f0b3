package synth

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

const (
	incidentDays    = 365
	clusteredIn100  = 35 // incidents that lie around a hot spot
	gridsPerHotspot = 30
	hotspotM        = 110.0
)

var incidentKinds = []kindOf{
	{"environment", "垃圾堆放", 18},
	{"facility", "井盖缺失", 12},
	{"dispute", "邻里纠纷", 10},
	{"fire_risk", "楼道堆物", 9},
	{"hazard_report", "安全隐患上报", 8},
	{"road_traffic", "违规停车", 8},
	{"service_request", "便民求助", 8},
	{"gas", "燃气异味", 4},
	{"building", "外墙脱落", 3},
	{"public_order", "夜间噪声", 7},
	{"rental_violation", "群租举报", 3},
	{"opinion", "意见建议", 3},
	{"crowd", "人群聚集", 1},
	{"food_drug", "食品投诉", 2},
	{"natural_disaster", "积水内涝", 1},
	{"public_health", "病媒孳生", 1},
	{"dangerous_goods", "违规存放危险物品", 1},
	{"other", "其他事项", 1},
}

var incidentSources = []kindOf{
	{"patrol", "", 48},
	{"hotline_12345", "", 18},
	{"public_report", "", 10},
	{"police_110", "", 7},
	{"online", "", 5},
	{"department", "", 4},
	{"monitoring", "", 3},
	{"superior", "", 2},
	{"unit_report", "", 2},
	{"fire_119", "", 1},
	{"medical_120", "", 1},
}

// hourWeights is the working day of a city: how many incidents each hour has.
var hourWeights = []float64{2, 1, 1, 1, 1, 2, 4, 8, 11, 12, 12, 10, 8, 9, 11, 11, 10, 9, 9, 8, 7, 6, 5, 3}

// incidents yields those of a year day by day.
func (c *City) incidents(yield func(grid.Record) bool) {
	n := c.config.Incidents
	first := c.config.Until.In(Zone).AddDate(0, 0, -incidentDays)
	for day := range incidentDays {
		from, to := n*day/incidentDays, n*(day+1)/incidentDays
		midnight := first.AddDate(0, 0, day)
		for i := from; i < to; i++ {
			if !yield(c.incident(i, i-from+1, midnight)) {
				return
			}
		}
	}
}

// incident makes the i-th incident, the serial-th of its day.
func (c *City) incident(i, serial int, midnight time.Time) grid.Record {
	r := random(c.seed, streamIncidents, i)
	f, at := c.scene(r)
	p := &place{Rand: r, index: i, face: f, fields: make(map[string]any, 26)}
	k := draw(p, incidentKinds)
	occurred := midnight.Add(time.Duration(weighted(r, hourWeights))*time.Hour + time.Duration(r.IntN(3600))*time.Second)
	reported := occurred.Add(time.Duration(r.IntN(50)) * time.Minute)
	if last := midnight.Add(24*time.Hour - time.Second); reported.After(last) {
		reported = last
	}
	community := c.communities[c.communityOf(f)]
	p.set("code", fmt.Sprintf("%s-%s-%06d", c.countyOf(c.communityOf(f)).code[:6], midnight.Format("20060102"), serial))
	p.set("kind", k.code)
	p.set("severity", code(p, kindOf{"normal", "", 93}, kindOf{"serious", "", 5}, kindOf{"grave", "", 1}, kindOf{"extreme", "", 1}))
	p.set("source", code(p, incidentSources...))
	p.set("title", community.name+k.name)
	if p.often(60) {
		p.set("description", fmt.Sprintf("%s附近发现%s，请派人处理。", c.roadName(c.roadBy(f, r.Uint64())), k.name))
	}
	p.set("address", c.address(f, r.Uint64()))
	p.set("position_accuracy_m", pick(r, []float64{3, 5, 10, 20, 50}))
	p.set("occurred_at", stamp(occurred))
	p.set("reported_at", stamp(reported))
	p.set("first_receiver", string(grid.NewUnit(grid.UnitDivision, c.streets[community.parent].code)))
	if code, ok := c.somePlace(r, pick(r, []string{"rental_premises", "key_sites", "hazards"})); ok && p.often(12) {
		p.set("place_code", code)
	}
	if p.often(15) {
		p.set("external_case_no", fmt.Sprintf("RX%08d", i+1))
	}
	c.handle(p, reported)
	return record(c.extent(p, at), p.fields)
}

// scene draws where an incident happens: its block and the point.
func (c *City) scene(r *rand.Rand) (int32, orb.Point) {
	if r.IntN(100) < clusteredIn100 {
		hot := int(math.Floor(float64(c.hotspots()) * r.Float64() * r.Float64())) // some are hotter
		h := random(c.seed, streamHotspots, hot)
		f := pick(h, c.faces.of(int32(h.IntN(len(c.community)))))
		stray := vec{r.NormFloat64(), r.NormFloat64()}.times(hotspotM)
		if v := c.centroid[f].add(stray); c.inside(v, c.pace(v)) {
			return f, c.point(v)
		}
		return f, c.point(c.centroid[f])
	}
	g := int32(r.IntN(len(c.community)))
	f := pick(r, c.faces.of(g))
	return f, c.location(r, g, f)
}

func (c *City) hotspots() int { return 1 + len(c.community)/gridsPerHotspot }

// extent makes lines and areas of a few incidents.
func (c *City) extent(p *place, at orb.Point) orb.Geometry {
	switch draw := p.IntN(200); {
	case draw < 3:
		return c.stretchOfRoad(p.Rand, p.face)
	case draw < 5:
		return area(c.blob(p.Rand, c.centroid[p.face], between(p.Rand, 30, 160)))
	}
	return at
}

// handle brings an incident to a state: nearly all old ones are closed.
func (c *City) handle(p *place, reported time.Time) {
	age := int(c.config.Until.Sub(reported).Hours() / 24)
	state := code(p, kindOf{"closed", "", 90}, kindOf{"rejected", "", 3}, kindOf{"merged", "", 2}, kindOf{"cancelled", "", 2}, kindOf{"handling", "", 3})
	if age < 20 {
		state = code(p, kindOf{"closed", "", 40}, kindOf{"reported", "", 8}, kindOf{"accepted", "", 8}, kindOf{"assigned", "", 10}, kindOf{"handling", "", 16},
			kindOf{"transferred", "", 5}, kindOf{"escalated", "", 3}, kindOf{"waiting_check", "", 7}, kindOf{"rework", "", 3})
	}
	p.set("state", state)
	p.set("due_at", stamp(reported.AddDate(0, 0, 3+p.IntN(12))))
	p.set("response_due_at", stamp(reported.Add(2*time.Hour)))
	supervised := p.often(3)
	p.set("supervised", supervised)
	p.set("phase", grid.IncidentPhase(state, supervised))
	community := c.communities[c.communityOf(p.face)]
	street := string(grid.NewUnit(grid.UnitDivision, c.streets[community.parent].code))
	switch state {
	case "reported", "accepted":
		p.set("lead_unit", street)
		return
	case "closed", "rejected", "merged", "cancelled":
		p.set("closed_at", stamp(c.closing(p, reported)))
		p.set("outcome", c.outcome(p, state))
	}
	p.set("lead_unit", string(grid.NewUnit(grid.UnitDivision, community.code)))
	p.set("handling_units", []any{street})
	if state == "closed" && p.often(45) {
		p.set("satisfaction", number(5-p.IntN(4)*p.IntN(2)))
	}
}

func (c *City) closing(p *place, reported time.Time) time.Time {
	closed := reported.Add(time.Duration(20+p.IntN(8*24*60)) * time.Minute)
	if last := c.config.Until.Add(-time.Second).In(Zone); closed.After(last) {
		return last
	}
	return closed
}

func (c *City) outcome(p *place, state string) string {
	switch state {
	case "merged":
		return "duplicate"
	case "rejected":
		return code(p, kindOf{"not_responsible", "", 60}, kindOf{"unfounded", "", 40})
	case "cancelled":
		return "cannot_reach"
	}
	return code(p, kindOf{"resolved", "", 86}, kindOf{"resolved_partly", "", 6}, kindOf{"transferred_out", "", 8})
}
