package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// ImportOrganizations stores organisations in one transaction; a parent may come after its children.
func (s *Store) ImportOrganizations(ctx context.Context, imp *Import, rows []grid.Organization) error {
	columns := []string{
		"code", "name", "kind", "level", "department", "division_code", "parent_code", "public_phone", "is_public", "import_id",
	}
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
		// One COPY is one statement, at whose end foreign keys are checked: the order of the rows does not matter.
		err := copyRows(ctx, tx, "organization", columns, rows, func(_ int, o *grid.Organization) ([]any, error) {
			return []any{
				o.Code, o.Name, o.Kind, o.Level, orNull(o.Department), o.DivisionCode, orNull(o.ParentCode), orNull(o.PublicPhone), o.Public, imp.ID,
			}, nil
		})
		return int64(len(rows)), err
	})
}

// OrganizationFilter chooses organisations.
type OrganizationFilter struct {
	Kind      string   // "" for every
	Divisions []string // of these divisions; nil for any
	// Reads are the divisions whose organisations may be read that are not public; nil for all, empty for none.
	Reads []string
	After string // code after which to begin
	Limit int
}

// Organizations returns the organisations that the filter chooses, by code.
func (s *Store) Organizations(ctx context.Context, f OrganizationFilter) ([]grid.Organization, error) {
	rows, err := s.db.Query(ctx, `
		SELECT code, name, kind, level, coalesce(department, '') AS department, division_code, coalesce(parent_code, '') AS parent_code,
		       coalesce(public_phone, '') AS public_phone, is_public AS public
		FROM organization
		WHERE code COLLATE "C" > $1
		  AND ($2 = '' OR kind = $2)
		  AND ($3::text[] IS NULL OR division_code = ANY ($3))
		  AND ($4::text[] IS NULL OR is_public OR division_code = ANY ($4))
		ORDER BY code COLLATE "C"
		LIMIT $5`, f.After, f.Kind, f.Divisions, f.Reads, f.Limit)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Organization])
	return found, translate(err)
}

// AllOrganizations returns every organisation, by code.
func (s *Store) AllOrganizations(ctx context.Context) ([]grid.Organization, error) {
	rows, err := s.db.Query(ctx, `
		SELECT code, name, kind, level, coalesce(department, '') AS department, division_code, coalesce(parent_code, '') AS parent_code,
		       coalesce(public_phone, '') AS public_phone, is_public AS public
		FROM organization
		ORDER BY code COLLATE "C"`)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Organization])
	return found, translate(err)
}

// Networks returns every network, by code.
func (s *Store) Networks(ctx context.Context) ([]grid.Network, error) {
	rows, err := s.db.Query(ctx, `
		SELECT code, name, kind, coalesce(owner_org_code, '') AS owner_org, has_full_cover
		FROM network
		ORDER BY code COLLATE "C"`)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Network])
	return found, translate(err)
}

// ServiceUnits returns the units of a network, by code.
func (s *Store) ServiceUnits(ctx context.Context, network string) ([]grid.ServiceUnit, error) {
	rows, err := s.db.Query(ctx, `
		SELECT network_code, external_code, name, coalesce(org_code, ''), coalesce(phone, ''), ST_AsEWKB(boundary)
		FROM service_unit
		WHERE network_code = $1
		ORDER BY external_code COLLATE "C"`, network)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.ServiceUnit, error) {
		var u grid.ServiceUnit
		var boundary []byte
		if err := row.Scan(&u.NetworkCode, &u.ExternalCode, &u.Name, &u.Org, &u.Phone, &boundary); err != nil {
			return u, err
		}
		var err error
		u.Boundary, err = decode[orb.MultiPolygon](boundary)
		return u, err
	})
	return found, translate(err)
}

// ImportNetworks stores the networks of other services in one transaction.
func (s *Store) ImportNetworks(ctx context.Context, imp *Import, rows []grid.Network) error {
	columns := []string{"code", "name", "kind", "owner_org_code", "has_full_cover", "import_id"}
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
		err := copyRows(ctx, tx, "network", columns, rows, func(_ int, n *grid.Network) ([]any, error) {
			return []any{n.Code, n.Name, n.Kind, orNull(n.OwnerOrg), n.HasFullCover, imp.ID}, nil
		})
		return int64(len(rows)), err
	})
}

// ImportServiceUnits stores the units of networks in one transaction.
func (s *Store) ImportServiceUnits(ctx context.Context, imp *Import, rows []grid.ServiceUnit) error {
	columns := []string{"network_code", "external_code", "name", "org_code", "phone", "boundary", "import_id"}
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
		err := copyRows(ctx, tx, "service_unit", columns, rows, func(_ int, u *grid.ServiceUnit) ([]any, error) {
			boundary, err := encode(u.Boundary)
			return []any{u.NetworkCode, u.ExternalCode, u.Name, orNull(u.Org), orNull(u.Phone), boundary, imp.ID}, err
		})
		return int64(len(rows)), err
	})
}
