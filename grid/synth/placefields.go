package synth

import (
	"fmt"
	"time"
)

// kindOf is a value of an enumeration with its weight and a name to be shown.
type kindOf struct {
	code, name string
	weight     int
}

// draw returns one of kinds by weight.
func draw(p *place, kinds []kindOf) kindOf {
	total := 0
	for _, k := range kinds {
		total += k.weight
	}
	at := p.IntN(total)
	for _, k := range kinds {
		if at -= k.weight; at < 0 {
			return k
		}
	}
	return kinds[0]
}

// code returns one of codes by weight.
func code(p *place, kinds ...kindOf) string { return draw(p, kinds).code }

var hazardKinds = []kindOf{
	{"fire_ebike", "电动自行车违规充电", 18},
	{"fire_exit_blocked", "疏散通道堵塞", 16},
	{"fire_facility", "消防设施损坏", 12},
	{"gas", "燃气管线老化", 9},
	{"electricity", "私拉乱接电线", 10},
	{"old_building", "老旧房屋开裂", 6},
	{"converted_building", "违规改建", 5},
	{"public_facility", "公共设施破损", 7},
	{"road_traffic", "道路安全隐患", 5},
	{"construction", "施工围挡不规范", 4},
	{"highrise_fire", "高层建筑消防隐患", 3},
	{"fire_sandwich_panel", "彩钢板搭建", 3},
	{"fire_insulation", "易燃保温材料", 1},
	{"underground_space", "地下空间积水", 2},
	{"dangerous_goods", "危险物品存放不当", 2},
	{"special_equipment", "电梯故障", 3},
	{"flood", "排水不畅", 3},
	{"food", "食品卫生隐患", 3},
	{"drug", "药品存放不当", 1},
	{"crowd", "人群聚集风险", 1},
	{"geological", "边坡松动", 1},
	{"forest_fire", "林边用火", 1},
	{"drought", "供水不足", 1},
	{"earthquake", "抗震设施缺失", 1},
	{"other", "其他隐患", 2},
}

func (c *City) fillHazard(p *place) {
	k := draw(p, hazardKinds)
	found := c.moment(p.Rand, 600)
	p.set("name", fmt.Sprintf("%s%s", p.fields["name"], k.name))
	p.set("hazard_kind", k.code)
	p.set("level", code(p, kindOf{"general", "", 88}, kindOf{"major", "", 12}))
	p.set("cause_class", code(p, kindOf{"accident", "", 80}, kindOf{"natural_disaster", "", 8}, kindOf{"food_drug", "", 4}, kindOf{"public_order", "", 5}, kindOf{"public_health", "", 3}))
	p.set("found_at", stamp(found))
	p.set("found_by_source", code(p, kindOf{"patrol", "", 70}, kindOf{"public_report", "", 12}, kindOf{"hotline_12345", "", 10}, kindOf{"department", "", 8}))
	if site, ok := c.somePlace(p.Rand, "key_sites"); ok && p.often(20) {
		p.set("site_code", site)
	}
	state := code(p, kindOf{"closed", "", 52}, kindOf{"found", "", 8}, kindOf{"registered", "", 8}, kindOf{"ordered", "", 8}, kindOf{"rectifying", "", 10},
		kindOf{"recheck", "", 6}, kindOf{"escalated", "", 3}, kindOf{"listed", "", 3}, kindOf{"invalid", "", 2})
	p.set("hazard_state", state)
	if state != "found" && state != "registered" && state != "invalid" {
		p.set("responsible_org", word(commonWords, p.Uint64(), 1)+"物业服务有限公司")
		p.set("order_deadline", stamp(found.AddDate(0, 0, 7+p.IntN(30))))
		p.set("measure", pick(p.Rand, []string{"限期整改", "现场清理", "更换设施", "设置警示标志"}))
	}
	if state == "recheck" || state == "closed" {
		p.set("recheck_at", stamp(found.AddDate(0, 0, 15+p.IntN(20))))
	}
	if state == "closed" {
		p.set("closed_at", stamp(found.Add(time.Duration(24+p.IntN(900))*time.Hour)))
		p.set("state", "closed")
	}
}

var hazardSourceKinds = []kindOf{
	{"gas_station", "加油站", 30},
	{"gas_storage", "液化气供应站", 18},
	{"dangerous_chemical", "危化品储罐区", 16},
	{"warehouse", "危险品仓库", 14},
	{"transport", "危险品运输线", 6},
	{"firework", "烟花爆竹批发点", 6},
	{"explosive", "民爆器材库", 3},
	{"dam", "水库大坝", 3},
	{"mine", "采石场", 2},
	{"other", "其他危险源", 2},
}

