package intake_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestFilesOfTwoSystems imports grids in one transaction whose files are in different systems: each lies where its own one puts it.
func TestFilesOfTwoSystems(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	if summary, _, err := run(t, s, crs.WGS84, text("divisions", "divisions.csv", townDivisions), text("organizations", "organizations.csv", townOrganizations)); err != nil {
		t.Fatal(summary.Text(), err)
	}
	var ring []string
	for _, corner := range [][2]float64{{120.002, 31.012}, {120.005, 31.012}, {120.005, 31.015}, {120.002, 31.015}, {120.002, 31.012}} {
		moved := crs.GCJ02.FromWGS84(corner)
		ring = append(ring, fmt.Sprintf("%.7f %.7f", moved[0], moved[1]))
	}
	school := text("dedicated_grids", "dedicated.csv",
		"code,name,dedicated_kind,host_org_code,wkt\n320211001001801,School,school,O1,\"POLYGON(("+strings.Join(ring, ",")+"))\"\n")
	school.CRS = crs.GCJ02
	base := text("base_grids", "grids.csv", townGrids)
	base.CRS = crs.WGS84
	if summary, rejects, err := run(t, s, "", base, school); err != nil || len(rejects) > 0 {
		t.Fatal(summary.Text(), lines(rejects), err)
	}
	city, err := s.City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]struct {
		middle orb.Point
		system crs.System
	}{"320211001001801": {orb.Point{120.0035, 31.0135}, crs.GCJ02}, "320211001001001": {orb.Point{120.005, 31.015}, crs.WGS84}} {
		g, _ := city.Grid(code)
		if got := g.Boundary.Bound().Center(); planar.Distance(got, want.middle) > 1e-6 || g.SourceCRS != string(want.system) {
			t.Errorf("%s lies about %v, declared as %s; want %v", code, got, g.SourceCRS, want)
		}
	}
}
