package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/search"
	"github.com/wangge/wangge/grid/store"
)

// registers are the places, household points and named reference features of one moment, and the state that they are assigned by. They
// never change.
type registers struct {
	state      *State
	marks      store.FindableMarks
	counties   map[string]*countyRegister // "": outside every county
	references *search.Index
}

// countyRegister is what one county has: an index, and over it the few places that have changed since that was made.
type countyRegister struct {
	index   *search.Index
	hidden  *search.Hidden           // of index: what is among changed, here or elsewhere
	changed map[string]*search.Entry // by code
	over    *search.Index            // of changed
}

// mostChanged is how many changed places a county may have until its index is made anew, mostTold how many happenings are read at once,
// mostMissed how many are rather not read at all.
const (
	mostChanged = 4_000
	mostTold    = 1_000
	mostMissed  = 20_000
)

// parts returns what is searched of them, where in says; nil for everywhere.
func (r *registers) parts(in func(string) bool) []searchPart {
	parts := []searchPart{{index: r.references, owner: in}}
	for _, c := range r.counties {
		parts = append(parts, searchPart{index: c.index, hidden: c.hidden, owner: in})
		if c.over != nil {
			parts = append(parts, searchPart{index: c.over, owner: in})
		}
	}
	return parts
}

// errBehind says that the database has moved on from the state that registers were to be read for.
var errBehind = errors.New("the state in memory is behind the database")

// RefreshSearch brings the registers that are searched to the present of the database: all of them at first, then what has changed. A
// caller that has just written finds its own write afterwards.
func (l *Live) RefreshSearch(ctx context.Context) error {
	l.searcher.loading.Lock()
	defer l.searcher.loading.Unlock()
	if _, err := l.store.NumberHappenings(ctx); err != nil {
		return err
	}
	const tries = 5
	for try := 1; ; try++ {
		if err := l.Refresh(ctx); err != nil {
			return err
		}
		state, old := l.Now(), l.searcher.registers.Load()
		var next *registers
		err := l.store.AtOnce(ctx, func(s *store.Store) error {
			var err error
			next, err = readRegisters(ctx, s, state, old)
			return err
		})
		switch {
		case err == nil:
			l.searcher.areasOf(state) // before anybody waits for them
			l.searcher.registers.Store(next)
			return nil
		case !errors.Is(err, errBehind) || try == tries:
			return err
		}
	}
}

// readRegisters reads what has changed from old, nil for all, into registers of a state.
func readRegisters(ctx context.Context, s *store.Store, state *State, old *registers) (*registers, error) {
	marks, err := s.Marks(ctx)
	if err != nil {
		return nil, err
	}
	if !maps.Equal(marks.Editions, state.marks.Editions) || marks.Divisions != state.marks.Divisions {
		return nil, errBehind
	}
	next := &registers{state: state, counties: map[string]*countyRegister{}}
	if next.marks, err = s.FindableMarks(ctx); err != nil {
		return nil, err
	}
	if old == nil || old.state.marks.Divisions != marks.Divisions || !goesOn(old.marks, next.marks) {
		return next, next.readAll(ctx, s)
	}
	maps.Copy(next.counties, old.counties)
	next.references = old.references
	var anew []string
	for county, number := range marks.Editions {
		if old.state.marks.Editions[county] != number {
			anew = append(anew, county)
		}
	}
	if len(anew) > 0 {
		if err := next.readReferences(ctx, s); err != nil {
			return nil, err
		}
	}
	crowded, err := next.readChanged(ctx, s, old.marks.Happened)
	if err != nil {
		return nil, err
	}
	for _, county := range crowded {
		if !slices.Contains(anew, county) {
			anew = append(anew, county)
		}
	}
	return next, next.readCounties(ctx, s, anew)
}

// goesOn reports whether what has happened between two marks says all that has changed, and is not too much.
func goesOn(old, next store.FindableMarks) bool {
	return old.Imports == next.Imports && old.Happened <= next.Happened && next.Kept <= old.Happened+1 && next.Happened-old.Happened <= mostMissed
}

func (r *registers) readAll(ctx context.Context, s *store.Store) error {
	counties := []string{""}
	for _, d := range r.state.City.Divisions() {
		if d.Level == grid.LevelCounty {
			counties = append(counties, d.Code)
		}
	}
	if err := r.readCounties(ctx, s, counties); err != nil {
		return err
	}
	return r.readReferences(ctx, s)
}

// readCounties reads all that some counties have.
func (r *registers) readCounties(ctx context.Context, s *store.Store, counties []string) error {
	if len(counties) == 0 {
		return nil
	}
	entries := map[string][]search.Entry{}
	same := interned{}
	err := s.Findables(ctx, counties, func(f store.Findable) error {
		entries[f.County] = append(entries[f.County], same.entry(&f))
		return nil
	})
	if err != nil {
		return err
	}
	for _, county := range counties {
		ix, err := search.NewIndex(entries[county])
		if err != nil {
			return fmt.Errorf("searching in %s: %w", county, err)
		}
		delete(entries, county)
		r.counties[county] = &countyRegister{index: ix}
	}
	return nil
}

// interned are the strings that most entries share.
type interned map[string]string

func (n interned) same(s string) string {
	if kept, known := n[s]; known {
		return kept
	}
	n[s] = s
	return s
}

