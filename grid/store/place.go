package store

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Filter chooses places or incidents; a zero field does not restrict. Results come by id, which is what paging goes on from.
type Filter struct {
	Kind     string
	State    string    // of incidents also "open" and "ended"
	GridID   int64     // base or dedicated
	Division string    // whose subtree is meant
	Scope    string    // the same for the actor's scope; places that anybody may see are chosen wherever they are, unless of a past instant
	Boxes    []geo.Box // of which the shape meets one; nil for no restriction
	Public   bool      // only places that anybody may see, by grid.Place.IsPublic
	After    int64     // id of the last one seen
	Limit    int       // at least 1

	// Of incidents only, and not of those of a past instant.
	Unit           string // received it first, leads, is asked to, or handles it
	Overdue        bool
	Handover       bool
	Supervised     bool
	ExternalCaseNo string
	Since          time.Time // when it was reported at the earliest
}

// Place returns the place of that code, grid.ErrNotFound when there is none.
func (s *Store) Place(ctx context.Context, code string) (grid.Place, error) {
	var p grid.Place
	err := s.snapshot(ctx, func(db DB) error {
		var err error
		p, err = readPlace(ctx, db, code)
		return err
	})
	return p, err
}

func readPlace(ctx context.Context, db DB, code string) (grid.Place, error) {
	var id int64
	err := db.QueryRow(ctx, `SELECT id FROM place WHERE code = $1`, code).Scan(&id)
	if err != nil {
		return grid.Place{}, fmt.Errorf("place %s: %w", code, translate(err))
	}
	places, err := readPlaces(ctx, db, []int64{id})
	if err != nil {
		return grid.Place{}, err
	}
	return places[0], nil
}

// Places returns the places that the filter chooses, by id.
func (s *Store) Places(ctx context.Context, f Filter) ([]grid.Place, error) {
	var places []grid.Place
	err := s.snapshot(ctx, func(db DB) error {
		in, err := areaOf(ctx, db, f.Division, f.Scope)
		if err != nil {
			return err
		}
		around, err := areaOf(ctx, db, f.Division, "")
		if err != nil {
			return err
		}
		first, last, window, err := boxParameters(f.Boxes)
		if err != nil {
			return err
		}
		rows, err := db.Query(ctx, `
			SELECT p.id
			FROM place p
			CROSS JOIN LATERAL (SELECT p.public AND (p.kind = 'shelter' OR p.kind = 'danger_zone' AND EXISTS (
			       SELECT FROM danger_zone z WHERE z.place_id = p.id AND z.published_at <= (now() AT TIME ZONE 'UTC')::date)) AS anybodys) seen
			WHERE p.id > $1
			  AND ($2 = '' OR p.kind = $2)
			  AND ($3 = '' OR p.state = $3)
			  AND ($4 = 0 OR p.dedicated_grid_id = $4
			       OR p.base_grid_id = $4 AND p.community_code = (SELECT g.community_code FROM grid g WHERE g.id = $4))
			  AND (($5::text[] IS NULL OR p.county_code = ANY ($5)) AND ($6::text[] IS NULL OR p.community_code = ANY ($6))
			       OR ($12::text[] IS NULL OR p.county_code = ANY ($12)) AND ($13::text[] IS NULL OR p.community_code = ANY ($13)) AND seen.anybodys)
			  AND ($7::bigint[] IS NULL OR p.id IN (
			       SELECT q.id
			       FROM unnest($7::bigint[], $8::bigint[]) AS r (first, last)
			       JOIN place q ON q.cell BETWEEN r.first AND r.last
			       WHERE GeometryType(q.shape) = 'POINT' AND ST_Intersects(q.shape, ST_GeomFromEWKB($9))
			       UNION ALL
			       SELECT q.id
			       FROM place q
			       WHERE GeometryType(q.shape) <> 'POINT' AND ST_Intersects(q.shape, ST_GeomFromEWKB($9))))
			  AND (NOT $11 OR seen.anybodys)
			ORDER BY p.id
			LIMIT $10`,
			f.After, f.Kind, f.State, f.GridID, in.counties, in.communities, first, last, window, f.Limit, f.Public, around.counties, around.communities)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		places, err = readPlaces(ctx, db, ids)
		return err
	})
	return places, err
}

// boxParameters returns the cells of the boxes as parallel lists, and the boxes as EWKB; all nil for no boxes.
func boxParameters(boxes []geo.Box) (first, last []int64, window []byte, err error) {
	if boxes == nil {
		return nil, nil, nil, nil
	}
	first, last = []int64{}, []int64{}
	var area orb.MultiPolygon
	for _, box := range boxes {
		for _, r := range boxCells(box, coarseCells) {
			first, last = append(first, r.first), append(last, r.last)
		}
		area = append(area, orb.Bound{Min: box.Min.Orb(), Max: box.Max.Orb()}.ToPolygon())
	}
	window, err = encode(area)
	return first, last, window, err
}

