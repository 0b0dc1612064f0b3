package api

import (
	"net/http"

	"github.com/wangge/wangge/grid"
)

const (
	MaxListeners = maxListeners
	MaxStrangers = maxStrangers
)

// StillMay reports whether somebody who began to listen with r goes on when its token is looked at again.
func StillMay(s *Server, r *http.Request) bool {
	st := &eventStream{server: s, request: r, audience: audience{actor: grid.Actor{Name: "x", Role: grid.RoleReader}}}
	return st.stillMay()
}

// Listeners returns how many listen.
func (s *Server) Listeners() int { return len(s.listeners) }
