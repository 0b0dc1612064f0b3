package live_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// renamed writes editions of the first county of a filled database in which its first grid has the names, and returns the county,
// the grid and from when each edition is in force, the first included.
func renamed(t *testing.T, pool *pgxpool.Pool, names ...string) (county string, g grid.Grid, at []time.Time) {
	t.Helper()
	city, err := store.New(pool).City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := city.Editions()[0]
	county, g, at = e.Info().CountyCode, e.Base()[0], []time.Time{e.Info().InForceFrom}
	for _, name := range names {
		next := g
		next.Name = name
		_, from := gridtest.NextEdition{County: county, Actor: "test", Grids: []grid.Grid{next}}.Write(t, pool)
		at = append(at, from)
	}
	return county, g, at
}

func filled(t *testing.T) (*pgxpool.Pool, *live.Live) {
	t.Helper()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	fill(t, s, "divisions", "organizations", "base_grids", "dedicated_grids", "void_areas", "workers", "posts")
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return pool, l
}

// TestL4At answers from the editions of an instant, shares what has not changed, and takes the present where it is of then.
func TestL4At(t *testing.T) {
	t.Parallel()
	pool, l := filled(t)
	names := []string{"第二版", "第三版"}
	county, g, at := renamed(t, pool, names...)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	spot, err := geo.Snap(g.LabelPoint)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range append([]string{g.Name}, names...) {
		state, err := l.At(t.Context(), at[i])
		if err != nil {
			t.Fatal(err)
		}
		a := state.City.Locate(spot, 0)
		if a.Outcome != edition.Served || a.Base.Name != want || a.Editions[0].Number != i+1 {
			t.Errorf("edition %d: %v, %v", i+1, a.Base, a.Editions)
		}
		if !state.Time().Equal(at[i]) || state.Preview != nil {
			t.Errorf("edition %d: the state is of %v, %v", i+1, state.Time(), state.Preview)
		}
		if i < len(names) && state.City == l.Now().City || i == len(names) && state.City != l.Now().City {
			t.Errorf("edition %d: the wrong city", i+1)
		}
		for _, e := range state.City.Editions() {
			if now := l.Now().City.Edition(e.Info().CountyCode); e.Info().CountyCode != county && e != now {
				t.Errorf("edition %d: %s is not shared", i+1, e.Info().CountyCode)
			}
		}
		again, err := l.At(t.Context(), at[i].Add(time.Microsecond))
		if err != nil || again.City != state.City {
			t.Errorf("edition %d is loaded again: %v", i+1, err)
		}
		if len(state.Posts(&g, time.Now())) == 0 {
			t.Errorf("edition %d: nobody is posted", i+1)
		}
	}
	if _, err := l.At(t.Context(), at[0].Add(-time.Microsecond)); err == nil {
		if state, _ := l.At(t.Context(), at[0].Add(-time.Microsecond)); state.City.Edition(county) != nil {
			t.Error("the county has an edition before its first")
		}
	}
	if _, err := l.At(t.Context(), at[0].AddDate(-1, 0, 0)); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("a year before the first edition: %v", err)
	}
	future, err := l.At(t.Context(), time.Now().AddDate(1, 0, 0))
	if err != nil || future.City != l.Now().City || future.Preview != nil {
		t.Errorf("a year ahead without plans: %v", err)
	}
}

// TestKeepsFewCities asks for more editions than are kept, from many sides at once: each is right, none but a few stay.
func TestKeepsFewCities(t *testing.T) {
	t.Parallel()
	pool, l := filled(t)
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprint("版", i))
	}
	county, g, _ := renamed(t, pool, names...)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	numbers := func(n int) map[string]int {
		all := map[string]int{}
		for _, e := range l.Now().City.Editions() {
			all[e.Info().CountyCode] = e.Info().Number
		}
		all[county] = n
		return all
	}
	var wait sync.WaitGroup
	for i := range 48 {
		wait.Go(func() {
			n := i%len(names) + 1
			city, err := l.Of(t.Context(), numbers(n))
			if err != nil {
				t.Error(err)
				return
			}
			want := g.Name
			if n > 1 {
				want = names[n-2]
			}
			if got, _ := city.Grid(g.Code); got == nil || got.Name != want {
				t.Errorf("edition %d: %v, want %q", n, got, want)
			}
		})
	}
	wait.Wait()
	kept := 0
	for n := 1; n <= len(names); n++ {
		if l.Keeps(numbers(n)) {
			kept++
		}
	}
	if kept == 0 || kept > live.MostCities {
		t.Errorf("%d cities are kept, at most %d are to be", kept, live.MostCities)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for n := 1; n <= len(names); n++ {
		if !l.Keeps(numbers(n)) {
			if _, err := l.Of(ended, numbers(n)); !errors.Is(err, context.Canceled) {
				t.Errorf("a request that has ended loads a city: %v", err)
			}
		}
	}
}
