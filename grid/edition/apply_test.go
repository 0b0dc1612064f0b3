package edition_test

import (
	"fmt"
	"strings"
	"testing"

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

		{"split in halves: all get new codes", grid.Change{Op: "split", Grid: "A002", Line: line(1, 0, 1.5, 2, 2, 4)}, "-A002, A004 200 hh 100, A005 200 hh 100"},
		{"split, one part keeps", grid.Change{Op: "split", Grid: "A002", Line: line(.9, 3.5, 2.1, 3.5)}, "A001 400 hh 100, A002 350 hh 175, A004 50 hh 25, A-V01 100"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := district(t, grid.DefaultSettings())
			d, err := c.Draft([]string{cty}, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, result, err := d.Apply(written(tt.change), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := summary(t, result.Parts); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// written writes the codes of a change out.
func written(ch grid.Change) grid.Change {
	ch.Grid, ch.Into, ch.Community = long.Replace(ch.Grid), long.Replace(ch.Into), long.Replace(ch.Community)
	ch.Grids, ch.From, ch.Codes = codes(ch.Grids...), codes(ch.From...), codes(ch.Codes...)
	return ch
}

