package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// The counties of the soak are two by two squares of 6 by 6 grids. Each is two streets, west and east, of two communities, south and north,
// of 3 by 3 grids.
const soakSide = 6

func soakCounty(c int) string         { return fmt.Sprintf("3202%02d000000", 21+c) }
func soakStreet(c, street int) string { return fmt.Sprintf("3202%02d%03d000", 21+c, 1+street) }

func soakCommunity(c, street, north int) string {
	return fmt.Sprintf("3202%02d%03d%03d", 21+c, 1+street, 1+north)
}

// squares returns a rectangle of grids, with a vertex at each of their corners and halfway between.
func squares(x, y, width, height int) geo.MultiPolygon {
	var ring geo.Ring
	add := func(halfX, halfY int) {
		ring = append(ring, geo.Point{X: 1_203_000_000 + int32((2*x+halfX)*unit/2), Y: 315_000_000 + int32((2*y+halfY)*unit/2)})
	}
	for i := range 2 * width {
		add(i, 0)
	}
	for i := range 2 * height {
		add(2*width, i)
	}
	for i := range 2 * width {
		add(2*width-i, 2*height)
	}
	for i := range 2 * height {
		add(0, 2*height-i)
	}
	return geo.MultiPolygon{{ring}}
}

// fillSoak stores the city of the soak, with a worker on every grid.
func fillSoak(t testing.TB, s *store.Store) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	divisions := []grid.Division{division(city, grid.LevelCity, "", "", "无锡市", squares(0, 0, 2*soakSide, 2*soakSide))}
	var editions []store.NewEdition
	var workers []grid.Worker
	var posts []grid.Post
	for c := range soakCounties {
		county, x, y := soakCounty(c), soakSide*(c%2), soakSide*(c/2)
		divisions = append(divisions, division(county, grid.LevelCounty, city, county, "区"+county, squares(x, y, soakSide, soakSide)))
		e := store.NewEdition{CountyCode: county, Proven: true}
		for street := range 2 {
			divisions = append(divisions, division(soakStreet(c, street), grid.LevelStreet, county, county, "街道"+soakStreet(c, street), squares(x+3*street, y, 3, soakSide)))
			for north := range 2 {
				code := soakCommunity(c, street, north)
				divisions = append(divisions, division(code, grid.LevelCommunity, soakStreet(c, street), county, "社区"+code, squares(x+3*street, y+3*north, 3, 3)))
				for i := range 9 {
					g := aGrid(fmt.Sprintf("%s%03d", code, 1+i), grid.Base, code, fmt.Sprint("网格", 1+i), 300, squares(x+3*street+i%3, y+3*north+i/3, 1, 1))
					e.Base = append(e.Base, g)
					workers = append(workers, grid.Worker{Code: "w" + g.Code, Name: "网格员", RoleType: "full_time", ManagingOrg: "org-school", Active: true})
					posts = append(posts, grid.Post{WorkerCode: "w" + g.Code, GridCode: g.Code, PostKind: "worker", ValidFrom: time.Now().Add(-time.Hour), Public: true})
				}
			}
		}
		editions = append(editions, e)
	}
	ctx := t.Context()
	must(s.ImportDivisions(ctx, imported("divisions", len(divisions)), divisions, nil))
	organizations := []grid.Organization{{Code: "org-school", Name: "小学", Kind: "institution", Level: grid.LevelCommunity, DivisionCode: soakCommunity(0, 0, 0), Public: true}}
	must(s.ImportOrganizations(ctx, imported("organizations", 1), organizations))
	must(s.ImportEditions(ctx, []*store.Import{imported("base_grids", len(workers))}, editions))
	must(s.ImportWorkers(ctx, imported("workers", len(workers)), workers))
	must(s.ImportPosts(ctx, imported("posts", len(posts)), posts))
}
