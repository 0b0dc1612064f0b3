package api

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/wangge/wangge/grid"
)

// Clients that cannot send headers put a token into the path: /t/TOKEN/tiles/places.json. Such a token reads and does nothing else, is
// made for the path alone, and is asked for anew with each request, so that it is of no use once it is revoked. Whatever is below /t/
// stands there without the token too: it is taken out of the request before anything else sees it, and only base puts it back, into the
// links of the answer.

// pathRoot begins the paths that have a token in them.
const pathRoot = "/t/"

// underToken are the beginnings of the paths that may follow the token.
var underToken = []string{"/tiles/", "/styles/", "/ogc/", "/v1/export/"}

// tokenForm is what a token looks like, as store.CreateToken makes them: what does not needs no question to the database.
var tokenForm = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// pathToken is the token in a request's path, and whose it is.
type pathToken struct {
	secret string
	actor  grid.Actor
}

type pathTokenKey struct{}

// pathTokenOf returns the token in the path, nil where there is none.
func pathTokenOf(r *http.Request) *pathToken {
	t, _ := r.Context().Value(pathTokenKey{}).(*pathToken)
	return t
}

// sentToken reports whether a token came with the request, in its head or its path, valid or not.
func sentToken(r *http.Request) bool {
	return r.Header.Get("Authorization") != "" || pathTokenOf(r) != nil
}

// pathTokens answers what begins with pathRoot: by next, once the token is known and taken out.
func (s *Server) pathTokens(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret, rest := cutToken(r.URL)
		inner, err := s.withoutToken(r, secret, rest)
		if err != nil {
			refuse := func(http.ResponseWriter, *http.Request) error { return err }
			s.wrap(noRoute, s.bounded(anyOrigin(refuse))).ServeHTTP(w, inner)
			return
		}
		next.ServeHTTP(w, inner)
	})
}

// cutToken returns the token in the path, as it is written, and the path without it; "" when there is none that may follow.
func cutToken(u *url.URL) (secret, rest string) {
	after, ok := strings.CutPrefix(u.EscapedPath(), pathRoot)
	if !ok {
		return "", ""
	}
	secret, rest, _ = strings.Cut(after, "/")
	if rest = "/" + rest; rest == "/ogc" {
		return secret, rest
	}
	// What is not clean the router would send elsewhere, without the token.
	clean := path.Clean(rest)
	if rest != clean && rest != clean+"/" {
		return secret, ""
	}
	for _, root := range underToken {
		if strings.HasPrefix(rest, root) {
			return secret, rest
		}
	}
	return secret, ""
}

// withoutToken returns the request for what follows the token, or why it is refused. Either has no token in it but in its context.
func (s *Server) withoutToken(r *http.Request, secret, rest string) (*http.Request, error) {
	inner := r.Clone(context.WithValue(r.Context(), pathTokenKey{}, &pathToken{secret: secret}))
	inner.URL.Path, inner.URL.RawPath, inner.RequestURI = "/", "", "/"
	inner.Header.Del("Authorization") // the token in the path is who asks
	inner.Header.Del("Referer")
	if rest == "" {
		return inner, notFound("A token in the path is for /t/TOKEN followed by /tiles, /styles, /ogc or /v1/export; elsewhere it is sent as “Authorization: Bearer TOKEN”.")
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions {
		const allowed = "GET, HEAD, OPTIONS"
		return inner, (&problem{
			status: http.StatusMethodNotAllowed, slug: "method-not-allowed", code: "method_not_allowed",
			detail: "A token in the path reads and does nothing else; it takes " + allowed + ".",
		}).withHeader("Allow", allowed)
	}
	unescaped, err := url.PathUnescape(rest)
	if err != nil { // net/http has read it
		return inner, badParam("", "The path cannot be read.")
	}
	actor, err := s.pathActor(r.Context(), secret)
	if err != nil {
		return inner, err
	}
	inner = inner.WithContext(context.WithValue(r.Context(), pathTokenKey{}, &pathToken{secret: secret, actor: actor}))
	inner.URL.Path, inner.URL.RawPath, inner.RequestURI = unescaped, rest, rest
	if inner.URL.RawQuery != "" {
		inner.RequestURI += "?" + inner.URL.RawQuery
	}
	return inner, nil
}

// pathActor returns whose the token in the path is. The database is asked with each request, so that revoking works at once.
func (s *Server) pathActor(ctx context.Context, secret string) (grid.Actor, error) {
	unknown := unauthorized("The token in the path is unknown, expired, revoked, or not made for the path: an administrator makes one with “wangge token create --path”.")
	if !tokenForm.MatchString(secret) {
		return grid.Actor{}, unknown
	}
	ctx, cancel := context.WithTimeout(ctx, workIn)
	defer cancel()
	actor, err := s.store.ActorByPathToken(ctx, secret)
	if err != nil && problemOf(err).status == http.StatusNotFound {
		return actor, unknown
	}
	return actor, err
}

// base returns the address that links begin with: with the token that came in the path, if one did.
func (s *Server) base(r *http.Request) string {
	root := "http://" + r.Host
	if s.publicURL != "" {
		root = strings.TrimRight(s.publicURL, "/")
	}
	if t := pathTokenOf(r); t != nil {
		root += pathRoot + t.secret
	}
	return root
}

// hide returns the text without the token that came in the path, for what is logged.
func (t *pathToken) hide(text string) string {
	if t == nil || t.secret == "" {
		return text
	}
	return strings.ReplaceAll(text, t.secret, "-")
}

// private makes an answer below a token one of its own: no cache that others share keeps it, and any page may read it that knows the
// token, since nothing but the address lets it.
func (t *pathToken) private(h http.Header) {
	if t == nil {
		return
	}
	h["Access-Control-Allow-Origin"] = anyone
	h["Access-Control-Expose-Headers"] = exposed
	switch cache := h.Get("Cache-Control"); {
	case cache == "":
		h.Set("Cache-Control", "private, no-cache")
	case strings.Contains(cache, "public"):
		h.Set("Cache-Control", strings.ReplaceAll(cache, "public", "private"))
	case !strings.Contains(cache, "private") && !strings.Contains(cache, "no-store"):
		h.Set("Cache-Control", "private, "+cache)
	}
}
