package edition

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// TestL7Borders: as each zoom shows them, the grids and void areas of a proven city share the borders that they shared, tile what they
// tiled, and make up its divisions, whichever is simplified first.
func TestL7Borders(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 77))
	for range 4 {
		c := tiled(t, rng)
		tiles := c.tiling()
		tiles.least[LayerBase], tiles.least[LayerDivisions+grid.LevelCommunity] = 0, 0
		for z := uint8(0); z <= MaxTileZoom; z++ {
			var before, after []geo.MultiPolygon
			for _, e := range c.editions {
				var county []geo.MultiPolygon
				for _, area := range e.tiling {
					county = append(county, simplified(tiles.simplifier(z), area))
				}
				o := &c.outlines[grid.LevelRank(grid.LevelCounty)]
				outline := simplified(tiles.simplifier(z), o.parts[o.number(e.info.CountyCode)])
				if faults := mesh.Check(county, outline); len(faults) > 0 {
					t.Fatalf("zoom %d: the grids of %s do not tile it: %v", z, e.info.CountyCode, faults[0])
				}
				before, after = append(before, e.tiling...), append(after, county...)
			}
			sameNeighbours(t, before, after)
		}
	}
}

func sameNeighbours(t *testing.T, before, after []geo.MultiPolygon) {
	t.Helper()
	was, err := mesh.Build(before)
	if err != nil {
		t.Fatal(err)
	}
	is, err := mesh.Build(after)
	if err != nil {
		t.Fatal(err)
	}
	for k, neighbours := range is.Neighbours() {
		if !slices.EqualFunc(neighbours, was.Neighbours()[k], func(a, b mesh.Neighbour) bool { return a.Face == b.Face }) {
			t.Fatalf("face %d has neighbours %v", k, neighbours)
		}
	}
}

// tiled is a proven city of three counties of a community each, in stripes.
func tiled(t *testing.T, rng *rand.Rand) *City {
	t.Helper()
	whole := geotest.Partition(rng, 90+rng.IntN(100))
	box := whole.Outline.Box()
	divisions := []grid.Division{{Code: "990000000000", Level: grid.LevelCity, Outline: whole.Outline.Orb()}}
	areas := make([][]geo.MultiPolygon, 3)
	for _, face := range whole.Faces {
		n := (int64(face[0][0][0].X) - int64(box.Min.X)) * 3 / (int64(box.Max.X) - int64(box.Min.X) + 1)
		areas[n] = append(areas[n], face)
	}
	var editions []*Edition
	for n, faces := range areas {
		county := fmt.Sprintf("99%04d000000", n)
		community, street := county[:6]+"001001", county[:6]+"001000"
		outline := mesh.Dissolve(faces).Orb()
		divisions = append(divisions,
			grid.Division{Code: county, Level: grid.LevelCounty, CountyCode: county, ParentCode: "990000000000", Outline: outline},
			grid.Division{Code: street, Level: grid.LevelStreet, CountyCode: county, ParentCode: county, Outline: outline},
			grid.Division{Code: community, Level: grid.LevelCommunity, CountyCode: county, ParentCode: street, Outline: outline})
		c := Contents{Info: grid.EditionInfo{CountyCode: county, Number: 1, Proven: true}}
		for i, face := range faces {
			c.Base = append(c.Base, grid.Grid{ID: int64(i + 1), Code: fmt.Sprintf("%s%03d", community, i), CommunityCode: community, CountyCode: county, Boundary: face.Orb()})
		}
		e, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		editions = append(editions, e)
	}
	city, err := NewCity(divisions, editions, grid.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return city
}
