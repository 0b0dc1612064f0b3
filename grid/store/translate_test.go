package store_test

import (
	"errors"
	"testing"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestUnknownCodes names what is not there: the answer is about the field that was sent, in words, not about keys and tables.
func TestUnknownCodes(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	orgs := []grid.Organization{organization("campus", "institution", "county", countyCode)}
	if err := s.ImportOrganizations(t.Context(), newImport("organizations", 1), orgs); err != nil {
		t.Fatal(err)
	}
	campus := grid.Change{Op: grid.OpCreate, Kind: grid.Dedicated, Name: "校园", DedicatedKind: "school", Area: area(1, 1, 3, 3)}
	host, worker := campus, campus
	host.HostOrg, worker.HostOrg, worker.PostWorker = `无"此)单位`, "campus", "W-404"
	zoo := campus
	zoo.HostOrg, zoo.DedicatedKind = "campus", "zoo"
	carve := grid.Change{Op: grid.OpCarveVoid, Reason: "nope", Area: area(1, 1, 3, 3)}
	for name, c := range map[string]struct {
		change grid.Change
		want   grid.RuleError
	}{
		"a host":   {host, grid.RuleError{Rule: "unknown_code", Field: "host_org_code", Detail: `there is no organisation "无\"此)单位"`}},
		"a worker": {worker, grid.RuleError{Rule: "unknown_code", Field: "post_worker_code", Detail: `there is no worker "W-404"`}},
		"a kind": {zoo, grid.RuleError{Rule: "enum", Field: "dedicated_kind", Detail: `"zoo" is not a dedicated_kind: it is to be one of government, public_institution, enterprise, school, hospital, ` +
			`industrial_park, office_building, business_district, market, transport_hub, scenic_area, construction_site, sea_area, other`}},
		"a reason": {carve, grid.RuleError{Rule: "enum", Field: "reason", Detail: `"nope" is not a void_reason: it is to be one of water, military, under_handover, disputed, other`}},
	} {
		_, err := s.EditPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, c.change)
		var rule *grid.RuleError
		if !errors.As(err, &rule) || *rule != c.want {
			t.Errorf("%s: got %v, want %v", name, err, &c.want)
		}
	}
	d.state(grid.Draft)
}
