// Package migrations holds the schema of the database as numbered SQL files and applies them, forward only.
package migrations

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed *.sql
var files embed.FS

// lockKey is the advisory lock that keeps two servers from migrating at once; the number only has to be ours.
const lockKey = 0x77616e676765 // "wangge"

// Migration is one numbered step of the schema.
type Migration struct {
	Number int
	Name   string
	SQL    string
}

// All returns every migration in order. A file that is not named NNNN_name.sql is an error.
func All() ([]Migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	steps := make([]Migration, 0, len(names))
	for i, name := range names {
		number, _, ok := strings.Cut(name, "_")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n != i+1 {
			return nil, fmt.Errorf("migration %s: want the number %04d and an underscore in front", name, i+1)
		}
		sql, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, Migration{Number: n, Name: name, SQL: string(sql)})
	}
	return steps, nil
}

// Up applies what is missing, each step in a transaction of its own, and returns the names of the steps it applied. A
// session-level advisory lock lets one caller at a time do so. A database newer than this program is an error.
func Up(ctx context.Context, conn *pgx.Conn) (applied []string, err error) {
	steps, err := All()
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(lockKey)); err != nil {
		return nil, fmt.Errorf("taking the migration lock: %w", err)
	}
	defer func() {
		// The lock must go even when ctx is done; the connection may be a pooled one.
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(lockKey))
	}()
	_, err = conn.Exec(ctx, `
		CREATE TABLE IF NOT EXISTS schema_migration (
			number     integer     CONSTRAINT schema_migration_pkey PRIMARY KEY,
			name       text        NOT NULL,
			applied_at timestamptz NOT NULL DEFAULT now()
		)`)
	if err != nil {
		return nil, fmt.Errorf("creating schema_migration: %w", err)
	}
	at, err := version(ctx, conn)
	if err != nil {
		return nil, err
	}
	if at > len(steps) {
		return nil, fmt.Errorf("the database is at schema %d, this program knows %d: use the newer program", at, len(steps))
	}
	for _, step := range steps[at:] {
		if err := apply(ctx, conn, step); err != nil {
			return applied, fmt.Errorf("migration %s: %w", step.Name, err)
		}
		applied = append(applied, step.Name)
	}
	return applied, nil
}

// Pending returns how many migrations the database lacks; negative when it is newer than this program. It only reads, so that a
// server needs no right to create tables.
func Pending(ctx context.Context, conn *pgx.Conn) (int, error) {
	steps, err := All()
	if err != nil {
		return 0, err
	}
	var exists bool
	err = conn.QueryRow(ctx, `SELECT to_regclass('schema_migration') IS NOT NULL`).Scan(&exists)
	if err != nil || !exists {
		return len(steps), err
	}
	at, err := version(ctx, conn)
	return len(steps) - at, err
}

func version(ctx context.Context, conn *pgx.Conn) (at int, err error) {
	err = conn.QueryRow(ctx, `SELECT coalesce(max(number), 0) FROM schema_migration`).Scan(&at)
	return at, err
}

func apply(ctx context.Context, conn *pgx.Conn, step Migration) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, step.SQL); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO schema_migration (number, name) VALUES ($1, $2)`, step.Number, step.Name)
		return err
	})
}
