package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

func TestBR29WhomToContact(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["reader"], s.secrets["elsewhere"] = token(t, s.store, "reader", binhu), token(t, s.store, "reader", liangxi)
	steps := func(a answered) (steps []string) {
		for _, c := range a.Chain {
			steps = append(steps, c.Step)
			if c.Used != (a.Contact != nil && cmp.Equal(c, *a.Contact)) {
				t.Errorf("used is not the contact: %+v", a)
			}
		}
		return steps
	}
	for _, test := range []struct {
		x, y  float64
		as    string
		steps string
		name  string
	}{
		{0.5, 0.5, "", "posted community street", "网格员0001"},
		{1.6, 0.3, "", "posted base_worker community street", "网格员0004"},
		{1.6, 0.3, "reader", "posted grid_leader base_worker community street", "网格员0004"},
		{1.6, 0.3, "elsewhere", "posted base_worker community street", "网格员0004"},
		{1.5, 1.5, "", "community street", "水秀社区"}, // nobody is posted
	} {
		a := s.ask(t, where(test.x, test.y), test.as, http.StatusOK)
		if got := strings.Join(steps(a), " "); got != test.steps || a.Contact == nil || a.Contact.Name != test.name {
			t.Errorf("%v, %v as %q: %s, %+v", test.x, test.y, test.as, got, a.Contact)
		}
		names := fmt.Sprint(a.Workers)
		if strings.Contains(names, "网格员0003") != (test.as == "reader") {
			t.Errorf("%v, %v as %q: the workers %s", test.x, test.y, test.as, names)
		}
	}
	if kept := s.do(t, exchange{target: where(1.6, 0.3), as: "reader"}).Header.Get("Cache-Control"); kept != "private, no-store" {
		t.Errorf("what a token opens is kept: %q", kept)
	}
	s.secrets["none"] = "unknown"
	s.ask(t, where(0.5, 0.5), "none", http.StatusUnauthorized)
}

// TestLocateNetworks asks for the units of other services.
func TestLocateNetworks(t *testing.T) {
	t.Parallel()
	s := serve(t)
	addNetworks(t, s.store)
	if err := s.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.secrets["reader"] = token(t, s.store, "reader", "")
	all := func(x, y float64) string { return strings.Replace(where(x, y), "/v1/locate", "/v1/locate/all", 1) }
	s.all(t, []exchange{
		{name: "all", target: all(1.6, 0.3)},
		{name: "all in a void area", target: all(0.5, 1.5)},
		{name: "all outside", target: all(-1, 0.5)},
		{name: "all on the border of units", target: all(2, 0.5)},
		{name: "all as of a day to come", target: all(0.5, 0.5) + "&as_of=2099-01-01"},
		{name: "all of a layer", target: all(0.5, 0.5) + "&layer=base"},
		{name: "layer of a network", target: where(0.5, 0.5) + "&layer=JW"},
		{name: "layer of a network in a void area", target: where(0.5, 1.5) + "&layer=JW"},
		{name: "layer of a network without a unit there", target: where(2.5, 0.5) + "&layer=XF"},
		{name: "layer of a network of a disc", target: where(0.5, 0.5) + "&layer=JW&radius_m=10"},
		{name: "layer unknown", target: where(0.5, 0.5) + "&layer=CG"},
	})
	open := s.ask(t, all(0.5, 0.5), "", http.StatusOK)
	if jw, xf := open.Networks[0].Unit, open.Networks[1].Unit; jw.Phone != "" || jw.OrgCode != "" || xf.Phone != "119" || xf.OrgCode != "org-fire" {
		t.Errorf("what anybody sees: %+v", open.Networks)
	}
	closed := s.ask(t, all(0.5, 0.5), "reader", http.StatusOK)
	if jw := closed.Networks[0].Unit; jw.Phone != "110" || jw.OrgCode != "org-police" {
		t.Errorf("what a reader sees: %+v", closed.Networks)
	}
}

// addNetworks adds to the town a police network that covers both counties and overlaps between them, and a fire station in the west.
func addNetworks(t *testing.T, s *store.Store) {
	t.Helper()
	organizations := []grid.Organization{
		{Code: "org-police", Name: "公安分局", Kind: "department", Level: grid.LevelCounty, DivisionCode: binhu, PublicPhone: "12345"},
		{Code: "org-fire", Name: "消防救援站", Kind: "department", Level: grid.LevelCounty, DivisionCode: binhu, PublicPhone: "119", Public: true},
	}
	networks := []grid.Network{{Code: "JW", Name: "警务网", Kind: "police", HasFullCover: true}, {Code: "XF", Name: "消防网", Kind: "fire"}}
	units := []grid.ServiceUnit{
		{NetworkCode: "JW", ExternalCode: "JW2", Name: "西所", Org: "org-police", Phone: "110", Boundary: box(0, 0, 2, 2).Orb()},
		{NetworkCode: "JW", ExternalCode: "JW1", Name: "东所", Org: "org-police", Phone: "110", Boundary: box(1.9, 0, 1, 2).Orb()},
		{NetworkCode: "XF", ExternalCode: "XF1", Name: "消防站", Org: "org-fire", Boundary: box(0, 0, 2, 1).Orb()},
	}
	for _, err := range []error{
		s.ImportOrganizations(t.Context(), imported("organizations", len(organizations)), organizations),
		s.ImportNetworks(t.Context(), imported("networks", len(networks)), networks),
		s.ImportServiceUnits(t.Context(), imported("service_units", len(units)), units),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
