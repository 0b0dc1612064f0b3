package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"
)

// planCode is the code of the n-th plan of binhu in this year.
func planCode(t *testing.T, n int) string {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("320211-%s-%03d", time.Now().In(zone).Format("2006"), n)
}

// onPlan makes the exchanges of a table about one plan: each write names the version that the plan has reached in the table.
type onPlan struct {
	code    string
	version int
}

func (p *onPlan) target(path string) string { return "/v1/plans/" + p.code + path }

// act is a write that is to succeed.
func (p *onPlan) act(name, as, path, body string) exchange {
	e := p.refused(name, as, path, body)
	p.version++
	return e
}

// refused is a write that changes nothing.
func (p *onPlan) refused(name, as, path, body string) exchange {
	e := exchange{name: name, method: http.MethodPost, target: p.target(path), header: fmt.Sprintf("If-Match: %q\n", fmt.Sprint(p.version)), as: as, body: body}
	if body != "" {
		e.header = asJSON + e.header
	}
	return e
}

func (p *onPlan) get(name, as, path string) exchange {
	return exchange{name: name, target: p.target(path), as: as}
}

// change is the body of an operation: members of JSON.
func change(op, rest string) string { return `{"op":"` + op + `",` + rest + `}` }

// line and area are the members of geometry in units.
func line(corners ...[2]float64) string {
	return `"line":` + geometry("LineString", corners...) + `,"crs":"wgs84"`
}

func area(x, y, width, height float64) string {
	return `"area":` + geometry("Polygon", [2]float64{x, y}, [2]float64{x + width, y}, [2]float64{x + width, y + height}, [2]float64{x, y + height}, [2]float64{x, y}) + `,"crs":"wgs84"`
}

func planners(t *testing.T, s *server) {
	t.Helper()
	for name, role := range map[string][2]string{
		"reader": {"reader", ""}, "planner": {"planner", binhu}, "elsewhere": {"planner", liangxi}, "street": {"dispatcher", street},
		"committee": {"dispatcher", lake}, "county": {"administrator", binhu}, "city": {"administrator", ""},
	} {
		s.secrets[name] = token(t, s.store, role[0], role[1])
	}
}

const newPlan = `{"counties":["` + binhu + `"],"title":"水秀社区网格微调","reason":"workload"}`

