package live_test

import (
	"testing"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// TestNetworksAreReadWithTheirImports keeps networks and organisations over changes of other things, in other times too.
func TestNetworksAreReadWithTheirImports(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	fill(t, s, "divisions", "organizations", "base_grids", "void_areas")
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	refresh := func() *live.State {
		t.Helper()
		if err := l.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		return l.Now()
	}
	before := l.Now()
	if len(before.Networks()) != 0 {
		t.Fatalf("%d networks before any import", len(before.Networks()))
	}
	fill(t, s, "networks", "service_units")
	after := refresh()
	if len(after.Networks()) != 3 || after.Network("JW") == nil || after.Network("none") != nil || len(before.Networks()) != 0 {
		t.Fatalf("%d networks after the import", len(after.Networks()))
	}
	if after.City.Editions()[0] != before.City.Editions()[0] {
		t.Error("an edition was loaded again for the sake of networks")
	}
	unit := after.Network("JW").Units()[0]
	inside, err := geo.FromOrb(unit.Boundary)
	if err != nil {
		t.Fatal(err)
	}
	if units, onBorder := after.Network("JW").At(geo.PointOnSurface(inside)); len(units) != 1 || units[0].ExternalCode != unit.ExternalCode || onBorder {
		t.Errorf("in unit %s: %v, %v", unit.ExternalCode, units, onBorder)
	}
	office := after.Organization(unit.Org)
	if office == nil || office != before.Organization(unit.Org) || len(after.OrganizationsOf(office.DivisionCode)) == 0 || after.Organization("none") != nil {
		t.Errorf("the organisation %s: %v", unit.Org, office)
	}
	fill(t, s, "workers", "posts")
	later := refresh()
	if later == after || later.Network("JW") != after.Network("JW") {
		t.Error("networks were read again after an import of workers")
	}
	then, err := l.At(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if then.Network("JW") != later.Network("JW") || then.Organization(unit.Org) == nil {
		t.Error("a state of another time has no networks or organisations")
	}
}
