package live

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/grid"
)

// TestRosterIsSmall holds what a post takes in memory, so that a nation of 1,000,000 grids with a post each stays below 300 MB.
func TestRosterIsSmall(t *testing.T) {
	const posts, mostBytes = 100_000, 300
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	rosters := make([]*roster, 50)
	for i := range rosters {
		postings := make([]grid.Posting, posts/len(rosters))
		for k := range postings {
			n := i*len(postings) + k
			postings[k] = grid.Posting{
				WorkerCode: fmt.Sprintf("W-%015d-1", n), Name: fmt.Sprintf("网格员%06d", n), WorkPhone: fmt.Sprintf("000-%08d", n), RoleType: strings.Clone("full_time"),
				PostKind: strings.Clone("worker"), PostID: int64(n), GridID: int64(n), GridCode: fmt.Sprintf("%015d", n), ValidFrom: noon, Public: true,
				Grade: strings.Clone("二级"), Origin: strings.Clone("recruited"), ManagingOrg: fmt.Sprint("ORG-", i),
			}
		}
		rosters[i] = newRoster(postings).withDuties(nil)
	}
	if each := (heap() - before) / posts; each > mostBytes {
		t.Errorf("a post takes %d bytes, want at most %d", each, mostBytes)
	} else {
		t.Logf("a post takes %d bytes", each)
	}
	runtime.KeepAlive(rosters)
}

// TestRosterReturns what it was made of.
func TestRosterReturns(t *testing.T) {
	t.Parallel()
	end := noon.AddDate(1, 0, 0)
	want := post(7, base, "worker", func(p *grid.Posting) { p.ValidTo, p.Grade, p.Origin = &end, "二级", "recruited" })
	state := situation{posts: []grid.Posting{post(8, dedicated, "worker"), want}}.state(t)
	posts := state.Posts(base, noon)
	for i := range posts {
		posts[i].ValidFrom = posts[i].ValidFrom.UTC()
		*posts[i].ValidTo = posts[i].ValidTo.UTC()
	}
	if diff := cmp.Diff(posts, []grid.Posting{want}); diff != "" {
		t.Errorf("posts (-got +want):\n%s", diff)
	}
	if none := state.Posts(base, end); none != nil {
		t.Errorf("posts after their end: %v", none)
	}
}

func TestCalendarRunsOut(t *testing.T) {
	t.Parallel()
	w := calendarAround(noon)
	for _, test := range []struct {
		after time.Duration
		want  bool
	}{{0, false}, {7 * 24 * time.Hour, false}, {7*24*time.Hour + time.Second, true}, {-24 * time.Hour, false}, {-25 * time.Hour, true}} {
		if got := w.runsOut(noon.Add(test.after)); got != test.want {
			t.Errorf("after %v: %v, want %v", test.after, got, test.want)
		}
	}
}

// TestDutiesOfNoPost are told apart from those of posts.
func TestDutiesOfNoPost(t *testing.T) {
	t.Parallel()
	r := newRoster([]grid.Posting{post(1, base, "worker")}).withDuties([]grid.Duty{
		on(9, base), on(1, base), on(9, dedicated), on(8, &grid.Grid{}),
	})
	if len(r.on(base.ID).duties) != 1 || len(r.on(dedicated.ID).duties) != 0 || len(r.orphans) != 3 {
		t.Errorf("duties %v, orphans %v", r.duties, r.orphans)
	}
}
