package store_test

import (
	"testing"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestItemsAudit: an act on one item of a list leaves that item in the audit, before and after, not the list.
func TestItemsAudit(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	city := town(t, s)
	staff(t, s, southWest+"001")
	administrator := grid.Actor{Name: "admin", Role: grid.RoleAdministrator}
	list := grid.ItemList{CountyCode: countyCode, Items: []grid.ServiceItem{
		{Code: "P-1", Name: "燃气巡查", IncidentKinds: []string{"gas"}},
		{Code: "P-2", Name: "人群", IncidentKinds: []string{"crowd"}},
	}}
	if _, err := s.CreateItemList(t.Context(), administrator, city, list); err != nil {
		t.Fatal(err)
	}
	admission := grid.Admission{ApplicantOrg: "ORG", Resources: "两人", LegalBasis: "条例"}
	if _, err := s.RequestAdmission(t.Context(), administrator, city, countyCode, 1, "P-1", admission); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DecideAdmission(t.Context(), administrator, city, countyCode, 1, "P-1", true, "街道党工委", ""); err != nil {
		t.Fatal(err)
	}
	for action, items := range map[string]int{"create": 2, "request_admission": 1, "decide_admission": 1} {
		n := count(t, tx, `SELECT jsonb_array_length(after -> 'Items') FROM audit WHERE object_type = 'item_list' AND action = $1`, action)
		if n != items {
			t.Errorf("%s: %d items in the audit, want %d", action, n, items)
		}
	}
}
