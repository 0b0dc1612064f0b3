package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// guardTiles lets the database refuse, at the commit, every change of a place or an incident whose transaction has not raised the versions of
// the cells before and after.
func guardTiles(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `
		CREATE FUNCTION tiles_are_raised() RETURNS trigger LANGUAGE plpgsql AS $$
		DECLARE
			at bigint;
		BEGIN
			FOREACH at IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.cell] ELSE ARRAY[OLD.cell, NEW.cell] END LOOP
				PERFORM FROM tile_version
				WHERE layer = TG_ARGV[0] AND cell = at >> 34 AND xmin = pg_current_xact_id()::xid;
				IF NOT FOUND THEN
					RAISE EXCEPTION '% of % in cell % raised no version of tiles', TG_OP, TG_ARGV[0], at;
				END IF;
			END LOOP;
			RETURN NULL;
		END $$;
		CREATE CONSTRAINT TRIGGER place_tiles AFTER INSERT OR UPDATE ON place
			DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tiles_are_raised('places');
		CREATE CONSTRAINT TRIGGER incident_tiles AFTER INSERT OR UPDATE ON incident
			DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tiles_are_raised('incidents')`)
	if err != nil {
		t.Fatal(err)
	}
}

// TestL5EveryWriterRaisesTiles goes through all that writes places and incidents.
func TestL5EveryWriterRaisesTiles(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	guardTiles(t, pool)
	s := store.New(pool)
	city := town(t, s)
	scatter(t, s, city)
	staff(t, s, southWest+"001", southWest+"002", southWest+"003", northEast+"001")
	for _, changes := range [][]grid.Change{
		{{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)}},
		{{Op: grid.OpSplit, Grid: southWest + "004", Line: line([2]int32{6, 4}, [2]int32{6, 8})}},
		{{Op: grid.OpMerge, Grids: []string{northEast + "001", northEast + "002"}}},
	} {
		d := newDesk(t, s, cityOf(t, s), planner)
		for _, ch := range changes {
			d.edit(ch)
		}
		d.publish()
	}
	d := newDesk(t, s, cityOf(t, s), planner)
	d.edit(grid.Change{Op: grid.OpTransfer, Grid: southWest + "002", Community: southEast})
	d.publish()
	if n := count(t, pool, `SELECT count(*) FROM past_assignment`); n == 0 {
		t.Error("no plan has given anything to another grid: the test is worth nothing")
	}
	w := writers{t: t, s: s, city: cityOf(t, s), rng: rand.New(rand.NewPCG(1, 8))}
	for range 40 {
		w.act()
	}
	t.Log(w.done)
}

// writers does random things with places and incidents.
type writers struct {
	t         testing.TB
	s         *store.Store
	city      *edition.City
	rng       *rand.Rand
	places    []string
	incidents []string
	done      map[string]int
}

func (w *writers) spot() geo.Point {
	return geo.Point{X: townOrigin.X + w.rng.Int32N(4*side), Y: townOrigin.Y + w.rng.Int32N(4*side)}
}

// act does one thing; a refusal is fine.
func (w *writers) act() {
	w.t.Helper()
	acts := []struct {
		name string
		do   func() error
	}{
		{"create place", w.createPlace},
		{"change place", w.changePlace},
		{"import", w.importPlaces},
		{"report", w.report},
		{"change incident", w.changeIncident},
		{"act", w.actOn},
		{"remind", w.remind},
	}
	one := acts[w.rng.IntN(len(acts))]
	err := one.do()
	if err == nil {
		if w.done == nil {
			w.done = map[string]int{}
		}
		w.done[one.name]++
		return
	}
	if rule := (*grid.RuleError)(nil); !errors.As(err, &rule) && !errors.Is(err, grid.ErrConflict) && !errors.Is(err, grid.ErrForbidden) {
		w.t.Fatalf("%s: %v", one.name, err)
	}
}

func (w *writers) createPlace() error {
	made, err := w.s.CreatePlace(w.t.Context(), planner, w.city, hazard(w.spot().Orb(), grid.Assignment{}))
	w.places = append(w.places, made.Code)
	return err
}

func (w *writers) changePlace() error {
	if len(w.places) == 0 {
		return nil
	}
	p, err := w.s.Place(w.t.Context(), w.places[w.rng.IntN(len(w.places))])
	if err != nil {
		return err
	}
	_, err = w.s.UpdatePlace(w.t.Context(), planner, w.city, p.Code, p.Version, func(p *grid.Place) error {
		switch w.rng.IntN(3) {
		case 0:
			p.Shape = w.spot().Orb()
		case 1:
			p.Name = fmt.Sprint("隐患 ", w.rng.IntN(1000))
		default:
			p.State = []string{"active", "inactive"}[w.rng.IntN(2)]
		}
		return nil
	})
	return err
}

func (w *writers) importPlaces() error {
	imp := newImport("hazards", 3)
	imp.City = w.city
	return w.s.ImportPlaces(w.t.Context(), imp, layerOf(w.t, "hazard"), each(3, func(int) grid.Place {
		at := w.spot()
		return hazard(at.Orb(), w.city.AssignPoint(at))
	}))
}

