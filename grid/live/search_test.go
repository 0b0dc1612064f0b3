package live_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/search"
	"github.com/wangge/wangge/grid/store"
)

// find searches as somebody who may read everything, or as anybody.
func find(t *testing.T, l *live.Live, typed string, registers bool) live.FoundIn {
	t.Helper()
	q, err := search.Parse(typed)
	if err != nil {
		t.Fatal(err)
	}
	found, err := l.Search(live.Searched{Query: q, Limit: 50, Registers: registers})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func codes(found live.FoundIn) []string {
	list := []string{}
	for i := range found.Hits {
		list = append(list, found.Hits[i].Entry.Code)
	}
	return list
}

// TestL5Search: what is found is of one edition, the new one or the one before, never of both.
func TestL5Search(t *testing.T) {
	t.Parallel()
	pool, l := filled(t)
	if err := l.RefreshSearch(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := l.Now().City.Editions()[0]
	g := e.Base()[0]
	old := g.Name
	g.Name = "改了名的网格"
	gridtest.NextEdition{County: g.CountyCode, Actor: "test", Grids: []grid.Grid{g}}.Write(t, pool)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, typed       string
		registers, loaded bool
		number            int
		found             bool
	}{
		{"anybody, the new name", g.Name, false, false, 2, true},
		{"anybody, the old name", old, false, false, 2, false},
		{"with registers of the old edition, the new name", g.Name, true, false, 1, false},
		{"with registers of the old edition, the old name", old, true, false, 1, true},
		{"with registers of the new edition, the new name", g.Name, true, true, 2, true},
		{"with registers of the new edition, the old name", old, true, true, 2, false},
	} {
		if test.loaded {
			if err := l.RefreshSearch(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		found := find(t, l, test.typed, test.registers)
		if number := found.State.City.Edition(g.CountyCode).Info().Number; number != test.number {
			t.Errorf("%s: of edition %d, want %d", test.name, number, test.number)
		}
		if got := slices.Contains(codes(found), g.Code); got != test.found {
			t.Errorf("%s: found %v, want %v", test.name, got, test.found)
		}
	}
}

// TestSearchFollow: a server that follows loads by itself, sees what is imported and written, and goes on without the database.
func TestSearchFollow(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	fill(t, s, "divisions", "organizations", "base_grids", "dedicated_grids", "void_areas")
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	q, _ := search.Parse("站")
	if _, err := l.Search(live.Searched{Query: q, Limit: 1, Registers: true}); !errors.Is(err, live.ErrNotLoaded) {
		t.Errorf("before anything is loaded: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { l.Follow(ctx, 200*time.Millisecond) })
	defer following.Wait()
	defer cancel()
	wait := func(what string, there func() bool) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); !there(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("not seen: " + what)
			}
		}
	}
	wait("the registers", func() bool { return l.SearchFigures().Loaded })
	fill(t, s, "roads", "household_points")
	wait("imports", func() bool {
		types := map[string]bool{}
		for _, typed := range []string{"路", "苑", "园", "区"} {
			for _, h := range find(t, l, typed, true).Hits {
				types[h.Entry.Type] = true
			}
		}
		return types[search.HouseholdPoint] && types["road"]
	})
	actor := grid.Actor{Name: "test", Role: grid.RoleAdministrator}
	hit, err := s.CreatePlace(t.Context(), actor, l.Now().City, grid.Place{
		Kind: "response_point", Name: "原来的名称", Shape: l.Now().City.Editions()[0].Base()[0].LabelPoint, InputCRS: "wgs84",
		Detail: map[string]any{"point_kind": "fire_station"},
	})
	if err != nil {
		t.Fatal(err)
	}
	wait("a new place", func() bool { return slices.Equal(codes(find(t, l, hit.Name, true)), []string{hit.Code}) })
	_, err = s.UpdatePlace(t.Context(), actor, l.Now().City, hit.Code, 1, func(p *grid.Place) error { p.Name = "新的名称"; return nil })
	if err != nil {
		t.Fatal(err)
	}
	wait("a change", func() bool { return slices.Equal(codes(find(t, l, "新的名称", true)), []string{hit.Code}) })
	if slices.Contains(codes(find(t, l, hit.Name, true)), hit.Code) {
		t.Errorf("%s is still found by its old name", hit.Code)
	}
	cancel()
	following.Wait()
	pool.Close()
	if got := codes(find(t, l, "新的名称", true)); !slices.Equal(got, []string{hit.Code}) {
		t.Errorf("without the database: got %v", got)
	}
}
