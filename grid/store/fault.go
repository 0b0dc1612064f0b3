//go:build !faults

package store

import "github.com/jackc/pgx/v5"

// fault does nothing. In a build with the tag faults it is a place where the server can be made to fail: fault_on.go.
func fault(pgx.Tx, string) {}
