package api_test

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // a line a request
	os.Exit(gridtest.Main(m))
}

// The town of the tests: two counties side by side, each one street of one community of 2 by 2 units. A unit is 10,000
// lattice units, some 95 by 111 m; the south-west corner is 120.3, 31.5.
//
//	+------+------+-------------+
//	| void |  003 |    nothing  |   801 is a school with a contact, in the middle of 002's east half;
//	+------+------+-------------+   802 a market where nobody is posted, in its west half
//	| 001  | 002  |     001     |
//	+------+------+-------------+
//	  binhu: proven   liangxi: not
const (
	unit    = 10_000
	city    = "320200000000"
	binhu   = "320211000000"
	liangxi = "320213000000"
	street  = "320211001000"
	lake    = "320211001001" // the community in binhu
	bridge  = "320213001001" // the community in liangxi
)

// at returns the degrees of a place in units from the south-west corner.
func at(x, y float64) (lon, lat float64) {
	p := geo.Point{X: 1_203_000_000 + int32(x*unit), Y: 315_000_000 + int32(y*unit)}.Orb()
	return p[0], p[1]
}

// box returns a rectangle in units from the south-west corner.
func box(x, y, width, height float64) geo.MultiPolygon {
	corner := func(dx, dy float64) geo.Point {
		return geo.Point{X: 1_203_000_000 + int32((x+dx)*unit), Y: 315_000_000 + int32((y+dy)*unit)}
	}
	return geo.MultiPolygon{{{corner(0, 0), corner(width, 0), corner(width, height), corner(0, height)}}}
}

func division(code, level, parent, county, name string, outline geo.MultiPolygon) grid.Division {
	return grid.Division{
		Code: code, Level: level, Name: name, ParentCode: parent, CountyCode: county, CodeSystem: "statistical",
		Outline: outline.Orb(), LabelPoint: geo.PointOnSurface(outline).Orb(), AreaM2: geo.AreaM2(outline), SourceCRS: "wgs84",
	}
}

func aGrid(code, kind, community, name string, households int, boundary geo.MultiPolygon) grid.Grid {
	g := grid.Grid{
		Code: code, Kind: kind, Name: name, CommunityCode: community, Boundary: boundary.Orb(), Households: &households,
		LabelPoint: geo.PointOnSurface(boundary).Orb(), AreaM2: geo.AreaM2(boundary), PerimeterM: geo.PerimeterM(boundary),
		Compactness: 0.78, SourceCRS: "wgs84",
	}
	if kind == grid.Dedicated {
		g.Households, g.HostOrg = nil, "org-school"
	}
	return g
}

var importer = grid.Actor{Name: "importer", Role: grid.RoleAdministrator}

func imported(layer string, n int) *store.Import {
	return &store.Import{
		Layer: layer, FileName: layer + ".geojson", SHA256: [32]byte{1}, CRS: "wgs84", Actor: importer.Name,
		RowsRead: int64(n), Stored: int64(n),
	}
}

// newTown stores the town in a database of the test's own.
func newTown(t *testing.T) (*store.Store, *live.Live) {
	t.Helper()
	s := store.New(gridtest.Pool(t))
	fill(t, s)
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return s, l
}

