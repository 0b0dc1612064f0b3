package edition_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// at returns the point (x, y) in units, in degrees.
func at(x, y float64) orb.Point {
	return geo.Point{X: int32(x * unit), Y: int32(y * unit)}.Orb()
}

// area returns the polygon with the vertices x, y, x, y, … in units.
func area(xy ...float64) orb.MultiPolygon {
	var ring orb.Ring
	for i := 0; i < len(xy); i += 2 {
		ring = append(ring, at(xy[i], xy[i+1]))
	}
	return orb.MultiPolygon{{append(ring, ring[0])}}
}

func line(xy ...float64) *geojson.Geometry {
	var l orb.LineString
	for i := 0; i < len(xy); i += 2 {
		l = append(l, at(xy[i], xy[i+1]))
	}
	return geojson.NewGeometry(l)
}

// zigzag returns a line that crosses A002 from side to side so many times.
func zigzag(times int) *geojson.Geometry {
	var l orb.LineString
	for i := range times + 1 {
		x, y := .9, .1+2.8*float64(i)/float64(times)
		if i%2 == 1 {
			x = 2.1
		}
		l = append(l, at(x, y))
	}
	return geojson.NewGeometry(l)
}

// tangle returns a line of n vertices all over A002.
func tangle(n int) *geojson.Geometry {
	l := make(orb.LineString, n)
	for i := range l {
		l[i] = at(1+float64(i*7919%1009)/1009, 4*float64(i*104729%1013)/1013)
	}
	return geojson.NewGeometry(l)
}

func drawn(xy ...float64) *geojson.Geometry { return geojson.NewGeometry(area(xy...)) }

func point(x, y float64) *orb.Point {
	p := at(x, y)
	return &p
}

// The communities of the district: A and B of one county, C of another.
const (
	commA = "990101001001"
	commB = "990101001002"
	commC = "990102001001"
	ctyC  = "990102000000"
)

var letters = strings.NewReplacer(commA, "A", commB, "B", commC, "C")

// long writes codes out: A001 is grid 001 of community A.
var long = strings.NewReplacer("A", commA, "B", commB, "C", commC)

func codes(short ...string) []string {
	var all []string
	for _, s := range short {
		all = append(all, long.Replace(s))
	}
	return all
}

func count(n int) *int { return &n }

