package api

import (
	"context"
	"net/http"
	"time"

	"github.com/wangge/wangge/grid/live"
)

// lostHeader says since when the database has not answered, on whatever is answered from memory meanwhile.
const lostHeader = "Wangge-Database-Lost"

func nameLoss(w http.ResponseWriter, l *live.Live) {
	if lost := l.LostSince(); !lost.IsZero() {
		w.Header().Set(lostHeader, lost.UTC().Format(time.RFC3339))
	}
}

// writing refuses at once what would wait for a database that is lost.
func (s *Server) writing(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.live.LostSince().IsZero() {
			return h(w, r)
		}
		ctx, cancel := context.WithTimeout(r.Context(), pingIn)
		defer cancel()
		if s.store.Ping(ctx) == nil { // it has come back, which the next look at it will say
			return h(w, r)
		}
		nameLoss(w, s.live)
		return unavailable()
	}
}

func unavailable() *problem {
	p := &problem{
		status: http.StatusServiceUnavailable, slug: "unavailable", code: "unavailable",
		detail: "The database cannot be reached now: try again in a few seconds.",
	}
	return p.withHeader("Retry-After", "5")
}
