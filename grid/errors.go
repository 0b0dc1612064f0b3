// Package grid is the domain of Wangge, pure: divisions, grids, places, incidents, workers, and the rules they follow.
//
// It knows no database and no HTTP. Coordinates are longitude, latitude in degrees (orb) on the 1e-7 degree lattice,
// WGS 84; codes are text; times are instants.
package grid

import (
	"errors"
	"fmt"
)

// The domain's sentinels; geometry faults are *geo.InvalidError instead.
var (
	// ErrNotFound: nothing has this code, or nothing is responsible here.
	ErrNotFound = errors.New("not found")
	// ErrStale: the version that the caller saw has moved on.
	ErrStale = errors.New("changed since it was read")
	// ErrConflict: the state of things forbids it.
	ErrConflict = errors.New("conflicts with what is stored")
	// ErrInvalid: the input breaks a rule; the wrapped text says which.
	ErrInvalid = errors.New("invalid")
	// ErrForbidden: the actor's role or scope does not cover it.
	ErrForbidden = errors.New("not allowed")
	// ErrUnavailable: the database cannot be asked now.
	ErrUnavailable = errors.New("the database is not available")
)

// RuleError is an ErrInvalid that names the rule, the field and what is wrong with it, for a rejects file or a problem
// document.
type RuleError struct {
	Rule   string // for instance "required", "enum", "BR-60", "QC-11"
	Field  string // the field's name, "" when the whole row is meant
	Detail string // a sentence for the person who sent it
}

// Error implements error.
func (e *RuleError) Error() string {
	if e.Field == "" {
		return e.Rule + ": " + e.Detail
	}
	return e.Rule + ": field " + e.Field + ": " + e.Detail
}

// Unwrap makes a RuleError an ErrInvalid.
func (e *RuleError) Unwrap() error { return ErrInvalid }

// StaleError is an ErrStale that says which version is stored now.
type StaleError struct{ Current int }

// Error implements error.
func (e *StaleError) Error() string {
	return fmt.Sprintf("%v: version %d is stored now", ErrStale, e.Current)
}

// Unwrap makes a StaleError an ErrStale.
func (e *StaleError) Unwrap() error { return ErrStale }
