package live

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// roster is who is posted to a county's grids, and who is on when. It is immutable, and small: a nation's are kept at once. What is on
// one grid stands together.
type roster struct {
	grids     []int64 // ids, ascending, of grids with posts
	posts     []posted
	firstPost []uint32 // of each grid, and one more: the end
	duties    []duty
	firstDuty []uint32 // nil when there are none

	// orphans are duties of posts that are not there: ended, or of a worker who is not active.
	orphans []orphan

	// over is what a draft makes of some grids.
	over map[int64]onGrid
}

// posted is one post.
type posted struct {
	id       int64
	worker   *worker
	kind     string // one string for all posts of a kind
	from, to int64  // microseconds since 1970, as the database keeps them; half-open
	public   bool
}

// worker is one for all of his posts in a county.
type worker struct {
	code, name, phone string
	about             *about
}

// about is what many workers have in common.
type about struct{ role, grade, origin, org string }

// orphan is a duty on a grid, by their ids.
type orphan struct{ grid, duty int64 }

// duty says that a post is on.
type duty struct {
	id       int64
	from, to int64
	post     uint32 // of the roster's posts
	standIn  uint32 // likewise, plus one; 0 for none
	absent   bool
}

// onGrid is what a roster has of one grid, the posts as sortPosts leaves them and the duties by their beginning.
type onGrid struct {
	posts  []posted
	duties []duty
}

func (r *roster) on(gridID int64) onGrid {
	if r == nil {
		return onGrid{}
	}
	if own, ok := r.over[gridID]; ok {
		return own
	}
	i, ok := slices.BinarySearch(r.grids, gridID)
	if !ok {
		return onGrid{}
	}
	found := onGrid{posts: r.posts[r.firstPost[i]:r.firstPost[i+1]]}
	if r.firstDuty != nil {
		found.duties = r.duties[r.firstDuty[i]:r.firstDuty[i+1]]
	}
	return found
}

// copied returns a copy whose over is its own.
func (r *roster) copied() roster {
	var c roster
	if r != nil {
		c = *r
	}
	over := map[int64]onGrid{}
	maps.Copy(over, c.over)
	c.over = over
	return c
}

func (p *posted) validAt(at int64) bool { return p.from <= at && at < p.to }

// Posts returns the posts that are valid on a grid at an instant, workers before leaders before the rest, each by code.
func (s *State) Posts(g *grid.Grid, at time.Time) []grid.Posting {
	return s.AppendPosts(nil, g, at)
}

// AppendPosts is Posts with what it returns behind the posts of to.
func (s *State) AppendPosts(to []grid.Posting, g *grid.Grid, at time.Time) []grid.Posting {
	micro := at.UnixMicro()
	posts := s.rosters[g.CountyCode].on(g.ID).posts
	for i := range posts {
		if posts[i].validAt(micro) {
			to = append(to, posts[i].posting(g))
		}
	}
	return to
}

// Posted reports whether anybody is posted to a grid at an instant to serve there: it is what BR-16 asks of a dedicated grid.
func (s *State) Posted(g *grid.Grid, at time.Time) bool {
	micro := at.UnixMicro()
	posts := s.rosters[g.CountyCode].on(g.ID).posts
	for i := range posts {
		if posts[i].validAt(micro) && isWorker(&posts[i]) {
			return true
		}
	}
	return false
}

func (p *posted) posting(g *grid.Grid) grid.Posting {
	shown := grid.Posting{
		WorkerCode: p.worker.code, Name: p.worker.name, WorkPhone: p.worker.phone, RoleType: p.worker.about.role, PostKind: p.kind,
		PostID: p.id, GridID: g.ID, GridCode: g.Code, ValidFrom: time.UnixMicro(p.from), Public: p.public,
		Grade: p.worker.about.grade, Origin: p.worker.about.origin, ManagingOrg: p.worker.about.org,
	}
	if p.to != math.MaxInt64 {
		end := time.UnixMicro(p.to)
		shown.ValidTo = &end
	}
	return shown
}

// postRank orders the kinds of posts for a caller who looks for somebody to ring (BR-29).
var postRank = []string{"worker", "dedicated_contact", "deputy", "grid_leader", "adviser", "liaison"}

func comparePosts(a, b *posted) int {
	return cmp.Or(
		cmp.Compare(slices.Index(postRank, a.kind), slices.Index(postRank, b.kind)),
		cmp.Compare(a.worker.about.role, b.worker.about.role), // full_time before part_time
		cmp.Compare(a.worker.code, b.worker.code),
		cmp.Compare(a.id, b.id),
	)
}

func sortPosts(posts []posted) {
	slices.SortFunc(posts, func(a, b posted) int { return comparePosts(&a, &b) })
}

// newRoster returns the roster of a county's posts.
func newRoster(postings []grid.Posting) *roster {
	r := &roster{posts: make([]posted, 0, len(postings))}
	slices.SortStableFunc(postings, func(a, b grid.Posting) int { return cmp.Compare(a.GridID, b.GridID) })
	workers := newWorkers(len(postings))
	for i := 0; i < len(postings); {
		id, first := postings[i].GridID, len(r.posts)
		r.grids = append(r.grids, id)
		r.firstPost = append(r.firstPost, uint32(first))
		for ; i < len(postings) && postings[i].GridID == id; i++ {
			r.posts = append(r.posts, workers.posted(&postings[i]))
		}
		sortPosts(r.posts[first:])
	}
	r.grids = slices.Clip(r.grids)
	r.firstPost = slices.Clip(append(r.firstPost, uint32(len(r.posts))))
	return r
}

