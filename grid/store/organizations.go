package store

import (
	"context"

	"github.com/jackc/pgx/v5"

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
