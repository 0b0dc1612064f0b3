package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Import is one file that is brought in: what its row in the database and its audit entry say. The caller sets the hash and the
// counts at the latest when its rows have ended; Stored and Rejected must add up to RowsRead (L6).
type Import struct {
	Layer    string
	FileName string
	SHA256   [32]byte
	CRS      string
	Actor    string
	// Token is the actor's token, which must be good still when the import commits; 0 for who needs none.
	Token int64

	RowsRead   int64
	Stored     int64
	Rejected   int64
	Unassigned int64 // of those stored; the store corrects it when rows had to be located again

	// City located the rows, of layers whose rows are assigned to grids. Rows in a county that has moved on since are
	// located again before the commit.
	City *edition.City
	// Covers returns an error unless the actor may import into a division of a city, "" for outside every county. Rows that are located again
	// are asked for again. nil: everywhere.
	Covers func(city *edition.City, division string) error

	// ID is set by the store.
	ID int64

	counties map[string]int64 // how many rows lie in each, of layers whose rows are located
}

// NewEdition is edition 1 of a county, as a file gives it.
type NewEdition struct {
	CountyCode string
	Proven     bool
	Faults     []grid.EditionFault
	Base       []grid.Grid
	Dedicated  []grid.Grid
	Voids      []grid.VoidArea
	// Divisions were made for missing levels above the grids, parents first; they are stored with the edition.
	Divisions []grid.Division
	// Outlines are stored divisions whose outlines the edition redraws, as cleaning does; the outlines until then are kept.
	Outlines []grid.Division
}

// begin writes the import's row, which what it brings refers to; finish completes it once the counts are known.
func (imp *Import) begin(ctx context.Context, tx pgx.Tx) error {
	return tx.QueryRow(ctx, `
		INSERT INTO import (layer, file_name, file_sha256, crs, rows_read, stored, rejected, unassigned, actor)
		VALUES ($1, $2, $3, $4, 0, 0, 0, 0, $5)
		RETURNING id`, imp.Layer, imp.FileName, imp.SHA256[:], imp.CRS, imp.Actor).Scan(&imp.ID)
}

func (imp *Import) finish(ctx context.Context, tx pgx.Tx, stored int64) error {
	if imp.Stored != stored || imp.Stored+imp.Rejected != imp.RowsRead {
		return fmt.Errorf("import of %s: %d rows read, %d stored, %d rejected, but %d written: the counts do not add up",
			imp.FileName, imp.RowsRead, imp.Stored, imp.Rejected, stored)
	}
	_, err := tx.Exec(ctx, `
		UPDATE import
		SET rows_read = $2, stored = $3, rejected = $4, unassigned = $5, file_sha256 = $6
		WHERE id = $1`, imp.ID, imp.RowsRead, imp.Stored, imp.Rejected, imp.Unassigned, imp.SHA256[:])
	if err != nil {
		return err
	}
	if err := importHappened(ctx, tx, imp); err != nil {
		return err
	}
	return audit(ctx, tx, AuditEntry{
		Actor: imp.Actor, Action: "import", ObjectType: imp.Layer, ObjectCode: fmt.Sprint(imp.ID),
		After: map[string]any{
			"file_name": imp.FileName, "file_sha256": fmt.Sprintf("%x", imp.SHA256), "crs": imp.CRS, "rows_read": imp.RowsRead,
			"stored": imp.Stored, "rejected": imp.Rejected, "unassigned": imp.Unassigned,
		},
	})
}

// importLocated is importRows for rows that are assigned to grids.
func (s *Store) importLocated(ctx context.Context, imp *Import, table *locatedTable, copyRows func(tx pgx.Tx) (int64, error)) error {
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
		stored, err := copyRows(tx)
		if err != nil {
			return 0, err
		}
		return stored, settleImport(ctx, tx, imp, table)
	})
}

// importRows runs one import in one transaction: copyRows writes the rows and returns how many.
func (s *Store) importRows(ctx context.Context, imp *Import, copyRows func(tx pgx.Tx) (int64, error)) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		if err := imp.begin(ctx, tx); err != nil {
			return err
		}
		stored, err := copyRows(tx)
		if err != nil {
			return err
		}
		if err := imp.finish(ctx, tx, stored); err != nil {
			return err
		}
		return imp.stillMay(ctx, tx)
	})
}

// stillMay returns grid.ErrForbidden when the token that an import came with has been revoked or has ended while it ran. Called last, it
// holds the token until the commit, which is the next thing: who revokes it meanwhile does so after the import.
func (imp *Import) stillMay(ctx context.Context, tx pgx.Tx) error {
	if imp.Token == 0 {
		return nil
	}
	var may bool
	err := tx.QueryRow(ctx, `
		SELECT revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())
		FROM token
		WHERE id = $1
		FOR SHARE`, imp.Token).Scan(&may)
	if err == nil && !may {
		err = fmt.Errorf("the token was revoked, or has ended, while its import ran: %w", grid.ErrForbidden)
	}
	return err
}