func (n interned) entry(f *store.Findable) search.Entry {
	e := search.Entry{
		Type: search.Place, Kind: n.same(f.Kind), Code: f.Code, Name: f.Name, Address: f.Address, Owner: n.same(f.Community), At: f.At, Box: f.Box,
	}
	if f.Community == "" {
		e.Owner = n.same(f.County)
	}
	switch f.Layer {
	case store.FindableHouseholdPoint:
		e.Type = search.HouseholdPoint
	case store.FindableReference:
		e.Type, e.Kind = n.same(f.Kind), ""
	}
	return e
}

// readReferences reads the named features of the reference layers. Those of one name in one community, as the stretches of a road are, are
// one thing.
func (r *registers) readReferences(ctx context.Context, s *store.Store) error {
	type stretch struct{ kind, name, owner string }
	entries, stretches := []search.Entry{}, map[stretch]int{}
	same := interned{}
	err := s.FindableReferences(ctx, func(f store.Findable) error {
		assigned := r.state.City.AssignPoint(f.At)
		f.County, f.Community = assigned.CountyCode, assigned.CommunityCode
		e := same.entry(&f)
		key := stretch{e.Type, e.Name, e.Owner}
		i, known := stretches[key]
		if !known {
			stretches[key] = len(entries)
			entries = append(entries, e)
			return nil
		}
		one := &entries[i]
		one.Box = one.Box.Union(e.Box)
		if less(e.At, one.At) { // the same one, whatever the order
			one.At = e.At
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.references, err = search.NewIndex(entries)
	return err
}

func less(a, b geo.Point) bool { return a.X < b.X || a.X == b.X && a.Y < b.Y }

// readChanged reads the places that have changed since a happening. It returns the counties that have too many of them by now.
func (r *registers) readChanged(ctx context.Context, s *store.Store, since int64) (crowded []string, err error) {
	var codes []string
	for {
		page, err := s.Happenings(ctx, since, mostTold)
		if err != nil {
			return nil, err
		}
		for i := range page {
			if since = page[i].Number; page[i].Topic == grid.TopicPlace && page[i].Code != "" {
				codes = append(codes, page[i].Code)
			}
		}
		if len(page) < mostTold {
			break
		}
	}
	if len(codes) == 0 {
		return nil, nil
	}
	slices.Sort(codes)
	changed, err := s.FindablePlaces(ctx, slices.Compact(codes))
	if err != nil {
		return nil, err
	}
	return r.change(changed), nil
}

// change puts places in the place of those of their codes. It returns the counties that have too many of them by now.
func (r *registers) change(changed []store.Findable) (crowded []string) {
	entries := make([]search.Entry, len(changed))
	same := interned{}
	for i := range changed {
		entries[i] = same.entry(&changed[i])
	}
	for county, c := range r.counties {
		next := &countyRegister{index: c.index, hidden: c.hidden, changed: maps.Clone(c.changed)}
		touched := false
		var hide []int
		for i := range entries {
			e := &entries[i]
			if n := c.index.Number(e.Type, e.Kind, e.Code); n >= 0 && !c.hidden.Has(n) {
				hide = append(hide, n)
			}
			if next.changed[e.Code] != nil {
				delete(next.changed, e.Code)
				touched = true
			}
			if changed[i].County == county {
				if next.changed == nil {
					next.changed = map[string]*search.Entry{}
				}
				next.changed[e.Code] = e
				touched = true
			}
		}
		if len(hide) > 0 {
			next.hidden = c.hidden.With(c.index, hide...)
		}
		if !touched && len(hide) == 0 {
			continue
		}
		if len(next.changed) > mostChanged {
			crowded = append(crowded, county)
			continue
		}
		next.over = overlay(next.changed)
		r.counties[county] = next
	}
	return crowded
}

// overlay returns an index of changed places, nil of none.
func overlay(changed map[string]*search.Entry) *search.Index {
	if len(changed) == 0 {
		return nil
	}
	entries := make([]search.Entry, 0, len(changed))
	for _, e := range changed {
		entries = append(entries, *e)
	}
	return newIndex(entries)
}

// The waits of following what is searched: a burst of changes is read at once.
const (
	gather       = 50 * time.Millisecond
	searchLook   = time.Second
	searchEvery  = 5 // looks
	searchLosing = time.Second
)

// followSearch loads the registers, and then what has changed of them: when it is told of a change, when there is a new edition, and
// every few seconds, until ctx ends. While the database does not answer they stay as they are.
func (l *Live) followSearch(ctx context.Context) {
	failing := false
	for ctx.Err() == nil {
		cursor := l.feed.After(l.feed.Last())
		err := l.RefreshSearch(ctx)
		if err != nil && ctx.Err() == nil && !failing {
			slog.WarnContext(ctx, "what is searched cannot be read; the search goes on from memory", "error", err)
		}
		if failing = err != nil; failing {
			pause(ctx, searchLosing)
			continue
		}
		for look := 1; ctx.Err() == nil && look <= searchEvery && !l.hasChanged(ctx, cursor); look++ {
		}
		pause(ctx, gather)
	}
}

func pause(ctx context.Context, wait time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(wait):
	}
}

// hasChanged waits a little for something to change that is searched, and reports whether it has.
func (l *Live) hasChanged(ctx context.Context, cursor *Cursor) bool {
	ctx, cancel := context.WithTimeout(ctx, searchLook)
	defer cancel()
	for {
		events, err := cursor.Next(ctx)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return !maps.Equal(l.Now().marks.Editions, l.searcher.registers.Load().state.marks.Editions)
		case err != nil:
			<-ctx.Done() // then look anyway
			return true
		}
		if slices.ContainsFunc(events, func(e *Event) bool {
			return e.Topic == grid.TopicPlace || e.Topic == grid.TopicImport || e.Topic == grid.TopicEdition
		}) {
			return true
		}
	}
}
