package edition_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// tagReach is more than within how much of a tile, in tile units, what is drawn can matter to it.
const tagReach = 80

// TestL5TileTags draws random plans and puts them in force: a tile with other bytes has another tag; one that lies outside of the grids
// that are touched and of those that touch them has the same.
func TestL5TileTags(t *testing.T) {
	t.Parallel()
	same, other, far := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := newPlayground(t)
		var counties []string
		for _, e := range g.city.Editions() {
			counties = append(counties, e.Info().CountyCode)
		}
		least := uint8(rapid.IntRange(8, 13).Draw(t, "zoom"))
		if rapid.Bool().Draw(t, "prepared") { // what tiles hold is then taken over
			g.city.PrepareTiles(func() bool { return true })
			for z := least; z <= edition.MaxTileZoom; z += 2 {
				for id := range mvt.Cover(g.box, z, 64).All() {
					must(g.city.GridTileTag(id))
				}
			}
		}
		d, err := g.city.Draft(counties, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			if next, _, err := d.Apply(g.change(g.city, counties), g.used); err == nil {
				d = next
			}
		}
		numbers := map[string]int{}
		for _, county := range counties {
			numbers[county] = 4
		}
		after, err := d.City(numbers, time.Unix(1, 0), newIDs(d))
		if err != nil {
			t.Fatal(err)
		}
		after = must(g.city.Next(after.Divisions(), after.Editions(), after.Settings())) // as a server comes by it
		again := remade(after)
		touched := touchedAreas(g.city, after)
		for z := least; z <= edition.MaxTileZoom; z += 2 {
			for id := range mvt.Cover(g.box, z, 64).All() {
				changes := !bytes.Equal(must(g.city.GridTile(id)), must(after.GridTile(id)))
				if tags := must(g.city.GridTileTag(id)) != must(after.GridTileTag(id)); tags != changes {
					if changes {
						t.Fatalf("tile %v has other bytes under the same tag", id)
					}
					other++
				} else if !changes {
					same++
				}
				if near := slices.ContainsFunc(touched, func(m geo.MultiPolygon) bool { return m.Box().Intersects(id.Box(tagReach)) }); !near {
					far++
					if must(g.city.GridTileTag(id)) != must(after.GridTileTag(id)) {
						t.Fatalf("tile %v is far from all that changes, but has another tag", id)
					}
				}
				if must(again.GridTileTag(id)) != must(after.GridTileTag(id)) || !bytes.Equal(must(again.GridTile(id)), must(after.GridTile(id))) {
					t.Fatalf("tile %v is another one in the same city made anew", id)
				}
			}
		}
	})
	t.Logf("%d tiles keep tag and bytes, %d the bytes alone; %d are far", same, other, far)
}

// remade makes the city anew from what it consists of.
func remade(c *edition.City) *edition.City {
	var editions []*edition.Edition
	for _, e := range c.Editions() {
		editions = append(editions, must(edition.New(edition.Contents{Info: e.Info(), Base: slices.Clone(e.Base()), Dedicated: slices.Clone(e.Dedicated()), Voids: slices.Clone(e.Voids())})))
	}
	return must(edition.NewCity(c.Divisions(), editions, c.Settings()))
}

// touchedAreas are the areas of the grids, void areas and divisions that differ, before and after, and of the parts that touch those grids
// and void areas.
func touchedAreas(before, after *edition.City) []geo.MultiPolygon {
	var areas []geo.MultiPolygon
	vertices := map[geo.Point]bool{}
	was, is := partsOf(before), partsOf(after)
	for _, side := range [2][2]map[string]geo.MultiPolygon{{was, is}, {is, was}} {
		for key, area := range side[0] {
			if _, same := side[1][key]; same {
				continue
			}
			areas = append(areas, area)
			for v := range verticesOf(area) {
				vertices[v] = true
			}
		}
	}
	for _, side := range [2]map[string]geo.MultiPolygon{was, is} {
		for _, area := range side {
			for v := range verticesOf(area) {
				if vertices[v] {
					areas = append(areas, area)
					break
				}
			}
		}
	}
	return append(areas, redrawnDivisions(before, after)...)
}

// redrawnDivisions are the areas of the divisions whose outline differs: one that its grids do not make up is drawn as it is.
func redrawnDivisions(before, after *edition.City) []geo.MultiPolygon {
	var areas []geo.MultiPolygon
	for _, d := range before.Divisions() {
		if now := after.Division(d.Code); !now.Outline.Equal(d.Outline) || now.LabelPoint != d.LabelPoint {
			areas = append(areas, must(geo.FromOrb(d.Outline)), must(geo.FromOrb(now.Outline)))
		}
	}
	return areas
}

// partsOf returns the areas of a city's grids and void areas by all that its tiles show of them.
func partsOf(c *edition.City) map[string]geo.MultiPolygon {
	parts := map[string]geo.MultiPolygon{}
	for _, e := range c.Editions() {
		for _, g := range slices.Concat(e.Base(), e.Dedicated()) {
			parts[fmtPart(g)] = must(geo.FromOrb(g.Boundary))
		}
		for _, v := range e.Voids() {
			parts[fmtPart(grid.Grid{Code: v.Code, Boundary: v.Boundary})] = must(geo.FromOrb(v.Boundary))
		}
	}
	return parts
}

func fmtPart(g grid.Grid) string {
	return fmt.Sprint(g.ID, g.Kind, g.Code, g.Name, g.CommunityCode, g.DedicatedKind, g.LabelPoint, g.Boundary)
}

func verticesOf(area geo.MultiPolygon) map[geo.Point]bool {
	all := map[geo.Point]bool{}
	for _, poly := range area {
		for _, r := range poly {
			for _, v := range r {
				all[v] = true
			}
		}
	}
	return all
}
