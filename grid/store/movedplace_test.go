package store_test

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// TestMovedPlace keeps where a place was, though its grid stays the same.
func TestMovedPlace(t *testing.T) {
	t.Parallel()
	c := newThreeEditions(t)
	from, to := spotAt(0.5, 0.5), spotAt(0.6, 0.6)
	var before time.Time
	if err := c.pool.QueryRow(t.Context(), `SELECT clock_timestamp()`).Scan(&before); err != nil {
		t.Fatal(err)
	}
	p, err := c.Place(t.Context(), "P0")
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.UpdatePlace(t.Context(), planner, c.cityNow(t), "P0", p.Version, func(p *grid.Place) error {
		p.Shape = to
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	around := func(p orb.Point) []geo.Box {
		at, err := geo.Snap(p)
		if err != nil {
			t.Fatal(err)
		}
		return []geo.Box{{Min: geo.Point{X: at.X - 9, Y: at.Y - 9}, Max: geo.Point{X: at.X + 9, Y: at.Y + 9}}}
	}
	for _, test := range []struct {
		name  string
		at    time.Time
		where orb.Point
	}{{"then", before, from}, {"now", time.Now().Add(time.Minute), to}} {
		for _, where := range []orb.Point{from, to} {
			found, err := c.PlacesAt(t.Context(), store.Filter{Boxes: around(where), Limit: 10}, test.at)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := len(found) == 1, where == test.where; got != want {
				t.Errorf("%s at %v: found %d", test.name, where, len(found))
			} else if got && found[0].Shape != orb.Geometry(test.where) {
				t.Errorf("%s: it is shown at %v", test.name, found[0].Shape)
			}
		}
	}
}
