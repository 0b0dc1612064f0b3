package api

import (
	"net/http"

	"github.com/wangge/wangge/grid/live"
)

func (s *Server) places(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return notFound("x")
}
func (s *Server) createPlace(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return notFound("x")
}
func (s *Server) place(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return notFound("x")
}
func (s *Server) patchPlace(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return notFound("x")
}
func (s *Server) incidents(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return notFound("x")
}
func (s *Server) createIncident(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return notFound("x")
}
func (s *Server) incident(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return notFound("x")
}
func (s *Server) patchIncident(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return notFound("x")
}
