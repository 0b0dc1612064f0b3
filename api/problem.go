package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/wangge/wangge/api/ogc"
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
)

// problem is an RFC 9457 problem document and, as an error, what a handler returns to send one. Code is stable; extra
// members stand beside the standard ones.
type problem struct {
	status int
	slug   string // the last part of type: /problems/{slug}
	code   string
	detail string
	extra  map[string]any
	header http.Header
}

// Error implements error.
func (p *problem) Error() string { return p.code + ": " + p.detail }

func (p *problem) with(key string, value any) *problem {
	if p.extra == nil {
		p.extra = map[string]any{}
	}
	p.extra[key] = value
	return p
}

func (p *problem) withHeader(key, value string) *problem {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(key, value)
	return p
}

// badParam names the parameter or header, or none where the body or the whole query is meant.
func badParam(name, detail string) *problem {
	p := &problem{status: http.StatusBadRequest, slug: "bad-request", code: "bad_request", detail: detail}
	if name == "" {
		return p
	}
	return p.with("param", name)
}

func notFound(detail string) *problem {
	return &problem{status: http.StatusNotFound, slug: "not-found", code: "not_found", detail: detail}
}

// codeTaken says which code stands in the way of a new thing.
func codeTaken(code string) *problem {
	return (&problem{
		status: http.StatusConflict, slug: "conflict", code: "conflict",
		detail: "The code " + code + " is taken already: choose another, or leave it out and one is made.",
	}).with("conflicts_with", code)
}

func unsupported(wanted string) *problem {
	return &problem{
		status: http.StatusUnsupportedMediaType, slug: "unsupported-media", code: "unsupported_media", detail: "Send " + wanted + ".",
	}
}

// problemOf is the one table from causes to problem documents. The text of an unknown cause goes to the log only.
func problemOf(err error) *problem {
	var (
		p        *problem
		tooLarge *http.MaxBytesError
		ofOGC    *ogc.Error
		ofFile   *intake.FileError
	)
	why, ofData := intake.Explain(err)
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &ofOGC):
		return problemOfOGC(ofOGC)
	case errors.As(err, &ofFile):
		return problemOfFile(ofFile)
	case ofData:
		if why.Reason == "" {
			why.Reason = reasonOf(err)
		}
		return problemOfData(why)
	case errors.As(err, &tooLarge):
		return &problem{
			status: http.StatusRequestEntityTooLarge, slug: "too-large", code: "too_large",
			detail: "The body is over the limit of " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes: send it in parts.",
		}
	case errors.Is(err, grid.ErrNotFound):
		return notThere(err)
	case errors.Is(err, grid.ErrStale):
		p := &problem{
			status: http.StatusPreconditionFailed, slug: "stale-version", code: "stale_version",
			detail: "It has changed since you read it: read it again and repeat your change.",
		}
		var stale *grid.StaleError
		if errors.As(err, &stale) {
			p.with("current_version", stale.Current)
		}
		return p
	case errors.Is(err, grid.ErrConflict):
		return conflict(err)
	case errors.Is(err, grid.ErrForbidden):
		return &problem{
			status: http.StatusForbidden, slug: "forbidden", code: "forbidden",
			detail: "Your token's role or division does not allow this: ask an administrator for another one.",
		}
	case errors.Is(err, grid.ErrInvalid):
		return &problem{status: http.StatusUnprocessableEntity, slug: "invalid", code: "invalid", detail: err.Error()}
	case errors.Is(err, grid.ErrUnavailable):
		return unavailable()
	case errors.Is(err, context.DeadlineExceeded):
		return (&problem{
			status: http.StatusServiceUnavailable, slug: "timeout", code: "timeout",
			detail: "The answer took too long: ask for less, or try again.",
		}).withHeader("Retry-After", "5")
	case errors.Is(err, os.ErrDeadlineExceeded): // of the connection
		return &problem{
			status: http.StatusRequestTimeout, slug: "timeout", code: "timeout",
			detail: "The body did not come in time: send it again, without a pause.",
		}
	}
	return &problem{status: http.StatusInternalServerError, code: "internal", detail: "Something went wrong here; the log says what, under this request id."}
}

