package store

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// settleImport makes sure that the rows of an import, which were located before any lock was taken, have the assignment of the
// editions in force at the commit: it locks all counties and locates again what lies where a county has moved on.
func settleImport(ctx context.Context, tx pgx.Tx, imp *Import, table *locatedTable) error {
	if err := lockCountiesShared(ctx, tx, wholeCity); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT code FROM division WHERE level = 'county' ORDER BY code COLLATE "C"`)
	if err != nil {
		return err
	}
	counties, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if err := lockCountiesShared(ctx, tx, counties...); err != nil {
		return err
	}
	changed, err := changedCounties(ctx, tx, imp.City, counties)
	if err != nil || len(changed) == 0 {
		return err
	}
	city, err := reload(ctx, tx, imp.City)
	if err != nil {
		return err
	}
	end := ending{importID: imp.ID}
	if imp.Covers != nil {
		end.covers = func(division string) error { return imp.Covers(city, division) }
	}
	fewer, err := reassign(ctx, tx, table, city, changed, end)
	imp.Unassigned -= fewer
	return err
}

// reachOf returns the box, widened by reachDeg, of all that each of the counties has or had: divisions, grids, void areas.
func reachOf(ctx context.Context, tx DB, counties []string) ([][]byte, error) {
	rows, err := tx.Query(ctx, `
		SELECT ST_AsEWKB(ST_Expand(ST_SetSRID(ST_Extent(g)::geometry, 4326), $2))
		FROM (SELECT county_code, outline AS g FROM division
		      UNION ALL SELECT county_code, boundary FROM grid_version
		      UNION ALL SELECT county_code, boundary FROM void_area) of_county
		WHERE county_code = ANY ($1)
		GROUP BY county_code`, counties, reachDeg)
	if err != nil {
		return nil, err
	}
	boxes, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	return listOrEmpty(boxes), err
}

// assignCounties locates again, after the counties have got new editions, everything that is stored there; everything at all for
// nil.
func assignCounties(ctx context.Context, tx pgx.Tx, counties []string, end ending) error {
	city, err := loadCity(ctx, tx)
	if err != nil {
		return err
	}
	for _, table := range locatedTables() {
		if _, err := reassign(ctx, tx, table, city, counties, end); err != nil {
			return err
		}
	}
	return nil
}

// locatedTable is a table whose rows are assigned to grids, with its statements. In read, $1 is the id after which to go on, $2
// how many rows to read, $3 the boxes in which they lie, NULL for everywhere, $4 the import whose rows alone are meant, 0 for all. In
// write, $1 are ids, $2 to $7 their assignments and $8 is the import, 0 when others may have read the rows. past is in
// pastassignment.go, points and shapes are in handover.go. In cells, $1 are ids.
type locatedTable struct {
	name              string
	tiles, cells      string // the layer of tiles that shows the rows, and their cells; "" for none
	read, write, past string
	points, shapes    string
}

// locatedTables returns all of them.
func locatedTables() []*locatedTable {
	return []*locatedTable{&placeTable, &incidentTable, &householdTable}
}

var placeTable = locatedTable{
	name:  "place",
	tiles: "places", cells: `SELECT cell FROM place WHERE id = ANY ($1) ORDER BY cell`,
	past: pastPlaceSQL, points: movedPlacesSQL, shapes: movedPlaceShapesSQL,
	read: `
		WITH reach AS MATERIALIZED (SELECT ST_GeomFromEWKB(b) AS box FROM unnest($3::bytea[]) AS b)
		SELECT id, ST_AsEWKB(shape), coalesce(county_code, ''), coalesce(community_code, ''), coalesce(base_grid_id, 0),
		       coalesce(dedicated_grid_id, 0), coalesce(located_edition, 0), on_boundary
		FROM place
		WHERE id > $1
		  AND ($3::bytea[] IS NULL OR EXISTS (SELECT FROM reach WHERE reach.box && place.shape))
		  AND ($4 = 0 OR import_id = $4)
		ORDER BY id
		LIMIT $2`,
	write: `
		UPDATE place
		SET county_code = nullif(u.county, ''), community_code = nullif(u.community, ''), base_grid_id = nullif(u.base, 0),
		    dedicated_grid_id = nullif(u.dedicated, 0), located_edition = nullif(u.edition, 0), on_boundary = u.border,
		    version = CASE WHEN $8 = 0 THEN version + 1 ELSE version END
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::boolean[])
		     AS u (id, county, community, base, dedicated, edition, border)
		WHERE place.id = u.id`,
}

// An incident that has ended keeps the grids of its time, if it had any. An open one whose grid changes is to be handed over
// (BR-39).
var incidentTable = locatedTable{
	name:  "incident",
	tiles: "incidents", cells: `SELECT cell FROM incident WHERE id = ANY ($1) ORDER BY cell`,
	past: pastIncidentSQL, points: movedIncidentsSQL, shapes: movedIncidentShapesSQL,
	read: `
		WITH reach AS MATERIALIZED (SELECT ST_GeomFromEWKB(b) AS box FROM unnest($3::bytea[]) AS b)
		SELECT id, ST_AsEWKB(shape), coalesce(county_code, ''), coalesce(community_code, ''), coalesce(base_grid_id, 0),
		       coalesce(dedicated_grid_id, 0), coalesce(located_edition, 0), on_boundary
		FROM incident
		WHERE id > $1
		  AND ($3::bytea[] IS NULL OR EXISTS (SELECT FROM reach WHERE reach.box && incident.shape))
		  AND (import_id = $4 OR $4 = 0 AND (state NOT IN ('closed', 'rejected', 'merged', 'cancelled') OR located_edition IS NULL))
		ORDER BY id
		LIMIT $2`,
	write: `
		UPDATE incident
		SET county_code = nullif(u.county, ''), community_code = nullif(u.community, ''), base_grid_id = nullif(u.base, 0),
		    dedicated_grid_id = nullif(u.dedicated, 0), located_edition = nullif(u.edition, 0), on_boundary = u.border,
		    handover_needed = handover_needed
		                      OR $8 = 0 AND base_grid_id IS NOT NULL
		                         AND (base_grid_id IS DISTINCT FROM nullif(u.base, 0) OR dedicated_grid_id IS DISTINCT FROM nullif(u.dedicated, 0)),
		    version = CASE WHEN $8 = 0 THEN version + 1 ELSE version END
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::boolean[])
		     AS u (id, county, community, base, dedicated, edition, border)
		WHERE incident.id = u.id`,
}

var householdTable = locatedTable{
	name: "household_point",
	past: pastHouseholdSQL, points: movedHouseholdsSQL,
	read: `
		WITH reach AS MATERIALIZED (SELECT ST_GeomFromEWKB(b) AS box FROM unnest($3::bytea[]) AS b)
		SELECT id, ST_AsEWKB(location), coalesce(county_code, ''), coalesce(community_code, ''), coalesce(base_grid_id, 0),
		       coalesce(dedicated_grid_id, 0), coalesce(located_edition, 0), on_boundary
		FROM household_point
		WHERE id > $1
		  AND ($3::bytea[] IS NULL OR EXISTS (SELECT FROM reach WHERE reach.box && household_point.location))
		  AND ($4 = 0 OR import_id = $4)
		ORDER BY id
		LIMIT $2`,
	write: `
		UPDATE household_point
		SET county_code = nullif(u.county, ''), community_code = nullif(u.community, ''), base_grid_id = nullif(u.base, 0),
		    dedicated_grid_id = nullif(u.dedicated, 0), located_edition = nullif(u.edition, 0), on_boundary = u.border
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::boolean[])
		     AS u (id, county, community, base, dedicated, edition, border)
		WHERE household_point.id = u.id AND $8::bigint IS NOT NULL`,
}

// reassign locates the rows of a table that lie in the reach of the counties, everywhere for nil, and writes the assignments that differ.
// It returns how many rows fewer have no base grid than before.
func reassign(ctx context.Context, tx pgx.Tx, table *locatedTable, city *edition.City, counties []string, end ending) (fewer int64, err error) {
	var reach [][]byte
	if counties != nil {
		if reach, err = reachOf(ctx, tx, counties); err != nil {
			return 0, err
		}
	}
	after := int64(0)
	for {
		rows, err := tx.Query(ctx, table.read, after, batchRows, reach, end.importID)
		if err != nil {
			return fewer, err
		}
		changed := map[int64]grid.Assignment{}
		var id int64
		var shape []byte
		var old grid.Assignment
		columns := []any{&id, &shape, &old.CountyCode, &old.CommunityCode, &old.BaseGridID, &old.DedicatedID, &old.Edition, &old.OnBoundary}
		tag, err := pgx.ForEachRow(rows, columns, func() error {
			after = id
			g, err := decode[orb.Geometry](shape)
			if err != nil {
				return err
			}
			now, err := city.Assign(ctx, g)
			if err != nil || now.Same(old) {
				return err
			}
			if end.covers != nil {
				if err := end.covers(now.Division()); err != nil {
					return err
				}
			}
			changed[id] = now
			fewer += unassigned(old) - unassigned(now)
			return nil
		})
		if err != nil {
			return fewer, err
		}
		if err := writeAssignments(ctx, tx, table, changed, end); err != nil {
			return fewer, err
		}
		if tag.RowsAffected() < batchRows {
			return fewer, nil
		}
	}
}

func unassigned(a grid.Assignment) int64 {
	if a.BaseGridID == 0 {
		return 1
	}
	return 0
}

// writeAssignments gives the rows of these ids their new assignments. The old ones go to past_assignment, but for rows of an import
// that nobody has read yet.
func writeAssignments(ctx context.Context, tx DB, table *locatedTable, changed map[int64]grid.Assignment, end ending) error {
	if len(changed) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(changed))
	n := len(ids)
	counties, communities := make([]string, n), make([]string, n)
	bases, dedicated := make([]int64, n), make([]int64, n)
	editions, borders := make([]int, n), make([]bool, n)
	for i, id := range ids {
		a := changed[id]
		counties[i], communities[i], bases[i], dedicated[i] = a.CountyCode, a.CommunityCode, a.BaseGridID, a.DedicatedID
		editions[i], borders[i] = a.Edition, a.OnBoundary
	}
	if end.importID == 0 {
		if err := keepPast(ctx, tx, table, ids, end); err != nil {
			return err
		}
	}
	if err := touchRows(ctx, tx, table, ids); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, table.write, ids, counties, communities, bases, dedicated, editions, borders, end.importID)
	return err
}
