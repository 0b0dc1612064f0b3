package store_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

var clock = grid.Actor{Name: "schedule", Role: grid.RoleAdministrator}

// takesEffect sets the time of a decided plan so far from now.
func (d *desk) takesEffect(in time.Duration) {
	d.t.Helper()
	at := time.Now().Add(in)
	effective := &at
	d.after(d.s.PatchPlan(d.t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version, store.PlanPatch{EffectiveAt: &effective}))
}

func (d *desk) due() []string {
	d.t.Helper()
	published, err := d.s.PublishDue(d.t.Context(), d.city, clock)
	if err != nil {
		d.t.Fatal(err)
	}
	return published
}

// TestPublishDueOnce lets several servers publish several plans at once, each of which is published once and in its order.
func TestPublishDueOnce(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	city := town(t, s)
	var codes []string
	for i, community := range []string{southWest, northWest, southEast} {
		d := newDesk(t, s, city, planner)
		d.edit(grid.Change{Op: grid.OpMerge, Grids: []string{community + "001", community + "002"}})
		d.toDecision()
		d.takesEffect(time.Duration(i-10) * time.Second)
		codes = append(codes, d.plan.Code)
	}
	servers := make([]*store.Store, 4)
	for i := range servers {
		servers[i] = openedOn(t, pool)
	}
	var mu sync.Mutex
	var published []string
	for range 3 { // a server that finds the plan of another's hands goes on with the next: the order may need another round
		var wg sync.WaitGroup
		for _, server := range servers {
			wg.Go(func() {
				done, err := server.PublishDue(t.Context(), city, clock)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				published = append(published, done...)
			})
		}
		wg.Wait()
	}
	slices.Sort(published)
	if !slices.Equal(published, codes) {
		t.Errorf("published %v, want each of %v once", published, codes)
	}
	if n := count(t, pool, `SELECT max(number) FROM edition`); n != 1+len(codes) {
		t.Errorf("edition %d is in force", n)
	}
	checkAnswers(t, s)
}

func openedOn(t *testing.T, pool *pgxpool.Pool) *store.Store {
	t.Helper()
	s, err := store.OpenConfig(t.Context(), pool.Config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestPublishDueInTime waits for the plan's time, and for nothing else.
func TestPublishDueInTime(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	d := newDesk(t, s, town(t, s), planner)
	d.rename(southWest+"001", "梅园")
	if done := d.due(); len(done) > 0 {
		t.Errorf("published a draft: %v", done)
	}
	d.toDecision()
	if done := d.due(); len(done) > 0 {
		t.Errorf("published without a time: %v", done)
	}
	d.takesEffect(time.Hour)
	if done := d.due(); len(done) > 0 {
		t.Errorf("published before its time: %v", done)
	}
	d.takesEffect(-time.Second)
	if done := d.due(); !slices.Equal(done, []string{d.plan.Code}) {
		t.Errorf("published %v", done)
	}
	d.reread()
	d.state(grid.Effective)
	if done := d.due(); len(done) > 0 {
		t.Errorf("published again: %v", done)
	}
}

// TestPublishDueRebases takes plans over an edition that has moved on elsewhere, and says what is in the way of the others, once.
func TestPublishDueRebases(t *testing.T) {
	t.Parallel()
	tx := gridtest.Pool(t)
	s := store.New(tx)
	city := town(t, s)
	clean, stuck := newDesk(t, s, city, planner), newDesk(t, s, city, planner)
	clean.edit(grid.Change{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)})
	clean.toDecision()
	clean.takesEffect(-time.Second)
	stuck.edit(grid.Change{Op: grid.OpRename, Grid: northEast + "001", Name: "梅园"})
	other := newDesk(t, s, city, planner)
	other.edit(grid.Change{Op: grid.OpRename, Grid: northEast + "001", Name: "竹园"})
	stuck.toDecision()
	stuck.takesEffect(-time.Second)
	// Only by a way past the locks of submitted plans can the county change what this one holds.
	if _, err := tx.Exec(t.Context(), `DELETE FROM plan_lock WHERE plan_id = $1`, stuck.plan.ID); err != nil {
		t.Fatal(err)
	}
	other.publish()

	if done := clean.due(); !slices.Equal(done, []string{clean.plan.Code}) {
		t.Errorf("published %v", done)
	}
	stuck.reread()
	if stuck.plan.State != grid.Decided || !strings.Contains(stuck.plan.Trouble, northEast+"001") {
		t.Fatalf("state %s, trouble %q", stuck.plan.State, stuck.plan.Trouble)
	}
	version := stuck.plan.Version
	for range 2 {
		if done := clean.due(); len(done) > 0 {
			t.Errorf("published %v", done)
		}
	}
	if stuck.reread(); stuck.plan.Version != version {
		t.Errorf("tried again without a change: version %d after %d", stuck.plan.Version, version)
	}
	tries := func() int {
		return count(t, tx, `SELECT count(*) FROM audit WHERE action = 'publish_failed' AND object_code = $1`, stuck.plan.Code)
	}
	if n := tries(); n != 1 {
		t.Errorf("%d entries about the trouble", n)
	}
	checkAnswers(t, s)
}

// TestPublishDueRebasesAtOnce lets servers at once rebase and publish plans of one county whose base has moved on: none waits for another that
// waits for it.
func TestPublishDueRebasesAtOnce(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	city := town(t, s)
	var codes []string
	for i, community := range []string{southWest, northWest, southEast, northEast} {
		d := newDesk(t, s, city, planner)
		d.rename(community+"001", "梅园")
		d.toDecision()
		d.takesEffect(time.Duration(i-10) * time.Second)
		codes = append(codes, d.plan.Code)
	}
	first := newDesk(t, s, city, planner)
	first.rename(southWest+"004", "兰园")
	first.publish()
	for round := 0; count(t, pool, `SELECT count(*) FROM plan WHERE state = 'decided'`) > 0; round++ {
		if round == 2*len(codes) {
			t.Fatalf("after %d rounds plans are not published: %v", round, texts(t, pool, `SELECT coalesce(trouble, 'no trouble') FROM plan WHERE state = 'decided'`))
		}
		var wg sync.WaitGroup
		for range codes {
			server := openedOn(t, pool)
			wg.Go(func() {
				if _, err := server.PublishDue(t.Context(), city, clock); err != nil {
					t.Error(err)
				}
				server.Close() // so that its deadlocks are counted
			})
		}
		wg.Wait()
	}
	if n := count(t, pool, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); n > 0 {
		t.Errorf("%d deadlocks", n)
	}
	checkAnswers(t, s)
}