type placeRow struct {
	ID                int64
	Code              string
	Kind              string
	Name              string
	Shape             []byte
	InputCRS          string `db:"input_crs"`
	OriginalLon       *float64
	OriginalLat       *float64
	Address           string
	AddressParts      map[string]any
	PlateCode         string
	PositionAccuracyM *float64
	OperatorOrg       string
	SupervisingOrg    string
	Source            string
	State             string
	Public            bool
	ExternalRefs      map[string]any
	CountyCode        string
	CommunityCode     string
	BaseGridID        int64
	DedicatedGridID   int64
	LocatedEdition    int
	OnBoundary        bool
	Version           int
	CreatedAt         time.Time
	CreatedBy         string
	UpdatedAt         time.Time
	UpdatedBy         string
}

func readPlaces(ctx context.Context, db DB, ids []int64) ([]grid.Place, error) {
	rows, err := db.Query(ctx, `
		SELECT id, code, kind, name, ST_AsEWKB(shape) AS shape, input_crs, original_lon, original_lat, coalesce(address, '') AS address,
		       address_parts, coalesce(plate_code, '') AS plate_code, position_accuracy_m, coalesce(operator_org, '') AS operator_org,
		       coalesce(supervising_org_code, '') AS supervising_org, coalesce(source, '') AS source, state, public, external_refs,
		       coalesce(county_code, '') AS county_code, coalesce(community_code, '') AS community_code,
		       coalesce(base_grid_id, 0) AS base_grid_id, coalesce(dedicated_grid_id, 0) AS dedicated_grid_id,
		       coalesce(located_edition, 0) AS located_edition, on_boundary, version, created_at, created_by, updated_at, updated_by
		FROM place
		WHERE id = ANY ($1)
		ORDER BY id`, ids)
	if err != nil {
		return nil, err
	}
	places, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.Place, error) {
		r, err := pgx.RowToStructByName[placeRow](row)
		if err != nil {
			return grid.Place{}, err
		}
		return r.place()
	})
	if err != nil {
		return nil, err
	}
	return places, readDetails(ctx, db, places)
}

func (r placeRow) place() (grid.Place, error) {
	shape, err := decode[orb.Geometry](r.Shape)
	return grid.Place{
		ID: r.ID, Code: r.Code, Kind: r.Kind, Name: r.Name, Shape: shape, InputCRS: r.InputCRS, Original: originalPoint(r.OriginalLon, r.OriginalLat),
		Address: r.Address, AddressParts: r.AddressParts, PlateCode: r.PlateCode, PositionAccuracyM: r.PositionAccuracyM,
		OperatorOrg: r.OperatorOrg, SupervisingOrg: r.SupervisingOrg, Source: r.Source, State: r.State, Public: r.Public, ExternalRefs: r.ExternalRefs,
		Assignment: grid.Assignment{
			CountyCode: r.CountyCode, CommunityCode: r.CommunityCode, BaseGridID: r.BaseGridID, DedicatedID: r.DedicatedGridID,
			Edition: r.LocatedEdition, OnBoundary: r.OnBoundary,
		},
		Version: r.Version, CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy, UpdatedAt: r.UpdatedAt, UpdatedBy: r.UpdatedBy,
	}, err
}

func originalPoint(lon, lat *float64) *orb.Point {
	if lon == nil || lat == nil {
		return nil
	}
	return &orb.Point{*lon, *lat}
}

// CreatePlace stores a new place, located by city or, where that is not up to date, by the editions in force, and returns it as
// stored. The actor must be allowed to write places where it lies (grid.ErrForbidden). A code that is there already is
// grid.ErrConflict.
func (s *Store) CreatePlace(ctx context.Context, actor grid.Actor, city *edition.City, p grid.Place) (grid.Place, error) {
	layer, ok := grid.PlaceLayer(p.Kind)
	if !ok {
		return grid.Place{}, &grid.RuleError{Rule: "enum", Field: "kind", Detail: fmt.Sprintf("there is no kind %q", p.Kind)}
	}
	var made grid.Place
	err := s.write(ctx, func(tx pgx.Tx) error {
		city, err := settle(ctx, tx, city, p.Shape)
		if err != nil {
			return err
		}
		if p.Assignment, err = city.Assign(ctx, p.Shape); err != nil {
			return err
		}
		if err := may(actor, grid.WritePlaces, city, p.Assignment); err != nil {
			return err
		}
		codes, err := s.newCodeMaker(ctx, tx)
		if err != nil {
			return err
		}
		one := []grid.Place{p}
		if err := copyPlaces(ctx, tx, &Import{Actor: actor.Name}, layer, codes, one); err != nil {
			return err
		}
		if made, err = readPlace(ctx, tx, one[0].Code); err != nil {
			return err
		}
		if err := placeHappened(ctx, tx, "create", nil, &made); err != nil {
			return err
		}
		return auditPlace(ctx, tx, actor, "create", nil, made)
	})
	return made, err
}