// TestPlans takes one adjustment from its first line to its filing, and on to the plan that takes it back.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planners(t, s)
	for _, body := range []string{hazard(1.2, 0.9, `,"code":"moves"`), hazard(0.5, 0.5, `,"code":"stays"`)} {
		if made := s.do(t, exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "city", body: body}); made.StatusCode != http.StatusCreated {
			t.Fatal(made.Status)
		}
	}
	p := &onPlan{planCode(t, 1), 1}
	patch := p.refused("change its words", "planner", "", `{"title":"水秀社区调整","note":"学校东侧划出"}`)
	patch.method, p.version = http.MethodPatch, 2
	answer := func(name, as string, id, version int, body string) exchange {
		p.version++ // of the plan too
		return exchange{
			name: name, method: http.MethodPatch, target: p.target(fmt.Sprintf("/consultations/%d", id)), as: as, body: body,
			header: asJSON + fmt.Sprintf("If-Match: \"%d\"\n", version),
		}
	}
	s.all(t, []exchange{
		{name: "create", method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan},
		p.get("read", "reader", ""),
		patch,
		p.act("split", "planner", "/changes", change("split", `"grid":"`+lake+`002",`+
			line([2]float64{0.99, 0.5}, [2]float64{1.5, 0.5}, [2]float64{1.5, 1.02})+`,"snap_m":5,"names":["水秀东网格","水秀西网格"]`)),
		p.act("shift a border", "planner", "/changes", change("shift", `"grid":"`+lake+`001",`+line([2]float64{1, 0}, [2]float64{1.1, 0.25}, [2]float64{1, 0.5}))),
		p.act("undo", "planner", "/undo", ""),
		p.get("changes with one that is undone", "reader", "/changes"),
		p.act("redo", "planner", "/redo", ""),
		p.refused("redo when there is nothing", "planner", "/redo", ""),
		p.get("draft", "reader", "/draft"),
		p.get("impact", "reader", "/impact"),
		p.refused("consult before the check", "planner", "/consultations", `{}`),
		p.refused("submit before the check", "planner", "/submit", ""),
		p.act("check", "planner", "/check", ""),
		p.get("findings", "reader", "/findings"),
		p.refused("submit before the consultation", "planner", "/submit", ""),
		p.act("consult", "planner", "/consultations", `{"method":"written","departments":["org-school"]}`),
		p.get("consultations", "street", "/consultations"),
		answer("the street agrees", "street", 1, 1, `{"opinion":"agree"}`),
		{name: "an answer that is stale", method: http.MethodPatch, target: p.target("/consultations/1"), header: asJSON + `If-Match: "1"`, as: "street", body: `{"opinion":"object","text":"x"}`},
		answer("the committee objects", "committee", 2, 1, `{"opinion":"object","text":"校门前的路应归一个网格"}`),
		{name: "the committee answers for the street", method: http.MethodPatch, target: p.target("/consultations/1"), header: asJSON + `If-Match: "2"`, as: "committee", body: `{"opinion":"agree"}`},
		answer("the planner replies", "planner", 2, 2, `{"reply":"partly","reply_text":"路东侧保留"}`),
		{name: "a reply by the committee", method: http.MethodPatch, target: p.target("/consultations/2"), header: asJSON + `If-Match: "3"`, as: "committee", body: `{"reply":"adopted"}`},
		p.refused("decide before it is submitted", "county", "/decide", `{"decision":"approve"}`),
		p.act("submit", "planner", "/submit", ""),
		p.refused("change what is submitted", "planner", "/changes", change("rename", `"grid":"`+lake+`001","name":"x"`)),
		p.refused("a planner decides", "planner", "/decide", `{"decision":"approve"}`),
		p.refused("publish before the decision", "county", "/publish", ""),
		p.refused("file before the decision", "planner", "/file", ""),
		p.act("decide", "county", "/decide", `{"decision":"approve","decision_doc_no":"锡滨政发〔2026〕7号"}`),
		p.refused("a planner publishes", "planner", "/publish", ""),
		p.act("publish", "county", "/publish", ""),
		{name: "locate in the new edition", target: where(1.2, 0.9)},
		{name: "a place in the new edition", target: "/v1/places/moves", as: "reader"},
		{name: "history of the place", target: "/v1/places/moves/history", as: "reader"},
		{name: "history of a place that stayed", target: "/v1/places/stays/history", as: "reader"},
		{name: "history of the grid that was split", target: "/v1/grids/" + lake + "002/history", as: "reader"},
		{name: "history of a new grid with its boundary", target: "/v1/grids/" + lake + "004/history?geometry=true", as: "reader"},
		{name: "history of the community", target: "/v1/divisions/" + lake + "/history", as: "reader"},
		{name: "editions", target: "/v1/editions?county=" + binhu, as: "reader"},
		{name: "edition", target: "/v1/editions/" + binhu + "/2", as: "reader"},
		{name: "edition of the past as features", target: "/v1/editions/" + binhu + "/1?f=geojson", as: "reader"},
		{name: "difference of editions", target: "/v1/editions/" + binhu + "/diff?from=1&to=2", as: "reader"},
		{name: "difference of editions as features", target: "/v1/editions/" + binhu + "/diff?from=1&to=2&format=geojson", as: "reader"},
		p.act("file", "planner", "/file", `{"receiver_org_code":"org-school"}`),
		p.act("receipt of the filing", "planner", "/file", `{"receipt_no":"备〔2026〕31号"}`),
		p.get("filing", "reader", "/filing"),
		p.act("announce", "planner", "/announce", `{"channel":"政务公开栏","text":"水秀社区网格自即日起调整"}`),
		p.act("withdraw the announcement", "planner", "/announce", `{"withdraw":1}`),
		p.get("announcements", "reader", "/announcements"),
		p.refused("withdraw what is in force", "planner", "/withdraw", `{"reason":"x"}`),
		{name: "revert", method: http.MethodPost, target: p.target("/revert"), as: "planner"},
		{name: "draft of the undo", target: "/v1/plans/" + planCode(t, 2) + "/draft", as: "reader"},
		{name: "rebase what is over the editions in force", method: http.MethodPost, target: "/v1/plans/" + planCode(t, 2) + "/rebase", header: "If-Match: \"2\"\n", as: "planner"},
		{name: "list", target: "/v1/plans?county=" + binhu + "&state=effective", as: "reader"},
	})
}