func (c *City) fillHazardSource(p *place) {
	k := draw(p, hazardSourceKinds)
	p.set("name", word(commonWords, p.Uint64(), 2)+k.name)
	p.set("source_kind", k.code)
	p.set("is_major", p.often(25))
	p.set("declared_at", c.date(p.Rand, 1500))
	if p.often(80) {
		p.set("registered_no", fmt.Sprintf("ZW-%06d", p.index+1))
		p.set("registered_at", c.date(p.Rand, 1200))
	}
	p.set("assessment", pick(p.Rand, []string{"一级", "二级", "三级", "四级"}))
	p.set("next_inspection_at", c.dayAhead(p.Rand, 180))
}

var zoneKinds = []kindOf{
	{"waterlogging", "易涝点", 40},
	{"flood", "洪涝危险区", 20},
	{"subsidence", "地面沉降区", 12},
	{"explosion_radius", "爆炸影响范围", 10},
	{"geological", "滑坡危险区", 8},
	{"forest_fire", "森林防火区", 8},
	{"other", "其他危险区", 2},
}

func (c *City) fillDangerZone(p *place) {
	k := draw(p, zoneKinds)
	p.set("name", word(commonWords, p.Uint64(), 3)+k.name)
	p.set("zone_kind", k.code)
	p.set("risk_level", c.risk(p))
	p.set("season", pick(p.Rand, []string{"汛期", "全年", "冬春季"}))
	p.set("registered_no", fmt.Sprintf("WX-%06d", p.index+1))
	if p.often(70) {
		p.set("published_at", c.date(p.Rand, 700))
		p.set("public", true)
		p.set("warning_text", "进入须知：请勿停留，注意"+k.name+"警示标志")
	}
}

func (c *City) risk(p *place) string {
	return code(p, kindOf{"blue", "", 45}, kindOf{"yellow", "", 32}, kindOf{"orange", "", 16}, kindOf{"red", "", 7})
}

var rentalKinds = []kindOf{
	{"whole_unit", "", 40}, {"shared", "", 28}, {"group_rental", "", 5}, {"short_stay", "", 7}, {"affordable", "", 6}, {"dormitory", "", 6}, {"commercial", "", 6}, {"other", "", 2},
}

func (c *City) fillRental(p *place) {
	kind := code(p, rentalKinds...)
	rooms := 1 + p.IntN(4)
	if kind == "dormitory" || kind == "affordable" {
		rooms = 10 + p.IntN(90)
	}
	p.set("name", fmt.Sprintf("%s出租房%d室", p.fields["name"], 101+p.IntN(6)+100*p.IntN(18)))
	p.set("rental_kind", kind)
	p.set("rooms", number(rooms))
	p.set("beds", number(rooms+p.IntN(rooms+1)))
	p.set("storeys", number(1+p.IntN(18)))
	p.set("below_ground", p.often(2))
	p.set("converted", p.often(6))
	p.set("owner_kind", code(p, kindOf{"person", "", 82}, kindOf{"org", "", 18}))
	if p.often(35) {
		p.set("manager_org", word(commonWords, p.Uint64(), 4)+"住房租赁有限公司")
	}
	k := draw(p, []kindOf{{"green", "", 70}, {"yellow", "", 20}, {"orange", "", 8}, {"red", "", 2}})
	interval := map[string]int{"green": 21, "yellow": 14, "orange": 7, "red": 3}[k.code] // BR-59
	visited := c.config.Until.AddDate(0, 0, -1-p.IntN(interval+10))
	p.set("risk_level", k.code)
	p.set("patrol_interval_days", number(interval))
	p.set("last_patrol_at", visited.Format(time.DateOnly))
	p.set("next_due_at", visited.AddDate(0, 0, interval).Format(time.DateOnly))
}

// siteKinds belong to the class named by the part of the table in which they stand.
var siteKinds = []struct {
	class string
	kinds []kindOf
}{
	{"key_location", []kindOf{
		{"school", "小学", 10},
		{"kindergarten", "幼儿园", 12},
		{"nursery", "托育园", 5},
		{"training_center", "培训中心", 7},
		{"bank", "银行网点", 8},
		{"hospital", "医院", 5},
		{"metro_station", "地铁站", 3},
		{"bus_station", "公交站场", 3},
		{"railway_station", "火车站", 1},
		{"heritage_site", "文物保护单位", 1},
		{"wharf", "码头", 1},
		{"port", "港区", 1},
		{"airport", "机场", 1},
		{"railway_line", "铁路沿线", 1},
		{"border_crossing", "口岸", 1},
		{"petrol_station", "加油站", 3},
	}},
	{"key_venue", []kindOf{
		{"mall_supermarket", "超市", 14},
		{"market", "农贸市场", 8},
		{"restaurant", "饭店", 16},
		{"hotel", "酒店", 8},
		{"elderly_home", "养老院", 4},
		{"park", "公园", 4},
		{"cinema_theater", "影剧院", 3},
		{"stadium", "体育馆", 2},
		{"exhibition_hall", "会展中心", 1},
		{"library_museum", "图书馆", 2},
		{"scenic_area", "景区", 1},
	}},
	{"key_area", []kindOf{
		{"campus_surroundings", "校园周边", 5}, {"station_area", "车站周边", 3}, {"pedestrian_street", "步行街", 2}, {"urban_rural_fringe", "城乡结合部", 2}, {"airport_area", "机场周边", 1},
	}},
	{"key_trade", []kindOf{
		{"lodging", "旅馆", 8},
		{"vehicle_repair", "汽车修理厂", 7},
		{"entertainment", "歌舞厅", 5},
		{"express", "快递网点", 8},
		{"logistics", "物流点", 4},
		{"second_hand", "旧货店", 3},
		{"pawnshop", "典当行", 1},
	}},
	{"new_business", []kindOf{
		{"script_game", "剧本杀店", 4}, {"escape_room", "密室逃脱", 3}, {"private_cinema", "私人影院", 3}, {"livestream_base", "直播基地", 2}, {"online_rental", "网约房", 5}, {"online_catering", "外卖厨房", 5},
	}},
	{"dangerous_goods", []kindOf{{"dangerous_goods_premises", "危险物品场所", 2}, {"dangerous_goods_outlet", "危险物品经营点", 3}, {"other", "其他场所", 2}}},
}

