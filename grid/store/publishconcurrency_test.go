package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestL5PublishOnce lets several publish one plan at once: one does, the others are told.
func TestL5PublishOnce(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	d := newDesk(t, s, town(t, s), planner)
	d.edit(grid.Change{Op: grid.OpMerge, Grids: []string{southWest + "001", southWest + "002"}})
	d.toDecision()
	var done atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			_, err := s.Publish(t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version)
			switch {
			case err == nil:
				done.Add(1)
			case !errors.Is(err, grid.ErrStale) && !errors.Is(err, grid.ErrConflict):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := count(t, pool, `SELECT max(number) FROM edition`); done.Load() != 1 || n != 2 {
		t.Errorf("%d have published, edition %d is in force", done.Load(), n)
	}
}

// TestL3WhilePlansArePublished writes places, incidents and imports, with a city that knows only the first edition, while plans are
// published: what is stored in the end is what locate says then, and nobody sees an edition half.
func TestL3WhilePlansArePublished(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := openedOn(t, pool)
	first := town(t, s)
	points := border(first.Editions()[0].Tiling())
	var wg sync.WaitGroup
	run := func(f func(ctx context.Context) error) {
		wg.Go(func() {
			if err := f(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	run(func(context.Context) error {
		for _, ch := range []grid.Change{
			{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)},
			{Op: grid.OpSplit, Grid: northWest + "001", Line: line([2]int32{2, 8}, [2]int32{2, 12})},
			{Op: grid.OpTransfer, Grid: southWest + "002", Community: southEast},
			{Op: grid.OpMerge, Grids: []string{northEast + "001", northEast + "002"}},
		} {
			d := newDesk(t, s, cityOf(t, s), planner)
			d.edit(ch)
			d.publish()
		}
		return nil
	})
	for range 2 {
		run(func(ctx context.Context) error { return importAll(ctx, t, s, first, points) })
	}
	for k := range 2 {
		run(func(ctx context.Context) error { return createAndMove(ctx, s, points, k) })
	}
	run(func(ctx context.Context) error {
		for range 10 {
			city, err := s.City(ctx)
			if err != nil {
				return err
			}
			if faults := city.Faults(city.Editions()[0]); len(faults) > 0 {
				t.Errorf("edition %d was seen with faults: %v", city.Editions()[0].Info().Number, faults)
			}
		}
		return nil
	})
	wg.Wait()
	if n := checkAnswers(t, s); n < 6*len(points) {
		t.Errorf("%d rows are stored", n)
	}
	if n := count(t, pool, `SELECT max(number) FROM edition`); n != 5 {
		t.Errorf("edition %d is in force", n)
	}
	off, err := s.OffLattice(t.Context())
	if err != nil || len(off) > 0 {
		t.Errorf("off the lattice: %v (%v)", off, err)
	}
}

// createAndMove writes places with a city that knows no grids.
func createAndMove(ctx context.Context, s *store.Store, points []geo.Point, k int) error {
	for i := k; i < len(points); i += 3 {
		p, err := s.CreatePlace(ctx, planner, nil, hazard(points[i].Orb(), grid.Assignment{}))
		if err != nil {
			return err
		}
		_, err = s.UpdatePlace(ctx, planner, nil, p.Code, p.Version, func(p *grid.Place) error {
			p.Shape = points[(i+7)%len(points)].Orb()
			return nil
		})
		if err != nil && !errors.Is(err, grid.ErrStale) { // a plan has assigned it in between
			return err
		}
	}
	return nil
}