// TestPlanOperations draws every operation once.
func TestPlanOperations(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planners(t, s)
	p := &onPlan{planCode(t, 1), 1}
	draw := func(name, op, rest string) exchange { return p.act(name, "planner", "/changes", change(op, rest)) }
	refuse := func(name, body string) exchange { return p.refused(name, "planner", "/changes", body) }
	spot := func(x, y float64) string {
		lon, lat := at(x, y)
		return fmt.Sprintf("[%.7f,%.7f]", lon, lat)
	}
	s.all(t, []exchange{
		{name: "begin", method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan},
		draw("create a base grid", "create", `"kind":"base","name":"水秀第四网格",`+area(0.2, 0.2, 0.4, 0.4)),
		draw("create a dedicated grid", "create", `"kind":"dedicated","name":"水秀医院","dedicated_kind":"hospital","host_org_code":"org-school","post_worker_code":"0004",`+area(0.3, 0.7, 0.2, 0.2)),
		draw("split", "split", `"grid":"`+lake+`003",`+line([2]float64{1, 1.5}, [2]float64{1.5, 1.5}, [2]float64{1.5, 1})+`,"codes":["`+lake+`030","`+lake+`031"]`),
		draw("merge", "merge", `"grids":["`+lake+`030","`+lake+`031"],"name":"水秀北网格"`),
		draw("shift along a line", "shift", `"grid":"`+lake+`001",`+line([2]float64{1, 0}, [2]float64{1.05, 0.5}, [2]float64{1, 1})),
		draw("shift of an area", "shift", `"into":"`+lake+`002","from":["`+lake+`001"],`+area(0.9, 0.6, 0.2, 0.2)),
		draw("another area for a dedicated grid", "shift", `"grid":"`+lake+`801",`+area(1.5, 0.2, 0.3, 0.3)),
		draw("insert a vertex", "shift", `"action":"insert","crs":"wgs84","vertex":`+spot(0.2, 0.4)),
		draw("move a vertex", "shift", `"crs":"wgs84","vertex":`+spot(0.2, 0.4)+`,"to":`+spot(0.15, 0.4)),
		draw("remove a vertex", "shift", `"action":"remove","crs":"wgs84","vertex":`+spot(0.15, 0.4)),
		draw("rename", "rename", `"grid":"`+lake+`001","name":"水秀东网格","note":"群众习惯叫法"`),
		draw("reclassify", "reclassify", `"grid":"`+lake+`802","dedicated_kind":"business_district"`),
		draw("change the host", "change_host", `"grid":"`+lake+`802","host_org_code":"org-school","supervising_org_code":"org-school"`),
		draw("retire a dedicated grid", "retire", `"grid":"`+lake+`802"`),
		draw("carve a void area", "carve_void", `"reason":"water","name":"小湖",`+area(1.5, 0.6, 0.2, 0.2)),
		draw("fill a void area", "fill_void", `"grid":"`+lake+`V01","into":"`+lake+`001"`),
		draw("retire a base grid", "retire", `"grid":"`+lake+`004","into":"`+lake+`001"`),

		refuse("transfer to where it is", change("transfer", `"grid":"`+lake+`001","community_code":"`+lake+`"`)),
		refuse("QC-02 crs missing", change("split", `"grid":"1","line":`+geometry("LineString", [2]float64{0, 0}, [2]float64{1, 1}))),
		refuse("lon and lat swapped", change("split", `"grid":"`+lake+`001","line":{"type":"LineString","coordinates":[[31.5,120.3],[31.6,120.3]]},"crs":"wgs84"`)),
		refuse("outside the box", change("split", `"grid":"`+lake+`001",`+line([2]float64{-900, 0}, [2]float64{1, 1}))),
		refuse("member unknown", change("retire", `"grid":"`+lake+`001","colour":"red"`)),
		refuse("operation unknown", `{"op":"explode"}`),
		refuse("grid unknown", change("retire", `"grid":"`+lake+`099","into":"`+lake+`001"`)),
		refuse("grid of another county", change("rename", `"grid":"`+bridge+`001","name":"x"`)),
		refuse("a line that meets no border", change("split", `"grid":"`+lake+`001",`+line([2]float64{0.7, 0.1}, [2]float64{0.8, 0.1}))),
		refuse("BR-60 in a name", change("rename", `"grid":"`+lake+`001","name":"找 13800138000"`)),
		refuse("no change", change("rename", `"grid":"`+lake+`001","name":"水秀东网格"`)),
		refuse("not JSON", `<html>`),
		{name: "HTML", method: http.MethodPost, target: p.target("/changes"), header: "Content-Type: text/html\nIf-Match: \"1\"\n", as: "planner", body: `<html>`},
	})
}

