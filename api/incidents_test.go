package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid/store"
)

func TestIncidents(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["dispatcher"] = token(t, s.store, "dispatcher", "")
	body := func(x, y float64, more string) string {
		return `{"kind":"gas","source":"hotline_12345","title":"有燃气味","reported_at":"2026-11-22T09:00:00+08:00","geometry":` +
			geometry("Point", [2]float64{x, y}) + `,"crs":"wgs84"` + more + `}`
	}
	post := func(name, body string) exchange {
		return exchange{name: name, method: http.MethodPost, target: "/v1/incidents", header: asJSON, as: "dispatcher", body: body}
	}
	get := func(name, target string) exchange { return exchange{name: name, target: target, as: "dispatcher"} }
	patch := func(name, version, body string) exchange {
		return exchange{
			name: name, method: http.MethodPatch, target: "/v1/incidents/320211-20261122-000001", header: asJSON + "If-Match: " + version, as: "dispatcher", body: body,
		}
	}
	s.all(t, []exchange{
		post("create", body(1.6, 0.3, `,"severity":"serious","external_case_no":"12345-7"`)),
		post("create a line", strings.Replace(body(0, 0, ""), geometry("Point", [2]float64{0, 0}), geometry("LineString", [2]float64{0.25, 0.5}, [2]float64{1.25, 0.5}), 1)),
		post("create with a code", body(3, 0.5, `,"code":"110-7","state":"accepted","first_receiver":"division:`+liangxi+`"`)),
		post("code of a case that is there", body(0.5, 0.5, `,"external_case_no":"12345-7"`)),
		post("state that only acts bring about", body(3, 0.5, `,"state":"closed"`)),
		post("outcome that only acts bring about", body(3, 0.5, `,"outcome":"resolved"`)),
		post("first receiver that is no unit", body(3, 0.5, `,"first_receiver":"老王"`)),
		post("first receiver that is not there", body(3, 0.5, `,"first_receiver":"grid:999"`)),
		post("code taken", body(3, 0.5, `,"code":"110-7"`)),
		post("source missing", strings.Replace(body(0.5, 0.5, ""), `"source":"hotline_12345",`, "", 1)),
		post("title missing", strings.Replace(body(0.5, 0.5, ""), `"title":"有燃气味",`, "", 1)),
		post("kind unknown", strings.Replace(body(0.5, 0.5, ""), `"gas"`, `"weather"`, 1)),
		post("state unknown", body(0.5, 0.5, `,"state":"lost"`)),
		post("BR-60 phone in the description", body(0.5, 0.5, `,"description":"打 13800138000 找他"`)),
		post("BR-60 phone of full width", body(0.5, 0.5, `,"description":"打１３８００１３８０００找他"`)),
		post("reported in the future", strings.Replace(body(0.5, 0.5, ""), "2026-11-22T09:00:00+08:00", "2999-01-01T00:00:00Z", 1)),
		post("reported before 2000", strings.Replace(body(0.5, 0.5, ""), "2026-11-22T09:00:00+08:00", "1999-01-01T00:00:00Z", 1)),
		post("occurs in the future", body(0.5, 0.5, `,"occurred_at":"2999-01-01T00:00:00Z"`)),
		post("a member twice", body(0.5, 0.5, `,"title":"又一次"`)),
		post("a member twice in a member", body(0.5, 0.5, `,"external_refs":{"a":"1","a":"2"}`)),
		post("no UTF-8", body(0.5, 0.5, `,"description":"`+"\xb5"+`"`)),
		post("title of two lines", strings.Replace(body(0.5, 0.5, ""), "有燃气味", `有\n燃气味`, 1)),
		post("title turned about", strings.Replace(body(0.5, 0.5, ""), "有燃气味", `有\u202e燃气味`, 1)),
		post("title too long", strings.Replace(body(0.5, 0.5, ""), "有燃气味", strings.Repeat("气", 201), 1)),
		post("QC-02 crs missing", strings.Replace(body(0.5, 0.5, ""), `,"crs":"wgs84"`, "", 1)),
		get("read", "/v1/incidents/320211-20261122-000001"),
		get("read an unknown one", "/v1/incidents/x"),
		patch("change", `"1"`, `{"description":"闻到燃气味，已开窗"}`),
		patch("state by patch", `"2"`, `{"state":"handling"}`),
		patch("lead unit by patch", `"2"`, `{"lead_unit":"division:`+binhu+`"}`),
		patch("BR-53 move", `"2"`, `{"geometry":`+geometry("Point", [2]float64{0.5, 0.5})+`,"crs":"wgs84"}`),
		patch("reported in the future by patch", `"3"`, `{"reported_at":"2999-01-01T00:00:00Z"}`),
		patch("a member twice by patch", `"3"`, `{"description":"x","description":"y"}`),
		patch("stale", `"1"`, `{"title":"x"}`),
		patch("clear the title", `"3"`, `{"title":null}`),
		get("list of the open ones", "/v1/incidents?state=open&kind=gas"),
		get("list of the ended ones", "/v1/incidents?state=ended"),
		get("list of a grid", "/v1/incidents?grid="+lake+"002"),
		get("list by case number", "/v1/incidents?external_case_no=12345-7"),
		get("list of a unit", "/v1/incidents?unit=division:"+liangxi),
		get("list of a unit that is none", "/v1/incidents?unit=x"),
		get("list since", "/v1/incidents?since=2026-11-23"),
		get("list of the overdue of the past", "/v1/incidents?overdue=true&as_of=2026-11-22T00:00:00Z"),
		get("kind of a list unknown", "/v1/incidents?kind=weather"),
	})
}

