package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestCommitIsNotCancelled: whoever leaves while a transaction is being committed is told how it ended.
func TestCommitIsNotCancelled(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	for _, sql := range []string{
		`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END'`,
		`CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON app_user DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	held, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec(t.Context(), `SELECT pg_advisory_xact_lock(42)`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, _, err := store.New(pool).CreateToken(ctx, grid.Actor{Name: "operator"}, store.Token{User: "late", Role: grid.RoleReader})
		ended <- err
	}()
	for waits := false; !waits; time.Sleep(5 * time.Millisecond) {
		err := held.QueryRow(t.Context(), `
			SELECT EXISTS (
				SELECT FROM pg_locks
				WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&waits)
		if err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := held.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the commit says %v", err)
	}
}