// TestPlanProblems asks for what is refused.
func TestPlanProblems(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planners(t, s)
	p := &onPlan{planCode(t, 1), 1}
	create := func(name, as, body string) exchange {
		return exchange{name: name, method: http.MethodPost, target: "/v1/plans", header: asJSON, as: as, body: body}
	}
	patch := func(name, version, body string) exchange {
		return exchange{name: name, method: http.MethodPatch, target: p.target(""), header: asJSON + "If-Match: " + version + "\n", as: "planner", body: body}
	}
	with := func(member, value string) string {
		return newPlan[:len(newPlan)-1] + `,"` + member + `":` + value + `}`
	}
	get := func(name, as, target string) exchange { return exchange{name: name, target: target, as: as} }
	s.all(t, []exchange{
		create("create without a token", "", newPlan),
		create("a reader creates", "reader", newPlan),
		create("a planner of another county creates", "elsewhere", newPlan),
		create("counties missing", "planner", `{"title":"x","reason":"workload"}`),
		create("counties of none", "planner", `{"counties":[],"title":"x","reason":"workload"}`),
		create("county unknown", "city", `{"counties":["999999000000"],"title":"x","reason":"workload"}`),
		create("a street for a county", "planner", `{"counties":["`+street+`"],"title":"x","reason":"workload"}`),
		create("L1 a county that is not proven", "city", `{"counties":["`+liangxi+`"],"title":"x","reason":"workload"}`),
		create("title empty", "planner", `{"counties":["`+binhu+`"],"title":" ","reason":"workload"}`),
		create("reason unknown", "planner", `{"counties":["`+binhu+`"],"title":"x","reason":"because"}`),
		create("kind of an undo", "planner", with("kind", `"undo"`)),
		create("time that is none", "planner", with("effective_at", `"tomorrow"`)),
		create("date that is none", "planner", with("effective_at", `"2026-13-01"`)),
		create("BR-60 in the note", "planner", with("note", `"身份证 11010519491231002X"`)),
		create("member unknown", "planner", with("state", `"decided"`)),
		create("BR-60 member", "planner", with("tenant", `"x"`)),
		create("member twice", "planner", with("title", `"y"`)),
		create("an array", "planner", `[]`),
		{name: "a parameter", method: http.MethodPost, target: "/v1/plans?dry=1", header: asJSON, as: "planner", body: newPlan},

		create("create", "planner", newPlan),
		get("read without a token", "", p.target("")),
		get("read in the county", "street", p.target("")),
		get("read from another county", "elsewhere", p.target("")),
		get("read an unknown one", "reader", "/v1/plans/320211-1999-001"),
		get("changes without a token", "", p.target("/changes")),
		get("impact of nothing", "reader", p.target("/impact")),
		get("draft of nothing", "reader", p.target("/draft")),
		get("filing before the decision", "reader", p.target("/filing")),
		patch("stale", `"7"`, `{"title":"x"}`),
		patch("a tag that is no version", `"x"`, `{"title":"x"}`),
		patch("title cleared", `"1"`, `{"title":null}`),
		patch("time set", `"1"`, `{"effective_at":"2999-01-01T00:00:00+08:00"}`),
		patch("time cleared", `"2"`, `{"effective_at":null}`),
		{name: "version missing", method: http.MethodPost, target: p.target("/check"), as: "planner"},
		{name: "undo nothing", method: http.MethodPost, target: p.target("/undo"), header: "If-Match: \"3\"\n", as: "planner"},
		{name: "check nothing", method: http.MethodPost, target: p.target("/check"), header: "If-Match: \"3\"\n", as: "planner"},
		{name: "check what is checked", method: http.MethodPost, target: p.target("/check"), header: "If-Match: \"3\"\n", as: "planner"},
		{name: "a dispatcher draws", method: http.MethodPost, target: p.target("/changes"), header: asJSON + "If-Match: \"3\"\n", as: "committee", body: `{}`},
		{name: "an act with words", method: http.MethodPost, target: p.target("/undo"), header: asJSON + "If-Match: \"3\"\n", as: "planner", body: `{"all":true}`},
		{name: "waive what is not there", method: http.MethodPost, target: p.target("/findings/77/waiver"), header: asJSON + "If-Match: \"4\"\n", as: "planner", body: `{"reason":"x"}`},
		{name: "waive no number", method: http.MethodPost, target: p.target("/findings/x/waiver"), header: asJSON + "If-Match: \"4\"\n", as: "planner", body: `{"reason":"x"}`},
		{name: "decision unknown", method: http.MethodPost, target: p.target("/decide"), header: asJSON + "If-Match: \"4\"\n", as: "county", body: `{"decision":"maybe"}`},
		{name: "withdraw without a reason", method: http.MethodPost, target: p.target("/withdraw"), header: asJSON + "If-Match: \"4\"\n", as: "planner", body: `{}`},
		{name: "withdraw", method: http.MethodPost, target: p.target("/withdraw"), header: asJSON + "If-Match: \"4\"\n", as: "planner", body: `{"reason":"不再需要"}`},
		{name: "an opinion and a reply", method: http.MethodPatch, target: p.target("/consultations/1"), header: asJSON + "If-Match: \"1\"\n", as: "planner", body: `{"opinion":"agree","reply":"adopted"}`},
		{name: "a consultation that is not there", method: http.MethodPatch, target: p.target("/consultations/1"), header: asJSON + "If-Match: \"1\"\n", as: "planner", body: `{"opinion":"agree"}`},

		get("list without a token", "", "/v1/plans"),
		get("list cut to the scope", "elsewhere", "/v1/plans"),
		get("list of the open ones", "reader", "/v1/plans?state=open"),
		get("list of a state unknown", "reader", "/v1/plans?state=new"),
		get("list of a county unknown", "reader", "/v1/plans?county=x"),
		get("list of a county beyond the scope", "street", "/v1/plans?county="+liangxi),
		get("editions without a county", "reader", "/v1/editions"),
		get("editions of no county", "reader", "/v1/editions?county="+lake),
		get("editions without a token", "", "/v1/editions?county="+binhu),
		get("editions beyond the scope", "elsewhere", "/v1/editions?county="+binhu),
		get("edition unknown", "reader", "/v1/editions/"+binhu+"/7"),
		get("edition of no number", "reader", "/v1/editions/"+binhu+"/latest"),
		get("features of an edition unknown", "reader", "/v1/editions/"+binhu+"/7?f=geojson"),
		get("difference to nothing", "reader", "/v1/editions/"+binhu+"/diff?from=1"),
		get("difference to an edition unknown", "reader", "/v1/editions/"+binhu+"/diff?from=1&to=2"),
		get("history of a grid unknown", "reader", "/v1/grids/x/history"),
		get("history of a grid without a token", "", "/v1/grids/"+lake+"001/history"),
		get("history of a grid beyond the scope", "elsewhere", "/v1/grids/"+lake+"001/history"),
		get("history of a division unknown", "reader", "/v1/divisions/x/history"),
		get("history of a place unknown", "reader", "/v1/places/x/history"),
	})
}

