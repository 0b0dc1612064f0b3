package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/grid"
)

// The times of listening. A connection that has been silent for probeEvery is probed: a notification is sent to it by the way that
// writes take, and has to arrive within probeIn. That tells a dead connection, and a pooler that takes LISTEN but does not pass on
// what it brings.
const (
	connectIn  = 10 * time.Second
	probeIn    = 5 * time.Second
	probeEvery = 30 * time.Second
)

// Listen calls heard for every notification of a commit (channel edition or roster with a county's code, settings with a key, FeedChannel) until
// ctx ends or the connection fails. It has a connection of its own, straight from the configuration of the store's pool. Once
// everything that is committed from then on will be heard it calls heard with the channel ""; what came before is to be looked up
// then. heard must not block for long. The error is never nil: grid.ErrUnavailable when the connection cannot be had or is lost, or when
// notifications do not arrive, as behind a transaction pooler.
func (s *Store) Listen(ctx context.Context, heard func(channel, payload string)) error {
	pool, ok := s.db.(*pgxpool.Pool)
	if !ok {
		return fmt.Errorf("listening needs a pool: %w", grid.ErrUnavailable)
	}
	conn, err := connectToListen(ctx, pool)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(closing) // it is of no use any more
	}()
	l := &listener{store: s, conn: conn, heard: heard, key: rand.Text()}
	if err := l.probe(ctx); err != nil {
		return err
	}
	heard("", "")
	for {
		n, err := l.next(ctx, probeEvery)
		switch {
		case err == nil:
			l.tell(n)
		case pgconn.Timeout(err) && ctx.Err() == nil:
			if err := l.probe(ctx); err != nil {
				return err
			}
		default:
			return ended(ctx, err)
		}
	}
}

func connectToListen(ctx context.Context, pool *pgxpool.Pool) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectIn)
	defer cancel()
	config := pool.Config().ConnConfig
	config.RuntimeParams["application_name"] = "wangge listen"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, ended(ctx, err)
	}
	for _, listen := range []string{`LISTEN edition`, `LISTEN roster`, `LISTEN settings`, `LISTEN feed`, `LISTEN probe`} {
		if _, err := conn.Exec(ctx, listen); err != nil {
			_ = conn.Close(ctx) // the error is why
			return nil, ended(ctx, err)
		}
	}
	return conn, nil
}

// listener is one connection that listens.
type listener struct {
	store *Store
	conn  *pgx.Conn
	heard func(channel, payload string)
	key   string // of its own probes
}

// next waits for a notification; after a timeout the connection is still good.
func (l *listener) next(ctx context.Context, wait time.Duration) (*pgconn.Notification, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return l.conn.WaitForNotification(ctx)
}

func (l *listener) tell(n *pgconn.Notification) {
	if n.Channel != probeChannel {
		l.heard(n.Channel, n.Payload)
	}
}

// probe returns nil once a notification that was sent just now has arrived; others that come before it are told.
func (l *listener) probe(ctx context.Context) error {
	sending, cancel := context.WithTimeout(ctx, probeIn)
	defer cancel()
	if err := notify(sending, l.store.db, probeChannel, l.key); err != nil {
		return ended(ctx, err)
	}
	for end := time.Now().Add(probeIn); ; {
		n, err := l.next(ctx, time.Until(end))
		if err != nil {
			return ended(ctx, fmt.Errorf("a notification does not arrive (a pooler of transactions passes none on): %w", err))
		}
		if n.Channel == probeChannel && n.Payload == l.key {
			return nil
		}
		l.tell(n)
	}
}

// ended says why listening has ended: because ctx has, or because the database cannot be heard.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("listening: %w: %w", grid.ErrUnavailable, err)
}
