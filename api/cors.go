package api

import "net/http"

// The headers of what pages of other sites may read. Nothing changes their values.
var (
	anyone  = []string{"*"}
	exposed = []string{"ETag, Retry-After, Wangge-Database-Lost, Wangge-Edition, Wangge-Plan, X-Request-Id"}
)

// anyOrigin lets pages of other sites read the answer, errors as well: for what is public anyway. Nothing here goes by
// cookies, so that a page gains nothing that it could not fetch by itself.
func anyOrigin(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		header := w.Header()
		header["Access-Control-Allow-Origin"] = anyone
		header["Access-Control-Expose-Headers"] = exposed
		return h(w, r)
	}
}

// tokenOrigin takes that back for what is not public, unless a token was sent: where reads are open, as in the demo, a page of
// another site would have it for nothing.
func tokenOrigin(w http.ResponseWriter, r *http.Request) {
	if !sentToken(r) {
		w.Header().Del("Access-Control-Allow-Origin")
		w.Header().Del("Access-Control-Expose-Headers")
	}
}

// preflight answers OPTIONS on a path that pages of other sites may ask: to a browser before a request that is more than a plain GET, and to
// GIS tools that want to know whether they may edit.
func preflight(methods string) handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		h := w.Header()
		h.Set("Allow", methods+", OPTIONS")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Allow-Methods", methods)
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match, Last-Event-ID, Wangge-Min-Edition")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// The methods of paths that are read, and of the one that takes batches.
const (
	readMethods   = "GET, HEAD"
	locateMethods = "GET, HEAD, POST"
)
