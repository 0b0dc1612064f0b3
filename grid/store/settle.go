package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// settle returns a city whose editions are in force wherever the shapes lie, and stay so until the transaction ends: the given
// one, or the database's when that has moved on.
func settle(ctx context.Context, tx pgx.Tx, city *edition.City, shapes ...orb.Geometry) (*edition.City, error) {
	counties, err := countiesAt(ctx, tx, shapes)
	if err != nil {
		return nil, err
	}
	if err := lockCountiesShared(ctx, tx, counties); err != nil {
		return nil, err
	}
	changed, err := changedCounties(ctx, tx, city, counties)
	if err != nil || len(changed) == 0 {
		return city, err
	}
	return loadCity(ctx, tx)
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
		SELECT d.code
		FROM division d
		WHERE d.level = 'county'
		  AND EXISTS (SELECT FROM unnest($1::bytea[]) AS s WHERE d.outline && ST_Expand(ST_GeomFromEWKB(s), $2))
		ORDER BY d.code COLLATE "C"`, encoded, reachDeg)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// changedCounties returns those of the counties that have another edition in the database than in the city; all when the city
// does not know one of them.
func changedCounties(ctx context.Context, tx DB, city *edition.City, counties []string) ([]string, error) {
	numbers, err := currentEditions(ctx, tx, counties)
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, county := range counties {
		if city == nil || city.Division(county) == nil {
			return counties, nil
		}
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
