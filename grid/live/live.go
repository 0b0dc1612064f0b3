// Package live keeps the city in memory: every county's edition and roster as immutable values behind one pointer, so
// that locate and grid tiles ask no database. It loads at start, after a local write, and when it hears or sees that the
// database has moved on. Cities of other instants and drafts it loads when they are asked for, and keeps a few.
package live

import (
	"context"
	"fmt"
	"maps"
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
	City     *edition.City
	Codes    grid.Codes
	At       time.Time            // of the state at a given instant; zero is now
	Preview  *Preview             // nil: nothing but editions in force
	rosters  map[string]*roster   // by county code
	calendar window               // the time of which the rosters have the duty
	ends     map[string]time.Time // of a state of the past: see End

	// Organisations and networks are those of now, in a state of another time too: nothing says what they were.
	organizations *organizations
	networks      []*edition.Network

	marks  store.Marks // what the database showed when this was loaded
	number uint64      // see Number
}

// Number tells the states of the present apart that a Live has loaded; it is 0 for those of other times, and of drafts.
func (s *State) Number() uint64 { return s.number }

// Time returns the instant that the state is of.
func (s *State) Time() time.Time {
	if s.At.IsZero() {
		return time.Now()
	}
	return s.At
}

// End returns when the edition of a county in a state of the past was followed by the next one; zero for one that still is in force, and in
// every other state.
func (s *State) End(county string) time.Time { return s.ends[county] }

// Live follows one database. Make it with Open; all methods are safe for concurrent use.
type Live struct {
	store   *store.Store
	state   atomic.Pointer[State]
	loading sync.Mutex
	lost    atomic.Pointer[time.Time] // since when the database does not answer
	trouble atomic.Pointer[string]    // why what has changed could not be loaded last, "" when it could
	feed    *Feed

	searcher searcher // see search.go

	// What was asked for besides the present; see past.go and draft.go.
	cities    *kept[*edition.City]
	posts     *kept[map[string]*roster]
	calendars *kept[map[string]*roster]
	drafts    *kept[*Draft]
}

// Open loads every county.
func Open(ctx context.Context, s *store.Store) (*Live, error) {
	l := &Live{
		store:  s,
		cities: newKept[*edition.City](mostCities), posts: newKept[map[string]*roster](1),
		calendars: newKept[map[string]*roster](mostCalendars), drafts: newKept[*Draft](mostDrafts),
	}
	if err := l.Refresh(ctx); err != nil {
		return nil, err
	}
	var err error
	l.feed, err = openFeed(ctx, s)
	return l, err
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
	if old != nil && old.marks.Equal(marks) && !old.calendar.runsOut(time.Now()) {
		return nil
	}
	var next *State
	err = l.store.AtOnce(ctx, func(s *store.Store) error {
		var err error
		next, err = load(ctx, s, old)
		return err
	})
	if err != nil {
		return err
	}
	l.state.Store(next)
	return nil
}

func (l *Live) marks(ctx context.Context) (store.Marks, error) {
	asking, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	marks, err := l.store.Marks(asking)
	if err != nil && ctx.Err() == nil { // whatever it is: nothing of the database can be known
		err = fmt.Errorf("%w: %w", grid.ErrUnavailable, err)
	}
	return marks, err
}

// load reads the state from s, which shows one moment. What old has already, by the marks, is taken from there: after a new edition
// only its county's edition, divisions and roster are read, after a change of a roster only that.
func load(ctx context.Context, s *store.Store, old *State) (*State, error) {
	marks, err := s.Marks(ctx)
	if err != nil {
		return nil, err
	}
	next := &State{rosters: map[string]*roster{}, marks: marks, calendar: calendarOf(old, time.Now()), number: 1}
	if old != nil {
		next.number += old.number
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	if next.Codes, err = s.Codes(ctx); err != nil {
		return nil, err
	}
	moved := movedOn(old, marks)
	divisions, err := loadDivisions(ctx, s, old, marks, moved)
	if err != nil {
		return nil, err
	}
	var editions []*edition.Edition
	for county := range marks.Editions {
		e := editionOf(old, county)
		if moved[county] {
			if e, err = loadEdition(ctx, s, e, county); err != nil {
				return nil, err
			}
		}
		editions = append(editions, e)
		if next.rosters[county], err = loadRoster(ctx, s, old, next, county); err != nil {
			return nil, err
		}
	}
	if err := next.loadRegisters(ctx, s, old); err != nil {
		return nil, err
	}
	switch {
	case old == nil:
		next.City, err = edition.NewCity(divisions, editions, settings)
	case len(moved) == 0 && old.marks.Frame() == marks.Frame():
		next.City = old.City // with the tiles that have been made of it
	default:
		next.City, err = old.City.Next(divisions, editions, settings)
	}
	return next, err
}

// movedOn returns the counties that have another edition than in old.
func movedOn(old *State, marks store.Marks) map[string]bool {
	moved := map[string]bool{}
	for county, number := range marks.Editions {
		// After a database was put back, another edition may have the number.
		if e := editionOf(old, county); e == nil || e.Info().Number != number || !e.Info().InForceFrom.Equal(marks.InForceFrom(county)) {
			moved[county] = true
		}
	}
	return moved
}

func editionOf(old *State, county string) *edition.Edition {
	if old == nil {
		return nil
	}
	return old.City.Edition(county)
}

// loadEdition reads the edition in force of a county; old is the one before, nil for none.
func loadEdition(ctx context.Context, s *store.Store, old *edition.Edition, county string) (*edition.Edition, error) {
	contents, err := s.LoadEdition(ctx, county)
	if err != nil {
		return nil, err
	}
	if old == nil {
		return edition.New(contents)
	}
	return old.Next(contents)
}

// loadDivisions returns all divisions: those of counties that have moved on are read, since a plan may have redrawn them.
func loadDivisions(ctx context.Context, s *store.Store, old *State, marks store.Marks, moved map[string]bool) ([]grid.Division, error) {
	if old == nil || old.marks.Divisions != marks.Divisions {
		return s.Divisions(ctx)
	}
	if len(moved) == 0 {
		return old.City.Divisions(), nil
	}
	read, err := s.DivisionsOf(ctx, slices.Sorted(maps.Keys(moved)))
	if err != nil {
		return nil, err
	}
	// Both are by code, and so is what they make together: City.Next need not sort it.
	were := old.City.Divisions()
	divisions := make([]grid.Division, 0, len(were)+len(read))
	for i := range were {
		d := &were[i]
		if moved[d.CountyCode] {
			continue
		}
		for len(read) > 0 && read[0].Code < d.Code {
			divisions, read = append(divisions, read[0]), read[1:]
		}
		divisions = append(divisions, *d)
	}
	return append(divisions, read...), nil
}