// TestPlanConflicts: two plans of one county meet in the same grids, first by the lock of a submitted plan (BR-37), then by what it has
// changed.
func TestPlanConflicts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planners(t, s)
	first, second := &onPlan{planCode(t, 1), 1}, &onPlan{planCode(t, 2), 1}
	must := func(e exchange) {
		t.Helper()
		if answer := s.do(t, e); answer.StatusCode >= 300 {
			t.Fatalf("%s: %s", e.name, answer.Status)
		}
	}
	for range 2 {
		must(exchange{name: "create", method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan})
	}
	border := func(x float64) string {
		return change("shift", `"grid":"`+lake+`001",`+line([2]float64{1, 0}, [2]float64{x, 0.5}, [2]float64{1, 1}))
	}
	must(first.act("shift", "planner", "/changes", border(1.1)))
	must(second.act("shift otherwise", "planner", "/changes", border(0.9)))
	must(second.act("rename another", "planner", "/changes", change("rename", `"grid":"`+lake+`003","name":"水秀北网格"`)))
	must(first.act("check", "planner", "/check", ""))
	must(first.act("consult", "planner", "/consultations", ""))
	must(first.act("submit", "planner", "/submit", ""))
	cases := []exchange{second.refused("BR-37 a grid that a submitted plan holds", "planner", "/changes", border(0.95))}
	s.check(t, cases[0])
	for id := 1; id <= 2; id++ {
		must(exchange{name: "answer", method: http.MethodPatch, target: first.target(fmt.Sprintf("/consultations/%d", id)), header: asJSON + "If-Match: \"1\"\n", as: "planner", body: `{"opinion":"agree"}`})
		first.version++
	}
	must(first.act("decide", "county", "/decide", `{"decision":"approve"}`))
	must(first.act("publish", "county", "/publish", ""))
	more := []exchange{
		second.refused("draw over a base that has moved on", "planner", "/changes", change("rename", `"grid":"`+lake+`003","name":"x"`)),
		second.get("read what is to be rebased", "reader", ""),
		second.refused("rebase onto what was changed", "planner", "/rebase", ""),
		second.act("rebase without that operation", "planner", "/rebase", `{"drop":[1]}`),
		second.get("draft after the rebase", "reader", "/draft"),
	}
	for _, e := range more {
		s.check(t, e)
	}
	goldens(t, append(cases, more...))
}

// TestPlanDate holds that a date alone is its first instant in the zone of the deployment.
func TestPlanDate(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	body := `{"counties":["` + binhu + `"],"title":"x","reason":"workload","effective_at":"2900-01-02"}`
	answer := s.do(t, exchange{method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: body})
	var made struct {
		EffectiveAt string `json:"effective_at"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil || made.EffectiveAt != "2900-01-01T16:00:00Z" {
		t.Errorf("got %s with %q and %v", answer.Status, made.EffectiveAt, err)
	}
}
