package api

import (
	"net"
	"net/http"
	"strings"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// actor returns who asks: the token's user, or nobody. A token that is not valid is an error, not nobody.
func (s *Server) actor(r *http.Request) (grid.Actor, error) {
	if s.operator != nil {
		return *s.operator, nil
	}
	if t := pathTokenOf(r); t != nil {
		return t.actor, nil
	}
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
			return grid.Actor{}, unauthorized("The token is unknown, expired, revoked or made for the path: ask an administrator for a new one.")
		}
		return grid.Actor{}, err
	}
	return actor, nil
}

// authorize returns the actor if it may do the action within the division of that code ("" for the whole city, or for
// something outside every division). On the open demo everybody may read.
func (s *Server) authorize(r *http.Request, state *live.State, action grid.Action, division string) (grid.Actor, error) {
	actor, err := s.known(r, action)
	if err != nil {
		return actor, err
	}
	return actor, within(state, actor, action, division)
}

// authorizeSome returns the actor if it may do the action in some division: its Scope, which the answer is cut to, or which
// the caller compares, by within, with where the thing turns out to be.
func (s *Server) authorizeSome(r *http.Request, state *live.State, action grid.Action) (grid.Actor, error) {
	actor, err := s.known(r, action)
	if err != nil {
		return actor, err
	}
	return actor, within(state, actor, action, actor.Scope)
}

// isAnybody reports whether nobody has said who asks.
func (s *Server) isAnybody(r *http.Request) bool {
	return s.operator == nil && !sentToken(r)
}

// registerReader returns who reads a list of which anybody gets a part; anybody is so on the open demo too, so that pages of other
// sites may go on reading that part.
func (s *Server) registerReader(r *http.Request, state *live.State) (actor grid.Actor, anybody bool, err error) {
	if s.isAnybody(r) {
		return grid.Actor{}, true, nil
	}
	actor, err = s.authorizeSome(r, state, grid.ReadPlaces)
	return actor, false, err
}

// known returns the actor, which must be somebody.
func (s *Server) known(r *http.Request, action grid.Action) (grid.Actor, error) {
	actor, err := s.actor(r)
	if err != nil {
		return actor, err
	}
	if s.readsAreOpen(r) && (action == grid.ReadPlaces || action == grid.ReadPlans) && actor.Role == "" {
		return grid.Actor{Name: "demo", Role: grid.RoleReader}, nil
	}
	if actor.Role == "" {
		return actor, notPublic()
	}
	return actor, nil
}

// readsAreOpen says whether anybody may read what is not public: on the demo, asked for by a name that only this machine has.
// A page of another site whose own name has been made to point here (DNS rebinding) asks by that name.
func (s *Server) readsAreOpen(r *http.Request) bool {
	if !s.openReads {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil { // no port
		host = strings.TrimSuffix(strings.TrimPrefix(r.Host, "["), "]")
	}
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

// within returns grid.ErrForbidden unless the actor may do the action in the division of that code.
func within(state *live.State, actor grid.Actor, action grid.Action, division string) error {
	if !actor.May(action, state.City.ChainCodes(division)) {
		return grid.ErrForbidden
	}
	return nil
}

func notPublic() *problem {
	return unauthorized("This is not public: send a token as “Authorization: Bearer TOKEN”. An administrator makes one with “wangge token create”.")
}

func unauthorized(detail string) *problem {
	p := &problem{status: http.StatusUnauthorized, slug: "unauthorized", code: "unauthorized", detail: detail}
	return p.withHeader("WWW-Authenticate", `Bearer realm="wangge"`)
}
