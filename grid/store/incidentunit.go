package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// unitsAt says in which divisions units are, by unit; those that nobody knows are left out.
type unitsAt map[grid.Unit]string

// divisionsOf looks up where units are.
func divisionsOf(ctx context.Context, db DB, units []grid.Unit) (unitsAt, error) {
	at := unitsAt{}
	var names, kinds, codes []string
	for _, u := range units {
		if u.Kind() != "" {
			names, kinds, codes = append(names, string(u)), append(kinds, u.Kind()), append(codes, u.Code())
		}
	}
	if len(names) == 0 {
		return at, nil
	}
	rows, err := db.Query(ctx, `
		SELECT u.name, coalesce(g.community_code, o.division_code, d.code)
		FROM unnest($1::text[], $2::text[], $3::text[]) AS u (name, kind, code)
		LEFT JOIN grid g ON u.kind = 'grid' AND g.code = u.code
		LEFT JOIN organization o ON u.kind = 'org' AND o.code = u.code
		LEFT JOIN division d ON u.kind = 'division' AND d.code = u.code
		WHERE coalesce(g.community_code, o.division_code, d.code) IS NOT NULL`, names, kinds, codes)
	if err != nil {
		return nil, err
	}
	var name, division string
	_, err = pgx.ForEachRow(rows, []any{&name, &division}, func() error {
		at[grid.Unit(name)] = division
		return nil
	})
	return at, err
}

// of returns the divisions of units, sorted, each once.
func (at unitsAt) of(units []grid.Unit) []string {
	divisions := []string{}
	for _, u := range units {
		if division := at[u]; division != "" {
			divisions = append(divisions, division)
		}
	}
	slices.Sort(divisions)
	return slices.Compact(divisions)
}

// mayIncident returns grid.ErrForbidden unless the actor may do the action where the incident lies or where one of its units is.
func mayIncident(actor grid.Actor, action grid.Action, city *edition.City, in *grid.Incident) error {
	areas := in.Areas()
	if len(areas) == 0 {
		areas = []string{""} // outside every division
	}
	for _, division := range areas {
		if actor.May(action, city.ChainCodes(division)) {
			return nil
		}
	}
	return grid.ErrForbidden
}

// itemGate returns what lets an incident of a kind be given to a grid: the list that is in effect in the grid's county (BR-47). Where
// none is nothing is asked. A grid that has ended gets nothing.
func itemGate(ctx context.Context, db DB, kind string) func(grid.Unit) (string, int, error) {
	return func(u grid.Unit) (string, int, error) {
		var county string
		var ended bool
		err := db.QueryRow(ctx, `SELECT county_code, retired_edition IS NOT NULL FROM grid WHERE code = $1`, u.Code()).Scan(&county, &ended)
		if ended || errors.Is(translate(err), grid.ErrNotFound) {
			return "", 0, &grid.RuleError{Rule: "unknown_code", Field: "unit", Detail: fmt.Sprintf("there is no grid %q in force", u.Code())}
		}
		if err != nil {
			return "", 0, err
		}
		list, err := itemsInEffect(ctx, db, county)
		if err != nil || list == nil {
			return "", 0, err
		}
		item, err := list.For(kind)
		if err != nil {
			return "", 0, err
		}
		return item.Code, list.Version, nil
	}
}

// responsibleUnits returns which unit is responsible for incidents of these kinds at these assignments: the dedicated grid, or the base
// grid where the kind asks for it (BR-15) or nobody is posted to the dedicated one (BR-16), else the desk of the division; "" outside
// every division.
func responsibleUnits(ctx context.Context, db DB, settings grid.Settings, kinds []string, at []grid.Assignment) ([]grid.Unit, error) {
	var ids []int64
	for _, a := range at {
		ids = append(ids, a.BaseGridID, a.DedicatedID)
	}
	rows, err := db.Query(ctx, `
		SELECT g.id, g.code, EXISTS (SELECT
		                             FROM post p
		                             JOIN worker w ON w.id = p.worker_id
		                             WHERE p.grid_id = g.id AND p.post_kind IN ('worker', 'dedicated_contact', 'deputy') AND w.active
		                               AND p.valid_from <= now() AND (p.valid_to IS NULL OR p.valid_to > now()))
		FROM grid g
		WHERE g.id = ANY ($1)`, ids)
	if err != nil {
		return nil, err
	}
	codes, posted := map[int64]string{}, map[string]bool{}
	var id int64
	var code string
	var serves bool
	_, err = pgx.ForEachRow(rows, []any{&id, &code, &serves}, func() error {
		codes[id], posted[code] = code, serves
		return nil
	})
	units := make([]grid.Unit, len(at))
	for i, a := range at {
		code, _ := grid.Responsible(codes[a.BaseGridID], codes[a.DedicatedID], settings.BaseFirst(kinds[i]), func(g string) bool { return posted[g] })
		switch {
		case code != "":
			units[i] = grid.NewUnit(grid.UnitGrid, code)
		case a.Division() != "":
			units[i] = grid.NewUnit(grid.UnitDivision, a.Division())
		}
	}
	return units, err
}