func (c *City) fillKeySite(p *place) {
	class := siteKinds[weighted(p.Rand, []float64{62, 63, 8, 30, 16, 5})]
	k := draw(p, class.kinds)
	p.set("name", word(commonWords, p.Uint64(), 5)+k.name)
	p.set("site_class", class.class)
	p.set("site_kind", k.code)
	crowded := class.class == "key_venue" && p.often(60) || p.often(8)
	p.set("crowded", crowded)
	if crowded {
		p.set("capacity", number(50*(1+p.IntN(60))))
		if p.often(85) { // the others are ungraded (BR-58)
			p.set("risk_level", c.risk(p))
			p.set("assessed_at", c.date(p.Rand, 500))
			p.set("valid_until", c.config.Until.AddDate(0, 0, p.IntN(500)-130).Format(time.DateOnly))
		}
		p.set("last_drill_at", c.date(p.Rand, 450))
		p.set("plan_doc_ref", fmt.Sprintf("YA-%06d", p.index+1))
	}
	p.set("converted", p.often(4))
}

var shelterHosts = []kindOf{
	{"school", "学校应急避难场所", 30},
	{"park_green", "公园应急避难场所", 28},
	{"square", "广场应急避难场所", 18},
	{"stadium", "体育场应急避难场所", 12},
	{"underground", "人防工程避难场所", 6},
	{"exhibition", "会展应急避难场所", 3},
	{"other", "应急避难点", 3},
}

func (c *City) fillShelter(p *place) {
	k := draw(p, shelterHosts)
	size := 800 + 400*p.IntN(60)
	p.set("name", word(commonWords, p.Uint64(), 6)+k.name)
	p.set("shelter_level", code(p, kindOf{"community", "", 52}, kindOf{"street", "", 28}, kindOf{"county", "", 14}, kindOf{"city", "", 5}, kindOf{"province", "", 1}))
	p.set("host_kind", k.code)
	p.set("space_type", code(p, kindOf{"outdoor", "", 55}, kindOf{"indoor", "", 30}, kindOf{"mixed", "", 15}))
	p.set("duration_class", code(p, kindOf{"emergency", "", 60}, kindOf{"short", "", 30}, kindOf{"long", "", 10}))
	p.set("effective_area_m2", number(size))
	p.set("capacity", number(size/2))
	p.set("service_radius_m", pick(p.Rand, []float64{500, 1000, 2000, 5000}))
	p.set("dual_use", "平时"+k.name)
	p.set("status", code(p, kindOf{"open", "", 70}, kindOf{"standby", "", 22}, kindOf{"maintenance", "", 6}, kindOf{"closed", "", 2}))
	p.set("public", true)
}

var pointKinds = []kindOf{
	{"service_post", "平安驿站", 40},
	{"street_police_station", "街面警务站", 18},
	{"micro_fire_station", "微型消防站", 22},
	{"police_station", "派出所", 7},
	{"fire_station", "消防站", 4},
	{"ambulance", "急救站", 5},
	{"checkpoint", "检查站", 4},
}

func (c *City) fillResponsePoint(p *place) {
	k := draw(p, pointKinds)
	p.set("name", word(commonWords, p.Uint64(), 7)+k.name)
	p.set("point_kind", k.code)
	department := "public_security"
	switch k.code {
	case "micro_fire_station", "fire_station":
		department = "fire_rescue"
	case "ambulance":
		department = "health"
	}
	p.set("org_code", departmentCode(c.countyOf(c.communityOf(p.face)).code, department))
	p.set("hours", pick(p.Rand, []string{"24小时", "24小时", "06:00-22:00", "08:00-20:00"}))
	p.set("ring_set", pick(p.Rand, []string{"1-3-5", "5-10"}))
}
