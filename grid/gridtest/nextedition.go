package gridtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// NextEdition is what the next edition of a county has otherwise: for tests of what editions are for, without the plan that makes
// them.
type NextEdition struct {
	County   string
	Plan     string // title of the plan that made it, "" for none
	Grids    []grid.Grid
	Voids    []grid.VoidArea
	Retire   []string // codes of grids and void areas
	Outlines []grid.Division
	Lineage  []grid.Lineage
	Actor    string
}

// Write stores the edition, in force from now on, with the assignments that it changes, and returns its number and its instant.
func (e NextEdition) Write(t testing.TB, pool *pgxpool.Pool) (number int, at time.Time) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		var err error
		number, at, err = e.begin(t.Context(), tx)
		if err != nil {
			return err
		}
		w := &editionWriter{ctx: t.Context(), tx: tx, e: e, number: number, at: at}
		w.parts()
		w.outlines()
		w.lineage()
		w.assign()
		w.exec(`SELECT pg_notify('edition', $1)`, e.County)
		return w.err
	})
	if err != nil {
		t.Fatal("gridtest: ", err)
	}
	return number, at
}

func (e NextEdition) begin(ctx context.Context, tx pgx.Tx) (number int, at time.Time, err error) {
	var plan *int64
	if e.Plan != "" {
		err = tx.QueryRow(ctx, `
			INSERT INTO plan (code, county_codes, base_editions, title, reason, deciding_level, state, created_by)
			SELECT $1, ARRAY[$2], ARRAY[max(number)], $1, 'other', 'county', 'effective', $3 FROM edition WHERE county_code = $2
			RETURNING id`, e.Plan, e.County, e.Actor).Scan(&plan)
		if err != nil {
			return 0, at, err
		}
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO edition (county_code, number, in_force_from, proven, created_by, plan_id)
		SELECT $1, max(number) + 1, clock_timestamp(), true, $2, $3 FROM edition WHERE county_code = $1
		RETURNING number, in_force_from`, e.County, e.Actor, plan).Scan(&number, &at)
	return number, at, err
}

// editionWriter writes until the first error.
type editionWriter struct {
	ctx    context.Context
	tx     pgx.Tx
	e      NextEdition
	number int
	at     time.Time
	err    error
}

func (w *editionWriter) exec(sql string, args ...any) {
	if w.err == nil {
		_, w.err = w.tx.Exec(w.ctx, sql, args...)
	}
}

func (w *editionWriter) shape(g orb.Geometry) []byte {
	b, err := ewkb.Marshal(g, 4326)
	if w.err == nil {
		w.err = err
	}
	return b
}

func (w *editionWriter) parts() {
	gone := slices.Clone(w.e.Retire)
	for _, g := range w.e.Grids {
		gone = append(gone, g.Code)
	}
	for _, v := range w.e.Voids {
		gone = append(gone, v.Code)
	}
	w.exec(`UPDATE grid_version v SET to_edition = $2 FROM grid g WHERE g.id = v.grid_id AND g.code = ANY ($1) AND v.to_edition IS NULL`, gone, w.number)
	w.exec(`UPDATE void_area SET to_edition = $2 WHERE code = ANY ($1) AND to_edition IS NULL`, gone, w.number)
	w.exec(`UPDATE grid SET retired_edition = $2 WHERE code = ANY ($1)`, w.e.Retire, w.number)
	for _, g := range w.e.Grids {
		w.exec(`
			INSERT INTO grid (code, county_code, kind, community_code, created_edition) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (code) DO NOTHING`, g.Code, w.e.County, g.Kind, g.CommunityCode, w.number)
		w.exec(`
			INSERT INTO grid_version (grid_id, county_code, from_edition, name, boundary, label_point, area_m2, perimeter_m, compactness,
			                          households, dedicated_kind, host_org_code, source_crs)
			SELECT id, $2, $3, $4, ST_GeomFromEWKB($5), ST_GeomFromEWKB($6), $7, $8, $9, $10, nullif($11, ''), nullif($12, ''), 'wgs84'
			FROM grid
			WHERE code = $1`, g.Code, w.e.County, w.number, g.Name, w.shape(g.Boundary), w.shape(g.LabelPoint), g.AreaM2, g.PerimeterM,
			g.Compactness, g.Households, g.DedicatedKind, g.HostOrg)
	}
	for _, v := range w.e.Voids {
		w.exec(`
			INSERT INTO void_area (code, county_code, community_code, reason, name, boundary, area_m2, from_edition)
			VALUES ($1, $2, $3, $4, $5, ST_GeomFromEWKB($6), $7, $8)`,
			v.Code, w.e.County, v.CommunityCode, v.Reason, v.Name, w.shape(v.Boundary), v.AreaM2, w.number)
	}
}

func (w *editionWriter) outlines() {
	for _, d := range w.e.Outlines {
		w.exec(`
			INSERT INTO division_past (division_code, county_code, until_edition, outline, label_point, area_m2)
			SELECT code, county_code, $2, outline, label_point, area_m2 FROM division WHERE code = $1`, d.Code, w.number)
		w.exec(`UPDATE division SET outline = ST_GeomFromEWKB($2), label_point = ST_GeomFromEWKB($3), area_m2 = $4 WHERE code = $1`,
			d.Code, w.shape(d.Outline), w.shape(d.LabelPoint), d.AreaM2)
	}
}

func (w *editionWriter) lineage() {
	for _, l := range w.e.Lineage {
		w.exec(`
			INSERT INTO grid_lineage (county_code, edition, from_grid_id, to_grid_id, relation, share_of_area)
			SELECT $1, $2, f.id, t.id, $5, $6 FROM grid f, grid t WHERE f.code = $3 AND t.code = $4`,
			w.e.County, w.number, l.FromCode, l.ToCode, l.Relation, l.ShareOfArea)
	}
}

// assign gives every place and incident the grids that it has in this edition, and keeps the assignment that it had.
func (w *editionWriter) assign() {
	if w.err != nil {
		return
	}
	s := store.New(w.tx)
	city, err := s.City(w.ctx)
	if err != nil {
		w.err = err
		return
	}
	now := map[string]map[string]grid.Assignment{"place": {}, "incident": {}}
	w.err = s.EachLocated(w.ctx, func(l store.Located) error {
		a, err := city.Assign(w.ctx, l.Shape)
		if err == nil && now[l.Table] != nil && !l.Closed && !a.Same(l.Assignment) {
			now[l.Table][l.Code] = a
		}
		return err
	})
	for code, a := range now["place"] {
		w.keep("place", code, `SELECT * FROM place WHERE code = $2`)
		w.exec(`
			UPDATE place
			SET county_code = nullif($2, ''), community_code = nullif($3, ''), base_grid_id = nullif($4, 0::bigint),
			    dedicated_grid_id = nullif($5, 0::bigint), located_edition = nullif($6, 0), on_boundary = $7, version = version + 1
			WHERE code = $1`, code, a.CountyCode, a.CommunityCode, a.BaseGridID, a.DedicatedID, a.Edition, a.OnBoundary)
	}
	for code, a := range now["incident"] {
		w.keep("incident", code, `SELECT * FROM incident WHERE code = $2`)
		w.exec(`
			UPDATE incident
			SET county_code = nullif($2, ''), community_code = nullif($3, ''), base_grid_id = nullif($4, 0::bigint),
			    dedicated_grid_id = nullif($5, 0::bigint), located_edition = nullif($6, 0), on_boundary = $7, version = version + 1
			WHERE code = $1`, code, a.CountyCode, a.CommunityCode, a.BaseGridID, a.DedicatedID, a.Edition, a.OnBoundary)
	}
}

func (w *editionWriter) keep(thing, code, row string) {
	w.exec(`
		INSERT INTO past_assignment (thing, thing_id, until_at, county_code, community_code, base_grid_id, dedicated_grid_id,
		                             located_edition, on_boundary, plan_id, actor)
		SELECT $1, t.id, $3, t.county_code, t.community_code, t.base_grid_id, t.dedicated_grid_id, t.located_edition, t.on_boundary, e.plan_id, $4
		FROM (`+row+`) t
		JOIN edition e ON e.county_code = $5 AND e.number = $6`, thing, code, w.at, w.e.Actor, w.e.County, w.number)
}
