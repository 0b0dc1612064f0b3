package ogc

import (
	"fmt"
	"net/http"
)

// Error is why a request cannot be answered: what api makes a problem document of.
type Error struct {
	Status int
	Slug   string // the last part of the problem's type
	Code   string // stable
	Detail string
	Param  string // the parameter that is meant, "" for none
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Detail }

func badParam(name, format string, args ...any) error {
	return &Error{Status: http.StatusBadRequest, Slug: "bad-request", Code: "bad_request", Detail: fmt.Sprintf(format, args...), Param: name}
}

func notFound(format string, args ...any) error {
	return &Error{Status: http.StatusNotFound, Slug: "not-found", Code: "not_found", Detail: fmt.Sprintf(format, args...)}
}
