package migrations

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// UpURL is Up on a connection of its own to the database that url names; "" is the one that the standard PG* variables
// name.
func UpURL(ctx context.Context, url string) ([]string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connecting to the database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return Up(ctx, conn)
}

// PendingURL is Pending on a connection of its own.
func PendingURL(ctx context.Context, url string) (int, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, fmt.Errorf("connecting to the database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return Pending(ctx, conn)
}
