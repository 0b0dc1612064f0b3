package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// translate turns an error of the database into one of the domain, by its code and the name of the constraint. It is the
// only place that looks at such errors.
func translate(err error) error {
	var own *rowsError
	if errors.As(err, &own) {
		return own.err
	}
	if err == nil || isDomain(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("%w: %w", grid.ErrNotFound, err)
	}
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		var connect *pgconn.ConnectError
		if errors.As(err, &connect) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) || isBroken(err) {
			return fmt.Errorf("%w: %w", grid.ErrUnavailable, err)
		}
		return err
	}
	return translateCode(answer, err)
}

func translateCode(answer *pgconn.PgError, err error) error {
	name := answer.ConstraintName
	switch {
	case strings.HasSuffix(name, "_lattice"):
		return &geo.InvalidError{Rule: geo.RulePosition}
	case strings.HasSuffix(name, "_shape_type"):
		return &geo.InvalidError{Rule: geo.RuleType}
	case name == "division_one_city":
		return fmt.Errorf("%w: there is a city already", grid.ErrConflict)
	}
	switch answer.Code {
	case "23505": // unique_violation
		return fmt.Errorf("%w: %s", grid.ErrConflict, takenKey(answer))
	case "23503": // foreign_key_violation
		return unknownCode(answer)
	case "23514": // check_violation
		return &grid.RuleError{Rule: "check", Field: fieldOf(answer), Detail: "is not a value that it may have"}
	case "23502": // not_null_violation
		return &grid.RuleError{Rule: "required", Field: answer.ColumnName, Detail: "must be given"}
	case "23000": // integrity_constraint_violation, of refuse_change
		return fmt.Errorf("%w: %s", grid.ErrConflict, name)
	case "22001", "22003", "22007", "22008", "22P02", "22021", "22P05":
		return &plainError{grid.ErrInvalid, "a value is out of range, too long or unreadable", err}
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return &plainError{grid.ErrConflict, "another change came in between", err}
	}
	if answer.Code == "57014" && strings.HasPrefix(answer.Message, "COPY from stdin failed") {
		return &plainError{grid.ErrInvalid, "a value does not fit its field", err}
	}
	switch answer.Code[:2] {
	case "08", "53", "57": // connection lost, out of resources, shutting down
		return fmt.Errorf("%w: %w", grid.ErrUnavailable, err)
	}
	return err
}

// plainError is an error of the domain that says what is wrong in words for whoever sent it. What the database said of its own
// columns and types is its cause, for the log.
type plainError struct {
	domain error
	detail string
	cause  error
}

// Error implements error.
func (e *plainError) Error() string { return e.domain.Error() + ": " + e.detail }

// Unwrap makes it an error of the domain, with its cause.
func (e *plainError) Unwrap() []error { return []error{e.domain, e.cause} }

// keyDetail is how PostgreSQL names the key that it misses, or has already.
var keyDetail = regexp.MustCompile(`^Key \((.+)\)=\((.*)\) (?:already exists|is not present in table "(.+)")\.$`)

// tableWords are the words for what tables hold, where a client can name one that is not there.
var tableWords = map[string]string{"division": "division", "grid": "grid", "network": "network", "organization": "organisation", "worker": "worker"}

// unknownCode says in words which code names nothing.
func unknownCode(answer *pgconn.PgError) error {
	key := keyDetail.FindStringSubmatch(answer.Detail)
	if key == nil || tableWords[key[3]] == "" {
		return &grid.RuleError{Rule: "unknown_code", Field: fieldOf(answer), Detail: "names something that is not there"}
	}
	return &grid.RuleError{Rule: "unknown_code", Field: key[1], Detail: fmt.Sprintf("there is no %s %q", tableWords[key[3]], key[2])}
}

// takenKey says in words what is there already.
func takenKey(answer *pgconn.PgError) string {
	key := keyDetail.FindStringSubmatch(answer.Detail)
	if key == nil {
		return "there is such a thing already"
	}
	return fmt.Sprintf("there is a thing with %s %q already", key[1], key[2])
}

// fieldOf reads the field from a constraint's name: table_field_fkey, table_field_check.
func fieldOf(answer *pgconn.PgError) string {
	field := strings.TrimPrefix(answer.ConstraintName, answer.TableName+"_")
	field = strings.TrimSuffix(strings.TrimSuffix(field, "_fkey"), "_check")
	return field
}

// isBroken reports whether the connection, not the statement, is what failed.
func isBroken(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

func isDomain(err error) bool {
	var invalid *geo.InvalidError
	if errors.As(err, &invalid) {
		return true
	}
	for _, domain := range []error{
		grid.ErrNotFound, grid.ErrStale, grid.ErrConflict, grid.ErrInvalid, grid.ErrForbidden, grid.ErrUnavailable,
	} {
		if errors.Is(err, domain) {
			return true
		}
	}
	return false
}
