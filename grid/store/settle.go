package store

import (
	"context"
	"maps"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// settle returns a city whose editions are in force wherever the shapes lie, and stay so until the transaction ends: the given
// one, or the database's when that has moved on.
func settle(ctx context.Context, tx pgx.Tx, city *edition.City, shapes ...orb.Geometry) (*edition.City, error) {
	// First the city: after that no county can come to reach where it did not.
	if err := lockCountiesShared(ctx, tx, wholeCity); err != nil {
		return nil, err
	}
	counties, err := countiesAt(ctx, tx, shapes)
	if err != nil {
		return nil, err
	}
	if err := lockCountiesShared(ctx, tx, counties...); err != nil {
		return nil, err
	}
	return inForce(ctx, tx, city, counties)
}

// inForce returns a city with the editions in force of the counties: the given one, or the database's when that has moved on.
func inForce(ctx context.Context, db DB, city *edition.City, counties []string) (*edition.City, error) {
	changed, err := changedCounties(ctx, db, city, counties)
	if err != nil || len(changed) == 0 {
		return city, err
	}
	return reload(ctx, db, city)
}

// reload returns the city as the database has it; the editions that the given one has of it already are taken from there.
func reload(ctx context.Context, db DB, city *edition.City) (*edition.City, error) {
	numbers, err := currentEditions(ctx, db, nil)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(numbers, func(_ string, number int) bool { return number == 0 })
	return cityOf(ctx, db, numbers, func(county string, number int) *edition.Edition {
		if city == nil {
			return nil
		}
		if e := city.Edition(county); e != nil && e.Info().Number == number {
			return e
		}
		return nil
	})
}

// countiesAt returns the counties that have a say on the shapes, in code order.
func countiesAt(ctx context.Context, tx DB, shapes []orb.Geometry) ([]string, error) {
	encoded := make([][]byte, len(shapes))
	for i, shape := range shapes {
		var err error
		if encoded[i], err = encode(shape); err != nil {
			return nil, err
		}
	}
	rows, err := tx.Query(ctx, `
		WITH near AS (SELECT ST_Expand(ST_GeomFromEWKB(s), $2) AS box FROM unnest($1::bytea[]) AS s),
		at AS (
			SELECT d.county_code FROM near JOIN division d ON d.outline && near.box
			UNION
			SELECT v.county_code FROM near JOIN grid_version v ON v.boundary && near.box AND v.to_edition IS NULL
			UNION
			SELECT v.county_code FROM near JOIN void_area v ON v.boundary && near.box AND v.to_edition IS NULL
		)
		SELECT county_code FROM at WHERE county_code IS NOT NULL ORDER BY county_code COLLATE "C"`, encoded, reachDeg)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// changedCounties returns those of the counties that have another edition in the database than in the city; all when the divisions
// or the fallback distance are not the city's.
func changedCounties(ctx context.Context, tx DB, city *edition.City, counties []string) ([]string, error) {
	settings, err := New(tx).Settings(ctx)
	if err != nil {
		return nil, err
	}
	var divisions int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM division`).Scan(&divisions); err != nil {
		return nil, err
	}
	if city == nil || divisions != len(city.Divisions()) || settings.FallbackM != city.Settings().FallbackM {
		return counties, nil
	}
	numbers, err := currentEditions(ctx, tx, counties)
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, county := range counties {
		number := 0
		if e := city.Edition(county); e != nil {
			number = e.Info().Number
		}
		if number != numbers[county] {
			changed = append(changed, county)
		}
	}
	return changed, nil
}

// may returns grid.ErrForbidden unless the actor may do the action at every one of the assignments.
func may(actor grid.Actor, action grid.Action, city *edition.City, at ...grid.Assignment) error {
	for _, a := range at {
		division := a.CommunityCode
		if division == "" {
			division = a.CountyCode
		}
		if !actor.May(action, city.ChainCodes(division)) {
			return grid.ErrForbidden
		}
	}
	return nil
}
