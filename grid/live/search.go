package live

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/search"
)

// ErrNotLoaded says that the registers have not been loaded into memory yet: they are soon after the start.
var ErrNotLoaded = errors.New("the registers are still being loaded into memory")

// Searched is what is searched for.
type Searched struct {
	Query    search.Query
	Limit    int
	Types    []string // nil for all
	Division string   // within its subtree; "" for everywhere
	// Registers says that places, household points and reference features are searched too, those within the subtree of Scope.
	Registers bool
	Scope     string
}

// FoundIn is what was found, and the state that it is of.
type FoundIn struct {
	State *State
	search.Found
}

// Search finds divisions and grids of the present state and, where they are asked for, registers. These are as of the editions of the state
// that is returned, which may be those before the present ones for as long as it takes to read what a new edition has changed. It
// asks no database. ErrNotLoaded: the registers are not there yet.
func (l *Live) Search(s Searched) (FoundIn, error) {
	state := l.Now()
	var parts []searchPart
	if s.Registers && wantsRegisters(s.Types) {
		r := l.searcher.registers.Load()
		if r == nil {
			return FoundIn{State: state}, ErrNotLoaded
		}
		state = r.state
		parts = r.parts(within(state.City, s.Scope, s.Division))
	}
	in := within(state.City, s.Division)
	for _, ix := range l.searcher.areasOf(state).all {
		parts = append(parts, searchPart{index: ix, owner: in})
	}
	return FoundIn{State: state, Found: s.find(parts)}, nil
}

// wantsRegisters reports whether there are others than divisions and grids among the types.
func wantsRegisters(types []string) bool {
	return types == nil || slices.ContainsFunc(types, func(t string) bool { return !IsArea(t) })
}

// IsArea reports whether things of a type are public (BR-63): divisions and grids.
func IsArea(kind string) bool { return kind == search.Division || kind == search.Grid }

// searchPart is an index, and what of it is searched.
type searchPart struct {
	index  *search.Index
	hidden *search.Hidden
	owner  func(string) bool
}

// fewestLooks is how many texts each index may look at, however many indexes there are.
const fewestLooks = 64

func (s *Searched) find(parts []searchPart) search.Found {
	all := 0
	for _, p := range parts {
		all += p.index.Len()
	}
	want := search.Want{Most: s.Limit}
	if s.Types != nil {
		want.Kind = func(kind string) bool { return slices.Contains(s.Types, kind) }
	}
	var found []search.Found
	for _, p := range parts {
		want.Owner, want.Hidden = p.owner, p.hidden
		want.Looks = max(fewestLooks, search.MostLooks*p.index.Len()/max(all, 1))
		found = append(found, p.index.Find(s.Query, want))
	}
	return search.Merge(found, s.Limit)
}

// within returns whether a division lies in all of those subtrees; nil for everywhere.
func within(city *edition.City, subtrees ...string) func(division string) bool {
	subtrees = slices.DeleteFunc(subtrees, func(code string) bool { return code == "" })
	if len(subtrees) == 0 {
		return nil
	}
	return func(division string) bool {
		chain := city.ChainCodes(division)
		return !slices.ContainsFunc(subtrees, func(code string) bool { return !slices.Contains(chain, code) })
	}
}

// searcher is what a Live keeps to search in. Its zero value has nothing yet.
type searcher struct {
	loading   sync.Mutex // of registers
	registers atomic.Pointer[registers]

	building sync.Mutex // of areas
	areas    atomic.Pointer[[]*areas]
}

// areas are the divisions and grids of a state.
type areas struct {
	state    *State
	counties map[string]*search.Index // of counties with an edition
	all      []*search.Index
}

// mostAreas is how many states' areas are kept: the present one's, and that of the registers.
const mostAreas = 2

// areasOf returns those of a state. What an earlier state has of the same editions is taken from there.
func (s *searcher) areasOf(state *State) *areas {
	if a := s.madeAreas(state); a != nil {
		return a
	}
	s.building.Lock()
	defer s.building.Unlock()
	if a := s.madeAreas(state); a != nil {
		return a
	}
	var kept []*areas
	if made := s.areas.Load(); made != nil {
		kept = *made
	}
	next := newAreas(state, kept)
	kept = append(slices.Clone(kept), next)
	if len(kept) > mostAreas {
		kept = slices.Clone(kept[len(kept)-mostAreas:])
	}
	s.areas.Store(&kept)
	return next
}

