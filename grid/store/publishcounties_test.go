package store_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/coverage"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

const (
	eastCounty    = "320212000000"
	eastCommunity = "320212001001"
)

// townPoint returns a place of the town, in lattice units from its corner.
func townPoint(x, y int32) geo.Point { return geo.Point{X: townOrigin.X + x, Y: townOrigin.Y + y} }

// townRing returns a polygon of the town with the vertices x, y, x, y, … in lattice units from its corner.
func townRing(xy ...int32) geo.MultiPolygon {
	var ring geo.Ring
	for i := 0; i < len(xy); i += 2 {
		ring = append(ring, townPoint(xy[i], xy[i+1]))
	}
	return geo.MultiPolygon{{ring}}
}

// pair stores two counties, each one street of one community of two grids, 001 in the south and 002 north of it. The line between the
// counties is no straight one of the lattice: it bends at 20003, 20000, and no vertex lies where a grid is to be divided.
//
//	(0, 40000)      (20011, 40000)      (40000, 40000)
//	     +----------------+----------------+
//	     |  west 002      |   east 002     |
//	     +------------(20003, 20000)-------+
//	     |  west 001      |   east 001     |
//	(0, 8000)             |                |
//	     +------------(20000, 0)-----------+
func pair(t *testing.T, s *store.Store) *edition.City {
	t.Helper()
	west := townRing(0, 0, 20000, 0, 20003, 20000, 20011, 40000, 0, 40000, 0, 20000, 0, 8000)
	east := townRing(20000, 0, 40000, 0, 40000, 20000, 40000, 40000, 20011, 40000, 20003, 20000)
	importDivisions(t, s, []grid.Division{
		division(cityCode, grid.LevelCity, "", "", mesh.Dissolve([]geo.MultiPolygon{west, east})),
		division(countyCode, grid.LevelCounty, cityCode, countyCode, west),
		division(westStreet, grid.LevelStreet, countyCode, countyCode, west),
		division(southWest, grid.LevelCommunity, westStreet, countyCode, west),
		division(eastCounty, grid.LevelCounty, cityCode, eastCounty, east),
		division("320212001000", grid.LevelStreet, eastCounty, eastCounty, east),
		division(eastCommunity, grid.LevelCommunity, "320212001000", eastCounty, east),
	})
	for _, e := range []store.NewEdition{
		{CountyCode: countyCode, Proven: true, Base: []grid.Grid{
			baseGrid(southWest+"001", southWest, townRing(0, 0, 20000, 0, 20003, 20000, 0, 20000, 0, 8000)),
			baseGrid(southWest+"002", southWest, townRing(0, 20000, 20003, 20000, 20011, 40000, 0, 40000)),
		}},
		{CountyCode: eastCounty, Proven: true, Base: []grid.Grid{
			baseGrid(eastCommunity+"001", eastCommunity, townRing(20000, 0, 40000, 0, 40000, 20000, 20003, 20000)),
			baseGrid(eastCommunity+"002", eastCommunity, townRing(20003, 20000, 40000, 20000, 40000, 40000, 20011, 40000)),
		}},
	} {
		if err := importEdition(t.Context(), s, e); err != nil {
			t.Fatal(err)
		}
	}
	return cityOf(t, s)
}

// publishByCity takes a plan of several counties through consultation and the city's decision into force.
func (d *desk) publishByCity() {
	d.t.Helper()
	city := grid.Actor{Name: "city", Role: grid.RoleAdministrator}
	d.check()
	d.hear()
	d.submit()
	d.after(d.s.DecidePlan(d.t.Context(), d.city, city, d.plan.Code, d.plan.Version, store.Decision{Act: grid.ActApprove, DocNo: "市政发〔2026〕1号"}))
	d.after(d.s.Publish(d.t.Context(), d.city, city, d.plan.Code, d.plan.Version))
	d.city = cityOf(d.t, d.s)
}

func draftOf(t *testing.T, s *store.Store, city *edition.City, counties ...string) *desk {
	t.Helper()
	p, err := s.CreatePlan(t.Context(), city, planner, grid.Plan{Counties: counties, Title: "调整", Reason: "workload"})
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t, s, city, planner, p}
}