// district is a city of two counties, 8 by 4 units. A002 has 200 households, and nobody knows how many B002 has.
//
//	+----+----+----+----+----+----+----+----+
//	|    |    |V01 |    |    |    |    |    |
//	|    |    +----+    |    |    |    |    |
//	|A001|A002|A003|B001|B002|B003|C001|C002|
//	|801 |802 |    |    |    |    |    |    |
//	+----+----+----+----+----+----+----+----+
func district(t testing.TB, settings grid.Settings) *edition.City {
	t.Helper()
	home := area(0, 0, 6, 0, 6, 4, 0, 4)
	divisions := []grid.Division{
		division("990100000000", grid.LevelCity, "", "", area(0, 0, 6, 0, 8, 0, 8, 4, 6, 4, 0, 4)),
		division(cty, grid.LevelCounty, "990100000000", cty, home),
		division("990101001000", grid.LevelStreet, cty, cty, area(0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 6, 4, 5, 4, 4, 4, 3, 4, 2, 4, 1, 4, 0, 4)),
		division(commA, grid.LevelCommunity, "990101001000", cty, area(0, 0, 1, 0, 2, 0, 3, 0, 3, 3, 3, 4, 2, 4, 1, 4, 0, 4)),
		division(commB, grid.LevelCommunity, "990101001000", cty, area(3, 0, 4, 0, 5, 0, 6, 0, 6, 4, 5, 4, 4, 4, 3, 4, 3, 3)),
		division(ctyC, grid.LevelCounty, "990100000000", ctyC, area(6, 0, 8, 0, 8, 4, 6, 4)),
		division("990102001000", grid.LevelStreet, ctyC, ctyC, area(6, 0, 8, 0, 8, 4, 6, 4)),
		division(commC, grid.LevelCommunity, "990102001000", ctyC, area(6, 0, 7, 0, 8, 0, 8, 4, 7, 4, 6, 4)),
	}
	base := func(id int64, short, county string, households *int, boundary orb.MultiPolygon) grid.Grid {
		code := long.Replace(short)
		return grid.Grid{
			ID: id, VersionID: 10 + id, Code: code, Kind: grid.Base, Name: "grid " + short, CommunityCode: code[:12], CountyCode: county,
			Boundary: boundary, Households: households, SourceCRS: "cgcs2000",
		}
	}
	dedicated := func(id int64, short string, boundary orb.MultiPolygon) grid.Grid {
		g := base(id, short, cty, nil, boundary)
		g.Kind, g.DedicatedKind, g.HostOrg = grid.Dedicated, "school", "ORG1"
		return g
	}
	first, err := edition.New(edition.Contents{
		Info: grid.EditionInfo{CountyCode: cty, Number: 1, Proven: true},
		Base: []grid.Grid{
			base(1, "A001", cty, count(100), area(0, 0, 1, 0, 1, 4, 0, 4)),
			base(2, "A002", cty, count(200), area(1, 0, 2, 0, 2, 3, 2, 4, 1, 4)),
			base(3, "A003", cty, count(300), area(2, 0, 3, 0, 3, 3, 2, 3)),
			base(4, "B001", cty, count(100), area(3, 0, 4, 0, 4, 4, 3, 4, 3, 3)),
			base(5, "B002", cty, nil, area(4, 0, 5, 0, 5, 4, 4, 4)),
			base(6, "B003", cty, count(300), area(5, 0, 6, 0, 6, 4, 5, 4)),
		},
		Dedicated: []grid.Grid{dedicated(7, "A801", area(.25, 1, .75, 1, .75, 2, .25, 2)), dedicated(8, "A802", area(1.25, 1, 1.75, 1, 1.75, 2, 1.25, 2))},
		Voids:     []grid.VoidArea{{ID: 1, Code: commA + "-V01", CommunityCode: commA, CountyCode: cty, Reason: "water", Boundary: area(2, 3, 3, 3, 3, 4, 2, 4)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	second, err := edition.New(edition.Contents{
		Info: grid.EditionInfo{CountyCode: ctyC, Number: 4, Proven: true},
		Base: []grid.Grid{
			base(11, "C001", ctyC, count(50), area(6, 0, 7, 0, 7, 4, 6, 4)),
			base(12, "C002", ctyC, count(60), area(7, 0, 8, 0, 8, 4, 7, 4)),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := edition.NewCity(divisions, []*edition.Edition{first, second}, settings)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// summary describes parts: a code with its area in hundredths of a square unit and its households.
func summary(t testing.TB, parts []grid.PlanPart) string {
	t.Helper()
	var all []string
	for _, p := range parts {
		s := letters.Replace(p.Code)
		switch {
		case p.Removed:
			s = "-" + s
		case p.Void != nil:
			s += " " + size(t, p.Void.Boundary)
		default:
			if s += " " + size(t, p.Grid.Boundary); p.Grid.Households != nil {
				s += fmt.Sprintf(" hh %d", *p.Grid.Households)
			}
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

func size(t testing.TB, boundary orb.MultiPolygon) string {
	m, err := geo.FromOrb(boundary)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%.0f", 100*geo.PlanarArea(m)/unit/unit)
}

func TestApply(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change grid.Change
		want   string
	}{
		{"rename", grid.Change{Op: "rename", Grid: "A001", Name: " East "}, "A001 400 hh 100"},
		{"rename a void area", grid.Change{Op: "rename", Grid: "A-V01", Name: "Lake"}, "A-V01 100"},
		{"reclassify", grid.Change{Op: "reclassify", Grid: "A801", DedicatedKind: "hospital"}, "A801 50"},
		{"change host", grid.Change{Op: "change_host", Grid: "A801", HostOrg: "ORG2"}, "A801 50"},
		{"retire a dedicated grid", grid.Change{Op: "retire", Grid: "A801"}, "-A801"},

		{"retire a base grid", grid.Change{Op: "retire", Grid: "A001", Into: "A002"}, "-A001, A002 800 hh 300"},
		{"retire one of unknown households", grid.Change{Op: "retire", Grid: "B002", Into: "B001"}, "B001 800, -B002"},

		{"split in halves: all get new codes", grid.Change{Op: "split", Grid: "A002", Line: line(1, 0, 2, 4)}, "-A002, A004 200 hh 100, A005 200 hh 100"},
		{"split, one part keeps the code", grid.Change{Op: "split", Grid: "A002", Line: line(.9, 3.5, 2.1, 3.5)}, "A001 400 hh 100, A002 350 hh 175, A004 50 hh 25, A-V01 100"},
		{"split, one part is just the keep share", grid.Change{Op: "split", Grid: "A002", Line: line(.9, 3.2, 2.1, 3.2)}, "A001 400 hh 100, A002 320 hh 160, A004 80 hh 40, A-V01 100"},
		{"split, no part is quite the keep share", grid.Change{Op: "split", Grid: "A002", Line: line(.9, 3.1999, 2.1, 3.1999)}, "A001 400 hh 100, -A002, A004 320 hh 160, A005 80 hh 40, A-V01 100"},
		{"split by a line that falls short", grid.Change{Op: "split", Grid: "A002", Line: line(1.001, 3, 1.999, 3), SnapM: 20}, "A001 400 hh 100, -A002, A004 300 hh 150, A005 100 hh 50"},
		{"split a dedicated grid", grid.Change{Op: "split", Grid: "A801", Line: line(.5, .5, .5, 2.5)}, "-A801, A803 25, A804 25"},
		{"split, codes given", grid.Change{Op: "split", Grid: "A002", Line: line(1, 0, 2, 4), Codes: []string{"A077", "A011"}}, "-A002, A011 200 hh 100, A077 200 hh 100"},

		{"merge: a new code", grid.Change{Op: "merge", Grids: []string{"A002", "A001"}}, "-A001, -A002, A004 800 hh 300"},
		{"merge what borders on a junction", grid.Change{Op: "merge", Grids: []string{"A002", "A003"}}, "-A002, -A003, A004 700 hh 500"},

		{"shift a border along a line", grid.Change{Op: "shift", Grid: "A001", Line: line(1, 0, 1.2, 1, 1.2, 3, 1, 4)}, "A001 460 hh 130, A002 340 hh 170"},
		{"shift an area", grid.Change{Op: "shift", Area: drawn(.5, 1, 2.5, 1, 2.5, 2, .5, 2), Into: "A002"}, "A001 350 hh 88, A002 500 hh 262, A003 250 hh 250"},
		{"shift an area out of some", grid.Change{Op: "shift", Area: drawn(.5, 1, 2.5, 1, 2.5, 2, .5, 2), Into: "A002", From: []string{"A001"}}, "A001 350 hh 88, A002 450 hh 212"},
		{"shift an area beyond the community", grid.Change{Op: "shift", Area: drawn(1, 1, 3.5, 1, 3.5, 2, 1, 2), Into: "A003"}, "A001 400 hh 100, A002 300 hh 150, A003 400 hh 350"},
		{"shift the area of a dedicated grid", grid.Change{Op: "shift", Grid: "A801", Area: drawn(.5, 1, 1.25, 1, 1.25, 2, .5, 2)}, "A801 75"},
		{"shift an area to a dedicated grid", grid.Change{Op: "shift", Into: "A801", Area: drawn(.5, 1, 1.5, 1, 1.5, 2, .5, 2)}, "A801 100"},
		{"shift an area from dedicated to dedicated", grid.Change{Op: "shift", Into: "A801", From: []string{"A802"}, Area: drawn(.5, 1, 1.5, 1, 1.5, 2, .5, 2)}, "A801 125, A802 25"},
		{"move a vertex", grid.Change{Op: "shift", Vertex: point(2, 3), To: point(2, 2)}, "A002 400 hh 200, A003 250 hh 300, A-V01 150"},
		{"insert a vertex", grid.Change{Op: "shift", Vertex: point(1, 1), Action: "insert"}, "A001 400 hh 100, A002 400 hh 200"},
		{"move a vertex of a dedicated grid", grid.Change{Op: "shift", Grid: "A801", Vertex: point(.75, 1), To: point(1, 1)}, "A801 62"},

		{"create a base grid", grid.Change{Op: "create", Name: "New", Area: drawn(.5, 1, 2.5, 1, 2.5, 2, .5, 2)}, "A001 350 hh 88, A002 300 hh 150, A003 250 hh 250, A004 200 hh 112"},
		{"create out of some", grid.Change{Op: "create", Name: "New", From: []string{"A001"}, Area: drawn(.5, 1, 2.5, 1, 2.5, 2, .5, 2)}, "A001 350 hh 88, A002 400 hh 200, A004 50 hh 12"},
		{"create in a community", grid.Change{Op: "create", Name: "New", Community: "A", Area: drawn(2.5, 1, 3.5, 1, 3.5, 2, 2.5, 2)}, "A003 250 hh 250, A004 50 hh 50, B001 400 hh 100"},
		{"create a dedicated grid", grid.Change{Op: "create", Kind: "dedicated", Name: "Campus", DedicatedKind: "school", HostOrg: "ORG1", Area: drawn(2.25, 1, 2.75, 1, 2.75, 2, 2.25, 2)}, "A803 50"},
		{"create a dedicated grid across communities", grid.Change{Op: "create", Kind: "dedicated", Name: "Campus", DedicatedKind: "school", HostOrg: "ORG1", Area: drawn(2.75, 1, 3.5, 1, 3.5, 2, 2.75, 2)}, "B800 75"},
		{"create a dedicated grid of a named home", grid.Change{Op: "create", Kind: "dedicated", Name: "Campus", DedicatedKind: "school", HostOrg: "ORG1", Community: "A", Area: drawn(2.75, 1, 3.5, 1, 3.5, 2, 2.75, 2)}, "A803 75"},

		{"carve a void area", grid.Change{Op: "carve_void", Reason: "military", Area: drawn(.5, 1, 1.5, 1, 1.5, 2, .5, 2)}, "A001 350 hh 100, A002 350 hh 200, A-V02 100"},
		{"fill a void area", grid.Change{Op: "fill_void", Grid: "A-V01", Into: "A003"}, "A003 400 hh 300, -A-V01"},
		{"transfer", grid.Change{Op: "transfer", Grid: "A003", Community: "B"}, "-A003, B004 300 hh 300"},
		{"transfer a void area", grid.Change{Op: "transfer", Grid: "A-V01", Community: "B"}, "-A-V01, B-V01 100"},
		{"transfer a dedicated grid that is nowhere else", grid.Change{Op: "transfer", Grid: "A801", Community: "B"}, "error plan: field community_code: 990101001001801 covers nothing of community"},

		{"two counties", grid.Change{Op: "split", Grid: "C001", Line: line(5.5, 1.5, 7.5, 1.5)}, "B003 400 hh 300, -C001, C002 400 hh 60, C003 250 hh 31, C004 150 hh 19"},

		{"an operation that is none", grid.Change{Op: "swap"}, "error plan: field op: there is no operation"},
		{"import", grid.Change{Op: "import"}, "error plan: field op"},
		{"no code", grid.Change{Op: "rename", Name: "x"}, "error required: field grid"},
		{"an unknown code", grid.Change{Op: "rename", Grid: "A999", Name: "x"}, "error unknown: field grid: the draft has no"},
		{"no name", grid.Change{Op: "rename", Grid: "A001", Name: " "}, "error required: field name"},
		{"the same name", grid.Change{Op: "rename", Grid: "A001", Name: "grid A001"}, "error no_change"},
		{"reclassify a base grid", grid.Change{Op: "reclassify", Grid: "A001", DedicatedKind: "school"}, "error plan: field grid: 990101001001001 is a base grid"},
		{"change host to none", grid.Change{Op: "change_host", Grid: "A801"}, "error required: field host_org_code"},
		{"retire into nothing", grid.Change{Op: "retire", Grid: "A001"}, "error required: field into"},
		{"retire into no neighbour", grid.Change{Op: "retire", Grid: "A001", Into: "A003"}, "error 990101001001001 and the others do not hang together"},
		{"retire into another community", grid.Change{Op: "retire", Grid: "A003", Into: "B001"}, "error plan: field into: 990101001002001 is of community 990101001002"},
		{"retire into itself", grid.Change{Op: "retire", Grid: "A003", Into: "A003"}, "error plan: field into"},
		{"split without a line", grid.Change{Op: "split", Grid: "A001"}, "error required: field line"},
		{"split by an area", grid.Change{Op: "split", Grid: "A001", Line: drawn(0, 0, 1, 0, 1, 1)}, "error the drawn line: geometry breaks rule geometry_type"},
		{"split beside", grid.Change{Op: "split", Grid: "A001", Line: line(2.5, 0, 2.5, 1)}, "error the line does not divide 990101001001001"},
		{"split, a code that is used", grid.Change{Op: "split", Grid: "A002", Line: line(1, 0, 2, 4), Codes: []string{"A003"}}, "error QC-12"},
		{"split, the same code twice", grid.Change{Op: "split", Grid: "A002", Line: line(1, 0, 2, 4), Codes: []string{"A009", "A009"}}, "error QC-12"},
		{"split, a code of another community", grid.Change{Op: "split", Grid: "A002", Line: line(1, 0, 2, 4), Codes: []string{"B009"}}, "error QC-11"},
		{"split into too many", grid.Change{Op: "split", Grid: "A002", Line: zigzag(101)}, "error plan: field line: it divides 990101001001002 into 102 parts, a split makes 100 at most"},
		{"split by a tangle", grid.Change{Op: "split", Grid: "A002", Line: tangle(20_000)}, "error what is drawn for 990101001001002 crosses itself or borders too often"},
		{"shift a border that the line does not meet", grid.Change{Op: "shift", Grid: "A002", Line: line(1.2, 1, 1.8, 1)}, "error the line does not meet the border of 990101001001002 twice"},
		{"merge one", grid.Change{Op: "merge", Grids: []string{"A001", "A001"}}, "error required: field grids"},
		{"merge two kinds", grid.Change{Op: "merge", Grids: []string{"A001", "A801"}}, "error plan: field grids"},
		{"merge two communities", grid.Change{Op: "merge", Grids: []string{"A003", "B001"}}, "error plan: field grids"},
		{"merge no neighbours", grid.Change{Op: "merge", Grids: []string{"A001", "A003"}}, "error 990101001001001 and the others do not hang together"},
		{"shift of nothing", grid.Change{Op: "shift", Grid: "A001"}, "error plan: field line: give one of"},
		{"shift of two", grid.Change{Op: "shift", Grid: "A001", Line: line(0, 0, 1, 1), Area: drawn(0, 0, 1, 0, 1, 1)}, "error plan: field line: give one of"},
		{"shift all of a grid", grid.Change{Op: "shift", Into: "A002", Area: drawn(-1, -1, 1.5, -1, 1.5, 5, -1, 5)}, "error nothing would be left of a grid"},
		{"shift from another community", grid.Change{Op: "shift", Into: "A003", From: []string{"B001"}, Area: drawn(2.5, 1, 3.5, 1, 3.5, 2, 2.5, 2)}, "error plan: field from: 990101001002001 is of community"},
		{"shift an area of a base grid", grid.Change{Op: "shift", Grid: "A001", Area: drawn(0, 0, 1, 0, 1, 1)}, "error name the grid that the area goes to"},
		{"move no vertex", grid.Change{Op: "shift", Vertex: point(.5, .5), To: point(1, 1)}, "error there is no border of the grids there near enough"},
		{"move a vertex of the outline", grid.Change{Op: "shift", Vertex: point(0, 0), To: point(.1, .1)}, "error the outline of the plan's counties stays"},
		{"move a vertex nowhere", grid.Change{Op: "shift", Vertex: point(2, 3)}, "error required: field to"},
		{"an action that is none", grid.Change{Op: "shift", Vertex: point(2, 3), Action: "jump"}, "error plan: field action"},
		{"create without a name", grid.Change{Op: "create", Area: drawn(0, 0, 1, 0, 1, 1)}, "error required: field name"},
		{"create without an area", grid.Change{Op: "create", Name: "New"}, "error required: field area"},
		{"create a void", grid.Change{Op: "create", Kind: "void", Name: "New", Area: drawn(0, 0, 1, 0, 1, 1)}, "error plan: field kind"},
		{"create across communities", grid.Change{Op: "create", Name: "New", Area: drawn(2.5, 1, 3.5, 1, 3.5, 2, 2.5, 2)}, "error borders between communities stay"},
		{"create outside", grid.Change{Op: "create", Name: "New", Area: drawn(-3, 1, -2, 1, -2, 2, -3, 2)}, "error the area takes nothing"},
		{"create in an unknown community", grid.Change{Op: "create", Name: "New", Community: "Z", Area: drawn(0, 0, 1, 0, 1, 1)}, "error plan: field community_code"},
		{"create a dedicated grid without a host", grid.Change{Op: "create", Kind: "dedicated", Name: "Campus", DedicatedKind: "school", Area: drawn(2.25, 1, 2.75, 1, 2.75, 2)}, "error required: field host_org_code"},
		{"create a dedicated grid over another", grid.Change{Op: "create", Kind: "dedicated", Name: "Campus", DedicatedKind: "school", HostOrg: "ORG1", Area: drawn(.5, 1, 1, 1, 1, 2, .5, 2)}, "error BR-12: field area: it overlaps dedicated grid 990101001001801"},
		{"create a dedicated grid outside", grid.Change{Op: "create", Kind: "dedicated", Name: "Campus", DedicatedKind: "school", HostOrg: "ORG1", Area: drawn(-.5, 5, 1, 5, 1, 6)}, "error plan: field area"},
		{"carve without a reason", grid.Change{Op: "carve_void", Area: drawn(0, 0, 1, 0, 1, 1)}, "error required: field reason"},
		{"fill into another community", grid.Change{Op: "fill_void", Grid: "A-V01", Into: "B001"}, "error plan: field into"},
		{"fill a grid", grid.Change{Op: "fill_void", Grid: "A001", Into: "A002"}, "error plan: field grid: 990101001001001 is a base grid, this takes void"},
		{"transfer to the same", grid.Change{Op: "transfer", Grid: "A003", Community: "A"}, "error plan: field community_code"},
		{"transfer to no neighbour", grid.Change{Op: "transfer", Grid: "A001", Community: "B"}, "error plan: field community_code: 990101001001001 shares no border"},
		{"transfer to another county", grid.Change{Op: "transfer", Grid: "B003", Community: "C"}, "error plan: field community_code: 990101001002003 is of county"},
		{"transfer to no community", grid.Change{Op: "transfer", Grid: "B003", Community: "990101001000"}, "error plan: field community_code: there is no community"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := district(t, grid.DefaultSettings())
			d, err := c.Draft([]string{ctyC, cty}, nil)
			if err != nil {
				t.Fatal(err)
			}
			next, result, err := d.Apply(written(tt.change), nil)
			if want, ok := strings.CutPrefix(tt.want, "error "); ok {
				if err == nil || !strings.HasPrefix(err.Error(), want) {
					t.Fatalf("\n got %s, %v\nwant %s", summary(t, result.Parts), err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := summary(t, result.Parts); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
			if got := summary(t, next.Parts()); got != tt.want {
				t.Errorf("the draft has\n    %s\nwant %s", got, tt.want)
			}
			proveDraft(t, next)
		})
	}
}

// proveDraft fails unless the whole city with the draft in force tiles (L1): its community outlines are those of the draft, and the
// counties have the area that they had.
func proveDraft(t testing.TB, d *edition.Draft) {
	t.Helper()
	c, err := d.City(map[string]int{cty: 2, ctyC: 5}, time.Time{}, func(string) int64 { return 99 })
	if err != nil {
		t.Fatal(err)
	}
	for _, county := range d.Counties() {
		e := c.Edition(county)
		for _, f := range c.Faults(e) {
			t.Errorf("%s of %v in %s, %.2f m²", f.Kind, f.GridCodes, f.CommunityCode, f.AreaM2)
		}
		if !e.Info().Proven {
			t.Errorf("the edition of %s is not proven", county)
		}
		outline, err := geo.FromOrb(c.Division(county).Outline)
		if err != nil {
			t.Fatal(err)
		}
		sum := int64(0)
		for _, part := range e.Tiling() {
			sum += part.TwiceArea()
		}
		if want := outline.TwiceArea(); sum != want {
			t.Errorf("%s: the parts have %d half units, the county %d", county, sum, want)
		}
	}
}

// written writes the codes of a change out.
func written(ch grid.Change) grid.Change {
	ch.Grid, ch.Into, ch.Community = long.Replace(ch.Grid), long.Replace(ch.Into), long.Replace(ch.Community)
	ch.Grids, ch.From, ch.Codes = codes(ch.Grids...), codes(ch.From...), codes(ch.Codes...)
	return ch
}