// withDuties returns the roster with these duties; those of posts that it does not have are left out. They share the posts.
func (r *roster) withDuties(duties []grid.Duty) *roster {
	with := *r
	with.duties, with.firstDuty, with.orphans = make([]duty, 0, len(duties)), nil, nil
	if len(duties) == 0 {
		return &with
	}
	slices.SortStableFunc(duties, func(a, b grid.Duty) int { return cmp.Compare(a.GridID, b.GridID) })
	number := make(map[int64]uint32, len(r.posts))
	for i := range r.posts {
		number[r.posts[i].id] = uint32(i)
	}
	with.firstDuty = make([]uint32, 0, len(r.grids)+1)
	k := 0
	for _, id := range r.grids {
		with.firstDuty = append(with.firstDuty, uint32(len(with.duties)))
		for ; k < len(duties) && duties[k].GridID <= id; k++ {
			with.addDuty(&duties[k], number)
		}
	}
	for ; k < len(duties); k++ {
		with.addDuty(&duties[k], number)
	}
	with.firstDuty = append(with.firstDuty, uint32(len(with.duties)))
	return &with
}

// addDuty adds a duty to those of the last grid, or to the orphans; number has the places of posts by their ids.
func (r *roster) addDuty(d *grid.Duty, number map[int64]uint32) {
	post, ok := number[d.PostID]
	if !ok {
		r.orphans = append(r.orphans, orphan{d.GridID, d.ID})
		return
	}
	one := duty{id: d.ID, from: d.OnFrom.UnixMicro(), to: d.OnTo.UnixMicro(), post: post, absent: d.Absent}
	if n, ok := number[d.StandIn]; ok {
		one.standIn = n + 1
	}
	r.duties = append(r.duties, one)
}

// workers makes one worker of all postings of his, and one string of all that are the same.
type workers struct {
	byCode map[string]*worker
	all    []worker // never grows beyond its capacity, so that pointers into it stay
	abouts map[about]*about
	kinds  map[string]string
}

func newWorkers(most int) *workers {
	return &workers{byCode: map[string]*worker{}, all: make([]worker, 0, most), abouts: map[about]*about{}, kinds: map[string]string{}}
}

func (w *workers) posted(p *grid.Posting) posted {
	made := posted{id: p.PostID, worker: w.worker(p), kind: w.same(p.PostKind), from: p.ValidFrom.UnixMicro(), to: math.MaxInt64, public: p.Public}
	if p.ValidTo != nil {
		made.to = p.ValidTo.UnixMicro()
	}
	return made
}

func (w *workers) worker(p *grid.Posting) *worker {
	if one := w.byCode[p.WorkerCode]; one != nil {
		return one
	}
	key := about{p.RoleType, p.Grade, p.Origin, p.ManagingOrg}
	common := w.abouts[key]
	if common == nil {
		common = &key
		w.abouts[key] = common
	}
	w.all = append(w.all, worker{p.WorkerCode, p.Name, p.WorkPhone, common})
	one := &w.all[len(w.all)-1]
	w.byCode[p.WorkerCode] = one
	return one
}

func (w *workers) same(s string) string {
	if one, ok := w.kinds[s]; ok {
		return one
	}
	w.kinds[s] = s
	return s
}

// window is the time of which rosters have the duty.
type window struct{ from, to time.Time }

// The calendar is known for so long before and after an instant, and read again when so much of it is left.
const (
	calendarBefore = 24 * time.Hour
	calendarAfter  = 8 * 24 * time.Hour
	calendarLeft   = 24 * time.Hour
)

func calendarAround(at time.Time) window {
	return window{at.Add(-calendarBefore), at.Add(calendarAfter)}
}

// runsOut reports whether the calendar ends soon after an instant, or begins after it, as when the clock was put back.
func (w window) runsOut(at time.Time) bool { return w.to.Sub(at) < calendarLeft || at.Before(w.from) }

// calendarOf returns the window of the next state: that of old while it lasts.
func calendarOf(old *State, now time.Time) window {
	if old != nil && !old.calendar.runsOut(now) {
		return old.calendar
	}
	return calendarAround(now)
}

// loadRoster returns the roster of a county for the next state, old's when neither it nor the calendar has changed.
func loadRoster(ctx context.Context, s *store.Store, old, next *State, county string) (*roster, error) {
	if old != nil && old.rosters[county] != nil && old.marks.Rosters[county] == next.marks.Rosters[county] && old.calendar == next.calendar {
		return old.rosters[county], nil
	}
	postings, err := s.Roster(ctx, county)
	if err != nil {
		return nil, err
	}
	duties, err := s.DutyBetween(ctx, []string{county}, next.calendar.from, next.calendar.to)
	return newRoster(postings).withDuties(duties), err
}
