package store

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"
)

// batchRows is how many rows go into one COPY: enough that starting it does not matter, few enough to hold in memory.
const batchRows = 20_000

// rowsError marks an error that the caller's rows gave, which is not the database's and stays as it is.
type rowsError struct{ err error }

func (e *rowsError) Error() string { return e.err.Error() }
func (e *rowsError) Unwrap() error { return e.err }

// inBatches calls write with the rows in batches of at most batchRows and returns how many rows there were. The rows are
// drawn by another goroutine, so that reading and locating the next batch goes on while the database takes this one; it
// has ended when inBatches returns. The batch is only write's until it returns.
func inBatches[R any](ctx context.Context, rows iter.Seq2[R, error], write func(batch []R) error) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	full, empty := make(chan []R, 1), make(chan []R, 2)
	empty <- make([]R, 0, batchRows)
	empty <- make([]R, 0, batchRows)
	var failed error // of rows; read after full is closed
	go func() {
		defer close(full)
		failed = drawBatches(ctx, rows, full, empty)
	}()
	var count int64
	var err error
	for batch := range full {
		if err != nil {
			continue // until the other goroutine has noticed
		}
		if err = write(batch); err != nil {
			cancel()
			continue
		}
		count += int64(len(batch))
		clear(batch) // let go of what the rows hold
		empty <- batch[:0]
	}
	if err == nil {
		err = failed
	}
	return count, err
}

func drawBatches[R any](ctx context.Context, rows iter.Seq2[R, error], full chan<- []R, empty <-chan []R) error {
	batch := <-empty
	for row, err := range rows {
		if err != nil {
			return &rowsError{err}
		}
		batch = append(batch, row)
		if len(batch) < batchRows {
			continue
		}
		select {
		case full <- batch:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case batch = <-empty:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if len(batch) > 0 {
		select {
		case full <- batch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// copyRows writes the batch with one COPY, values giving the columns of a row. An error of values ends it and is returned as it
// is.
func copyRows[R any](ctx context.Context, tx DB, table string, columns []string, batch []R, values func(i int, row *R) ([]any, error)) error {
	var failed error // the driver hands on its text alone
	_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(len(batch), func(i int) ([]any, error) {
		var row []any
		row, failed = values(i, &batch[i])
		return row, failed
	}))
	if failed != nil {
		return failed
	}
	return err
}

// reserveIDs takes n ids of a table's identity column, for rows that COPY writes and others refer to.
func reserveIDs(ctx context.Context, tx DB, table string, n int) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		SELECT nextval((SELECT pg_get_serial_sequence($1, 'id')::regclass)) FROM generate_series(1, $2)`, table, n)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