// notThere says what was not found: what the cause names before its sentinel. What follows that, such as the database's words, is for
// the log.
func notThere(err error) *problem {
	what, _, named := strings.Cut(err.Error(), ": "+grid.ErrNotFound.Error())
	if !named || !isText(what) {
		return notFound("There is nothing of that code.")
	}
	if runes := []rune(what); len(runes) > maxNamed {
		what = string(runes[:maxNamed]) + "…"
	}
	return notFound("Not found: " + what + "." + whereToLook(what))
}

// whereToLook says where what there is of a kind is listed, for what begins with the word of its kind.
func whereToLook(what string) string {
	kind, _, _ := strings.Cut(what, " ")
	lists := map[string]string{
		"plan": "/v1/plans", "place": "/v1/places", "incident": "/v1/incidents", "division": "/v1/divisions", "grid": "/v1/grids", "worker": "/v1/workers",
		"post": "/v1/posts", "item": "/v1/items",
	}
	if list := lists[kind]; list != "" {
		return " GET " + list + " lists those there are."
	}
	return ""
}

// maxNamed is how many characters of what was not found are said.
const maxNamed = 200

// conflict says what stands in the way. A conflict of the domain ends in its sentinel, or is a *grid.ConflictError with what it is
// about; one that the database found begins with it, and its text is for the log.
func conflict(err error) *problem {
	p := &problem{
		status: http.StatusConflict, slug: "conflict", code: "conflict",
		detail: "It conflicts with what is stored: read that again.",
	}
	var named *grid.ConflictError
	if errors.As(err, &named) {
		p.detail = named.Detail + "."
		if len(named.Conflicts) > 0 {
			p.with("conflicts", conflictFeatures(named.Conflicts))
		}
	} else if why, ofDomain := strings.CutSuffix(err.Error(), ": "+grid.ErrConflict.Error()); ofDomain {
		p.detail = why + "."
	}
	return p
}

// reasonOf says what is wrong with a geometry that an edit has refused: what the edit advises, or else the rule in words.
func reasonOf(err error) string {
	var invalid *geo.InvalidError
	if !errors.As(err, &invalid) {
		return err.Error()
	}
	if advice, advised := strings.CutSuffix(err.Error(), ": "+invalid.Error()); advised {
		return advice
	}
	return strings.ReplaceAll(string(invalid.Rule), "_", " ")
}

// problemOfData says what is wrong with a value or a geometry as a rejects file would.
func problemOfData(why *intake.Reject) *problem {
	p := &problem{status: http.StatusUnprocessableEntity, slug: "invalid", code: "invalid", detail: why.Reason}
	if why.Field == "geometry" {
		p.slug, p.code = "invalid-geometry", "invalid_geometry"
	}
	if why.Rule != "" {
		p.with("rule", why.Rule)
	}
	if why.Field != "" {
		p.with("field", why.Field)
		if why.Field != "geometry" { // its reasons name it
			p.detail = why.Field + ": " + why.Reason
		}
	}
	if why.At != nil {
		at := *why.At
		if onLattice, err := geo.Snap(at); err == nil {
			at = onLattice.Orb()
		}
		p.with("at", at)
	}
	return p
}

// document is the problem without the request that it answers.
func (p *problem) document() map[string]any {
	document := map[string]any{"type": "about:blank", "title": http.StatusText(p.status), "status": p.status, "code": p.code, "detail": p.detail}
	if p.slug != "" {
		document["type"] = "/problems/" + p.slug
	}
	for key, value := range p.extra {
		document[key] = value
	}
	return document
}

// sendProblem answers err as a problem document; nothing is written when the client has gone.
func sendProblem(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == context.Canceled && !errors.Is(err, os.ErrDeadlineExceeded) { // net/http ends it for a late body too
		return
	}
	p := problemOf(err)
	if p.status >= http.StatusInternalServerError && !errors.Is(err, p) { // what a handler says by itself needs no cause
		slog.ErrorContext(r.Context(), "request failed", "request_id", requestID(w), "error", pathTokenOf(r).hide(err.Error()))
	}
	document := p.document()
	if p.status >= http.StatusInternalServerError {
		document["instance"] = requestID(w)
	}
	for _, ofAnswer := range []string{"Content-Encoding", "Content-Length", "Content-Disposition", "ETag", "Location"} {
		w.Header().Del(ofAnswer)
	}
	for key, values := range p.header {
		w.Header()[key] = values
	}
	body, err := encodeJSON(document)
	if err != nil {
		slog.ErrorContext(r.Context(), "encoding a problem document", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.status)
	_, _ = w.Write(body)
}
