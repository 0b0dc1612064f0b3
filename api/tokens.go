package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// tokenJSON is a token without its secret.
type tokenJSON struct {
	ID        int64      `json:"id"`
	User      string     `json:"user"`
	Role      string     `json:"role"`
	Scope     string     `json:"scope"`
	InPath    bool       `json:"in_path"`
	CreatedAt time.Time  `json:"created_at"`
	CreatedBy string     `json:"created_by"`
	ExpiresAt *time.Time `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at"`
}

// newTokenJSON is the token with its secret, which is told this once.
type newTokenJSON struct {
	tokenJSON
	Secret string `json:"secret"`
}

func tokenOf(t store.Token) tokenJSON {
	return tokenJSON{
		ID: t.ID, User: t.User, Role: t.Role, Scope: t.Scope, InPath: t.InPath, CreatedAt: t.CreatedAt.UTC(), CreatedBy: t.CreatedBy,
		ExpiresAt: utc(t.ExpiresAt), RevokedAt: utc(t.RevokedAt),
	}
}

// tokens answers GET /v1/tokens: those for divisions that the administrator reaches, newest first.
func (s *Server) tokens(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "limit", "cursor")
	if err != nil {
		return err
	}
	before, limit, err := q.keyset(state)
	if err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.Administer)
	if err != nil {
		return err
	}
	found, err := s.store.Tokens(r.Context(), store.TokenPage{Scope: actor.Scope, Before: before, Limit: limit})
	if err != nil {
		return err
	}
	id := func(t *store.Token) int64 { return t.ID }
	show := func(_ *live.State, t *store.Token) tokenJSON { return tokenOf(*t) }
	return sendSecretly(w, http.StatusOK, pageAfter(state, limit, found, id, show))
}

// createToken answers POST /v1/tokens. An administrator makes none that reaches further than itself.
func (s *Server) createToken(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.Administer)
	if err != nil {
		return err
	}
	m, err := readMembers(w, r, "user", "role", "scope", "in_path", "expires_at")
	if err != nil {
		return err
	}
	m.need("user", "role")
	t := store.Token{
		User: m.text("user", maxName), Role: m.oneOf("role", grid.RoleReader, grid.RoleDispatcher, grid.RolePlanner, grid.RoleAdministrator),
		Scope: m.text("scope", maxCode), InPath: m.flag("in_path"), ExpiresAt: m.time("expires_at", state),
	}
	if t.ExpiresAt != nil && !t.ExpiresAt.After(time.Now()) {
		m.fail("range", "expires_at", "it would have ended before it is made")
	}
	if m.err != nil {
		return m.err
	}
	if err := knownDivision(state, "scope", t.Scope); err != nil {
		return err
	}
	if err := within(state, actor, grid.Administer, t.Scope); err != nil {
		return err
	}
	secret, made, err := s.store.CreateToken(r.Context(), actor, t)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/tokens/"+strconv.FormatInt(made.ID, 10))
	return sendSecretly(w, http.StatusCreated, newTokenJSON{tokenOf(made), secret})
}

// revokeToken answers DELETE /v1/tokens/{id}.
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.Administer)
	if err != nil {
		return err
	}
	id, err := idVar(r)
	if err != nil {
		return err
	}
	found, err := s.store.Tokens(r.Context(), store.TokenPage{Scope: actor.Scope, ID: id, Limit: 1})
	if err != nil {
		return err
	}
	if len(found) == 0 { // of others not even whether it is there
		return notFound("There is no token of that number.")
	}
	if err := s.store.RevokeToken(r.Context(), actor, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// sendSecretly sends what no cache may keep.
func sendSecretly(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Cache-Control", "no-store")
	return sendStatus(w, status, v)
}
