package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// locator answers where places lie, from one state for one caller.
type locator struct {
	state     *live.State
	at        time.Time
	actor     grid.Actor             // without a role: anybody
	unchecked bool                   // a token was sent, and the database is not there to say whose
	gaps      *prometheus.CounterVec // nil: they are not counted
	kept      *keptParts             // nil: parts of answers are neither kept nor taken from there
	room      answerRoom             // of the answer, which is valid until the next one
}

// newLocator returns the locator for anybody.
func newLocator(state *live.State) *locator {
	return &locator{state: state, at: state.Time()}
}

// tokenIn is how long locate waits to learn whose token was sent: whoever asks may have a caller on the line.
const tokenIn = 2 * time.Second

// locator returns the locator for a request. A token opens what is not public where it may read; without the database nobody knows the
// token, which is no reason to leave a caller without an answer.
func (s *Server) locator(w http.ResponseWriter, r *http.Request, state *live.State) (*locator, error) {
	l := s.locators.take(state)
	l.gaps = s.metrics.gaps
	if s.isAnybody(r) {
		return l, nil
	}
	w.Header().Set("Cache-Control", "private, no-store")
	if s.operator == nil && !s.live.LostSince().IsZero() {
		l.unchecked = true
		return l, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), tokenIn)
	defer cancel()
	actor, err := s.actor(r.WithContext(ctx))
	switch {
	case err == nil:
		l.actor = actor
	case errors.Is(err, grid.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded):
		l.unchecked = true
	default:
		return nil, err
	}
	return l, nil
}

// reads reports whether the caller may read what is not public in a division.
func (l *locator) reads(d *grid.Division) bool {
	return l.actor.Role != "" && d != nil && l.actor.May(grid.ReadPlaces, l.state.City.ChainCodes(d.Code))
}

// baseFirst reports whether base grids are to answer for a kind of incident inside dedicated ones too (BR-15).
func (l *locator) baseFirst(kind string) bool {
	settings := l.state.City.Settings()
	return settings.BaseFirst(kind)
}

// count counts an answer for a place inside the city where no grid is (BR-25), now: whoever keeps the grids is to see that somebody needs
// one there. Where exactly they are missing, coverage lists as gaps.
func (l *locator) count(found *edition.Answer) {
	if l.gaps == nil || !l.state.At.IsZero() || l.state.Preview != nil {
		return
	}
	switch {
	case found.FallbackM > 0:
		l.gaps.WithLabelValues(found.Division.CountyCode, "fallback_nearest").Inc()
	case found.Outcome == edition.NoGrid:
		l.gaps.WithLabelValues(found.Division.CountyCode, "no_grid").Inc()
	}
}

// locators are kept for the next requests, for the room that they have.
type locators struct{ pool sync.Pool }

// take returns a locator for anybody.
func (p *locators) take(state *live.State) *locator {
	l, ok := p.pool.Get().(*locator)
	if !ok {
		return newLocator(state)
	}
	*l = locator{state: state, at: state.Time(), room: l.room}
	return l
}

// give takes one back, whose answer has been sent.
func (p *locators) give(l *locator) {
	l.state, l.actor = nil, grid.Actor{}
	p.pool.Put(l)
}
