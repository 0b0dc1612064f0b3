package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestWhatIsTold: imports, editions and the states of plans are told of, with whom they concern, and nothing of what is undone.
func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	city := town(t, s)
	imp := newImport("hazards", 3)
	imp.City = city
	err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(3, func(i int) grid.Place {
		at := spot(int32(50+i*100), 50)
		a, err := city.Assign(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		return hazard(at, a)
	}))
	if err != nil {
		t.Fatal(err)
	}
	short := newImport("hazards", 2)
	short.City = city
	if err := s.ImportPlaces(t.Context(), short, layerOf(t, "hazard"), each(0, func(int) grid.Place { return grid.Place{} })); err == nil {
		t.Fatal("the counts do not add up and nobody says so")
	}
	d := newDesk(t, s, city, planner)
	d.rename(southWest+"001", "梅园")
	d.publish()
	got := texts(t, tx, `
		SELECT topic || ' ' || action || ' ' || CASE WHEN topic = 'plan' THEN 'P' ELSE code END || ' ' || array_to_string(areas, ',')
		       || coalesce(' ' || (data ->> 'edition'), ' ' || (data ->> 'stored'), ' ' || (data ->> 'state'), '')
		FROM outbox
		ORDER BY id`)
	want := []string{
		"import import divisions  8",
		"import import base_grids  16",
		"edition import " + countyCode + " " + countyCode + " 1",
		"import import hazards " + countyCode + " 3",
		"place import " + countyCode + " " + countyCode + " 3",
		"plan create P " + countyCode + " draft",
		"plan check P " + countyCode + " checked",
		"plan submit P " + countyCode + " submitted",
		"plan approve P " + countyCode + " decided",
		"edition publish " + countyCode + " " + countyCode + " 2",
		"roster update " + countyCode + " " + countyCode,
		"plan publish P " + countyCode + " effective",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("told (-got +want):\n%s", diff)
	}
}
