package edition_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// TestL7ShapesTakenOver publishes a dedicated grid that does no more than touch one vertex of the border of a community: what becomes of the
// borders that meet there is the same in the next city as in one made anew. The last grid has one neighbour, with which it shares a border that
// is nearly straight.
func TestL7ShapesTakenOver(t *testing.T) {
	t.Parallel()
	const x0, y0 = 1_200_000_000, 310_000_000
	const wide, high, first, second = 600_000, 200_000, 200_000, 400_000
	ring := func(vertices ...geo.Point) geo.MultiPolygon {
		var r geo.Ring
		for _, v := range vertices {
			r = append(r, geo.Point{X: x0 + v.X, Y: y0 + v.Y})
		}
		return geo.MultiPolygon{{r}}
	}
	bend := geo.Point{X: second + 60, Y: high / 2}
	parts := []geo.MultiPolygon{
		ring(geo.Point{}, geo.Point{X: first}, geo.Point{X: first, Y: high}, geo.Point{Y: high}),
		ring(geo.Point{X: first}, geo.Point{X: second}, bend, geo.Point{X: second, Y: high}, geo.Point{X: first, Y: high}),
		ring(geo.Point{X: second}, geo.Point{X: wide}, geo.Point{X: wide, Y: high}, geo.Point{X: second, Y: high}, bend),
	}
	outline := ring(geo.Point{}, geo.Point{X: first}, geo.Point{X: second}, geo.Point{X: wide}, geo.Point{X: wide, Y: high}, geo.Point{X: second, Y: high},
		geo.Point{X: first, Y: high}, geo.Point{Y: high}).Orb()
	numbered := func(id int64, kind string, area geo.MultiPolygon) grid.Grid {
		g := grid.Grid{ID: id, VersionID: id, Code: fmt.Sprintf("%s%03d", comm, id), Kind: kind, CommunityCode: comm, CountyCode: cty}
		g.SetBoundary(area)
		return g
	}
	var base []grid.Grid
	for i, area := range parts {
		base = append(base, numbered(int64(i+1), grid.Base, area))
	}
	was := numbered(801, grid.Dedicated, ring(geo.Point{X: 1000, Y: 1000}, geo.Point{X: 3000, Y: 1000}, geo.Point{X: 2000, Y: 3000}))
	touching := numbered(802, grid.Dedicated, ring(geo.Point{X: wide}, geo.Point{X: wide - 500, Y: 1000}, geo.Point{X: wide - 1000, Y: 500}))
	made := func(number int, dedicated ...grid.Grid) *edition.Edition {
		return must(edition.New(edition.Contents{Info: grid.EditionInfo{CountyCode: cty, Number: number, Proven: true}, Base: base, Dedicated: dedicated}))
	}
	divisions := []grid.Division{
		division("990100000000", grid.LevelCity, "", "", outline),
		division(cty, grid.LevelCounty, "990100000000", cty, outline),
		division("990101001000", grid.LevelStreet, cty, cty, outline),
		division(comm, grid.LevelCommunity, "990101001000", cty, outline),
	}
	city := must(edition.NewCity(divisions, []*edition.Edition{made(1, was)}, grid.DefaultSettings()))
	city.PrepareTiles(func() bool { return true })
	next := must(city.Next(divisions, []*edition.Edition{made(2, was, touching)}, grid.DefaultSettings()))
	anew := remade(next)
	for z := uint8(9); z <= edition.MaxTileZoom; z++ {
		for id := range mvt.Cover(city.Box(), z, 64).All() {
			if !bytes.Equal(must(next.GridTile(id)), must(anew.GridTile(id))) {
				t.Errorf("tile %v is another one in the city made anew", id)
			}
			if must(next.GridTileTag(id)) != must(anew.GridTileTag(id)) {
				t.Errorf("tile %v has another tag in the city made anew", id)
			}
		}
	}
}
