package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// area is the part of the city that a query is about, by the columns that every located row has. Nil lists do not restrict.
type area struct {
	counties    []string
	communities []string
}

// areaOf returns the area of a division within the scope's division; "" is no restriction, and neither is the city where there is
// no scope: what lies outside every county counts with it. Divisions are a tree, so that one of the two lies in the other or they
// have nothing in common.
func areaOf(ctx context.Context, db DB, division, scope string) (area, error) {
	scoped := scope != ""
	if division == "" {
		division, scope = scope, ""
	}
	if division == "" {
		return area{}, nil
	}
	rows, err := db.Query(ctx, `
		WITH RECURSIVE above AS (
			SELECT code, parent_code, level FROM division WHERE code = ANY ($1)
			UNION
			SELECT d.code, d.parent_code, d.level FROM division d JOIN above a ON d.code = a.parent_code
		)
		SELECT code, coalesce(parent_code, ''), level FROM above`, []string{division, scope})
	if err != nil {
		return area{}, err
	}
	parents, levels := map[string]string{}, map[string]string{}
	var code, parent, level string
	_, err = pgx.ForEachRow(rows, []any{&code, &parent, &level}, func() error {
		parents[code], levels[code] = parent, level
		return nil
	})
	if err != nil {
		return area{}, err
	}
	within := func(code, root string) bool {
		for ; code != "" && code != root; code = parents[code] {
		}
		return code == root
	}
	switch {
	case scope == "" || within(division, scope):
	case within(scope, division):
		division = scope
	default:
		return area{counties: []string{}}, nil
	}
	if levels[division] == "city" && !scoped {
		return area{}, nil
	}
	return subtree(ctx, db, division, levels[division])
}

// subtree returns the area of one division: counties for a county and above, communities below.
func subtree(ctx context.Context, db DB, division, level string) (area, error) {
	want := "community"
	if level == "city" || level == "county" {
		want = "county"
	}
	rows, err := db.Query(ctx, `
		WITH RECURSIVE subtree AS (
			SELECT code, level FROM division WHERE code = $1
			UNION ALL
			SELECT d.code, d.level FROM division d JOIN subtree s ON d.parent_code = s.code
		)
		SELECT code FROM subtree WHERE level = $2`, division, want)
	if err != nil {
		return area{}, err
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if want == "county" {
		return area{counties: listOrEmpty(codes)}, err
	}
	return area{communities: listOrEmpty(codes)}, err
}
