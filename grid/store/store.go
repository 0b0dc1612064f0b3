// Package store keeps divisions, grids, places, incidents and everything about them in PostgreSQL with PostGIS. It holds
// all queries of the project.
//
// Geometry is lon/lat degrees on WGS 84 (SRID 4326), on the lattice of 1e-7 degrees, and crosses as EWKB bytes. Every
// write is one transaction with its audit entry (L9). What is assigned to grids is assigned by the one locate function of
// grid/edition, for the edition in force at the commit (L3; see lock.go). Errors of the database become those of
// grid/errors.go in translate.go.
package store

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// DB is what the store needs of a database: *pgxpool.Pool and, in tests, pgx.Tx.
type DB interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
	Begin(ctx context.Context) (pgx.Tx, error)
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error)
}

// Store reads and writes the database. It is safe for concurrent use when its DB is.
type Store struct {
	db    DB
	pools []*pgxpool.Pool // those that the store opened
	// numbers reserves numbers of codes beside the transaction that needs them. It has connections of its own: if it took them from
	// db, as many writers as db has connections would each hold one and wait for another.
	numbers DB
}

// The times after which a database that says nothing counts as gone, so that who needs a connection is told so soon.
const (
	longestConnect = 5 * time.Second
	longestPing    = 2 * time.Second // of a connection that has been idle, before it is used
)

// New returns a store on db. It reads and writes inside db's transaction when db is one. On a pool there must be fewer
// writers at once than connections; Open has no such limit.
func New(db DB) *Store { return &Store{db: db, numbers: db} }

// Open connects to the database that url names; "" is the one that the standard PG* variables name. Close ends it.
func Open(ctx context.Context, url string) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	// A connection that goes dead in the middle of an answer is noticed in half a minute.
	dialer := &net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}}
	config.ConnConfig.DialFunc = dialer.DialContext
	return OpenConfig(ctx, config)
}

// OpenConfig is Open for a pool that is configured already; the config is used up.
func OpenConfig(ctx context.Context, config *pgxpool.Config) (*Store, error) {
	// Filters are optional parameters, for which a generic plan is a bad one; planning costs a fraction of a millisecond.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = longestConnect
	}
	if config.PingTimeout == 0 {
		config.PingTimeout = longestPing
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	few := config.Copy()
	few.MinConns, few.MaxConns = 0, 2
	numbers, err := pgxpool.NewWithConfig(ctx, few)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("database: %w", err)
	}
	s := &Store{db: pool, pools: []*pgxpool.Pool{pool, numbers}, numbers: numbers}
	if err := s.Ping(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close ends the connections of a store that Open made.
func (s *Store) Close() {
	for _, pool := range s.pools {
		pool.Close()
	}
}

// Ping returns grid.ErrUnavailable when the database does not answer.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.db.Exec(ctx, `SELECT 1`)
	return translate(err)
}

// commitIn bounds the end of a transaction, which whoever has asked for it cannot cancel.
const commitIn = 2 * time.Minute

// settling begins transactions that are cancelled before their commit or not at all: a commit that is cancelled on its way may have happened.
type settling struct{ DB }

// Begin implements what pgx.BeginFunc needs.
func (d settling) Begin(ctx context.Context) (pgx.Tx, error) {
	tx, err := d.DB.Begin(ctx)
	return settlingTx{tx}, err
}

type settlingTx struct{ pgx.Tx }

// Commit implements pgx.Tx.
func (t settlingTx) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitIn)
	defer cancel()
	return t.Tx.Commit(ctx)
}

// write runs f in a transaction, a savepoint when the store is in one already.
func (s *Store) write(ctx context.Context, f func(tx pgx.Tx) error) error {
	return translate(pgx.BeginFunc(ctx, settling{s.db}, func(tx pgx.Tx) error {
		noting := &touchingTx{Tx: tx}
		if err := f(noting); err != nil {
			return err
		}
		return noting.raiseTiles(ctx)
	}))
}

// AtOnce calls f with a store that shows one moment of the database, however often it is asked, and does not write. It ends with f.
func (s *Store) AtOnce(ctx context.Context, f func(*Store) error) error {
	return s.snapshot(ctx, func(db DB) error { return f(New(db)) })
}

// snapshot runs f on one state of the database, so that what several queries return fits together. Inside a transaction
// of the caller's it is that one's state.
func (s *Store) snapshot(ctx context.Context, f func(DB) error) error {
	beginner, ok := s.db.(interface {
		BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
	})
	if !ok {
		return translate(f(s.db))
	}
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return translate(pgx.BeginTxFunc(ctx, beginner, options, func(tx pgx.Tx) error { return f(tx) }))
}
