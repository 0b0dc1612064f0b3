package migrations_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/migrations"
)

func TestMain(m *testing.M) { os.Exit(gridtest.Main(m)) }

// TestL2Lattice asks the database what it takes for a lattice geometry.
func TestL2Lattice(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	for _, tt := range []struct {
		geometry string
		want     bool
	}{
		{"ST_MakePoint(120.3, 31.4)", true},
		{"ST_MakePoint(-180, -90)", true},
		{"ST_MakePoint(120.30000001, 31.4)", false},
		{"ST_MakePoint(120.3, 31.40000005)", false},
		{"ST_MakePoint('NaN', 31.4)", false},
		{"ST_MakePoint(120.3, 'NaN')", false},
		{"ST_MakePoint('Infinity', 31.4)", false},
		{"ST_MakePoint(180.0000001, 31.4)", false},
		{"ST_MakePoint(31.4, 120.3)", false},
		{"'POINT EMPTY'::geometry", false},
		{"'MULTIPOLYGON EMPTY'::geometry", false},
		{"'MULTILINESTRING((0 0, 0.1 0.1))'::geometry", true},
		{"'MULTILINESTRING((0 0, 0.1 0.10000001))'::geometry", false},
		{"'MULTILINESTRING((0 0, 0.10000001 0.1))'::geometry", false},
		{"'MULTILINESTRING((0 0, 120.30000000000001 31.4))'::geometry", false}, // the next number after a good one
		{"'MULTILINESTRING((0 0, 180.1 0.1))'::geometry", false},
		{"ST_MakeLine(ST_MakePoint(0, 0), ST_MakePoint('NaN', 0))", false},
	} {
		var got bool
		err := tx.QueryRow(t.Context(), "SELECT on_lattice(ST_SetSRID("+tt.geometry+", 4326)) IS TRUE").Scan(&got)
		if err != nil || got != tt.want {
			t.Errorf("%s: got %t, %v, want %t", tt.geometry, got, err, tt.want)
		}
	}
}

// TestL2EveryColumn finds the check of each column with a geometry, but of those that may lie beside the lattice.
func TestL2EveryColumn(t *testing.T) {
	t.Parallel()
	rows, err := gridtest.Tx(t).Query(t.Context(), `
		SELECT g.f_table_name || '.' || g.f_geometry_column
		FROM geometry_columns g
		WHERE NOT EXISTS (SELECT
		                  FROM pg_constraint c
		                  WHERE c.conrelid = format('%I.%I', g.f_table_schema, g.f_table_name)::regclass
		                    AND pg_get_constraintdef(c.oid) ILIKE 'CHECK (on_lattice(' || g.f_geometry_column || '))')
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{ // what shows a fault: crossings are between lattice points
		"division_fault.polygon", "edition_fault.polygon", "edition_fault.spot", "plan_check.polygon", "plan_check.spot",
	}
	if !slices.Equal(got, want) {
		t.Errorf("not held on the lattice: %v, want %v", got, want)
	}
}

// TestL4NothingIsDeleted tries to take editions away.
func TestL4NothingIsDeleted(t *testing.T) {
	t.Parallel()
	refused(t, "nothing is ever deleted", "DELETE FROM grid", "DELETE FROM grid_version", "DELETE FROM void_area", "TRUNCATE grid CASCADE")
	refused(t, "append-only", "DELETE FROM edition", "UPDATE edition SET proven = true", "TRUNCATE edition CASCADE")
}

// TestL9AuditIsAppendOnly tries to change what has been said of a change.
func TestL9AuditIsAppendOnly(t *testing.T) {
	t.Parallel()
	refused(t, "append-only", "DELETE FROM audit", "UPDATE audit SET actor = 'nobody'", "TRUNCATE audit", "DELETE FROM incident_event")
}

// refused fails unless each statement fails for that reason.
func refused(t *testing.T, reason string, statements ...string) {
	t.Helper()
	tx := gridtest.Tx(t)
	for _, statement := range statements {
		err := pgx.BeginFunc(t.Context(), tx, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
			return errors.New("it was done") // and is taken back, so that no lock stays
		})
		if !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: got %v, want %q", statement, err, reason)
		}
	}
}

// TestPendingOnlyReads asks as a role that may make no table, as a server's may be.
func TestPendingOnlyReads(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), `SET default_transaction_read_only = on`); err != nil {
		t.Fatal(err)
	}
	if pending, err := migrations.Pending(t.Context(), conn.Conn()); pending != 0 || err != nil {
		t.Errorf("got %d, %v", pending, err)
	}
}
