package edition_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// bigCounty is a city of one county with n grids of about 60 vertices in communities of about 25.
func bigCounty(b testing.TB, n int) *edition.City {
	b.Helper()
	tiling := geotest.Big(n, 60)
	box := tiling.Outline.Box()
	side := 1
	for side*side*25 < n {
		side++
	}
	contents := edition.Contents{Info: grid.EditionInfo{CountyCode: cty, Number: 1, Proven: true}}
	within := map[string][]geo.MultiPolygon{}
	for i, face := range tiling.Faces {
		at := geo.PointOnSurface(face)
		x := int(int64(at.X-box.Min.X) * int64(side) / (int64(box.Max.X-box.Min.X) + 1))
		y := int(int64(at.Y-box.Min.Y) * int64(side) / (int64(box.Max.Y-box.Min.Y) + 1))
		community := fmt.Sprintf("990101%03d%03d", 1+x, 1+y)
		g := grid.Grid{ID: int64(i + 1), Code: fmt.Sprintf("%s%03d", community, 1+len(within[community])), Kind: grid.Base, Name: fmt.Sprint(i), CommunityCode: community, CountyCode: cty, Households: count(400)}
		g.SetBoundary(face)
		contents.Base = append(contents.Base, g)
		within[community] = append(within[community], face)
	}
	e, err := edition.New(contents)
	if err != nil {
		b.Fatal(err)
	}
	divisions := []grid.Division{
		division("990100000000", grid.LevelCity, "", "", tiling.Outline.Orb()),
		division(cty, grid.LevelCounty, "990100000000", cty, tiling.Outline.Orb()),
	}
	streets := map[string][]geo.MultiPolygon{}
	for code, faces := range within {
		divisions = append(divisions, division(code, grid.LevelCommunity, code[:9]+"000", cty, mesh.Dissolve(faces).Orb()))
		streets[code[:9]+"000"] = append(streets[code[:9]+"000"], faces...)
	}
	for code, faces := range streets {
		divisions = append(divisions, division(code, grid.LevelStreet, cty, cty, mesh.Dissolve(faces).Orb()))
	}
	c, err := edition.NewCity(divisions, []*edition.Edition{e}, grid.DefaultSettings())
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkDraftEdit is what one edit of a draft costs beside the database: the draft from the stored parts, a split, what
// differs, and the small cities before and after.
func BenchmarkDraftEdit(b *testing.B) {
	for _, n := range []int{2000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := bigCounty(b, n)
			first := draft(b, c, cty)
			all := c.Edition(cty).Base()
			drafted, _, err := first.Apply(halve(b, all[len(all)/3], 0), nil)
			if err != nil {
				b.Fatal(err)
			}
			for i := 0; b.Loop(); i++ {
				d, err := c.Draft([]string{cty}, drafted.Parts())
				if err != nil {
					b.Fatal(err)
				}
				next, _, err := d.Apply(halve(b, all[len(all)/2], int32(i%50)), nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, _, err := next.Near(next.Diff().Boxes); err != nil {
					b.Fatal(err)
				}
				next.Divisions()
			}
		})
	}
}

// halve returns the split of a grid from south to north.
func halve(b *testing.B, g grid.Grid, shift int32) grid.Change {
	box := lattice(b, g).Box()
	x := box.Min.X + (box.Max.X-box.Min.X)/2 + shift
	return grid.Change{Op: grid.OpSplit, Grid: g.Code, Line: geojson.NewGeometry(geo.Line{{X: x, Y: box.Min.Y - 5}, {X: x + 3, Y: box.Max.Y + 5}}.Orb())}
}

// BenchmarkDraftCity makes the whole city with a draft of a county of 2,000 grids in force, as publishing does.
func BenchmarkDraftCity(b *testing.B) {
	c := bigCounty(b, 2000)
	all := c.Edition(cty).Base()
	d, _, err := draft(b, c, cty).Apply(halve(b, all[len(all)/2], 0), nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := d.City(map[string]int{cty: 2}, time.Time{}, func(string) int64 { return -1 }); err != nil {
			b.Fatal(err)
		}
	}
}
