// Package live keeps the city in memory: every county's edition and roster as immutable values behind one pointer, so
// that locate and grid tiles ask no database. It loads at start, after a local write, and when its poll sees that the
// database has moved on.
package live

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/store"
)

// State is what a request is answered from, at one moment. It is immutable.
type State struct {
	City    *edition.City
	Codes   grid.Codes
	rosters map[string]roster // by county code
	marks   store.Marks       // what the database showed when this was loaded
}

// roster is the posts of a county by grid id.
type roster map[int64][]grid.Posting

// Posts returns the posts that are valid on a grid at an instant, workers before leaders before the rest, each by code.
func (s *State) Posts(g *grid.Grid, at time.Time) []grid.Posting {
	var valid []grid.Posting
	for _, p := range s.rosters[g.CountyCode][g.ID] {
		if !p.ValidFrom.After(at) && (p.ValidTo == nil || p.ValidTo.After(at)) {
			valid = append(valid, p)
		}
	}
	return valid
}

// Live follows one database. Make it with Open; all methods are safe for concurrent use.
type Live struct {
	store   *store.Store
	state   atomic.Pointer[State]
	loading sync.Mutex
	lost    atomic.Pointer[time.Time] // since when the database does not answer
}

// Open loads every county.
func Open(ctx context.Context, s *store.Store) (*Live, error) {
	l := &Live{store: s}
	return l, l.Refresh(ctx)
}

// Now returns the current state.
func (l *Live) Now() *State { return l.state.Load() }

// LostSince returns since when the database has not answered, zero while it does.
func (l *Live) LostSince() time.Time {
	if t := l.lost.Load(); t != nil {
		return *t
	}
	return time.Time{}
}

// askIn is how long the database may take to say how far it is: one that takes longer, or whose connection has gone dead without
// a word, does not answer. Loading may take as long as it does.
const askIn = 5 * time.Second

// Refresh asks the database what has moved on and loads that: nothing when nothing has. A caller that has just written
// sees its own write afterwards.
func (l *Live) Refresh(ctx context.Context) error {
	l.loading.Lock()
	defer l.loading.Unlock()
	marks, err := l.marks(ctx)
	if err != nil {
		return err
	}
	old := l.state.Load()
	if old != nil && old.marks.Equal(marks) {
		return nil
	}
	next, err := l.load(ctx, old, marks)
	if err != nil {
		return err
	}
	l.state.Store(next)
	return nil
}

func (l *Live) marks(ctx context.Context) (store.Marks, error) {
	ctx, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	return l.store.Marks(ctx)
}

// load reads what marks names; editions that old has are taken from there. What is read may be newer than marks: the next
// refresh then loads again.
func (l *Live) load(ctx context.Context, old *State, marks store.Marks) (*State, error) {
	settings, err := l.store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	codes, err := l.store.Codes(ctx)
	if err != nil {
		return nil, err
	}
	divisions, err := l.store.Divisions(ctx)
	if err != nil {
		return nil, err
	}
	next := &State{Codes: codes, rosters: map[string]roster{}, marks: marks}
	var editions []*edition.Edition
	for county, number := range marks.Editions {
		e, err := l.edition(ctx, old, county, number)
		if err != nil {
			return nil, err
		}
		editions = append(editions, e)
		posts, err := l.store.Roster(ctx, county)
		if err != nil {
			return nil, err
		}
		next.rosters[county] = byGrid(posts)
	}
	next.City, err = edition.NewCity(divisions, editions, settings)
	return next, err
}

func (l *Live) edition(ctx context.Context, old *State, county string, number int) (*edition.Edition, error) {
	if old != nil {
		if e := old.City.Edition(county); e != nil && e.Info().Number == number {
			return e, nil
		}
	}
	contents, err := l.store.LoadEdition(ctx, county)
	if err != nil {
		return nil, err
	}
	return edition.New(contents)
}

// postRank orders the kinds of posts for a caller who looks for somebody to ring (BR-29).
var postRank = []string{"worker", "dedicated_contact", "deputy", "grid_leader", "adviser", "liaison"}

func byGrid(posts []grid.Posting) roster {
	slices.SortFunc(posts, func(a, b grid.Posting) int {
		return cmp.Or(
			cmp.Compare(slices.Index(postRank, a.PostKind), slices.Index(postRank, b.PostKind)),
			cmp.Compare(a.RoleType, b.RoleType), // full_time before part_time
			cmp.Compare(a.WorkerCode, b.WorkerCode),
		)
	})
	r := roster{}
	for _, p := range posts {
		r[p.GridID] = append(r[p.GridID], p)
	}
	return r
}

// Follow refreshes every interval until ctx ends. A database that does not answer leaves the state as it is and starts
// LostSince.
func (l *Live) Follow(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := l.Refresh(ctx)
		switch {
		case err == nil:
			if l.lost.Swap(nil) != nil {
				slog.InfoContext(ctx, "the database answers again")
			}
		case ctx.Err() == nil && l.lost.Load() == nil:
			now := time.Now()
			l.lost.Store(&now)
			slog.WarnContext(ctx, "the database does not answer; locate and grid tiles go on from memory", "error", err)
		}
	}
}
