package store_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// oblong returns a rectangle in units of 10,000 lattice units, some 100 m, from 120.3, 31.5.
func oblong(x, y, width, height float64) geo.MultiPolygon {
	at := func(dx, dy float64) geo.Point {
		return geo.Point{X: 1_203_000_000 + int32((x+dx)*10_000), Y: 315_000_000 + int32((y+dy)*10_000)}
	}
	return geo.MultiPolygon{{{at(0, 0), at(width, 0), at(width, height), at(0, height)}}}
}

func spotAt(x, y float64) orb.Point {
	return geo.Point{X: 1_203_000_000 + int32(x*10_000), Y: 315_000_000 + int32(y*10_000)}.Orb()
}

const (
	gridA, gridB, gridC, gridD = communityCode + "001", communityCode + "002", communityCode + "003", communityCode + "004"
	voidV                      = communityCode + "V01"
)

// threeEditions is a county of 4 by 1 units, and a place in the middle of each unit, "P0" to "P3", and on the border of the middle, "PB":
//
//	edition 1: A = 0..2, B = 2..4
//	edition 2: A = 0..1, C = 1..2 (split of A), B = 2..4
//	edition 3: A = 0..1, C = 1..3 (shift), V = 3..4 (B retired); the community loses 3.5..4
type threeEditions struct {
	*store.Store
	pool *pgxpool.Pool
	at   [4]time.Time // from when each edition is in force, by number
	// stored is what the database held of each thing while each edition was in force.
	stored [4]map[string]grid.Assignment
}

