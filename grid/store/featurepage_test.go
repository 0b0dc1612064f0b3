package store_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// disordered is a database that takes the rows of boxes from the last to the first.
type disordered struct{ store.DB }

func (d disordered) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	for _, q := range b.QueuedQueries {
		q.SQL = strings.Replace(q.SQL, "row_number() OVER ()", "-row_number() OVER ()", 1)
	}
	return d.DB.SendBatch(ctx, b)
}

// TestPagesInAnotherOrder has the same pages where the database does not take the rows in the order of their index.
func TestPagesInAnotherOrder(t *testing.T) {
	t.Parallel()
	const n = 40
	tx := gridtest.Tx(t)
	s := store.New(tx)
	tiling := geotest.Big(4, 4)
	points := clustered(rand.New(rand.NewPCG(3, 4)), n, tiling.Outline.Box())
	imp := newImport("hazards", n)
	imp.City = tiled(t, s, tiling)
	err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(n, func(i int) grid.Place { return hazard(points[i].Orb(), grid.Assignment{}) }))
	if err != nil {
		t.Fatal(err)
	}
	hazards, _ := grid.CollectionByID("hazards")
	q := store.FeatureQuery{Collection: hazards, Boxes: []geo.Box{tiling.Outline.Box()}, Limit: 15}
	for range 2 {
		want, err := s.Features(t.Context(), q)
		if err != nil || len(want) != q.Limit {
			t.Fatal(len(want), err)
		}
		got, err := store.New(disordered{tx}).Features(t.Context(), q)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
		if q.After, err = q.Position(&want[len(want)-1]); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPagesOfBoxes pages through boxes of points and of polygons, by what is common and by what is rare.
func TestPagesOfBoxes(t *testing.T) {
	t.Parallel()
	const n = 30_000 // more than are walked through
	tx := gridtest.Tx(t)
	s := store.New(tx)
	tiling := geotest.Big(20, 10)
	outline := tiling.Outline.Box()
	points := clustered(rand.New(rand.NewPCG(1, 2)), n, outline)
	imp := newImport("hazards", n)
	imp.City = tiled(t, s, tiling)
	err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(n, func(i int) grid.Place {
		h := hazard(points[i].Orb(), grid.Assignment{})
		if h.Name = "common"; i%3000 == 7 {
			h.Name = "rare"
		}
		return h
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "ANALYZE place, hazard"); err != nil {
		t.Fatal(err)
	}
	hazards, _ := grid.CollectionByID("hazards")
	pages := func(q store.FeatureQuery) (ids []int64, all []grid.Feature) {
		q.Collection = hazards
		for {
			found, err := s.Features(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for i := range found {
				ids = append(ids, found[i].ID)
				if q.After, err = q.Position(&found[i]); err != nil {
					t.Fatal(err)
				}
			}
			if all = append(all, found...); len(found) < q.Limit {
				slices.Sort(ids)
				return ids, all
			}
		}
	}
	_, all := pages(store.FeatureQuery{Limit: n + 1})
	rare, err := cql2.Parse("name = 'rare'")
	if err != nil {
		t.Fatal(err)
	}
	quarter := geo.Box{Min: outline.Min, Max: geo.Point{X: outline.Min.X/2 + outline.Max.X/2, Y: outline.Min.Y/2 + outline.Max.Y/2}}
	for _, c := range []struct {
		boxes  []geo.Box
		filter *cql2.Expr
		limit  int
	}{
		{[]geo.Box{outline}, nil, 7000},
		{[]geo.Box{quarter}, nil, 700},
		{[]geo.Box{quarter, quarter, outline}, nil, 9000},
		{[]geo.Box{outline}, rare, 3},
		{[]geo.Box{outline}, rare, 300},
		{[]geo.Box{quarter}, rare, 3},
		{[]geo.Box{}, nil, 10},
	} {
		var want []int64
		for _, f := range all {
			shape, err := geo.ShapeFromOrb(f.Geometry)
			if err != nil {
				t.Fatal(err)
			}
			in := slices.ContainsFunc(c.boxes, func(box geo.Box) bool { return box.Contains(shape.Points[0]) })
			if in && (c.filter == nil || f.Values[hazards.Index("name")] == "rare") {
				want = append(want, f.ID)
			}
		}
		if got, _ := pages(store.FeatureQuery{Boxes: c.boxes, Filter: c.filter, Limit: c.limit}); !slices.Equal(got, want) || (len(want) == 0) != (len(c.boxes) == 0) {
			t.Errorf("%v, %v: %d features on pages of %d, want %d", c.boxes, c.filter, len(got), c.limit, len(want))
		}
	}
}
