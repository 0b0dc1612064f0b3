package api

import (
	"net/http"
	"strings"

	"github.com/wangge/wangge/grid"
)

// actor returns who asks: the token's user, or nobody. A token that is not valid is an error, not nobody.
func (s *Server) actor(r *http.Request) (grid.Actor, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return grid.Actor{}, nil
	}
	scheme, secret, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return grid.Actor{}, unauthorized("Send the token as “Authorization: Bearer TOKEN”.")
	}
	actor, err := s.store.ActorByToken(r.Context(), strings.TrimSpace(secret))
	if err != nil {
		if problemOf(err).status == http.StatusNotFound {
			return grid.Actor{}, unauthorized("The token is unknown, expired or revoked: ask an administrator for a new one.")
		}
		return grid.Actor{}, err
	}
	return actor, nil
}

// authorize returns the actor if it may do the action within the division of that code ("" for the whole city, or for
// something outside every division). On the open demo everybody may read.
func (s *Server) authorize(r *http.Request, action grid.Action, division string) (grid.Actor, error) {
	actor, err := s.actor(r)
	if err != nil {
		return actor, err
	}
	if s.openReads && action == grid.ReadPlaces && actor.Role == "" {
		return grid.Actor{Name: "demo", Role: grid.RoleReader}, nil
	}
	if actor.Role == "" {
		return actor, unauthorized("This is not public: send a token as “Authorization: Bearer TOKEN”. An administrator makes one with “wangge token create”.")
	}
	if !actor.May(action, s.live.Now().City.ChainCodes(division)) {
		return actor, grid.ErrForbidden
	}
	return actor, nil
}

// authorizeSome returns the actor if it may do the action in some division: its Scope, which the answer is cut to.
func (s *Server) authorizeSome(r *http.Request, action grid.Action) (grid.Actor, error) {
	actor, err := s.actor(r)
	if err != nil {
		return actor, err
	}
	return s.authorize(r, action, actor.Scope)
}

func unauthorized(detail string) *problem {
	p := &problem{status: http.StatusUnauthorized, slug: "unauthorized", code: "unauthorized", detail: detail}
	return p.withHeader("WWW-Authenticate", `Bearer realm="wangge"`)
}
