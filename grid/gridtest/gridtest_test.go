package gridtest_test

import (
	"os"
	"testing"

	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/migrations"
)

func TestMain(m *testing.M) { os.Exit(gridtest.Main(m)) }

func TestTxIsRolledBack(t *testing.T) {
	for _, run := range []string{"first", "second"} { // the second would fail if the first's table stayed
		t.Run(run, func(t *testing.T) {
			tx := gridtest.Tx(t)
			if _, err := tx.Exec(t.Context(), `CREATE TABLE mark (n int)`); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPoolsAreApart(t *testing.T) {
	t.Parallel()
	a, b := gridtest.Pool(t), gridtest.Pool(t)
	if _, err := a.Exec(t.Context(), `CREATE TABLE mark (n int)`); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := b.QueryRow(t.Context(), `SELECT to_regclass('mark') IS NOT NULL`).Scan(&there); err != nil || there {
		t.Errorf("the other database has the table: %v, %v", there, err)
	}
}

func TestSchemaIsThere(t *testing.T) {
	t.Parallel()
	steps, err := migrations.All()
	if err != nil {
		t.Fatal(err)
	}
	var applied int
	var point string
	err = gridtest.Pool(t).QueryRow(t.Context(),
		`SELECT (SELECT count(*) FROM schema_migration), ST_AsText(ST_Point(1, 2))`).Scan(&applied, &point)
	if err != nil || applied != len(steps) || point != "POINT(1 2)" {
		t.Errorf("got %d migrations, %q, %v; want %d, POINT(1 2)", applied, point, err, len(steps))
	}
}

func TestPoolsInParallel(t *testing.T) {
	t.Parallel()
	for range 8 {
		t.Run("pool", func(t *testing.T) {
			t.Parallel()
			if err := gridtest.Pool(t).Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