// TestL1PlanOfTwoCounties divides a grid up to the line between two counties. A plan of one county is led to a vertex that is there; a
// plan of both puts the same vertex into the grids and communities of both, in one transaction, and neither county's outline moves. Taken
// back, the grids are as they were.
func TestL1PlanOfTwoCounties(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	city := pair(t, s)
	scatter(t, s, city)
	across := grid.Change{Op: grid.OpSplit, Grid: southWest + "001", Line: geojson.NewGeometry(geo.Line{townPoint(0, 8000), townPoint(20500, 8000)}.Orb())}

	alone := draftOf(t, s, city, countyCode)
	ends := alone.edit(across).Ends
	if len(ends) != 1 || ends[0].To != townPoint(20000, 0).Orb() || ends[0].DistanceM < 80 {
		t.Errorf("a plan of one county is led by %+v", ends)
	}
	later := draftOf(t, s, city, eastCounty)

	both := draftOf(t, s, city, countyCode, eastCounty)
	made := both.edit(across)
	if len(made.Ends) != 0 || len(made.Parts) != 4 {
		t.Errorf("a plan of both is led by %+v and changes %d parts", made.Ends, len(made.Parts))
	}
	both.publishByCity()
	if want := []int{2, 2}; !slices.Equal(both.plan.PublishedAs, want) {
		t.Fatalf("published as %v", both.plan.PublishedAs)
	}
	junction := townPoint(20001, 8000)
	holdPair(t, s, both.city, junction)
	for _, county := range []string{countyCode, eastCounty} {
		if !cmp.Equal(both.city.Division(county).Outline, city.Division(county).Outline) {
			t.Errorf("the outline of %s is not what it was", county)
		}
	}
	if n := count(t, tx, `SELECT count(*) FROM plan_lock`); n != 0 {
		t.Errorf("%d grids are still held", n)
	}

	// Whoever drew on the line before must look again.
	rename := grid.Change{Op: grid.OpRename, Grid: eastCommunity + "001", Name: "梅园"}
	if _, err := s.EditPlan(t.Context(), both.city, planner, later.plan.Code, later.plan.Version, rename); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("an edit over the edition from before: %v", err)
	}
	// Now a plan of one county finds the vertex.
	next := draftOf(t, s, both.city, eastCounty)
	toJunction := geo.Line{townPoint(40000, 20000), townPoint(30000, 8000), junction}
	if made := next.edit(grid.Change{Op: grid.OpSplit, Grid: eastCommunity + "001", Line: geojson.NewGeometry(toJunction.Orb())}); len(made.Ends) != 0 {
		t.Errorf("it is led elsewhere: %+v", made.Ends)
	}

	undo, err := s.RevertPlan(t.Context(), both.city, planner, both.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	back := &desk{t, s, both.city, planner, undo}
	back.publishByCity()
	holdPair(t, s, back.city)
	for _, county := range []string{countyCode, eastCounty} {
		was, is := city.Edition(county).Tiling(), back.city.Edition(county).Tiling()
		if mesh.Dissolve(is).TwiceArea() != mesh.Dissolve(was).TwiceArea() || len(is) != len(was) {
			t.Errorf("%s is not what it was", county)
		}
	}
}

// holdPair fails unless both counties are proven, tile together vertex for vertex, have the given vertices in grids and communities of
// both, and everything on them is where locate says.
func holdPair(t *testing.T, s *store.Store, city *edition.City, vertices ...geo.Point) {
	t.Helper()
	var all []geo.MultiPolygon
	for _, county := range []string{countyCode, eastCounty} {
		e := city.Edition(county)
		if all = append(all, e.Tiling()...); !e.Info().Proven {
			t.Errorf("edition %d of %s is not proven", e.Info().Number, county)
		}
	}
	if faults := mesh.CheckLayer(all); len(faults) > 0 {
		t.Errorf("the counties do not meet vertex for vertex: %+v", faults)
	}
	for _, v := range vertices {
		for _, community := range []string{southWest, eastCommunity} {
			outline, err := geo.FromOrb(city.Division(community).Outline)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(outline[0][0], v) {
				t.Errorf("community %s lacks the vertex %v", community, v)
			}
		}
		for _, county := range []string{countyCode, eastCounty} {
			if !slices.ContainsFunc(city.Edition(county).Tiling(), func(m geo.MultiPolygon) bool { return slices.Contains(m[0][0], v) }) {
				t.Errorf("no grid of %s has the vertex %v", county, v)
			}
		}
	}
	proof, err := coverage.Prove(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !proof.Holds() {
		t.Errorf("%s", proof.Text(5))
	}
	checkAnswers(t, s)
}
