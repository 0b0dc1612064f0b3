package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo/crs"
)

// hazard is the body of a new hazard; more are further members, each after a comma.
func hazard(x, y float64, more string) string {
	return `{"kind":"hazard","name":"楼道堆物","geometry":` + geometry("Point", [2]float64{x, y}) +
		`,"crs":"wgs84","detail":{"hazard_kind":"fire_exit_blocked","level":"general","found_at":"2026-11-20T08:30:00+08:00"}` + more + `}`
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	post := func(name, body string) exchange {
		return exchange{name: name, method: http.MethodPost, target: "/v1/places", header: asJSON, as: "planner", body: body}
	}
	get := func(name, target string) exchange { return exchange{name: name, target: target, as: "planner"} }
	patch := func(name, code, version, body string) exchange {
		return exchange{name: name, method: http.MethodPatch, target: "/v1/places/" + code, header: asJSON + "If-Match: " + version, as: "planner", body: body}
	}
	of := func(kind, shape, detail string) string {
		return fmt.Sprintf(`{"kind":%q,"name":"x","geometry":%s,"crs":"wgs84","detail":%s}`, kind, shape, detail)
	}
	spot := geometry("Point", [2]float64{0.5, 0.5})
	area := geometry("Polygon", [2]float64{0.5, 0.2}, [2]float64{1.75, 0.2}, [2]float64{1.75, 0.6}, [2]float64{0.5, 0.6}, [2]float64{0.5, 0.2})
	lon, lat := at(1.6, 0.3)
	gcj := crs.GCJ02.FromWGS84(orb.Point{lon, lat})
	s.all(t, []exchange{
		post("create a hazard", hazard(0.5, 0.5, `,"address":"梁清路1号","external_refs":{"case":"A-1"},"position_accuracy_m":5`)),
		post("create a hazard source", of("hazard_source", spot, `{"source_kind":"gas_station","is_major":true,"declared_at":"2026-01-02"}`)),
		post("create a danger zone BR-24", of("danger_zone", area, `{"zone_kind":"flood","risk_level":"red","season":"6—9"}`)),
		post("create rental premises", of("rental_premises", spot, `{"rental_kind":"shared","rooms":4,"risk_level":"yellow"}`)),
		post("create a key site", of("key_site", spot, `{"site_class":"key_venue","site_kind":"school","crowded":true,"capacity":1200}`)),
		post("create a shelter", of("shelter", geometry("Point", [2]float64{1, 0.5}), `{"shelter_level":"community","host_kind":"school","effective_area_m2":2400.5}`)),
		post("create a response point", of("response_point", spot, `{"point_kind":"service_post","hours":"24h"}`)),
		post("create with a code, in gcj02", fmt.Sprintf(`{"code":"my-1","kind":"hazard","geometry":{"type":"Point","coordinates":[%.6f,%.6f]},"crs":"gcj02",`+
			`"detail":{"hazard_kind":"gas","level":"major","found_at":"2026-11-20T08:30:00+08:00"}}`, gcj[0], gcj[1])),
		post("create in the void", hazard(0.5, 1.5, "")),
		post("create outside the city but in its box", hazard(-1, 0.5, "")),

		post("code taken", hazard(0.5, 0.5, `,"code":"my-1"`)),
		post("code with odd characters", hazard(0.5, 0.5, `,"code":"a\nb"`)),
		post("QC-02 crs missing", strings.Replace(hazard(0.5, 0.5, ""), `"crs":"wgs84",`, "", 1)),
		post("QC-02 crs unknown", strings.Replace(hazard(0.5, 0.5, ""), `"wgs84"`, `"epsg4326"`, 1)),
		post("QC-02 crs without a geometry", `{"kind":"hazard","crs":"wgs84","detail":{}}`),
		post("geometry null", strings.Replace(hazard(0.5, 0.5, ""), spot, "null", 1)),
		post("geometry empty", strings.Replace(hazard(0.5, 0.5, ""), spot, `{"type":"Polygon","coordinates":[]}`, 1)),
		post("geometry missing with crs", `{"kind":"hazard","detail":{}}`),
		post("QC-01 bow tie", of("danger_zone", geometry("Polygon", [2]float64{0.2, 0.2}, [2]float64{0.8, 0.8}, [2]float64{0.8, 0.2}, [2]float64{0.2, 0.8}, [2]float64{0.2, 0.2}),
			`{"zone_kind":"flood","risk_level":"red"}`)),
		post("a point for an area", of("danger_zone", spot, `{"zone_kind":"flood","risk_level":"red"}`)),
		post("outside the box", hazard(-900, 0.5, "")),
		post("lon and lat swapped", strings.Replace(hazard(0.5, 0.5, ""), spot, `{"type":"Point","coordinates":[31.5005,120.3005]}`, 1)),
		post("kind unknown", `{"kind":"tree"}`),
		post("detail missing", `{"kind":"hazard","geometry":`+spot+`,"crs":"wgs84"}`),
		post("detail field unknown", of("shelter", spot, `{"shelter_level":"city","host_kind":"school","hazard_kind":"gas"}`)),
		post("detail field outside", of("shelter", spot, `{"shelter_level":"city","host_kind":"school"},"capacity":5`)),
		post("enumeration", of("shelter", spot, `{"shelter_level":"world","host_kind":"school"}`)),
		post("number as text", of("shelter", spot, `{"shelter_level":"city","host_kind":"school","capacity":"many"}`)),
		post("date that is none", of("danger_zone", area, `{"zone_kind":"flood","risk_level":"red","published_at":"2026-02-30"}`)),
		post("organisation unknown", hazard(0.5, 0.5, `,"supervising_org_code":"org-nobody"`)),
		post("accuracy negative", hazard(0.5, 0.5, `,"position_accuracy_m":-3`)),
		post("BR-60 tenant", of("rental_premises", spot, `{"rental_kind":"shared","tenant_name":"…"}`)),
		post("BR-60 id number field", hazard(0.5, 0.5, `,"身份证号":"1"`)),
		post("BR-60 id number in a text", hazard(0.5, 0.5, `,"address":"联系 11010519491231002X"`)),
		post("BR-60 in external refs", hazard(0.5, 0.5, `,"external_refs":{"ethnicity":"x"}`)),
		post("field unknown", hazard(0.5, 0.5, `,"colour":"red"`)),
		post("two documents", hazard(0.5, 0.5, "")+"{}"),
		post("an array", "[]"),
		post("null", "null"),
		post("not JSON", "<html>"),
		{name: "HTML", method: http.MethodPost, target: "/v1/places", header: "Content-Type: text/html\n", as: "planner", body: "<html>"},

		get("read", "/v1/places/320211-HZ-00000001"),
		{name: "read with its tag", target: "/v1/places/320211-HZ-00000001", as: "planner", header: `If-None-Match: "1"`},
		get("read an unknown one", "/v1/places/x"),

		patch("change", "320211-HZ-00000001", `"1"`, `{"name":"楼道已清","address":null,"detail":{"hazard_state":"closed","closed_at":"2026-11-21T10:00:00+08:00"}}`),
		patch("move", "320211-HZ-00000001", `"2"`, `{"geometry":`+geometry("Point", [2]float64{1.6, 0.3})+`,"crs":"wgs84"}`),
		patch("change what is in another system", "my-1", `"1"`, `{"name":"不动"}`),
		patch("stale", "320211-HZ-00000001", `"1"`, `{"name":"x"}`),
		patch("a weak tag", "320211-HZ-00000001", `W/"3"`, `{"name":"x"}`),
		patch("a tag that is no version", "320211-HZ-00000001", `"abc"`, `{"name":"x"}`),
		patch("any version", "320211-HZ-00000001", `*`, `{"name":"x"}`),
		{name: "version missing", method: http.MethodPatch, target: "/v1/places/320211-HZ-00000001", header: asJSON, as: "planner", body: `{"name":"x"}`},
		patch("unknown", "x", `"1"`, `{"name":"x"}`),
		patch("change the code", "320211-HZ-00000001", `"3"`, `{"code":"x"}`),
		patch("change the kind", "320211-HZ-00000001", `"3"`, `{"kind":"shelter"}`),
		patch("clear what is required", "320211-HZ-00000001", `"3"`, `{"detail":{"level":null}}`),
		patch("QC-02 move without crs", "320211-HZ-00000001", `"3"`, `{"geometry":`+spot+`}`),
		patch("move out of the box", "320211-HZ-00000001", `"3"`, `{"geometry":{"type":"Point","coordinates":[0,0]},"crs":"wgs84"}`),

		get("list of a kind", "/v1/places?kind=shelter"),
		get("list of a grid", "/v1/places?grid="+lake+"801"),
		get("list of a division", "/v1/places?division="+liangxi),
		get("list of a box", "/v1/places?kind=danger_zone&bbox=120.3,31.5,120.302,31.502"),
		get("list of another box", "/v1/places?bbox=120.4,31.5,120.5,31.6"),
		get("list of a state", "/v1/places?state=suspended"),
		get("kind of a list unknown", "/v1/places?kind=tree"),
		get("state of a list unknown", "/v1/places?state=open"),
		get("grid of a list unknown", "/v1/places?grid=x"),
		get("division of a list unknown", "/v1/places?division=x"),
		get("box upside down", "/v1/places?bbox=120.4,31.6,120.5,31.5"),
		get("box across the 180th meridian", "/v1/places?limit=1&bbox=170,-90,-170,90"),
		get("box across the 180th meridian that holds the city", "/v1/places?limit=1&bbox=170,-90,125,90"),
		get("box of three", "/v1/places?bbox=120.5,31.6,120.4"),
		get("box of NaN", "/v1/places?bbox=NaN,31.6,120.4,31.7"),
		get("cursor of another list", "/v1/places?cursor=eyJlIjoiMzIwMjExMDAwMDAwPTEsMzIwMjEzMDAwMDAwPTEiLCJhIjoieCJ9"),
		get("cursor of another edition", "/v1/places?cursor=eyJlIjoiMzIwMjExMDAwMDAwPTAiLCJhIjoiMSJ9"),
	})
	code := func(item map[string]any) string { return item["code"].(string) }
	whole := s.pages(t, "/v1/places?", "planner", 1000, code)
	for _, limit := range []int{1, 3, len(whole)} {
		if got := s.pages(t, "/v1/places?", "planner", limit, code); fmt.Sprint(got) != fmt.Sprint(whole) || len(whole) != 10 {
			t.Errorf("by %d: got %v, want %v", limit, got, whole)
		}
	}
}
