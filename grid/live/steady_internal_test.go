package live

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/wangge/wangge/grid"
)

// TestBR29Steady draws posts and duties that begin and end in a day, and compares who is there at two instants in one span; and sees that a
// span does not end before something begins or ends.
func TestBR29Steady(t *testing.T) {
	t.Parallel()
	grids := []*grid.Grid{base, dedicated}
	minutes := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	rapid.Check(t, func(rt *rapid.T) {
		var s situation
		ends := map[time.Time]bool{}
		between := func() (from, to time.Time) {
			first := rapid.IntRange(0, 20).Draw(rt, "from")
			from, to = minutes(first), minutes(first+rapid.IntRange(1, 20).Draw(rt, "length"))
			ends[from], ends[to] = true, true
			return from, to
		}
		kind := rapid.SampledFrom([]string{"worker", "deputy", "grid_leader", "dedicated_contact"})
		for i := range rapid.IntRange(0, 5).Draw(rt, "posts") {
			s.posts = append(s.posts, post(int64(i+1), rapid.SampledFrom(grids).Draw(rt, "grid"), kind.Draw(rt, "kind"), func(p *grid.Posting) {
				from, to := between()
				p.ValidFrom, p.ValidTo = from, &to
			}))
		}
		for range rapid.IntRange(0, 5).Draw(rt, "duties") {
			if len(s.posts) > 0 {
				at := rapid.SampledFrom(s.posts).Draw(rt, "post")
				s.duties = append(s.duties, on(at.PostID, &grid.Grid{ID: at.GridID}, func(d *grid.Duty) {
					d.OnFrom, d.OnTo = between()
					d.Absent, d.StandIn = rapid.Bool().Draw(rt, "absent"), rapid.Int64Range(0, 5).Draw(rt, "stand-in")
				}))
			}
		}
		state := s.state(t)
		told := func(at time.Time) any {
			var all []any
			for _, g := range grids {
				all = append(all, state.Posts(g, at), state.Posted(g, at))
			}
			for _, responsible := range grids {
				all = append(all, state.Contact(responsible, base, state.City.Division(communityCode), at, false))
			}
			return all
		}
		instant := rapid.Custom(func(rt *rapid.T) time.Time {
			return minutes(rapid.IntRange(-1, 42).Draw(rt, "minute")).Add(time.Duration(rapid.IntRange(-1, 1).Draw(rt, "µs")) * time.Microsecond)
		})
		at, other := instant.Draw(rt, "at"), instant.Draw(rt, "other")
		span := state.Steady(at, base, nil, dedicated)
		first, last := at, other
		if other.Before(at) {
			first, last = other, at
		}
		changes := false
		for end := range ends {
			changes = changes || first.Before(end) && !last.Before(end)
		}
		if !span.Has(at) || span.Has(other) == changes {
			rt.Fatalf("the span of %v has %v: %v, that of %v: %v; changes: %v", at, at, span.Has(at), other, span.Has(other), changes)
		}
		if span.Has(other) {
			if diff := cmp.Diff(told(at), told(other)); diff != "" {
				rt.Fatalf("in one span, at %v and %v: %s", at, other, diff)
			}
		}
	})
}
