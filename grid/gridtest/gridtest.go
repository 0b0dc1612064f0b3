// Package gridtest gives tests a PostGIS with the current schema: a transaction that is rolled back (Tx), or a database
// of their own (Pool) when commits or several sessions matter. A transaction costs next to nothing, a database tens to
// hundreds of milliseconds.
//
// The server is the one that TEST_DATABASE_URL names (its role must be allowed to create databases), or else a private
// cluster that the first test to ask starts. A package that uses this one has
//
//	func TestMain(m *testing.M) { os.Exit(gridtest.Main(m)) }
package gridtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/grid/cluster"
	"github.com/wangge/wangge/migrations"
)

// startTime bounds starting a cluster and building the template on a busy machine.
const startTime = 2 * time.Minute

// server is shared by all tests of a binary, the one thing here that must outlive a test: Main ends it.
var server struct {
	managed bool // Main is running the tests
	start   sync.Once
	failed  error

	cluster  *cluster.Cluster // nil with TEST_DATABASE_URL
	admin    *pgx.ConnConfig  // makes and drops databases
	template string
	shared   *pgxpool.Pool // the database of all Tx
}

// Main runs the tests of a package, then ends what they started, and returns the exit code.
func Main(m *testing.M) (code int) {
	server.managed = true
	defer func() {
		if err := stop(); err != nil {
			fmt.Fprintln(os.Stderr, "gridtest:", err)
			code = max(code, 1)
		}
	}()
	return m.Run()
}

// Tx returns a transaction on a database that has the schema and no rows. It is rolled back when the test ends. All
// tests of a package share that database, so one that waits for another's lock, or provokes a bare SQL error and wants
// to go on, takes Pool.
func Tx(t testing.TB) pgx.Tx {
	t.Helper()
	ready(t)
	tx, err := server.shared.Begin(t.Context())
	if err != nil {
		t.Fatal("gridtest: ", err)
	}
	t.Cleanup(func() {
		if err := tx.Rollback(context.Background()); err != nil && !errors.Is(err, pgx.ErrTxClosed) {
			t.Error("gridtest: ", err)
		}
	})
	return tx
}

// Pool returns a pool on a database of the test's own, which has the schema and no rows and is dropped when the test
// ends.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	ready(t)
	pool, name, err := createDatabase(t.Context())
	if err != nil {
		t.Fatal("gridtest: ", err)
	}
	t.Cleanup(func() {
		pool.Close()
		if err := dropDatabase(name); err != nil {
			t.Error("gridtest: ", err)
		}
	})
	return pool
}

func ready(t testing.TB) {
	t.Helper()
	if !server.managed {
		t.Fatal("gridtest: this package needs: func TestMain(m *testing.M) { os.Exit(gridtest.Main(m)) }")
	}
	server.start.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startTime)
		defer cancel()
		server.failed = start(ctx)
	})
	if server.failed != nil {
		t.Fatal("gridtest: ", server.failed)
	}
}

func start(ctx context.Context) error {
	url := os.Getenv("TEST_DATABASE_URL")
	if url == "" {
		var err error
		if server.cluster, err = cluster.Start(ctx, cluster.Config{}); err != nil {
			return err
		}
		url = server.cluster.URL("postgres")
	}
	var err error
	if server.admin, err = pgx.ParseConfig(url); err != nil {
		return fmt.Errorf("TEST_DATABASE_URL: %w", err)
	}
	if err := onServer(ctx, buildTemplate); err != nil {
		return fmt.Errorf("building the template database: %w", err)
	}
	server.shared, _, err = createDatabase(ctx)
	return err
}

func stop() error {
	var errs []error
	if server.shared != nil {
		name := server.shared.Config().ConnConfig.Database
		server.shared.Close()
		errs = append(errs, dropDatabase(name))
	}
	if server.cluster != nil {
		errs = append(errs, server.cluster.Stop())
	}
	return errors.Join(errs...)
}

// buildTemplate makes the template database unless there is one for these very migrations. Test binaries run side by
// side: an advisory lock lets one of them build, and the name appears only when the template is whole.
func buildTemplate(ctx context.Context, admin *pgx.Conn) error {
	steps, err := migrations.All()
	if err != nil {
		return err
	}
	server.template = fmt.Sprintf("wangge_test_%x", sha256.Sum256(fmt.Append(nil, steps)))[:40]
	const lockKey = 0x67726964 // "grid"; it goes with the connection
	if _, err := admin.Exec(ctx, `SELECT pg_advisory_lock($1)`, lockKey); err != nil {
		return err
	}
	var there bool
	err = admin.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, server.template).Scan(&there)
	if err != nil || there {
		return err
	}
	building := server.template + "_building" // left by a build that was killed, perhaps
	if err := dropOn(ctx, admin, building); err != nil {
		return err
	}
	if _, err := admin.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{building}.Sanitize()); err != nil {
		return err
	}
	if err := migrate(ctx, building); err != nil {
		return err
	}
	_, err = admin.Exec(ctx, `ALTER DATABASE `+pgx.Identifier{building}.Sanitize()+
		` RENAME TO `+pgx.Identifier{server.template}.Sanitize())
	return err
}

func migrate(ctx context.Context, database string) error {
	config := server.admin.Copy()
	config.Database = database
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = migrations.Up(ctx, conn)
	return err
}

// createDatabase clones the template and returns a pool on the clone, and its name.
func createDatabase(ctx context.Context) (*pgxpool.Pool, string, error) {
	name := "wangge_test_" + strings.ToLower(rand.Text())
	err := onServer(ctx, func(ctx context.Context, admin *pgx.Conn) error {
		_, err := admin.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{name}.Sanitize()+
			` TEMPLATE `+pgx.Identifier{server.template}.Sanitize())
		return err
	})
	if err != nil {
		return nil, "", err
	}
	config, err := pgxpool.ParseConfig(server.admin.ConnString())
	if err != nil {
		return nil, "", err
	}
	config.ConnConfig.Database = name
	config.MaxConns = 16 // a test may hold a transaction or two while others run
	pool, err := pgxpool.NewWithConfig(ctx, config)
	return pool, name, err
}

func dropDatabase(name string) error {
	return onServer(context.Background(), func(ctx context.Context, admin *pgx.Conn) error {
		return dropOn(ctx, admin, name)
	})
}

func dropOn(ctx context.Context, admin *pgx.Conn, name string) error {
	_, err := admin.Exec(ctx, `DROP DATABASE IF EXISTS `+pgx.Identifier{name}.Sanitize()+` WITH (FORCE)`)
	return err
}

// onServer runs f on a connection of its own, which does not belong to any test's database.
func onServer(ctx context.Context, f func(context.Context, *pgx.Conn) error) error {
	admin, err := pgx.ConnectConfig(ctx, server.admin)
	if err != nil {
		return err
	}
	defer admin.Close(context.WithoutCancel(ctx))
	return f(ctx, admin)
}
