package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

const (
	// minEditionWait is how long a request waits for the editions that it asks for (L5), minEditionPoll how often it looks.
	minEditionWait = time.Second
	minEditionPoll = 100 * time.Millisecond
	// refreshIn bounds one look at the database on behalf of such requests.
	refreshIn = 5 * time.Second
	// maxMinEditions bounds the counties that a request may name.
	maxMinEditions = 100
)

// stateHandler answers from one state of the city.
type stateHandler func(w http.ResponseWriter, r *http.Request, state *live.State) error

// from gives h one state for the whole request, not older than Wangge-Min-Edition, and names its editions on the answer, on
// a problem too, and since when the database is lost. A handler that is answered by some counties only names those instead.
func (s *Server) from(h stateHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		state, err := s.stateFor(r)
		if editions := s.editionsNow(state); editions != nil {
			w.Header()["Wangge-Edition"] = editions
		}
		nameLoss(w, s.live)
		if err != nil {
			return err
		}
		return h(w, r, state)
	}
}

// stateFor returns the state to answer from. The error is a problem when the editions asked for do not come in time.
func (s *Server) stateFor(r *http.Request) (*live.State, error) {
	state := s.live.Now()
	wanted, err := parseEditions(r.Header.Values("Wangge-Min-Edition"))
	if err != nil || reached(state, wanted) {
		return state, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), minEditionWait)
	defer cancel()
	tick := time.NewTicker(minEditionPoll)
	defer tick.Stop()
	for {
		s.refresh(ctx)
		if state = s.live.Now(); reached(state, wanted) {
			return state, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return state, notReached("The editions of Wangge-Min-Edition are not in force here yet: try again in a second.")
		}
	}
}

func notReached(detail string) *problem {
	p := &problem{status: http.StatusServiceUnavailable, slug: "edition-not-reached", code: "edition_not_reached", detail: detail}
	return p.withHeader("Retry-After", "1")
}

// refresh looks at the database once for all the requests that wait; what fails there is seen by who follows it.
func (s *Server) refresh(ctx context.Context) {
	done := s.refreshing.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshIn)
		defer cancel()
		return nil, s.live.Refresh(ctx)
	})
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// parseEditions reads county=number, comma-separated.
func parseEditions(values []string) (map[string]int, error) {
	if len(values) == 0 {
		return nil, nil
	}
	parts := strings.Split(strings.Join(values, ","), ",")
	editions := make(map[string]int, len(parts))
	for _, part := range parts {
		county, number, ok := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 0 || county == "" || len(parts) > maxMinEditions {
			return nil, badParam("Wangge-Min-Edition",
				fmt.Sprintf("The header Wangge-Min-Edition is to be as 320211000000=7, comma-separated, for up to %d counties.", maxMinEditions))
		}
		editions[county] = n
	}
	return editions, nil
}

func reached(state *live.State, wanted map[string]int) bool {
	for county, number := range wanted {
		e := state.City.Edition(county)
		if e == nil && number > 0 || e != nil && e.Info().Number < number {
			return false
		}
	}
	return true
}

// namedEditions are the editions of a state as a header's values.
type namedEditions struct {
	of     *live.State
	values []string
}

// editionsNow returns the header of a state. It keeps that of the last one, which is the present's: it is asked for with every request.
func (s *Server) editionsNow(state *live.State) []string {
	named := s.named.Load()
	if named == nil || named.of != state {
		named = &namedEditions{of: state}
		if infos := editionsOf(state); len(infos) > 0 {
			named.values = []string{editionText(infos)}
		}
		s.named.Store(named)
	}
	return named.values
}

// editionHeader names the editions that an answer is of (L5), in code order.
func editionHeader(w http.ResponseWriter, editions []grid.EditionInfo) {
	if len(editions) > 0 {
		w.Header()["Wangge-Edition"] = []string{editionText(editions)}
	}
}

func editionText(editions []grid.EditionInfo) string {
	var b []byte
	for i, e := range editions {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(append(b, e.CountyCode...), '='), int64(e.Number), 10)
	}
	return string(b)
}

func editionsOf(state *live.State) []grid.EditionInfo {
	var infos []grid.EditionInfo
	for _, e := range state.City.Editions() {
		infos = append(infos, e.Info())
	}
	return infos
}
