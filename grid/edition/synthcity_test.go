package edition_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/synth"
)

// syntheticCity is the synthetic city of that many base grids, proven.
func syntheticCity(t testing.TB, seed uint64, grids int) *edition.City {
	t.Helper()
	made, err := synth.New(synth.Config{Seed: seed, Grids: grids, Places: -1, Incidents: -1})
	if err != nil {
		t.Fatal(err)
	}
	id := int64(0)
	each := func(layer string, visit func(id int64, text func(field string) string, outline orb.MultiPolygon, label orb.Point)) {
		rows, err := made.Layer(layer)
		if err != nil {
			t.Fatal(err)
		}
		for row := range rows {
			m, err := geo.FromOrb(row.Geometry)
			if err != nil {
				t.Fatal(err)
			}
			id++
			visit(id, func(field string) string { text, _ := row.Fields[field].(string); return text }, m.Orb(), geo.PointOnSurface(m).Orb())
		}
	}
	countyOf := func(code string) string { return code[:6] + "000000" }

	var divisions []grid.Division
	each("divisions", func(id int64, text func(string) string, outline orb.MultiPolygon, label orb.Point) {
		d := grid.Division{
			ID: id, Code: text("code"), Name: text("name"), Level: text("level"), ParentCode: text("parent_code"), Outline: outline, LabelPoint: label,
		}
		if d.Level != grid.LevelCity {
			d.CountyCode = countyOf(d.Code)
		}
		divisions = append(divisions, d)
	})
	contents := map[string]*edition.Contents{}
	of := func(community string) *edition.Contents {
		county := countyOf(community)
		if contents[county] == nil {
			contents[county] = &edition.Contents{Info: grid.EditionInfo{CountyCode: county, Number: 1, Proven: true}}
		}
		return contents[county]
	}
	aGrid := func(kind string) func(int64, func(string) string, orb.MultiPolygon, orb.Point) {
		return func(id int64, text func(string) string, outline orb.MultiPolygon, label orb.Point) {
			g := grid.Grid{
				ID: id, VersionID: id, Kind: kind, Code: text("code"), Name: text("name"), CommunityCode: text("community_code"),
				DedicatedKind: text("dedicated_kind"), Boundary: outline, LabelPoint: label,
			}
			g.CountyCode = countyOf(g.CommunityCode)
			if c := of(g.CommunityCode); kind == grid.Base {
				c.Base = append(c.Base, g)
			} else {
				c.Dedicated = append(c.Dedicated, g)
			}
		}
	}
	each("base_grids", aGrid(grid.Base))
	each("dedicated_grids", aGrid(grid.Dedicated))
	each("void_areas", func(_ int64, text func(string) string, outline orb.MultiPolygon, _ orb.Point) {
		v := grid.VoidArea{Code: text("code"), Name: text("name"), CommunityCode: text("community_code"), Reason: text("reason"), Boundary: outline}
		v.CountyCode = countyOf(v.CommunityCode)
		of(v.CommunityCode).Voids = append(of(v.CommunityCode).Voids, v)
	})
	var editions []*edition.Edition
	for _, c := range contents {
		e, err := edition.New(*c)
		if err != nil {
			t.Fatal(err)
		}
		editions = append(editions, e)
	}
	slices.SortFunc(editions, func(a, b *edition.Edition) int { return cmp.Compare(a.Info().CountyCode, b.Info().CountyCode) })
	city, err := edition.NewCity(divisions, editions, grid.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return city
}
