package api_test

import (
	"net/http"
	"testing"
)

// TestBR47Items follows a county's list from a draft over admissions to its effect, and what it refuses.
func TestBR47Items(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["county"] = token(t, s.store, "administrator", binhu)
	s.secrets["other"] = token(t, s.store, "administrator", liangxi)
	s.secrets["street"] = token(t, s.store, "dispatcher", street)
	lists := "/v1/item-lists/" + binhu
	post := func(name, as, target, body string) exchange {
		return exchange{name: name, method: http.MethodPost, target: target, header: asJSON, as: as, body: body}
	}
	first := `{"note":"第一版","items":[` +
		`{"code":"UM-001","name":"占道经营巡查","incident_kinds":["environment"],"department_org_code":"org-school","legal_basis":"条例第四十九条"},` +
		`{"code":"UM-002","name":"内部巡查","incident_kinds":["facility"],"hazard_kinds":["gas"],"public":false},` +
		`{"code":"NO-001","name":"行政处罚","incident_kinds":["dangerous_goods"],"negative":true}]}`
	second := `{"items":[{"code":"UM-001","name":"占道经营巡查（改名）","incident_kinds":["environment"],"department_org_code":"org-school"}]}`
	admission := `{"applicant_org_code":"org-school","resources":"两名协管员","legal_basis":"条例第四十九条"}`
	approve := `{"decision":"approve","approved_body":"区委、区政府","doc_no":"区办〔2026〕7号"}`
	s.all(t, []exchange{
		{name: "no list in effect", target: "/v1/items?county=" + binhu},
		post("create", "county", lists, first),
		post("not another county", "other", lists, first),
		post("not a street", "street", lists, first),
		post("not anybody", "", lists, first),
		post("no such county", "county", "/v1/item-lists/999999000000", first),
		post("unknown kind", "county", lists, `{"items":[{"code":"A","name":"x","incident_kinds":["dragons"]}]}`),
		post("no kinds", "county", lists, `{"items":[{"code":"A","name":"x"}]}`),
		post("no items", "county", lists, `{"items":[]}`),
		post("twice the same code", "county", lists, `{"items":[{"code":"A","name":"x","incident_kinds":["gas"]},{"code":"A","name":"y","incident_kinds":["gas"]}]}`),
		post("asked of grids and refused to them", "county", lists, `{"items":[{"code":"A","name":"x","incident_kinds":["gas"]},{"code":"B","name":"y","incident_kinds":["gas"],"negative":true}]}`),
		post("unknown department", "county", lists, `{"items":[{"code":"A","name":"x","incident_kinds":["gas"],"department_org_code":"org-moon"}]}`),
		post("unknown member", "county", lists, `{"items":[{"code":"A","name":"x","incident_kinds":["gas"],"colour":"red"}]}`),
		post("not approved", "county", lists+"/1/effect", ""),
		post("no such version", "county", lists+"/9/effect", ""),
		post("admission without resources", "county", lists+"/1/items/UM-001/admission", `{"applicant_org_code":"org-school","legal_basis":"x"}`),
		post("admission of nothing", "county", lists+"/1/items/UM-009/admission", admission),
		post("request", "county", lists+"/1/items/UM-001/admission", admission),
		post("request again", "county", lists+"/1/items/UM-001/admission", admission),
		post("decision without a body", "county", lists+"/1/items/UM-001/decision", `{"decision":"approve"}`),
		post("reject", "county", lists+"/1/items/UM-001/decision", `{"decision":"reject","approved_body":"区政府"}`),
		post("request after a rejection", "county", lists+"/1/items/UM-001/admission", admission),
		post("approve", "county", lists+"/1/items/UM-001/decision", approve),
		post("approve what nobody requested", "county", lists+"/1/items/UM-002/decision", approve),
		post("request the second", "county", lists+"/1/items/UM-002/admission", admission),
		post("approve the second", "county", lists+"/1/items/UM-002/decision", approve),
		post("effect", "county", lists+"/1/effect", ""),
		post("effect again", "county", lists+"/1/effect", ""),
		post("admission after the effect", "county", lists+"/1/items/UM-001/admission", admission),
		{name: "public list", target: "/v1/items?county=" + binhu},
		{name: "list for a street", target: "/v1/items?county=" + binhu, as: "street"},
		{name: "list of another county", target: "/v1/items?county=" + liangxi, as: "street"},
		{name: "list before there was one", target: "/v1/items?county=" + binhu + "&as_of=2020-01-01"},
		{name: "list of no county", target: "/v1/items"},
		post("second draft asks nothing new", "county", lists, second),
		post("second takes effect without admission", "county", lists+"/2/effect", ""),
		{name: "versions", target: lists, as: "street"},
		{name: "first version is retired", target: lists + "/1", as: "county"},
		{name: "versions are not public", target: lists},
		{name: "version of another county", target: lists + "/1", as: "other"},
		{name: "version that is no number", target: lists + "/one", as: "county"},
	})
}
