package edition_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// square returns the square with the south-west corner (x, y) and the side, in lattice units, in degrees.
func square(x, y, side int32) orb.MultiPolygon {
	return geo.MultiPolygon{{{{X: x, Y: y}, {X: x + side, Y: y}, {X: x + side, Y: y + side}, {X: x, Y: y + side}}}}.Orb()
}

const (
	unit = 10_000 // lattice units: about 100 m
	cty  = "990101000000"
	comm = "990101001001"
)

func division(code, level, parent, county string, outline orb.MultiPolygon) grid.Division {
	return grid.Division{Code: code, Level: level, Name: code, ParentCode: parent, CountyCode: county, Outline: outline, LabelPoint: outline[0][0][0]}
}

// town is a city of one community, 4 by 2 units: two base grids of 1 unit side by side, a void area on top of the first, and
// nothing on top of the second; a dedicated grid lies over the second. East of it is another county with one grid.
//
//	+------+------+-------------+
//	| void | none |             |
//	+------+------+   county    |
//	|  1   | 2 (D)|      2      |
//	+------+------+-------------+
func town(t *testing.T) *edition.City {
	t.Helper()
	city := square(0, 0, 4*unit)
	divisions := []grid.Division{
		division("990100000000", grid.LevelCity, "", "", city),
		division(cty, grid.LevelCounty, "990100000000", cty, square(0, 0, 2*unit)),
		division("990101001000", grid.LevelStreet, cty, cty, square(0, 0, 2*unit)),
		division(comm, grid.LevelCommunity, "990101001000", cty, square(0, 0, 2*unit)),
		division("990102000000", grid.LevelCounty, "990100000000", "990102000000", square(2*unit, 0, 2*unit)),
		division("990102001000", grid.LevelStreet, "990102000000", "990102000000", square(2*unit, 0, 2*unit)),
		division("990102001001", grid.LevelCommunity, "990102001000", "990102000000", square(2*unit, 0, 2*unit)),
	}
	first, err := edition.New(edition.Contents{
		Info: grid.EditionInfo{CountyCode: cty, Number: 1},
		Base: []grid.Grid{
			{ID: 2, Code: comm + "002", Kind: grid.Base, CommunityCode: comm, CountyCode: cty, Boundary: square(unit, 0, unit)},
			{ID: 1, Code: comm + "001", Kind: grid.Base, CommunityCode: comm, CountyCode: cty, Boundary: square(0, 0, unit)},
		},
		Dedicated: []grid.Grid{{ID: 9, Code: comm + "801", Kind: grid.Dedicated, CommunityCode: comm, CountyCode: cty, Boundary: square(unit+unit/2, unit/4, unit/4)}},
		Voids:     []grid.VoidArea{{Code: comm + "V1", CommunityCode: comm, CountyCode: cty, Reason: "water", Boundary: square(0, unit, unit)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	second, err := edition.New(edition.Contents{
		Info: grid.EditionInfo{CountyCode: "990102000000", Number: 3},
		Base: []grid.Grid{{ID: 5, Code: "990102001001001", Kind: grid.Base, CommunityCode: "990102001001", CountyCode: "990102000000", Boundary: square(2*unit, 0, 2*unit)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := edition.NewCity(divisions, []*edition.Edition{second, first}, grid.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func describe(a edition.Answer) string {
	s := string(a.Outcome)
	if a.Base != nil {
		s += " base " + a.Base.Code[9:]
	}
	if a.Dedicated != nil {
		s += " dedicated " + a.Dedicated.Code[9:]
	}
	if a.Void != nil {
		s += " void " + a.Void.Reason
	}
	if a.Division != nil {
		s += " in " + a.Division.Level
	}
	if a.OnBoundary {
		s += " on boundary"
	}
	for _, g := range a.Owners {
		s += " with " + g.Code[9:]
	}
	for _, n := range a.Near {
		s += " near " + n.Grid.Code[9:]
	}
	if a.FallbackM > 0 {
		s += fmt.Sprintf(" fallback %.0f m", a.FallbackM)
	}
	for _, e := range a.Editions {
		s += fmt.Sprintf(" [%s=%d]", e.CountyCode[:6], e.Number)
	}
	return s
}

func TestLocate(t *testing.T) {
	c := town(t)
	for _, tt := range []struct {
		name string
		at   geo.Point
		want string
	}{
		{"BR-21 inside a grid", geo.Point{X: 3000, Y: 3000}, "served base 001001 in community [990101=1]"},
		{"BR-14 inside a dedicated grid", geo.Point{X: 16000, Y: 4000}, "served base 001002 dedicated 001801 in community [990101=1]"},
		{"BR-14 on the border of a dedicated grid", geo.Point{X: 15000, Y: 4000}, "served base 001002 dedicated 001801 in community on boundary [990101=1]"},
		{"BR-22 on a border the lowest code wins", geo.Point{X: 10000, Y: 3000}, "served base 001001 in community on boundary with 001002 [990101=1]"},
		{"BR-22 on the border of two counties", geo.Point{X: 20000, Y: 3000}, "served base 001002 in community on boundary with 001001 [990101=1] [990102=3]"},
		{"BR-22 a grid before a void area", geo.Point{X: 3000, Y: 10000}, "served base 001001 in community on boundary [990101=1]"},
		{"BR-23 near a border", geo.Point{X: 9500, Y: 3000}, "served base 001001 in community near 001002 [990101=1]"},
		{"BR-25 the nearest grid of the community", geo.Point{X: 15000, Y: 13000}, "served base 001002 in community fallback 33 m [990101=1]"},
		{"BR-25 beyond the fallback distance", geo.Point{X: 15000, Y: 16000}, "no_grid in community [990101=1]"},
		{"BR-26 a void area", geo.Point{X: 3000, Y: 13000}, "no_service void water in community [990101=1]"},
		{"BR-25 in the city, in no county", geo.Point{X: 3000, Y: 33000}, "no_grid in city"},
		{"BR-26 outside", geo.Point{X: -3000, Y: 3000}, "outside_area"},
		{"another county", geo.Point{X: 30000, Y: 10000}, "served base 001001 in community [990102=3]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := describe(c.Locate(tt.at, 0)); got != tt.want {
				t.Errorf("Locate(%v):\n got %s\nwant %s", tt.at, got, tt.want)
			}
		})
	}
	t.Run("BR-23 a stated accuracy widens near", func(t *testing.T) {
		if got, want := describe(c.Locate(geo.Point{X: 7000, Y: 3000}, 40)), "served base 001001 in community near 001002 [990101=1]"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestLocateShape(t *testing.T) {
	c := town(t)
	for _, tt := range []struct {
		name  string
		shape orb.Geometry
		want  string
	}{
		{"BR-24 the greatest share", square(8000, 2000, 6000), "served base 001002 in community on boundary [990101=1] shares 002=0.667 001=0.333"},
		{"BR-24 equal shares go to the lowest code", square(8000, 2000, 4000), "served base 001001 in community on boundary [990101=1] shares 001=0.500 002=0.500"},
		{"BR-24 a line", orb.LineString{{0.0005, 0.0003}, {0.0015, 0.0003}}, "served base 001001 in community on boundary [990101=1] shares 001=0.500 002=0.500"},
		{"BR-24 two counties", square(18000, 2000, 6000), "served base 001001 in community on boundary [990101=1] [990102=3] shares 001=0.667 002=0.333"},
		{"mostly in a dedicated grid", square(15200, 2600, 2500), "served base 001002 dedicated 001801 in community [990101=1] shares 002=1.000"},
		{"mostly outside the dedicated grid", square(11000, 1000, 8000), "served base 001002 in community [990101=1] shares 002=1.000"},
		{"in a void area", square(2000, 12000, 2000), "no_service void water in community [990101=1] shares"},
		{"outside", square(-9000, 2000, 2000), "outside_area shares"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := c.LocateShape(t.Context(), tt.shape)
			if err != nil {
				t.Fatal(err)
			}
			got := describe(a.Answer) + " shares"
			for _, s := range a.Shares {
				got += fmt.Sprintf(" %s=%.3f", s.Grid.Code[12:], s.Fraction)
			}
			if got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
	t.Run("an invalid polygon names its rule", func(t *testing.T) {
		_, err := c.LocateShape(t.Context(), orb.Polygon{{{0, 0}, {0.001, 0.001}, {0.001, 0}, {0, 0.001}, {0, 0}}})
		if err == nil {
			t.Fatal("a bow-tie was located")
		}
	})
}

// TestL3OneAnswer draws points inside, on borders and on corners of a random tiling and asks the two ways in and a search
// through all polygons.
func TestL3OneAnswer(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for round := range 20 {
		tiling := geotest.Partition(rng, 8+rng.IntN(60))
		c := cityOf(t, tiling)
		e := c.Editions()[0]
		for range 400 {
			p := somePoint(rng, tiling)
			want := ""
			for i, part := range e.Tiling() {
				if geo.Locate(part, p) != geo.Outside {
					want = e.Base()[i].Code
					break
				}
			}
			a := c.Locate(p, 0)
			got := ""
			if a.Base != nil && a.FallbackM == 0 {
				got = a.Base.Code
			}
			if got != want {
				t.Fatalf("round %d: Locate(%v) is %q, the polygons say %q", round, p, got, want)
			}
			if id := c.AssignPoint(p).BaseGridID; (a.Base == nil) != (id == 0) || a.Base != nil && a.Base.ID != id {
				t.Fatalf("round %d: Locate(%v) and AssignPoint disagree", round, p)
			}
		}
	}
}

func somePoint(rng *rand.Rand, tiling geotest.Tiling) geo.Point {
	face := tiling.Faces[rng.IntN(len(tiling.Faces))]
	ring := face[rng.IntN(len(face))][0]
	v := ring[rng.IntN(len(ring))]
	switch rng.IntN(3) {
	case 0:
		return v
	case 1:
		return geo.Point{X: v.X + rng.Int32N(3) - 1, Y: v.Y + rng.Int32N(3) - 1}
	}
	b := tiling.Outline.Box()
	return geo.Point{X: b.Min.X + rng.Int32N(b.Max.X-b.Min.X), Y: b.Min.Y + rng.Int32N(b.Max.Y-b.Min.Y)}
}

func cityOf(t testing.TB, tiling geotest.Tiling) *edition.City {
	t.Helper()
	outline := tiling.Outline.Orb()
	var base []grid.Grid
	for i, f := range tiling.Faces {
		base = append(base, grid.Grid{
			ID: int64(i + 1), Code: fmt.Sprintf("%s%06d", comm, i), Kind: grid.Base, CommunityCode: comm, CountyCode: cty, Boundary: f.Orb(),
			LabelPoint: f[0][0][0].Orb(),
		})
	}
	e, err := edition.New(edition.Contents{Info: grid.EditionInfo{CountyCode: cty, Number: 1, Proven: true}, Base: base})
	if err != nil {
		t.Fatal(err)
	}
	c, err := edition.NewCity([]grid.Division{
		division("990100000000", grid.LevelCity, "", "", outline),
		division(cty, grid.LevelCounty, "990100000000", cty, outline),
		division("990101001000", grid.LevelStreet, cty, cty, outline),
		division(comm, grid.LevelCommunity, "990101001000", cty, outline),
	}, []*edition.Edition{e}, grid.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// BenchmarkAssign is locate in process as every stored assignment uses it, on 50,000 grids of about 60 vertices.
func BenchmarkAssign(b *testing.B) {
	tiling := geotest.Big(50_000, 60)
	c := cityOf(b, tiling)
	rng := rand.New(rand.NewPCG(1, 2))
	box := tiling.Outline.Box()
	points := make([]geo.Point, 1<<20)
	for i := range points {
		points[i] = geo.Point{X: box.Min.X + rng.Int32N(box.Max.X-box.Min.X), Y: box.Min.Y + rng.Int32N(box.Max.Y-box.Min.Y)}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.AssignPoint(points[i&(len(points)-1)])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lookups/s")
}

// TestShapeBounds refuses a shape with too many vertices for the grids that it meets, and ends with its context.
func TestShapeBounds(t *testing.T) {
	tiling := geotest.Big(900, 8)
	c := cityOf(t, tiling)
	comb := combOver(tiling.Outline.Box())
	var invalid *geo.InvalidError
	if _, err := c.LocateShape(t.Context(), comb); !errors.As(err, &invalid) || invalid.Rule != geo.RuleTooManyVertices {
		t.Errorf("a comb of %d vertices over %d grids: %v", len(comb[0]), len(tiling.Faces), err)
	}
	for _, ch := range []grid.Change{
		{Op: grid.OpCreate, Kind: grid.Dedicated, Name: "x", DedicatedKind: "school", HostOrg: "ORG"},
		{Op: grid.OpCreate, Name: "x"},
		{Op: grid.OpShift, Into: c.Edition(cty).Base()[0].Code},
	} {
		ch.Area = geojson.NewGeometry(comb)
		if _, _, err := draft(t, c, cty).Apply(ch, nil); !errors.As(err, &invalid) || invalid.Rule != geo.RuleTooManyVertices {
			t.Errorf("%s %s by it: %v", ch.Op, ch.Kind, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.LocateShape(ended, tiling.Outline.Orb()); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that has ended: %v", err)
	}
}

// combOver returns a polygon of 60,000 vertices with teeth over all of a box.
func combOver(box geo.Box) orb.Polygon {
	const teeth = 30_000 // two vertices each
	ring := orb.Ring{}
	low, high := box.Min.Orb(), box.Max.Orb()
	for i := range teeth {
		x := low[0] + (high[0]-low[0])*float64(i)/teeth
		ring = append(ring, orb.Point{x, high[1]}, orb.Point{x + (high[0]-low[0])/teeth/2, low[1] + (high[1]-low[1])/10})
	}
	return orb.Polygon{append(ring, orb.Point{high[0], low[1]}, low, ring[0])}
}