func newThreeEditions(t testing.TB) *threeEditions {
	t.Helper()
	pool := gridtest.Pool(t)
	c := &threeEditions{Store: store.New(pool), pool: pool}
	tell := func(number int) {
		c.stored[number] = map[string]grid.Assignment{}
		err := c.EachLocated(t.Context(), func(l store.Located) error {
			c.stored[number][l.Code] = l.Assignment
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	outline := oblong(0, 0, 4, 1)
	importDivisions(t, c.Store, oneCounty(outline))
	first := store.NewEdition{CountyCode: countyCode, Proven: true, Base: []grid.Grid{
		baseGrid(gridA, communityCode, oblong(0, 0, 2, 1)), baseGrid(gridB, communityCode, oblong(2, 0, 2, 1)),
	}}
	if err := importEdition(t.Context(), c.Store, first); err != nil {
		t.Fatal(err)
	}
	c.at[1] = c.cityNow(t).Edition(countyCode).Info().InForceFrom
	for code, p := range map[string]orb.Point{
		"P0": spotAt(0.5, 0.5), "P1": spotAt(1.5, 0.5), "P2": spotAt(2.5, 0.5), "P3": spotAt(3.5, 0.25), "PB": spotAt(2, 0.5),
	} {
		place := hazard(p, grid.Assignment{})
		place.Code = code
		if _, err := c.CreatePlace(t.Context(), planner, c.cityNow(t), place); err != nil {
			t.Fatal(err)
		}
	}
	tell(1)
	_, c.at[2] = gridtest.NextEdition{
		County: countyCode, Plan: "plan-2", Actor: "publisher",
		Grids:   []grid.Grid{baseGrid(gridA, communityCode, oblong(0, 0, 1, 1)), baseGrid(gridC, communityCode, oblong(1, 0, 1, 1))},
		Lineage: []grid.Lineage{{FromCode: gridA, ToCode: gridA, Relation: "split", ShareOfArea: 0.5}, {FromCode: gridA, ToCode: gridC, Relation: "split", ShareOfArea: 0.5}},
	}.Write(t, pool)
	tell(2)
	smaller := division(communityCode, grid.LevelCommunity, streetCode, countyCode, oblong(0, 0, 3.5, 1))
	_, c.at[3] = gridtest.NextEdition{
		County: countyCode, Plan: "plan-3", Actor: "publisher", Retire: []string{gridB},
		Grids:    []grid.Grid{baseGrid(gridC, communityCode, oblong(1, 0, 2, 1))},
		Voids:    []grid.VoidArea{{Code: voidV, CommunityCode: communityCode, Reason: "water", Boundary: oblong(3, 0, 0.5, 1).Orb(), AreaM2: 1}},
		Outlines: []grid.Division{smaller},
		Lineage:  []grid.Lineage{{FromCode: gridB, ToCode: gridC, Relation: "merge", ShareOfArea: 0.5}},
	}.Write(t, pool)
	tell(3)
	return c
}

func (c *threeEditions) cityNow(t testing.TB) *edition.City { return cityOf(t, c.Store) }

// TestL4AnyInstant asks for the city right before, at, and right after the instant of each edition.
func TestL4AnyInstant(t *testing.T) {
	t.Parallel()
	c := newThreeEditions(t)
	const tick = time.Microsecond
	for _, test := range []struct {
		name   string
		at     time.Time
		number int
	}{
		{"before the first", c.at[1].Add(-tick), 0},
		{"at the first", c.at[1], 1},
		{"before the second", c.at[2].Add(-tick), 1},
		{"a nanosecond before the second", c.at[2].Add(-time.Nanosecond), 1},
		{"at the second", c.at[2], 2},
		{"a nanosecond after the second", c.at[2].Add(time.Nanosecond), 2},
		{"before the third", c.at[3].Add(-tick), 2},
		{"at the third", c.at[3], 3},
		{"much later", c.at[3].Add(time.Hour), 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			numbers, err := c.EditionsAt(t.Context(), test.at)
			if err != nil || numbers[countyCode] != test.number {
				t.Fatalf("got %v, %v, want %d", numbers, err, test.number)
			}
			city, err := c.CityAt(t.Context(), test.at)
			if err != nil {
				t.Fatal(err)
			}
			if e := city.Edition(countyCode); test.number == 0 != (e == nil) || e != nil && e.Info().Number != test.number {
				t.Fatalf("the city has another edition: %v", e)
			}
			if test.number > 0 {
				c.sameAsStored(t, city, test.number)
				c.placesAt(t, test.at, test.number)
			}
		})
	}
}

// sameAsStored compares locate in the city with what the database held at that edition.
func (c *threeEditions) sameAsStored(t *testing.T, city *edition.City, number int) {
	t.Helper()
	err := c.EachLocated(t.Context(), func(l store.Located) error {
		got, err := city.Assign(t.Context(), l.Shape)
		if want := c.stored[number][l.Code]; err != nil || !got.Same(want) {
			t.Errorf("edition %d, %s: locate gives %+v, %v; stored was %+v", number, l.Code, got, err, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// placesAt compares the list of places at an instant, whole, by grid and in a box, with what the database held then.
func (c *threeEditions) placesAt(t *testing.T, at time.Time, number int) {
	t.Helper()
	places, err := c.PlacesAt(t.Context(), store.Filter{Limit: 100}, at)
	if err != nil {
		t.Fatal(err)
	}
	created := at.After(c.at[2].Add(-time.Millisecond)) // the places came after edition 1
	if created && len(places) != 5 {
		t.Fatalf("%d places at %v", len(places), at)
	}
	inGrid := map[int64]int{}
	for _, p := range places {
		if want := c.stored[number][p.Code]; p.Assignment != want {
			t.Errorf("edition %d, %s: got %+v, want %+v", number, p.Code, p.Assignment, want)
		}
		inGrid[p.Assignment.BaseGridID]++
		one, err := c.PlaceAt(t.Context(), p.Code, at)
		if err != nil || one.Assignment != p.Assignment {
			t.Errorf("%s alone: %+v, %v", p.Code, one.Assignment, err)
		}
	}
	counts, err := c.CoverageCountsAt(t.Context(), c.cityNow(t).Division(cityCode), at)
	if err != nil {
		t.Fatal(err)
	}
	for id, n := range inGrid {
		if got := counts[id].Places["hazard"]; got != n {
			t.Errorf("edition %d: %d places are counted in grid %d, there were %d", number, got, id, n)
		}
		if id == 0 {
			continue
		}
		some, err := c.PlacesAt(t.Context(), store.Filter{GridID: id, Limit: 100}, at)
		if err != nil || len(some) != n {
			t.Errorf("edition %d: %d places are listed in grid %d, there were %d: %v", number, len(some), id, n, err)
		}
	}
}

// TestL4CityOf locates random points in each edition as the grids of that edition say.
func TestL4CityOf(t *testing.T) {
	t.Parallel()
	c := newThreeEditions(t)
	owners := [4][4]string{1: {gridA, gridA, gridB, gridB}, 2: {gridA, gridC, gridB, gridB}, 3: {gridA, gridC, gridC, ""}}
	rng := rand.New(rand.NewPCG(1, 2))
	for number := 1; number <= 3; number++ {
		city, err := c.CityOf(t.Context(), map[string]int{countyCode: number})
		if err != nil {
			t.Fatal(err)
		}
		for range 1000 {
			x := rng.Float64() * 4
			p, err := geo.Snap(spotAt(x, rng.Float64()))
			if err != nil {
				t.Fatal(err)
			}
			a := city.Locate(p, 0)
			got := ""
			if a.Base != nil && a.FallbackM == 0 {
				got = a.Base.Code
			}
			if want := owners[number][int(x)]; got != want && !a.OnBoundary {
				t.Fatalf("edition %d at %v: %q, want %q", number, p, got, want)
			}
		}
		if got, want := city.Division(communityCode).AreaM2 < 4*1e4, number == 3; got != want {
			t.Errorf("edition %d: the community has %.0f m²", number, city.Division(communityCode).AreaM2)
		}
	}
	for _, number := range []int{0, 4, -1} {
		if _, err := c.CityOf(t.Context(), map[string]int{countyCode: number}); !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("edition %d: %v", number, err)
		}
		if _, err := c.LoadEditionAt(t.Context(), countyCode, number); !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("loading edition %d: %v", number, err)
		}
	}
}

// TestHistory reads what became of a county, a grid, a place and a community, each with plan and actor.
func TestHistory(t *testing.T) {
	t.Parallel()
	c := newThreeEditions(t)
	editions, err := c.Editions(t.Context(), countyCode)
	if err != nil {
		t.Fatal(err)
	}
	info := func(n int) grid.EditionInfo {
		return grid.EditionInfo{CountyCode: countyCode, Number: n, InForceFrom: c.at[n], Proven: true}
	}
	want := []grid.EditionRecord{
		{EditionInfo: info(1), Actor: "importer", Created: 2},
		{EditionInfo: info(2), Plan: "plan-2", Actor: "publisher", Created: 1, Changed: 1},
		{EditionInfo: info(3), Plan: "plan-3", Actor: "publisher", Created: 1, Changed: 1, Retired: 1},
	}
	if diff := cmp.Diff(want, editions); diff != "" {
		t.Errorf("editions (-want +got):\n%s", diff)
	}

	type line struct {
		what        string
		from, until int // editions, 0 for none
		plan, actor string
	}
	lineOf := func(what string, p grid.Period) line {
		l := line{what: what, plan: p.Plan, actor: p.Actor}
		for n := 1; n <= 3; n++ {
			if p.From.Equal(c.at[n]) {
				l.from = n
			}
			if p.Until != nil && p.Until.Equal(c.at[n]) {
				l.until = n
			}
		}
		return l
	}
	t.Run("grid", func(t *testing.T) {
		h, err := c.GridHistory(t.Context(), gridC, true)
		if err != nil {
			t.Fatal(err)
		}
		var got []line
		for _, v := range h.Versions {
			if v.Boundary == nil {
				t.Error("a boundary is left out")
			}
			got = append(got, lineOf(v.Code, v.Period))
		}
		for _, l := range append(h.Before, h.After...) {
			got = append(got, line{l.FromCode + " " + l.Relation + " " + l.ToCode, l.Edition, 0, l.Plan, l.Actor})
		}
		want := []line{
			{gridC, 2, 3, "plan-2", "publisher"},
			{gridC, 3, 0, "plan-3", "publisher"},
			{gridA + " split " + gridC, 2, 0, "plan-2", "publisher"},
			{gridB + " merge " + gridC, 3, 0, "plan-3", "publisher"},
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		h, err = c.GridHistory(t.Context(), gridB, false)
		if err != nil || len(h.Versions) != 1 || h.Versions[0].Boundary != nil || len(h.Before) != 0 || len(h.After) != 1 {
			t.Errorf("a retired grid: %+v, %v", h, err)
		}
	})
	t.Run("place", func(t *testing.T) {
		periods, err := c.PlaceHistory(t.Context(), "P2")
		if err != nil {
			t.Fatal(err)
		}
		var got []line
		for _, p := range periods {
			got = append(got, lineOf(p.BaseGrid, p.Period))
		}
		want := []line{{gridB, 0, 3, "", "planner"}, {gridC, 3, 0, "plan-3", "publisher"}}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("division", func(t *testing.T) {
		versions, err := c.DivisionHistory(t.Context(), communityCode)
		if err != nil {
			t.Fatal(err)
		}
		var got []line
		for _, v := range versions {
			if v.Redrawn != (v.FromEdition == 3) || v.Redrawn == (v.Outline.Outline.Bound().Max[0] == spotAt(4, 0)[0]) {
				t.Errorf("edition %d: redrawn %v, outline %v", v.FromEdition, v.Redrawn, v.Outline.Outline)
			}
			got = append(got, lineOf(joined(v.Created)+"|"+joined(v.Changed)+"|"+joined(v.Retired), v.Period))
		}
		want := []line{
			{gridA + " " + gridB + "||", 1, 2, "", "importer"},
			{gridC + "|" + gridA + "|", 2, 3, "plan-2", "publisher"},
			{voidV + "|" + gridC + "|" + gridB, 3, 0, "plan-3", "publisher"},
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		city, err := c.DivisionHistory(t.Context(), cityCode)
		if err != nil || len(city) != 1 || city[0].FromEdition != 0 || city[0].Outline.Outline == nil {
			t.Errorf("the city: %+v, %v", city, err)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		_, ofGrid := c.GridHistory(t.Context(), "none", false)
		_, ofPlace := c.PlaceHistory(t.Context(), "none")
		_, ofIncident := c.IncidentHistory(t.Context(), "P2") // a place
		_, ofDivision := c.DivisionHistory(t.Context(), "none")
		for _, err := range []error{ofGrid, ofPlace, ofIncident, ofDivision} {
			if !errors.Is(err, grid.ErrNotFound) {
				t.Errorf("got %v", err)
			}
		}
	})
}

func joined(codes []string) string { return strings.Join(codes, " ") }