func (s *searcher) madeAreas(state *State) *areas {
	made := s.areas.Load()
	if made == nil {
		return nil
	}
	for _, a := range *made {
		if a.state == state {
			return a
		}
	}
	return nil
}

func newAreas(state *State, kept []*areas) *areas {
	for _, a := range kept { // as after a change of a roster
		if maps.Equal(a.state.marks.Editions, state.marks.Editions) && a.state.marks.Divisions == state.marks.Divisions {
			return &areas{state: state, counties: a.counties, all: a.all}
		}
	}
	a := &areas{state: state, counties: map[string]*search.Index{}}
	entries := map[string][]search.Entry{} // by county; "" for all without an edition
	for _, e := range state.City.Editions() {
		county := e.Info().CountyCode
		if ix := sameAreas(kept, state, e); ix != nil {
			a.counties[county] = ix
		}
		entries[county] = nil
	}
	for _, d := range state.City.Divisions() {
		county := d.CountyCode
		if _, known := entries[county]; !known {
			county = ""
		}
		if a.counties[county] == nil {
			entries[county] = append(entries[county], divisionEntry(state.City.Division(d.Code)))
		}
	}
	for _, e := range state.City.Editions() {
		county := e.Info().CountyCode
		if a.counties[county] != nil {
			continue
		}
		for _, grids := range [][]grid.Grid{e.Base(), e.Dedicated()} {
			for i := range grids {
				entries[county] = append(entries[county], gridEntry(&grids[i]))
			}
		}
		a.counties[county] = newIndex(entries[county])
	}
	for _, ix := range a.counties {
		a.all = append(a.all, ix)
	}
	a.all = append(a.all, newIndex(entries[""]))
	return a
}

// sameAreas returns the index of a county that was made of the same edition and divisions.
func sameAreas(kept []*areas, state *State, e *edition.Edition) *search.Index {
	for _, a := range kept {
		if a.state.City.Edition(e.Info().CountyCode) == e && a.state.marks.Divisions == state.marks.Divisions {
			return a.counties[e.Info().CountyCode]
		}
	}
	return nil
}

// newIndex returns an index of entries; none of them when they are too many for one, which no county's are.
func newIndex(entries []search.Entry) *search.Index {
	ix, err := search.NewIndex(entries)
	if err != nil {
		ix, _ = search.NewIndex(nil)
	}
	return ix
}

func divisionEntry(d *grid.Division) search.Entry {
	return search.Entry{
		Type: search.Division, Kind: d.Level, Code: d.Code, Name: d.Name, Owner: d.Code, At: snapped(d.LabelPoint), Box: snappedBox(d.Outline.Bound()),
	}
}

func gridEntry(g *grid.Grid) search.Entry {
	return search.Entry{
		Type: search.Grid, Kind: g.Kind, Code: g.Code, Name: g.Name, Owner: g.CommunityCode, At: snapped(g.LabelPoint), Box: snappedBox(g.Boundary.Bound()),
	}
}

// snapped returns a position of what is stored, which lies on the globe.
func snapped(p orb.Point) geo.Point {
	at, _ := geo.Snap(p)
	return at
}

func snappedBox(b orb.Bound) geo.Box { return geo.Box{Min: snapped(b.Min), Max: snapped(b.Max)} }

// SearchFigures say what can be found in memory.
type SearchFigures struct {
	Loaded  bool // the registers are there
	Entries int
	Bytes   int
}

// SearchFigures returns what can be found besides divisions and grids, and what that takes in memory.
func (l *Live) SearchFigures() SearchFigures {
	r := l.searcher.registers.Load()
	if r == nil {
		return SearchFigures{}
	}
	f := SearchFigures{Loaded: true}
	for _, p := range r.parts(nil) {
		f.Entries += p.index.Len()
		f.Bytes += p.index.Bytes()
	}
	return f
}

// SearchLabel returns the divisions above a thing in words, from the city down; of a division, those above it.
func SearchLabel(state *State, e *search.Entry) string {
	chain := state.City.Chain(e.Owner)
	if e.Type == search.Division && len(chain) > 0 {
		chain = chain[1:]
	}
	names := make([]string, 0, len(chain))
	for _, d := range slices.Backward(chain) {
		names = append(names, cmp.Or(d.Name, d.Code))
	}
	return strings.Join(names, " · ")
}