// fill stores the town.
func fill(t testing.TB, s *store.Store) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	divisions := []grid.Division{
		division(city, grid.LevelCity, "", "", "无锡市", box(0, 0, 4, 2)),
		division(binhu, grid.LevelCounty, city, binhu, "滨湖区", box(0, 0, 2, 2)),
		division(street, grid.LevelStreet, binhu, binhu, "河埒街道", box(0, 0, 2, 2)),
		division(lake, grid.LevelCommunity, street, binhu, "水秀社区", box(0, 0, 2, 2)),
		division(liangxi, grid.LevelCounty, city, liangxi, "梁溪区", box(2, 0, 2, 2)),
		division("320213001000", grid.LevelStreet, liangxi, liangxi, "崇安寺街道", box(2, 0, 2, 2)),
		division(bridge, grid.LevelCommunity, "320213001000", liangxi, "中桥社区", box(2, 0, 2, 2)),
	}
	must(s.ImportDivisions(ctx, imported("divisions", len(divisions)), divisions, nil))
	organizations := []grid.Organization{
		{Code: "org-school", Name: "水秀小学", Kind: "institution", Level: grid.LevelCommunity, DivisionCode: lake, Public: true},
	}
	must(s.ImportOrganizations(ctx, imported("organizations", 1), organizations))

	school, market := aGrid(lake+"801", grid.Dedicated, lake, "水秀小学", 0, box(1.5, 0.25, 0.25, 0.25)), aGrid(lake+"802", grid.Dedicated, lake, "水秀市场", 0, box(1.1, 0.6, 0.2, 0.2))
	school.DedicatedKind, market.DedicatedKind = "school", "market"
	editions := []store.NewEdition{
		{
			CountyCode: binhu, Proven: true,
			Base: []grid.Grid{
				aGrid(lake+"001", grid.Base, lake, "水秀第一网格", 312, box(0, 0, 1, 1)),
				aGrid(lake+"002", grid.Base, lake, "水秀第二网格", 280, box(1, 0, 1, 1)),
				aGrid(lake+"003", grid.Base, lake, "水秀第三网格", 408, box(1, 1, 1, 1)),
			},
			Dedicated: []grid.Grid{school, market},
			Voids: []grid.VoidArea{{
				Code: lake + "V01", CommunityCode: lake, CountyCode: binhu, Reason: "water", Name: "蠡湖", Boundary: box(0, 1, 1, 1).Orb(),
				AreaM2: geo.AreaM2(box(0, 1, 1, 1)),
			}},
		},
		{
			CountyCode: liangxi,
			Base:       []grid.Grid{aGrid(bridge+"001", grid.Base, bridge, "中桥第一网格", 350, box(2, 0, 2, 1))},
		},
	}
	imports := []*store.Import{imported("base_grids", 4), imported("dedicated_grids", 2), imported("void_areas", 1)}
	must(s.ImportEditions(ctx, imports, editions))

	var workers []grid.Worker
	var posts []grid.Post
	since := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	post := func(worker, name, role, gridCode, kind string, public bool) {
		workers = append(workers, grid.Worker{Code: worker, Name: name, RoleType: role, ManagingOrg: "org-school", WorkPhone: "0510-0000" + worker, Active: true})
		posts = append(posts, grid.Post{WorkerCode: worker, GridCode: gridCode, PostKind: kind, ValidFrom: since, Public: public})
	}
	post("0001", "网格员0001", "full_time", lake+"001", "worker", true)
	post("0002", "网格员0002", "full_time", lake+"002", "worker", true)
	post("0003", "网格员0003", "part_time", lake+"002", "grid_leader", false)
	post("0004", "网格员0004", "part_time", lake+"801", "dedicated_contact", true)
	must(s.ImportWorkers(ctx, imported("workers", len(workers)), workers))
	must(s.ImportPosts(ctx, imported("posts", len(posts)), posts))
}

// newCounty is the code of the county that addCounty adds east of the town, with one grid.
const newCounty = "320214000000"

func addCounty(ctx context.Context, s *store.Store) error {
	community, outline := "320214001001", box(4, 0, 1, 1)
	divisions := []grid.Division{
		division(newCounty, grid.LevelCounty, city, newCounty, "新吴区", outline),
		division("320214001000", grid.LevelStreet, newCounty, newCounty, "旺庄街道", outline),
		division(community, grid.LevelCommunity, "320214001000", newCounty, "春丰社区", outline),
	}
	if err := s.ImportDivisions(ctx, imported("divisions", len(divisions)), divisions, nil); err != nil {
		return err
	}
	e := store.NewEdition{CountyCode: newCounty, Proven: true, Base: []grid.Grid{aGrid(community+"001", grid.Base, community, "春丰第一网格", 300, outline)}}
	return s.ImportEditions(ctx, []*store.Import{imported("base_grids", 1)}, []store.NewEdition{e})
}

// token makes a token and returns its secret.
func token(t testing.TB, s *store.Store, role, scope string) string {
	t.Helper()
	secret, _, err := s.CreateToken(t.Context(), importer, store.Token{User: role + scope, Role: role, Scope: scope})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}