// TestIncidentLife takes one incident from its report to its feedback with the tokens of a street, its county, another county and the city,
// and tries at every turn what is not allowed.
func TestIncidentLife(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["street"] = token(t, s.store, "dispatcher", street)
	s.secrets["county"] = token(t, s.store, "dispatcher", binhu)
	s.secrets["other"] = token(t, s.store, "dispatcher", liangxi)
	s.secrets["city"] = token(t, s.store, "dispatcher", "")
	s.secrets["reader"] = token(t, s.store, "reader", street)
	version := 1
	const code = "320211-20261122-000001"
	body := `{"kind":"facility","source":"hotline_12345","external_case_no":"12345-99","title":"井盖缺失","reported_at":"2026-11-22T09:00:00+08:00","geometry":` +
		geometry("Point", [2]float64{0.5, 0.5}) + `,"crs":"wgs84"}`
	report := func(name, as, key, body string) exchange {
		return exchange{name: name, method: http.MethodPost, target: "/v1/incidents", header: asJSON + "Idempotency-Key: " + key, as: as, body: body}
	}
	// refused is an act that changes nothing, act one that does.
	refused := func(name, as, order string) exchange {
		return exchange{
			name: name, method: http.MethodPost, target: "/v1/incidents/" + code + "/acts", header: asJSON + fmt.Sprintf("If-Match: \"%d\"", version), as: as, body: order,
		}
	}
	act := func(name, as, order string) exchange {
		e := refused(name, as, order)
		version++
		return e
	}
	s.all(t, []exchange{
		report("01 report", "street", "k1", body),
		report("02 the same again", "street", "k1", body),
		report("03 something else under the key", "street", "k1", strings.Replace(body, "井盖缺失", "井盖松动", 1)),
		report("04 BR-54 reported nearby", "county", "k2", strings.Replace(strings.Replace(body, "井盖缺失", "井盖没了", 1), `"external_case_no":"12345-99",`, "", 1)),
		report("05 by a reader", "reader", "k3", body),
		report("06 by another county", "other", "k4", body),
		{name: "07 another county does not see it", target: "/v1/incidents/" + code, as: "other"},
		refused("10 by anybody", "", `{"act":"accept"}`),
		refused("11 by a reader", "reader", `{"act":"accept"}`),
		refused("12 by another county", "other", `{"act":"accept"}`),
		refused("13 no such act", "street", `{"act":"forget"}`),
		refused("14 not now", "street", `{"act":"close"}`),
		act("15 accept", "street", `{"act":"accept"}`),
		refused("16 assign to nobody", "street", `{"act":"assign"}`),
		refused("17 assign to another county", "street", `{"act":"assign","unit":"division:`+liangxi+`"}`),
		act("18 assign to a grid", "street", `{"act":"assign","unit":"grid:`+lake+`001"}`),
		act("19 start", "street", `{"act":"start"}`),
		act("20 BR-50 transfer", "street", `{"act":"transfer","unit":"division:`+liangxi+`","reason":"井盖属邻区"}`),
		{name: "21 the other county sees it now", target: "/v1/incidents?state=transferred", as: "other"},
		refused("22 who asked cannot take it", "street", `{"act":"take"}`),
		refused("23 return without a reason", "other", `{"act":"return"}`),
		act("24 BR-50 returned to the first receiver", "other", `{"act":"return","reason":"不属本区"}`),
		act("25 BR-51 escalate", "street", `{"act":"escalate","reason":"需要区里协调"}`),
		refused("26 the street has given it away", "street", `{"act":"start"}`),
		act("27 BR-52 combine", "county", `{"act":"combine","divisions":["`+liangxi+`"],"reason":"涉及两区"}`),
		refused("28 it is the city's now", "county", `{"act":"assign","unit":"division:`+street+`"}`),
		act("29 the city gives it to the county", "city", `{"act":"assign","unit":"division:`+binhu+`"}`),
		act("30 BR-55 supervise", "county", `{"act":"supervise","supervision":"deadline","reason":"限期处置","deadline":"2999-01-01T00:00:00+08:00"}`),
		act("31 the county starts", "county", `{"act":"start"}`),
		refused("32 finish with an unknown outcome", "county", `{"act":"finish","outcome":"magic"}`),
		act("33 finish", "county", `{"act":"finish","outcome":"resolved","reason":"已更换井盖"}`),
		refused("34 BR-56 who did it cannot close it", "county", `{"act":"close"}`),
		act("35 rework", "city", `{"act":"rework","reason":"未装牢"}`),
		act("36 start again", "county", `{"act":"start"}`),
		act("37 finish again", "county", `{"act":"finish","outcome":"resolved"}`),
		act("38 BR-56 close by somebody else", "city", `{"act":"close"}`),
		refused("39 no assigning after the end", "city", `{"act":"assign","unit":"division:`+street+`"}`),
		refused("40 satisfaction out of range", "street", `{"act":"feedback","satisfaction":6}`),
		act("41 BR-56 feedback", "street", `{"act":"feedback","satisfaction":4,"reason":"回访满意"}`),
		act("42 BR-56 reopen keeps the number", "street", `{"act":"reopen","reason":"井盖又松了"}`),
		{name: "50 events", target: "/v1/incidents/" + code + "/events", as: "street"},
		{name: "51 events for another county that had to do with it", target: "/v1/incidents/" + code + "/events", as: "other"},
		{name: "52 supervisions", target: "/v1/incidents/" + code + "/supervisions", as: "street"},
		{name: "53 duplicates", target: "/v1/incidents/" + code + "/duplicates", as: "street"},
		{name: "54 duplicates of nothing", target: "/v1/incidents/x/duplicates", as: "street"},
	})
}