// UpdatePlace changes the place of that code, if it still is at that version (otherwise grid.ErrStale), and returns it as stored.
// change gets the place and changes it; its error ends the update. Code, kind, assignment, version and times are not change's to
// set. When the shape has changed the place is located again, as by CreatePlace. The actor must be allowed to write places where
// the place was and where it comes to lie.
func (s *Store) UpdatePlace(ctx context.Context, actor grid.Actor, city *edition.City, code string, version int, change func(*grid.Place) error) (grid.Place, error) {
	var made grid.Place
	err := s.write(ctx, func(tx pgx.Tx) error {
		before, err := readPlace(ctx, tx, code)
		if err != nil {
			return err
		}
		after := before
		after.Detail, after.AddressParts, after.ExternalRefs = maps.Clone(before.Detail), maps.Clone(before.AddressParts), maps.Clone(before.ExternalRefs)
		if err := change(&after); err != nil {
			return &rowsError{err}
		}
		// The locks of the counties come before the row's, as they do for whoever publishes an edition.
		city, err := settle(ctx, tx, city, before.Shape, after.Shape)
		if err != nil {
			return err
		}
		if err := lockVersion(ctx, tx, `SELECT version FROM place WHERE id = $1 FOR UPDATE`, before.ID, before.Version, version); err != nil {
			return fmt.Errorf("place %s: %w", code, err)
		}
		after.Assignment = before.Assignment
		if !orb.Equal(before.Shape, after.Shape) {
			if after.Assignment, err = city.Assign(ctx, after.Shape); err != nil {
				return err
			}
		}
		if err := may(actor, grid.WritePlaces, city, before.Assignment, after.Assignment); err != nil {
			return err
		}
		if moved := !orb.Equal(before.Shape, after.Shape); moved || !after.Assignment.Same(before.Assignment) {
			if err := keepPast(ctx, tx, &placeTable, []int64{before.ID}, ending{actor: actor.Name, moved: moved}); err != nil {
				return err
			}
		}
		if err := writePlace(ctx, tx, actor, &before, &after); err != nil {
			return err
		}
		if made, err = readPlace(ctx, tx, code); err != nil {
			return err
		}
		if err := placeHappened(ctx, tx, "update", &before, &made); err != nil {
			return err
		}
		return auditPlace(ctx, tx, actor, "update", &before, made)
	})
	return made, err
}

// lockVersion locks a row and returns grid.ErrStale unless it still has the version that was read, and that is the wanted one.
func lockVersion(ctx context.Context, tx DB, query string, id int64, read, wanted int) error {
	var now int
	if err := tx.QueryRow(ctx, query, id).Scan(&now); err != nil {
		return err
	}
	if now != read || now != wanted {
		return &grid.StaleError{Current: now}
	}
	return nil
}

func writePlace(ctx context.Context, tx pgx.Tx, actor grid.Actor, before, after *grid.Place) error {
	if after.SupervisingOrg != before.SupervisingOrg {
		if err := checkOrganizations(ctx, tx, []grid.Place{*after}); err != nil {
			return err
		}
	}
	shape, err := encode(after.Shape)
	if err != nil {
		return err
	}
	cell, err := cellOf(after.Shape)
	if err != nil {
		return err
	}
	if err := touchRows(ctx, tx, &placeTable, []int64{before.ID}); err != nil {
		return err
	}
	if err := touchTiles(tx, &placeTable, cell); err != nil {
		return err
	}
	addressParts, err := object(after.AddressParts)
	if err != nil {
		return err
	}
	externalRefs, err := object(after.ExternalRefs)
	if err != nil {
		return err
	}
	lon, lat := original(after.Original)
	a := after.Assignment
	_, err = tx.Exec(ctx, `
		UPDATE place
		SET name = $2, shape = ST_GeomFromEWKB($3), cell = $4, address = $5, address_parts = $6, plate_code = $7, input_crs = $8,
		    original_lon = $9, original_lat = $10, position_accuracy_m = $11, operator_org = $12, supervising_org_code = $13,
		    source = $14, state = $15, public = $16, external_refs = $17, county_code = $18, community_code = $19, base_grid_id = $20,
		    dedicated_grid_id = $21, located_edition = $22, on_boundary = $23, version = version + 1, updated_at = now(), updated_by = $24
		WHERE id = $1`,
		before.ID, after.Name, shape, cell, orNull(after.Address), addressParts, orNull(after.PlateCode), after.InputCRS,
		lon, lat, after.PositionAccuracyM, orNull(after.OperatorOrg), orNull(after.SupervisingOrg),
		orNull(after.Source), orDefault(after.State, "active"), after.Public, externalRefs, orNull(a.CountyCode), orNull(a.CommunityCode), orNull(a.BaseGridID),
		orNull(a.DedicatedID), orNull(a.Edition), a.OnBoundary, actor.Name)
	if err != nil {
		return err
	}
	return replaceDetail(ctx, tx, before.Kind, before.ID, after.Detail)
}

func auditPlace(ctx context.Context, tx DB, actor grid.Actor, action string, before *grid.Place, after grid.Place) error {
	e := AuditEntry{Actor: actor.Name, Action: action, ObjectType: after.Kind, ObjectCode: after.Code, After: auditable{after, after.Shape}}
	if before != nil {
		e.Before = auditable{*before, before.Shape}
	}
	return audit(ctx, tx, e)
}
