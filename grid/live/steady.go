package live

import (
	"math"
	"time"

	"github.com/wangge/wangge/grid"
)

// Span is a time in which something stays as it is.
type Span struct{ from, to int64 } // microseconds since 1970, as the database keeps times; half-open

// Has reports whether an instant lies in the span.
func (s Span) Has(at time.Time) bool {
	micro := at.UnixMicro()
	return s.from <= micro && micro < s.to
}

// Steady returns the time around an instant in which nobody's post on any of the grids, and nobody's duty there, begins or ends: what Posts,
// Posted and Contact return for them is the same in all of it. Grids may be nil.
func (s *State) Steady(at time.Time, grids ...*grid.Grid) Span {
	micro := at.UnixMicro()
	span := Span{math.MinInt64, math.MaxInt64}
	for _, g := range grids {
		if g == nil {
			continue
		}
		here := s.rosters[g.CountyCode].on(g.ID)
		for i := range here.posts {
			span.cut(micro, here.posts[i].from, here.posts[i].to)
		}
		for i := range here.duties {
			span.cut(micro, here.duties[i].from, here.duties[i].to)
		}
	}
	return span
}

// cut makes the span, which has at, end before the instants at which something changes.
func (s *Span) cut(at int64, changes ...int64) {
	for _, change := range changes {
		if change <= at {
			s.from = max(s.from, change)
		} else {
			s.to = min(s.to, change)
		}
	}
}