// TestIdempotencyKey reports the same incident fifty times at once under one key: one is stored.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	town, pool := serveTown(t)
	opened, err := store.OpenConfig(t.Context(), pool.Config()) // more writers at once than a pool has connections
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	front := httptest.NewServer(api.New(api.Config{Store: opened, Live: town.live}).Handler())
	t.Cleanup(front.Close)
	s := &server{Server: front, store: opened, live: town.live, secrets: map[string]string{}}
	s.secrets["street"] = token(t, s.store, "dispatcher", street)
	body := `{"kind":"gas","source":"patrol","title":"有燃气味","geometry":` + geometry("Point", [2]float64{0.5, 0.5}) + `,"crs":"wgs84"}`
	var made, again int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			answer := s.do(t, exchange{method: http.MethodPost, target: "/v1/incidents", header: asJSON + "Idempotency-Key: once", as: "street", body: body})
			mu.Lock()
			defer mu.Unlock()
			switch answer.StatusCode {
			case http.StatusCreated:
				made++
			case http.StatusOK:
				again++
			default:
				t.Error(answer.Status)
			}
		})
	}
	all.Wait()
	var list struct{ Items []struct{ Code string } }
	s.get(t, "/v1/incidents", "street", &list)
	if made != 1 || again != 49 || len(list.Items) != 1 {
		t.Errorf("%d made, %d again, %d are stored", made, again, len(list.Items))
	}
}