func (w *writers) report() error {
	in := grid.Incident{
		Kind: "gas", Source: "patrol", Title: "x", Severity: "grave", Shape: w.spot().Orb(), InputCRS: "wgs84",
		ReportedAt: time.Now().Add(-time.Duration(w.rng.IntN(900)) * time.Hour),
	}
	made, _, err := w.s.CreateIncident(w.t.Context(), planner, w.city, in, store.IdempotencyKey{})
	w.incidents = append(w.incidents, made.Code)
	return err
}

func (w *writers) one() (grid.Incident, bool) {
	if len(w.incidents) == 0 {
		return grid.Incident{}, false
	}
	in, err := w.s.Incident(w.t.Context(), w.incidents[w.rng.IntN(len(w.incidents))])
	return in, err == nil
}

func (w *writers) changeIncident() error {
	in, ok := w.one()
	if !ok {
		return nil
	}
	_, err := w.s.UpdateIncident(w.t.Context(), planner, w.city, in.Code, in.Version, func(in *grid.Incident) error {
		if w.rng.IntN(2) == 0 {
			in.Shape = w.spot().Orb()
		} else {
			in.Severity = []string{"normal", "grave"}[w.rng.IntN(2)]
		}
		return nil
	})
	return err
}

func (w *writers) actOn() error {
	in, ok := w.one()
	if !ok {
		return nil
	}
	orders := []grid.IncidentOrder{
		{Act: "accept"},
		{Act: "start"},
		{Act: "finish", Outcome: "resolved"},
		{Act: "close"},
		{Act: "reject", Reason: "x"},
		{Act: "cancel", Reason: "x"},
		{Act: "merge", Into: w.incidents[w.rng.IntN(len(w.incidents))], Reason: "x"},
		{Act: "transfer", Unit: "division:" + eastStreet, Reason: "x"},
	}
	_, err := w.s.ActOnIncident(w.t.Context(), planner, w.city, in.Code, in.Version, orders[w.rng.IntN(len(orders))])
	return err
}

func (w *writers) remind() error {
	_, err := w.s.RemindDue(w.t.Context(), grid.Actor{Name: "scheduler", Role: grid.RoleAdministrator})
	return err
}

// TestL5PointTileTags lets random writers write and compares tags with bytes: where these change, so do those, for every scope; where
// nothing was written tags stay.
func TestL5PointTileTags(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	w := writers{t: t, s: s, city: town(t, s), rng: rand.New(rand.NewPCG(2, 8))}
	var tiles []mvt.TileID
	for _, z := range []uint8{3, 10, 14, 16} {
		for id := range mvt.Cover(w.city.Box(), z, 0).All() {
			tiles = append(tiles, id)
		}
	}
	tiles = tiles[:min(len(tiles), 40)]
	type shown struct{ tag, body string }
	look := func() map[string]shown {
		all := map[string]shown{}
		for _, id := range tiles {
			for _, scope := range []string{"", westStreet, southEast} {
				for layer, of := range map[string]struct {
					tag  func(context.Context, mvt.TileID, string) (string, error)
					tile store.TileQuery
				}{"places": {s.PlaceTileTag, s.PlaceTile}, "incidents": {s.IncidentTileTag, s.IncidentTile}} {
					tag, err := of.tag(t.Context(), id, scope)
					body, tileErr := of.tile(t.Context(), id, store.TileFilter{Scope: scope})
					if err := errors.Join(err, tileErr); err != nil {
						t.Fatal(err)
					}
					all[fmt.Sprint(layer, id, scope)] = shown{tag, string(body)}
				}
			}
		}
		return all
	}
	before := look()
	changes, same := 0, 0
	for range 60 {
		w.act()
		after := look()
		for key, is := range after {
			was := before[key]
			if is.body != was.body {
				changes++
			}
			if is.tag == was.tag {
				same++
				if is.body != was.body {
					t.Fatalf("%s has other bytes under the same tag after %v", key, w.done)
				}
			}
		}
		before = after
	}
	t.Logf("%d tiles changed, %d kept their tags: %v", changes, same, w.done)
	if changes == 0 || same == 0 || len(w.done) < 6 {
		t.Error("too little was done: the test is worth nothing")
	}
}

// TestTileVersionsAddUp: writers in one cell cannot hide each other, and one in another cell waits for nobody.
func TestTileVersionsAddUp(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	tiling := smallTiling()
	city := tiled(t, s, tiling)
	at := inside(tiling, 0)
	const each, many = 5, 4
	var all errgroup.Group
	for range many {
		all.Go(func() error {
			for range each {
				if _, err := s.CreatePlace(t.Context(), planner, city, hazard(at, grid.Assignment{})); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, pool, `SELECT sum(version)::int FROM tile_version`); n != each*many {
		t.Errorf("%d commits raised the version to %d", each*many, n)
	}
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := tx.Exec(t.Context(), `UPDATE tile_version SET version = version + 1`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	far := at
	far[0] += 0.5 // another cell, outside the county
	if _, err := s.CreatePlace(ctx, grid.Actor{Name: "admin", Role: grid.RoleAdministrator}, city, hazard(far, grid.Assignment{})); err != nil {
		t.Errorf("another cell has to wait: %v", err)
	}
}
